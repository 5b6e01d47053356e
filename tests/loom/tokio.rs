//! What there is of tokio, under loom: the same programs, the same outcomes.

use std::time::Duration;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::{Builder, Handle};
use drawloom::tokio::sync::{OnceCell, RwLock, broadcast, mpsc, watch};
use drawloom::tokio::task::{JoinSet, LocalSet, block_in_place, spawn_blocking, spawn_local};
use drawloom::tokio::time::{Instant, interval};
use drawloom::tokio::{signal, spawn};
use drawloom::{Check, Engine, Verdict, thread, tokio};

/// All that a program returns under the explorer, which is all that it returns under loom.
fn both<T: drawloom::Outcome>(program: impl Fn() -> T + Send + Sync + Clone + 'static) -> Vec<T> {
    let explorer = Check::new().run(program.clone());
    let loom = Check::new().engine(Engine::Loom).run(program);
    assert!(!matches!(explorer.verdict, Verdict::Failed(_)), "{explorer}");
    assert!(matches!(loom.verdict, Verdict::Verified), "{:?}", loom.verdict);
    let outcomes: Vec<T> = explorer.outcomes.into_keys().collect();
    assert_eq!(loom.outcomes.into_keys().collect::<Vec<_>>(), outcomes);
    outcomes
}

fn on_one_thread<F: Future>(future: F) -> F::Output {
    Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn locks_cells_and_channels() {
    let program = || {
        on_one_thread(async {
            let pages = Arc::new(RwLock::new(0));
            let cell = Arc::new(OnceCell::new());
            let (cast, mut heard) = broadcast::channel(2);
            let (tell, mut told) = watch::channel(0);
            let (other, made) = (Arc::clone(&pages), Arc::clone(&cell));
            let bob = spawn(async move {
                *other.write().await += 1;
                cast.send(4).unwrap();
                tell.send_replace(5);
                *made.get_or_init(|| async { 1 }).await
            });
            let page = *pages.read().await;
            let first = *cell.get_or_init(|| async { 2 }).await;
            told.changed().await.unwrap();
            let news = *told.borrow_and_update();
            assert_eq!(bob.await.unwrap(), first);
            (page, first, heard.recv().await.unwrap(), news)
        })
    };
    // Bob starts after the poll that reads the page and makes the value.
    assert_eq!(both(program), [(0, 2, 4, 5)]);
}

#[test]
fn sets_of_tasks_and_tasks_that_block() {
    let program = || {
        on_one_thread(async {
            let mut set = JoinSet::new();
            set.spawn(async { 1 });
            set.spawn(async { 2 });
            (set.join_next().await.unwrap().unwrap(), set.join_next().await.unwrap().unwrap())
        })
    };
    assert_eq!(both(program), [(1, 2), (2, 1)]);
    let program = || {
        on_one_thread(async {
            let lamp = Arc::new(AtomicU32::new(0));
            let other = Arc::clone(&lamp);
            let blocking = spawn_blocking(move || {
                other.store(1, SeqCst);
                Handle::current().block_on(async { 3 })
            });
            (lamp.load(SeqCst), blocking.await.unwrap())
        })
    };
    assert_eq!(both(program), [(0, 3), (1, 3)]);
    let program = || {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let task = spawn(async move { block_in_place(|| receiver.blocking_recv().unwrap()) });
            sender.send(8).await.unwrap();
            task.await.unwrap()
        })
    };
    assert_eq!(both(program), [8]);
}

tokio::task_local! {
    static GUEST: u32;
}

#[test]
fn local_tasks_values_of_tasks_and_time() {
    let program = || {
        let local = LocalSet::new();
        on_one_thread(local.run_until(GUEST.scope(3, async {
            let spawned = spawn_local(async { GUEST.try_get().is_err() }).await.unwrap();
            let start = Instant::now();
            let mut ticks = interval(Duration::from_secs(1));
            ticks.tick().await;
            ticks.tick().await;
            (spawned, GUEST.get(), start.elapsed().as_secs())
        })))
    };
    assert_eq!(both(program), [(true, 3, 1)]);
}

#[test]
fn threads_that_wait_and_the_signal() {
    let program = || {
        let (sender, mut receiver) = mpsc::channel(1);
        let thread = thread::spawn(move || sender.blocking_send(6).is_ok());
        let got = on_one_thread(async move { receiver.recv().await });
        (got, thread.join().unwrap())
    };
    assert_eq!(both(program), [(Some(6), true)]);
    assert_eq!(both(|| on_one_thread(async { signal::ctrl_c().await.is_ok() })), [true]);
}
