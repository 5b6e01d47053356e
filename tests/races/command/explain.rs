//! `races explain`, and what a report says of the why.

use races::RACES;

use super::{code, field, problem, races, text};

#[test]
fn explain_says_what_a_word_means_and_where_a_race_belongs() {
    let explained = |word: &str| {
        let output = races(&["explain", word, "--width", "80"]);
        assert_eq!(code(&output), 0, "{}", problem(&output));
        let shown = text(&output).to_owned();
        assert!(shown.lines().all(|line| line.len() <= 80) && shown.is_ascii(), "{shown}");
        assert!(!shown.contains("](") && !shown.contains("**"), "{shown}");
        shown
    };
    assert!(explained("Deadlock").starts_with("deadlock\n\n  Nobody can go, and main has not"));
    assert!(explained("still fail").contains("It is a\n  count and not a chance."));
    assert!(explained("1221").starts_with("schedule\n\n"));
    let shown = explained("lock-order");
    for part in [
        "lock-order: Lock order   (threads: deadlock)\n",
        "  bug: 2 of 6 schedules, deadlock\n",
        "\nwhere the lock belongs\n  who needs two locks takes them in the order",
        "  docs/src/races/lock-order.md",
        "  races learn lock-order ",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let one = explained("lost-update/two-locks");
    assert!(one.contains("\n  two-locks: 36 of 70 schedules, panic: both coins"), "{one}");
    assert!(!one.contains("  bug: "), "{one}");
    for race in RACES {
        explained(race.id);
    }
    let all = races(&["explain"]);
    assert!(
        text(&all).contains("\nhow it fails\n  panic, deadlock, livelock, data race, step limit\n")
    );
    let unknown = races(&["explain", "decidd"]);
    assert_eq!(code(&unknown), 2);
    assert_eq!(
        problem(&unknown),
        "error: there is no word or race `decidd`\n\
         help: did you mean `decided`? races explain shows all words\n"
    );
    let title = races(&["explain", "After you"]);
    assert!(text(&title).starts_with("writer-starvation: After you "), "{}", text(&title));
    let title = races(&["explain", "After you", "--format", "json"]);
    assert!(text(&title).contains("\"id\": \"writer-starvation\""), "{}", text(&title));
    let json = races(&["explain", "panic", "--format", "json"]);
    let line = text(&json).lines().find(|line| line.contains("\"word\"")).unwrap();
    assert_eq!((field(line, "word"), field(line, "part")), ("panic", "How it fails"));
}

/// The word that stands in the error, or the family where it has none of its own.
#[test]
fn what_a_report_says_next_explains_what_it_calls_the_failure() {
    for (race, word) in [
        ("lost-update", "\"lost update\""),
        ("await-gap", "\"stale decision\""),
        ("lock-order", "deadlock"),
        ("torn-pair", "\"seen half way\""),
        ("shutdown-drops-inflight", "lifecycle"),
        ("message-passing", "ordering"),
        // An arm of `select!` that another has won is dropped, and that is not what went wrong.
        ("biased-select-starvation", "starvation"),
    ] {
        let output = races(&["run", race]);
        let commands: Vec<&str> = text(&output)
            .lines()
            .filter_map(|line| line.split_once("races explain "))
            .map(|(_, rest)| rest.split("   ").next().unwrap())
            .collect();
        assert_eq!(commands, [word], "{}", text(&output));
    }
    for race in RACES {
        let output = races(&["run", race.id]);
        let shown = text(&output);
        let (_, rest) = shown.split_once("races explain ").unwrap_or_else(|| panic!("{shown}"));
        let word = rest.lines().next().unwrap().split("   ").next().unwrap();
        let output = races(&["explain", word.trim().trim_matches('"')]);
        assert_eq!(code(&output), 0, "{}: {}", race.id, problem(&output));
    }
}

#[test]
fn a_sleeper_is_told_what_became_of_the_notify() {
    let why = |race: &str| {
        let output = races(&["run", &format!("{race}/bug"), "--format", "plain"]);
        text(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // It came before the wait.
    let early = why("lost-signal");
    assert!(early.contains("A notify wakes only who waits already."), "{early}");
    // It woke another, who could do nothing with it.
    let other = why("wrong-waiter");
    let woke =
        "(step 11), which woke customer-2, and not baker-2. customer-2 waits again since step 14.";
    assert!(other.contains(woke), "{other}");
    // It never came: those before the wait were for what the sleeper has looked at since, or its own.
    let never = why("nested-jobs");
    assert!(never.contains("and nobody notifies it after that."), "{never}");
    assert!(!never.contains("A notify wakes only who waits already."), "{never}");
}

#[test]
fn what_main_judges_is_explained_by_what_others_have_seen() {
    let first = |race: &str| {
        let output = races(&["run", race]);
        text(&output).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let half = first("torn-pair/bug");
    assert!(half.contains("error: seen half way: \"the auditor finds all the money\""), "{half}");
    assert!(half.contains("auditor found checking as teller left it in step 1"), "{half}");
    let around = first("seqlock/bug");
    assert!(around.contains("error: torn read: "), "{around}");
    let read = "reader read temperature in step 2 (at :77), before writer changed it in step 4, and wind \
                in step 7 (at :77), after writer changed it in step 5: the two were never so together.";
    assert!(around.contains(read), "{around}");
}
