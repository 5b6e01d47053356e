//! Schedules are counted exactly as a step is defined, whoever counts.

use drawloom::render::{self, Context, Style};
use drawloom::sync::atomic::{AtomicU32, AtomicUsize, Ordering::SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::{Check, Count, Sources, thread};

fn counts<T: drawloom::Outcome>(
    program: impl Fn() -> T + Send + Sync + Clone + 'static,
) -> (u128, u128) {
    let graph = Check::new().run(program.clone());
    let every = Check::new().every_schedule().run(program);
    let graph = graph.schedules.as_ref().unwrap_or_else(|| panic!("{graph:?}"));
    let every = every.schedules.as_ref().unwrap_or_else(|| panic!("{every:?}"));
    assert_eq!(graph, every);
    let small = |count: &Count| count.to_u128().expect("a small count");
    (small(&graph.all), small(&graph.failing))
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
    assert_eq!(report.schedules.map(|counts| counts.all), Some(Count::new(6)));
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

/// In how many orders so many strands can take so many steps each: (strands · steps)! / steps!^strands.
///
/// Nothing is added up here, and no big integer is used. How often a prime divides a factorial is known
/// (Legendre), so it is known how often it divides the quotient, and the digits are multiplied as on
/// paper.
fn orders(strands: usize, steps: usize) -> String {
    let all = strands * steps;
    let mut digits = vec![1];
    for prime in (2..=all).filter(|&number| (2..number).all(|one| number % one != 0)) {
        let divides = |factorial: usize| -> usize {
            let powers = std::iter::successors(Some(prime), |power| Some(power * prime));
            powers.take_while(|&power| power <= factorial).map(|power| factorial / power).sum()
        };
        for _ in 0..divides(all) - strands * divides(steps) {
            let mut carry = 0;
            for digit in &mut digits {
                carry += *digit * prime;
                *digit = carry % 10;
                carry /= 10;
            }
            while carry > 0 {
                digits.push(carry % 10);
                carry /= 10;
            }
        }
    }
    digits.iter().rev().map(ToString::to_string).collect()
}

/// Strands that meet in their last step only; says whose last step is the last of all.
fn meet_at_the_end(strands: usize, steps: usize) -> usize {
    let last = AtomicUsize::new(0);
    thread::scope(|scope| {
        for strand in 0..strands {
            let last = &last;
            scope.spawn(move || {
                let own = AtomicUsize::new(0);
                (1..steps).for_each(|step| own.store(step, SeqCst));
                last.store(strand, SeqCst);
            });
        }
    });
    last.into_inner()
}

#[test]
fn orders_are_counted_as_in_the_textbook() {
    // 4! / 2!^2, 6! / 2!^3, 9! / 3!^3 and 10! / 5!^2.
    let known = [(2, 2, "6"), (3, 2, "90"), (3, 3, "1680"), (2, 5, "252")];
    for (strands, steps, all) in known {
        assert_eq!(orders(strands, steps), all);
    }
}

#[test]
fn counts_are_exact_beyond_what_a_floating_point_number_holds() {
    let report = Check::new().run(|| meet_at_the_end(2, 29));
    let counts = report.schedules.expect("counted");
    assert_eq!(orders(2, 29), "30067266499541040");
    assert_eq!((counts.all.to_string(), counts.failing), (orders(2, 29), Count::ZERO));
    // Who comes last: one of two, and they are alike.
    assert_eq!(report.executions, 2);
    let each = 30_067_266_499_541_040 / 2;
    for info in report.outcomes.values() {
        assert_eq!(info.schedules, Some(Count::new(each)));
    }
}

/// A number three times as large, in decimal digits.
fn three_times(digits: &str) -> String {
    let mut carry = 0;
    let mut tripled: Vec<char> = Vec::new();
    for digit in digits.bytes().rev() {
        carry += 3 * (digit - b'0');
        tripled.push(char::from(b'0' + carry % 10));
        carry /= 10;
    }
    tripled.extend((carry > 0).then(|| char::from(b'0' + carry)));
    tripled.iter().rev().collect()
}

#[test]
fn counts_are_exact_beyond_every_machines_number_and_add_up() {
    let check = || Check::new().max_states(1_000_000);
    let report = check().run(|| assert_ne!(meet_at_the_end(3, 60), 2, "the third is not the last"));
    let counts = report.schedules.clone().expect("counted");
    let all = orders(3, 60);
    assert_eq!((all.len(), counts.all.to_u128()), (84, None));
    assert_eq!(counts.all.to_string(), all);
    // The strands are alike, so each of the three comes last in a third.
    assert_eq!(three_times(&counts.failing.to_string()), all);
    // The orders of the three last steps.
    assert_eq!((report.executions, report.failed_executions), (6, 2));
    let trace = &report.failure().expect("a failure").trace;
    let start = trace.counts.as_ref().expect("counted");
    assert_eq!((&start.all, &start.failing), (&counts.all, &counts.failing));
    let end = trace.steps.last().and_then(|step| step.counts.as_ref()).expect("counted");
    assert_eq!((&end.all, &end.failing), (&Count::new(1), &Count::new(1)));

    let outcomes = check().run(|| meet_at_the_end(3, 60)).outcomes;
    let each: Vec<_> =
        outcomes.into_values().map(|info| info.schedules.expect("counted")).collect();
    assert_eq!(each, [&counts.failing; 3].map(Clone::clone));
}

#[test]
fn a_report_says_a_large_count_in_full_and_its_tables_have_the_first_digits() {
    let check = Check::new().max_states(1_000_000);
    let report = check.run(|| assert_ne!(meet_at_the_end(3, 60), 2, "the third is not the last"));
    let counts = report.schedules.clone().expect("counted");
    let text = report.to_string();
    let mut lines = text.lines().map(str::trim);
    let said = format!("FAIL  {} of {} schedules fail", counts.failing, counts.all);
    assert_eq!(lines.next(), Some(said.as_str()), "{text}");
    let explored = format!("(all {} explored, ", counts.all);
    assert!(lines.next().is_some_and(|line| line.starts_with(&explored)), "{text}");
    let short = |digits: &str| format!("{}.{}e{}", &digits[..1], &digits[1..3], digits.len() - 1);
    let share =
        format!("{} of {}", short(&counts.failing.to_string()), short(&counts.all.to_string()));
    let start = lines.find(|line| line.starts_with("last 0 ")).expect("a first row");
    assert!(start.ends_with(&format!("  {share}")), "{text}");

    let style = Style { verbose: true, ..Style::default() };
    let text = render::report(&report, &Context::default(), &style, &Sources::new());
    let row = text.lines().find(|line| line.starts_with("  fails ")).expect("a row");
    // Six signs are a third of twenty.
    let words: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(words.join(" "), format!("fails {share} ###### 1*60,2*60,3*60"));
}
