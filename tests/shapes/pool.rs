//! A pool of connections: `parking_lot`'s lock and condition variable, and a guard that gives back.

use super::parking_lot::{Condvar, Mutex};
use super::thread;

struct Connection {
    number: usize,
}

struct Pool {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
}

struct Lent<'pool> {
    pool: &'pool Pool,
    connection: Option<Connection>,
}

impl Pool {
    fn of(size: usize) -> Self {
        let idle = (0..size).map(|number| Connection { number }).collect();
        Self { idle: Mutex::new(idle), returned: Condvar::new() }
    }

    fn get(&self) -> Lent<'_> {
        let mut idle = self.idle.lock();
        self.returned.wait_while(&mut idle, |idle| idle.is_empty());
        Lent { pool: self, connection: idle.pop() }
    }
}

impl Lent<'_> {
    fn number(&self) -> usize {
        self.connection.as_ref().unwrap().number
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.pool.idle.lock().extend(self.connection.take());
        self.pool.returned.notify_one();
    }
}

/// Three customers and two connections: how often each connection is used.
pub(crate) fn visits() -> [usize; 2] {
    let pool = Pool::of(2);
    let mut visits = [0; 2];
    thread::scope(|scope| {
        let customers = [(); 3].map(|()| scope.spawn(|| pool.get().number()));
        for customer in customers {
            visits[customer.join().unwrap()] += 1;
        }
    });
    assert_eq!(pool.idle.into_inner().len(), 2, "both connections are back");
    visits
}
