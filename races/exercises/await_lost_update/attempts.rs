//! What else people try.

use std::future::Future;
use std::sync::Arc;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::Printer;

type Counter = Arc<Mutex<u32>>;

fn doors<Visit>(visitors: u32, printer: &Arc<Printer>, let_in: fn(Counter, Arc<Printer>) -> Visit) -> u32
where
    Visit: Future<Output = ()> + Send + 'static,
{
    let counter = Arc::new(Mutex::new(0));
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let let_in = |_| tokio::spawn(let_in(Arc::clone(&counter), Arc::clone(printer)));
        let visits: Vec<_> = (0..visitors).map(let_in).collect();
        for visit in visits {
            visit.await.unwrap();
        }
    });
    *counter.try_lock().unwrap()
}

pub(crate) mod a_lock_for_each_of_the_two {
    use super::{Arc, Counter, Printer};

    pub(crate) fn day(visitors: u32, printer: &Arc<Printer>) -> u32 {
        super::doors(visitors, printer, let_in)
    }

    async fn let_in(counter: Counter, printer: Arc<Printer>) {
        let seen = *counter.lock().await;
        printer.print().await;
        *counter.lock().await = seen + 1;
    }
}

pub(crate) mod locked_while_it_prints {
    use super::{Arc, Counter, Printer};

    pub(crate) fn day(visitors: u32, printer: &Arc<Printer>) -> u32 {
        super::doors(visitors, printer, let_in)
    }

    async fn let_in(counter: Counter, printer: Arc<Printer>) {
        let mut counter = counter.lock().await;
        let seen = *counter;
        printer.print().await;
        *counter = seen + 1;
    }
}

pub(crate) mod one_door_after_the_other {
    use super::{Arc, Builder, Printer, tokio};

    pub(crate) fn day(visitors: u32, printer: &Arc<Printer>) -> u32 {
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut counter = 0;
            for _ in 0..visitors {
                let printer = Arc::clone(printer);
                tokio::spawn(async move { printer.print().await }).await.unwrap();
                counter += 1;
            }
            counter
        })
    }
}
