//! What does the starter do? First the learner says, then the explorer.

use std::io::{BufRead, IsTerminal, Write};

use drawloom::render::{self, Context};
use drawloom::{Check, Count, Engine, Report, Sources, Verdict};
use races::exercises::Exercise;
use races::exercises::judge::Seen;

use super::super::{AS_EXPECTED, Answer};
use super::{Learner, story};

/// What somebody expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guess {
    /// Something can go wrong, or nothing can.
    Wrong(bool),
    /// So many schedules fail.
    Count(u128),
}

impl Guess {
    /// Reads `yes`, `no`, `4`, `4 of 6` and `4/6`.
    fn read(said: &str) -> Result<Self, String> {
        let said = said.trim().to_lowercase();
        let first = said.split([' ', '/']).next().unwrap_or_default();
        match first {
            "yes" | "y" => Ok(Self::Wrong(true)),
            "no" | "n" => Ok(Self::Wrong(false)),
            number => number.parse().map(Self::Count).map_err(|_| {
                format!(
                    "error: `{said}` says neither how many fail nor whether any does\n\
                     help: a number, such as 4, or `yes` or `no`"
                )
            }),
        }
    }
}

/// The story and the question; on a terminal also who answers it.
pub(super) fn ask(learner: Learner<'_>, exercise: &'static Exercise) -> Result<Answer, String> {
    let all = explored(exercise).schedules.map(|counts| counts.all).unwrap_or_default();
    let question = question(exercise, &all, learner.settings.style.width);
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        let next = [
            ("--predict ANSWER", "your answer: a number, `yes` or `no`; then it is run"),
            ("", "a copy of it for you to repair"),
        ];
        return Ok((question + &learner.next(exercise, &next), AS_EXPECTED));
    }
    match answered(&question, &mut std::io::stdin().lock(), &mut std::io::stdout().lock()) {
        Some(said) => answer(learner, exercise, &said),
        None => Ok(("\n".to_owned(), AS_EXPECTED)),
    }
}

/// Asks until the answer can be understood; nothing if nobody answers.
fn answered(question: &str, from: &mut impl BufRead, to: &mut impl Write) -> Option<String> {
    write!(to, "{question}\n  > ").ok()?;
    loop {
        to.flush().ok()?;
        let mut said = String::new();
        if from.read_line(&mut said).ok()? == 0 {
            return None;
        }
        match Guess::read(&said) {
            Ok(_) => return Some(said),
            Err(_) => write!(to, "  a number, `yes` or `no`: > ").ok()?,
        }
    }
}

fn question(exercise: &Exercise, all: &Count, width: usize) -> String {
    let mut text = format!("{}\n\n", exercise.id);
    text.push_str(&story(exercise, 1, width));
    text.push('\n');
    for line in exercise.code() {
        text.push_str(format!("    {line}").trim_end());
        text.push('\n');
    }
    let question = if exercise.task.is_about_memory {
        "Can it go wrong?".to_owned()
    } else {
        format!("Can it go wrong? If so, in how many of its {all} schedules?")
    };
    text + &format!("\n  {question}\n")
}

/// What was said beside what is so, and the report.
pub(super) fn answer(
    mut learner: Learner<'_>,
    exercise: &'static Exercise,
    said: &str,
) -> Result<Answer, String> {
    let guess = Guess::read(said)?;
    let report = explored(exercise);
    learner.note(|folder| folder.standing(exercise).predicted = true)?;
    let mut text = beside(exercise, guess, &report);
    let first = (exercise.cases)().swap_remove(0);
    let shown = if matches!(report.verdict, Verdict::Verified) {
        first.run(&check(exercise).engine(Engine::Loom))
    } else {
        report
    };
    let next = [
        (learner.command(exercise, ""), "a copy of it for you to repair".to_owned()),
        (learner.command(exercise, "--hint"), "a hint".to_owned()),
    ];
    let context = Context {
        title: Some(format!("{} (starter)", exercise.id)),
        fix: Some("yours to find".to_owned()),
        next: next.to_vec(),
    };
    text.push_str(&render::report(&shown, &context, &learner.settings.style, &sources(exercise)));
    Ok((text, AS_EXPECTED))
}

/// Whether somebody was right.
fn beside(exercise: &Exercise, guess: Guess, report: &Report<Seen>) -> String {
    let counts = report.schedules.as_ref().map(|counts| (&counts.failing, &counts.all));
    let Some((failing, all)) = counts else { return String::new() };
    let so = format!("{failing} of {all} fail");
    let text = match guess {
        Guess::Count(count) if *failing == count => format!("right: {so}"),
        Guess::Count(count) => format!("you said {count}, and {so}"),
        Guess::Wrong(true) => format!("right, it can: {so}"),
        Guess::Wrong(false) => format!("it can: {so}"),
    };
    if exercise.task.is_about_memory {
        let right = matches!(guess, Guess::Wrong(true));
        let word = if right { "right, it can" } else { "it can" };
        return format!(
            "{word}: no order of its steps fails, all {all} hold, but memory promises less\n\n"
        );
    }
    text + "\n\n"
}

/// What the explorer finds of the starter.
fn explored(exercise: &'static Exercise) -> Report<Seen> {
    (exercise.cases)().swap_remove(0).run(&check(exercise))
}

fn check(exercise: &'static Exercise) -> Check {
    Check::new().sources(sources(exercise))
}

fn sources(exercise: &'static Exercise) -> Sources {
    let stage = exercise.path.replace("starter.rs", "stage.rs");
    Sources::new().carrying(exercise.path, exercise.starter).carrying(&stage, exercise.stage)
}

#[cfg(test)]
mod tests {
    use super::{Guess, answered};

    #[test]
    fn a_number_or_yes_or_no_is_understood() {
        assert_eq!(Guess::read("4"), Ok(Guess::Count(4)));
        assert_eq!(Guess::read(" 4 of 6\n"), Ok(Guess::Count(4)));
        assert_eq!(Guess::read("4/6"), Ok(Guess::Count(4)));
        assert_eq!(Guess::read("Yes"), Ok(Guess::Wrong(true)));
        assert_eq!(Guess::read("n"), Ok(Guess::Wrong(false)));
        assert!(Guess::read("perhaps").is_err());
        assert!(Guess::read("").is_err());
    }

    #[test]
    fn who_cannot_be_understood_is_asked_again_and_who_says_nothing_is_not() {
        let mut shown = Vec::new();
        let said = answered("how many?", &mut "many\n4\n".as_bytes(), &mut shown);
        assert_eq!(said.as_deref(), Some("4\n"));
        let shown = String::from_utf8(shown).expect("text");
        assert_eq!(shown, "how many?\n  >   a number, `yes` or `no`: > ");
        assert_eq!(answered("how many?", &mut "".as_bytes(), &mut Vec::new()), None);
    }
}
