//! Threads beside event loops: blocking calls, foreign executors, locks in polls.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc as StdArc;
use std::task::{Context, Poll, Wake};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Condvar, Mutex as StdMutex};
use drawloom::thread::{self, Thread};
use drawloom::tokio::runtime::Handle;
use drawloom::tokio::spawn;
use drawloom::tokio::sync::{Mutex, RwLock, Semaphore, broadcast, mpsc, oneshot};
use drawloom::tokio::task::spawn_blocking;

use super::{always, failure, on_one_thread, on_two_workers, outcomes};

#[test]
fn a_thread_sends_into_a_loop_and_waits_for_room() {
    let program = || {
        let (sender, mut receiver) = mpsc::channel(1);
        let thread = thread::spawn(move || {
            sender.blocking_send(1).unwrap();
            sender.blocking_send(2).unwrap();
        });
        let got = on_one_thread(async {
            let mut got = Vec::new();
            while let Some(next) = receiver.recv().await {
                got.push(next);
            }
            got
        });
        thread.join().unwrap();
        got
    };
    always(program, vec![1, 2]);
}

#[test]
fn a_thread_receives_from_a_loop() {
    let program = || {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let (once, told) = oneshot::channel();
        let (cast, mut heard) = broadcast::channel(2);
        let thread = thread::spawn(move || {
            let mut many = Vec::new();
            let first = receiver.blocking_recv().unwrap();
            receiver.blocking_recv_many(&mut many, 4);
            (first, many, told.blocking_recv().unwrap(), heard.blocking_recv().unwrap())
        });
        on_one_thread(async {
            (0..3).for_each(|n| sender.send(n).unwrap());
            once.send(7).unwrap();
            cast.send(8).unwrap();
        });
        let (first, mut many, told, heard) = thread.join().unwrap();
        while many.len() < 2 {
            many.push(9);
        }
        (first, many, told, heard)
    };
    // The second asks when both others are there, or one.
    assert_eq!(outcomes(program), [(0, vec![1, 2], 7, 8), (0, vec![1, 9], 7, 8)]);
}

#[test]
fn a_thread_takes_asynchronous_locks() {
    let program = || {
        let book = Arc::new(Mutex::new(0));
        let (other, third) = (Arc::clone(&book), Arc::clone(&book));
        let add = thread::spawn(move || *other.blocking_lock() += 1);
        let owned = thread::spawn(move || *third.blocking_lock_owned() += 1);
        on_one_thread(async { *book.lock().await += 1 });
        add.join().unwrap();
        owned.join().unwrap();
        let pages = RwLock::new(1);
        *pages.blocking_write() += 1;
        let permits = Arc::new(Semaphore::new(2));
        let held = Arc::clone(&permits).blocking_acquire_owned().unwrap();
        let sum = *book.blocking_lock() + *pages.blocking_read();
        (sum, permits.available_permits(), held.num_permits())
    };
    always(program, (5, 1, 1));
}

#[test]
fn a_task_that_would_block_its_thread_is_told_so() {
    let blocking = "Cannot block the current thread from within a runtime. This happens because a \
                    function attempted to block the current thread while the thread is being used \
                    to drive asynchronous tasks.";
    let program = || {
        on_one_thread(async {
            drop(Mutex::new(0).blocking_lock());
        });
    };
    assert_eq!(failure(program).1, blocking);
    let program = || {
        on_two_workers(async {
            spawn(async { drop(oneshot::channel::<u32>().1.blocking_recv()) }).await.unwrap();
        });
    };
    assert_eq!(failure(program).1, blocking);
}

#[test]
fn a_blocking_task_may_block_on_its_runtime_and_on_its_channels() {
    let program = || {
        on_one_thread(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let blocking = spawn_blocking(move || {
                let first = receiver.blocking_recv().unwrap();
                Handle::current().block_on(async { first + receiver.recv().await.unwrap() })
            });
            sender.send(1).await.unwrap();
            sender.send(2).await.unwrap();
            blocking.await.unwrap()
        })
    };
    always(program, 3);
}

/// An executor that knows nothing of drawloom's but the thread: it parks.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: StdArc<Self>) {
            self.0.unpark();
        }
    }

    let waker = StdArc::new(Unpark(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

#[test]
fn tokios_primitives_work_on_an_executor_of_somebody_elses() {
    let program = || {
        let (sender, mut receiver) = mpsc::channel(1);
        let count = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&count);
        let thread = thread::spawn(move || {
            block_on(async {
                sender.send(1).await.unwrap();
                other.fetch_add(1, SeqCst);
                sender.send(2).await.unwrap();
            });
        });
        let got = block_on(async { (receiver.recv().await, receiver.recv().await) });
        thread.join().unwrap();
        (got, count.load(SeqCst))
    };
    always(program, ((Some(1), Some(2)), 1));
}

#[test]
fn a_condition_variable_in_a_poll_blocks_the_whole_loop() {
    // The thread outside rings; a task of the same loop never could.
    let wait = |bell: Arc<(StdMutex<bool>, Condvar)>| {
        let mut rung = bell.0.lock().unwrap();
        while !*rung {
            rung = bell.1.wait(rung).unwrap();
        }
    };
    let ring = |bell: &(StdMutex<bool>, Condvar)| {
        *bell.0.lock().unwrap() = true;
        bell.1.notify_one();
    };
    let program = move || {
        let bell = Arc::new((StdMutex::new(false), Condvar::new()));
        let other = Arc::clone(&bell);
        let thread = thread::spawn(move || ring(&other));
        on_one_thread(async move { wait(bell) });
        thread.join().unwrap();
    };
    always(program, ());
    let program = move || {
        on_one_thread(async move {
            let bell = Arc::new((StdMutex::new(false), Condvar::new()));
            let other = Arc::clone(&bell);
            let task = spawn(async move { ring(&other) });
            wait(bell);
            task.await.unwrap();
        });
    };
    assert_eq!(failure(program).0, drawloom::FailureKind::Deadlock);
}
