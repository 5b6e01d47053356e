//! A limiter of rates: a bucket of tokens in one atomic, and a clock that fills it up.

use super::sync::atomic::{AtomicU32, Ordering};
use super::thread;

struct Bucket {
    tokens: AtomicU32,
    room: u32,
}

impl Bucket {
    fn pass(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(1);
        // ORDERING: the number is all there is to it.
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    fn refill(&self) {
        let add = |tokens| (tokens < self.room).then_some(tokens + 1);
        // A full bucket stays as it is.
        // ORDERING: as above.
        let _full = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

/// One token, room for one, two callers and one tick of the clock: who passes, and what is left.
pub(crate) fn passes() -> (bool, bool, u32) {
    let bucket = Bucket { tokens: AtomicU32::new(1), room: 1 };
    let (one, other) = thread::scope(|scope| {
        let one = scope.spawn(|| bucket.pass());
        let other = scope.spawn(|| bucket.pass());
        scope.spawn(|| bucket.refill());
        (one.join().unwrap(), other.join().unwrap())
    });
    (one, other, bucket.tokens.into_inner())
}
