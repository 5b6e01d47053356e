//! What is promised of statics.

use std::collections::BTreeSet;

use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::{Mutex, RwLock};
use drawloom::{Check, Limit, Verdict};

use super::super::{both, outcomes};

static COINS: AtomicU32 = AtomicU32::new(5);
static LEDGER: Mutex<i64> = Mutex::new(-3);
static OPEN: RwLock<bool> = RwLock::new(true);
static NAMES: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static RULES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[test]
fn the_value_of_a_static_is_the_same_at_the_beginning_of_every_execution() {
    let found = outcomes(|| {
        let change = || {
            let coins = COINS.fetch_add(1, SeqCst);
            let mut ledger = LEDGER.lock().unwrap();
            *ledger -= 1;
            let mut open = OPEN.write().unwrap();
            let was = std::mem::replace(&mut *open, false);
            (coins, *ledger, was)
        };
        let (one, other) = both(change, change);
        let mut seen = [one, other];
        seen.sort_unstable();
        seen
    });
    // Whoever is first at one may be second at the next.
    assert!(found.iter().all(|[one, other]| {
        (one.0, other.0) == (5, 6)
            && BTreeSet::from([one.1, other.1]) == [-4, -5].into()
            && BTreeSet::from([one.2, other.2]) == [true, false].into()
    }));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_static_that_cannot_be_put_back_is_refused_once_it_was_changed() {
    let report = Check::new().run(|| {
        both(|| NAMES.lock().unwrap().push(1), || NAMES.lock().unwrap().len());
    });
    let Verdict::Inconclusive(Limit::Refused(why)) = &report.verdict else { panic!("{report}") };
    assert_eq!(
        why,
        "a lock that lives longer than an execution guards what an execution before has changed, \
         and only primitives can be put back\nhelp: make it in the program, or in a static LazyLock"
    );
    let read = || both(|| RULES.lock().unwrap().len(), || RULES.lock().unwrap().len());
    assert_eq!(outcomes(read), [(0, 0)].into());
}
