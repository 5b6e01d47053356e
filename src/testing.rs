//! Does a test hold?
//!
//! What `#[drawloom::test]` expands to: each argument of the attribute is a method of the same name here.

use std::fmt::Debug;
#[cfg(feature = "tokio")]
use std::future::Future;

use crate::count::Count;
use crate::plan::{Check, Engine};
#[cfg(feature = "tokio")]
use crate::tokio::runtime::Builder;
use crate::verdict::{Limit, Report, Verdict};

/// A program, and what is expected of it.
#[derive(Debug, Default)]
pub struct Test {
    check: Check,
    fails: Fails,
    of: Option<u128>,
    message: Option<&'static str>,
}

/// How often a test is expected to fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fails {
    #[default]
    Never,
    Sometimes,
    Exactly(u128),
}

/// What the body of a test may return.
pub trait Held {
    /// Panics if it does not hold.
    fn must_hold(self);
}

impl Held for () {
    fn must_hold(self) {}
}

impl<E: Debug> Held for Result<(), E> {
    #[track_caller]
    fn must_hold(self) {
        if let Err(error) = self {
            panic!("the test returns the error {error:?}");
        }
    }
}

/// Arguments that the check knows by the same name.
macro_rules! passed_on {
    ($($name:ident: $type:ty;)*) => {$(
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.check = self.check.$name(value);
            self
        }
    )*};
}

#[expect(missing_docs, reason = "each is documented with the attribute that expands to it")]
impl Test {
    passed_on! {
        preemptions: usize;
        spurious_wakeups: u16;
        max_executions: u64;
        max_states: usize;
        max_steps: usize;
        jobs: usize;
        engine: Engine;
    }

    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn fails(mut self, schedules: u128) -> Self {
        self.fails = Fails::Exactly(schedules);
        self
    }

    #[must_use]
    pub fn fails_sometimes(mut self) -> Self {
        self.fails = Fails::Sometimes;
        self
    }

    #[must_use]
    pub fn of(mut self, schedules: u128) -> Self {
        self.of = Some(schedules);
        self
    }

    #[must_use]
    pub fn message(mut self, part: &'static str) -> Self {
        self.message = Some(part);
        self
    }

    #[track_caller]
    pub fn run<T: Held>(self, program: impl Fn() -> T + Send + Sync + 'static) {
        let report = self.check.run(move || program().must_hold());
        if let Err(wrong) = self.held(&report) {
            panic!("\n{wrong}{report}");
        }
    }

    /// What is wrong with a report, beyond what it says itself.
    fn held(&self, report: &Report<()>) -> Result<(), String> {
        match (&report.verdict, self.fails) {
            (Verdict::Failed(_), Fails::Never) => Err(String::new()),
            (Verdict::Failed(failure), _) => {
                let expected = self.message.unwrap_or_default();
                if !failure.message.contains(expected) {
                    return Err(format!(
                        "it fails with \"{}\", and the test expects \"{expected}\"\n\n",
                        failure.message.lines().next().unwrap_or_default()
                    ));
                }
                self.counted(report)
            }
            (Verdict::Verified, Fails::Never) => self.counted(report),
            (Verdict::Inconclusive(Limit::Preemptions(_)), Fails::Never) => Ok(()),
            (Verdict::Verified | Verdict::Inconclusive(Limit::Preemptions(_)), _) => {
                Err("no schedule fails, and the test expects a failure\n\
                     help: if it is mended, leave `fails` out\n\n"
                    .to_owned())
            }
            (Verdict::Inconclusive(_), _) => Err(String::new()),
        }
    }

    /// Whether as many schedules fail of as many as are expected.
    fn counted(&self, report: &Report<()>) -> Result<(), String> {
        let fails = match self.fails {
            Fails::Never => Some(0),
            Fails::Sometimes => None,
            Fails::Exactly(fails) => Some(fails),
        };
        if self.of.is_none() && fails.is_none_or(|fails| fails == 0) {
            return Ok(());
        }
        let Some(known) = &report.schedules else {
            return Err(
                "the test expects a number of schedules, and how many there are is not known\n\
                 help: leave the number out; where the program has too many states, a greater \
                 `max_states` will do\n\n"
                    .to_owned(),
            );
        };
        let is = |said: Option<u128>, number: &Count| said.is_none_or(|said| *number == said);
        if is(fails, &known.failing) && is(self.of, &known.all) {
            return Ok(());
        }
        let any = |said: Option<u128>| said.map_or("any".to_owned(), |number| number.to_string());
        Err(format!(
            "{} of {} schedules fail, and the test expects {} of {}\n\
             help: if the program is meant to be so, change the numbers\n\n",
            known.failing,
            known.all,
            any(fails),
            any(self.of),
        ))
    }
}

/// Runs an async test as `flavor = "current_thread"` says.
#[cfg(feature = "tokio")]
#[track_caller]
pub fn on_a_loop<F: Future>(test: F) -> F::Output {
    on(&mut Builder::new_current_thread(), test)
}

/// Runs an async test as `flavor = "multi_thread"` says, on so many workers where that is said.
#[cfg(feature = "tokio")]
#[track_caller]
pub fn on_workers<F: Future>(workers: Option<usize>, test: F) -> F::Output {
    let mut builder = Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    on(&mut builder, test)
}

#[cfg(feature = "tokio")]
#[track_caller]
fn on<F: Future>(builder: &mut Builder, test: F) -> F::Output {
    let runtime = builder.enable_all().build().unwrap_or_else(|error| panic!("a runtime: {error}"));
    runtime.block_on(test)
}
