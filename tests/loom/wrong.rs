//! Where is it wrong?

use drawloom::sync::atomic::AtomicU32;
use drawloom::sync::atomic::Ordering::{AcqRel, Acquire, SeqCst};
use drawloom::sync::{Arc, Mutex};
use drawloom::verdict::Verdict;
use drawloom::{Check, thread};

use super::{both, holds, loom};

#[test]
fn a_try_lock_beside_a_lock_never_fails() {
    let program = || {
        let lock = Mutex::new(());
        both(|| drop(lock.lock().unwrap()), || lock.try_lock().is_ok()).1
    };
    // WRONG: it can fail. Loom does not look at what happens between a lock and its unlock.
    assert_eq!(holds(program).0, [true]);
}

#[test]
fn main_never_reads_what_a_thread_stores_after_it_has_read() {
    let program = || {
        let x = Arc::new(AtomicU32::new(0));
        let mine = Arc::clone(&x);
        let thread = thread::spawn(move || {
            mine.load(SeqCst);
            mine.store(1, SeqCst);
        });
        let read = x.load(SeqCst);
        thread.join().unwrap();
        read
    };
    // WRONG: it can be 1. Loom forgets main's load over the thread's own.
    assert_eq!(holds(program), (vec![0], 1));
}

#[test]
fn store_buffering_is_shown_although_it_is_sequentially_consistent() {
    let program = || {
        let (x, y) = (AtomicU32::new(0), AtomicU32::new(0));
        both(
            || {
                x.store(1, SeqCst);
                y.load(SeqCst)
            },
            || {
                y.store(1, SeqCst);
                x.load(SeqCst)
            },
        )
    };
    // WRONG: (0, 0) cannot be. Loom takes `SeqCst` for `AcqRel`.
    assert_eq!(holds(program).0, [(0, 0), (0, 1), (1, 0), (1, 1)]);
}

/// Numbers that are the same every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// What a thread of a random program does: only operations with which loom misses nothing.
#[derive(Clone, Copy, Debug)]
enum Op {
    Add(usize, u32),
    Swap(usize, u32),
    Exchange(usize, u32, u32),
    Locked(usize, u32),
}

type RandomProgram = Vec<Vec<Op>>;

fn random_program(numbers: &mut Numbers) -> RandomProgram {
    let threads = 2 + usize::from(numbers.below(4) == 0);
    let most = if threads == 2 { 3 } else { 2 };
    let mut op = || {
        let (at, by) =
            (usize::try_from(numbers.below(2)).unwrap(), u32::try_from(numbers.below(3)).unwrap());
        match numbers.below(4) {
            0 => Op::Add(at, by),
            1 => Op::Swap(at, by),
            2 => Op::Exchange(at, u32::try_from(numbers.below(3)).unwrap(), by),
            _ => Op::Locked(at, by),
        }
    };
    (0..threads).map(|thread| (0..=thread % most).map(|_| op()).collect()).collect()
}

/// Everything that the threads have seen, and how it ends.
fn run_random(program: &RandomProgram) -> Vec<u32> {
    let atomics = [AtomicU32::new(0), AtomicU32::new(1)];
    let lock = Mutex::new(0);
    let run = |ops: &[Op]| {
        let seen = ops.iter().map(|&op| match op {
            Op::Add(at, by) => atomics[at].fetch_add(by, AcqRel),
            Op::Swap(at, by) => atomics[at].swap(by, AcqRel),
            Op::Exchange(at, from, to) => atomics[at]
                .compare_exchange(from, to, AcqRel, Acquire)
                .unwrap_or_else(|seen| seen + 10),
            Op::Locked(at, by) => {
                let mut held = lock.lock().unwrap();
                *held = *held * 2 + by;
                *held + atomics[at].fetch_add(1, AcqRel) * 100
            }
        });
        seen.collect::<Vec<_>>()
    };
    let mut all = thread::scope(|scope| {
        let threads: Vec<_> = program[1..].iter().map(|ops| scope.spawn(|| run(ops))).collect();
        let mut all = run(&program[0]);
        for thread in threads {
            all.extend(thread.join().unwrap());
        }
        all
    });
    all.extend(atomics.map(AtomicU32::into_inner));
    all.push(lock.into_inner().unwrap());
    all
}

#[test]
fn loom_and_the_explorer_agree_where_loom_misses_nothing() {
    let mut numbers = Numbers(7);
    for _ in 0..150 {
        let program = random_program(&mut numbers);
        let (first, second) = (program.clone(), program.clone());
        let explored = Check::new().run(move || run_random(&first));
        let loomed = loom(move || run_random(&second));
        assert!(matches!(loomed.verdict, Verdict::Verified), "{program:?}: {:?}", loomed.verdict);
        let (explored, loomed): (Vec<_>, Vec<_>) =
            (explored.outcomes.into_keys().collect(), loomed.outcomes.into_keys().collect());
        assert_eq!(explored, loomed, "{program:?}");
    }
}
