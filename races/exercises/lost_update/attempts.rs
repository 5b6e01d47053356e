//! What else people try.

/// Another right one: for a number, one step is enough.
pub(crate) mod one_step {
    use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| jar.fetch_add(1, SeqCst));
            }
        });
        jar.into_inner()
    }
}

/// A clerk who owns the jar, and guests who hand him their coins.
pub(crate) mod a_clerk {
    use drawloom::sync::mpsc::channel;
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let (hand, handed) = channel();
        thread::scope(|scope| {
            for _ in 0..guests {
                let hand = hand.clone();
                scope.spawn(move || hand.send(1).unwrap());
            }
            drop(hand);
            let clerk = scope.spawn(move || handed.iter().sum());
            clerk.join().unwrap()
        })
    }
}

pub(crate) mod a_lock_per_line {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let jar = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| {
                    let coins = *jar.lock().unwrap();
                    *jar.lock().unwrap() = coins + 1;
                });
            }
        });
        jar.into_inner().unwrap()
    }
}

pub(crate) mod a_lock_of_ones_own {
    use drawloom::sync::Mutex;
    use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| {
                    let own = Mutex::new(());
                    let _own = own.lock().unwrap();
                    let coins = jar.load(SeqCst);
                    jar.store(coins + 1, SeqCst);
                });
            }
        });
        jar.into_inner()
    }
}

pub(crate) mod joined_before_the_next {
    use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let jar = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..guests {
                let guest = scope.spawn(|| {
                    let coins = jar.load(SeqCst);
                    jar.store(coins + 1, SeqCst);
                });
                guest.join().unwrap();
            }
        });
        jar.into_inner()
    }
}

pub(crate) mod all_in_main {
    pub(crate) fn evening(guests: u32) -> u32 {
        (0..guests).map(|_| 1).sum()
    }
}

/// No guest does anything, and the number is right for two.
pub(crate) mod what_two_would_leave {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let jar = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..guests {
                scope.spawn(|| *jar.lock().unwrap() += 1);
            }
        });
        2
    }
}

/// The threads are there, and one after the other by a turn that is written down.
pub(crate) mod by_turns {
    use drawloom::sync::{Condvar, Mutex};
    use drawloom::thread;

    pub(crate) fn evening(guests: u32) -> u32 {
        let (jar, turn) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for guest in 0..guests {
                let (jar, turn) = (&jar, &turn);
                scope.spawn(move || {
                    let coins = jar.lock().unwrap();
                    let mut coins = turn.wait_while(coins, |coins| *coins != guest).unwrap();
                    *coins += 1;
                    turn.notify_all();
                });
            }
        });
        jar.into_inner().unwrap()
    }
}
