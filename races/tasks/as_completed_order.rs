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
    Apples,
    Bread,
    Cheese,
}

const SHOPS: [Price; 3] = [Price::Apples, Price::Bread, Price::Cheese];

/// Written down as they come in.
pub fn bug(shops: usize) {
    on_one_loop(shops, async |shops| {
        let (answer, mut answers) = mpsc::unbounded_channel();
        for &shop in shops {
            let answer = answer.clone();
            tokio::spawn(async move { answer.send(ask(shop).await).unwrap() });
        }
        drop(answer);
        let mut list = Vec::new();
        while let Some(price) = answers.recv().await {
            list.push(price);
        }
        list
    });
}

/// A lock around asking and writing down.
pub fn lock_around(shops: usize) {
    on_one_loop(shops, async |shops| {
        let list = Arc::new(AsyncMutex::new(Vec::new()));
        let mut asked = Vec::new();
        for &shop in shops {
            let list = Arc::clone(&list);
            asked.push(tokio::spawn(async move {
                let mut list = list.lock().await;
                list.push(ask(shop).await);
            }));
        }
        for shop in asked {
            shop.await.unwrap();
        }
        list.lock().await.clone()
    });
}

/// A place for each question.
pub fn fix(shops: usize) {
    on_one_loop(shops, async |shops| {
        let list = Arc::new(Mutex::new(vec![None; shops.len()]));
        let mut asked = Vec::new();
        for (place, &shop) in shops.iter().enumerate() {
            let list = Arc::clone(&list);
            asked.push(tokio::spawn(async move {
                let price = ask(shop).await;
                list.lock().unwrap()[place] = Some(price);
            }));
        }
        for shop in asked {
            shop.await.unwrap();
        }
        list.lock().unwrap().iter().copied().flatten().collect()
    });
}

/// The question in each answer.
pub fn with_the_question(shops: usize) {
    on_one_loop(shops, async |shops| {
        let (answer, mut answers) = mpsc::unbounded_channel();
        for (place, &shop) in shops.iter().enumerate() {
            let answer = answer.clone();
            tokio::spawn(async move { answer.send((place, ask(shop).await)).unwrap() });
        }
        drop(answer);
        let mut list = vec![None; shops.len()];
        while let Some((place, price)) = answers.recv().await {
            list[place] = Some(price);
        }
        list.into_iter().flatten().collect()
    });
}

/// The shop takes its time; meanwhile the others run.
async fn ask(shop: Price) -> Price {
    task::yield_now().await;
    shop
}

/// The stage: one event loop, so many shops, and the list that is read out.
fn on_one_loop(shops: usize, prices: impl AsyncFnOnce(&[Price]) -> Vec<Price>) {
    let shops = &SHOPS[..shops];
    let list = Builder::new_current_thread().build().unwrap().block_on(prices(shops));
    assert_eq!(list, shops, "each price is that of its shop");
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
            program: || bug(2),
            function: "bug",
            expect: Expect::fails(2, 4, Panic, "each price is that of its shop"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "lock-around",
            role: Role::NearMiss,
            summary: "an async lock around asking and writing down",
            program: || lock_around(2),
            function: "lock_around",
            expect: Expect::fails(2, 4, Panic, "each price is that of its shop"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "a place for each question",
            program: || fix(2),
            function: "fix",
            expect: Expect::holds(2),
            loom: Loom::Agrees,
        },
        Variant {
            id: "with-the-question",
            role: Role::Fix,
            summary: "send the question with the answer",
            program: || with_the_question(2),
            function: "with_the_question",
            expect: Expect::holds(4),
            loom: Loom::Agrees,
        },
    ],
};
