//! `races learn`: predict what a race does, see it, and repair a copy of your own.

mod check;
mod folder;
mod list;
mod predict;
mod standing;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgGroup, ArgMatches, Command};
use races::exercises::{EXERCISES, Exercise};

use super::lookup::unknown;
use super::next::next;
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, format_of};
use folder::Folder;

/// Where a learner's copies are if nothing else is said.
const FOLDER: &str = "exercises";

/// What can be typed.
pub(crate) fn cli() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).requires("exercise").help(help)
    };
    Command::new("learn")
        .about("Exercises: predict, run, and repair a copy of your own")
        .arg(
            Arg::new("exercise").value_name("EXERCISE").help("An exercise; all are listed without"),
        )
        .arg(
            Arg::new("in").long("in").value_name("DIR").help(
                "Your folder, `exercises` if not said; with an EXERCISE alone, copies it there",
            ),
        )
        .arg(
            Arg::new("predict")
                .long("predict")
                .value_name("ANSWER")
                .requires("exercise")
                .help("How many of its schedules fail: a number, or `yes` or `no`"),
        )
        .arg(flag("check", "Compiles your copy and explores every schedule of it"))
        .arg(flag("hint", "A hint, one more each time"))
        .arg(flag("solution", "The solution, when you have passed"))
        .arg(flag("give-up", "The solution, before you have passed"))
        .group(ArgGroup::new("deed").args(["predict", "check", "hint", "solution", "give-up"]))
        .arg(format_of(&["text", "json"]))
}

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let folder = given.get_one::<String>("in").map_or(FOLDER, String::as_str);
    let learner =
        Learner { settings, folder: Folder::at(folder)?, is_new: given.contains_id("in") };
    let json = given.get_one::<String>("format").is_some_and(|format| format == "json");
    let Some(id) = given.get_one::<String>("exercise") else {
        return Ok((list::all(&learner, json), AS_EXPECTED));
    };
    if json {
        return Err(
            "error: --format json is for the list\nhelp: leave the exercise away, or the format"
                .to_owned(),
        );
    }
    let exercise = lookup(settings, id)?;
    if given.get_flag("check") {
        return check::answer(learner, exercise);
    }
    if given.get_flag("hint") {
        return learner.hint(exercise);
    }
    if given.get_flag("solution") || given.get_flag("give-up") {
        return learner.solution(exercise, given.get_flag("give-up"));
    }
    if let Some(said) = given.get_one::<String>("predict") {
        return predict::answer(learner, exercise, said);
    }
    if learner.is_new { learner.copy(exercise) } else { predict::ask(learner, exercise) }
}

/// Finds an exercise, or says which name is the nearest.
fn lookup(settings: &Settings, id: &str) -> Result<&'static Exercise, String> {
    let found = EXERCISES.iter().find(|exercise| exercise.id == id);
    let names = EXERCISES.iter().map(|exercise| exercise.id);
    let all = format!("{} learn shows them all", settings.command);
    found.ok_or_else(|| unknown("exercise", id, names, &all))
}

/// Somebody who learns: how they have started the command, and where their copies are.
struct Learner<'a> {
    settings: &'a Settings,
    folder: Folder,
    /// Whether the folder was named, and is made where it is not there.
    is_new: bool,
}

impl Learner<'_> {
    /// What to type for an exercise.
    fn command(&self, exercise: &Exercise, flags: &str) -> String {
        let (command, id) = (self.settings.command, exercise.id);
        let place = if self.folder.path() == Path::new(FOLDER) && !flags.is_empty() {
            String::new()
        } else {
            format!(" --in {}", quoted(self.folder.path()))
        };
        let flags = if flags.is_empty() { String::new() } else { format!(" {flags}") };
        format!("{command} learn {id}{place}{flags}")
    }

    /// Writes down what has been done, where there is a folder to write it to.
    fn note(&mut self, deed: impl FnOnce(&mut Folder)) -> Result<(), String> {
        deed(&mut self.folder);
        if self.is_new || self.folder.is_there() { self.folder.save() } else { Ok(()) }
    }

    /// Hands out a copy.
    fn copy(mut self, exercise: &'static Exercise) -> Result<Answer, String> {
        let file = self.folder.own_file(exercise);
        if file.exists() {
            let again = self.command(exercise, "--check");
            return Err(format!(
                "error: {} is there already\nhelp: {again} checks it; delete it to begin anew",
                file.display()
            ));
        }
        self.folder.write_starter(exercise)?;
        self.note(|folder| folder.standing(exercise).has_copy = true)?;
        let mut text = format!("{} is yours to repair\n\n", file.display());
        text.push_str(&story(exercise, usize::MAX, self.settings.style.width));
        let next = [
            ("--check", "compiles it and explores every schedule"),
            ("--hint", "a hint, one more each time"),
        ];
        text.push_str(&self.next(exercise, &next));
        Ok((text, AS_EXPECTED))
    }

    /// One more hint than before.
    fn hint(mut self, exercise: &'static Exercise) -> Result<Answer, String> {
        let all = exercise.hints.len();
        let given = (self.folder.standing(exercise).hints + 1).min(all);
        self.is_new = true;
        self.note(|folder| folder.standing(exercise).hints = given)?;
        let mut text = String::new();
        for (number, hint) in (1..).zip(&exercise.hints[..given]) {
            text.push_str(&wrapped(
                &format!("hint {number} of {all}  "),
                hint,
                self.settings.style.width,
            ));
        }
        let next = [("--hint", "one more"), ("--check", "explores what you have made of it")];
        let last =
            [("--check", "explores what you have made of it"), ("--give-up", "the solution")];
        text.push_str(&self.next(exercise, if given < all { &next } else { &last }));
        Ok((text, AS_EXPECTED))
    }

    /// The solution, for who has passed or gives up.
    fn solution(mut self, exercise: &'static Exercise, gives_up: bool) -> Result<Answer, String> {
        let standing = self.folder.standing(exercise);
        if !gives_up && !standing.passed && !standing.gave_up {
            let at_once = self.command(exercise, "--give-up");
            return Err(format!(
                "error: the solution is shown when you have passed\nhelp: --hint has a hint; {at_once} shows it now"
            ));
        }
        if gives_up {
            self.is_new = true;
            self.note(|folder| folder.standing(exercise).gave_up = true)?;
        }
        let next = format!(
            "\n  next   {} fix {}   the race it is taken from, with all its fixes\n",
            self.settings.command, exercise.id
        );
        Ok((exercise.solution.to_owned() + &next, AS_EXPECTED))
    }

    /// What to type next, below each other.
    fn next(&self, exercise: &Exercise, flags: &[(&str, &str)]) -> String {
        let commands: Vec<(String, &str)> =
            flags.iter().map(|&(flag, what)| (self.command(exercise, flag), what)).collect();
        next(&commands, self.settings.style.width)
    }
}

/// So many paragraphs of a story at the most, in lines that are not too long.
fn story(exercise: &Exercise, most: usize, width: usize) -> String {
    let story = exercise.story().join("\n");
    let paragraphs = story.split("\n\n").take(most);
    let paragraphs: Vec<String> =
        paragraphs.map(|paragraph| wrapped("  ", &paragraph.replace('\n', " "), width)).collect();
    paragraphs.join("\n")
}

/// A text in lines that are not too long, behind a head.
fn wrapped(head: &str, text: &str, width: usize) -> String {
    let mut line = head.to_owned();
    let mut lines = String::new();
    for word in text.split(' ') {
        if line.len() + word.len() > width && line.len() > head.len() {
            lines.push_str(line.trim_end());
            lines.push('\n');
            line = " ".repeat(head.len());
        }
        line.push_str(word);
        line.push(' ');
    }
    lines + line.trim_end() + "\n"
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(is_plain) { path } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// The clone that this command was built from: copies are compiled against its library.
fn clone() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}
