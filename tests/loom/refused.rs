//! What it cannot do, by the book's table: each row is refused, or is otherwise, as it says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use drawloom::parking_lot::{self, RwLockWriteGuard};
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::mpsc::channel;
use drawloom::sync::{Barrier, Condvar, Mutex, RwLock};
use drawloom::time::Instant;
use drawloom::{Check, Engine, Limit, Sampling, Verdict, thread};

use super::{both, holds, refused};

const SOON: Duration = Duration::from_millis(5);

/// The rows of the book's table: what each says, and why.
fn table() -> BTreeMap<String, (String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/loom.md");
    let text = fs::read_to_string(path).unwrap();
    let (_, part) = text.split_once("<!-- under loom -->").unwrap();
    let (part, _) = part.split_once("<!-- end of under loom -->").unwrap();
    let mut rows = BTreeMap::new();
    for line in part.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        for item in expanded(&cells[1].replace('`', "")) {
            rows.insert(item, (cells[2].to_owned(), cells[3].to_owned()));
        }
    }
    rows
}

/// `A::{b, c}` is `A::b` and `A::c`.
fn expanded(name: &str) -> Vec<String> {
    let Some((start, rest)) = name.split_once('{') else { return vec![name.to_owned()] };
    rest.trim_end_matches('}').split(", ").map(|end| format!("{start}{end}")).collect()
}

/// What each reason of the table is in the words of a verdict.
fn sentence(why: &str) -> &'static str {
    match why {
        "it has no clock" => {
            "loom has no clock: it cannot try every moment at which a wait with a time limit may end\n\
             help: check the program with the explorer"
        }
        "its lock has one kind of reader" => {
            "loom has no reader-writer lock that can be upgraded or downgraded\n\
             help: check the program with the explorer"
        }
        why => panic!("no such reason: {why}"),
    }
}

/// An item, and a program that uses it.
type Used = (&'static str, Box<dyn Fn() + Send + Sync>);

fn used(item: &'static str, program: impl Fn() + Send + Sync + 'static) -> Used {
    (item, Box::new(program))
}

/// A wait is over, however it has ended.
fn over<T: Copy>(_: T) {}

fn of_std() -> Vec<Used> {
    fn waits(wait: impl Fn(&Condvar, drawloom::sync::MutexGuard<'_, u8>)) {
        wait(&Condvar::new(), Mutex::new(0).lock().unwrap());
    }
    vec![
        used("sync::Condvar::wait_timeout", || {
            waits(|rung, lock| drop(rung.wait_timeout(lock, SOON)));
        }),
        used("sync::Condvar::wait_timeout_ms", || {
            #[allow(deprecated, reason = "it is there")]
            waits(|rung, lock| drop(rung.wait_timeout_ms(lock, 5)));
        }),
        used("sync::Condvar::wait_timeout_while", || {
            waits(|rung, lock| drop(rung.wait_timeout_while(lock, SOON, |_| true)));
        }),
        used("sync::mpsc::Receiver::recv_timeout", || {
            let (_sender, receiver) = channel::<u8>();
            over(receiver.recv_timeout(SOON));
        }),
        used("thread::park_timeout", || thread::park_timeout(SOON)),
        used("thread::park_timeout_ms", || {
            #[allow(deprecated, reason = "it is there")]
            thread::park_timeout_ms(5);
        }),
    ]
}

fn of_parking_lot() -> Vec<Used> {
    use parking_lot::{Condvar, FairMutex, Mutex, ReentrantMutex, RwLock};
    fn waits(wait: impl Fn(&Condvar, &mut parking_lot::MutexGuard<'_, u8>)) {
        wait(&Condvar::new(), &mut Mutex::new(0).lock());
    }
    let until = || Instant::now() + SOON;
    vec![
        used("parking_lot::Mutex::try_lock_for", || drop(Mutex::new(0).try_lock_for(SOON))),
        used("parking_lot::Mutex::try_lock_until", move || {
            drop(Mutex::new(0).try_lock_until(until()));
        }),
        used("parking_lot::FairMutex::try_lock_for", || drop(FairMutex::new(0).try_lock_for(SOON))),
        used("parking_lot::FairMutex::try_lock_until", move || {
            drop(FairMutex::new(0).try_lock_until(until()));
        }),
        used("parking_lot::ReentrantMutex::try_lock_for", || {
            drop(ReentrantMutex::new(0).try_lock_for(SOON));
        }),
        used("parking_lot::ReentrantMutex::try_lock_until", move || {
            drop(ReentrantMutex::new(0).try_lock_until(until()));
        }),
        used("parking_lot::RwLock::try_read_for", || drop(RwLock::new(0).try_read_for(SOON))),
        used("parking_lot::RwLock::try_read_until", move || {
            drop(RwLock::new(0).try_read_until(until()));
        }),
        used("parking_lot::RwLock::try_write_for", || drop(RwLock::new(0).try_write_for(SOON))),
        used("parking_lot::RwLock::try_write_until", move || {
            drop(RwLock::new(0).try_write_until(until()));
        }),
        used("parking_lot::Condvar::wait_for", || {
            waits(|rung, lock| over(rung.wait_for(lock, SOON)));
        }),
        used("parking_lot::Condvar::wait_until", move || {
            waits(|rung, lock| over(rung.wait_until(lock, until())));
        }),
        used("parking_lot::Condvar::wait_while_for", || {
            waits(|rung, lock| over(rung.wait_while_for(lock, |_| true, SOON)));
        }),
        used("parking_lot::Condvar::wait_while_until", move || {
            waits(|rung, lock| over(rung.wait_while_until(lock, |_| true, until())));
        }),
        used("parking_lot::RwLock::upgradable_read", || drop(RwLock::new(0).upgradable_read())),
        used("parking_lot::RwLock::try_upgradable_read", || {
            drop(RwLock::new(0).try_upgradable_read());
        }),
        used("parking_lot::RwLock::try_upgradable_read_for", || {
            drop(RwLock::new(0).try_upgradable_read_for(SOON));
        }),
        used("parking_lot::RwLock::try_upgradable_read_until", move || {
            drop(RwLock::new(0).try_upgradable_read_until(until()));
        }),
        used("parking_lot::RwLockWriteGuard::downgrade", || {
            drop(RwLockWriteGuard::downgrade(RwLock::new(0).write()));
        }),
        used("parking_lot::RwLockWriteGuard::downgrade_to_upgradable", || {
            drop(RwLockWriteGuard::downgrade_to_upgradable(RwLock::new(0).write()));
        }),
    ]
}

#[test]
fn what_the_table_says_is_refused_is_refused_with_that_reason() {
    let rows = table();
    let of_the_facade = |name: &&String| name.contains("::") && !name.starts_with("Check::");
    let named: BTreeSet<&str> = rows
        .iter()
        .filter(|(_, (status, _))| status == "refused")
        .map(|(name, _)| name)
        .filter(of_the_facade)
        .map(String::as_str)
        .collect();
    let programs: Vec<Used> = of_std().into_iter().chain(of_parking_lot()).collect();
    assert_eq!(programs.iter().map(|(name, _)| *name).collect::<BTreeSet<_>>(), named);
    for (name, program) in programs {
        assert_eq!(refused(program), sentence(&rows[name].1), "{name}");
    }
}

#[test]
fn what_the_tables_of_the_api_say_is_refused_under_loom_is_in_the_table() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/api.md"));
    let rows = table();
    let mut module = String::new();
    for line in text.unwrap().lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.split(' ').next().unwrap().trim_start_matches("std::").clone_into(&mut module);
        }
        if line.starts_with("| `")
            && line.ends_with("refused under loom |")
            && module != "parking_lot"
        {
            let name = line.split('`').nth(1).unwrap();
            for item in expanded(name) {
                let item = format!("{module}::{item}");
                assert_eq!(rows.get(&item).map(|row| &*row.0), Some("refused"), "{item}");
            }
        }
    }
}

#[test]
fn what_is_asked_of_a_check_that_loom_cannot_do_is_refused() {
    let loom = || Check::new().engine(Engine::Loom);
    let why = |check: Check| match check.run(|| ()).verdict {
        Verdict::Inconclusive(Limit::Refused(why)) => why,
        verdict => panic!("{verdict:?}"),
    };
    let rows = table();
    let asked = [
        ("Check::spurious_wakeups", loom().spurious_wakeups(1), "loom wakes nobody for no reason"),
        (
            "Check::preemptions",
            loom().preemptions(1),
            "loom decides itself which schedules are run",
        ),
        (
            "Check::sample",
            loom().sample(Sampling::Uniform { executions: 1, seed: 1 }),
            "loom decides itself which schedules are run",
        ),
        ("Check::replay", loom().replay("0".parse().unwrap()), "loom cannot replay a schedule"),
    ];
    let named: Vec<&String> = rows.keys().filter(|name| name.starts_with("Check::")).collect();
    assert_eq!(named.len(), asked.len());
    for (name, check, says) in asked {
        assert_eq!(rows[name].0, "refused");
        let why = why(check);
        assert!(why.starts_with(says) && why.contains("\nhelp: "), "{name}: {why}");
    }
}

#[test]
fn what_is_otherwise_is_as_the_table_says() {
    let weak = || AtomicU32::new(0).compare_exchange_weak(0, 1, SeqCst, SeqCst).is_ok();
    assert_eq!(holds(weak).0, [true]);
    let sleep = || {
        let turn = AtomicU32::new(0);
        let sleeper = |long: u32| {
            let turn = &turn;
            move || {
                thread::sleep(SOON * long);
                turn.fetch_add(1, SeqCst)
            }
        };
        both(sleeper(1), sleeper(2))
    };
    assert_eq!(holds(sleep).0, [(0, 1), (1, 0)]);
    let still = || {
        let start = Instant::now();
        thread::sleep(SOON);
        start.elapsed()
    };
    assert_eq!(holds(still).0, [Duration::ZERO]);
    let lead = || {
        let (gate, came) = (Barrier::new(2), AtomicU32::new(0));
        let meet = || (came.fetch_add(1, SeqCst), gate.wait().is_leader());
        both(meet, meet)
    };
    assert!(holds(lead).0.into_iter().all(|(one, other)| one.1 != other.1));
    let gets_in = || {
        let table = RwLock::new(0);
        let first = table.read().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| *table.write().unwrap() = 1);
            let seen = *table.read().unwrap();
            drop(first);
            seen
        })
    };
    assert_eq!(holds(gets_in).0, [0]);
    let woken = || {
        let rung = parking_lot::Condvar::new();
        (rung.notify_one(), rung.notify_all())
    };
    assert_eq!(holds(woken).0, [(false, 0)]);
}
