//! The search against brute force, on random programs of what strands can wait for besides plain locks.
//!
//! As in `threads`, the same program is run under every schedule, one execution each and nothing
//! merged, and by the search: both must find the same schedules, failures and outcomes, and the search
//! must have run one execution for each class. And with all schedules at hand, all that is said of
//! their steps is looked up: see `Check::audit`.

use std::time::Duration;

use drawloom::parking_lot::{self, RwLockUpgradableReadGuard, RwLockWriteGuard};
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use drawloom::sync::{Barrier, Condvar, Mutex, Once, OnceLock};
use drawloom::thread;
use proptest::prelude::*;

use super::brute::{Seen, Threads, agree, config, run_all, threads};

// What is done once, where strands meet, and exchanges that fail for no reason.

#[derive(Clone, Copy, Debug)]
enum Meeting {
    Store(u8),
    Weak(u8),
    Call,
    IsDone,
    WaitForIt,
    Set(u8),
    Get,
    Meet,
}

struct Places {
    x: AtomicU8,
    start: Once,
    name: OnceLock<u8>,
    gate: Barrier,
}

fn meeting() -> impl Strategy<Value = Meeting> {
    prop_oneof![
        (0..3_u8).prop_map(Meeting::Store),
        (0..2_u8).prop_map(Meeting::Weak),
        Just(Meeting::Call),
        Just(Meeting::IsDone),
        Just(Meeting::WaitForIt),
        (1..3_u8).prop_map(Meeting::Set),
        Just(Meeting::Get),
        Just(Meeting::Meet),
    ]
}

fn meet(lines: &[Meeting], places: &Places) -> Seen {
    let mut seen = Vec::new();
    for &line in lines {
        match line {
            Meeting::Store(value) => places.x.store(value, SeqCst),
            Meeting::Weak(value) => {
                let swapped = places.x.compare_exchange_weak(value, 7, SeqCst, SeqCst);
                seen.push(swapped.unwrap_or_else(|other| 10 + other));
            }
            Meeting::Call => {
                let mut began = 0;
                places.start.call_once(|| began = 1 + places.x.fetch_add(1, SeqCst));
                seen.push(began);
            }
            Meeting::IsDone => seen.push(places.start.is_completed().into()),
            Meeting::WaitForIt => places.start.wait(),
            Meeting::Set(value) => seen.push(places.name.set(value).is_ok().into()),
            Meeting::Get => seen.push(places.name.get().copied().unwrap_or(0)),
            Meeting::Meet => seen.push(places.gate.wait().is_leader().into()),
        }
    }
    seen
}

fn meetings_agree(threads: Threads<Meeting>) -> Result<(), TestCaseError> {
    let program = move || {
        let places = Places {
            x: AtomicU8::new(0),
            start: Once::new(),
            name: OnceLock::new(),
            gate: Barrier::new(2),
        };
        let contexts = threads.iter().map(|_| &places).collect();
        run_all(&threads, contexts, meet)
    };
    agree(program)
}

// Reader-writer locks that let no new reader in.

#[derive(Clone, Copy, Debug)]
enum Claiming {
    Read,
    Write,
    TryRead,
    TryWrite,
    Unlock,
    Add,
}

enum Held<'a> {
    Reader { _guard: parking_lot::RwLockReadGuard<'a, u8> },
    Writer { _guard: parking_lot::RwLockWriteGuard<'a, u8> },
}

fn written(mut guard: parking_lot::RwLockWriteGuard<'_, u8>) -> Held<'_> {
    *guard += 1;
    Held::Writer { _guard: guard }
}

fn claiming() -> impl Strategy<Value = Claiming> {
    prop_oneof![
        Just(Claiming::Read),
        Just(Claiming::Write),
        Just(Claiming::TryRead),
        Just(Claiming::TryWrite),
        Just(Claiming::Unlock),
        Just(Claiming::Add),
    ]
}

fn claim(lines: &[Claiming], (table, x): (&parking_lot::RwLock<u8>, &AtomicU8)) -> Seen {
    let mut seen = Vec::new();
    let mut held = Vec::new();
    for &line in lines {
        match line {
            Claiming::Read => {
                let guard = table.read();
                seen.push(*guard);
                held.push(Held::Reader { _guard: guard });
            }
            Claiming::Write => held.push(written(table.write())),
            Claiming::TryRead => match table.try_read() {
                Some(guard) => {
                    seen.push(*guard);
                    held.push(Held::Reader { _guard: guard });
                }
                None => seen.push(9),
            },
            Claiming::TryWrite => match table.try_write() {
                Some(guard) => held.push(written(guard)),
                None => seen.push(8),
            },
            Claiming::Unlock => drop(held.pop()),
            Claiming::Add => seen.push(x.fetch_add(1, SeqCst)),
        }
    }
    seen
}

fn claims_agree(threads: Threads<Claiming>) -> Result<(), TestCaseError> {
    let program = move || {
        let (table, x) = (parking_lot::RwLock::new(0), AtomicU8::new(0));
        let contexts = threads.iter().map(|_| (&table, &x)).collect();
        run_all(&threads, contexts, claim)
    };
    agree(program)
}

// Channels. The last thread receives.

#[derive(Clone, Copy, Debug)]
enum Passing {
    Send(u8),
    Receive,
    TryReceive,
    SendBounded(u8),
    TrySendBounded(u8),
    ReceiveBounded,
    HangUp,
    Add,
}

struct Ends<'a> {
    sender: Option<Sender<u8>>,
    bounded: Option<SyncSender<u8>>,
    receivers: Option<(Receiver<u8>, Receiver<u8>)>,
    x: &'a AtomicU8,
}

fn passing() -> impl Strategy<Value = Passing> {
    prop_oneof![
        (1..4_u8).prop_map(Passing::Send),
        Just(Passing::Receive),
        Just(Passing::TryReceive),
        Just(Passing::HangUp),
        Just(Passing::Add),
    ]
}

/// What is in a channel before there are threads.
fn sent() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(4..6_u8, 0..3)
}

fn bounded_passing() -> impl Strategy<Value = Passing> {
    prop_oneof![
        (1..4_u8).prop_map(Passing::SendBounded),
        (1..4_u8).prop_map(Passing::TrySendBounded),
        Just(Passing::ReceiveBounded),
        Just(Passing::HangUp),
        Just(Passing::Add),
    ]
}

fn pass(lines: &[Passing], mut ends: Ends<'_>) -> Seen {
    let mut seen = Vec::new();
    for &line in lines {
        match line {
            Passing::Send(value) => {
                let sent = ends.sender.as_ref().map(|sender| sender.send(value).is_ok());
                seen.push(sent.map_or(7, u8::from));
            }
            Passing::SendBounded(value) => {
                let sent = ends.bounded.as_ref().map(|sender| sender.send(value).is_ok());
                seen.push(sent.map_or(7, u8::from));
            }
            Passing::TrySendBounded(value) => {
                let sent = ends.bounded.as_ref().map(|sender| sender.try_send(value).is_ok());
                seen.push(sent.map_or(7, u8::from));
            }
            Passing::Receive => {
                seen.extend(ends.receivers.as_ref().map(|both| both.0.recv().unwrap_or(9)));
            }
            Passing::TryReceive => {
                let received = ends.receivers.as_ref().map(|both| both.0.try_recv());
                seen.extend(received.map(|value| {
                    value.unwrap_or_else(|why| 20 + u8::from(why.to_string().contains("closed")))
                }));
            }
            Passing::ReceiveBounded => {
                seen.extend(ends.receivers.as_ref().map(|both| both.1.recv().unwrap_or(9)));
            }
            Passing::HangUp => {
                drop((ends.sender.take(), ends.bounded.take(), ends.receivers.take()));
            }
            Passing::Add => seen.push(ends.x.fetch_add(1, SeqCst)),
        }
    }
    seen
}

fn channels_agree(
    threads: Threads<Passing>,
    sent: Vec<u8>,
    bound: Option<usize>,
) -> Result<(), TestCaseError> {
    let program = move || {
        let x = AtomicU8::new(0);
        let (sender, receiver) = channel();
        let (bounded, other) = sync_channel(bound.unwrap_or(1));
        let last = threads.len() - 1;
        let mut receivers = Some((receiver, other));
        let mut contexts = Vec::new();
        for number in 0..threads.len() {
            contexts.push(Ends {
                sender: bound.is_none().then(|| sender.clone()),
                bounded: bound.is_some().then(|| bounded.clone()),
                receivers: if number == last { receivers.take() } else { None },
                x: &x,
            });
        }
        // What main has sent when it was alone.
        for value in &sent {
            _ = sender.send(*value);
            _ = bound.map(|_| bounded.try_send(*value));
        }
        drop((sender, bounded));
        run_all(&threads, contexts, pass)
    };
    agree(program)
}

// What has a time limit, or becomes another lock.

#[derive(Clone, Copy, Debug)]
enum Patient {
    LockFor,
    Lock,
    Unlock,
    WaitFor,
    Notify,
    Upgrade,
    Downgrade,
    WriteFor,
    Read,
    Park,
    Add,
}

struct Waited {
    jar: parking_lot::Mutex<u8>,
    table: parking_lot::RwLock<u8>,
    rung: (Mutex<bool>, Condvar),
    x: AtomicU8,
}

fn patient() -> impl Strategy<Value = Patient> {
    prop_oneof![
        Just(Patient::LockFor),
        Just(Patient::Lock),
        Just(Patient::Unlock),
        Just(Patient::WaitFor),
        Just(Patient::Notify),
        Just(Patient::Upgrade),
        Just(Patient::Downgrade),
        Just(Patient::WriteFor),
        Just(Patient::Read),
        Just(Patient::Park),
        Just(Patient::Add),
    ]
}

fn be_patient(lines: &[Patient], shared: &Waited) -> Seen {
    let soon = Duration::from_millis(5);
    let mut seen = Vec::new();
    let mut held = Vec::new();
    for &line in lines {
        match line {
            Patient::LockFor => {
                let had = shared.jar.try_lock_for(soon);
                seen.push(had.is_some().into());
                held.extend(had);
            }
            Patient::Lock => held.push(shared.jar.lock()),
            Patient::Unlock => drop(held.pop()),
            Patient::WaitFor => {
                let guard = shared.rung.0.lock().unwrap();
                if !*guard {
                    let waited = shared.rung.1.wait_timeout(guard, soon).unwrap();
                    seen.push(waited.1.timed_out().into());
                }
            }
            Patient::Notify => {
                *shared.rung.0.lock().unwrap() = true;
                shared.rung.1.notify_one();
            }
            Patient::Upgrade => {
                let upgradable = shared.table.upgradable_read();
                seen.push(*upgradable);
                *RwLockUpgradableReadGuard::upgrade(upgradable) += 1;
            }
            Patient::Downgrade => {
                let mut writer = shared.table.write();
                *writer += 1;
                seen.push(*RwLockWriteGuard::downgrade(writer));
            }
            Patient::WriteFor => {
                let had = shared.table.try_write_for(soon).map(|mut table| *table += 1);
                seen.push(had.is_some().into());
            }
            Patient::Read => seen.push(*shared.table.read()),
            Patient::Park => thread::park_timeout(soon),
            Patient::Add => seen.push(shared.x.fetch_add(1, SeqCst)),
        }
    }
    seen
}

fn patience_agrees(threads: Threads<Patient>) -> Result<(), TestCaseError> {
    let program = move || {
        let shared = Waited {
            jar: parking_lot::Mutex::new(0),
            table: parking_lot::RwLock::new(0),
            rung: (Mutex::new(false), Condvar::new()),
            x: AtomicU8::new(0),
        };
        let contexts = threads.iter().map(|_| &shared).collect();
        run_all(&threads, contexts, be_patient)
    };
    agree(program)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn meetings_of_two_agree_with_brute_force(threads in threads(meeting(), 2, 4)) {
        meetings_agree(threads)?;
    }

    #[test]
    fn meetings_of_three_agree_with_brute_force(threads in threads(meeting(), 3, 2)) {
        meetings_agree(threads)?;
    }

    #[test]
    fn locks_that_are_claimed_by_two_agree_with_brute_force(threads in threads(claiming(), 2, 4)) {
        claims_agree(threads)?;
    }

    #[test]
    fn locks_that_are_claimed_by_three_agree_with_brute_force(
        threads in threads(claiming(), 3, 3),
    ) {
        claims_agree(threads)?;
    }

    #[test]
    fn channels_of_two_agree_with_brute_force(threads in threads(passing(), 2, 4), sent in sent()) {
        channels_agree(threads, sent, None)?;
    }

    #[test]
    fn channels_of_three_agree_with_brute_force(
        threads in threads(passing(), 3, 2),
        sent in sent(),
    ) {
        channels_agree(threads, sent, None)?;
    }

    #[test]
    fn channels_with_a_bound_agree_with_brute_force(
        threads in threads(bounded_passing(), 2, 4),
        bound in 1..3_usize,
        sent in sent(),
    ) {
        channels_agree(threads, sent, Some(bound))?;
    }

    #[test]
    fn hand_to_hand_of_two_agrees_with_brute_force(threads in threads(bounded_passing(), 2, 4)) {
        channels_agree(threads, Vec::new(), Some(0))?;
    }

    #[test]
    fn hand_to_hand_of_three_agrees_with_brute_force(threads in threads(bounded_passing(), 3, 2)) {
        channels_agree(threads, Vec::new(), Some(0))?;
    }

    #[test]
    fn waits_with_a_time_limit_agree_with_brute_force(threads in threads(patient(), 2, 3)) {
        patience_agrees(threads)?;
    }
}
