//! A static of the facade's types is one thing for the whole process, and two checks in it cannot share one.

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::{Check, Limit, Verdict};

static SHARED: AtomicU32 = AtomicU32::new(0);

#[test]
fn a_static_that_another_check_uses_in_the_meantime_is_refused() {
    let report = Check::new().run(|| {
        SHARED.store(1, SeqCst);
        // On a real thread, so that it is over before this program goes on.
        let other = std::thread::spawn(|| Check::new().run(|| SHARED.load(SeqCst)));
        let other = other.join().unwrap();
        assert!(matches!(other.verdict, Verdict::Verified), "{other}");
        assert_eq!(other.outcomes.into_keys().collect::<Vec<_>>(), [0], "it began afresh there");
        SHARED.load(SeqCst)
    });
    let Verdict::Inconclusive(Limit::Refused(why)) = &report.verdict else { panic!("{report}") };
    let (what, help) = why.split_once("\nhelp: ").unwrap();
    assert!(what.starts_with("two checks use the same static at the same time"), "{what}");
    assert!(!help.is_empty());
    assert_eq!(report.outcomes.len(), 0);
    // One after the other they may.
    let after = Check::new().run(|| SHARED.fetch_add(1, SeqCst));
    assert!(matches!(after.verdict, Verdict::Verified), "{after}");
    assert_eq!(after.outcomes.into_keys().collect::<Vec<_>>(), [0]);
}
