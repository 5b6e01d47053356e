//! # Jobs that wait for jobs
//!
//! A pool of workers draws pages. A page needs a picture, which is a job for the same pool, and waits for
//! it. With as many pages as workers nothing moves any more.
//!
//! - **Bug:** a job that waits keeps its worker, and what it waits for stands in the queue behind it.
//! - **Near miss:** one worker more. It takes one page more.
//! - **Fix:** a page does not wait: it hands on what is left to do, and its picture finishes it.
//! - **Rule:** nobody waits for a queue from inside it.
//!
//! Watch it fail, then hold: `cargo run -- run nested-jobs`

use std::collections::VecDeque;

use drawloom::FailureKind::Deadlock;
use drawloom::sync::{Condvar, Mutex};
use drawloom::thread;

use crate::catalogue::{Expect, Loom, Race, Role, Setting, Variant};

/// A page waits for its picture, and both are then done.
pub fn bug(workers: u32, pages: u32) {
    let page = |pool: &Pool, number| {
        let mut work = pool.work.lock().unwrap();
        work.queue.push_back(Job::Picture(number));
        pool.changed.notify_all();
        let missing = |work: &mut Work| !work.pictures.contains(&number);
        let mut work = pool.changed.wait_while(work, missing).unwrap();
        work.jobs_left -= 1;
        pool.changed.notify_all();
    };
    print_book(workers, pages, page, |pool, number| pool.picture_is_there(number, 1));
}

/// A page hands on its picture, which finishes both.
pub fn fix(workers: u32, pages: u32) {
    let page = |pool: &Pool, number| {
        let mut work = pool.work.lock().unwrap();
        work.queue.push_back(Job::Picture(number));
        pool.changed.notify_all();
    };
    print_book(workers, pages, page, |pool, number| pool.picture_is_there(number, 2));
}

#[derive(Clone, Copy)]
enum Job {
    Page(u32),
    Picture(u32),
}

/// What there is to do, and what is done.
struct Work {
    queue: VecDeque<Job>,
    pictures: Vec<u32>,
    jobs_left: u32,
}

struct Pool {
    work: Mutex<Work>,
    changed: Condvar,
}

impl Pool {
    fn next(&self) -> Option<Job> {
        let work = self.work.lock().unwrap();
        let idle = |work: &mut Work| work.queue.is_empty() && work.jobs_left > 0;
        self.changed.wait_while(work, idle).unwrap().queue.pop_front()
    }

    fn picture_is_there(&self, number: u32, finished: u32) {
        let mut work = self.work.lock().unwrap();
        work.pictures.push(number);
        work.jobs_left -= finished;
        self.changed.notify_all();
    }
}

/// The stage: a pool whose workers draw a book of so many pages.
fn print_book(
    workers: u32,
    pages: u32,
    page: impl Fn(&Pool, u32) + Sync,
    picture: impl Fn(&Pool, u32) + Sync,
) {
    let queue = (0..pages).map(Job::Page).collect();
    let work = Mutex::new(Work { queue, pictures: Vec::new(), jobs_left: 2 * pages });
    let changed = Condvar::new();
    let pool = Pool { work, changed };
    let worker = || {
        while let Some(job) = pool.next() {
            match job {
                Job::Page(number) => page(&pool, number),
                Job::Picture(number) => picture(&pool, number),
            }
        }
    };
    thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(worker))));
    let work = pool.work.into_inner().unwrap();
    assert_eq!(work.jobs_left, 0, "the book is printed");
}

/// The catalogue's entry.
pub const RACE: Race = Race {
    id: "nested-jobs",
    title: "Jobs that wait for jobs",
    family: "deadlock",
    setting: Setting::Threads,
    summary: "wait for a job of the same pool",
    rule: "nobody waits for a queue from inside it",
    source: (file!(), include_str!("nested_jobs.rs")),
    variants: &[
        Variant {
            id: "bug",
            role: Role::Bug,
            summary: "a page waits for its picture",
            program: || bug(2, 2),
            function: "bug",
            expect: Expect::fails(6, 6, Deadlock, "changed"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "one-worker-more",
            role: Role::NearMiss,
            summary: "one worker more, and one page more",
            program: || bug(3, 3),
            function: "bug",
            expect: Expect::fails(396, 396, Deadlock, "changed"),
            loom: Loom::Agrees,
        },
        Variant {
            id: "fix",
            role: Role::Fix,
            summary: "its picture finishes the page",
            program: || fix(2, 2),
            function: "fix",
            expect: Expect::holds(512),
            loom: Loom::Agrees,
        },
    ],
};
