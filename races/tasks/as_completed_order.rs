//! # As they come in
//!
//! Two shops are asked for their price, of apples and of bread. The answers are written down as they come
//! in, and read out in the order in which the shops were asked.
//!
//! - **Bug:** answers come in the order in which they are ready, and that is not the order of asking.
//! - **Near miss:** an async lock around asking and writing down. One price after the other, in the order
//!   in which the shops got the lock.
//! - **Fix:** a place for each question, under one lock: who answers writes where he was asked to.
//! - **Or:** the answer says what it answers. Take this one where answers are used as they come in, and
//!   the first where all of them are waited for (`join!` does the same with its own places).
//! - **Rule:** arrival is not identity. Carry the question with the answer, or give it a place.
//!
//! Watch it fail, then hold: `cargo run -- run as-completed-order`

use drawloom::FailureKind::Panic;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::{Mutex as AsyncMutex, mpsc};
use drawloom::tokio::{self, task};

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// What a shop asks for a pound.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Price {
    OfApples,
    OfBread,
}

fn bug() {
    on_one_loop(async || {
        let (answer, mut answers) = mpsc::unbounded_channel();
        for shop in [Price::OfApples, Price::OfBread] {
            let answer = answer.clone();
            tokio::spawn(async move { answer.send(ask(shop).await).unwrap() });
        }
        drop(answer);
        [answers.recv().await.unwrap(), answers.recv().await.unwrap()]
    });
}

fn lock_around() {
    on_one_loop(async || {
        let list = Arc::new(AsyncMutex::new(Vec::new()));
        let asked = [Price::OfApples, Price::OfBread].map(|shop| {
            let list = Arc::clone(&list);
            tokio::spawn(async move {
                let mut list = list.lock().await;
                list.push(ask(shop).await);
            })
        });
        for shop in asked {
            shop.await.unwrap();
        }
        let list = list.lock().await;
        [list[0], list[1]]
    });
}

fn fix() {
    on_one_loop(async || {
        let list = Arc::new(Mutex::new([None; 2]));
        let mut asked = Vec::new();
        for (place, shop) in [Price::OfApples, Price::OfBread].into_iter().enumerate() {
            let list = Arc::clone(&list);
            asked.push(tokio::spawn(async move {
                let price = ask(shop).await;
                list.lock().unwrap()[place] = Some(price);
            }));
        }
        for shop in asked {
            shop.await.unwrap();
        }
        let list = list.lock().unwrap();
        list.map(Option::unwrap)
    });
}

fn with_the_question() {
    on_one_loop(async || {
        let (answer, mut answers) = mpsc::unbounded_channel();
        for (place, shop) in [Price::OfApples, Price::OfBread].into_iter().enumerate() {
            let answer = answer.clone();
            tokio::spawn(async move { answer.send((place, ask(shop).await)).unwrap() });
        }
        drop(answer);
        let mut list = [None; 2];
        for _ in 0..2 {
            let (place, price) = answers.recv().await.unwrap();
            list[place] = Some(price);
        }
        list.map(Option::unwrap)
    });
}

/// The shop takes its time; meanwhile the others run.
async fn ask(shop: Price) -> Price {
    task::yield_now().await;
    shop
}

/// The stage: one event loop, and the list that is read out.
fn on_one_loop(prices: impl AsyncFnOnce() -> [Price; 2]) {
    let list = Builder::new_current_thread().build().unwrap().block_on(prices());
    assert_eq!(list, [Price::OfApples, Price::OfBread], "each price is that of its shop");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "as-completed-order",
    title: "As they come in",
    family: "order violation",
    setting: Setting::Tasks,
    summary: "the order of answers is not the order of questions",
    rule: "arrival is not identity; carry the question with the answer, or give it a place",
    source: (file!(), include_str!("as_completed_order.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "write down what comes in",
            program: bug,
            function: "bug",
            expect: Expect::fails(2, 4, Panic, "each price is that of its shop"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-around",
            role: Role::NearMiss,
            summary: "an async lock around asking and writing down",
            program: lock_around,
            function: "lock_around",
            expect: Expect::fails(2, 4, Panic, "each price is that of its shop"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a place for each question",
            program: fix,
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "with-the-question",
            role: Role::Fix,
            summary: "send the question with the answer",
            program: with_the_question,
            function: "with_the_question",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
