//! What tasks have besides: meetings, many permits, locks that are downgraded, channels with a lag, what is
//! told to all who wait, sets of tasks, local tasks, streams of bytes, and whoever is first of two.

use std::cell::Cell;
use std::rc::Rc;

use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU8, Ordering::SeqCst};
use drawloom::tokio;
use drawloom::tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{
    Barrier, Notify, OnceCell, RwLock, RwLockWriteGuard, Semaphore, SetOnce, broadcast, mpsc,
    oneshot, watch,
};
use drawloom::tokio::task::{JoinHandle, JoinSet, LocalSet, spawn_local, yield_now};
use drawloom::tokio::time::timeout;
use proptest::prelude::*;

use super::SOON;
use super::brute::{Seen, config, tasks_agree};

/// One line of a task.
#[derive(Clone, Copy, Debug)]
enum Line {
    Add,
    Yield,
    Meet,
    Many(u32),
    TryMany,
    AddPermits,
    Downgrade,
    Read,
    TryInit(u8),
    SetOnce(u8),
    WaitForIt,
    Tell(u8),
    Changed,
    WaitForTwo,
    Cast(u8),
    Hear,
    TryHear,
    NotifyWaiters,
    NotifyOne,
    Notified,
    Send(u8),
    Reserve,
    Receive,
    Write,
    WriteTwo,
    Byte,
    Set(usize),
    Local,
    Ask,
    First,
    FirstBiased,
    Limited,
}

fn line() -> impl Strategy<Value = Line> {
    use Line::*;
    let of_locks = prop_oneof![
        Just(Meet),
        (1..3_u32).prop_map(Many),
        Just(TryMany),
        Just(AddPermits),
        Just(Downgrade),
        Just(Read),
        (1..3_u8).prop_map(TryInit),
        (1..3_u8).prop_map(SetOnce),
        Just(WaitForIt),
    ];
    let of_channels = prop_oneof![
        (1..3_u8).prop_map(Tell),
        Just(Changed),
        Just(WaitForTwo),
        (1..3_u8).prop_map(Cast),
        Just(Hear),
        Just(TryHear),
        Just(NotifyWaiters),
        Just(NotifyOne),
        Just(Notified),
        (1..3_u8).prop_map(Send),
        Just(Reserve),
        Just(Receive),
        Just(Write),
        Just(WriteTwo),
        Just(Byte),
    ];
    let of_tasks = prop_oneof![
        (1..3_usize).prop_map(Set),
        Just(Ask),
        Just(First),
        Just(FirstBiased),
        Just(Limited),
    ];
    prop_oneof![2 => Just(Add), 1 => Just(Yield), 5 => of_locks, 8 => of_channels, 4 => of_tasks]
}

/// As [`line`], and tasks that are local to their loop.
fn local_line() -> impl Strategy<Value = Line> {
    prop_oneof![4 => line(), 1 => Just(Line::Local)]
}

/// What all tasks share.
struct Shared {
    x: AtomicU8,
    gate: Barrier,
    permits: Semaphore,
    pages: RwLock<u8>,
    name: OnceCell<u8>,
    once: SetOnce<u8>,
    news: watch::Sender<u8>,
    cast: broadcast::Sender<u8>,
    bell: Notify,
    sender: mpsc::Sender<u8>,
    receiver: tokio::sync::Mutex<mpsc::Receiver<u8>>,
}

/// What a task has for itself.
struct Own {
    told: watch::Receiver<u8>,
    heard: broadcast::Receiver<u8>,
    stream: DuplexStream,
}

async fn run(lines: Vec<Line>, shared: Arc<Shared>, mut own: Own) -> Seen {
    let mut seen = vec![shared.x.load(SeqCst)];
    for line in lines {
        match line {
            Line::Add => seen.push(shared.x.fetch_add(1, SeqCst)),
            Line::Yield => yield_now().await,
            Line::Meet => seen.push(shared.gate.wait().await.is_leader().into()),
            Line::Many(many) => {
                let permits = shared.permits.acquire_many(many).await.unwrap();
                seen.push(shared.x.fetch_add(1, SeqCst));
                yield_now().await;
                drop(permits);
            }
            Line::TryMany => seen.push(shared.permits.try_acquire_many(2).is_ok().into()),
            Line::AddPermits => shared.permits.add_permits(1),
            Line::Downgrade => {
                let mut page = shared.pages.write().await;
                *page += 1;
                let page = RwLockWriteGuard::downgrade(page);
                yield_now().await;
                seen.push(*page);
            }
            Line::Read => seen.push(*shared.pages.read().await),
            Line::TryInit(value) => {
                let made = shared.name.get_or_try_init(|| async move {
                    yield_now().await;
                    if value == 1 { Err(()) } else { Ok(value) }
                });
                seen.push(made.await.copied().unwrap_or(9));
            }
            Line::SetOnce(value) => seen.push(shared.once.set(value).is_ok().into()),
            Line::WaitForIt => seen.push(*shared.once.wait().await),
            other => {
                run_channel(other, &shared, &mut own, &mut seen).await;
                run_task(other, &shared, &mut own, &mut seen).await;
            }
        }
    }
    seen.push(shared.x.load(SeqCst));
    seen
}

async fn run_channel(line: Line, shared: &Shared, own: &mut Own, seen: &mut Seen) {
    match line {
        Line::Tell(value) => drop(shared.news.send_replace(value)),
        Line::Changed => {
            own.told.changed().await.unwrap();
            seen.push(*own.told.borrow_and_update());
        }
        Line::WaitForTwo => seen.push(*own.told.wait_for(|news| *news == 2).await.unwrap()),
        Line::Cast(value) => drop(shared.cast.send(value)),
        Line::Hear => seen.push(own.heard.recv().await.unwrap_or(8)),
        Line::TryHear => seen.push(own.heard.try_recv().unwrap_or_else(|error| {
            if error == broadcast::error::TryRecvError::Empty { 7 } else { 8 }
        })),
        Line::NotifyWaiters => shared.bell.notify_waiters(),
        Line::NotifyOne => shared.bell.notify_one(),
        Line::Notified => shared.bell.notified().await,
        Line::Send(value) => shared.sender.send(value).await.unwrap(),
        Line::Reserve => shared.sender.reserve().await.unwrap().send(3),
        Line::Receive => seen.extend(shared.receiver.lock().await.recv().await),
        Line::Write => seen.push(own.stream.write_all(&[1]).await.is_ok().into()),
        Line::WriteTwo => seen.push(own.stream.write_all(&[1, 2]).await.is_ok().into()),
        Line::Byte => seen.push(own.stream.read_u8().await.unwrap_or(9)),
        _ => {}
    }
}

async fn run_task(line: Line, shared: &Arc<Shared>, own: &mut Own, seen: &mut Seen) {
    match line {
        Line::Set(many) => {
            let mut set = JoinSet::new();
            for number in 0..many {
                let shared = Arc::clone(shared);
                set.spawn(async move {
                    let had = shared.x.fetch_add(1, SeqCst);
                    yield_now().await;
                    had + u8::try_from(number).unwrap()
                });
            }
            while let Some(ended) = set.join_next().await {
                seen.push(ended.unwrap());
            }
        }
        Line::Local => {
            let (shared, number) = (Arc::clone(shared), Rc::new(Cell::new(0)));
            let task = spawn_local(async move {
                number.set(shared.x.fetch_add(1, SeqCst));
                yield_now().await;
                number.get()
            });
            seen.push(task.await.unwrap());
        }
        Line::Ask => {
            let (answers, answer) = oneshot::channel();
            let shared = Arc::clone(shared);
            drop(tokio::spawn(async move { answers.send(shared.x.fetch_add(1, SeqCst)) }));
            seen.push(answer.await.unwrap_or(9));
        }
        Line::First => {
            let first = tokio::select! {
                () = shared.bell.notified() => 1,
                value = own.heard.recv() => value.map_or(8, |value| 10 + value),
            };
            seen.push(first);
        }
        Line::FirstBiased => {
            let first = tokio::select! {
                biased;
                value = own.heard.recv() => value.map_or(8, |value| 10 + value),
                () = yield_now() => 2,
            };
            seen.push(first);
        }
        Line::Limited => {
            let permit = timeout(SOON, shared.permits.acquire()).await;
            seen.push(permit.is_ok().into());
        }
        _ => {}
    }
}

/// Runs tasks on a loop of one thread, or as local tasks of it.
fn program(tasks: &[Vec<Line>], local: bool) -> Vec<Seen> {
    let (sender, receiver) = mpsc::channel(1);
    let (near, far) = duplex(1);
    let shared = Arc::new(Shared {
        x: AtomicU8::new(0),
        gate: Barrier::new(2),
        permits: Semaphore::new(2),
        pages: RwLock::new(0),
        name: OnceCell::new(),
        once: SetOnce::new(),
        news: watch::Sender::new(0),
        cast: broadcast::Sender::new(1),
        bell: Notify::new(),
        sender,
        receiver: tokio::sync::Mutex::new(receiver),
    });
    // Who drops the last of them drops what is in it, and no engine sees who that is.
    std::mem::forget(Arc::clone(&shared));
    let mut streams = vec![near, far].into_iter();
    let owns: Vec<Own> = tasks
        .iter()
        .map(|_| Own {
            told: shared.news.subscribe(),
            heard: shared.cast.subscribe(),
            stream: streams.next().unwrap(),
        })
        .collect();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let futures = tasks.iter().zip(owns);
    let futures = futures.map(|(lines, own)| run(lines.clone(), Arc::clone(&shared), own));
    if local {
        let root = async { all(futures.map(spawn_local).collect()).await };
        return LocalSet::new().block_on(&runtime, root);
    }
    runtime.block_on(async { all(futures.map(tokio::spawn).collect()).await })
}

/// What all tasks have seen, who are waited for in order.
async fn all(tasks: Vec<JoinHandle<Seen>>) -> Vec<Seen> {
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap());
    }
    seen
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn two_tasks_agree(
        one in prop::collection::vec(line(), 1..4),
        other in prop::collection::vec(line(), 1..4),
    ) {
        let tasks = [one, other];
        tasks_agree(move || program(&tasks, false))?;
    }

    #[test]
    fn two_local_tasks_agree(
        one in prop::collection::vec(local_line(), 1..4),
        other in prop::collection::vec(local_line(), 1..4),
    ) {
        let tasks = [one, other];
        tasks_agree(move || program(&tasks, true))?;
    }
}
