//! On a real runtime with two workers: a lock held over an await, one for each shard, and none over it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;
use tokio::sync::Mutex;

use super::plot::{Line, Panel, STRANDS};
use super::{Accounts, SHARDS, median, rate, shard};

type Balances = HashMap<u32, u64>;

/// Where the lock is.
enum Bank {
    /// An async lock, which may be held over an await.
    Coarse(Mutex<Balances>),
    /// One for each shard.
    Sharded(Vec<Mutex<Balances>>),
    /// A thread's lock, which must not be: whatever is awaited is awaited before.
    AwaitFirst(StdMutex<Balances>),
}

/// A name, and how such a bank is opened.
type Placement = (&'static str, fn() -> Bank);

const PLACEMENTS: [Placement; 3] = [
    ("one async lock", || Bank::Coarse(Mutex::default())),
    ("an async lock for each of 16 shards", || {
        Bank::Sharded((0..SHARDS).map(|_| Mutex::default()).collect())
    }),
    ("await first, then one std lock", || Bank::AwaitFirst(StdMutex::default())),
];

pub(super) fn measure(each: Duration) -> Vec<Panel> {
    let panel = |title: &str, asks: bool| {
        let line = |(name, open): Placement| {
            eprintln!("{title}: {name}");
            let once = |strands| pay_in(&Arc::new(open()), strands, asks, each);
            let rates = STRANDS.map(|strands| median(|| once(strands)));
            Line { name: name.to_owned(), rates }
        };
        Panel { title: title.to_owned(), lines: PLACEMENTS.map(line).to_vec() }
    };
    vec![
        panel("tasks, a short section: one addition", false),
        panel("tasks, a question of 1 ms to be awaited", true),
    ]
}

/// How many payments a second so many tasks make.
fn pay_in(bank: &Arc<Bank>, strands: usize, asks: bool, each: Duration) -> u64 {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let runtime = runtime.expect("a runtime with two workers");
    let over = Arc::new(AtomicBool::new(false));
    let (paid, took) = runtime.block_on(async {
        let started = Instant::now();
        let strand = |number| {
            let (bank, over) = (Arc::clone(bank), Arc::clone(&over));
            tokio::spawn(async move {
                let (mut accounts, mut paid) = (Accounts::of(number), 0_u64);
                // ORDERING: nothing is read on the strength of it.
                while !over.load(Relaxed) {
                    bank.pay_in(accounts.pick(), asks).await;
                    paid += 1;
                }
                paid
            })
        };
        let strands: Vec<_> = (0..strands).map(strand).collect();
        // The root is no worker: it may sleep as a thread does.
        std::thread::sleep(each);
        // ORDERING: as above.
        over.store(true, Relaxed);
        let mut paid = 0;
        for strand in strands {
            paid += strand.await.expect("it does not panic");
        }
        // What was begun is waited for, so its time counts.
        (paid, started.elapsed())
    });
    assert_eq!(runtime.block_on(bank.total()), paid, "no coin is missing");
    rate(paid, took)
}

/// Somebody else is asked, who takes his time.
async fn ask(asks: bool) {
    if asks {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn pay(balances: &mut Balances, account: u32, asks: bool) {
    let before = balances.get(&account).copied().unwrap_or(0);
    ask(asks).await;
    balances.insert(account, before + 1);
}

impl Bank {
    async fn pay_in(&self, account: u32, asks: bool) {
        match self {
            Self::Coarse(balances) => pay(&mut *balances.lock().await, account, asks).await,
            Self::Sharded(shards) => {
                pay(&mut *shards[shard(account)].lock().await, account, asks).await;
            }
            Self::AwaitFirst(balances) => {
                ask(asks).await;
                let mut balances = balances.lock().unwrap_or_else(PoisonError::into_inner);
                *balances.entry(account).or_default() += 1;
            }
        }
    }

    async fn total(&self) -> u64 {
        match self {
            Self::Coarse(balances) => balances.lock().await.values().sum(),
            Self::Sharded(shards) => {
                let mut total = 0;
                for shard in shards {
                    total += shard.lock().await.values().sum::<u64>();
                }
                total
            }
            Self::AwaitFirst(balances) => {
                balances.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
            }
        }
    }
}
