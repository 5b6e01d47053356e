//! The stage of `cancelled-half-way`: a slow disk, a patience, and who adds up what is left.

use std::future::Future;
use std::time::Duration;

use drawloom::tokio::sync::oneshot;

use super::judge::{Case, Seen, Task};

/// What is judged.
pub const TASK: Task = Task { id: "cancelled-half-way", is_about_memory: false };

/// How long a teller waits for the disk.
pub const PATIENCE: Duration = Duration::from_millis(50);

/// Comes when the disk has written what it was given.
pub type Flushed = oneshot::Receiver<()>;

/// A disk that takes its time: to be spawned beside the teller.
pub fn disk() -> (impl Future<Output = ()> + Send + 'static, Flushed) {
    let (written, flushed) = oneshot::channel();
    // The teller may be gone by then, and the disk does not care.
    (async move { written.send(()).ok(); }, flushed)
}

/// A day on which 30 are moved from Alice to Bob.
pub fn cases(day: fn() -> (i64, i64)) -> Vec<Case> {
    let program = move || {
        let (alice, bob) = day();
        assert_eq!(alice + bob, 100, "no money is lost on the way");
        Seen::from([if bob == 30 { "transferred" } else { "given up" }])
    };
    let case = Case::new("a slow disk", program);
    vec![
        case.must_be_seen("transferred", "the transfer is never made")
            .must_be_seen("given up", "the transfer is never given up, however slow the disk is"),
    ]
}
