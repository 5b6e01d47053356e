//! One lock, made where the guests are let in, held from the read to the write.

use drawloom::sync::Mutex;
use drawloom::thread;

/// An evening with so many guests; returns what is in the jar when all have gone.
pub fn evening(guests: u32) -> u32 {
    let jar = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..guests {
            scope.spawn(|| put_coin(&jar));
        }
    });
    jar.into_inner().unwrap()
}

fn put_coin(jar: &Mutex<u32>) {
    let mut coins = jar.lock().unwrap();
    *coins += 1;
}
