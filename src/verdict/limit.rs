//! Why was nothing concluded?

use std::fmt;
use std::time::Duration;

use crate::search::Sampling;
use crate::trace::Place;

/// Why nothing was concluded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// So many executions were allowed, and there are more.
    Executions(u64),
    /// So much time was allowed.
    Time(Duration),
    /// So many states can be kept, and a program that needs them all has more.
    States(usize),
    /// Somebody has asked for an end.
    Stopped,
    /// Only the schedules with at most so many preemptions were asked for, and there are more. Those
    /// were all run.
    Preemptions(usize),
    /// Only a sample was asked for.
    Sampled {
        /// How it was drawn.
        sampling: Sampling,
        /// How many different schedules came, at the least.
        schedules: usize,
    },
    /// One schedule was asked for, and only that was run.
    OneSchedule,
    /// The schedule that was asked for is not one of this program.
    Unfit {
        /// The step, counted from 1, at which the program differs.
        step: usize,
        /// What differs.
        why: String,
    },
    /// Two strands or more, and nothing that they share was seen.
    NothingShared {
        /// How many strands there were.
        strands: usize,
        /// The likely cause.
        help: String,
    },
    /// The same choices led to something else.
    Differs {
        /// The step, counted from 1, that differs.
        step: usize,
    },
    /// The program has more strands than it may have.
    Strands(usize),
    /// No more stacks could be had for the program's strands.
    Stacks,
    /// The stack of a strand is full.
    StackOverflow {
        /// The strand's name.
        strand: String,
        /// How many bytes of stack it had.
        stack: usize,
        /// The last operation that it announced.
        place: Option<Place>,
    },
    /// The program has taken no step for so long, in real time.
    Stuck {
        /// How long.
        after: Duration,
        /// Where it was seen last.
        place: Option<Place>,
    },
    /// A destructor of the program waits for ever, so the program cannot be cleared away.
    Leftover,
    /// Real threads can show a failure and never its absence.
    Native,
    /// The engine cannot run the program.
    Refused(String),
}

/// What to do about a stack that is full.
const MORE_STACK: &str = "\nhelp: if its calls come to an end, give each strand more with `stack_size`; a \
    recursion that never ends has no stack that is big enough";

/// What to do about a program that takes no step.
const NOTHING_REAL: &str = "\nhelp: a loop without any operation of drawloom's types never lets another \
    strand run, and something that really waits (a sleep, a socket, a lock of std) stops all of them";

/// `, last seen at jar.rs:7`, where that is known.
fn seen_last(f: &mut fmt::Formatter<'_>, place: Option<&Place>) -> fmt::Result {
    place.map_or(Ok(()), |place| write!(f, ", last seen at {place}"))
}

impl Limit {
    /// The word for it: `executions`, `sample`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Executions(_) => "executions",
            Self::Time(_) => "time",
            Self::States(_) => "states",
            Self::Stopped => "stopped",
            Self::Preemptions(_) => "preemptions",
            Self::Sampled { .. } => "sample",
            Self::OneSchedule => "one schedule",
            Self::Unfit { .. } => "unfit",
            Self::NothingShared { .. } => "nothing shared",
            Self::Differs { .. } => "differs",
            Self::Strands(_) => "strands",
            Self::Stacks => "stacks",
            Self::StackOverflow { .. } => "stack overflow",
            Self::Stuck { .. } => "stuck",
            Self::Leftover => "leftover",
            Self::Native => "native",
            Self::Refused(_) => "refused",
        }
    }

    /// Whether there are schedules that the search would have run without it.
    pub(crate) fn is_bound(&self) -> bool {
        matches!(
            self,
            Self::Executions(_)
                | Self::Time(_)
                | Self::States(_)
                | Self::Stopped
                | Self::Preemptions(_)
                | Self::Sampled { .. }
        )
    }

    /// What was established within a bound, and how to have more.
    fn fmt_bound(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(most) => write!(
                f,
                "stopped after {}, and there are more schedules\n\
                 help: allow more with `max_executions`, or make the program smaller",
                count(*most, "execution")
            ),
            Self::Time(most) => write!(
                f,
                "stopped after {most:?}, and there are more schedules\n\
                 help: allow more with `max_time`, or make the program smaller"
            ),
            Self::States(most) => write!(
                f,
                "stopped at {most} states, and there are more\n\
                 help: allow more with `max_states`, or make the program smaller"
            ),
            Self::Stopped => f.write_str(
                "stopped before its end, and there are more schedules\n\
                 help: let it run to its end, or make the program smaller",
            ),
            Self::Preemptions(most) => write!(
                f,
                "every schedule {} holds, and there are more schedules\n\
                 help: allow more with `preemptions`, or leave the bound away",
                within(*most)
            ),
            Self::Sampled { sampling, schedules } => write!(
                f,
                "no failure in a sample, which proves nothing ({sampling}, at least {})\n\
                 help: run all schedules, or those with few `preemptions`, or draw with another seed",
                count(*schedules as u64, "different schedule")
            ),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Executions(_)
            | Self::Time(_)
            | Self::States(_)
            | Self::Stopped
            | Self::Preemptions(_)
            | Self::Sampled { .. } => self.fmt_bound(f),
            Self::OneSchedule => f.write_str("one schedule was run, and it holds"),
            Self::Unfit { step, why } => write!(
                f,
                "the schedule does not fit the program: step {step}: {why}\n\
                 help: the program may have changed since: check it again for a new schedule"
            ),
            Self::NothingShared { strands, help } => write!(
                f,
                "nothing to interleave: {strands} strands, and no operation of theirs was seen\n\
                 help: {help}"
            ),
            Self::Differs { step } => write!(
                f,
                "the program behaves differently on the same schedule: step {step} is another one now\n\
                 help: it depends on something outside the check: time, randomness, the order of a \
                 HashMap, an address, or a value kept from one execution to the next"
            ),
            Self::Strands(most) => write!(
                f,
                "the program has more than {most} strands\n\
                 help: check it with fewer; the ways two or three can meet are the ways that matter"
            ),
            Self::Stacks => f.write_str(
                "no more memory for the stacks of the program's strands\n\
                 help: check the program with fewer strands, or give each less with `stack_size`",
            ),
            Self::StackOverflow { strand, stack, place } => {
                write!(f, "{strand} has no room left on its stack of {}", bytes(*stack))?;
                seen_last(f, place.as_ref())?;
                f.write_str(MORE_STACK)
            }
            Self::Stuck { after, place } => {
                write!(f, "no step for {after:?}")?;
                seen_last(f, place.as_ref())?;
                f.write_str(NOTHING_REAL)
            }
            Self::Leftover => f.write_str(
                "stopped: a destructor waits for ever while the program is cleared away\n\
                 help: a lock that a `drop` takes must not be held by the strand that the drop holds up",
            ),
            Self::Native => f.write_str("real threads have shown no failure, which proves nothing"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

/// `256 KiB`, or `1000 bytes` where that is not a round number.
pub(crate) fn bytes(count: usize) -> String {
    match count {
        0 => "0 bytes".to_owned(),
        1 => "1 byte".to_owned(),
        _ if count.is_multiple_of(1024) => format!("{} KiB", count / 1024),
        _ => format!("{count} bytes"),
    }
}

/// `1 state`, `2 states`.
fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `without a preemption`, `with up to 2 preemptions`.
pub(crate) fn within(preemptions: usize) -> String {
    match preemptions {
        0 => "without a preemption".to_owned(),
        1 => "with up to 1 preemption".to_owned(),
        most => format!("with up to {most} preemptions"),
    }
}
