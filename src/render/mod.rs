//! How does a person read it?
//!
//! [`report`] is the whole of a report: the verdict first, then the line of the program, then what
//! happened, then why. Who stops reading after two lines has the verdict and the place. The same
//! report always has the same text: no time, no colour unless asked for, no path of this machine.

mod fold;
mod page;
mod plain;
mod story;
mod text;
mod verdict;

use std::fmt::{self, Debug};

use crate::source::Sources;
use crate::trace::Trace;
use crate::verdict::Report;

/// How a report looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on a command line")]
pub struct Style {
    /// The widest line. Below 80 the table is stacked.
    pub width: usize,
    /// Whether to colour, for a terminal. Nothing can be told from colour alone.
    pub color: bool,
    /// Sentences instead of tables, for a screen reader.
    pub plain: bool,
    /// Also what the program can return.
    pub verbose: bool,
    /// All rows of a long table.
    pub full: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self { width: 100, color: false, plain: false, verbose: false, full: false }
    }
}

/// What is known of a program besides what its check has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// What it is called: `lost-update/bug`.
    pub title: Option<String>,
    /// What would repair it. Without it, a hint that fits the pattern is given.
    pub fix: Option<String>,
    /// Commands to go on with, and what they do.
    pub next: Vec<(String, String)>,
}

/// The text of a report. It ends with a line break.
///
/// ```
/// use drawloom::render::{Context, Style, report};
/// use drawloom::{Check, Sources, sync::Mutex, thread};
///
/// let checked = Check::new().run(|| {
///     let jar = Mutex::new(0);
///     thread::scope(|scope| {
///         scope.spawn(|| *jar.lock().unwrap() += 1);
///         scope.spawn(|| *jar.lock().unwrap() += 1);
///     });
/// });
/// let text = report(&checked, &Context::default(), &Style::default(), &Sources::new());
/// assert_eq!(text, "ok    2 schedules, 0 fail   (all explored, 9 states)\n");
/// ```
pub fn report<T: Debug>(
    report: &Report<T>,
    context: &Context,
    style: &Style,
    sources: &Sources,
) -> String {
    shown(&Shown::all(report), context, style, sources)
}

fn shown(report: &Report<Shown>, context: &Context, style: &Style, sources: &Sources) -> String {
    let page = if style.plain {
        plain::report(report, context, sources)
    } else {
        text::report(report, context, style, sources)
    };
    page.text(style.color)
}

/// What a program has returned, as it is shown, in the order of the values. So the rest of this folder is
/// compiled once, whatever programs return.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shown {
    place: usize,
    text: String,
}

impl Shown {
    fn all<T: Debug>(report: &Report<T>) -> Report<Self> {
        let values = report.outcomes.iter().enumerate().map(|(place, (value, info))| {
            (Self { place, text: format!("{value:?}") }, info.clone())
        });
        report.with(values.collect())
    }
}

/// The table of a trace alone: what happened, step by step.
pub fn trace(trace: &Trace, style: &Style) -> String {
    let page = if style.plain { plain::trace(trace) } else { text::trace(trace, style) };
    page.text(style.color)
}

impl<T: Debug> fmt::Display for Report<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = report(self, &Context::default(), &Style::default(), &Sources::new());
        f.write_str(text.trim_end())
    }
}
