//! Exercises: races of the catalogue to be repaired by the reader.
//!
//! Each has a stage, which says what must hold and what must still be possible; a starter, which is broken
//! and which the reader changes; and a solution. What else people try, right and wrong, is in its
//! `attempts.rs`, and the tests hold every one of these to what the [`judge`] must say of it.

pub mod judge;

#[cfg(test)]
mod cheats;
#[cfg(test)]
mod tests;

use judge::{Case, Task};

/// A race to be repaired.
#[derive(Debug)]
pub struct Exercise {
    /// What it is called on the command line: as the race of the catalogue that it is taken from.
    pub id: &'static str,
    /// What it is about.
    pub chapter: &'static str,
    /// The bug in a few words.
    pub summary: &'static str,
    /// From what to look at to almost what to do.
    pub hints: [&'static str; 3],
    /// What is judged.
    pub task: Task,
    /// The starter on its stage.
    pub cases: fn() -> Vec<Case>,
    /// The function of the reader's file that the stage calls.
    pub entry: &'static str,
    /// The file of the starter, as the compiler names it.
    pub path: &'static str,
    /// Its text.
    pub starter: &'static str,
    /// The text of the stage.
    pub stage: &'static str,
    /// The text of the solution.
    pub solution: &'static str,
}

impl Exercise {
    /// The story and what is to be done: what the starter says of itself.
    pub fn story(&self) -> Vec<&'static str> {
        let said = self.starter.lines().map_while(|line| line.strip_prefix("//!"));
        said.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect()
    }

    /// The starter without the story.
    pub fn code(&self) -> Vec<&'static str> {
        self.starter.lines().skip_while(|line| line.starts_with("//!")).skip(1).collect()
    }
}

/// Exercises from the folders of this one.
macro_rules! exercises {
    ($($module:ident: $chapter:literal, $entry:ident, $summary:literal, $hints:expr;)*) => {
        $(
            #[expect(missing_docs, reason = "each file says itself what it is")]
            pub mod $module {
                use super::judge;

                #[cfg(test)]
                pub mod attempts;
                pub mod solution;
                pub mod stage;
                pub mod starter;
            }
        )*

        /// All exercises, in the order in which they are best done.
        pub const EXERCISES: &[Exercise] = &[$(
            Exercise {
                id: $module::stage::TASK.id,
                chapter: $chapter,
                summary: $summary,
                hints: $hints,
                task: $module::stage::TASK,
                cases: || $module::stage::cases($module::starter::$entry),
                entry: stringify!($entry),
                path: concat!("races/exercises/", stringify!($module), "/starter.rs"),
                starter: include_str!(concat!(stringify!($module), "/starter.rs")),
                stage: include_str!(concat!(stringify!($module), "/stage.rs")),
                solution: include_str!(concat!(stringify!($module), "/solution.rs")),
            },
        )*];
    };
}

exercises! {
    lost_update: "threads", evening, "load, then store", [
        "In the failing schedule, look at what the second guest read, and when it was written back.",
        "A lock around each line leaves the gap between the lines. What must one section cover?",
        "Make one lock in `evening`, with the coins inside it, and lend it to every guest.",
    ];
    check_then_act: "threads", day, "check, then withdraw", [
        "In the failing schedule both machines check before either has withdrawn.",
        "The section begins with the check that decides, and ends with the withdrawal it allows.",
        "Then give the lock back before the printer begins: `drop` the guard, or close its block.",
    ];
    torn_pair: "threads", day, "one half is new, one is old", [
        "Each account is right at every moment. What the auditor says is about both.",
        "Two locks, one for each account, leave a moment between the two. What belongs together?",
        "Put both numbers into one lock; each transfer is one section, and so is the audit.",
    ];
    lock_order: "threads", day, "two locks, two orders", [
        "Look at who waits for whom: each holds what the other needs.",
        "Who needs two locks takes them in the order that everybody takes them in.",
        "Give the accounts numbers and lock the smaller first, whichever way the money goes.",
    ];
    if_not_while: "threads", morning, "woken, and nothing there", [
        "In the failing schedule, who took the loaf that the sleeper was woken for?",
        "Being woken is a hint: between the bell and the lock others may have come in.",
        "Who is woken looks again, and waits again: `while`, or `wait_while`.",
    ];
    await_lost_update: "mutation across an await", day, "read, await, write", [
        "What was read before an await is old after it. What runs meanwhile?",
        "A lock held from the read to the write helps, and makes every door wait for each printer.",
        "Does the printer need what was read? Await first, then read and write in one section.",
    ];
    await_gap: "mutation across an await", day, "decide, await, act", [
        "In the failing schedule both find the seat free before either has booked it.",
        "To look a second time after the bank is too late: the card is charged by then.",
        "Book the seat in the section that has found it free, and go to the bank after that.",
    ];
    cancelled_half_way: "mutation across an await", day, "half, await, half", [
        "Every await may be a future's last line. What has happened by then, and what has not?",
        "A lock around both halves is dropped with the future, and guards what does not add up.",
        "Wait for the disk first, and then do both halves with no await between them.",
    ];
    lock_per_call: "where the lock lives", kitchen, "the lock is made in the call", [
        "How many locks are there, and who else holds the one that a cook has locked?",
        "A lock excludes only those who hold the same one. Where is the place that all cooks share?",
        "Make it where the cooks are started, with the number inside it, and hand it down.",
    ];
    lock_too_narrow: "where the lock lives", shop, "unlock, await, lock again", [
        "The price is locked twice. What is still true of it in the second section?",
        "The rise depends on the price, so that you cannot ask first.",
        "Hold one lock of tokio from the read to the write; or compare, and begin again.",
    ];
    std_mutex_across_await: "where the lock lives", office, "a thread's lock across an await", [
        "Who waits for the lock stops the thread, and the one who holds it needs that thread.",
        "Dropping the guard after the await is dropping it too late.",
        "Ask the archive first; or take a lock whose waiters are tasks, `tokio::sync::Mutex`.",
    ];
    loop_owned_state_from_thread: "threads and loops", evening, "no await, but a thread", [
        "No await means that no *task* comes between. Who else is there?",
        "A loop of the porter's own is one more thread, and changes nothing.",
        "Make a lock where both start and take it for an instant; or let the porter send.",
    ];
    thread_to_loop_missed_wakeup: "threads and loops", day, "looked, and not yet asleep", [
        "When does the letter come in the failing schedule, and whom can the thread call then?",
        "Looking and leaving the number are two sections. What may happen between the two?",
        "Put letters and number behind one lock; or leave the number first, and look after it.",
    ];
    message_passing: "memory", day, "two relaxed stores", [
        "No order of the steps fails. What may a relaxed load return besides the last store?",
        "To release is half of it: whom does it tell?",
        "Put the letter behind a lock; or release with the flag, and acquire with the look at it.",
    ];
    double_checked: "memory", morning, "a quick look before the lock", [
        "No order of the steps fails. What has whoever sees the flag past the lock not seen yet?",
        "The flag goes up with `Release`. To release is half of it: who does the other half?",
        "Look under the lock only; or acquire with the quick look; or take a `LazyLock`.",
    ];
    last_one_out: "memory", day, "a count that only releases", [
        "No order of the steps fails. Whose note may the last one out not have seen yet?",
        "Each leaves with `Release`, for somebody who acquires. Who must that be?",
        "Count and notes behind one lock; or an `Acquire` fence for the last; or leave with `AcqRel`.",
    ];
}
