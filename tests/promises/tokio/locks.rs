//! `Mutex`, `RwLock`, `Semaphore`, `Notify` and `Barrier`.

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::sync::{
    Barrier, MappedMutexGuard, Mutex, MutexGuard, Notify, OwnedMutexGuard, OwnedRwLockReadGuard,
    OwnedRwLockWriteGuard, OwnedSemaphorePermit, RwLock, RwLockReadGuard, RwLockWriteGuard,
    Semaphore, SemaphorePermit, TryAcquireError,
};
use drawloom::tokio::task::yield_now;
use drawloom::tokio::{join, spawn};
use drawloom::{FailureKind, tokio};

use super::{always, failure, on_one_thread, on_two_workers, outcomes};

#[test]
fn a_mapped_guard_keeps_the_lock_and_shows_a_part() {
    // Bob finds the lock free before it is taken or after it was given back: 7 is there only after.
    let program = || {
        on_two_workers(async {
            let pair = Arc::new(Mutex::new((1, 2)));
            let other = Arc::clone(&pair);
            let bob = spawn(async move { other.try_lock().map(|pair| *pair).ok() });
            {
                let mut right = MutexGuard::map(pair.lock().await, |pair| &mut pair.1);
                *right = 7;
                let right = MappedMutexGuard::try_map(right, |right| Some(right)).unwrap();
                assert_eq!(*right, 7);
            }
            bob.await.unwrap()
        })
    };
    assert_eq!(outcomes(program), [None, Some((1, 2)), Some((1, 7))]);
}

#[test]
fn a_map_that_finds_nothing_gives_the_guard_back() {
    let program = || {
        on_one_thread(async {
            let lock = Arc::new(Mutex::new(3));
            let guard = lock.lock().await;
            let guard = MutexGuard::try_map(guard, |_| None::<&mut i32>).unwrap_err();
            let held = (*guard, lock.try_lock().is_err());
            drop(guard);
            let owned = Arc::clone(&lock).lock_owned().await;
            let owned = OwnedMutexGuard::try_map(owned, |_| None::<&mut i32>).unwrap_err();
            let mut mapped = OwnedMutexGuard::map(owned, |value| value);
            *mapped += 1;
            let still = lock.try_lock().is_err();
            drop(mapped);
            (held, still, *lock.try_lock().unwrap())
        })
    };
    always(program, ((3, true), true, 4));
}

#[test]
fn a_lock_of_a_slice_is_a_lock_of_an_array() {
    static LETTERS: Mutex<[u8; 2]> = Mutex::const_new([1, 2]);
    let program = || {
        let letters: Arc<Mutex<[u8]>> = Arc::new(Mutex::new([1, 2, 3]));
        let fixed = on_one_thread(async { LETTERS.lock().await[0] });
        let sum = on_one_thread(async move { letters.lock_owned().await.iter().sum::<u8>() });
        (fixed, sum)
    };
    always(program, (1, 6));
}

#[test]
fn two_readers_are_inside_together_and_a_writer_is_alone() {
    // Both readers count themselves in and look: they can meet, or come one after the other.
    let program = || {
        on_two_workers(async {
            let lock = Arc::new(RwLock::new(0));
            let inside = Arc::new(AtomicU32::new(0));
            let read = |lock: Arc<RwLock<u32>>, inside: Arc<AtomicU32>| async move {
                let guard = lock.read().await;
                let now = inside.fetch_add(1, SeqCst) + 1;
                inside.fetch_sub(1, SeqCst);
                drop(guard);
                now
            };
            let one = spawn(read(Arc::clone(&lock), Arc::clone(&inside)));
            let now = read(lock, inside).await;
            now.max(one.await.unwrap())
        })
    };
    assert_eq!(outcomes(program), [1, 2]);
    let program = || {
        on_two_workers(async {
            let lock = Arc::new(RwLock::new(0));
            let other = Arc::clone(&lock);
            let bob = spawn(async move {
                let mut value = other.write().await;
                *value += 1;
                *value += 1;
            });
            let seen = *lock.read().await;
            bob.await.unwrap();
            seen
        })
    };
    assert_eq!(outcomes(program), [0, 2]);
}

#[test]
fn a_reader_waits_behind_a_writer_who_waits() {
    // The lock is fair: carol asks after bob, who asks after main reads. She sees what he wrote.
    let program = || {
        on_one_thread(async {
            let lock = Arc::new(RwLock::new(0));
            let held = lock.read().await;
            let (bobs, carols) = (Arc::clone(&lock), Arc::clone(&lock));
            let write = async move { *bobs.write().await = 1 };
            let read = async move { *carols.read().await };
            let give_back = async { drop(held) };
            let ((), seen, ()) = join!(biased; write, read, give_back);
            seen
        })
    };
    always(program, 1);
}

#[test]
fn a_lock_for_writing_becomes_one_for_reading_and_lets_no_writer_in() {
    // Bob writes before, or after the reading is over: never between the write and the read.
    let program = || {
        on_two_workers(async {
            let lock = Arc::new(RwLock::new(0));
            let other = Arc::clone(&lock);
            let bob = spawn(async move { *other.write().await = 5 });
            let mut guard = lock.write().await;
            *guard = 1;
            let guard = guard.downgrade();
            let seen = *guard;
            drop(guard);
            bob.await.unwrap();
            (seen, *lock.read().await)
        })
    };
    assert_eq!(outcomes(program), [(1, 1), (1, 5)]);
    // A reader can come in as soon as it is downgraded.
    let program = || {
        on_two_workers(async {
            let lock = Arc::new(RwLock::new(0));
            let other = Arc::clone(&lock);
            let bob = spawn(async move { other.try_read().map(|value| *value).ok() });
            let mut guard = Arc::clone(&lock).write_owned().await;
            *guard = 1;
            let guard = OwnedRwLockWriteGuard::downgrade_map(guard, |value| value);
            yield_now().await;
            let guard = OwnedRwLockReadGuard::map(guard, |value| value);
            assert_eq!(*guard, 1);
            drop(guard);
            bob.await.unwrap()
        })
    };
    assert_eq!(outcomes(program), [None, Some(0), Some(1)]);
}

#[test]
fn a_mapped_guard_of_a_writer_keeps_others_out() {
    let program = || {
        on_one_thread(async {
            let lock = Arc::new(RwLock::new((1, 2)));
            let guard = RwLockWriteGuard::map(lock.write().await, |pair| &mut pair.0);
            let alone = (lock.try_read().is_err(), *guard);
            drop(guard);
            let guard = RwLockReadGuard::map(lock.read().await, |pair| &pair.1);
            let beside = (lock.try_read().is_ok(), lock.try_write().is_err(), *guard);
            drop(guard);
            let owned = Arc::clone(&lock).try_write_owned().unwrap();
            let owned = OwnedRwLockWriteGuard::into_mapped(owned);
            let still = Arc::clone(&lock).try_read_owned().is_err();
            drop(owned);
            (alone, beside, still, lock.try_write().is_ok())
        })
    };
    always(program, ((true, 1), (true, true, 2), true, true));
}

#[test]
fn no_more_readers_than_were_allowed() {
    let program = || {
        on_one_thread(async {
            let lock = RwLock::with_max_readers(0, 2);
            let (_one, _two) = (lock.read().await, lock.read().await);
            lock.try_read().is_err()
        })
    };
    always(program, true);
}

#[test]
fn a_guard_that_is_forgotten_is_a_lock_for_ever_held() {
    let program = || {
        on_one_thread(async {
            let lock = RwLock::new(0);
            std::mem::forget(lock.read().await);
            *lock.write().await = 1;
        });
    };
    assert_eq!(failure(program).0, FailureKind::Deadlock);
}

#[test]
fn permits_are_split_and_merged_and_come_back() {
    let program = || {
        on_one_thread(async {
            let permits = Semaphore::new(5);
            let mut three = permits.acquire_many(3).await.unwrap();
            let two: SemaphorePermit<'_> = three.split(2).unwrap();
            assert!(three.split(2).is_none());
            let counts = (three.num_permits(), two.num_permits(), permits.available_permits());
            three.merge(two);
            let merged = three.num_permits();
            three.forget();
            (counts, merged, permits.available_permits())
        })
    };
    always(program, ((1, 2, 2), 3, 2));
    let program = || {
        on_one_thread(async {
            let permits = Arc::new(Semaphore::new(3));
            let mut all: OwnedSemaphorePermit =
                Arc::clone(&permits).acquire_many_owned(3).await.unwrap();
            let one = all.split(1).unwrap();
            drop(one);
            let none_more = Arc::clone(&permits).try_acquire_many_owned(2).map(drop);
            drop(all);
            permits.close();
            let closed = permits.try_acquire().map(drop);
            (
                none_more == Err(TryAcquireError::NoPermits),
                closed == Err(TryAcquireError::Closed),
                permits.available_permits(),
            )
        })
    };
    always(program, (true, true, 3));
}

#[test]
fn who_asks_for_many_permits_is_not_overtaken() {
    // Bob asks for two while one is there, and carol for one after him: he goes first.
    let program = || {
        on_one_thread(async {
            let permits = Semaphore::new(2);
            let held = permits.acquire().await.unwrap();
            let order = AtomicU32::new(0);
            let bob = async {
                let _two = permits.acquire_many(2).await.unwrap();
                order.fetch_add(1, SeqCst)
            };
            let carol = async {
                let _one = permits.acquire().await.unwrap();
                order.fetch_add(1, SeqCst)
            };
            let give_back = async { drop(held) };
            let (bob, carol, ()) = join!(biased; bob, carol, give_back);
            (bob, carol)
        })
    };
    always(program, (0, 1));
}

#[test]
fn a_closed_semaphore_wakes_who_waits_with_an_error() {
    let program = || {
        on_two_workers(async {
            let permits = Arc::new(Semaphore::new(0));
            let other = Arc::clone(&permits);
            let bob = spawn(async move { other.acquire().await.is_err() });
            permits.close();
            bob.await.unwrap()
        })
    };
    always(program, true);
}

#[test]
fn notify_one_is_remembered_once_and_notify_waiters_is_not() {
    // Remembered: bob goes on whether he comes before or after.
    let program = || {
        on_two_workers(async {
            let bell = Arc::new(Notify::new());
            let other = Arc::clone(&bell);
            let bob = spawn(async move { other.notified().await });
            bell.notify_one();
            bob.await.unwrap();
        });
    };
    always(program, ());
    // Not remembered: if bob comes after, he waits for ever.
    let program = || {
        on_two_workers(async {
            let bell = Arc::new(Notify::new());
            let other = Arc::clone(&bell);
            let bob = spawn(async move { other.notified().await });
            bell.notify_waiters();
            bob.await.unwrap();
        });
    };
    assert_eq!(failure(program).0, FailureKind::Deadlock);
}

#[test]
fn notify_last_wakes_who_came_last() {
    let wakes = |last: bool| {
        move || {
            on_one_thread(async {
                let bell = Notify::new();
                let (mut one, mut two) = (Box::pin(bell.notified()), Box::pin(bell.notified()));
                one.as_mut().enable();
                two.as_mut().enable();
                if last {
                    bell.notify_last();
                } else {
                    bell.notify_one();
                }
                tokio::select! { biased; () = one => 1, () = two => 2 }
            })
        }
    };
    always(wakes(true), 2);
    always(wakes(false), 1);
}

#[test]
fn an_owned_notification_is_enabled_before_it_is_awaited() {
    let program = || {
        on_one_thread(async {
            let bell = Arc::new(Notify::new());
            let mut waits = Box::pin(Arc::clone(&bell).notified_owned());
            let early = waits.as_mut().enable();
            bell.notify_waiters();
            waits.await;
            // A notification for somebody who is gone goes to the next.
            let mut gone = Box::pin(Arc::clone(&bell).notified_owned());
            gone.as_mut().enable();
            bell.notify_one();
            drop(gone);
            bell.notified().await;
            early
        })
    };
    always(program, false);
}

#[test]
fn one_of_those_at_a_barrier_leads_and_nobody_passes_early() {
    let program = || {
        on_two_workers(async {
            let gate = Arc::new(Barrier::new(2));
            let arrived = Arc::new(AtomicU32::new(0));
            let pass = |gate: Arc<Barrier>, arrived: Arc<AtomicU32>| async move {
                arrived.fetch_add(1, SeqCst);
                let leads = gate.wait().await.is_leader();
                (leads, arrived.load(SeqCst))
            };
            let bob = spawn(pass(Arc::clone(&gate), Arc::clone(&arrived)));
            let (mine, seen) = pass(gate, arrived).await;
            let (his, his_seen) = bob.await.unwrap();
            assert_eq!((seen, his_seen), (2, 2));
            (mine, his)
        })
    };
    assert_eq!(outcomes(program), [(false, true), (true, false)]);
}
