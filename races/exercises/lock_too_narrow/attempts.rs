//! What else people try.

use std::future::Future;
use std::sync::Arc;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::ask_rise;

type Price = Arc<Mutex<u32>>;

fn people_who<Raise>(people: u32, raise: fn(Price) -> Raise) -> u32
where
    Raise: Future<Output = ()> + Send + 'static,
{
    let price = Arc::new(Mutex::new(1_000));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let begin = |_| tokio::spawn(raise(Arc::clone(&price)));
        let people: Vec<_> = (0..people).map(begin).collect();
        for person in people {
            person.await.unwrap();
        }
    });
    *price.try_lock().unwrap()
}

/// Another right one: begin again where the price has changed.
pub(crate) mod begin_again {
    use super::Price;

    pub(crate) fn shop(people: u32) -> u32 {
        super::people_who(people, raise)
    }

    async fn raise(price: Price) {
        loop {
            let seen = *price.lock().await;
            let rise = super::ask_rise(seen).await;
            let mut price = price.lock().await;
            if *price == seen {
                *price += rise;
                return;
            }
        }
    }
}

pub(crate) mod given_up_where_it_has_changed {
    use super::Price;

    pub(crate) fn shop(people: u32) -> u32 {
        super::people_who(people, raise)
    }

    async fn raise(price: Price) {
        let seen = *price.lock().await;
        let rise = super::ask_rise(seen).await;
        let mut price = price.lock().await;
        if *price == seen {
            *price += rise;
        }
    }
}

/// No rise is lost, and the second is a tenth of an old price.
pub(crate) mod added_to_what_it_is_by_then {
    use super::Price;

    pub(crate) fn shop(people: u32) -> u32 {
        super::people_who(people, raise)
    }

    async fn raise(price: Price) {
        let seen = *price.lock().await;
        let rise = super::ask_rise(seen).await;
        *price.lock().await += rise;
    }
}

pub(crate) mod one_after_the_other {
    use super::{Arc, Builder, Mutex, tokio};

    pub(crate) fn shop(people: u32) -> u32 {
        let price = Arc::new(Mutex::new(1_000));
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for _ in 0..people {
                let price = Arc::clone(&price);
                let raise = async move {
                    let seen = *price.lock().await;
                    let rise = super::ask_rise(seen).await;
                    *price.lock().await = seen + rise;
                };
                tokio::spawn(raise).await.unwrap();
            }
        });
        *price.try_lock().unwrap()
    }
}
