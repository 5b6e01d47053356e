//! What else people try.

pub(crate) mod a_lock_for_each_account {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    pub(crate) fn day(transfers: u32) -> (i64, i64) {
        let (checking, savings) = (Mutex::new(100), Mutex::new(0));
        thread::scope(|scope| {
            let teller = scope.spawn(|| {
                for _ in 0..transfers {
                    *checking.lock().unwrap() -= 30;
                    *savings.lock().unwrap() += 30;
                }
            });
            let auditor = scope.spawn(|| (*checking.lock().unwrap(), *savings.lock().unwrap()));
            teller.join().unwrap();
            auditor.join().unwrap()
        })
    }
}

pub(crate) mod the_other_way_round {
    use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
    use drawloom::thread;

    pub(crate) fn day(transfers: u32) -> (i64, i64) {
        let (checking, savings) = (AtomicI64::new(100), AtomicI64::new(0));
        thread::scope(|scope| {
            let teller = scope.spawn(|| {
                for _ in 0..transfers {
                    savings.fetch_add(30, SeqCst);
                    checking.fetch_sub(30, SeqCst);
                }
            });
            let auditor = scope.spawn(|| (checking.load(SeqCst), savings.load(SeqCst)));
            teller.join().unwrap();
            auditor.join().unwrap()
        })
    }
}

pub(crate) mod audited_when_all_is_over {
    use drawloom::sync::atomic::{AtomicI64, Ordering::SeqCst};
    use drawloom::thread;

    pub(crate) fn day(transfers: u32) -> (i64, i64) {
        let (checking, savings) = (AtomicI64::new(100), AtomicI64::new(0));
        thread::scope(|scope| {
            let teller = scope.spawn(|| {
                for _ in 0..transfers {
                    checking.fetch_sub(30, SeqCst);
                    savings.fetch_add(30, SeqCst);
                }
            });
            teller.join().unwrap();
            let auditor = scope.spawn(|| (checking.load(SeqCst), savings.load(SeqCst)));
            auditor.join().unwrap()
        })
    }
}

pub(crate) mod locked_for_the_whole_day {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    pub(crate) fn day(transfers: u32) -> (i64, i64) {
        let accounts = Mutex::new((100, 0));
        thread::scope(|scope| {
            let teller = scope.spawn(|| {
                let mut accounts = accounts.lock().unwrap();
                for _ in 0..transfers {
                    accounts.0 -= 30;
                    accounts.1 += 30;
                }
            });
            let auditor = scope.spawn(|| *accounts.lock().unwrap());
            teller.join().unwrap();
            auditor.join().unwrap()
        })
    }
}
