//! `races explain`: what does a word of a report mean, and where does a race belong?
//!
//! The words are those of the book: its page is read here, so that the two cannot differ.

use clap::{Arg, ArgMatches, Command};
use drawloom::{FailureKind, Schedule};
use races::RACES;
use races::catalogue::{Race, Role, Variant};
use races::exercises::EXERCISES;

use super::json::Json;
use super::lookup::{Meant, lookup, unknown};
use super::settings::Settings;
use super::{AS_EXPECTED, Answer, format_of};

/// The page of the book.
const PAGE: &str = include_str!("../../docs/src/words.md");

/// A word and what the page says of it.
struct Word {
    part: &'static str,
    name: &'static str,
    /// One paragraph each, in one line.
    said: Vec<String>,
}

/// What can be typed.
pub(crate) fn cli() -> Command {
    Command::new("explain")
        .about("What a word of a report means, or where the lock belongs for a race")
        .arg(
            Arg::new("word")
                .value_name("WORD|RACE")
                .help("A word, a schedule or a race; all words are listed without"),
        )
        .arg(format_of(&["text", "json"]))
}

pub(crate) fn answer(settings: &Settings, given: &ArgMatches) -> Result<Answer, String> {
    let words = words();
    let json = given.get_one::<String>("format").is_some_and(|format| format == "json");
    let Some(asked) = given.get_one::<String>("word") else {
        let text = if json { document(words.iter()) } else { contents(settings, &words) };
        return Ok((text, AS_EXPECTED));
    };
    let of_that_name = |name: &str| words.iter().find(|word| word.name.eq_ignore_ascii_case(name));
    let of_race = |(race, variant): Meant| {
        let word = of_that_name(race.family);
        if json { belongs(race, word).document() } else { race_told(settings, race, variant, word) }
    };
    let id = asked.split('/').next().unwrap_or_default();
    if RACES.iter().any(|race| race.id == id) {
        return Ok((of_race(lookup(asked)?), AS_EXPECTED));
    }
    let word =
        of_that_name(asked).or_else(|| of_that_name("schedule").filter(|_| is_schedule(asked)));
    if let Some(word) = word {
        let text = if json { document([word].into_iter()) } else { told(settings, word) };
        return Ok((text, AS_EXPECTED));
    }
    // What is no word may be a race's title.
    if let Ok(meant) = lookup(asked) {
        return Ok((of_race(meant), AS_EXPECTED));
    }
    let names = words.iter().map(|word| word.name).chain(RACES.iter().map(|race| race.id));
    let all = format!("{} explain shows all words", settings.command);
    Err(unknown("word or race", asked, names, &all))
}

/// What a report calls that which happened, if it is explained: `lost update`, `deadlock`.
pub(crate) fn called(report: &str) -> Option<&'static str> {
    let error = report.lines().find_map(|line| line.strip_prefix("error: "))?;
    let words = words().into_iter().map(|word| word.name);
    words
        .into_iter()
        .find(|name| error.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
}

/// Whether it is written as schedules are: with more than one strand.
fn is_schedule(asked: &str) -> bool {
    asked.parse::<Schedule>().is_ok_and(|schedule| schedule.len() > 1)
}

/// The words of the page, in its order.
fn words() -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut part = "";
    let mut goes_on = false;
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            words.push(Word { part, name, said: Vec::new() });
        } else if let Some(name) = line.strip_prefix("## ") {
            part = name;
        } else if let Some(word) = words.last_mut().filter(|_| !line.is_empty()) {
            match word.said.last_mut().filter(|_| goes_on) {
                Some(paragraph) => paragraph.push_str(&format!(" {line}")),
                None => word.said.push(line.to_owned()),
            }
        }
        goes_on = !line.is_empty() && !line.starts_with('#');
    }
    for paragraph in words.iter_mut().flat_map(|word| &mut word.said) {
        *paragraph = plain(paragraph);
    }
    words
}

/// A text without what only a book can show: `[steps](steps.md)` becomes `steps (docs/src/steps.md)`.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        plain.push_str(before);
        let Some((name, (target, after))) =
            link.split_once("](").and_then(|(name, rest)| Some((name, rest.split_once(')')?)))
        else {
            plain.push('[');
            rest = link;
            continue;
        };
        plain.push_str(&format!("{name} (docs/src/{target})"));
        rest = after;
    }
    plain.push_str(rest);
    // Every other part is code, in which a star is a star.
    let parts = plain.split('`').enumerate();
    let parts =
        parts.map(|(at, part)| if at % 2 == 0 { part.replace('*', "") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

/// All words, by part.
fn contents(settings: &Settings, words: &[Word]) -> String {
    let mut text = String::new();
    let mut parts: Vec<&str> = words.iter().map(|word| word.part).collect();
    parts.dedup();
    for part in parts {
        let names: Vec<&str> =
            words.iter().filter(|word| word.part == part).map(|word| word.name).collect();
        text.push_str(&format!("{}\n", part.to_lowercase()));
        text.push_str(&indented(&names.join(", "), settings.style.width));
        text.push('\n');
    }
    let command = settings.command;
    text + &format!(
        "  {command} explain WORD    what it means\n  {command} explain RACE    what it is, and where the lock belongs\n"
    )
}

fn told(settings: &Settings, word: &Word) -> String {
    let mut text = format!("{}\n\n", word.name);
    for paragraph in &word.said {
        text.push_str(&indented(paragraph, settings.style.width));
    }
    text
}

/// Lines that are not too long, a little in from the left.
fn indented(text: &str, width: usize) -> String {
    let mut lines = vec![" ".to_owned()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].len() + 1 + word.len() > width && lines[last].trim() != "" {
            lines.push(format!("  {word}"));
        } else {
            lines[last].push_str(&format!(" {word}"));
        }
    }
    lines.join("\n") + "\n"
}

/// What a race is, how each variant fails, where the lock belongs, and where it is told.
fn race_told(
    settings: &Settings,
    race: &Race,
    variant: Option<&Variant>,
    word: Option<&Word>,
) -> String {
    let width = settings.style.width;
    let (name, place) = (
        format!("{}: {}", race.id, race.title),
        format!("({}: {})", race.setting.word(), race.family),
    );
    let fits = name.len() + 3 + place.len() <= width;
    let mut text = name + if fits { "   " } else { "\n  " } + &place + "\n";
    for paragraph in word.map_or(&[][..], |word| &word.said) {
        text.push('\n');
        text.push_str(&indented(paragraph, width));
    }
    text.push_str(&format!("\nhow it fails\n{}", failures(race, variant, width)));
    text.push_str("\nwhere the lock belongs\n");
    text.push_str(&indented(race.rule, width));
    for fix in race.variants.iter().filter(|variant| variant.role == Role::Fix) {
        text.push_str(&indented(&format!("{}: {}", fix.id, fix.summary), width));
    }
    let mut pages = vec![
        (race.source.0.to_owned(), "the program"),
        (format!("docs/src/races/{}.md", race.id), "its page in the book"),
        ("docs/src/locks.md".to_owned(), "where the lock belongs"),
    ];
    if EXERCISES.iter().any(|exercise| exercise.id == race.id) {
        pages.push((format!("{} learn {}", settings.command, race.id), "repair it yourself"));
    }
    pages.push((format!("{} fix {}", settings.command, race.id), "from the bug to the fix"));
    let widest = pages.iter().map(|(page, _)| page.len()).max().unwrap_or(0);
    text.push_str("\nread on\n");
    for (page, what) in pages {
        text.push_str(&format!("  {page:<widest$}   {what}\n"));
    }
    text
}

/// How the variants fail that do, or the one that is asked for.
fn failures(race: &Race, asked: Option<&Variant>, width: usize) -> String {
    let mut text = String::new();
    for variant in race.variants {
        if asked.is_some_and(|asked| asked.id != variant.id) {
            continue;
        }
        let expect = &variant.expect;
        let counts = format!("{} of {}", expect.failing, expect.schedules);
        let how = match expect.failure {
            Some((FailureKind::Panic, words)) => {
                format!("{counts} schedules, panic: {words}")
            }
            Some((kind, _)) => format!("{counts} schedules, {}", kind.word()),
            None if variant.is_loom_only() => "by loom, in no order of its steps".to_owned(),
            None if asked.is_some() => format!("it does not: {counts} schedules fail"),
            None => continue,
        };
        text.push_str(&indented(&format!("{}: {how}", variant.id), width));
    }
    text
}

fn document<'a>(words: impl Iterator<Item = &'a Word>) -> String {
    let words = words.map(|word| {
        Json::Object(vec![
            ("word", Json::text(word.name)),
            ("part", Json::text(word.part)),
            ("text", Json::text(word.said.join("\n"))),
        ])
    });
    Json::Object(vec![("words", Json::List(words.collect()))]).document()
}

fn belongs(race: &Race, word: Option<&Word>) -> Json {
    let exercise = EXERCISES.iter().find(|exercise| exercise.id == race.id);
    let race = Json::Object(vec![
        ("id", Json::text(race.id)),
        ("title", Json::text(race.title)),
        ("setting", Json::text(race.setting.word())),
        ("family", Json::text(race.family)),
        ("text", Json::text(word.map(|word| word.said.join("\n")).unwrap_or_default())),
        ("rule", Json::text(race.rule)),
        ("source", Json::text(race.source.0)),
        ("page", Json::text(format!("docs/src/races/{}.md", race.id))),
        ("exercise", Json::count(exercise.map(|exercise| exercise.id))),
    ]);
    Json::Object(vec![("races", Json::List(vec![race]))])
}

#[cfg(test)]
mod tests {
    use drawloom::FailureKind::{DataRace, Deadlock, Livelock, Panic, StepLimit};
    use races::RACES;

    use super::{plain, words};

    #[test]
    fn every_family_and_every_kind_of_failure_is_explained_and_no_word_twice() {
        let words = words();
        let is_there = |name: &str| words.iter().any(|word| word.name == name);
        for race in RACES {
            assert!(is_there(race.family), "{} is not in words.md", race.family);
        }
        for kind in [Panic, Deadlock, Livelock, DataRace, StepLimit] {
            assert!(is_there(kind.word()), "{} is not in words.md", kind.word());
        }
        for said in ["lost update", "stale value", "stale decision", "seen half way", "torn read"] {
            assert!(is_there(said), "{said}, which reports say, is not in words.md");
        }
        let mut names: Vec<String> = words.iter().map(|word| word.name.to_lowercase()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(words.iter().all(|word| !word.said.is_empty() && !word.part.is_empty()));
    }

    #[test]
    fn a_link_becomes_a_file_and_marks_are_left_out() {
        assert_eq!(
            plain("See [What a step is](steps.md), *and* [no link]."),
            "See What a step is (docs/src/steps.md), and [no link]."
        );
        assert_eq!(plain("`1*5` repeats"), "`1*5` repeats");
    }
}
