//! What can a strand do that others can see, and which two steps depend on each other?
//!
//! A *step* is one visible operation of one strand, or a whole poll of a task on a single-threaded
//! event loop. What a step did is a list of accesses, and two steps depend on each other exactly
//! if they access one object and one of the two accesses changes it. All that is not an access (a
//! spawn, a join, a clone, a local variable) no other strand can tell.

/// What an operation does, in the words of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// An atomic load, or a read of a checked cell.
    Load,
    /// An atomic store, or a write of a checked cell.
    Store,
    /// An atomic read-modify-write; the name is the method's.
    Update(&'static str),
    /// A memory fence: a step that only weak memory can tell apart.
    Fence,
    /// A lock is taken.
    Lock,
    /// A lock is given back.
    Unlock,
    /// A lock is taken if it is free.
    TryLock,
    /// A read lock is taken.
    ReadLock,
    /// A read lock is taken if nobody writes.
    TryReadLock,
    /// A read lock is given back.
    ReadUnlock,
    /// A write lock is taken.
    WriteLock,
    /// A write lock is taken if nobody else has the lock.
    TryWriteLock,
    /// A write lock is given back.
    WriteUnlock,
    /// A write lock is taken that lets no new reader in, and waits for those that are there.
    Claim,
    /// A read lock is taken that can become a write lock.
    UpgradableLock,
    /// Such a lock is taken if nobody else has one, or writes.
    TryUpgradableLock,
    /// Such a lock is given back.
    UpgradableUnlock,
    /// Such a lock becomes a write lock.
    Upgrade,
    /// Such a lock becomes a write lock if nobody reads.
    TryUpgrade,
    /// A lock becomes one that lets more others in. The name is the method's.
    Downgrade(&'static str),
    /// A condition variable's wait begins, and its lock is given back.
    Wait,
    /// One waiter of a condition variable is woken, if there is one.
    NotifyOne,
    /// All waiters of a condition variable are woken.
    NotifyAll,
    /// A parked thread takes its token.
    Park,
    /// A thread is given its token.
    Unpark,
    /// A parked thread has its token or has waited long enough.
    ParkTimeout,
    /// A value is put into a channel that has room for it.
    Send,
    /// A value is put into a channel if that has room for it.
    TrySend,
    /// A value is taken out of a channel.
    Recv,
    /// A value is taken out of a channel if there is one.
    TryRecv,
    /// A sender of a channel goes.
    Disconnect,
    /// The receiver of a channel goes.
    Close,
    /// What is to be done once is begun, or has been done.
    CallOnce,
    /// What is to be done once has been done, or has panicked.
    Complete,
    /// Strands meet: whoever comes first waits for the others. The name is the method's.
    Meet(&'static str),
    /// Whether a strand has ended is asked, where the answer can be no.
    IsFinished,
    /// An operation of an asynchronous primitive; the name is the method's.
    Async(&'static str),
    /// A whole poll of a task that waits for more than one thing.
    Poll,
    /// A task is told to stop.
    Abort,
    /// A task that was told to stop is dropped.
    Cancel,
    /// Time passes up to a deadline.
    Fire,
    /// A choice that the program left open.
    Choose,
}

impl Kind {
    /// The word for it in a report.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Store => "store",
            Self::Update(name) | Self::Async(name) | Self::Meet(name) | Self::Downgrade(name) => {
                name
            }
            Self::Fence => "fence",
            Self::Lock => "lock",
            Self::Unlock => "unlock",
            Self::TryLock => "try_lock",
            Self::ReadLock => "read",
            Self::TryReadLock => "try_read",
            Self::ReadUnlock => "unlock (read)",
            Self::WriteLock | Self::Claim => "write",
            Self::UpgradableLock => "upgradable_read",
            Self::TryUpgradableLock => "try_upgradable_read",
            Self::UpgradableUnlock => "unlock (upgradable)",
            Self::Upgrade => "upgrade",
            Self::TryUpgrade => "try_upgrade",
            Self::TryWriteLock => "try_write",
            Self::WriteUnlock => "unlock (write)",
            Self::Wait => "wait",
            Self::NotifyOne => "notify_one",
            Self::NotifyAll => "notify_all",
            Self::Park => "park",
            Self::Unpark => "unpark",
            Self::ParkTimeout => "park_timeout",
            Self::Send => "send",
            Self::TrySend => "try_send",
            Self::Recv => "recv",
            Self::TryRecv => "try_recv",
            Self::Disconnect => "drop (sender)",
            Self::Close => "drop (receiver)",
            Self::CallOnce => "begin",
            Self::Complete => "complete",
            Self::IsFinished => "is_finished",
            Self::Poll => "poll",
            Self::Abort => "abort",
            Self::Cancel => "cancelled",
            Self::Fire => "time is up",
            Self::Choose => "choose",
        }
    }
}

/// What sort of thing an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// An atomic.
    Atomic,
    /// A checked cell.
    Cell,
    /// A mutual exclusion lock that parks its thread.
    Mutex,
    /// A reader-writer lock that parks its thread.
    RwLock,
    /// A condition variable.
    Condvar,
    /// A meeting point.
    Barrier,
    /// What is to be done once.
    Once,
    /// A strand, as others see it: its token, its end.
    Strand,
    /// An asynchronous lock.
    AsyncMutex,
    /// A semaphore.
    Semaphore,
    /// A notification.
    Notify,
    /// A channel.
    Channel,
    /// An asynchronous reader-writer lock.
    AsyncRwLock,
    /// A place where tasks wait for each other.
    AsyncBarrier,
    /// A value that is set once, and can be waited for.
    OnceCell,
    /// A channel that keeps its last value only.
    Watch,
    /// A set of tasks.
    TaskSet,
    /// A task that may block its thread, as whoever stops it sees it.
    Blocking,
    /// A signal from outside.
    Signal,
    /// A stream of bytes.
    Stream,
    /// The virtual clock.
    Clock,
    /// All of memory, for a fence; or nothing, for a choice.
    Program,
}

impl What {
    /// The word for it in a report.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Atomic => "atomic",
            Self::Cell => "cell",
            Self::Mutex | Self::AsyncMutex => "mutex",
            Self::RwLock | Self::AsyncRwLock => "rwlock",
            Self::Condvar => "condvar",
            Self::Barrier | Self::AsyncBarrier => "barrier",
            Self::Once => "once",
            Self::Strand => "strand",
            Self::Semaphore => "semaphore",
            Self::Notify => "notify",
            Self::Channel => "channel",
            Self::OnceCell => "once cell",
            Self::Watch => "watch",
            Self::TaskSet => "task set",
            Self::Blocking => "blocking task",
            Self::Signal => "signal",
            Self::Stream => "stream",
            Self::Clock => "clock",
            Self::Program => "program",
        }
    }
}

/// What an access has to do with other accesses of its object.
///
/// | | `Read` | `Add` | `Write` |
/// |---|---|---|---|
/// | `Read` | can change places | | |
/// | `Add` | | can change places | |
/// | `Write` | | | |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It looked at the object, and changed nothing.
    Read,
    /// It changed the object in a way that does not depend on others who do so: a reader enters a
    /// reader-writer lock, a sleeper is woken.
    Add,
    /// It changed the object.
    Write,
}

/// What an access did for those who wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Effect {
    #[default]
    None,
    /// A lock was taken: alone with [`Mode::Write`], beside others with [`Mode::Add`].
    Takes,
    /// A lock was given back.
    Gives,
    /// A lock was taken that others may read, and that can become a writer's.
    Claims,
    /// Such a lock has become a writer's, or a writer's such a lock, or either of them a reader's.
    Rises,
    Falls,
    Sinks,
    /// A strand that waits for that can go on.
    Signals,
    /// A strand has gone on, and what was signalled is used up.
    Consumes,
    /// Nobody is kept waiting any more.
    Opens,
    /// A timer was set, or has gone without having fired.
    Sets,
    Unsets,
}

/// What a write lock does that becomes one which can become a write lock again.
pub(crate) const TO_UPGRADABLE: &str = "downgrade_to_upgradable";

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Alone,
    /// Others may read, and nobody else may come to write.
    Upgradably,
    Shared,
}

/// One thing a step did to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Access {
    /// The object's number, which is the same in every execution of one check.
    pub(crate) object: u32,
    pub(crate) mode: Mode,
    pub(crate) effect: Effect,
}

impl Access {
    /// An access that nobody waits for.
    pub(crate) fn of(object: u32, mode: Mode) -> Self {
        Self { object, mode, effect: Effect::None }
    }

    /// How a lock is held from then on, if it is.
    pub(crate) fn holds(self) -> Option<Held> {
        match (self.effect, self.mode) {
            (Effect::Takes, Mode::Add) | (Effect::Sinks, _) => Some(Held::Shared),
            (Effect::Takes | Effect::Rises, _) => Some(Held::Alone),
            (Effect::Claims | Effect::Falls, _) => Some(Held::Upgradably),
            _ => None,
        }
    }

    /// Whether a lock that was held before is not, or in another way.
    pub(crate) fn lets_go(self) -> bool {
        matches!(self.effect, Effect::Gives | Effect::Rises | Effect::Falls | Effect::Sinks)
    }

    /// Whether two accesses of different strands cannot change places.
    pub(crate) fn depends_on(self, other: Self) -> bool {
        self.object == other.object && (self.mode != other.mode || self.mode == Mode::Write)
    }

    /// What an operation of a kind is for others, if it `changed` its object or did not.
    pub(crate) fn by(kind: Kind, object: u32, changed: bool) -> Self {
        let (mode, effect) = match (kind, changed) {
            (Kind::Lock | Kind::WriteLock | Kind::Claim | Kind::CallOnce, _)
            | (Kind::TryLock | Kind::TryWriteLock, true) => (Mode::Write, Effect::Takes),
            (Kind::ReadLock, _) | (Kind::TryReadLock, true) => (Mode::Add, Effect::Takes),
            // It fails because of somebody who writes, and other readers are nothing to it.
            (Kind::TryReadLock, false) | (Kind::Disconnect, _) => (Mode::Add, Effect::None),
            (Kind::Unlock | Kind::WriteUnlock | Kind::UpgradableUnlock | Kind::Complete, _) => {
                (Mode::Write, Effect::Gives)
            }
            (Kind::ReadUnlock, _) => (Mode::Add, Effect::Gives),
            (Kind::Unpark, _) => (Mode::Add, Effect::Signals),
            (Kind::Send | Kind::TrySend, true) => (Mode::Write, Effect::Signals),
            (Kind::UpgradableLock, _) | (Kind::TryUpgradableLock, true) => {
                (Mode::Write, Effect::Claims)
            }
            (Kind::Upgrade, _) | (Kind::TryUpgrade, true) => (Mode::Write, Effect::Rises),
            (Kind::Downgrade(TO_UPGRADABLE), _) => (Mode::Write, Effect::Falls),
            (Kind::Downgrade(_), _) => (Mode::Write, Effect::Sinks),
            (Kind::Close, _) => (Mode::Write, Effect::Opens),
            (Kind::Park | Kind::ParkTimeout, _) | (Kind::Recv | Kind::TryRecv, true) => {
                (Mode::Write, Effect::Consumes)
            }
            // Whether there is something in the channel, or room in it, is for nobody else to change.
            (Kind::Send | Kind::TrySend | Kind::Recv | Kind::TryRecv, false) => {
                (Mode::Write, Effect::None)
            }
            (_, true) => (Mode::Write, Effect::None),
            (_, false) => (Mode::Read, Effect::None),
        };
        Self { object, mode, effect }
    }
}

/// A value that an operation read or wrote, kept as it is until a report needs its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value {
    /// An unsigned integer.
    Unsigned(u64),
    /// A signed integer.
    Signed(i64),
    /// A truth value.
    Bool(bool),
    /// An address, of which a report says only whether it is null: addresses differ between runs.
    Pointer {
        /// Whether it points nowhere.
        null: bool,
    },
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unsigned(value) => write!(f, "{value}"),
            Self::Signed(value) => write!(f, "{value}"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Pointer { null: true } => f.write_str("null"),
            Self::Pointer { null: false } => f.write_str("a pointer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Mode};

    #[test]
    fn only_equal_reads_equal_additions_and_different_objects_are_independent() {
        let modes = [Mode::Read, Mode::Add, Mode::Write];
        for (one, two) in modes.iter().flat_map(|one| modes.iter().map(move |two| (*one, *two))) {
            let dependent = Access::of(1, one).depends_on(Access::of(1, two));
            assert_eq!(dependent, one != two || one == Mode::Write, "{one:?} and {two:?}");
            assert!(!Access::of(1, one).depends_on(Access::of(2, two)));
        }
    }
}
