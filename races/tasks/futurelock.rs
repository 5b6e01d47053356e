//! # A turn that nobody takes
//!
//! Ann queues for the copier. When it takes too long she steps aside, keeps her place in the queue, and
//! queues again behind it. Her first place comes up, and nobody is there to take it.
//!
//! - **Bug:** `select!` over `&mut` a future that stands in the lock's queue. The other arm awaits the same
//!   lock while that future is alive and not polled: the lock is handed to it, and it never wakes.
//! - **Near misses:** a longer timeout. To let the others go first before queueing again.
//! - **Fix:** drop the future before awaiting in the arm. It leaves the queue, or hands on what it was given.
//! - **Or:** make it a task. A task is polled by the runtime, whatever its owner waits for: take this one
//!   where the first wait must go on.
//! - **Rule:** only a task gets anywhere by itself. A future that is neither polled nor dropped can hold
//!   what you wait for.
//!
//! Watch it fail, then hold: `cargo run -- run futurelock`

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::Arc;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::task::yield_now;
use drawloom::tokio::time::sleep;
use drawloom::tokio::{self, select};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

type Copier = Arc<Mutex<()>>;

async fn queue(copier: Copier) {
    let mut turn = pin!(copier.lock());
    select! {
        biased;
        _mine = &mut turn => {}
        () = sleep(Duration::from_millis(50)) => drop(copier.lock().await),
    }
}

async fn queue_longer(copier: Copier) {
    let mut turn = pin!(copier.lock());
    select! {
        biased;
        _mine = &mut turn => {}
        () = sleep(Duration::from_secs(50)) => drop(copier.lock().await),
    }
}

async fn queue_politely(copier: Copier) {
    let mut turn = pin!(copier.lock());
    select! {
        biased;
        _mine = &mut turn => {}
        () = sleep(Duration::from_millis(50)) => {
            yield_now().await;
            drop(copier.lock().await);
        }
    }
}

async fn queue_and_leave(copier: Copier) {
    let mut turn = Box::pin(copier.lock());
    select! {
        biased;
        _mine = &mut turn => {}
        () = sleep(Duration::from_millis(50)) => {
            drop(turn);
            drop(copier.lock().await);
        }
    }
}

async fn queue_by_task(copier: Copier) {
    let place = Arc::clone(&copier);
    let mut turn = tokio::spawn(async move { drop(place.lock().await) });
    select! {
        biased;
        _done = &mut turn => {}
        () = sleep(Duration::from_millis(50)) => drop(copier.lock().await),
    }
}

/// The stage: Bob has the copier for a while, and Ann queues for it.
fn copier<Queue>(queue: fn(Copier) -> Queue)
where
    Queue: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let copier = Arc::new(Mutex::new(()));
        let bobs = Arc::clone(&copier);
        let bob = tokio::spawn(async move {
            let _turn = bobs.lock().await;
            yield_now().await;
        });
        let ann = tokio::spawn(queue(copier));
        bob.await.unwrap();
        ann.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "futurelock",
    title: "A turn that nobody takes",
    family: "deadlock",
    setting: Setting::Tasks,
    summary: "a future that is neither polled nor dropped",
    rule: "only a task gets anywhere by itself; drop a future before you wait for what it may hold",
    source: (file!(), include_str!("futurelock.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "keep the place in the queue, and queue again",
            program: || copier(queue),
            function: "queue",
            expect: Expect::fails(1, 6, Deadlock, "waits for copier"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "longer-timeout",
            role: Role::NearMiss,
            summary: "a timeout a thousand times as long",
            program: || copier(queue_longer),
            function: "queue_longer",
            expect: Expect::fails(1, 6, Deadlock, "waits for copier"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "yield-first",
            role: Role::NearMiss,
            summary: "let the others go first, then queue again",
            program: || copier(queue_politely),
            function: "queue_politely",
            expect: Expect::fails(2, 7, Deadlock, "waits for copier"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "leave the queue, then queue again",
            program: || copier(queue_and_leave),
            function: "queue_and_leave",
            expect: Expect::holds(6),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-task",
            role: Role::Fix,
            summary: "a task keeps the place",
            program: || copier(queue_by_task),
            function: "queue_by_task",
            expect: Expect::holds(82),
            loom: Loom::Agrees,
        },
    ],
};
