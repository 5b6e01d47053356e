//! What is a race, as the catalogue keeps it?
//!
//! A race is told once broken, at least once nearly fixed, and once fixed. Each of these variants is a
//! program, and says exactly what every engine must find in it. `races verify` and the tests hold it to
//! that.

use drawloom::{Count, FailureKind};

/// A bug, its near misses and its fixes.
#[derive(Debug)]
pub struct Race {
    /// What it is called on the command line.
    pub id: &'static str,
    /// What it is called in prose.
    pub title: &'static str,
    /// What breaks.
    pub family: &'static str,
    /// Where it happens.
    pub setting: Setting,
    /// The bug in a few words.
    pub summary: &'static str,
    /// What to remember.
    pub rule: &'static str,
    /// The file it is told in, as the compiler names it, and its text.
    pub source: (&'static str, &'static str),
    /// The bug first, then the near misses, then the fixes.
    pub variants: &'static [Variant],
}

/// Where a race happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Between threads.
    Threads,
    /// Between tasks.
    Tasks,
    /// Between threads and event loops, in one program.
    Bridge,
    /// Between threads that share no lock: what memory promises, and what it does not.
    Memory,
}

impl Setting {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Tasks => "tasks",
            Self::Bridge => "bridge",
            Self::Memory => "memory",
        }
    }
}

/// One program of a race.
#[derive(Debug)]
pub struct Variant {
    /// What it is called on the command line, behind the race and a slash.
    pub id: &'static str,
    /// What part it plays.
    pub role: Role,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// The program.
    pub program: fn(),
    /// The function of the race's file that is compared with the others.
    pub function: &'static str,
    /// What the explorer must find.
    pub expect: Expect,
    /// What loom must find.
    pub loom: Loom,
}

/// What part a variant plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It is broken.
    Bug,
    /// It looks fixed and is broken.
    NearMiss,
    /// It is fixed.
    Fix,
}

impl Role {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::NearMiss => "near-miss",
            Self::Fix => "fix",
        }
    }
}

/// What the explorer must find: exactly this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect {
    /// How many schedules there are.
    pub schedules: Count,
    /// How many of them fail.
    pub failing: Count,
    /// How they fail, and the words that the failure's message must hold.
    pub failure: Option<(FailureKind, &'static str)>,
}

impl Expect {
    /// Every schedule holds.
    pub const fn holds(schedules: u128) -> Self {
        Self { schedules: Count::new(schedules), failing: Count::ZERO, failure: None }
    }

    /// So many of so many schedules fail, in this way.
    pub const fn fails(
        failing: u128,
        schedules: u128,
        kind: FailureKind,
        message: &'static str,
    ) -> Self {
        let failure = Some((kind, message));
        Self { schedules: Count::new(schedules), failing: Count::new(failing), failure }
    }
}

/// What loom must find, and why that is so where it differs from the explorer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loom {
    /// It finds what the explorer finds.
    Agrees,
    /// It fails, in this way and with these words, a program that holds in every order of its steps, and
    /// it is right: memory promises less than an order.
    FindsMore(FailureKind, &'static str),
    /// It passes a program that is broken.
    Misses(&'static str),
    /// It fails a program that holds.
    CriesWolf(&'static str),
    /// It cannot say.
    CannotSay(&'static str),
}

impl Variant {
    /// Whether the variant is broken and no order of its steps shows it: only loom does.
    pub fn is_loom_only(&self) -> bool {
        matches!(self.loom, Loom::FindsMore(..))
    }

    /// Where loom and the explorer differ: how, and why that is so.
    pub fn loom_differs(&self) -> Option<String> {
        match self.loom {
            Loom::Agrees => None,
            Loom::FindsMore(..) => {
                Some("no order of its steps fails; memory promises less than an order".to_owned())
            }
            Loom::Misses(why) => Some(format!("loom misses it: {why}")),
            Loom::CriesWolf(why) => Some(format!("a false alarm: {why}")),
            Loom::CannotSay(why) => Some(format!("loom cannot say: {why}")),
        }
    }

    /// What loom must fail it by, if it must: the kind, and words of the message where they are the
    /// program's own. Loom knows no names, so what it says of a deadlock is its own.
    pub fn loom_failure(&self) -> Option<(FailureKind, &'static str)> {
        let words_of = |kind, words| if kind == FailureKind::Panic { words } else { "" };
        match self.loom {
            Loom::Agrees => self.expect.failure.map(|(kind, words)| match kind {
                // Loom gives up a program that goes round for ever when its steps are spent.
                FailureKind::Livelock => (FailureKind::StepLimit, ""),
                kind => (kind, words_of(kind, words)),
            }),
            Loom::FindsMore(kind, words) => Some((kind, words_of(kind, words))),
            Loom::CriesWolf(_) => Some((FailureKind::Panic, "")),
            Loom::Misses(_) | Loom::CannotSay(_) => None,
        }
    }
}

impl Race {
    /// The variant with a name.
    pub fn variant(&self, id: &str) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.id == id)
    }

    /// The bug.
    pub fn bug(&self) -> &'static Variant {
        &self.variants[0]
    }

    /// The first fix.
    pub fn fix(&self) -> Option<&'static Variant> {
        self.variants.iter().find(|variant| variant.role == Role::Fix)
    }

    /// The text of a function of its file.
    pub fn function(&self, name: &str) -> Vec<&'static str> {
        let start = |line: &&str| {
            line.trim_start_matches("pub ")
                .trim_start_matches("async ")
                .starts_with(&format!("fn {name}("))
        };
        let mut lines = self.source.1.lines().skip_while(|line| !start(line));
        let mut function: Vec<&str> = Vec::new();
        for line in &mut lines {
            function.push(line);
            if line == "}" {
                break;
            }
        }
        function
    }
}
