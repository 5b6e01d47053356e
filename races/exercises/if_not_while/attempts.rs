//! What else people try.

use drawloom::sync::{Condvar, Mutex, MutexGuard};
use drawloom::thread;

type Wait = fn(&Condvar, MutexGuard<'_, u32>) -> bool;

fn take(mut loaves: MutexGuard<'_, u32>) -> bool {
    let is_there = *loaves > 0;
    *loaves -= u32::from(is_there);
    is_there
}

fn bakery(customers: usize, wait: Wait, ring: fn(&Condvar)) -> Vec<bool> {
    let (shelf, bell) = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        let come = |_| scope.spawn(|| wait(&bell, shelf.lock().unwrap()));
        let who_come: Vec<_> = (0..customers).map(come).collect();
        scope.spawn(|| {
            for _ in 0..customers {
                *shelf.lock().unwrap() += 1;
                ring(&bell);
            }
        });
        who_come.into_iter().map(|customer| customer.join().unwrap()).collect()
    })
}

pub(crate) mod wake_one {
    pub(crate) fn morning(customers: usize) -> Vec<bool> {
        let wait: super::Wait = |bell, loaves| {
            super::take(if *loaves == 0 { bell.wait(loaves).unwrap() } else { loaves })
        };
        super::bakery(customers, wait, super::Condvar::notify_one)
    }
}

/// The bell may ring between the look and the wait.
pub(crate) mod look_before_it_is_locked {
    use drawloom::sync::{Condvar, Mutex};
    use drawloom::thread;

    pub(crate) fn morning(customers: usize) -> Vec<bool> {
        let (shelf, bell) = (Mutex::new(0), Condvar::new());
        let customer = || {
            while *shelf.lock().unwrap() == 0 {
                drop(bell.wait(shelf.lock().unwrap()).unwrap());
            }
            super::take(shelf.lock().unwrap())
        };
        let baker = || {
            for _ in 0..customers {
                *shelf.lock().unwrap() += 1;
                bell.notify_all();
            }
        };
        thread::scope(|scope| {
            let who_come: Vec<_> = (0..customers).map(|_| scope.spawn(customer)).collect();
            scope.spawn(baker);
            who_come.into_iter().map(|customer| customer.join().unwrap()).collect()
        })
    }
}

pub(crate) mod nobody_comes_before_the_baker_has_gone {
    use drawloom::sync::Mutex;
    use drawloom::thread;

    pub(crate) fn morning(customers: usize) -> Vec<bool> {
        let shelf = Mutex::new(0);
        thread::scope(|scope| {
            let baker = scope.spawn(|| (0..customers).for_each(|_| *shelf.lock().unwrap() += 1));
            baker.join().unwrap();
            let come = |_| scope.spawn(|| super::take(shelf.lock().unwrap()));
            let customers: Vec<_> = (0..customers).map(come).collect();
            customers.into_iter().map(|customer| customer.join().unwrap()).collect()
        })
    }
}
