//! What threads have besides: values that are made once, meetings of three, tokens, scopes in threads, locks that
//! are taken again or given back fairly.

use drawloom::parking_lot::{
    FairMutex, FairMutexGuard, RecursiveRwLock, ReentrantMutex, ReentrantMutexGuard,
};
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::sync::mpsc::{Receiver, Sender, channel};
use drawloom::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock};
use drawloom::thread::{self, Thread};
use proptest::prelude::*;

use super::SOON;
use super::brute::{Seen, Threads, agree, agree_or_walk, config, run_all, threads};

#[derive(Clone, Copy, Debug)]
enum Line {
    Force,
    /// Of a value that is given by whoever is first.
    Init(u8),
    WaitForIt,
    CallAgain,
    Meet,
    Park,
    Unpark,
    NotifyAll,
    WaitWhile,
    Fair,
    Reenter,
    Unlock,
    ReadAgain,
    Add,
}

fn line() -> impl Strategy<Value = Line> {
    prop_oneof![
        Just(Line::Force),
        (1..3_u8).prop_map(Line::Init),
        Just(Line::WaitForIt),
        Just(Line::CallAgain),
        Just(Line::Meet),
        Just(Line::Park),
        Just(Line::Unpark),
        Just(Line::NotifyAll),
        Just(Line::WaitWhile),
        Just(Line::Fair),
        Just(Line::Reenter),
        Just(Line::Unlock),
        Just(Line::ReadAgain),
        Just(Line::Add),
    ]
}

struct Shared {
    x: Arc<AtomicU8>,
    lazy: LazyLock<u8, Box<dyn FnOnce() -> u8 + Send>>,
    name: OnceLock<u8>,
    start: Once,
    gate: Barrier,
    main: Thread,
    rung: (Mutex<bool>, Condvar),
    fair: FairMutex<u8>,
    again: ReentrantMutex<AtomicU8>,
    table: RecursiveRwLock<u8>,
}

impl Shared {
    fn new(most: usize) -> Self {
        let x = Arc::new(AtomicU8::new(0));
        let made = Arc::clone(&x);
        Self {
            lazy: LazyLock::new(Box::new(move || 1 + made.fetch_add(1, SeqCst))),
            x,
            name: OnceLock::new(),
            start: Once::new(),
            gate: Barrier::new(most),
            main: thread::current(),
            rung: (Mutex::new(false), Condvar::new()),
            fair: FairMutex::new(0),
            again: ReentrantMutex::new(AtomicU8::new(0)),
            table: RecursiveRwLock::new(0),
        }
    }
}

enum Held<'a> {
    Fair(FairMutexGuard<'a, u8>),
    Again { _guard: ReentrantMutexGuard<'a, AtomicU8> },
}

fn run(lines: &[Line], shared: &Shared) -> Seen {
    let (mut seen, mut held) = (Vec::new(), Vec::new());
    for &line in lines {
        match line {
            Line::Force => seen.push(*shared.lazy),
            Line::Init(value) => seen.push(*shared.name.get_or_init(|| value)),
            Line::WaitForIt => seen.push(*shared.name.wait()),
            Line::CallAgain => shared.start.call_once_force(|state| {
                seen.push(u8::from(state.is_poisoned()) + shared.x.fetch_add(1, SeqCst));
            }),
            Line::Meet => seen.push(shared.gate.wait().is_leader().into()),
            Line::Park => thread::park(),
            Line::Unpark => shared.main.unpark(),
            Line::NotifyAll => {
                *shared.rung.0.lock().unwrap() = true;
                shared.rung.1.notify_all();
            }
            Line::WaitWhile => {
                let lock = shared.rung.0.lock().unwrap();
                drop(shared.rung.1.wait_while(lock, |rung| !*rung).unwrap());
            }
            Line::Fair => {
                let mut guard = shared.fair.lock();
                *guard += 1;
                seen.push(*guard);
                held.push(Held::Fair(guard));
            }
            Line::Reenter => {
                let guard = shared.again.lock();
                seen.push(guard.fetch_add(1, SeqCst));
                held.push(Held::Again { _guard: guard });
            }
            Line::Unlock => match held.pop() {
                Some(Held::Fair(guard)) => FairMutexGuard::unlock_fair(guard),
                other => drop(other),
            },
            Line::ReadAgain => {
                let first = shared.table.read();
                seen.push(*shared.table.read() + *first);
                drop(first);
                *shared.table.write() += 1;
            }
            Line::Add => seen.push(shared.x.fetch_add(1, SeqCst)),
        }
    }
    seen
}

fn threads_agree(threads: Threads<Line>) -> Result<(), TestCaseError> {
    let program = move || {
        let shared = Shared::new(threads.len());
        let contexts = threads.iter().map(|_| &shared).collect();
        run_all(&threads, contexts, run)
    };
    agree(program)
}

// Threads that start threads, and channels that are waited for so long and no longer.

#[derive(Clone, Copy, Debug)]
enum Nested {
    /// Two threads in a scope, which add to one of two numbers each.
    Scope(usize, usize),
    /// A thread that nobody waits for, and one that is joined.
    Detach(usize),
    Join(usize),
    Send(u8),
    ReceiveFor,
    Load(usize),
}

struct Ends<'a> {
    numbers: &'a [Arc<AtomicU8>; 2],
    sender: Option<Sender<u8>>,
    receiver: Option<Receiver<u8>>,
}

fn nested() -> impl Strategy<Value = Nested> {
    let number = || 0..2_usize;
    prop_oneof![
        (number(), number()).prop_map(|(one, other)| Nested::Scope(one, other)),
        number().prop_map(Nested::Detach),
        number().prop_map(Nested::Join),
        (1..3_u8).prop_map(Nested::Send),
        Just(Nested::ReceiveFor),
        number().prop_map(Nested::Load),
    ]
}

fn nest(lines: &[Nested], ends: Ends<'_>) -> Seen {
    let Ends { numbers, sender, receiver } = ends;
    let mut seen = Vec::new();
    let start = |number: usize| {
        let number = Arc::clone(&numbers[number]);
        thread::spawn(move || number.fetch_add(1, SeqCst))
    };
    for &line in lines {
        match line {
            Nested::Scope(one, other) => thread::scope(|scope| {
                let one = scope.spawn(move || numbers[one].fetch_add(1, SeqCst));
                scope.spawn(move || numbers[other].fetch_add(2, SeqCst));
                seen.push(one.join().unwrap());
            }),
            Nested::Detach(number) => drop(start(number)),
            Nested::Join(number) => seen.push(start(number).join().unwrap()),
            Nested::Send(value) => {
                seen.extend(sender.as_ref().map(|to| u8::from(to.send(value).is_ok())));
            }
            Nested::ReceiveFor => {
                let received = receiver.as_ref().map(|from| from.recv_timeout(SOON));
                seen.extend(received.map(|value| value.unwrap_or(9)));
            }
            Nested::Load(number) => seen.push(numbers[number].load(SeqCst)),
        }
    }
    seen
}

/// A receiver belongs to one thread: that is why a line of it does nothing in the other.
fn nested_agree(threads: Threads<Nested>) -> Result<(), TestCaseError> {
    let program = move || {
        let numbers = [Arc::new(AtomicU8::new(0)), Arc::new(AtomicU8::new(0))];
        let (sender, receiver) = channel();
        let mut receiver = Some(receiver);
        let contexts = threads.iter().map(|_| Ends {
            numbers: &numbers,
            sender: Some(sender.clone()),
            receiver: receiver.take(),
        });
        let contexts = contexts.collect();
        drop(sender);
        run_all(&threads, contexts, nest)
    };
    agree_or_walk(program)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn two_threads_agree(threads in threads(line(), 2, 4)) {
        threads_agree(threads)?;
    }

    #[test]
    fn three_threads_agree(threads in threads(line(), 3, 2)) {
        threads_agree(threads)?;
    }

    #[test]
    fn threads_in_threads_agree(threads in threads(nested(), 2, 2)) {
        nested_agree(threads)?;
    }
}
