//! Which programs are measured, and how many executions does each need?
//!
//! A search that runs every order of dependent steps exactly once, and no other, spends as many
//! executions as [`Program::needs`] says. The figures are counted by hand where there is a formula, and
//! are those of the literature for the last two.

use std::fmt;
use std::sync::Arc;

use crate::library::{Atomic, Library, Lock};

/// A program of so many threads. Main starts them, joins them and takes no step of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Program {
    /// Each loads one atomic and stores it, so many times.
    LostUpdate { threads: usize, times: u32 },
    /// Each takes one lock, adds one and gives it back, so many times.
    OneLock { threads: usize, times: u32 },
    /// Each adds one to one atomic, so many times.
    FetchAdd { threads: usize, times: u32 },
    /// Each adds one to one atomic, and then to another.
    TwoFetchAdds { threads: usize },
    /// Each adds one to an atomic of its own.
    NothingShared { threads: usize },
    /// One stores, the others load.
    Readers { readers: usize },
    /// Each takes the fork on the left and then the one on the right.
    LeftFirst { philosophers: usize },
    /// Each takes the fork with the lower number first.
    LowerFirst { philosophers: usize },
    /// Each stores an atomic of its own and loads its neighbour's.
    StoreBuffering { threads: usize },
    /// PAPER: Flanagan and Godefroid 2005, `indexer`: each puts four numbers into a hash table.
    Indexer { threads: usize },
    /// PAPER: Abdulla et al. 2014, `lastzero`: one looks for the last zero that the others leave.
    LastZero { writers: usize },
}

use Program::{
    FetchAdd, Indexer, LastZero, LeftFirst, LostUpdate, LowerFirst, NothingShared, OneLock,
    Readers, StoreBuffering, TwoFetchAdds,
};

/// All that are measured, from small to large within each sort.
pub(crate) const ALL: &[Program] = &[
    LostUpdate { threads: 2, times: 1 },
    LostUpdate { threads: 3, times: 1 },
    LostUpdate { threads: 4, times: 1 },
    LostUpdate { threads: 5, times: 1 },
    LostUpdate { threads: 2, times: 2 },
    LostUpdate { threads: 2, times: 3 },
    LostUpdate { threads: 2, times: 4 },
    LostUpdate { threads: 2, times: 5 },
    OneLock { threads: 3, times: 1 },
    OneLock { threads: 2, times: 3 },
    OneLock { threads: 3, times: 2 },
    OneLock { threads: 3, times: 3 },
    OneLock { threads: 4, times: 2 },
    OneLock { threads: 4, times: 3 },
    FetchAdd { threads: 2, times: 3 },
    FetchAdd { threads: 3, times: 2 },
    FetchAdd { threads: 3, times: 3 },
    FetchAdd { threads: 4, times: 2 },
    FetchAdd { threads: 4, times: 3 },
    TwoFetchAdds { threads: 2 },
    TwoFetchAdds { threads: 3 },
    TwoFetchAdds { threads: 4 },
    NothingShared { threads: 2 },
    NothingShared { threads: 4 },
    NothingShared { threads: 8 },
    Readers { readers: 2 },
    Readers { readers: 3 },
    Readers { readers: 8 },
    LeftFirst { philosophers: 2 },
    LeftFirst { philosophers: 3 },
    LeftFirst { philosophers: 4 },
    LeftFirst { philosophers: 8 },
    LowerFirst { philosophers: 2 },
    LowerFirst { philosophers: 3 },
    LowerFirst { philosophers: 4 },
    LowerFirst { philosophers: 8 },
    StoreBuffering { threads: 2 },
    StoreBuffering { threads: 3 },
    StoreBuffering { threads: 4 },
    StoreBuffering { threads: 8 },
    Indexer { threads: 12 },
    Indexer { threads: 13 },
    Indexer { threads: 14 },
    LastZero { writers: 2 },
    LastZero { writers: 4 },
    LastZero { writers: 5 },
    LastZero { writers: 8 },
    LastZero { writers: 10 },
];

impl Program {
    /// How many executions it takes to try every order of dependent steps once, failing ones included.
    pub(crate) fn needs(self) -> u64 {
        match self {
            LostUpdate { threads: 2, times } => [4, 34, 328, 3_334, 34_904][times as usize - 1],
            LostUpdate { threads, times: 1 } | TwoFetchAdds { threads } => {
                factorial(threads as u64).pow(2)
            }
            LostUpdate { .. } => unreachable!("nobody has counted these"),
            OneLock { threads, times } | FetchAdd { threads, times } => {
                let each = u64::from(times);
                let all = threads as u64 * each;
                (0..threads).fold(factorial(all), |orders, _| orders / factorial(each))
            }
            NothingShared { .. } => 1,
            Readers { readers } => 1 << readers,
            // Each fork goes to one of its two neighbours first. All left first is the deadlock, and
            // all right first cannot be: whoever is first at any fork would have been so at the other.
            LeftFirst { philosophers } => (1 << philosophers) - 1,
            LowerFirst { philosophers } => (1 << philosophers) - 2,
            StoreBuffering { threads } => (1 << threads) - 1,
            Indexer { threads } => 8_u64.pow(u32::try_from(threads).unwrap_or(u32::MAX) - 11),
            LastZero { writers } => (writers as u64 + 3) << (writers - 2),
        }
    }

    /// How many of these executions fail.
    pub(crate) fn fails(self) -> u64 {
        u64::from(matches!(self, LeftFirst { .. }))
    }

    /// How many threads main starts.
    pub(crate) fn threads(self) -> usize {
        match self {
            LostUpdate { threads, .. }
            | OneLock { threads, .. }
            | FetchAdd { threads, .. }
            | TwoFetchAdds { threads }
            | NothingShared { threads }
            | StoreBuffering { threads }
            | Indexer { threads } => threads,
            Readers { readers: others } | LastZero { writers: others } => others + 1,
            LeftFirst { philosophers } | LowerFirst { philosophers } => philosophers,
        }
    }

    /// Runs it once, on a library.
    pub(crate) fn run<L: Library>(self) {
        let threads = self.threads();
        match self {
            LostUpdate { times, .. } => lost_update::<L>(threads, times),
            OneLock { times, .. } => one_lock::<L>(threads, times),
            FetchAdd { times, .. } => fetch_add::<L>(threads, times),
            TwoFetchAdds { .. } => two_fetch_adds::<L>(threads),
            NothingShared { .. } => nothing_shared::<L>(threads),
            Readers { .. } => readers::<L>(threads),
            LeftFirst { .. } => philosophers::<L>(threads, |left, right| (left, right)),
            LowerFirst { .. } => {
                philosophers::<L>(threads, |left, right| (left.min(right), left.max(right)));
            }
            StoreBuffering { .. } => store_buffering::<L>(threads),
            Indexer { .. } => indexer::<L>(threads),
            LastZero { .. } => last_zero::<L>(threads),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, times) = match *self {
            LostUpdate { times, .. } => ("lost update", times),
            OneLock { times, .. } => ("one lock", times),
            FetchAdd { times, .. } => ("fetch_add", times),
            TwoFetchAdds { .. } => ("fetch_add x, then y", 1),
            NothingShared { .. } => ("nothing shared", 1),
            Readers { .. } => ("one writer, the rest read", 1),
            LeftFirst { .. } => ("philosophers, left first", 1),
            LowerFirst { .. } => ("philosophers, ordered", 1),
            StoreBuffering { .. } => ("store buffering", 1),
            Indexer { .. } => ("indexer", 1),
            LastZero { .. } => ("lastzero", 1),
        };
        write!(f, "{name}, {} threads", self.threads())?;
        if times > 1 { write!(f, " × {times}") } else { Ok(()) }
    }
}

fn factorial(n: u64) -> u64 {
    (1..=n).product()
}

/// Starts so many threads, each told its number, and joins them.
fn at_once<L: Library>(threads: usize, body: impl Fn(usize) + Send + Sync + 'static) {
    let body = Arc::new(body);
    let spawn = |me| {
        let body = Arc::clone(&body);
        L::spawn(move || body(me))
    };
    let threads: Vec<_> = (0..threads).map(spawn).collect();
    threads.into_iter().for_each(L::join);
}

/// So many atomics, all 0.
fn zeros<L: Library>(many: usize) -> Vec<L::Atomic> {
    (0..many).map(|_| L::Atomic::new(0)).collect()
}

fn lost_update<L: Library>(threads: usize, times: u32) {
    let jar = L::Atomic::new(0);
    at_once::<L>(threads, move |_| (0..times).for_each(|_| jar.store(jar.load() + 1)));
}

fn one_lock<L: Library>(threads: usize, times: u32) {
    let jar = L::Lock::new(0);
    at_once::<L>(threads, move |_| (0..times).for_each(|_| *jar.lock() += 1));
}

fn fetch_add<L: Library>(threads: usize, times: u32) {
    let jar = L::Atomic::new(0);
    at_once::<L>(threads, move |_| {
        for _ in 0..times {
            jar.fetch_add(1);
        }
    });
}

fn two_fetch_adds<L: Library>(threads: usize) {
    let (x, y) = (L::Atomic::new(0), L::Atomic::new(0));
    at_once::<L>(threads, move |_| {
        x.fetch_add(1);
        y.fetch_add(1);
    });
}

fn nothing_shared<L: Library>(threads: usize) {
    let jars = zeros::<L>(threads);
    at_once::<L>(threads, move |me| {
        jars[me].fetch_add(1);
    });
}

fn readers<L: Library>(threads: usize) {
    let page = L::Atomic::new(0);
    at_once::<L>(threads, move |me| {
        if me == 0 {
            page.store(1);
        } else {
            page.load();
        }
    });
}

/// `order` says which of the forks on the left and on the right is taken first.
fn philosophers<L: Library>(threads: usize, order: fn(usize, usize) -> (usize, usize)) {
    let forks: Vec<_> = (0..threads).map(|_| L::Lock::new(0)).collect();
    at_once::<L>(threads, move |me| {
        let (first, second) = order(me, (me + 1) % threads);
        let _first = forks[first].lock();
        let _second = forks[second].lock();
    });
}

fn store_buffering<L: Library>(threads: usize) {
    let flags = zeros::<L>(threads);
    at_once::<L>(threads, move |me| {
        flags[me].store(1);
        flags[(me + 1) % threads].load();
    });
}

fn indexer<L: Library>(threads: usize) {
    const SLOTS: usize = 128;
    let table = zeros::<L>(SLOTS);
    at_once::<L>(threads, move |me| {
        for m in 1..=4 {
            let word = 11 * m + me;
            let mut slot = 7 * word % SLOTS;
            let word = u32::try_from(word).expect("a small number");
            while table[slot].compare_exchange(0, word).is_err() {
                slot = (slot + 1) % SLOTS;
            }
        }
    });
}

fn last_zero<L: Library>(threads: usize) {
    let cells = zeros::<L>(threads);
    at_once::<L>(threads, move |me| {
        if me > 0 {
            cells[me].store(cells[me - 1].load() + 1);
            return;
        }
        let mut last = threads - 1;
        while cells[last].load() != 0 {
            last -= 1;
        }
    });
}
