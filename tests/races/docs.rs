//! The docs are true: every console block in README and the book is run and compared, and every function
//! of a race that a page shows is compared with the race's file.
//!
//! A block that begins with ```` ```console ```` holds commands, each after a `$`, and what they print. A
//! block below a line such as `<!-- code: lost-update bug fix -->` holds those functions of that race: so
//! a race's file has no marks for the book, and the page has its code where no book is built.
//! `UPDATE_DOCS=1 cargo test -p races --test docs` writes what is true now; read the difference.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use races::RACES;
use races::catalogue::{Expect, Race};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// README and every page of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    for folder in ["docs/src", "docs/src/races"] {
        let book = fs::read_dir(root().join(folder)).unwrap();
        pages.extend(
            book.map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|end| end == "md")),
        );
    }
    pages.sort();
    pages
}

/// A function of a race's file, wherever it stands there, from its first line to its last.
fn function(race: &Race, name: &str) -> String {
    let text = race.source.1;
    let begins = |line: &&str| {
        let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
        line.strip_prefix(&format!("fn {name}")).is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let first = text.lines().find(begins).unwrap_or_else(|| panic!("{} has no {name}", race.id));
    let indent = &first[..first.len() - first.trim_start().len()];
    let end = format!("{indent}}}");
    let mut lines = Vec::new();
    for line in text.lines().skip_while(|&line| line != first) {
        lines.push(line.strip_prefix(indent).unwrap_or(line));
        if line == end {
            break;
        }
    }
    lines.join("\n")
}

/// The functions that a line such as `<!-- code: lost-update bug fix -->` asks for.
fn code(line: &str) -> Option<String> {
    let asked = line.strip_prefix("<!-- code: ")?.strip_suffix(" -->")?;
    let mut words = asked.split(' ');
    let id = words.next()?;
    let race = RACES.iter().find(|race| race.id == id);
    let race = race.unwrap_or_else(|| panic!("the docs show code of `{id}`, which is no race"));
    Some(words.map(|name| function(race, name)).collect::<Vec<_>>().join("\n\n"))
}

/// What a command line of the docs prints, with what differs from run to run taken out.
fn output(line: &str) -> String {
    let arguments = line
        .strip_prefix("cargo run -- ")
        .or_else(|| line.strip_prefix("races "))
        .or_else(|| (line == "cargo run").then_some(""))
        .unwrap_or_else(|| panic!("the docs show `{line}`, which is not a command of ours"));
    let output = Command::new(env!("CARGO_BIN_EXE_races"))
        .args(arguments.split_whitespace())
        .env_clear()
        .envs(line.starts_with("cargo").then_some(("CARGO", "cargo")))
        .current_dir(root())
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    text.push_str(&String::from_utf8(output.stderr).unwrap());
    text
}

/// What real threads did is different on every machine, and some lines are there only if they failed.
fn comparable(text: &str) -> String {
    let sometimes = ["that is 1 in", "the last failure"];
    let lines = text.lines().filter(|line| !sometimes.iter().any(|part| line.contains(part)));
    let lines = lines.map(|line| {
        let native = line.contains("on real threads");
        if native { "  (what real threads did)" } else { line.trim_end() }
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

/// A page with every console block as it is printed now, and how many commands there were.
fn renewed(page: &str) -> (String, usize) {
    let mut renewed = String::new();
    let mut commands = 0;
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        renewed.push_str(line);
        renewed.push('\n');
        if let Some(code) = code(line) {
            assert_eq!(lines.next(), Some("```rust,ignore"), "what {line} asks for has no place");
            let _ = lines.by_ref().find(|line| *line == "```");
            renewed.push_str(&format!("```rust,ignore\n{code}\n```\n"));
        }
        if line != "```console" {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let mut rest = block.as_slice();
        while let Some((command, after)) = rest.split_first() {
            let command = command.strip_prefix("$ ").expect("a block begins with a command");
            let shown = after.iter().take_while(|line| !line.starts_with("$ ")).count();
            commands += 1;
            let printed = output(command);
            let same = comparable(&printed) == comparable(&after[..shown].join("\n"));
            let kept = after[..shown].join("\n");
            let text = if same { kept.trim_end() } else { printed.trim_end() };
            let text: Vec<&str> = text.lines().map(str::trim_end).collect();
            renewed.push_str(&format!("$ {command}\n{}\n", text.join("\n")));
            rest = &after[shown..];
        }
        renewed.push_str("```\n");
    }
    (renewed, commands)
}

#[test]
fn every_console_block_of_the_docs_is_what_the_command_prints() {
    let mut commands = 0;
    let mut stale = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let (renewed, count) = renewed(&text);
        commands += count;
        if renewed.trim_end() == text.trim_end() {
            continue;
        }
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&page, renewed).unwrap();
            continue;
        }
        let differs = text.lines().zip(renewed.lines()).find(|(one, other)| one != other);
        stale.push(format!("{}: {differs:#?}", page.file_name().unwrap().to_string_lossy()));
    }
    assert!(commands >= 5, "the docs show only {commands} commands");
    assert!(stale.is_empty(), "UPDATE_DOCS=1 renews these:\n{}", stale.join("\n"));
}

/// What a page has, in this order.
const PARTS: [&str; 6] = [
    "\n## Predict\n",
    "\n## Run it\n",
    "\n## Nearly fixed\n",
    "\n## Fixed\n",
    "\n## Your turn\n",
    "\n## In the wild\n",
];

#[test]
fn every_race_has_a_page_that_shows_all_of_it() {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    for race in RACES {
        let path = root().join(format!("docs/src/races/{}.md", race.id));
        let page = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} has no page", race.id));
        assert!(page.starts_with(&format!("# {}\n", race.title)), "{}", race.id);
        let places: Vec<Option<usize>> = PARTS.iter().map(|part| page.find(part)).collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{}: {places:?}",
            race.id
        );
        let first = page.lines().find(|line| line.starts_with("<!-- code: ")).unwrap_or_default();
        let shows = |name: &str| first.split(' ').any(|word| word == name);
        assert!(shows("bug") || shows(race.bug().function), "{} does not show the bug", race.id);
        let run = format!("$ cargo run -- run {}/bug", race.id);
        let fix = format!("$ cargo run -- fix {}\n", race.id);
        let rule = format!("**Rule:** {}.", race.rule);
        for part in [run, fix, rule] {
            assert!(page.contains(&part), "{} has no {part}", race.id);
        }
        let link = format!("- [{}](races/{}.md)", race.title, race.id);
        assert!(summary.contains(&link), "{} is not in the summary", race.id);
    }
}

#[test]
fn every_page_in_the_folder_of_races_is_for_a_race() {
    for entry in fs::read_dir(root().join("docs/src/races")).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(RACES.iter().any(|race| race.id == stem), "{stem} is no race");
    }
}

#[test]
fn every_command_is_in_the_reference() {
    let help = output("races --help");
    let reference = fs::read_to_string(root().join("docs/src/command.md")).unwrap();
    let commands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let mut known = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        assert!(reference.contains(&format!("`races {command}")), "{command} is not in command.md");
        known += 1;
    }
    assert!(known >= 6, "{help}");
}

#[test]
fn every_variable_is_in_the_reference() {
    let settings = fs::read_to_string(root().join("races/command/settings.rs")).unwrap();
    let reference = fs::read_to_string(root().join("docs/src/command.md")).unwrap();
    let quoted = settings.split('"').skip(1).step_by(2);
    let is_variable =
        |text: &&str| text.len() > 4 && text.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let mut known = 0;
    for variable in quoted.filter(is_variable) {
        assert!(reference.contains(&format!("`{variable}`")), "{variable} is not in command.md");
        known += 1;
    }
    assert!(known >= 5);
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for (at, _) in text.match_indices("](") {
            let target: String = text[at + 2..].chars().take_while(|&c| c != ')').collect();
            let path = target.split('#').next().unwrap();
            if path.is_empty() || path.starts_with("http") {
                continue;
            }
            let to = page.parent().unwrap().join(path);
            assert!(to.exists(), "{} links to {target}", page.display());
        }
    }
}

/// A number, as a digit or as a word.
fn number(word: &str) -> Option<u128> {
    const WORDS: [&str; 17] = [
        "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    ];
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_lowercase();
    let place = WORDS.iter().position(|&known| known == word);
    word.parse().ok().or_else(|| u128::try_from(place?).ok())
}

/// Every `4 of 6` of a text, in digits or words.
fn counts(text: &str) -> Vec<(u128, u128)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let counts = words.windows(3).filter(|window| window[1] == "of");
    counts.filter_map(|window| Some((number(window[0])?, number(window[2])?))).collect()
}

#[test]
fn every_count_in_prose_is_that_of_a_variant() {
    let mut known = 0;
    for race in RACES {
        let path = root().join(format!("docs/src/races/{}.md", race.id));
        let page = fs::read_to_string(&path).unwrap();
        // Every other part is a block of code or of output, which is compared already.
        let prose: Vec<&str> = page.split("```").step_by(2).collect();
        let story = race.source.1.lines().take_while(|line| line.starts_with("//!"));
        let story = story.map(|line| line.trim_start_matches("//!")).collect::<Vec<_>>();
        for (some, all) in counts(&(prose.join("\n") + &story.join("\n"))) {
            known += 1;
            let is = |expect: &Expect| {
                let fail = expect.failing.to_u128();
                let hold = fail.and_then(|fail| all.checked_sub(fail));
                expect.schedules == all && (fail == Some(some) || hold == Some(some))
            };
            let found = race.variants.iter().any(|variant| is(&variant.expect));
            assert!(found, "{} speaks of {some} of {all}", race.id);
        }
    }
    assert!(known >= 20, "the pages speak of only {known} counts");
}
