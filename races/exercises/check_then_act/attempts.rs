//! What else people try.

pub(crate) mod a_lock_for_each_of_the_two {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    use super::super::stage::Printer;

    pub(crate) fn day(balance: i64, printer: &Printer) -> i64 {
        let balance = Mutex::new(balance);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let enough = *balance.lock().unwrap() >= 80;
                    if enough {
                        *balance.lock().unwrap() -= 80;
                        printer.print();
                    }
                });
            }
        });
        balance.into_inner().unwrap()
    }
}

pub(crate) mod never_paid {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    use super::super::stage::Printer;

    pub(crate) fn day(balance: i64, _: &Printer) -> i64 {
        let balance = Mutex::new(balance);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| drop(balance.lock().unwrap()));
            }
        });
        balance.into_inner().unwrap()
    }
}

pub(crate) mod locked_while_it_prints {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    use super::super::stage::Printer;

    pub(crate) fn day(balance: i64, printer: &Printer) -> i64 {
        let balance = Mutex::new(balance);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut balance = balance.lock().unwrap();
                    if *balance >= 80 {
                        *balance -= 80;
                        printer.print();
                    }
                });
            }
        });
        balance.into_inner().unwrap()
    }
}

pub(crate) mod one_machine_after_the_other {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    use super::super::stage::Printer;

    pub(crate) fn day(balance: i64, printer: &Printer) -> i64 {
        let balance = Mutex::new(balance);
        thread::scope(|scope| {
            for _ in 0..2 {
                let machine = scope.spawn(|| {
                    let mut balance = balance.lock().unwrap();
                    if *balance >= 80 {
                        *balance -= 80;
                        drop(balance);
                        printer.print();
                    }
                });
                machine.join().unwrap();
            }
        });
        balance.into_inner().unwrap()
    }
}
