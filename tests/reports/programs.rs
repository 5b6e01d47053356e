//! The programs of threads whose reports are read. Their line numbers are in the reports.

use drawloom::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};
use drawloom::sync::{Arc, Condvar, Mutex};
use drawloom::thread;

pub(super) fn lost_update() {
    let jar = AtomicU32::new(0);
    let put_coin = || {
        let coins = jar.load(SeqCst);
        jar.store(coins + 1, SeqCst);
    };
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(jar.load(SeqCst), 2, "both coins are in the jar");
}

pub(super) fn lock_per_access() {
    let jar = Mutex::new(0);
    let put_coin = || {
        let coins = *jar.lock().unwrap();
        *jar.lock().unwrap() = coins + 1;
    };
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
}

pub(super) fn lock_over_both() {
    let jar = Mutex::new(0);
    let put_coin = || *jar.lock().unwrap() += 1;
    thread::scope(|scope| {
        let alice = scope.spawn(put_coin);
        let bob = scope.spawn(put_coin);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert_eq!(*jar.lock().unwrap(), 2, "both coins are in the jar");
}

pub(super) fn two_orders() {
    let fork = Arc::new(Mutex::new(()));
    let knife = Arc::new(Mutex::new(()));
    let dine = |first: &Arc<Mutex<()>>, second: &Arc<Mutex<()>>| {
        let (first, second) = (Arc::clone(first), Arc::clone(second));
        move || {
            let _first = first.lock().unwrap();
            let _second = second.lock().unwrap();
        }
    };
    let alice = thread::spawn(dine(&fork, &knife));
    let bob = thread::spawn(dine(&knife, &fork));
    alice.join().unwrap();
    bob.join().unwrap();
}

pub(super) fn locked_twice() {
    let jar = Mutex::new(0);
    let count = || *jar.lock().unwrap();
    thread::scope(|scope| {
        let _alice = scope.spawn(|| {
            let mut coins = jar.lock().unwrap();
            *coins = count() + 1;
        });
        let _bob = scope.spawn(|| drop(jar.lock().unwrap()));
    });
}

pub(super) fn check_then_act() {
    let seats = AtomicI32::new(1);
    let book = || {
        if seats.load(SeqCst) > 0 {
            seats.fetch_sub(1, SeqCst);
        }
    };
    thread::scope(|scope| {
        let alice = scope.spawn(book);
        let bob = scope.spawn(book);
        alice.join().unwrap();
        bob.join().unwrap();
    });
    assert!(seats.load(SeqCst) >= 0, "no seat is sold twice");
}

pub(super) fn panic_in_a_thread() {
    let ready = AtomicBool::new(false);
    let data = AtomicU32::new(0);
    thread::scope(|scope| {
        let _writer = scope.spawn(|| {
            ready.store(true, SeqCst);
            data.store(42, SeqCst);
        });
        let _reader = scope.spawn(|| {
            if ready.load(SeqCst) && data.load(SeqCst) == 0 {
                panic!("nothing there");
            }
        });
    });
}

pub(super) fn never_notified() {
    let full = Arc::new(Mutex::new(false));
    let filled = Arc::new(Condvar::new());
    let cook = {
        let (full, filled) = (Arc::clone(&full), Arc::clone(&filled));
        thread::spawn(move || {
            filled.notify_one();
            *full.lock().unwrap() = true;
        })
    };
    let mut plate = full.lock().unwrap();
    while !*plate {
        plate = filled.wait(plate).unwrap();
    }
    drop(plate);
    cook.join().unwrap();
}

pub(super) fn spins_for_ever() {
    let open = Arc::new(AtomicBool::new(false));
    let guest = {
        let open = Arc::clone(&open);
        thread::spawn(move || {
            while !open.load(SeqCst) {
                thread::yield_now();
            }
        })
    };
    let doors = AtomicU32::new(1);
    doors.fetch_add(1, SeqCst);
    guest.join().unwrap();
}

pub(super) fn tries_for_ever() {
    let (fork, knife) = (Mutex::new(()), Mutex::new(()));
    let dine = |first: &Mutex<()>, second: &Mutex<()>| {
        let _first = first.lock().unwrap();
        while second.try_lock().is_err() {
            thread::yield_now();
        }
    };
    thread::scope(|scope| {
        let _alice = scope.spawn(|| dine(&fork, &knife));
        let _bob = scope.spawn(|| dine(&knife, &fork));
    });
}

pub(super) fn never_ends() {
    let ticks = Arc::new(AtomicU32::new(0));
    let ticker = {
        let ticks = Arc::clone(&ticks);
        thread::spawn(move || {
            loop {
                ticks.fetch_add(1, SeqCst);
            }
        })
    };
    ticks.load(SeqCst);
    ticker.join().unwrap();
}

pub(super) fn nothing_shared() {
    let alice = thread::spawn(|| 1);
    let bob = thread::spawn(|| 2);
    assert_eq!(alice.join().unwrap() + bob.join().unwrap(), 3);
}

pub(super) fn four_friends() {
    let jar = AtomicU32::new(0);
    let put_coin = || jar.store(jar.load(SeqCst) + 1, SeqCst);
    thread::scope(|scope| {
        let _alice = scope.spawn(put_coin);
        let _bob = scope.spawn(put_coin);
        let _carol = scope.spawn(put_coin);
        let _dave = scope.spawn(put_coin);
    });
    assert_eq!(jar.load(SeqCst), 4, "all coins are in the jar");
}

pub(super) fn a_long_way() {
    let jar = AtomicU32::new(0);
    let laps = AtomicU32::new(0);
    thread::scope(|scope| {
        let _alice = scope.spawn(|| {
            let coins = jar.load(SeqCst);
            for _ in 0..45 {
                laps.fetch_add(1, SeqCst);
            }
            jar.store(coins + 1, SeqCst);
        });
        let _bob = scope.spawn(|| {
            let coins = jar.load(SeqCst);
            jar.store(coins + 1, SeqCst);
        });
    });
    assert_eq!(jar.load(SeqCst), 2);
}

pub(super) fn dice() -> u32 {
    let jar = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| jar.store(jar.load(SeqCst) + 1, SeqCst));
        }
    });
    jar.load(SeqCst)
}
