//! What is promised of those who meet.

use drawloom::sync::Barrier;
use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::SeqCst;

use super::super::{both, deadlocks, outcomes};

#[test]
fn one_of_those_who_meet_leads_and_any_of_them() {
    let found = outcomes(|| {
        let gate = Barrier::new(2);
        let meet = || gate.wait().is_leader();
        both(meet, meet)
    });
    assert_eq!(found, [(false, true), (true, false)].into());
}

#[test]
fn nobody_passes_a_barrier_before_all_are_there_and_it_works_again() {
    let found = outcomes(|| {
        let gate = Barrier::new(2);
        let steps = AtomicU32::new(0);
        let walk = || {
            steps.fetch_add(1, SeqCst);
            gate.wait();
            let first = steps.load(SeqCst);
            gate.wait();
            first
        };
        both(walk, walk)
    });
    assert_eq!(found, [(2, 2)].into());
}

#[test]
fn a_barrier_for_more_than_come_is_a_deadlock() {
    let message = deadlocks(|| {
        let gate = Barrier::new(3);
        both(|| gate.wait().is_leader(), || gate.wait().is_leader());
    });
    assert!(message.contains("waits for gate"), "{message}");
}

#[test]
fn a_barrier_for_nobody_lets_everybody_through_as_the_leader() {
    let program = || {
        let gate = Barrier::new(0);
        (gate.wait().is_leader(), gate.wait().is_leader())
    };
    assert_eq!(outcomes(program), [(true, true)].into());
    assert_eq!(program(), (true, true));
}
