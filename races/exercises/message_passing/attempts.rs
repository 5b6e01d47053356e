//! What else people try.

use drawloom::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::thread;

fn post(text: u32, [write, raise, look, read]: [Ordering; 4]) -> Option<u32> {
    let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let ann = scope.spawn(|| {
            letter.store(text, write);
            flag.store(true, raise);
        });
        let ben = scope.spawn(|| flag.load(look).then(|| letter.load(read)));
        ann.join().unwrap();
        ben.join().unwrap()
    })
}

/// Another right one, where nobody may wait.
pub(crate) mod release_and_acquire {
    use super::{Acquire, Relaxed, Release};

    pub(crate) fn day(text: u32) -> Option<u32> {
        super::post(text, [Relaxed, Release, Acquire, Relaxed])
    }
}

pub(crate) mod release_alone {
    use super::{Relaxed, Release};

    pub(crate) fn day(text: u32) -> Option<u32> {
        super::post(text, [Relaxed, Release, Relaxed, Relaxed])
    }
}

/// The strongest order, at the wrong place.
pub(crate) mod order_the_letter {
    use super::{Relaxed, SeqCst};

    pub(crate) fn day(text: u32) -> Option<u32> {
        super::post(text, [SeqCst, Relaxed, Relaxed, SeqCst])
    }
}

pub(crate) mod the_flag_first {
    use super::{AtomicBool, AtomicU32, SeqCst, thread};

    pub(crate) fn day(text: u32) -> Option<u32> {
        let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            let ann = scope.spawn(|| {
                flag.store(true, SeqCst);
                letter.store(text, SeqCst);
            });
            let ben = scope.spawn(|| flag.load(SeqCst).then(|| letter.load(SeqCst)));
            ann.join().unwrap();
            ben.join().unwrap()
        })
    }
}

pub(crate) mod ben_when_ann_is_done {
    use super::{AtomicBool, AtomicU32, Relaxed, thread};

    pub(crate) fn day(text: u32) -> Option<u32> {
        let (letter, flag) = (AtomicU32::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            let ann = scope.spawn(|| {
                letter.store(text, Relaxed);
                flag.store(true, Relaxed);
            });
            ann.join().unwrap();
            let ben = scope.spawn(|| flag.load(Relaxed).then(|| letter.load(Relaxed)));
            ben.join().unwrap()
        })
    }
}
