//! What else people try.

use std::sync::Arc;

use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::thread;
use drawloom::tokio;
use drawloom::tokio::runtime::{Builder, Runtime};

fn count(coming: u32, guests: &AtomicU32) {
    for _ in 0..coming {
        let seen = guests.load(SeqCst);
        guests.store(seen + 1, SeqCst);
    }
}

fn event_loop() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// Another right one: the loop owns the count, and the porter sends it his guests.
pub(crate) mod one_owner {
    use drawloom::tokio::sync::mpsc::unbounded_channel;

    use super::{thread, tokio};

    pub(crate) fn evening(front: u32, back: u32) -> u32 {
        let (tell, mut told) = unbounded_channel();
        let porter = thread::spawn(move || (0..back).for_each(|_| tell.send(1).unwrap()));
        let guests = super::event_loop().block_on(async {
            let front_door = tokio::spawn(async move {
                let mut guests = front;
                while let Some(more) = told.recv().await {
                    guests += more;
                }
                guests
            });
            front_door.await.unwrap()
        });
        porter.join().unwrap();
        guests
    }
}

pub(crate) mod a_lock_for_each_of_the_two {
    use drawloom::sync::Mutex;

    use super::{Arc, thread, tokio};

    pub(crate) fn evening(front: u32, back: u32) -> u32 {
        let guests = Arc::new(Mutex::new(0));
        let counted = Arc::clone(&guests);
        let porter = thread::spawn(move || count(back, &counted));
        let counted = Arc::clone(&guests);
        super::event_loop().block_on(async {
            tokio::spawn(async move { count(front, &counted) }).await.unwrap();
        });
        porter.join().unwrap();
        *guests.lock().unwrap()
    }

    fn count(coming: u32, guests: &Mutex<u32>) {
        for _ in 0..coming {
            let seen = *guests.lock().unwrap();
            *guests.lock().unwrap() = seen + 1;
        }
    }
}

pub(crate) mod a_loop_for_the_porter {
    use super::{Arc, AtomicU32, SeqCst, thread, tokio};

    pub(crate) fn evening(front: u32, back: u32) -> u32 {
        let guests = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&guests);
        let porter = thread::spawn(move || {
            super::event_loop().block_on(async { super::count(back, &counted) });
        });
        let counted = Arc::clone(&guests);
        super::event_loop().block_on(async {
            tokio::spawn(async move { super::count(front, &counted) }).await.unwrap();
        });
        porter.join().unwrap();
        guests.load(SeqCst)
    }
}

pub(crate) mod the_porter_first {
    use super::{Arc, AtomicU32, SeqCst, thread, tokio};

    pub(crate) fn evening(front: u32, back: u32) -> u32 {
        let guests = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&guests);
        let porter = thread::spawn(move || super::count(back, &counted));
        porter.join().unwrap();
        let counted = Arc::clone(&guests);
        super::event_loop().block_on(async {
            tokio::spawn(async move { super::count(front, &counted) }).await.unwrap();
        });
        guests.load(SeqCst)
    }
}

pub(crate) mod the_front_door_does_it_all {
    use super::{Arc, AtomicU32, SeqCst, tokio};

    pub(crate) fn evening(front: u32, back: u32) -> u32 {
        let guests = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&guests);
        super::event_loop().block_on(async {
            tokio::spawn(async move { super::count(front + back, &counted) }).await.unwrap();
        });
        guests.load(SeqCst)
    }
}
