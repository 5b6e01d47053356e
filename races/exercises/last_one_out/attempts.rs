//! What else people try.

use drawloom::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicU32, fence};
use drawloom::thread;

/// Two who leave a note each; `is_last` counts the leaver down and says whether nobody is left.
fn room(notes: [u32; 2], order: Ordering, is_last: fn(&AtomicU32) -> bool) -> Vec<[u32; 2]> {
    let (readers, left) = (AtomicU32::new(2), [AtomicU32::new(0), AtomicU32::new(0)]);
    let order_to_read = if order == SeqCst { SeqCst } else { Relaxed };
    let leave = |reader: usize| {
        left[reader].store(notes[reader], order);
        is_last(&readers).then(|| [0, 1].map(|note: usize| left[note].load(order_to_read)))
    };
    let found = thread::scope(|scope| {
        let ann = scope.spawn(|| leave(0));
        let ben = scope.spawn(|| leave(1));
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    found.into_iter().flatten().collect()
}

/// Another right one, as an `Arc` does it: only the last pays.
pub(crate) mod release_and_a_fence {
    use super::{Acquire, Relaxed, Release, fence};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, Relaxed, |readers| {
            let is_last = readers.fetch_sub(1, Release) == 1;
            if is_last {
                fence(Acquire);
            }
            is_last
        })
    }
}

/// Another right one.
pub(crate) mod both_at_once {
    use super::{AcqRel, Relaxed};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, Relaxed, |readers| readers.fetch_sub(1, AcqRel) == 1)
    }
}

/// A fence that nobody has released to.
pub(crate) mod a_fence_alone {
    use super::{Acquire, Relaxed, fence};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, Relaxed, |readers| {
            let is_last = readers.fetch_sub(1, Relaxed) == 1;
            fence(Acquire);
            is_last
        })
    }
}

/// The other half of the pair, in the place of the first.
pub(crate) mod acquire_alone {
    use super::{Acquire, Relaxed};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, Relaxed, |readers| readers.fetch_sub(1, Acquire) == 1)
    }
}

/// The strongest order, at the wrong place.
pub(crate) mod order_the_notes {
    use super::{Relaxed, SeqCst};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, SeqCst, |readers| readers.fetch_sub(1, Relaxed) == 1)
    }
}

/// By the second look somebody else may have left.
pub(crate) mod a_second_look {
    use super::{AcqRel, Acquire, Relaxed};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        super::room(notes, Relaxed, |readers| {
            readers.fetch_sub(1, AcqRel);
            readers.load(Acquire) == 0
        })
    }
}

/// Who is joined has been waited for.
pub(crate) mod ben_when_ann_has_left {
    use super::{AtomicU32, Relaxed, thread};

    pub(crate) fn day(notes: [u32; 2]) -> Vec<[u32; 2]> {
        let (readers, left) = (AtomicU32::new(2), [AtomicU32::new(0), AtomicU32::new(0)]);
        let leave = |reader: usize| {
            left[reader].store(notes[reader], Relaxed);
            let is_last = readers.fetch_sub(1, Relaxed) == 1;
            is_last.then(|| [0, 1].map(|note: usize| left[note].load(Relaxed)))
        };
        thread::scope(|scope| {
            let ann = scope.spawn(|| leave(0));
            let by_ann = ann.join().unwrap();
            let ben = scope.spawn(|| leave(1));
            by_ann.into_iter().chain(ben.join().unwrap()).collect()
        })
    }
}
