//! What else people try.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::time::timeout;

use super::stage::{Flushed, PATIENCE, disk};

/// What Alice has, and Bob.
type Accounts = Arc<Mutex<(i64, i64)>>;

fn teller_and_disk<T: Future<Output = ()> + Send + 'static>(
    patience: Duration,
    transfer: fn(Accounts, Flushed) -> T,
) -> (i64, i64) {
    let accounts = Arc::new(Mutex::new((100, 0)));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (disk, flushed) = disk();
        let teller = timeout(patience, transfer(Arc::clone(&accounts), flushed));
        let teller = tokio::spawn(teller);
        let disk = tokio::spawn(disk);
        teller.await.unwrap().ok();
        disk.await.unwrap();
    });
    *accounts.try_lock().unwrap()
}

async fn half_await_half(accounts: Accounts, flushed: Flushed) {
    let mut accounts = accounts.lock().await;
    accounts.0 -= 30;
    flushed.await.unwrap();
    accounts.1 += 30;
}

pub(crate) mod a_lock_round_both {
    pub(crate) fn day() -> (i64, i64) {
        super::teller_and_disk(super::PATIENCE, super::half_await_half)
    }
}

pub(crate) mod more_patience {
    pub(crate) fn day() -> (i64, i64) {
        super::teller_and_disk(super::PATIENCE * 1_000, super::half_await_half)
    }
}

/// Nothing is given up, however slow the disk is.
pub(crate) mod no_end_of_patience {
    use super::{Arc, Builder, Mutex, disk, tokio};

    pub(crate) fn day() -> (i64, i64) {
        let accounts = Arc::new(Mutex::new((100, 0)));
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (disk, flushed) = disk();
            let teller = tokio::spawn(super::half_await_half(Arc::clone(&accounts), flushed));
            let disk = tokio::spawn(disk);
            teller.await.unwrap();
            disk.await.unwrap();
        });
        *accounts.try_lock().unwrap()
    }
}

pub(crate) mod nothing_is_transferred {
    use super::{Accounts, Flushed};

    pub(crate) fn day() -> (i64, i64) {
        super::teller_and_disk(super::PATIENCE, |_: Accounts, flushed: Flushed| async {
            flushed.await.unwrap();
        })
    }
}

/// Another right one: a guard that gives the money back when it is dropped before the end.
pub(crate) mod undone_when_dropped {
    use drawloom::sync::Mutex as Lock;

    use super::{Arc, Builder, PATIENCE, disk, timeout, tokio};

    struct Undo(Arc<Lock<(i64, i64)>>, bool);

    impl Drop for Undo {
        fn drop(&mut self) {
            let mut accounts = self.0.lock().unwrap();
            if self.1 {
                accounts.1 += 30;
            } else {
                accounts.0 += 30;
            }
        }
    }

    pub(crate) fn day() -> (i64, i64) {
        let accounts = Arc::new(Lock::new((100, 0)));
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (disk, flushed) = disk();
            let own = Arc::clone(&accounts);
            let transfer = async move {
                own.lock().unwrap().0 -= 30;
                let mut undo = Undo(own, false);
                flushed.await.unwrap();
                undo.1 = true;
            };
            let teller = tokio::spawn(timeout(PATIENCE, transfer));
            let disk = tokio::spawn(disk);
            teller.await.unwrap().ok();
            disk.await.unwrap();
        });
        *accounts.lock().unwrap()
    }
}
