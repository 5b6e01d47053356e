//! # Paid twice
//!
//! A customer sends an order to the bank and waits for the receipt. It takes too long, so the order is sent
//! again. Both arrive.
//!
//! - **Bug:** a timeout ends the waiting. What was asked for goes on, and is done once more at the second
//!   asking.
//! - **Near misses:** a longer timeout. A look into the books before asking again: the first order is still
//!   on its way.
//! - **Fix:** an order has a number, and the bank looks under the lock of its books whether it has done
//!   that one: asked and done in one critical section.
//! - **Or:** wait again, and do not ask again. Take it where the first asking cannot get lost.
//! - **Rule:** who may ask twice needs somebody who does it once. That is whoever does it.
//!
//! Watch it fail, then hold: `cargo run -- run timeout-retry-duplicates`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::{Arc, Mutex};
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use drawloom::tokio::sync::oneshot;
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// The number of an order, and where its receipt goes.
type Order = (u32, oneshot::Sender<()>);
/// The numbers of the orders that were paid.
type Books = Arc<Mutex<Vec<u32>>>;

const PATIENCE: Duration = Duration::from_millis(50);

fn pay(books: &Books, number: u32) {
    books.lock().unwrap().push(number);
}

fn pay_once(books: &Books, number: u32) {
    let mut books = books.lock().unwrap();
    if !books.contains(&number) {
        books.push(number);
    }
}

async fn ask_again(bank: UnboundedSender<Order>, _books: Books) {
    if timeout(PATIENCE, ask(&bank)).await.is_err() {
        ask(&bank).await.unwrap();
    }
}

async fn ask_again_patiently(bank: UnboundedSender<Order>, _books: Books) {
    if timeout(PATIENCE * 1_000, ask(&bank)).await.is_err() {
        ask(&bank).await.unwrap();
    }
}

async fn look_and_ask_again(bank: UnboundedSender<Order>, books: Books) {
    if timeout(PATIENCE, ask(&bank)).await.is_err() && !books.lock().unwrap().contains(&7) {
        ask(&bank).await.unwrap();
    }
}

async fn wait_again(bank: UnboundedSender<Order>, _books: Books) {
    let mut receipt = ask(&bank);
    if timeout(PATIENCE, &mut receipt).await.is_err() {
        receipt.await.unwrap();
    }
}

/// Sends order number 7.
fn ask(bank: &UnboundedSender<Order>) -> oneshot::Receiver<()> {
    let (sign, receipt) = oneshot::channel();
    bank.send((7, sign)).unwrap();
    receipt
}

/// The stage: a customer and a bank on one event loop.
fn bank<Customer>(customer: fn(UnboundedSender<Order>, Books) -> Customer, pay: fn(&Books, u32))
where
    Customer: Future<Output = ()> + Send + 'static,
{
    let books: Books = Arc::new(Mutex::new(Vec::new()));
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let (bank, mut orders) = unbounded_channel::<Order>();
        let customer = tokio::spawn(customer(bank, Arc::clone(&books)));
        let books = Arc::clone(&books);
        let clerk = tokio::spawn(async move {
            while let Some((number, sign)) = orders.recv().await {
                pay(&books, number);
                // The customer may have given up, and the bank does not care.
                sign.send(()).ok();
            }
        });
        customer.await.unwrap();
        clerk.await.unwrap();
    });
    assert_eq!(*books.lock().unwrap(), [7], "the order is paid once");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "timeout-retry-duplicates",
    title: "Paid twice",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "asked again, done again",
    rule: "who may ask twice needs somebody who does it once, and that is whoever does it",
    source: (file!(), include_str!("timeout_retry_duplicates.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "ask again when the time is up",
            program: || bank(ask_again, pay),
            function: "pay",
            expect: Expect::fails(2, 8, Panic, "the order is paid once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "longer-timeout",
            role: Role::NearMiss,
            summary: "a timeout a thousand times as long",
            program: || bank(ask_again_patiently, pay),
            function: "ask_again_patiently",
            expect: Expect::fails(2, 8, Panic, "the order is paid once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "look-first",
            role: Role::NearMiss,
            summary: "look into the books before asking again",
            program: || bank(look_and_ask_again, pay),
            function: "look_and_ask_again",
            expect: Expect::fails(2, 8, Panic, "the order is paid once"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "the bank pays a number once, under one lock",
            program: || bank(ask_again, pay_once),
            function: "pay_once",
            expect: Expect::holds(8),
            loom: Loom::Agrees,
        },
        Variant {
            id: "wait-again",
            role: Role::Fix,
            summary: "wait again, and do not ask again",
            program: || bank(wait_again, pay),
            function: "wait_again",
            expect: Expect::holds(8),
            loom: Loom::Agrees,
        },
    ],
};
