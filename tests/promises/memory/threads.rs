//! What is promised of threads, and of what each has for itself.

use std::cell::{Cell, RefCell};

use drawloom::sync::atomic::Ordering::SeqCst;
use drawloom::sync::atomic::{AtomicBool, AtomicU32};
use drawloom::{Check, Verdict, thread};

use super::super::{SOON, both, outcomes};

#[test]
fn a_park_with_a_time_limit_ends_with_the_token_or_when_its_time_is_up() {
    let found = outcomes(|| {
        let ready = AtomicBool::new(false);
        thread::scope(|scope| {
            let bob = scope.spawn(|| {
                thread::park_timeout(SOON);
                ready.load(SeqCst)
            });
            ready.store(true, SeqCst);
            bob.thread().unpark();
            bob.join().unwrap()
        })
    });
    assert_eq!(found, [false, true].into());
    let nobody = || thread::park_timeout(SOON);
    assert_eq!(outcomes(nobody), [()].into());
}

#[test]
fn threads_have_names_and_numbers_of_their_own() {
    let program = || {
        let main = thread::current();
        let (one, two) =
            both(|| (thread::current().id(), thread::current().id()), || thread::current().id());
        let named = thread::Builder::new().name("bob".to_owned());
        let bob = named.spawn(|| thread::current().name().map(str::to_owned)).unwrap();
        let number = bob.thread().id();
        let name = bob.join().unwrap();
        (one.0 == one.1, one.0 != two && one.0 != main.id() && number != two, name)
    };
    let expected = (true, true, Some("bob".to_owned()));
    assert_eq!(program(), expected);
    let report = Check::new().run(move || {
        // Something that they share, or there would be nothing to explore.
        let x = AtomicU32::new(0);
        both(|| x.load(SeqCst), || x.load(SeqCst));
        (program(), thread::current().name().map(str::to_owned))
    });
    assert!(matches!(report.verdict, Verdict::Verified), "{report}");
    let found: Vec<_> = report.outcomes.into_keys().collect();
    assert_eq!(found, [(expected, Some("main".to_owned()))]);
}

/// Counts when it is dropped.
struct Counts;

impl Drop for Counts {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, SeqCst);
        // What was made before it is still there, and itself is not.
        let still = NUMBER.try_with(Cell::get).is_ok();
        SEEN.fetch_add(u32::from(still && COUNTS.try_with(|_| ()).is_err()), SeqCst);
    }
}

static DROPPED: AtomicU32 = AtomicU32::new(0);
static SEEN: AtomicU32 = AtomicU32::new(0);

drawloom::thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u32>> = RefCell::new(vec![1]);
    static COUNTS: Counts = const { Counts };
}

#[test]
fn every_thread_has_its_own_thread_locals_and_drops_them_at_its_end() {
    let program = || {
        DROPPED.store(0, SeqCst);
        SEEN.store(0, SeqCst);
        let use_own = |number: u32| {
            NUMBER.set(NUMBER.get() + number);
            LIST.with_borrow_mut(|list| list.push(number));
            COUNTS.with(|_| ());
            (NUMBER.replace(0), LIST.take().len())
        };
        let spawn = |number| thread::spawn(move || use_own(number)).join().unwrap();
        let (one, other) = (spawn(10), spawn(20));
        (one, other, NUMBER.get(), DROPPED.load(SeqCst), SEEN.load(SeqCst))
    };
    let expected = ((11, 2), (21, 2), 1, 2, 2);
    assert_eq!(program(), expected);
    let found = outcomes(move || {
        let x = AtomicU32::new(0);
        both(|| x.load(SeqCst), || x.load(SeqCst));
        program()
    });
    assert_eq!(found, [expected].into());
}

#[test]
fn what_the_destructor_of_a_thread_local_does_is_seen() {
    struct Stores;
    impl Drop for Stores {
        fn drop(&mut self) {
            FLAG.store(1, SeqCst);
        }
    }
    static FLAG: AtomicU32 = AtomicU32::new(0);
    drawloom::thread_local! {
        static STORES: Stores = const { Stores };
    }
    let found = outcomes(|| both(|| STORES.with(|_| ()), || FLAG.load(SeqCst)).1);
    assert_eq!(found, [0, 1].into());
}
