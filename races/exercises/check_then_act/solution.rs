//! One lock from the check that decides to the withdrawal that it allows, and given back before the
//! printer begins.

use drawloom::sync::Mutex;
use drawloom::thread;

use super::stage::Printer;

/// A day that begins with so much in the account; returns what is left.
pub fn day(balance: i64, printer: &Printer) -> i64 {
    let balance = Mutex::new(balance);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| pay_out(&balance, printer));
        }
    });
    balance.into_inner().unwrap()
}

fn pay_out(balance: &Mutex<i64>, printer: &Printer) {
    let mut balance = balance.lock().unwrap();
    if *balance < 80 {
        return;
    }
    *balance -= 80;
    drop(balance);
    printer.print();
}
