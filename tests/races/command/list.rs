//! `races list`: a line for each race, by family, and what is asked for.

use races::RACES;

use super::{code, field, problem, races, text};

#[test]
fn list_names_every_race_and_its_variants() {
    let output = races(&["list", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let text = text(&output);
    for id in [
        "lost-update",
        "check-then-act",
        "lock-order",
        "await-gap",
        "std-mutex-across-await",
        "cancelled-half-way",
        "message-passing",
    ] {
        let line = text.lines().find(|line| line.contains(&format!("\"id\": \"{id}\""))).unwrap();
        assert!(["threads", "tasks", "memory"].contains(&field(line, "setting")), "{line}");
        assert!(!field(line, "title").is_empty() && !field(line, "family").is_empty());
        for role in ["bug", "near-miss", "fix"] {
            assert!(line.contains(&format!("\"role\": \"{role}\"")), "{line}");
        }
    }
    assert!(races(&["list"]).stdout.is_ascii());
}

/// The lines of a table of races, without its head and its foot.
fn listed(text: &str) -> Vec<&str> {
    let is_race = |line: &&str| {
        line.starts_with("  ") && (line.contains(" of ") || line.contains("by loom "))
    };
    let table = text.lines().take_while(|line| !line.contains(" programs"));
    table.filter(is_race).collect()
}

#[test]
fn list_has_a_line_for_each_race_below_its_family_at_any_width() {
    let json = races(&["list", "--format", "json"]);
    let all = text(&json).matches("\"setting\"").count();
    for width in ["80", "90", "100"] {
        let output = races(&["list", "--width", width]);
        let text = text(&output);
        assert_eq!(listed(text).len(), all, "{text}");
        let room: usize = width.parse().unwrap();
        assert_eq!(text.lines().find(|line| line.len() > room), None, "at {width}");
        // Every column begins where its head does.
        let head = text.lines().next().unwrap();
        for (at, _) in head.match_indices("   ").filter(|(at, _)| !head[at + 3..].starts_with(' '))
        {
            let column = at + 3;
            for line in listed(text) {
                let cell = line.get(column - 1..=column).unwrap_or("  ");
                assert!(cell == "  " || !cell.ends_with(' ') && cell.starts_with(' '), "{line}");
            }
        }
        let families: Vec<&str> = text
            .lines()
            .filter(|line| line.contains(": ") && !line.starts_with(' '))
            .map(|line| line.rsplit_once(" (").unwrap().0)
            .collect();
        assert!(families.contains(&"threads: lost update"), "{families:?}");
        assert!(families.contains(&"memory: ordering"), "{families:?}");
        let mut once = families.clone();
        once.dedup();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), families.len(), "a family is in one place: {families:?}");
        assert!(text.contains(&format!("  {all} races (threads ")), "{text}");
    }
}

#[test]
fn list_shows_only_what_speaks_of_a_word() {
    let output = races(&["list", "Condvar"]);
    assert_eq!(code(&output), 2, "no race says it in its own words");
    assert_eq!(
        problem(&output),
        "error: no race speaks of `condvar`\nhelp: races list shows them all\n"
    );
    let output = races(&["list", "wake one"]);
    let names: Vec<&str> = listed(text(&output))
        .into_iter()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(names, ["if-not-while", "wrong-waiter"]);
}

#[test]
fn list_takes_a_family_and_a_setting_and_counts_what_it_shows() {
    let names = |arguments: &[&str]| {
        let output = races(&[&["list"], arguments].concat());
        assert_eq!(code(&output), 0, "{}", problem(&output));
        let lines = listed(text(&output)).into_iter();
        lines
            .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
            .collect::<Vec<_>>()
    };
    let of = |holds: &dyn Fn(&races::catalogue::Race) -> bool| {
        let ids = RACES.iter().filter(|race| holds(race)).map(|race| race.id.to_owned());
        ids.collect::<Vec<_>>()
    };
    let deadlocks = of(&|race| race.family == "deadlock");
    assert_eq!(names(&["--family", "deadlock"]), deadlocks);
    assert_eq!(names(&["--family", "DEADLOCK"]), deadlocks);
    assert_eq!(names(&["--family", "lock-placement"]), of(&|race| race.family == "lock placement"));
    assert_eq!(names(&["--setting", "memory"]), of(&|race| race.setting.word() == "memory"));
    let both =
        |race: &races::catalogue::Race| race.family == "deadlock" && race.setting.word() == "tasks";
    assert_eq!(names(&["--family", "deadlock", "--setting", "tasks"]), of(&both));
    let output = races(&["list", "--family", "deadlock"]);
    let heading = format!("tasks: deadlock ({})", of(&both).len());
    assert!(text(&output).lines().any(|line| line == heading), "{}", text(&output));

    let none = races(&["list", "--setting", "memory", "--family", "deadlock"]);
    assert_eq!(code(&none), 2);
    assert_eq!(
        problem(&none),
        "error: there is no race in memory of the family deadlock\nhelp: races list shows them all\n"
    );
    let unknown = races(&["list", "--family", "deadlok"]);
    let told = "error: there is no family `deadlok`\nhelp: did you mean `deadlock`? there are lost update, ";
    assert!(problem(&unknown).starts_with(told), "{}", problem(&unknown));
}
