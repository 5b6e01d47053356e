//! How is somebody told who waits?
//!
//! On a terminal with one line that is written over and taken away in the end; elsewhere, where lines
//! stay, with a line every fifteen seconds. All of it goes to the standard error.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use drawloom::{Check, Progress};

/// Before this nobody wonders.
const PATIENCE: Duration = Duration::from_secs(1);

/// How far apart the lines are where they stay.
const LINES: Duration = Duration::from_secs(15);

/// The line for whoever waits.
#[derive(Clone)]
pub(crate) struct Line {
    meter: Arc<Mutex<Meter>>,
}

impl Line {
    pub(crate) fn new() -> Self {
        let meter = Meter { terminal: std::io::stderr().is_terminal(), shown: 0, last: None };
        Self { meter: Arc::new(Mutex::new(meter)) }
    }

    /// Has a check tell how far it is.
    pub(crate) fn follow(&self, check: Check) -> Check {
        let line = self.clone();
        check.progress(move |progress| write(&line.meter().told(progress)))
    }

    /// Takes the line away: the check is over.
    pub(crate) fn clear(&self) {
        write(&self.meter().over());
    }

    fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(text: &str) {
    let mut out = std::io::stderr().lock();
    // Whoever does not listen misses nothing that matters.
    drop(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// Decides when something is written, and what. It knows no clock but what it is told.
struct Meter {
    terminal: bool,
    /// How wide the line is that stands there.
    shown: usize,
    /// When a line was written last that stays.
    last: Option<Duration>,
}

impl Meter {
    /// What is written on a progress.
    fn told(&mut self, progress: &Progress) -> String {
        let text = text(progress);
        if self.terminal {
            if progress.elapsed < PATIENCE {
                return String::new();
            }
            let before = std::mem::replace(&mut self.shown, text.len());
            return format!("\r{text:before$}");
        }
        if progress.elapsed < self.last.unwrap_or_default() + LINES {
            return String::new();
        }
        self.last = Some(progress.elapsed);
        text + "\n"
    }

    /// What is written when a check is over.
    fn over(&mut self) -> String {
        self.last = None;
        match std::mem::take(&mut self.shown) {
            0 => String::new(),
            shown => format!("\r{:shown$}\r", ""),
        }
    }
}

/// `explored 120 000 of ~450 000 executions (26%), 3 failing, 8 s`
fn text(progress: &Progress) -> String {
    let executions = grouped(progress.executions);
    let seconds = progress.elapsed.as_secs();
    let (of, percent) = match (progress.estimate, progress.percent()) {
        (Some(estimate), Some(percent)) => {
            (format!(" of ~{}", grouped(rounded(estimate))), format!(" ({percent}%)"))
        }
        _ => (String::new(), String::new()),
    };
    let noun = if of.is_empty() && progress.executions == 1 { "execution" } else { "executions" };
    let failing = grouped(progress.failing);
    format!("explored {executions}{of} {noun}{percent}, {failing} failing, {seconds} s")
}

/// Two digits and zeros: a guess has no more.
fn rounded(guess: u64) -> u64 {
    let unit = 10_u64.pow(guess.max(1).ilog10().saturating_sub(1));
    (guess / unit).saturating_mul(unit)
}

/// `1 234 567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use drawloom::Progress;

    use super::{Meter, text};

    fn progress(executions: u64, estimate: Option<u64>, milliseconds: u64) -> Progress {
        Progress::new(executions, 3, estimate, Duration::from_millis(milliseconds))
    }

    #[test]
    fn says_how_far_it_is_of_about_how_much() {
        assert_eq!(
            text(&progress(120_000, Some(453_210), 8_900)),
            "explored 120 000 of ~450 000 executions (26%), 3 failing, 8 s"
        );
        assert_eq!(
            text(&progress(1_234_567, None, 61_000)),
            "explored 1 234 567 executions, 3 failing, 61 s"
        );
        // It goes on, whatever the guess was.
        assert!(text(&progress(200, Some(100), 1)).contains("(99%)"));
        assert!(text(&progress(1, None, 1)).contains("explored 1 execution,"));
    }

    #[test]
    fn a_terminal_has_one_line_from_the_first_second_on_and_none_in_the_end() {
        let mut meter = Meter { terminal: true, shown: 0, last: None };
        assert_eq!(meter.told(&progress(9, None, 999)), "");
        assert_eq!(meter.over(), "");
        assert_eq!(
            meter.told(&progress(1_000, None, 1_000)),
            "\rexplored 1 000 executions, 3 failing, 1 s"
        );
        // A shorter line covers the longer one.
        assert_eq!(
            meter.told(&progress(999, None, 1_100)),
            "\rexplored 999 executions, 3 failing, 1 s  "
        );
        assert_eq!(meter.over(), format!("\r{:39}\r", ""));
        assert_eq!(meter.over(), "");
    }

    #[test]
    fn elsewhere_a_line_stays_every_fifteen_seconds() {
        let mut meter = Meter { terminal: false, shown: 0, last: None };
        let mut written = Vec::new();
        for tenth in 0..500 {
            let text = meter.told(&progress(7, None, tenth * 100));
            if !text.is_empty() {
                written.push(text);
            }
        }
        assert_eq!(written.len(), 3, "{written:?}");
        assert_eq!(written[0], "explored 7 executions, 3 failing, 15 s\n");
        assert_eq!(written[2], "explored 7 executions, 3 failing, 45 s\n");
        // The next check begins again.
        assert_eq!(meter.over(), "");
        assert_eq!(meter.told(&progress(7, None, 14_000)), "");
        assert_ne!(meter.told(&progress(7, None, 15_000)), "");
    }
}
