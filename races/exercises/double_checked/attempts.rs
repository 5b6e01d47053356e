//! What else people try.

use drawloom::sync::Mutex;
use drawloom::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::thread;

use super::stage::Builder;

/// A quick look, the lock, and a second look under it.
fn double_checked(
    builder: &Builder,
    look: Ordering,
    make: fn(&Builder, &AtomicU32, &AtomicBool),
) -> [u32; 2] {
    let (config, built) = (AtomicU32::new(0), AtomicBool::new(false));
    let building = Mutex::new(());
    let get = || {
        if !built.load(look) {
            let _building = building.lock().unwrap();
            if !built.load(Relaxed) {
                make(builder, &config, &built);
            }
        }
        config.load(Relaxed)
    };
    thread::scope(|scope| {
        let ann = scope.spawn(get);
        let ben = scope.spawn(get);
        [ann.join().unwrap(), ben.join().unwrap()]
    })
}

/// Another right one: the flag brings its own ordering.
pub(crate) mod acquire_the_look {
    use super::{Acquire, Builder, Relaxed, Release};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        super::double_checked(builder, Acquire, |builder, config, built| {
            config.store(builder.build(), Relaxed);
            built.store(true, Release);
        })
    }
}

/// Another right one, by those who have thought of it all.
pub(crate) mod a_lazy_lock {
    use drawloom::sync::LazyLock;

    use super::{Builder, thread};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        let config = LazyLock::new(|| builder.build());
        thread::scope(|scope| {
            let ann = scope.spawn(|| *config);
            let ben = scope.spawn(|| *config);
            [ann.join().unwrap(), ben.join().unwrap()]
        })
    }
}

/// The other half of the pair.
pub(crate) mod a_relaxed_flag {
    use super::{Acquire, Builder, Relaxed};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        super::double_checked(builder, Acquire, |builder, config, built| {
            config.store(builder.build(), Relaxed);
            built.store(true, Relaxed);
        })
    }
}

pub(crate) mod the_flag_first {
    use super::{Acquire, Builder, Relaxed, Release};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        super::double_checked(builder, Acquire, |builder, config, built| {
            built.store(true, Release);
            config.store(builder.build(), Relaxed);
        })
    }
}

/// The right orderings, and nobody excludes anybody.
pub(crate) mod no_lock {
    use super::{Acquire, AtomicBool, AtomicU32, Builder, Relaxed, Release, thread};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        let (config, built) = (AtomicU32::new(0), AtomicBool::new(false));
        let get = || {
            if !built.load(Acquire) {
                config.store(builder.build(), Relaxed);
                built.store(true, Release);
            }
            config.load(Relaxed)
        };
        thread::scope(|scope| {
            let ann = scope.spawn(get);
            let ben = scope.spawn(get);
            [ann.join().unwrap(), ben.join().unwrap()]
        })
    }
}

pub(crate) mod ben_when_ann_is_done {
    use super::{AtomicBool, AtomicU32, Builder, Relaxed, thread};

    pub(crate) fn morning(builder: &Builder) -> [u32; 2] {
        let (config, built) = (AtomicU32::new(0), AtomicBool::new(false));
        let get = || {
            if !built.load(Relaxed) {
                config.store(builder.build(), Relaxed);
                built.store(true, Relaxed);
            }
            config.load(Relaxed)
        };
        thread::scope(|scope| {
            let ann = scope.spawn(get);
            let got = ann.join().unwrap();
            let ben = scope.spawn(get);
            [got, ben.join().unwrap()]
        })
    }
}
