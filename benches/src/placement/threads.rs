//! Under real threads: one lock, one for each account, one for each shard.

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::plot::{Line, Panel, STRANDS};
use super::{ACCOUNTS, Accounts, SHARDS, median, rate, shard};

/// Where the lock is.
enum Bank {
    Coarse(Mutex<HashMap<u32, u64>>),
    Sharded(Vec<Mutex<HashMap<u32, u64>>>),
    Fine(HashMap<u32, Mutex<u64>>),
}

/// How many turns of a hash a long section computes.
const LONG: u32 = 20_000;

/// A name, and how such a bank is opened.
type Placement = (&'static str, fn() -> Bank);

const PLACEMENTS: [Placement; 3] = [
    ("one lock", || Bank::Coarse(Mutex::default())),
    ("a lock for each of 16 shards", || {
        Bank::Sharded((0..SHARDS).map(|_| Mutex::default()).collect())
    }),
    ("a lock for each account", || {
        Bank::Fine((0..ACCOUNTS).map(|account| (account, Mutex::default())).collect())
    }),
];

pub(super) fn measure(each: Duration) -> Vec<Panel> {
    let panel = |title: &str, turns: u32| {
        let line = |(name, open): Placement| {
            eprintln!("{title}: {name}");
            let once = |strands| pay_in(&open(), strands, turns, each);
            let rates = STRANDS.map(|strands| median(|| once(strands)));
            Line { name: name.to_owned(), rates }
        };
        Panel { title: title.to_owned(), lines: PLACEMENTS.map(line).to_vec() }
    };
    vec![
        panel("threads, a short section: one addition", 0),
        panel("threads, a long section: 20,000 turns of a hash", LONG),
    ]
}

/// How many payments a second so many threads make.
fn pay_in(bank: &Bank, strands: usize, turns: u32, each: Duration) -> u64 {
    let (over, gate) = (AtomicBool::new(false), Barrier::new(strands + 1));
    let strand = |number: usize| {
        let (mut accounts, mut paid) = (Accounts::of(number), 0_u64);
        gate.wait();
        // ORDERING: nothing is read on the strength of it.
        while !over.load(Relaxed) {
            bank.pay_in(accounts.pick(), turns);
            paid += 1;
        }
        paid
    };
    let (paid, took) = thread::scope(|scope| {
        let strand = &strand;
        let strands: Vec<_> =
            (0..strands).map(|number| scope.spawn(move || strand(number))).collect();
        gate.wait();
        let started = Instant::now();
        thread::sleep(each);
        // ORDERING: as above.
        over.store(true, Relaxed);
        let took = started.elapsed();
        let paid = strands.into_iter().map(|strand| strand.join().expect("it does not panic"));
        (paid.sum::<u64>(), took)
    });
    assert_eq!(bank.total(), paid, "no coin is missing");
    rate(paid, took)
}

impl Bank {
    /// One more in an account, after so many turns of thought.
    fn pay_in(&self, account: u32, turns: u32) {
        let pay = |balance: &mut u64| {
            let before = *balance;
            black_box((0..turns).fold(before, |hash, _| black_box(hash.rotate_left(5) ^ 0x9e37)));
            *balance = before + 1;
        };
        match self {
            Self::Coarse(accounts) => pay(locked(accounts).entry(account).or_default()),
            Self::Sharded(shards) => {
                pay(locked(&shards[shard(account)]).entry(account).or_default());
            }
            Self::Fine(accounts) => pay(&mut locked(&accounts[&account])),
        }
    }

    fn total(&self) -> u64 {
        match self {
            Self::Coarse(accounts) => locked(accounts).values().sum(),
            Self::Sharded(shards) => {
                shards.iter().map(|shard| locked(shard).values().sum::<u64>()).sum()
            }
            Self::Fine(accounts) => accounts.values().map(|balance| *locked(balance)).sum(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
