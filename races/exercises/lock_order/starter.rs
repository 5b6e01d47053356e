//! Ann pays the rent to Ben, and Ben a refund to Ann. Sometimes neither ever arrives.
//!
//! Repair it, so that both arrive in every schedule. The two transfers must still be two threads, of which
//! either may be the first.

use drawloom::sync::Mutex;
use drawloom::thread;

struct Account {
    balance: Mutex<i64>,
}

/// A day with a transfer each way; returns what Ann and Ben have then.
pub fn day(rent: i64, refund: i64) -> [i64; 2] {
    let (ann, ben) = (Mutex::new(100), Mutex::new(100));
    let (ann, ben) = (Account { balance: ann }, Account { balance: ben });
    thread::scope(|scope| {
        let ann_pays = scope.spawn(|| transfer(&ann, &ben, rent));
        let ben_pays = scope.spawn(|| transfer(&ben, &ann, refund));
        ann_pays.join().unwrap();
        ben_pays.join().unwrap();
    });
    [ann, ben].map(|account| account.balance.into_inner().unwrap())
}

fn transfer(from: &Account, to: &Account, amount: i64) {
    let mut source = from.balance.lock().unwrap();
    let mut target = to.balance.lock().unwrap();
    *source -= amount;
    *target += amount;
}
