//! What else people try.

use std::future::Future;
use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;

use super::stage::carry;

fn cooks_who<Take>(cooks: u32, take: impl Fn(u32) -> Take)
where
    Take: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let cooks: Vec<_> = (0..cooks).map(|cook| tokio::spawn(take(cook))).collect();
        for cook in cooks {
            cook.await.unwrap();
        }
    });
}

async fn note(lock: Arc<Mutex<()>>, taken: Arc<AtomicU32>) {
    let _guard = lock.lock().await;
    let seen = taken.load(SeqCst);
    carry().await;
    taken.store(seen + 1, SeqCst);
}

pub(crate) mod a_lock_for_each_cook {
    use super::{Arc, AtomicU32, Mutex, SeqCst};

    pub(crate) fn kitchen(cooks: u32) -> u32 {
        let locks: Vec<_> = (0..cooks).map(|_| Arc::new(Mutex::new(()))).collect();
        let taken = Arc::new(AtomicU32::new(0));
        super::cooks_who(cooks, |cook| {
            super::note(Arc::clone(&locks[cook as usize]), Arc::clone(&taken))
        });
        taken.load(SeqCst)
    }
}

/// The lock is cloned with what it guards.
pub(crate) mod a_shelf_for_each_cook {
    use super::{Arc, Mutex};

    pub(crate) fn kitchen(cooks: u32) -> u32 {
        let taken = Arc::new(Mutex::new(0));
        super::cooks_who(cooks, |_| {
            let taken = Arc::clone(&taken);
            async move {
                let copy = Mutex::new(*taken.lock().await);
                let mut copy = copy.lock().await;
                super::carry().await;
                *copy += 1;
            }
        });
        *taken.try_lock().unwrap()
    }
}

pub(crate) mod one_cook_after_the_other {
    use super::{Arc, AtomicU32, Builder, Mutex, SeqCst, tokio};

    pub(crate) fn kitchen(cooks: u32) -> u32 {
        let taken = Arc::new(AtomicU32::new(0));
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            for _ in 0..cooks {
                let note = super::note(Arc::new(Mutex::new(())), Arc::clone(&taken));
                tokio::spawn(note).await.unwrap();
            }
        });
        taken.load(SeqCst)
    }
}

pub(crate) mod one_cook_for_all {
    use super::{Arc, AtomicU32, Builder, Mutex, SeqCst, tokio};

    pub(crate) fn kitchen(cooks: u32) -> u32 {
        let taken = Arc::new(AtomicU32::new(0));
        let runtime = Builder::new_current_thread().build().unwrap();
        let own = Arc::clone(&taken);
        let all = async move {
            for _ in 0..cooks {
                super::note(Arc::new(Mutex::new(())), Arc::clone(&own)).await;
            }
        };
        runtime.block_on(async { tokio::spawn(all).await.unwrap() });
        taken.load(SeqCst)
    }
}
