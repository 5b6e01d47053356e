//! `std`'s reader-writer lock, whose writers may keep readers out: guards that are held while others are waited
//! for.

use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use proptest::prelude::*;

use super::brute::{Seen, Threads, agree, config, run_all, threads};

#[derive(Clone, Copy, Debug)]
enum Line {
    /// Of one of two tables.
    Read(usize),
    Write(usize),
    TryRead(usize),
    TryWrite(usize),
    Lock,
    Unlock,
    Add,
}

struct Shared {
    tables: [RwLock<u8>; 2],
    jar: Mutex<u8>,
    x: AtomicU8,
}

enum Held<'a> {
    Reader { _guard: RwLockReadGuard<'a, u8> },
    Writer { _guard: RwLockWriteGuard<'a, u8> },
    Locked { _guard: MutexGuard<'a, u8> },
}

fn line(tables: usize) -> impl Strategy<Value = Line> {
    let table = || 0..tables;
    prop_oneof![
        3 => table().prop_map(Line::Read),
        2 => table().prop_map(Line::Write),
        1 => table().prop_map(Line::TryRead),
        1 => table().prop_map(Line::TryWrite),
        1 => Just(Line::Lock),
        1 => Just(Line::Unlock),
        1 => Just(Line::Add),
    ]
}

fn written(mut guard: RwLockWriteGuard<'_, u8>) -> Held<'_> {
    *guard += 1;
    Held::Writer { _guard: guard }
}

fn run(lines: &[Line], shared: &Shared) -> Seen {
    let (mut seen, mut held) = (Vec::new(), Vec::new());
    for &line in lines {
        match line {
            Line::Read(table) => {
                let guard = shared.tables[table].read().unwrap();
                seen.push(*guard);
                held.push(Held::Reader { _guard: guard });
            }
            Line::Write(table) => held.push(written(shared.tables[table].write().unwrap())),
            Line::TryRead(table) => match shared.tables[table].try_read() {
                Ok(guard) => {
                    seen.push(*guard);
                    held.push(Held::Reader { _guard: guard });
                }
                Err(_) => seen.push(9),
            },
            Line::TryWrite(table) => match shared.tables[table].try_write() {
                Ok(guard) => held.push(written(guard)),
                Err(_) => seen.push(8),
            },
            Line::Lock => held.push(Held::Locked { _guard: shared.jar.lock().unwrap() }),
            Line::Unlock => drop(held.pop()),
            Line::Add => seen.push(shared.x.fetch_add(1, SeqCst)),
        }
    }
    seen
}

fn readers_agree(threads: Threads<Line>) -> Result<(), TestCaseError> {
    let program = move || {
        let shared = Shared {
            tables: [RwLock::new(0), RwLock::new(0)],
            jar: Mutex::new(0),
            x: AtomicU8::new(0),
        };
        let contexts = threads.iter().map(|_| &shared).collect();
        run_all(&threads, contexts, run)
    };
    agree(program)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn readers_and_writers_of_one_lock_agree(threads in threads(line(1), 2, 4)) {
        readers_agree(threads)?;
    }

    #[test]
    fn readers_and_writers_in_three_threads_agree(threads in threads(line(1), 3, 3)) {
        readers_agree(threads)?;
    }

    #[test]
    fn readers_and_writers_in_four_threads_agree(threads in threads(line(1), 4, 2)) {
        readers_agree(threads)?;
    }

    #[test]
    fn readers_and_writers_of_two_locks_agree(threads in threads(line(2), 3, 3)) {
        readers_agree(threads)?;
    }
}
