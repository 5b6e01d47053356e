//! # Exists, then create
//!
//! Two processes use a file as a lock: whoever creates it goes ahead. Sometimes both do.
//!
//! - **Bug:** whether it exists and creating it are two calls of the system.
//! - **Near misses:** a lock inside each process, which the other process has never heard of; a second look
//!   just before creating.
//! - **Fix:** a lock that the system keeps for both, such as `flock` on the folder, from the look to the
//!   creation. Where the file is all there is to do, `create_new` is one call: choose that.
//! - **Rule:** a lock must live where all can see it who must respect it.
//!
//! Watch it fail, then hold: `cargo run -- run file-toctou`

use std::collections::BTreeSet;

use drawloom::FailureKind::Panic;
use drawloom::parking_lot::Mutex;
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// Exists, then create.
pub fn bug(processes: u32) {
    processes_start(processes, |disk| !disk.exists("lock") && disk.create("lock"));
}

/// A lock inside each process.
pub fn own_lock(processes: u32) {
    processes_start(processes, |disk| {
        let own = Mutex::new(());
        let _own = own.lock();
        !disk.exists("lock") && disk.create("lock")
    });
}

/// A second look just before creating.
pub fn look_twice(processes: u32) {
    processes_start(processes, |disk| {
        !disk.exists("lock") && !disk.exists("lock") && disk.create("lock")
    });
}

/// A lock that the system keeps for all.
pub fn fix(processes: u32) {
    processes_start(processes, |disk| {
        let _flock = disk.flock.lock();
        !disk.exists("lock") && disk.create("lock")
    });
}

/// One call that makes the file or fails.
pub fn create_new(processes: u32) {
    processes_start(processes, |disk| disk.create_new("lock"));
}

/// A file system: what processes have in common. Each call is one step of the system.
struct Disk {
    files: Mutex<BTreeSet<&'static str>>,
    flock: Mutex<()>,
}

impl Disk {
    fn exists(&self, name: &str) -> bool {
        self.files.lock().contains(name)
    }

    /// Opens the file, and makes it if it is not there: that works either way.
    fn create(&self, name: &'static str) -> bool {
        self.files.lock().insert(name);
        true
    }

    /// Makes the file, or fails if it is there.
    fn create_new(&self, name: &'static str) -> bool {
        self.files.lock().insert(name)
    }
}

/// The stage: processes, which share a disk and no memory.
fn processes_start(processes: u32, owns: impl Fn(&Disk) -> bool + Sync) {
    let files = Mutex::new(BTreeSet::new());
    let flock = Mutex::new(());
    let disk = Disk { files, flock };
    let process = || owns(&disk);
    let owners = thread::scope(|scope| {
        let mut started = Vec::new();
        for _ in 0..processes {
            started.push(scope.spawn(process));
        }
        started.into_iter().filter_map(|process| process.join().unwrap().then_some(())).count()
    });
    assert_eq!(owners, 1, "one process owns the file");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "file-toctou",
    title: "Exists, then create",
    family: "check-then-act",
    setting: Setting::Threads,
    summary: "exists, then create",
    rule: "a lock must live where all can see it who must respect it",
    source: (file!(), include_str!("file_toctou.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "exists, then create",
            program: || bug(2),
            function: "bug",
            expect: Expect::fails(4, 6, Panic, "one process owns the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "own-lock",
            role: Role::NearMiss,
            summary: "a lock inside each process",
            program: || own_lock(2),
            function: "own_lock",
            expect: Expect::fails(64, 114, Panic, "one process owns the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-twice",
            role: Role::NearMiss,
            summary: "a second look just before creating",
            program: || look_twice(2),
            function: "look_twice",
            expect: Expect::fails(12, 20, Panic, "one process owns the file"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a lock that the system keeps for both",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "create-new",
            role: Role::Fix,
            summary: "one call that makes the file or fails",
            program: || create_new(2),
            function: "create_new",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
    ],
};
