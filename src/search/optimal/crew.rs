//! How do several searches share one tree?
//!
//! Picture an orchard with one ladder more than is needed. Whoever is idle asks for a branch; whoever
//! climbs gives away the next one on his right that is worth the way, and goes on. What is found on a
//! branch may concern the trunk: then it is called down. What is found on its left may concern the
//! branch: then it is called up. So whoever has something unfinished on his left keeps what he has
//! tried, to tell whether a call is news.
//!
//! The tree does not depend on who tries which branch, so neither do the executions: each class is
//! tried once, as by one search alone. Only the schedule that stands for a class may be another.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::Choice;
use super::places::Place;
use super::tree::{Branch, Planned};

/// A part of the tree that somebody gives away.
#[derive(Debug)]
pub(crate) struct Job {
    /// The way to its place.
    pub(super) prefix: Vec<Choice>,
    /// Its place, with nothing but the branch that is given away.
    pub(super) root: Place,
    pub(super) link: Arc<Link>,
}

/// Between a search and whoever has given it its part of the tree.
#[derive(Debug)]
pub(crate) struct Link {
    /// The link of the search that has given it away; none for the whole tree.
    parent: Option<Arc<Self>>,
    crew: Arc<Crew>,
    inbox: Mutex<Vec<Letter>>,
    /// Whether there is something in the inbox.
    mail: AtomicBool,
    /// Whether the search that has given it away has nothing left on its left.
    left_is_done: AtomicBool,
}

/// What one search tells another.
#[derive(Debug)]
pub(super) enum Letter {
    /// A sequence to be planned at a place that the sender does not have.
    Insert { step: usize, options: u16, sequence: Vec<Planned> },
    /// A sequence to be planned behind the branch that was given away.
    Late(Vec<Planned>),
    /// A branch that was given away has been tried.
    Finished { link: Arc<Link>, branch: Branch },
}

/// Those who search together.
#[derive(Debug, Default)]
pub(crate) struct Crew {
    board: Mutex<Board>,
    changed: Condvar,
    /// How many are idle.
    idle: AtomicUsize,
    stopped: AtomicBool,
    given: AtomicBool,
    /// How many executions were begun by all, and how many of them failed.
    executions: AtomicU64,
    failed: AtomicU64,
    /// A part of the tree is worth the way if so many executions are to be expected of it.
    pub(super) smallest_job: u64,
}

#[derive(Debug, Default)]
struct Board {
    jobs: Vec<Job>,
    over: bool,
}

/// How long somebody waits before he looks again whether all is well.
const LOOK: Duration = Duration::from_millis(5);

impl Crew {
    /// A crew that gives away no part of the tree of which fewer executions are to be expected.
    pub(crate) fn new(smallest_job: u64) -> Arc<Self> {
        Arc::new(Self { smallest_job, ..Self::default() })
    }

    /// Whether somebody is idle for whom there is no job yet.
    pub(super) fn wants_a_job(&self) -> bool {
        // ORDERING: a wrong answer costs a little time and nothing else.
        self.idle.load(Ordering::Relaxed) > 0 && self.board().jobs.is_empty()
    }

    pub(super) fn give(&self, job: Job) {
        // ORDERING: whoever has taken a job has seen that it was given, under the lock.
        self.given.store(true, Ordering::Relaxed);
        self.board().jobs.push(job);
        self.changed.notify_all();
    }

    /// Whether a part of the tree was ever given away.
    pub(crate) fn has_given(&self) -> bool {
        // ORDERING: as in `give`.
        self.given.load(Ordering::Relaxed)
    }

    /// A job, once there is one; `None` when there will be none any more.
    pub(crate) fn take(&self) -> Option<Job> {
        self.idle.fetch_add(1, Ordering::Relaxed);
        let mut board = self.board();
        let job = loop {
            match board.jobs.pop() {
                _ if board.over || self.is_stopped() => break None,
                Some(job) => break Some(job),
                None => board = self.wait(board),
            }
        };
        self.idle.fetch_sub(1, Ordering::Relaxed);
        job
    }

    /// A job, if there is one before there is mail on a link, or before it is time to look around.
    pub(crate) fn take_unless_mail(&self, link: &Link) -> Option<Job> {
        self.idle.fetch_add(1, Ordering::Relaxed);
        let mut board = self.board();
        let mut job = board.jobs.pop();
        if job.is_none() && !link.has_mail() && !self.is_stopped() {
            board = self.wait(board);
            job = board.jobs.pop();
        }
        drop(board);
        self.idle.fetch_sub(1, Ordering::Relaxed);
        job
    }

    /// Waits until something changes, or it is time to look around.
    pub(crate) fn rest(&self) {
        drop(self.wait(self.board()));
    }

    /// Whether one more execution may be begun, if there may be so many in all.
    pub(crate) fn may_begin(&self, most: u64) -> bool {
        let more = |executions: u64| (executions < most).then_some(executions + 1);
        // ORDERING: only the number counts.
        self.executions.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    /// An execution that was begun does not count, or has failed.
    pub(crate) fn note(&self, counts: bool, failed: bool) {
        // ORDERING: as above.
        self.executions.fetch_sub(u64::from(!counts), Ordering::Relaxed);
        self.failed.fetch_add(u64::from(failed), Ordering::Relaxed);
    }

    /// A search that begins again, in the middle of an execution, forgets all others.
    pub(crate) fn forget(&self) {
        // ORDERING: as above.
        self.executions.store(1, Ordering::Relaxed);
        self.failed.store(0, Ordering::Relaxed);
    }

    /// How many executions were begun by all, and how many of them failed.
    pub(crate) fn counted(&self) -> (u64, u64) {
        // ORDERING: as above.
        (self.executions.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }

    /// Nobody will have a job any more.
    pub(crate) fn end(&self) {
        self.board().over = true;
        self.changed.notify_all();
    }

    /// Has everybody stop where he is.
    pub(crate) fn stop(&self) {
        // ORDERING: nothing is read on the strength of it but what a lock guards.
        self.stopped.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }

    pub(crate) fn is_stopped(&self) -> bool {
        // ORDERING: as above.
        self.stopped.load(Ordering::Relaxed)
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&'a self, board: MutexGuard<'a, Board>) -> MutexGuard<'a, Board> {
        let waited = self.changed.wait_timeout(board, LOOK);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Link {
    /// The link of a search that has the whole tree.
    pub(super) fn whole(crew: &Arc<Crew>) -> Arc<Self> {
        Self::new(None, crew)
    }

    /// A link to somebody who is given a part of what this search has.
    pub(super) fn part(self: &Arc<Self>) -> Arc<Self> {
        Self::new(Some(Arc::clone(self)), &self.crew)
    }

    fn new(parent: Option<Arc<Self>>, crew: &Arc<Crew>) -> Arc<Self> {
        Arc::new(Self {
            left_is_done: AtomicBool::new(parent.is_none()),
            parent,
            crew: Arc::clone(crew),
            inbox: Mutex::default(),
            mail: AtomicBool::new(false),
        })
    }

    pub(super) fn crew(&self) -> &Arc<Crew> {
        &self.crew
    }

    pub(super) fn parent(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    /// Whether something can still be found on its left.
    pub(super) fn has_a_left(&self) -> bool {
        // ORDERING: who sees that it is done sees all that was found there before, and posted.
        !self.left_is_done.load(Ordering::Acquire)
            || self.parent.as_ref().is_some_and(|parent| parent.has_a_left())
    }

    /// Says that whoever has given it away has nothing left on its left.
    pub(super) fn left_is_done(&self) {
        // ORDERING: as above.
        if !self.left_is_done.swap(true, Ordering::Release) {
            self.crew.changed.notify_all();
        }
    }

    pub(crate) fn has_mail(&self) -> bool {
        // ORDERING: the letters are behind a lock.
        self.mail.load(Ordering::Relaxed)
    }

    pub(super) fn post(&self, letter: Letter) {
        let mut inbox = self.inbox();
        inbox.push(letter);
        // ORDERING: as above.
        self.mail.store(true, Ordering::Relaxed);
        drop(inbox);
        self.crew.changed.notify_all();
    }

    pub(super) fn take_mail(&self) -> Vec<Letter> {
        if !self.has_mail() {
            return Vec::new();
        }
        let mut inbox = self.inbox();
        // ORDERING: as above.
        self.mail.store(false, Ordering::Relaxed);
        std::mem::take(&mut *inbox)
    }

    fn inbox(&self) -> MutexGuard<'_, Vec<Letter>> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
