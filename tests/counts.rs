//! Schedules are counted exactly as a step is defined, whoever counts.

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, thread};

fn counts<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (u128, u128) {
    let graph = Check::new().run(program.clone());
    let every = Check::new().every_schedule().run(program);
    let graph = graph.schedules.unwrap_or_else(|| panic!("{graph:?}"));
    let every = every.schedules.unwrap_or_else(|| panic!("{every:?}"));
    assert_eq!(graph, every);
    (graph.all, graph.failing)
}

#[test]
fn lost_update_has_six_schedules_of_which_four_fail() {
    assert_eq!(
        counts(|| {
            let jar = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
                }
            });
            assert_eq!(jar.load(SeqCst), 2);
        }),
        (6, 4)
    );
}

#[test]
fn each_order_of_dependent_steps_is_one_execution() {
    let report = Check::new().run(|| {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
            }
        });
    });
    assert_eq!(report.schedules.map(|counts| counts.all), Some(6));
    // The two loads can change places, and nothing else can. So of the six schedules the two with both
    // loads first and alice's store next are one, and the two with bob's store next: 6 - 2.
    assert_eq!((report.executions, report.redundant), (4, 0));
}

#[test]
fn lock_per_access_and_lock_around_both() {
    assert_eq!(
        counts(|| {
            let jar = Mutex::new(0);
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let coins = *jar.lock().unwrap();
                        *jar.lock().unwrap() = coins + 1;
                    });
                }
            });
            assert_eq!(*jar.lock().unwrap(), 2);
        }),
        (6, 4)
    );
    assert_eq!(
        counts(|| {
            let jar = Arc::new(Mutex::new(0));
            let spawn = || {
                let jar = Arc::clone(&jar);
                thread::spawn(move || *jar.lock().unwrap() += 1)
            };
            let (alice, bob) = (spawn(), spawn());
            alice.join().unwrap();
            bob.join().unwrap();
            assert_eq!(*jar.lock().unwrap(), 2);
        }),
        (2, 0)
    );
}

#[test]
fn two_locks_in_two_orders() {
    assert_eq!(
        counts(|| {
            let (a, b) = (Mutex::new(0), Mutex::new(0));
            thread::scope(|scope| {
                scope.spawn(|| {
                    let _a = a.lock().unwrap();
                    let _b = b.lock().unwrap();
                });
                scope.spawn(|| {
                    let _b = b.lock().unwrap();
                    let _a = a.lock().unwrap();
                });
            });
        }),
        (6, 2)
    );
}
