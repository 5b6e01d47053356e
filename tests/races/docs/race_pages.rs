//! Every race has its page, every page its race, and every chapter its table.

use std::fs;

use races::RACES;
use races::exercises::EXERCISES;

use super::generated::near_misses;
use super::root;

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
        let nearly = format!("<!-- nearly: {} -->", race.id);
        let near = near_misses(race).next().is_some();
        assert_eq!(page.contains(&nearly), near, "{}: {nearly}", race.id);
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
