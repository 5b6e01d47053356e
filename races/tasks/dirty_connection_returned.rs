//! # An answer that was not for you
//!
//! The office has one line to the library. Ann asks, gives up waiting, and the line goes back. Bob asks on
//! the same line, and is read the answer to Ann's question.
//!
//! - **Bug:** whoever is cancelled between question and answer leaves the answer in the line.
//! - **Near misses:** the line is behind an async lock from the beginning: it lets one at a time in, and
//!   says nothing of what the one before left behind. Throw away what has come in already: Ann's answer is
//!   still on its way.
//! - **Fix:** under the lock, write down that an answer is due, and cross it out when it has come. Who
//!   finds it written gets a new line.
//! - **Or:** an answer says to which question. What is for somebody else is thrown away: take this one
//!   where lines are dear and the other end can be taught to say it.
//! - **Rule:** what a dropped future leaves half done is its successor's. Mark it, or tell it apart.
//!
//! Watch it fail, then hold: `cargo run -- run dirty-connection-returned`

use std::future::Future;
use std::time::Duration;

use drawloom::FailureKind::Panic;
use drawloom::sync::Arc;
use drawloom::tokio;
use drawloom::tokio::runtime::Builder;
use drawloom::tokio::sync::Mutex;
use drawloom::tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use drawloom::tokio::time::timeout;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// How long Ann waits.
const PATIENCE: Duration = Duration::from_millis(50);

/// A question, by number.
type Question = u32;
/// The question, and its answer.
type Answer = (Question, u32);

/// A line to the library, and whether an answer is due on it.
struct Line {
    questions: UnboundedSender<Question>,
    answers: UnboundedReceiver<Answer>,
    is_due: bool,
}

/// Ask again on the same line.
pub fn bug(by_ann: u32) {
    office(by_ann, ask);
}

/// Ask again on a line that is clean.
pub fn fix(by_ann: u32) {
    office(by_ann, ask_on_a_clean_line);
}

async fn ask(line: Arc<Mutex<Line>>, question: Question) -> u32 {
    let mut line = line.lock().await;
    line.questions.send(question).unwrap();
    line.answers.recv().await.unwrap().1
}

async fn ask_emptied(line: Arc<Mutex<Line>>, question: Question) -> u32 {
    let mut line = line.lock().await;
    while line.answers.try_recv().is_ok() {}
    line.questions.send(question).unwrap();
    line.answers.recv().await.unwrap().1
}

async fn ask_on_a_clean_line(line: Arc<Mutex<Line>>, question: Question) -> u32 {
    let mut line = line.lock().await;
    if line.is_due {
        *line = call();
    }
    line.is_due = true;
    line.questions.send(question).unwrap();
    let answer = line.answers.recv().await.unwrap().1;
    line.is_due = false;
    answer
}

async fn ask_by_number(line: Arc<Mutex<Line>>, question: Question) -> u32 {
    let mut line = line.lock().await;
    line.questions.send(question).unwrap();
    loop {
        let (number, answer) = line.answers.recv().await.unwrap();
        if number == question {
            return answer;
        }
    }
}

fn answer_to(question: Question) -> u32 {
    question * 11
}

/// Somebody in the library takes the call, and answers for as long as the line is there.
fn call() -> Line {
    let (questions, mut asked) = unbounded_channel();
    let (answered, answers) = unbounded_channel();
    tokio::spawn(async move {
        while let Some(question) = asked.recv().await {
            if answered.send((question, answer_to(question))).is_err() {
                return;
            }
        }
    });
    Line { questions, answers, is_due: false }
}

/// The stage: Ann asks so often and may give up, then Bob asks.
fn office<Ask>(by_ann: u32, ask: fn(Arc<Mutex<Line>>, Question) -> Ask)
where
    Ask: Future<Output = u32> + Send + 'static,
{
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let answer = runtime.block_on(async {
        let ann_then_bob = tokio::spawn(async move {
            let line = Arc::new(Mutex::new(call()));
            for question in 1..=by_ann {
                timeout(PATIENCE, ask(Arc::clone(&line), question)).await.ok();
            }
            ask(line, by_ann + 1).await
        });
        ann_then_bob.await.unwrap()
    });
    assert_eq!(answer, answer_to(by_ann + 1), "the answer is to the question that was asked");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "dirty-connection-returned",
    title: "An answer that was not for you",
    family: "cancellation",
    setting: Setting::Tasks,
    summary: "dropped between question and answer",
    rule: "what a dropped future leaves half done is its successor's; mark it, or tell it apart",
    source: (file!(), include_str!("dirty_connection_returned.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "ask, and be dropped before the answer",
            program: || bug(1),
            function: "ask",
            expect: Expect::fails(2, 8, Panic, "the answer is to the question that was asked"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "empty-first",
            role: Role::NearMiss,
            summary: "throw away what has come in before asking",
            program: || office(1, ask_emptied),
            function: "ask_emptied",
            expect: Expect::fails(2, 8, Panic, "the answer is to the question that was asked"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "write down that an answer is due, and call anew if it is",
            program: || fix(1),
            function: "ask_on_a_clean_line",
            expect: Expect::holds(15),
            loom: Loom::Agrees,
        },
        Variant {
            id: "by-number",
            role: Role::Fix,
            summary: "an answer says to which question",
            program: || office(1, ask_by_number),
            function: "ask_by_number",
            expect: Expect::holds(8),
            loom: Loom::Agrees,
        },
    ],
};
