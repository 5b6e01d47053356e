//! A stack that is full ends the check and not the process.

use std::hint::black_box;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, Limit, Outcome, Report, Verdict, thread};

use super::{the_next_check_is_not_disturbed, verified};

/// The strand, the size and the line of the limit, and its whole text.
fn limit<T: Outcome>(report: &Report<T>) -> (String, usize, Option<u32>, String) {
    match &report.verdict {
        Verdict::Inconclusive(limit @ Limit::StackOverflow { strand, stack, place }) => {
            (strand.clone(), *stack, place.as_ref().map(|place| place.line), limit.to_string())
        }
        other => panic!("it must overflow, and is {other:?}"),
    }
}

/// Calls itself so often, with a frame that cannot be left out.
fn dig(depth: u64) -> u64 {
    let frame = black_box([depth; 8]);
    if depth == 0 { 0 } else { dig(depth - 1) + frame[7] % 2 }
}

/// Calls itself so often, and takes and holds memory on the way.
fn dig_with_boxes(depth: u64) -> Box<u64> {
    let kept = black_box(vec![depth; 20]);
    let below = if depth == 0 { Box::new(0) } else { dig_with_boxes(depth - 1) };
    Box::new(*below + kept[7] % 2)
}

/// Calls itself so often, and does something that others see each time.
fn climb(jar: &AtomicU32, depth: u32) -> u32 {
    let frame = black_box([depth; 32]);
    let before = jar.fetch_add(1, SeqCst);
    if depth == 0 { before } else { climb(jar, depth - 1).max(frame[31]) }
}

#[test]
fn a_recursion_that_announces_turns_back_and_all_is_cleared_away() {
    let held = std::sync::Arc::new(());
    let theirs = std::sync::Arc::clone(&held);
    let line = line!() - 8;
    let report = Check::new().max_executions(3).run(move || {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            let alice = scope.spawn(|| {
                let _mine = std::sync::Arc::clone(&theirs);
                climb(&jar, u32::MAX)
            });
            scope.spawn(|| jar.load(SeqCst));
            alice.join().unwrap();
        });
    });
    let (strand, stack, last, text) = limit(&report);
    assert_eq!((strand.as_str(), stack, last), ("alice", 256 * 1024, Some(line)));
    assert!(
        text.starts_with("alice has no room left on its stack of 256 KiB, last seen at ")
            && text.ends_with(
                "\nhelp: if its calls come to an end, give each strand more with `stack_size`; a \
                 recursion that never ends has no stack that is big enough"
            ),
        "{text}"
    );
    drop(report);
    // Destructors have run, and the last to hold the program is this test.
    the_next_check_is_not_disturbed();
    assert_eq!(std::sync::Arc::strong_count(&held), 1);
}

#[test]
fn a_recursion_that_announces_nothing_ends_the_check_and_not_the_process() {
    let started = Instant::now();
    let line = line!() + 5;
    let report = Check::new().run(|| {
        let jar = Arc::new(AtomicU32::new(0));
        let theirs = Arc::clone(&jar);
        let digger = thread::spawn(move || {
            let coins = theirs.load(SeqCst);
            dig(u64::MAX) + u64::from(coins)
        });
        jar.store(1, SeqCst);
        digger.join().unwrap()
    });
    let (strand, stack, last, text) = limit(&report);
    assert_eq!((strand.as_str(), stack, last), ("digger", 256 * 1024, Some(line)), "{text}");
    assert!(
        text.starts_with("digger has no room left on its stack of 256 KiB, last seen at tests")
    );
    assert!(started.elapsed() < Duration::from_secs(5), "it is noticed before the silence is");
    the_next_check_is_not_disturbed();
}

#[test]
fn main_has_a_stack_like_the_others() {
    let (strand, _, last, text) = limit(&Check::new().run(|| dig(u64::MAX)));
    assert_eq!((strand.as_str(), last), ("main", None));
    assert!(text.starts_with("main has no room left on its stack of 256 KiB\nhelp: "), "{text}");
    the_next_check_is_not_disturbed();
}

#[test]
fn a_recursion_that_allocates_ends_the_check_too() {
    // It may leave a part of the heap locked, which the other tests share: see the book.
    if !is_alone() {
        let output = alone("overflow::a_recursion_that_allocates_ends_the_check_too");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let report = Check::new().run(|| *dig_with_boxes(u64::MAX));
    assert_eq!(limit(&report).0, "main");
    the_next_check_is_not_disturbed();
}

#[cfg(feature = "tokio")]
#[test]
fn a_task_that_overflows_is_told_by_the_name_of_its_function() {
    async fn digging() -> u64 {
        drawloom::tokio::task::yield_now().await;
        dig(u64::MAX)
    }
    let report = Check::new().run(|| {
        let runtime = drawloom::tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { drawloom::tokio::spawn(digging()).await.unwrap() })
    });
    assert_eq!(limit(&report).0, "digging");
    the_next_check_is_not_disturbed();
}

#[test]
fn what_overflows_one_stack_fits_on_a_bigger_one() {
    let depth = 4_000;
    let small = Check::new().stack_size(64 * 1024).run(move || dig(depth));
    let (_, stack, _, text) = limit(&small);
    assert_eq!(stack, 64 * 1024);
    assert!(text.contains("its stack of 64 KiB"), "{text}");
    let big = Check::new().stack_size(8 * 1024 * 1024).run(move || dig(depth));
    assert!(matches!(big.verdict, Verdict::Verified), "{:?}", big.verdict);
    assert_eq!(big.outcomes.into_keys().collect::<Vec<_>>(), [depth / 2]);
}

/// A list that is dropped from its first link to its last, each inside the one before.
struct Link(Option<Box<Link>>);

impl Drop for Link {
    fn drop(&mut self) {
        black_box(&self.0);
    }
}

fn chain(length: usize) -> Link {
    (0..length).fold(Link(None), |link, _| Link(Some(Box::new(link))))
}

#[test]
fn a_recursion_in_a_drop_is_one_like_any_other() {
    // It may leave a part of the heap locked, which the other tests share: see the book.
    if !is_alone() {
        let output = alone("overflow::a_recursion_in_a_drop_is_one_like_any_other");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let report = Check::new().run(|| drop(chain(1_000_000)));
    assert_eq!(limit(&report).0, "main");
    the_next_check_is_not_disturbed();
    verified(|| drop(chain(100)));
}

/// Locks when it is dropped, and then has another one dropped.
struct Locks(Arc<Mutex<u32>>, u32);

impl Drop for Locks {
    fn drop(&mut self) {
        *self.0.lock().unwrap() += 1;
        drop(Locks(Arc::clone(&self.0), self.1 + 1));
    }
}

#[test]
fn a_drop_that_announces_for_ever_turns_back_too() {
    let report = Check::new().run(|| {
        let jar = Arc::new(Mutex::new(0));
        drop(Locks(Arc::clone(&jar), 0));
    });
    let (strand, _, last, _) = limit(&report);
    assert_eq!(strand, "main");
    assert!(last.is_some());
    the_next_check_is_not_disturbed();
}

#[test]
fn of_two_checks_at_once_one_overflows_and_the_other_does_not_notice() {
    let holds = std::thread::spawn(|| {
        for _ in 0..50 {
            the_next_check_is_not_disturbed();
        }
    });
    let overflows = |dig_deep: fn()| {
        std::thread::spawn(move || {
            for _ in 0..5 {
                assert_eq!(limit(&Check::new().run(dig_deep)).0, "main");
            }
        })
    };
    let plain = overflows(|| _ = black_box(dig(u64::MAX)));
    let announcing = overflows(|| _ = black_box(climb(&AtomicU32::new(0), u32::MAX)));
    for thread in [holds, plain, announcing] {
        thread.join().unwrap();
    }
}

/// Runs one of the tests below, which end their process, in a process of its own.
fn alone(test: &str) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env("DRAWLOOM_CRASH", "1");
    command.output().unwrap()
}

/// Whether this process is the one that [`alone`] has started.
fn is_alone() -> bool {
    std::env::var_os("DRAWLOOM_CRASH").is_some()
}

#[cfg(unix)]
#[test]
fn an_overflow_outside_a_check_is_still_the_systems() {
    if is_alone() {
        the_next_check_is_not_disturbed();
        std::thread::spawn(|| black_box(dig(u64::MAX))).join().unwrap();
    } else {
        let output = alone("overflow::an_overflow_outside_a_check_is_still_the_systems");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("has overflowed its stack"), "{said}");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(6));
    }
}

/// A destructor that panics while its strand unwinds ends the process, and says why: see the book.
#[cfg(unix)]
#[test]
fn a_panic_in_a_drop_that_unwinds_is_a_double_panic_as_in_life() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("the grenade goes off");
        }
    }
    if is_alone() {
        Check::new().run(|| {
            let _grenade = Grenade;
            panic!("the pin is pulled");
        });
    } else {
        let output = alone("overflow::a_panic_in_a_drop_that_unwinds_is_a_double_panic_as_in_life");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("aborting"), "{said}");
        assert!(!output.status.success());
    }
}

#[cfg(feature = "tokio")]
#[test]
fn a_task_whose_future_panics_when_it_is_dropped_is_a_panic() {
    struct Grenade;
    impl Drop for Grenade {
        fn drop(&mut self) {
            panic!("the grenade goes off");
        }
    }
    let report = Check::new().run(|| {
        let runtime = drawloom::tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let grenade = Grenade;
            let task = drawloom::tokio::spawn(async move {
                let _grenade = grenade;
                std::future::pending::<()>().await;
            });
            drawloom::tokio::task::yield_now().await;
            task.abort();
            task.await.unwrap_err().is_panic()
        })
    });
    the_next_check_is_not_disturbed();
    assert!(matches!(report.verdict, Verdict::Verified), "{:?}", report.verdict);
    assert_eq!(report.outcomes.into_keys().collect::<Vec<_>>(), [true]);
}

#[cfg(unix)]
#[test]
fn a_wild_pointer_inside_a_check_is_still_a_crash() {
    if is_alone() {
        let nowhere = std::sync::atomic::AtomicUsize::new(16);
        Check::new().run(move || {
            let address = nowhere.load(std::sync::atomic::Ordering::SeqCst);
            let pointer = std::ptr::with_exposed_provenance::<u32>(address);
            // SAFETY: none: it is the crash that is wanted.
            #[expect(unsafe_code, reason = "safe code cannot do that")]
            unsafe {
                pointer.read_volatile()
            }
        });
    } else {
        let output = alone("overflow::a_wild_pointer_inside_a_check_is_still_a_crash");
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(11));
    }
}
