//! # One more, and one more
//!
//! A clerk calls up whoever stands in line, until the porter says that it is closing time. There is always
//! somebody in line, and he does not hear the porter.
//!
//! - **Bug:** `select!` with `biased;` asks its arms from the top, and the line stands above the porter. As
//!   long as somebody stands in line nobody listens to him.
//! - **Near misses:** without `biased;` a coin is thrown for each customer, and a coin promises nothing. The
//!   porter around the whole loop is heard at once, and sends away who is being served.
//! - **Fix:** the porter's arm first. A lock cannot help: nobody is in anybody's way, somebody is not asked.
//! - **Or:** ask for the porter at the top of each round. Take it where the arms have no order, or must not
//!   have one.
//! - **Rule:** what must be heard is asked first, and each time round.
//!
//! "Never" is no number of schedules. What can be counted is who was called up after closing time.
//!
//! Watch it fail, then hold: `cargo run -- run biased-select-starvation`

use std::future::Future;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::sync::atomic::{AtomicU32, Ordering::SeqCst};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use drawloom::tokio::sync::oneshot;
use drawloom::tokio::{self, select, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// How many were called up, were served, and had been called up when the porter came.
#[derive(Debug, Default)]
pub struct Desk {
    called_up: AtomicU32,
    served: AtomicU32,
    at_closing_time: AtomicU32,
}

type Line = UnboundedReceiver<()>;
type Porter = oneshot::Receiver<()>;

/// The line first.
pub async fn serve(mut line: Line, mut porter: Porter, desk: Arc<Desk>) {
    loop {
        select! {
            biased;
            Some(()) = line.recv() => attend(&desk).await,
            _told = &mut porter => return,
        }
    }
}

/// A coin for each customer.
pub async fn serve_by_a_coin(mut line: Line, mut porter: Porter, desk: Arc<Desk>) {
    loop {
        select! {
            Some(()) = line.recv() => attend(&desk).await,
            _told = &mut porter => return,
        }
    }
}

/// The porter around it all.
pub async fn serve_until_told(mut line: Line, porter: Porter, desk: Arc<Desk>) {
    select! {
        biased;
        _told = porter => {}
        () = async { while line.recv().await.is_some() { attend(&desk).await } } => {}
    }
}

/// The porter first.
pub async fn serve_porter_first(mut line: Line, mut porter: Porter, desk: Arc<Desk>) {
    loop {
        select! {
            biased;
            _told = &mut porter => return,
            Some(()) = line.recv() => attend(&desk).await,
        }
    }
}

/// The porter is asked for at the top of each round.
pub async fn serve_asking_each_round(mut line: Line, mut porter: Porter, desk: Arc<Desk>) {
    while porter.try_recv().is_err() {
        select! {
            Some(()) = line.recv() => attend(&desk).await,
            _told = &mut porter => return,
        }
    }
}

/// It takes its time; meanwhile the porter may come.
async fn attend(desk: &Desk) {
    desk.called_up.fetch_add(1, SeqCst);
    task::yield_now().await;
    desk.served.fetch_add(1, SeqCst);
}

/// The stage: so many in line, a clerk and a porter, on one event loop.
pub fn office<Serve>(customers: u32, serve: fn(Line, Porter, Arc<Desk>) -> Serve)
where
    Serve: Future<Output = ()> + Send + 'static,
{
    let desk = Arc::new(Desk::default());
    Builder::new_current_thread().build().unwrap().block_on(async {
        let (door, line) = unbounded_channel();
        (0..customers).for_each(|_| door.send(()).unwrap());
        let (tell, told) = oneshot::channel();
        let clerk = tokio::spawn(serve(line, told, Arc::clone(&desk)));
        let seen = Arc::clone(&desk);
        let porter = tokio::spawn(async move {
            seen.at_closing_time.store(seen.called_up.load(SeqCst), SeqCst);
            tell.send(()).unwrap();
        });
        porter.await.unwrap();
        clerk.await.unwrap();
        drop(door);
    });
    let counted = [&desk.called_up, &desk.served, &desk.at_closing_time];
    let [called_up, served, at_closing_time] = counted.map(|count| count.load(SeqCst));
    assert_eq!(called_up, served, "who is called up is served to the end");
    assert_eq!(called_up, at_closing_time, "nobody is called up after closing time");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "biased-select-starvation",
    title: "One more, and one more",
    family: "starvation",
    setting: Setting::Tasks,
    summary: "an arm that is asked last is never asked",
    rule: "what must be heard is asked first, and each time round",
    source: (file!(), include_str!("biased_select_starvation.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "biased, and the line first",
            program: || office(2, serve),
            function: "serve",
            // The porter comes before the clerk's first poll, before the second, before the third or after it,
            // and there is somebody in line for the first two.
            expect: Expect::fails(2, 4, Panic, "nobody is called up after closing time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "coin",
            role: Role::NearMiss,
            summary: "a coin for each customer, without biased",
            program: || office(2, serve_by_a_coin),
            function: "serve_by_a_coin",
            // Two orders at each poll. Told before the first: 4, of which 3 call up. Before the second: 2 * 3 and
            // 2 * 2. Before the third 8, and after it 16.
            expect: Expect::fails(7, 34, Panic, "nobody is called up after closing time"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "around",
            role: Role::NearMiss,
            summary: "the porter around the whole loop",
            program: || office(2, serve_until_told),
            function: "serve_until_told",
            // Told before the second poll or the third, there is somebody at the desk.
            expect: Expect::fails(2, 4, Panic, "who is called up is served to the end"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "biased, and the porter first",
            program: || office(2, serve_porter_first),
            function: "serve_porter_first",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
        Variant {
            id: "ask-each-round",
            role: Role::Fix,
            summary: "ask for the porter at the top of each round",
            program: || office(2, serve_asking_each_round),
            function: "serve_asking_each_round",
            // As with the coin, but who is told ends before he throws one: 1 + 2 + 4, and 16 after the third poll.
            expect: Expect::holds(23),
            loom: Loom::Agrees,
        },
    ],
};
