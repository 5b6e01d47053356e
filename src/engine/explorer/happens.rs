//! What has the program made sure of happens before what, and where has it not?
//!
//! Strands take turns here, so a program never really does two things at once. But it would, on real
//! threads, where nothing that the language knows of puts them in order. Each strand has a clock: for
//! each strand, up to which point of its life this strand has heard of it. What tells it is a lock that
//! one gives back and another takes, a store that releases and a load that acquires, a spawn, a join, a
//! token, a channel. A relaxed access tells nothing, and a wake-up alone does not either.
//!
//! A checked cell remembers who touched it last. An access that has not heard of one that it conflicts
//! with is a data race: both are told.
//!
//! All that is kept only once a check has come across a checked cell; then its execution begins again.
//!
//! What is not seen: that a cell was made, and what `get_mut` does. Nobody else can have it then, unless
//! the pointer itself is handed over without order.

use std::panic::Location;
use std::sync::atomic::Ordering;

use super::state::{Ending, State, Status, StrandId};
use super::{Explorer, Object};
use crate::step::{Kind, Mode, What};
use crate::trace::{Place, Raced};

/// For each strand, up to which point of its life something has heard of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Vec<u32>);

impl Heard {
    fn of(&self, strand: StrandId) -> u32 {
        self.0.get(strand).copied().unwrap_or(0)
    }

    fn hear(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, theirs) in self.0.iter_mut().zip(&other.0) {
            *own = (*own).max(*theirs);
        }
    }

    fn age(&mut self, strand: StrandId) {
        if self.0.len() <= strand {
            self.0.resize(strand + 1, 0);
        }
        self.0[strand] += 1;
    }
}

/// What an atomic operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ordered {
    Load,
    Store,
    Update,
}

/// What a strand has heard of.
#[derive(Clone, Debug, Default)]
struct Known {
    now: Heard,
    /// What its relaxed stores tell since its last fence that releases.
    fenced: Heard,
    /// What its relaxed loads have come by, until a fence acquires it.
    loaded: Heard,
}

/// What an object tells whoever acquires it.
#[derive(Clone, Debug, Default)]
struct Told {
    /// What was released by whoever had it alone.
    alone: Heard,
    /// What was released by readers: only a writer hears of that.
    shared: Heard,
    /// The last write of a checked cell, and the reads since.
    write: Option<Touch>,
    reads: Vec<Touch>,
}

/// An access to a checked cell.
#[derive(Clone, Copy, Debug)]
struct Touch {
    strand: StrandId,
    writes: bool,
    at: &'static Location<'static>,
    age: u32,
}

/// Two accesses that nothing puts in order.
#[derive(Clone, Copy, Debug)]
struct DataRace {
    object: u32,
    first: Touch,
    second: Touch,
}

/// What is known in the execution at hand.
#[derive(Debug, Default)]
pub(super) struct Happens {
    /// Whether anybody wants to know.
    asked: bool,
    strands: Vec<Known>,
    objects: Vec<Told>,
    race: Option<DataRace>,
}

impl Happens {
    /// Forgets the execution before.
    pub(super) fn begin(&mut self) {
        self.strands.clear();
        self.objects.clear();
        self.race = None;
    }

    fn strand(&mut self, strand: StrandId) -> &mut Known {
        while self.strands.len() <= strand {
            let mut known = Known::default();
            known.now.age(self.strands.len());
            self.strands.push(known);
        }
        &mut self.strands[strand]
    }

    fn object(&mut self, object: u32) -> &mut Told {
        let object = object as usize;
        if self.objects.len() <= object {
            self.objects.resize_with(object + 1, Told::default);
        }
        &mut self.objects[object]
    }

    /// A strand hears all that another has heard up to now.
    pub(super) fn hears_of(&mut self, strand: StrandId, other: StrandId) {
        if self.asked {
            let theirs = self.strand(other).now.clone();
            self.strand(other).now.age(other);
            self.strand(strand).now.hear(&theirs);
        }
    }

    fn acquire(&mut self, strand: StrandId, object: u32, from_readers: bool) {
        let told = self.object(object).clone();
        let known = self.strand(strand);
        known.now.hear(&told.alone);
        if from_readers {
            known.now.hear(&told.shared);
        }
    }

    /// A writer hears of the readers that it has waited for.
    #[cfg_attr(
        not(feature = "parking_lot"),
        allow(dead_code, reason = "only `parking_lot` has such locks")
    )]
    pub(super) fn hears_readers(&mut self, strand: StrandId, object: u32) {
        if self.asked {
            self.acquire(strand, object, true);
        }
    }

    fn release(&mut self, strand: StrandId, object: u32, as_reader: bool) {
        let now = self.strand(strand).now.clone();
        let told = self.object(object);
        if as_reader { &mut told.shared } else { &mut told.alone }.hear(&now);
        self.strand(strand).now.age(strand);
    }

    /// What an operation on a lock, a token or the like tells.
    pub(super) fn happened(&mut self, kind: Kind, object: u32, strand: StrandId, mode: Mode) {
        if !self.asked {
            return;
        }
        let works = mode != Mode::Read;
        match kind {
            Kind::Lock
            | Kind::WriteLock
            | Kind::Claim
            | Kind::UpgradableLock
            | Kind::Upgrade
            | Kind::CallOnce
            | Kind::Park
            | Kind::ParkTimeout => {
                self.acquire(strand, object, true);
            }
            Kind::TryLock
            | Kind::TryWriteLock
            | Kind::TryUpgradableLock
            | Kind::TryUpgrade
            | Kind::Recv
            | Kind::TryRecv
                if works =>
            {
                self.acquire(strand, object, true);
            }
            Kind::ReadLock => self.acquire(strand, object, false),
            Kind::TryReadLock if works => self.acquire(strand, object, false),
            Kind::Unlock
            | Kind::WriteUnlock
            | Kind::Downgrade(_)
            | Kind::Complete
            | Kind::Unpark => {
                self.release(strand, object, false);
            }
            Kind::Send | Kind::TrySend if works => self.release(strand, object, false),
            Kind::ReadUnlock | Kind::UpgradableUnlock => self.release(strand, object, true),
            Kind::Meet(_) | Kind::Update("send" | "try_send") | Kind::Async(_) => {
                self.acquire(strand, object, true);
                self.release(strand, object, false);
            }
            _ => {}
        }
    }

    fn ordered(&mut self, strand: StrandId, object: u32, access: Ordered, order: Ordering) {
        use Ordering::{AcqRel, Acquire, Release, SeqCst};
        if access != Ordered::Store {
            let told = self.object(object).alone.clone();
            let known = self.strand(strand);
            if matches!(order, Acquire | AcqRel | SeqCst) {
                known.now.hear(&told);
            } else {
                known.loaded.hear(&told);
            }
        }
        if access == Ordered::Load {
            return;
        }
        let known = self.strand(strand);
        let releases = matches!(order, Release | AcqRel | SeqCst);
        let tells = if releases { known.now.clone() } else { known.fenced.clone() };
        if releases {
            known.now.age(strand);
        }
        let told = &mut self.object(object).alone;
        if access == Ordered::Store {
            // Only a read-modify-write carries on what was told before it.
            *told = tells;
        } else {
            told.hear(&tells);
        }
    }

    fn fenced(&mut self, strand: StrandId, order: Ordering) {
        use Ordering::{AcqRel, Acquire, Release, SeqCst};
        let known = self.strand(strand);
        if matches!(order, Acquire | AcqRel | SeqCst) {
            let loaded = std::mem::take(&mut known.loaded);
            known.now.hear(&loaded);
        }
        if matches!(order, Release | AcqRel | SeqCst) {
            known.fenced = known.now.clone();
            known.now.age(strand);
        }
    }

    /// A strand touches a checked cell. What it races with, if it does.
    fn touch(
        &mut self,
        strand: StrandId,
        object: u32,
        writes: bool,
        at: &'static Location<'static>,
    ) -> Option<DataRace> {
        let now = self.strand(strand).now.clone();
        let second = Touch { strand, writes, at, age: now.of(strand) };
        let told = self.object(object);
        let unheard = |touch: &&Touch| touch.strand != strand && now.of(touch.strand) < touch.age;
        let reads = told.reads.iter().filter(|_| writes);
        let first = told.write.iter().chain(reads).find(unheard).copied();
        if writes {
            told.write = Some(second);
            told.reads.clear();
        } else {
            told.reads.retain(|read| read.strand != strand);
            told.reads.push(second);
        }
        first.map(|first| DataRace { object, first, second })
    }
}

impl Explorer {
    /// An atomic operation has this ordering.
    pub(crate) fn ordered(&self, object: &Object, access: Ordered, order: Ordering) {
        let mut state = self.state.borrow_mut();
        if state.happens.asked {
            let (strand, at) = (state.current, Location::caller());
            let number = state.number(object, What::Atomic, at);
            state.happens.ordered(strand, number, access, order);
        }
    }

    /// There is a fence.
    pub(crate) fn fenced(&self, order: Ordering) {
        let mut state = self.state.borrow_mut();
        if state.happens.asked {
            let strand = state.current;
            state.happens.fenced(strand, order);
        }
    }

    /// A checked cell is about to be used. From the first time on, somebody keeps count.
    pub(crate) fn asks_for_order(&self) {
        let mut state = self.state.borrow_mut();
        if std::mem::replace(&mut state.happens.asked, true) || state.unwinding() {
            return;
        }
        let me = state.current;
        state.end(Ending::Again);
        state.strands[me].status = Status::Blocked;
        drop(state);
        self.suspend();
    }

    /// The strand that runs now touches a checked cell.
    pub(crate) fn touches(&self, object: &Object, writes: bool, at: &'static Location<'static>) {
        let mut state = self.state.borrow_mut();
        if state.tearing_down {
            return;
        }
        let strand = state.current;
        let number = state.number(object, What::Cell, at);
        let race = state.happens.touch(strand, number, writes, at);
        if race.is_none() || state.happens.race.is_some() {
            return;
        }
        state.happens.race = race;
        state.end(Ending::DataRace);
        if !state.unwinding() {
            state.strands[strand].status = Status::Blocked;
            drop(state);
            self.suspend();
        }
    }
}

impl State {
    /// The two ends of the data race that the execution has ended with.
    pub(crate) fn data_race(&self) -> Vec<Raced> {
        let ends = self.happens.race.iter().flat_map(|race| {
            let object = race.object as usize;
            [race.first, race.second].map(|Touch { strand, writes, at, .. }| Raced {
                strand,
                object,
                writes,
                place: Place::from(at),
            })
        });
        ends.collect()
    }
}
