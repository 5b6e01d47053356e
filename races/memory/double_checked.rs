//! # Double-checked
//!
//! Whoever needs the config first builds it. Looking at a flag before taking the lock makes it quick, and
//! sometimes somebody gets a config that is not built yet.
//!
//! - **Bug:** the quick look is `Relaxed`. It sees the flag, and nothing says that it sees what was built
//!   before the flag went up.
//! - **Near misses:** a builder that raises the flag with `Relaxed` too little; one that raises it first.
//! - **Fix:** no quick look: the lock, and the check inside. Where that is measured to be too slow, the
//!   flag goes up with `Release` and the quick look is an `Acquire`.
//! - **Or:** a `LazyLock`, which has the quick look, the lock and the right orderings in it. Take it: those
//!   who wrote it have thought of this page.
//! - **Rule:** a path around the lock must bring its own ordering.
//!
//! Watch it fail, then hold: `cargo run -- run double-checked`

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::sync::LazyLock;
use drawloom::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

fn bug() {
    double_checked(Relaxed, |config, built| {
        config.store(42, Relaxed);
        built.store(true, Release);
    });
}

fn relaxed_flag() {
    double_checked(Acquire, |config, built| {
        config.store(42, Relaxed);
        built.store(true, Relaxed);
    });
}

fn flag_first() {
    double_checked(Acquire, |config, built| {
        built.store(true, Release);
        config.store(42, Relaxed);
    });
}

fn fix() {
    let config = Mutex::new(None);
    two_users(|| *config.lock().get_or_insert(42));
}

fn acquire() {
    double_checked(Acquire, |config, built| {
        config.store(42, Relaxed);
        built.store(true, Release);
    });
}

fn lazy_lock() {
    let config = LazyLock::new(|| 42);
    two_users(|| *config);
}

/// A quick look, the lock, a second look under it, and the config.
fn double_checked(quick_look: Ordering, make: impl Fn(&AtomicU32, &AtomicBool) + Sync) {
    let (config, built) = (AtomicU32::new(0), AtomicBool::new(false));
    let building = Mutex::new(());
    two_users(|| {
        if !built.load(quick_look) {
            let _building = building.lock();
            if !built.load(Relaxed) {
                make(&config, &built);
            }
        }
        config.load(Relaxed)
    });
}

/// The stage: two threads that need the config.
fn two_users(get: impl Fn() -> u32 + Sync) {
    let got = thread::scope(|scope| {
        let ann = scope.spawn(&get);
        let ben = scope.spawn(&get);
        [ann.join().unwrap(), ben.join().unwrap()]
    });
    assert_eq!(got, [42, 42], "nobody gets a half-built config");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "double-checked",
    title: "Double-checked",
    family: "ordering",
    setting: Setting::Memory,
    summary: "a quick look before the lock",
    rule: "a path around the lock must bring its own ordering",
    source: (file!(), include_str!("double_checked.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "a Relaxed look before the lock",
            program: bug,
            function: "bug",
            expect: Expect::holds(62),
            loom: Loom::FindsMore(Panic, "nobody gets a half-built config"),
        },
        Variant {
            id: "relaxed-flag",
            role: Role::NearMiss,
            summary: "an Acquire look at a Relaxed flag",
            program: relaxed_flag,
            function: "relaxed_flag",
            expect: Expect::holds(62),
            loom: Loom::FindsMore(Panic, "nobody gets a half-built config"),
        },
        Variant {
            id: "flag-first",
            role: Role::NearMiss,
            summary: "the right orderings, the flag first",
            program: flag_first,
            function: "flag_first",
            expect: Expect::fails(2, 60, Panic, "nobody gets a half-built config"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "no quick look: the lock, and the check inside",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "acquire",
            role: Role::Fix,
            summary: "an Acquire look at a Release flag",
            program: acquire,
            function: "acquire",
            expect: Expect::holds(62),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lazy-lock",
            role: Role::Fix,
            summary: "a LazyLock",
            program: lazy_lock,
            function: "lazy_lock",
            // Who comes second waits for the end of the first.
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
