//! # The key that was never hung up
//!
//! There is one key to the archive. Ann takes it from the hook, waits for the lift, and hangs it up again.
//! When the lift takes too long she is called away, with the key in her pocket. Bob waits for ever.
//!
//! - **Bug:** the permit is given back by a line after the await. A future that is dropped at the await
//!   never gets to that line.
//! - **Near misses:** give it back on an error too: to be dropped is not an error, no line runs at all. A
//!   longer timeout.
//! - **Fix:** keep the permit. It gives itself back when it is dropped, wherever that is.
//! - **Or:** where the library hands out no permit, a guard of your own whose destructor gives back.
//! - **Rule:** what must happen on every way out belongs in a destructor.
//!
//! Watch it fail, then hold: `cargo run -- run permit-leak-on-cancel`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::Arc;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Semaphore, oneshot};
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Comes when the lift is there.
type Lift = oneshot::Receiver<()>;

/// Given back at the end of the way.
pub fn bug(keys: usize) {
    archive(keys, 50, fetch);
}

/// Given back after an error as well.
pub fn on_error(keys: usize) {
    archive(keys, 50, fetch_minding_errors);
}

/// The permit itself is kept.
pub fn fix(keys: usize) {
    archive(keys, 50, fetch_keeping);
}

/// Given back when it is dropped.
pub fn guard(keys: usize) {
    archive(keys, 50, fetch_with_guard);
}

async fn fetch(keys: Arc<Semaphore>, lift: Lift) {
    keys.acquire().await.unwrap().forget();
    lift.await.unwrap();
    keys.add_permits(1);
}

async fn fetch_minding_errors(keys: Arc<Semaphore>, lift: Lift) {
    keys.acquire().await.unwrap().forget();
    let came = lift.await;
    keys.add_permits(1);
    came.unwrap();
}

async fn fetch_keeping(keys: Arc<Semaphore>, lift: Lift) {
    let _key = keys.acquire().await.unwrap();
    lift.await.unwrap();
}

async fn fetch_with_guard(keys: Arc<Semaphore>, lift: Lift) {
    keys.acquire().await.unwrap().forget();
    let _hook = Hook(&keys);
    lift.await.unwrap();
}

/// Hangs the key up when it is dropped.
struct Hook<'a>(&'a Semaphore);

impl Drop for Hook<'_> {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

/// The stage: so many keys, Ann, who has so many milliseconds, a lift, and Bob, who needs the key after her.
fn archive<Fetch>(keys: usize, patience: u64, fetch: fn(Arc<Semaphore>, Lift) -> Fetch)
where
    Fetch: Future<Output = ()> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let keys = Arc::new(Semaphore::new(keys));
        let (comes, lift) = oneshot::channel();
        let way = fetch(Arc::clone(&keys), lift);
        let ann = tokio::spawn(timeout(Duration::from_millis(patience), way));
        // Ann may be gone by then, and the lift does not care.
        let lift = tokio::spawn(async move { comes.send(()).is_ok() });
        ann.await.unwrap().ok();
        lift.await.unwrap();
        let bob = tokio::spawn(async move { drop(keys.acquire().await.unwrap()) });
        bob.await.unwrap();
    });
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "permit-leak-on-cancel",
    title: "The key that was never hung up",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "given back by a line that never runs",
    rule: "what must happen on every way out belongs in a destructor",
    source: (file!(), include_str!("permit_leak_on_cancel.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "take, await, give back, under a timeout",
            program: || bug(1),
            function: "fetch",
            expect: Expect::fails(1, 5, Deadlock, "waits for keys"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "on-error",
            role: Role::NearMiss,
            summary: "give back on an error too",
            program: || on_error(1),
            function: "fetch_minding_errors",
            expect: Expect::fails(1, 5, Deadlock, "waits for keys"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "longer-timeout",
            role: Role::NearMiss,
            summary: "a timeout a thousand times as long",
            program: || archive(1, 50_000, fetch),
            function: "fetch",
            expect: Expect::fails(1, 5, Deadlock, "waits for keys"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "keep the permit, which gives itself back",
            program: || fix(1),
            function: "fetch_keeping",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-guard",
            role: Role::Fix,
            summary: "a guard of one's own gives it back",
            program: || guard(1),
            function: "fetch_with_guard",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
    ],
};
