//! # The letter that was taken out
//!
//! The post woman takes a letter out of the box, waits for the log, and delivers it. She has so much time
//! for each, and when the log is slow she gives up. The letter is not in the box, and was not delivered.
//!
//! - **Bug:** taken out before the await, delivered after it, and a timeout drops what is between.
//! - **Near misses:** a longer timeout. The box kept locked meanwhile: the guard is dropped with the
//!   future, and unlocks a box that lacks a letter. Deliver in a task of its own, and deliver again when
//!   the time is up: the log was only slow, and the letter is delivered twice.
//! - **Fix:** await first; then take out and deliver in one critical section with no await inside.
//! - **Or:** a guard that puts the letter back when it is dropped. Take it where the await needs the
//!   letter.
//! - **Rule:** a timeout is a drop at any await. Take what you would lose after the last of them.
//!
//! Watch it fail, then hold: `cargo run -- run timeout-loses-item`

use std::future::Future;
use std::mem::take;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex, oneshot};
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Comes when the log is written.
type Logged = oneshot::Receiver<()>;

/// How many letters are in the box, and how many were delivered.
struct Post {
    letters: u32,
    delivered: u32,
}

type Office = Arc<Mutex<Post>>;

/// Taken out before the await, delivered after it.
pub fn bug(letters: u32) {
    post(letters, 50, deliver);
}

/// The box locked meanwhile.
pub fn keep_locked(letters: u32) {
    post(letters, 50, deliver_locked);
}

/// Await first, then take out and deliver.
pub fn fix(letters: u32) {
    post(letters, 50, deliver_at_once);
}

/// Put back when it is dropped.
pub fn put_back(letters: u32) {
    post(letters, 50, deliver_or_put_back);
}

async fn deliver(office: Office, logged: Logged) {
    let letter = take(&mut office.lock().await.letters);
    logged.await.unwrap();
    office.lock().await.delivered += letter;
}

async fn deliver_locked(office: Office, logged: Logged) {
    let mut post = office.lock().await;
    let letter = take(&mut post.letters);
    logged.await.unwrap();
    post.delivered += letter;
}

async fn deliver_again(office: Office, logged: Logged) {
    let mine = Arc::clone(&office);
    let carrier = tokio::spawn(deliver(mine, logged));
    if timeout(Duration::from_millis(20), carrier).await.is_err() {
        office.lock().await.delivered += 1;
    }
}

async fn deliver_at_once(office: Office, logged: Logged) {
    logged.await.unwrap();
    let mut post = office.lock().await;
    let letter = take(&mut post.letters);
    post.delivered += letter;
}

async fn deliver_or_put_back(office: Office, logged: Logged) {
    let letter = take(&mut office.lock().await.letters);
    let mut bag = Bag { letter, office };
    logged.await.unwrap();
    let mut post = bag.office.lock().await;
    post.delivered += take(&mut bag.letter);
}

/// Puts the letter back when it is dropped.
struct Bag {
    letter: u32,
    office: Office,
}

impl Drop for Bag {
    fn drop(&mut self) {
        if self.letter > 0 {
            self.office.try_lock().unwrap().letters += self.letter;
        }
    }
}

/// The stage: so many letters, so many milliseconds for them, and a log that takes its time.
fn post<Deliver>(letters: u32, patience: u64, deliver: fn(Office, Logged) -> Deliver)
where
    Deliver: Future<Output = ()> + Send + 'static,
{
    let office = Arc::new(Mutex::new(Post { letters, delivered: 0 }));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (written, logged) = oneshot::channel();
        let letter = deliver(Arc::clone(&office), logged);
        let woman = tokio::spawn(timeout(Duration::from_millis(patience), letter));
        // She may be gone by then, and the log does not care.
        let log = tokio::spawn(async move { written.send(()).is_ok() });
        woman.await.unwrap().ok();
        log.await.unwrap();
    });
    let post = office.try_lock().unwrap();
    let all = post.letters + post.delivered;
    assert_eq!(all, letters, "a letter is in the box, or was delivered once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "timeout-loses-item",
    title: "The letter that was taken out",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "taken out, then dropped at an await",
    rule: "a timeout is a drop at any await; take what you would lose after the last of them",
    source: (file!(), include_str!("timeout_loses_item.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "take out, await, deliver, under a timeout",
            program: || bug(1),
            function: "deliver",
            expect: Expect::fails(1, 5, Panic, "a letter is in the box, or was delivered once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "longer-timeout",
            role: Role::NearMiss,
            summary: "a timeout a thousand times as long",
            program: || post(1, 50_000, deliver),
            function: "deliver",
            expect: Expect::fails(1, 5, Panic, "a letter is in the box, or was delivered once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "keep-locked",
            role: Role::NearMiss,
            summary: "the box kept locked from the first to the last",
            program: || keep_locked(1),
            function: "deliver_locked",
            expect: Expect::fails(1, 5, Panic, "a letter is in the box, or was delivered once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "deliver-again",
            role: Role::NearMiss,
            summary: "not dropped when the time is up, but done again",
            program: || post(1, 50_000, deliver_again),
            function: "deliver_again",
            expect: Expect::fails(34, 81, Panic, "a letter is in the box, or was delivered once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "await first, then take out and deliver under one lock",
            program: || fix(1),
            function: "deliver_at_once",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
        Variant {
            id: "put-back",
            role: Role::Fix,
            summary: "a guard that puts it back when it is dropped",
            program: || put_back(1),
            function: "deliver_or_put_back",
            expect: Expect::holds(5),
            loom: Loom::Agrees,
        },
    ],
};
