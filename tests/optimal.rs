//! The search runs every order of dependent steps exactly once, and no other.
//!
//! How many there are is counted by hand, or known from the literature: `benches/src/programs.rs`.

#[path = "../benches/src/library.rs"]
#[allow(dead_code, reason = "the random programs use the rest of it")]
mod library;
#[path = "../benches/src/programs.rs"]
mod programs;

use std::time::Duration;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::mpsc::channel;
use drawloom::sync::{Arc, Condvar, Mutex, RwLock};
use drawloom::{Check, FailureKind, choose, parking_lot, thread, tokio};
use library::library;
use programs::{ALL, Program};

library!(Drawloom, drawloom);

/// What takes longer than a second or two is measured, and not tested.
const MOST: u64 = 40_000;

fn tested() -> impl Iterator<Item = Program> {
    ALL.iter().copied().filter(|program| program.needs() <= MOST)
}

#[test]
fn every_order_of_dependent_steps_is_run_once() {
    let mut wrong = Vec::new();
    for program in tested() {
        let check = Check::new().max_executions(1_000_000);
        let report = check.run(move || program.run::<Drawloom>());
        let found = (report.executions, report.failed_executions);
        let needed = (program.needs(), program.fails());
        if found != needed {
            wrong.push(format!("{program}: (executions, failed) is {found:?}, not {needed:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_one_execution_that_fails_is_the_deadlock() {
    let failing = tested().filter(|program| program.fails() > 0);
    let mut deadlocks = 0;
    for program in failing {
        let report = Check::new().run(move || program.run::<Drawloom>());
        let kind = report.failure().map(|failure| failure.kind);
        assert_eq!(kind, Some(FailureKind::Deadlock), "{program}");
        deadlocks += 1;
    }
    assert!(deadlocks >= 3, "{deadlocks}");
}

/// So many tasks on one loop that each read, yield, and write a cell: one for all, or one each.
fn tasks(count: usize, own: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async move {
        let cells: Vec<_> = (0..count).map(|_| Arc::new(AtomicU32::new(0))).collect();
        let tasks = (0..count).map(|task| {
            let cell = Arc::clone(&cells[if own { task } else { 0 }]);
            tokio::spawn(async move {
                let value = cell.load(SeqCst);
                tokio::task::yield_now().await;
                cell.store(value + 1, SeqCst);
            })
        });
        let tasks: Vec<_> = tasks.collect();
        for task in tasks {
            task.await.expect("a task that ends");
        }
    });
}

#[test]
fn tasks_cost_what_their_accesses_conflict() {
    // As for threads that load and store: (N!)^2. Apart, they never meet.
    for (count, needed) in [(2, 4), (3, 36), (4, 576)] {
        let together = Check::new().run(move || tasks(count, false));
        assert_eq!((together.executions, together.minimal), (needed, true), "{count} tasks");
        let apart = Check::new().run(move || tasks(count, true));
        assert_eq!((apart.executions, apart.minimal), (1, true), "{count} tasks apart");
    }
}

/// Two readers who each need what the other does before they leave, and a writer.
fn readers_who_wait_for_each_other() {
    let (table, [one, two]) = (RwLock::new(0), [AtomicU32::new(0), AtomicU32::new(0)]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _reading = table.read().expect("not poisoned");
            one.store(1, SeqCst);
            two.load(SeqCst);
        });
        scope.spawn(|| {
            let _reading = table.read().expect("not poisoned");
            two.store(1, SeqCst);
            one.load(SeqCst);
        });
        *table.write().expect("not poisoned") += 1;
    });
}

#[test]
fn a_writer_may_come_before_readers_that_only_leave_together() {
    let every = Check::new().every_schedule().run(readers_who_wait_for_each_other);
    let report = Check::new().run(readers_who_wait_for_each_other);
    assert_eq!(Some(usize::try_from(report.executions).expect("few")), every.classes);
    assert_eq!(report.schedules, every.schedules);
    assert_eq!(report.redundant, 0);
}

/// An exchange that fails behind a store, and works before it, beside somebody who only looks.
fn an_exchange_beside_a_load() {
    let cell = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| cell.store(5, SeqCst));
        scope.spawn(|| cell.compare_exchange(0, 1, SeqCst, SeqCst));
        scope.spawn(|| cell.load(SeqCst));
        cell.compare_exchange(5, 6, SeqCst, SeqCst).ok();
    });
}

#[test]
fn what_an_exchange_does_earlier_is_foretold() {
    let every = Check::new().every_schedule().run(an_exchange_beside_a_load);
    let report = Check::new().run(an_exchange_beside_a_load);
    assert_eq!(Some(usize::try_from(report.executions).expect("few")), every.classes);
    assert_eq!(report.redundant, 0);
}

/// A cook who rings twice, a buyer who writes the list and then pays, and a guest who looks at the price,
/// sleeps until it rings, and reads the list; main has the till in between.
fn what_comes_after_a_race_belongs_to_it() {
    let (list, till, price) = (RwLock::new(0), Mutex::new(0), AtomicU32::new(0));
    let (ready, bell) = (Mutex::new(false), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2 {
                *ready.lock().expect("not poisoned") = true;
                bell.notify_one();
            }
        });
        scope.spawn(|| {
            *list.write().expect("not poisoned") += 1;
            let _paying = till.lock().expect("not poisoned");
            price.store(1, SeqCst);
        });
        scope.spawn(|| {
            price.load(SeqCst);
            let is_ready = ready.lock().expect("not poisoned");
            if !*is_ready {
                drop(bell.wait(is_ready).expect("not poisoned"));
            }
            let _seen = *list.read().expect("not poisoned");
        });
        *till.lock().expect("not poisoned") += 1;
    });
}

/// What could have gone before the second of two that race may come after both. A search that asks only
/// about races whose second step is new leaves two of these classes out.
#[test]
fn a_race_between_steps_that_are_known_is_asked_about_again() {
    let walked = Check::new().merging().run(what_comes_after_a_race_belongs_to_it);
    let report = Check::new().run(what_comes_after_a_race_belongs_to_it);
    assert!(walked.schedules.is_some(), "{walked}");
    assert_eq!(report.schedules, walked.schedules);
    assert_eq!((report.minimal, report.redundant), (true, 0));
}

/// One who may store one of two numbers or none, beside one who stores.
fn a_choice_beside_a_store() {
    let cell = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| match choose(3) {
            0 => {}
            option => cell.store(u32::try_from(option).expect("small"), SeqCst),
        });
        cell.store(7, SeqCst);
    });
}

#[test]
fn an_option_is_planned_only_where_it_can_be_new() {
    let report = Check::new().run(a_choice_beside_a_store);
    // Nothing is stored; or one of two numbers, before the other store or after it.
    assert_eq!((report.executions, report.redundant), (1 + 2 * 2, 0));
}

/// A channel in which there is something before there are threads.
fn a_receiver_who_finds_something() -> Option<u8> {
    let (sender, receiver) = channel();
    sender.send(1).expect("a receiver");
    let sends = thread::spawn(move || sender.send(2));
    let takes = thread::spawn(move || receiver.recv().and(Ok(receiver.try_recv().ok())));
    assert!(sends.join().expect("it ends").is_ok(), "there is a receiver");
    takes.join().expect("it ends").expect("something was sent")
}

#[test]
fn what_was_sent_before_there_were_threads_can_be_received_first() {
    let every = Check::new().every_schedule().run(a_receiver_who_finds_something);
    let report = Check::new().run(a_receiver_who_finds_something);
    assert_eq!(report.outcomes.keys().copied().collect::<Vec<_>>(), [None, Some(2)]);
    assert_eq!(report.schedules, every.schedules);
    assert_eq!(Some(usize::try_from(report.executions).expect("few")), every.classes);
    assert_eq!(report.redundant, 0);
}

/// Two threads that wait for a lock no longer than a second.
fn two_who_wait_a_second() -> [bool; 2] {
    let (jar, second) = (parking_lot::Mutex::new(0), Duration::from_secs(1));
    thread::scope(|scope| {
        let other = scope.spawn(|| jar.try_lock_for(second).map(|mut jar| *jar += 1).is_some());
        let own = jar.try_lock_for(second).map(|mut jar| *jar += 1).is_some();
        [own, other.join().expect("it ends")]
    })
}

#[test]
fn what_cannot_be_foretold_is_remembered() {
    let every = Check::new().every_schedule().run(two_who_wait_a_second);
    for jobs in [1, 2] {
        let report = Check::new().jobs(jobs).run(two_who_wait_a_second);
        assert_eq!(report.schedules, every.schedules, "{jobs} jobs");
        assert_eq!(Some(usize::try_from(report.executions).expect("few")), every.classes);
        assert_eq!((report.minimal, report.redundant), (true, 0));
        // One execution has shown that there is time in it, and some were drawn in the end.
        assert_eq!(report.restarted, 1 + 32);
    }
    assert_eq!(every.outcomes.len(), 3, "one of them may come too late, and not both");
}
