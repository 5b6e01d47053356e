//! All transfers take the two locks in one order, whichever way the money goes.

use drawloom::sync::Mutex;
use drawloom::thread;

struct Account {
    number: u32,
    balance: Mutex<i64>,
}

/// A day with a transfer each way; returns what Ann and Ben have then.
pub fn day(rent: i64, refund: i64) -> [i64; 2] {
    let (ann, ben) = (Mutex::new(100), Mutex::new(100));
    let (ann, ben) = (Account { number: 1, balance: ann }, Account { number: 2, balance: ben });
    thread::scope(|scope| {
        let ann_pays = scope.spawn(|| transfer(&ann, &ben, rent));
        let ben_pays = scope.spawn(|| transfer(&ben, &ann, refund));
        ann_pays.join().unwrap();
        ben_pays.join().unwrap();
    });
    [ann, ben].map(|account| account.balance.into_inner().unwrap())
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let (first, second, amount) =
        if from.number < to.number { (from, to, amount) } else { (to, from, -amount) };
    let mut first = first.balance.lock().unwrap();
    let mut second = second.balance.lock().unwrap();
    *first -= amount;
    *second += amount;
}
