//! What is a random program, and how is it drawn?
//!
//! Everything atomic is `SeqCst`, and no program can get stuck: a thread waits for a lock only while it
//! holds none.

use std::fmt;

/// One line of a thread. What it names is one of two atomics or one of two locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    Load(usize),
    Store(usize, u32),
    FetchAdd(usize),
    Swap(usize, u32),
    CompareExchange(usize, u32, u32),
    /// Takes the lock and adds one to what is in it.
    Lock(usize),
    TryLock(usize),
    /// Gives the lock back, if it was taken.
    Unlock(usize),
}

/// What the lines are drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    LoadStore,
    ReadModifyWrite,
    Atomics,
    Locks,
    TryLocks,
    Everything,
}

/// What the threads of a program do. If main takes part, it runs the last of them itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Program {
    pub(super) threads: Vec<Vec<Line>>,
    pub(super) main_takes_part: bool,
}

/// Which programs are drawn for one row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) family: Family,
    pub(super) threads: usize,
    pub(super) main_takes_part: bool,
}

/// What each thread has seen, and last of all what was left in the memory.
pub(super) type Outcome = Vec<Vec<u32>>;

/// What a failed `try_lock` has seen; a failed `compare_exchange` sees the value and 10.
pub(super) const TAKEN: u32 = 99;

impl Family {
    pub(super) const ALL: [Self; 6] = [
        Self::LoadStore,
        Self::ReadModifyWrite,
        Self::Atomics,
        Self::Locks,
        Self::TryLocks,
        Self::Everything,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LoadStore => "`load`, `store`",
            Self::ReadModifyWrite => "`fetch_add`, `swap`, `compare_exchange`",
            Self::Atomics => "all of these",
            Self::Locks => "`lock`, unlock",
            Self::TryLocks => "`lock`, `try_lock`, unlock",
            Self::Everything => "everything",
        }
    }

    /// Adds one line, or a lock taken, at most one thing under it, and the lock given back. There are
    /// so many atomics and so many locks.
    fn extend(self, lines: &mut Vec<Line>, many: usize, random: &mut Prng) {
        let kind = match self {
            Self::LoadStore => random.below(2),
            Self::ReadModifyWrite => 2 + random.below(3),
            Self::Atomics => random.below(5),
            Self::Locks => 5,
            Self::TryLocks => 5 + random.below(2),
            Self::Everything => random.below(7),
        };
        let which = random.below(many);
        match kind {
            0 => lines.push(Line::Load(which)),
            1 => lines.push(Line::Store(which, random.value())),
            2 => lines.push(Line::FetchAdd(which)),
            3 => lines.push(Line::Swap(which, random.value())),
            4 => lines.push(Line::CompareExchange(which, random.value() - 1, random.value())),
            taken => {
                lines.push(if taken == 5 { Line::Lock(which) } else { Line::TryLock(which) });
                let inside = random.below(2) == 1;
                match self {
                    Self::Everything if inside => Self::Atomics.extend(lines, many, random),
                    Self::TryLocks if inside && many == 2 => {
                        lines.extend([Line::TryLock(1 - which), Line::Unlock(1 - which)]);
                    }
                    _ => {}
                }
                lines.push(Line::Unlock(which));
            }
        }
    }
}

/// PAPER: Steele, Lea and Flood 2014, `splitmix64`.
pub(super) struct Prng(pub(super) u64);

impl Prng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % many
    }

    /// 1 or 2: other than what an atomic begins with.
    fn value(&mut self) -> u32 {
        if self.below(2) == 0 { 1 } else { 2 }
    }
}

impl Program {
    /// Two threads have up to four lines or locked sections each, three have up to two.
    pub(super) fn random(shape: Shape, random: &mut Prng) -> Self {
        let (sections, lines) = if shape.threads == 2 { (4, 6) } else { (2, 4) };
        let many = 1 + random.below(2);
        let mut thread = || loop {
            let mut thread = Vec::new();
            for _ in 0..=random.below(sections) {
                shape.family.extend(&mut thread, many, random);
            }
            if thread.len() <= lines {
                return thread;
            }
        };
        let threads = (0..shape.threads).map(|_| thread()).collect();
        Self { threads, main_takes_part: shape.main_takes_part }
    }

    pub(super) fn lines(&self) -> usize {
        self.threads.iter().map(Vec::len).sum()
    }
}

/// `main: load x | store x 1; unlock a`
impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, lines) in self.threads.iter().enumerate() {
            f.write_str(if index > 0 { " | " } else { "" })?;
            let main = self.main_takes_part && index + 1 == self.threads.len();
            f.write_str(if main { "main: " } else { "" })?;
            let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
            f.write_str(&lines.join("; "))?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (atomic, lock) = (["x", "y"], ["a", "b"]);
        match *self {
            Self::Load(x) => write!(f, "load {}", atomic[x]),
            Self::Store(x, value) => write!(f, "store {} {value}", atomic[x]),
            Self::FetchAdd(x) => write!(f, "fetch_add {}", atomic[x]),
            Self::Swap(x, value) => write!(f, "swap {} {value}", atomic[x]),
            Self::CompareExchange(x, current, new) => {
                write!(f, "compare_exchange {} {current} {new}", atomic[x])
            }
            Self::Lock(m) => write!(f, "lock {}", lock[m]),
            Self::TryLock(m) => write!(f, "try_lock {}", lock[m]),
            Self::Unlock(m) => write!(f, "unlock {}", lock[m]),
        }
    }
}
