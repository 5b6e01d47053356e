//! The docs are true: every console block in README and the book is run and compared, and every function
//! of a race that a page shows is compared with the race's file.
//!
//! A block that begins with ```` ```console ```` holds commands, each after a `$`, and what they print. A
//! block below a line such as `<!-- code: lost-update bug fix -->` holds those functions of that race: so
//! a race's file has no marks for the book, and the page has its code where no book is built. What stands
//! between `<!-- failing: lost-update/bug -->` and `<!-- end -->` is every failing schedule of that program,
//! `<!-- races: lost-update ... -->` is followed by a table of these races, and
//! `<!-- beside the bug: lost-update/lock-per-access ... -->` by one that counts what a lock was good for. A block
//! below `<!-- own file: lost-update -->` is what a learner has made of that exercise when the next command runs.
//! `UPDATE_DOCS=1 cargo test -p races --test docs` writes what is true now; read the difference.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use drawloom::{Check, Sources};
use races::RACES;
use races::catalogue::{Expect, Race, Role, Variant};
use races::exercises::EXERCISES;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// README and every page of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn race(id: &str) -> &'static Race {
    let race = RACES.iter().find(|race| race.id == id);
    race.unwrap_or_else(|| panic!("the docs speak of `{id}`, which is no race"))
}

/// The variant that is called `lost-update/bug`.
fn variant(name: &str) -> (&'static Race, &'static Variant) {
    let (id, variant) = name.split_once('/').unwrap_or((name, "bug"));
    let race = race(id);
    (race, race.variant(variant).unwrap_or_else(|| panic!("there is no {name}")))
}

/// The words after a mark such as `<!-- races: lost-update merge-race -->`.
fn asked<'a>(line: &'a str, mark: &str) -> Option<Vec<&'a str>> {
    let words = line.strip_prefix("<!-- ")?.strip_prefix(mark)?.strip_prefix(": ")?;
    Some(words.strip_suffix(" -->")?.split(' ').collect())
}

/// What a generated part holds, if the line begins one.
fn generated(line: &str) -> Option<String> {
    asked(line, "failing")
        .map(|names| failing(names[0]))
        .or_else(|| asked(line, "races").map(|ids| table(&ids)))
        .or_else(|| asked(line, "beside the bug").map(|names| beside_the_bug(&names)))
        .or_else(|| asked(line, "loom").map(|_| loom_differs()))
}

fn check() -> Check {
    let carried = RACES
        .iter()
        .fold(Sources::new(), |sources, race| sources.carrying(race.source.0, race.source.1));
    Check::new().sources(carried)
}

/// So many failing schedules are shown; of a program with more, the simplest.
const MOST_SHOWN: usize = 64;

/// A list of all orders is asked for only where there are not many more than that.
const MOST_LISTED: u128 = 2_000;

/// Every failing schedule of a program, and who is who in them.
fn failing(name: &str) -> String {
    let (_, variant) = variant(name);
    let Expect { schedules, failing, .. } = &variant.expect;
    let listed = schedules.to_u128().map_or(MOST_LISTED, |all| all.min(MOST_LISTED));
    let listed = usize::try_from(listed).unwrap();
    let report = check().list(listed).run(variant.program);
    let failure = report.failure().unwrap_or_else(|| panic!("{name} has no failing schedule"));
    let strands = failure.trace.strands.iter().enumerate().skip(1);
    let strands: Vec<String> =
        strands.map(|(number, strand)| format!("{number} {}", strand.name)).collect();
    let strands = strands.join(", ");
    let fail = if *failing == 1 { "fails" } else { "fail" };
    let says = format!("{failing} of {schedules} schedules {fail} ({strands})");
    let all: Vec<String> = report
        .listed
        .iter()
        .filter(|listed| listed.fails)
        .map(|listed| listed.schedule.to_string())
        .collect();
    if all.len() > MOST_SHOWN || *schedules > MOST_LISTED {
        return format!("{says}. The simplest:\n\n```text\n{}\n```", failure.schedule);
    }
    assert_eq!(*failing, all.len() as u128, "{name}");
    format!("{says}:\n\n```text\n{}\n```", in_columns(&all))
}

/// As many in a line as there is room for.
fn in_columns(cells: &[String]) -> String {
    let width = cells.iter().map(String::len).max().unwrap_or(1);
    let in_a_line = (90 / (width + 3)).max(1);
    let line = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("{cell:<width$}")).collect();
        cells.join("   ").trim_end().to_owned()
    };
    cells.chunks(in_a_line).map(line).collect::<Vec<_>>().join("\n")
}

/// `4 of 6`, or by whom it is seen to fail.
fn count(variant: &Variant) -> String {
    if variant.is_loom_only() {
        return "by loom".to_owned();
    }
    format!("{}\u{a0}of\u{a0}{}", variant.expect.failing, variant.expect.schedules)
}

/// The races of a chapter, in reading order.
fn table(ids: &[&str]) -> String {
    let mut text =
        String::from("| race | what breaks | bug | near misses | fixes |\n|---|---|---|---|---|\n");
    let mut programs = 0;
    for id in ids {
        let race = race(id);
        programs += race.variants.len();
        let counts = |role| {
            let variants = race.variants.iter().filter(|variant| variant.role == role);
            variants.map(count).collect::<Vec<_>>().join("; ")
        };
        text.push_str(&format!(
            "| [{}](../races/{id}.md) | {} | {} | {} | {} |\n",
            race.title,
            race.summary,
            counts(Role::Bug),
            counts(Role::NearMiss),
            counts(Role::Fix)
        ));
    }
    let noun = if ids.len() == 1 { "race" } else { "races" };
    text + &format!(
        "\n{} {noun}, {programs} programs. Counts are failing schedules of all schedules.",
        ids.len()
    )
}

/// Where loom and the explorer differ, but for memory.
fn loom_differs() -> String {
    let mut text = String::from("| program | loom |\n|---|---|\n");
    for race in RACES {
        let differ = race.variants.iter().filter(|variant| !variant.is_loom_only());
        for (variant, why) in differ.filter_map(|variant| Some((variant, variant.loom_differs()?)))
        {
            text.push_str(&format!("| `{}/{}` | {why} |\n", race.id, variant.id));
        }
    }
    text.trim_end().to_owned()
}

/// What a lock that stands in the wrong place is good for, beside the bug that it was to repair.
fn beside_the_bug(names: &[&str]) -> String {
    let mut text = String::from("| the lock | with it | the bug |\n|---|---|---|\n");
    for name in names {
        let (race, variant) = variant(name);
        text.push_str(&format!(
            "| [{}](../races/{}.md): {} | {} | {} |\n",
            race.title,
            race.id,
            variant.summary,
            count(variant),
            count(race.bug())
        ));
    }
    text.trim_end().to_owned()
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
    let race = race(id);
    Some(words.map(|name| function(race, name)).collect::<Vec<_>>().join("\n\n"))
}

/// The words of a command line, some of which are quoted.
fn words(arguments: &str) -> Vec<&str> {
    let parts = arguments.split('"').enumerate();
    let words = parts.flat_map(|(at, part)| {
        let quoted = at % 2 == 1;
        let plain = (!quoted).then(|| part.split_whitespace()).into_iter().flatten();
        plain.chain(quoted.then_some(part))
    });
    words.collect()
}

/// Where a page's exercises are: nobody else's folder, and empty where a page begins.
fn desk() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-learn")
}

/// Writes a learner's file, as a page shows it.
fn write_own_file(id: &str, text: &str) {
    let own = desk().join("exercises").join(id).join("exercise.rs");
    assert!(own.exists(), "the page has not handed out {id}");
    fs::write(own, text).unwrap();
}

/// What a command line of the docs prints, with what differs from run to run taken out.
fn output(line: &str) -> String {
    let arguments = line
        .strip_prefix("cargo run -- ")
        .or_else(|| line.strip_prefix("races "))
        .or_else(|| (line == "cargo run").then_some(""))
        .unwrap_or_else(|| panic!("the docs show `{line}`, which is not a command of ours"));
    // Exercises are compiled, and that needs a toolchain.
    let learns = arguments.starts_with("learn");
    let needed = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "SYSTEMROOT"];
    let needed = needed.into_iter().filter(|_| learns);
    let needed = needed.filter_map(|name| Some((name, std::env::var_os(name)?)));
    let output = Command::new(env!("CARGO_BIN_EXE_races"))
        .args(words(arguments))
        .env_clear()
        .envs(needed)
        .envs(line.starts_with("cargo").then_some(("CARGO", "cargo")))
        .current_dir(if learns { desk() } else { root() })
        .stdin(Stdio::null())
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

/// Where a generated part ends.
const END: &str = "<!-- end -->";

/// A page with every console block as it is printed now, and how many commands there were.
fn renewed(page: &str) -> (String, usize) {
    let mut renewed = String::new();
    let mut commands = 0;
    let mut lines = page.lines();
    // What is not there cannot be taken away.
    fs::remove_dir_all(desk()).ok();
    fs::create_dir_all(desk()).unwrap();
    while let Some(line) = lines.next() {
        renewed.push_str(line);
        renewed.push('\n');
        if let Some(code) = code(line) {
            assert_eq!(lines.next(), Some("```rust,ignore"), "what {line} asks for has no place");
            let _ = lines.by_ref().find(|line| *line == "```");
            renewed.push_str(&format!("```rust,ignore\n{code}\n```\n"));
        }
        if let Some(id) = line.strip_prefix("<!-- own file: ") {
            let id = id.strip_suffix(" -->").expect("an exercise's name");
            assert_eq!(lines.next(), Some("```rust,ignore"), "{line} has no file below it");
            let file: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            write_own_file(id, &file.join("\n"));
            renewed.push_str(&format!("```rust,ignore\n{}\n```\n", file.join("\n")));
        }
        if let Some(part) = generated(line) {
            let end = lines.by_ref().find(|line| *line == END);
            assert!(end.is_some(), "`{line}` has no end");
            renewed.push_str(&format!("{part}\n{END}\n"));
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
        // What no order of the steps shows has no failing schedule to show.
        let failing = format!("<!-- failing: {}/bug -->", race.id);
        assert!(
            race.bug().is_loom_only() || page.contains(&failing),
            "{} has no {failing}",
            race.id
        );
        for part in [run, fix, rule] {
            assert!(page.contains(&part), "{} has no {part}", race.id);
        }
        let link = format!("- [{}](races/{}.md)", race.title, race.id);
        assert!(summary.contains(&link), "{} is not in the summary", race.id);
    }
}

#[test]
fn every_exercise_is_on_its_page_and_on_that_of_its_race() {
    let all = fs::read_to_string(root().join("docs/src/learn.md")).unwrap();
    for exercise in EXERCISES {
        let id = exercise.id;
        let race = RACES.iter().find(|race| race.id == id).unwrap();
        let row = format!("| `{id}` | [{}](races/{id}.md) |", race.title);
        assert!(all.contains(&row), "{id} is not in learn.md");
        let page = fs::read_to_string(root().join(format!("docs/src/races/{id}.md"))).unwrap();
        let (_, turn) = page.split_once("\n## Your turn\n").unwrap();
        let command = format!("`cargo run -- learn {id}` is this race as an [exercise]");
        assert!(turn.trim_start().starts_with(&command), "{id}");
    }
    for race in RACES.iter().filter(|race| EXERCISES.iter().all(|other| other.id != race.id)) {
        let page = fs::read_to_string(root().join(format!("docs/src/races/{}.md", race.id)));
        assert!(!page.unwrap().contains("cargo run -- learn"), "{} is no exercise", race.id);
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

/// What a link leads to: outside of code, where brackets are something else.
fn links(page: &str) -> Vec<String> {
    let blocks = page.split("```").step_by(2).collect::<String>();
    let prose = blocks.split('`').step_by(2).collect::<String>();
    let starts = prose.match_indices("](").map(|(at, _)| at + 2);
    starts.map(|at| prose[at..].chars().take_while(|&c| c != ')').collect()).collect()
}

/// The name that a heading can be linked by.
fn anchor(heading: &str) -> String {
    let heading = heading.trim().to_lowercase();
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect()
}

fn anchors(page: &str) -> Vec<String> {
    let prose = page.split("```").step_by(2).collect::<String>();
    let headings = prose.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut known = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text) {
            if target.starts_with("http") {
                continue;
            }
            let (path, place) = target.split_once('#').unwrap_or((&target, ""));
            let to = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(to.exists(), "{} links to {target}", page.display());
            known += 1;
            if place.is_empty() {
                continue;
            }
            let there = anchors(&fs::read_to_string(&to).unwrap());
            assert!(
                there.iter().any(|anchor| anchor == place),
                "{} links to {target}",
                page.display()
            );
        }
    }
    assert!(known >= 100, "only {known} links");
}

#[test]
fn every_page_is_in_the_summary_once_under_its_own_title() {
    let book = root().join("docs/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let mut listed = Vec::new();
    for line in summary.lines().filter_map(|line| line.trim_start().strip_prefix("- [")) {
        let (title, path) = line.split_once("](").unwrap();
        let path = book.join(path.strip_suffix(')').unwrap());
        let page = fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {line}"));
        assert_eq!(page.lines().next(), Some(format!("# {title}").as_str()), "{line}");
        listed.push(path);
    }
    listed.sort();
    let mut pages = pages();
    pages.retain(|page| page.starts_with(&book) && !page.ends_with("SUMMARY.md"));
    assert_eq!(listed, pages);
}

/// The parts of the summary, each with its first page and the pages below that.
fn chapters() -> Vec<(String, Vec<String>)> {
    let summary = fs::read_to_string(root().join("docs/src/SUMMARY.md")).unwrap();
    let mut chapters: Vec<(String, Vec<String>)> = Vec::new();
    for line in summary.lines() {
        let Some((_, path)) = line.split_once("](") else { continue };
        let path = path.trim_end_matches(')').to_owned();
        if let Some(race) = path.strip_prefix("races/") {
            let race = race.trim_end_matches(".md").to_owned();
            chapters.last_mut().expect("a race stands in a chapter").1.push(race);
        } else if path.starts_with("chapters/") {
            chapters.push((path, Vec::new()));
        }
    }
    chapters
}

#[test]
fn every_chapter_begins_with_a_page_that_lists_its_races_in_reading_order() {
    let mut told = 0;
    for (path, races) in chapters() {
        let page = fs::read_to_string(root().join("docs/src").join(&path)).unwrap();
        let mark = format!("<!-- races: {} -->", races.join(" "));
        assert!(page.contains(&mark), "{path} has no {mark}");
        for part in ["**The question:**", "**The rule:**"] {
            assert!(page.contains(part), "{path} has no {part}");
        }
        for id in &races {
            let line = format!("](../races/{id}.md)");
            // Once in the table, and once in words.
            assert!(page.matches(&line).count() >= 2, "{path} says nothing of {id}");
        }
        told += races.len();
    }
    assert_eq!(told, RACES.len());
}

#[test]
fn a_lock_in_the_wrong_place_removes_no_failing_schedule() {
    let page = fs::read_to_string(root().join("docs/src/locks/nothing.md")).unwrap();
    let mut lines = page.lines().filter_map(|line| asked(line, "beside the bug"));
    let (none, some) = (lines.next().unwrap(), lines.next().unwrap());
    assert!(none.len() >= 10, "{none:?}");
    for name in none {
        let (race, variant) = variant(name);
        assert!(variant.expect.failing >= race.bug().expect.failing, "{name}");
    }
    for name in some {
        let (race, variant) = variant(name);
        let fails = &variant.expect.failing;
        assert!(*fails >= 1 && *fails < race.bug().expect.failing, "{name}");
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
