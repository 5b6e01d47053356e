//! Whoever needs the config first builds it. A quick look at a flag spares the others the lock. Sometimes
//! somebody gets a config that is not built yet.
//!
//! Repair it, so that whoever gets a config gets the one that was built, and it is built once. Both may
//! need it at any time.

use drawloom::sync::Mutex;
use drawloom::sync::atomic::Ordering::{Relaxed, Release};
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::thread;

use super::stage::Builder;

struct Office {
    config: AtomicU32,
    built: AtomicBool,
    building: Mutex<()>,
}

/// A morning on which two need the config; returns what each of them got.
pub fn morning(builder: &Builder) -> [u32; 2] {
    let (config, built) = (AtomicU32::new(0), AtomicBool::new(false));
    let office = Office { config, built, building: Mutex::new(()) };
    thread::scope(|scope| {
        let ann = scope.spawn(|| get(&office, builder));
        let ben = scope.spawn(|| get(&office, builder));
        [ann.join().unwrap(), ben.join().unwrap()]
    })
}

fn get(office: &Office, builder: &Builder) -> u32 {
    if !office.built.load(Relaxed) {
        let _building = office.building.lock().unwrap();
        if !office.built.load(Relaxed) {
            office.config.store(builder.build(), Relaxed);
            office.built.store(true, Release);
        }
    }
    office.config.load(Relaxed)
}
