//! `OnceCell` and `SetOnce`.

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::spawn;
use drawloom::tokio::sync::{OnceCell, SetError, SetOnce, SetOnceError};
use drawloom::tokio::task::yield_now;

use super::{always, on_one_thread, on_two_workers, outcomes};

#[test]
fn a_value_is_made_once_by_whoever_comes_first() {
    let program = || {
        on_two_workers(async {
            let cell = Arc::new(OnceCell::new());
            let made = Arc::new(AtomicU32::new(0));
            let make = |cell: Arc<OnceCell<u32>>, made: Arc<AtomicU32>, value| async move {
                let make = || async {
                    made.fetch_add(1, SeqCst);
                    yield_now().await;
                    value
                };
                *cell.get_or_init(make).await
            };
            let bob = spawn(make(Arc::clone(&cell), Arc::clone(&made), 2));
            let mine = make(Arc::clone(&cell), Arc::clone(&made), 1).await;
            let his = bob.await.unwrap();
            assert_eq!(made.load(SeqCst), 1);
            (mine, his)
        })
    };
    assert_eq!(outcomes(program), [(1, 1), (2, 2)]);
}

#[test]
fn an_attempt_that_fails_or_is_cancelled_leaves_it_to_the_next() {
    let program = || {
        on_one_thread(async {
            let cell = OnceCell::new();
            let failed = cell.get_or_try_init(|| async { Err::<u32, _>("no") }).await;
            assert_eq!(failed, Err("no"));
            // The future that makes the value is dropped at its await, with the right to make it.
            let never = cell.get_or_init(std::future::pending);
            tokio::select! { biased; _ = never => panic!("never"), () = async {} => {} }
            *cell.get_or_init(|| async { 3 }).await
        })
    };
    always(program, 3);
}

#[test]
fn set_tells_whether_the_value_is_there_or_being_made() {
    let program = || {
        on_one_thread(async {
            let cell = Arc::new(OnceCell::new());
            let other = Arc::clone(&cell);
            let making = async move {
                *other
                    .get_or_init(|| async {
                        yield_now().await;
                        1
                    })
                    .await
            };
            let setting = async { cell.set(2) };
            let (made, set) = tokio::join!(biased; making, setting);
            assert!(matches!(set, Err(SetError::InitializingError(2))));
            assert!(matches!(cell.set(3), Err(SetError::AlreadyInitializedError(3))));
            (made, cell.get().copied(), cell.initialized())
        })
    };
    always(program, (1, Some(1), true));
}

#[test]
fn who_waits_for_a_value_that_is_set_once_sees_the_first() {
    let program = || {
        on_two_workers(async {
            let cell = Arc::new(SetOnce::new());
            let (bobs, carols) = (Arc::clone(&cell), Arc::clone(&cell));
            let bob = spawn(async move { bobs.set(2).is_ok() });
            let carol = spawn(async move { *carols.wait().await });
            let mine = cell.set(1) == Ok(());
            let (his, seen) = (bob.await.unwrap(), carol.await.unwrap());
            assert_ne!(mine, his);
            assert_eq!(cell.set(9), Err(SetOnceError(9)));
            (mine, seen)
        })
    };
    assert_eq!(outcomes(program), [(false, 2), (true, 1)]);
}
