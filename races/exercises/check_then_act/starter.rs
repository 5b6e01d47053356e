//! Two cash machines are asked for 80 each. Sometimes both pay out, and there was only enough for one.
//!
//! Repair it, so that the account is never overdrawn. Who finds enough is paid. The printer is slow, and no
//! machine may keep the other from the account while it prints.

use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
use drawloom::thread;

use super::stage::Printer;

/// A day that begins with so much in the account; returns what is left.
pub fn day(balance: i64, printer: &Printer) -> i64 {
    let balance = AtomicI64::new(balance);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| pay_out(&balance, printer));
        }
    });
    balance.into_inner()
}

fn pay_out(balance: &AtomicI64, printer: &Printer) {
    if balance.load(SeqCst) >= 80 {
        balance.fetch_sub(80, SeqCst);
        printer.print();
    }
}
