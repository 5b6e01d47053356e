//! A program under check, whatever it returns.
//!
//! What is behind [`Check::run`](crate::Check::run) is compiled once and not again for each type that
//! somebody's program returns: it knows programs as things that can be run, and what they return by
//! numbers. The types come back when the report is handed out.

use std::any::Any;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use crate::plan::Outcome;
use crate::schedule::Schedule;
use crate::verdict::{OutcomeInfo, Report, Verdict};

/// What a program has returned.
pub(crate) type Returned = Box<dyn Any + Send>;

/// A program that can be run again and again.
pub(crate) trait Program: Send + Sync {
    /// Runs it once.
    fn run(&self) -> Returned;

    /// A ledger for what it returns, in which nothing stands.
    fn ledger(&self) -> Box<dyn Ledger>;
}

/// The values that were seen, each with a number: 0 stands for a failure.
pub(crate) trait Ledger: Send {
    /// The number of a value. One that is not known yet gets the next.
    fn number(&mut self, value: Returned) -> u32;

    /// Adds what stands in another of the same program, and says which numbers of its own there are for
    /// each of the other's.
    fn add(&mut self, other: Box<dyn Ledger>) -> Vec<u32>;

    /// What stands in it.
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// What a check has found of a program.
pub(crate) struct Checked {
    /// A report that knows the values by their numbers,
    pub(crate) report: Report<u32>,
    /// and the values.
    pub(crate) values: Box<dyn Ledger>,
}

/// A program that returns values of one type.
pub(crate) struct Typed<T, F> {
    program: F,
    returns: PhantomData<fn() -> T>,
}

/// The values of one type.
struct Values<T> {
    numbers: BTreeMap<T, u32>,
}

impl<T, F> Typed<T, F> {
    pub(crate) fn new(program: F) -> Self {
        Self { program, returns: PhantomData }
    }
}

impl<T: Outcome, F: Fn() -> T + Send + Sync> Program for Typed<T, F> {
    fn run(&self) -> Returned {
        Box::new((self.program)())
    }

    fn ledger(&self) -> Box<dyn Ledger> {
        Box::new(Values::<T> { numbers: BTreeMap::new() })
    }
}

impl<T: Outcome> Ledger for Values<T> {
    fn number(&mut self, value: Returned) -> u32 {
        let value = value.downcast().expect("internal error: a value of another program");
        let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
        *self.numbers.entry(*value).or_insert(next)
    }

    fn add(&mut self, other: Box<dyn Ledger>) -> Vec<u32> {
        let theirs = values::<T>(other);
        let mut numbers = vec![0; theirs.len() + 1];
        for (value, number) in theirs {
            let next = u32::try_from(self.numbers.len() + 1).unwrap_or(u32::MAX);
            numbers[number as usize] = *self.numbers.entry(value).or_insert(next);
        }
        numbers
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        Box::new(self.numbers)
    }
}

fn values<T: Outcome>(ledger: Box<dyn Ledger>) -> BTreeMap<T, u32> {
    *ledger.into_any().downcast().expect("internal error: the values of another program")
}

impl Checked {
    /// A verdict on a program of which nothing else is known.
    pub(crate) fn of(verdict: Verdict, program: &dyn Program) -> Self {
        Self { report: Report::of(verdict), values: program.ledger() }
    }

    /// The program has returned a value in some execution.
    pub(crate) fn saw(&mut self, value: Returned) {
        let seen = || OutcomeInfo { schedules: None, example: Schedule::default() };
        self.report.outcomes.entry(self.values.number(value)).or_insert_with(seen);
    }

    /// What stands in it so far.
    pub(crate) fn take(&mut self, program: &dyn Program) -> Self {
        std::mem::replace(self, Self::of(Verdict::Verified, program))
    }

    /// The report, with the values.
    pub(crate) fn typed<T: Outcome>(self) -> Report<T> {
        let Self { report, values: ledger } = self;
        let info = |number: u32| report.outcomes.get(&number).cloned();
        let values = values::<T>(ledger).into_iter();
        report.with(values.filter_map(|(value, number)| Some((value, info(number)?))).collect())
    }
}
