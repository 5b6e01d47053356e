//! What else people try.

/// The stage that all of these play on.
fn day(transfer: impl Fn(&Account, &Account, i64) + Sync, rent: i64, refund: i64) -> [i64; 2] {
    let (ann, ben) = (Mutex::new(100), Mutex::new(100));
    let (ann, ben) = (Account { balance: ann }, Account { balance: ben });
    thread::scope(|scope| {
        scope.spawn(|| transfer(&ann, &ben, rent));
        scope.spawn(|| transfer(&ben, &ann, refund));
    });
    [ann, ben].map(|account| account.balance.into_inner().unwrap())
}

use drawloom::sync::Mutex;
use drawloom::thread;

struct Account {
    balance: Mutex<i64>,
}

/// Another right one: one lock for the whole bank.
pub(crate) mod one_lock {
    pub(crate) fn day(rent: i64, refund: i64) -> [i64; 2] {
        let bank = super::Mutex::new(());
        let transfer = |from: &super::Account, to: &super::Account, amount| {
            let _bank = bank.lock().unwrap();
            *from.balance.lock().unwrap() -= amount;
            *to.balance.lock().unwrap() += amount;
        };
        super::day(transfer, rent, refund)
    }
}

pub(crate) mod try_until_it_is_free {
    use drawloom::thread;

    pub(crate) fn day(rent: i64, refund: i64) -> [i64; 2] {
        let transfer = |from: &super::Account, to: &super::Account, amount| {
            let mut source = from.balance.lock().unwrap();
            let mut target = loop {
                match to.balance.try_lock() {
                    Ok(target) => break target,
                    Err(_) => thread::yield_now(),
                }
            };
            *source -= amount;
            *target += amount;
        };
        super::day(transfer, rent, refund)
    }
}

pub(crate) mod one_transfer_is_given_up {
    pub(crate) fn day(rent: i64, refund: i64) -> [i64; 2] {
        let transfer = |from: &super::Account, to: &super::Account, amount| {
            let mut source = from.balance.lock().unwrap();
            if let Ok(mut target) = to.balance.try_lock() {
                *source -= amount;
                *target += amount;
            }
        };
        super::day(transfer, rent, refund)
    }
}

pub(crate) mod the_rent_first {
    use drawloom::thread;

    use super::{Account, Mutex};

    pub(crate) fn day(rent: i64, refund: i64) -> [i64; 2] {
        let (ann, ben) = (Mutex::new(100), Mutex::new(100));
        let (ann, ben) = (Account { balance: ann }, Account { balance: ben });
        let transfer = |from: &Account, to: &Account, amount| {
            let mut source = from.balance.lock().unwrap();
            let mut target = to.balance.lock().unwrap();
            *source -= amount;
            *target += amount;
        };
        thread::scope(|scope| {
            let ann_pays = scope.spawn(|| transfer(&ann, &ben, rent));
            ann_pays.join().unwrap();
            let ben_pays = scope.spawn(|| transfer(&ben, &ann, refund));
            ben_pays.join().unwrap();
        });
        [ann, ben].map(|account| account.balance.into_inner().unwrap())
    }
}
