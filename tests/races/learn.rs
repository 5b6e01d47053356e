//! `races learn`, as a learner goes through it: predict, take a copy, check it, repair it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use drawloom::Check;
use races::RACES;
use races::exercises::{EXERCISES, Exercise};

/// A folder that nobody else has, and is empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The command, with what a toolchain needs of the environment and nothing else.
fn races(place: &Path, arguments: &[&str]) -> Output {
    let needed = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "SYSTEMROOT"];
    let needed = needed.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(env!("CARGO_BIN_EXE_races"));
    command.args(arguments).env_clear().envs(needed).current_dir(place).stdin(Stdio::null());
    command.output().unwrap()
}

fn text(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn problem(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn exercise(id: &str) -> &'static Exercise {
    EXERCISES.iter().find(|exercise| exercise.id == id).unwrap()
}

#[test]
fn a_copy_is_checked_repaired_and_passed_and_then_its_solution_is_shown() {
    let place = folder("learn-lost-update");
    let check = ["learn", "lost-update", "--in", "mine", "--check"];
    let own = place.join("mine/lost-update/exercise.rs");

    let early = races(&place, &check);
    assert_eq!(code(&early), 2);
    let help = "help: races learn lost-update --in mine copies it\n";
    assert!(problem(&early).ends_with(help), "{}", problem(&early));

    let copied = races(&place, &["learn", "lost-update", "--in", "mine"]);
    assert_eq!((code(&copied), problem(&copied)), (0, ""));
    assert_eq!(fs::read_to_string(&own).unwrap(), exercise("lost-update").starter);
    let again = races(&place, &["learn", "lost-update", "--in", "mine"]);
    assert_eq!(code(&again), 2, "a copy is never written over");
    assert!(problem(&again).contains("is there already\nhelp: "), "{}", problem(&again));

    let starter = races(&place, &check);
    assert_eq!(code(&starter), 1, "{}", problem(&starter));
    let first = text(&starter).lines().next().unwrap();
    assert!(first.starts_with("FAIL  lost-update: two guests   4 of 6 schedules fail"), "{first}");
    assert!(text(&starter).contains("not yet: a schedule fails\n"), "{}", text(&starter));
    assert!(text(&starter).contains("  ::: exercise.rs:21:"), "{}", text(&starter));

    let refused = races(&place, &["learn", "lost-update", "--in", "mine", "--solution"]);
    assert_eq!(code(&refused), 2);
    assert!(problem(&refused).contains("shown when you have passed"), "{}", problem(&refused));

    // Each guest is sent home before the next comes: no schedule fails, and that is no repair.
    let starter = exercise("lost-update").starter;
    let serial = starter.replace("put_coin(&jar));", "put_coin(&jar)).join().unwrap();");
    assert_ne!(serial, starter);
    fs::write(&own, serial).unwrap();
    let serial = races(&place, &check);
    assert_eq!(code(&serial), 1, "{}", problem(&serial));
    let told = "\nnot yet: no schedule fails, but something that must be possible is not\n  \
                - put_coin-2 never begins before put_coin-1\n  \
                - put_coin-2 never ends before put_coin-1\n";
    assert!(text(&serial).contains(told), "{}", text(&serial));

    // The stage is written anew: to weaken the promise gains nothing.
    fs::write(&own, starter).unwrap();
    let stage = place.join("mine/lost-update/stage.rs");
    let stage_text = fs::read_to_string(&stage).unwrap();
    let weaker =
        stage_text.replace("assert_eq!(evening(guests), guests,", "assert_ne!(evening(guests), 9,");
    assert_ne!(weaker, stage_text);
    fs::write(&stage, weaker).unwrap();
    assert_eq!(code(&races(&place, &check)), 1);

    fs::write(&own, starter.replace("let coins", "let coins: bool")).unwrap();
    let broken = races(&place, &check);
    assert_eq!(code(&broken), 2);
    assert!(text(&broken).ends_with("does not compile\n"), "{}", text(&broken));
    assert!(problem(&broken).contains("mismatched types"), "{}", problem(&broken));

    fs::write(&own, exercise("lost-update").solution).unwrap();
    let passed = races(&place, &check);
    assert_eq!(code(&passed), 0, "{}", text(&passed));
    assert!(text(&passed).starts_with("ok    lost-update: two guests   2 schedules, 0 fail"));
    assert!(text(&passed).contains("\npassed: "), "{}", text(&passed));
    let next = "races learn check-then-act --in mine";
    assert!(text(&passed).contains(next), "{}", text(&passed));

    let list = races(&place, &["learn", "--in", "mine"]);
    let line = text(&list).lines().find(|line| line.contains("  lost-update ")).unwrap();
    assert!(line.contains("  passed "), "{line}");
    assert!(text(&list).contains(&format!("  1 of {} passed\n", EXERCISES.len())));
    let solution = races(&place, &["learn", "lost-update", "--in", "mine", "--solution"]);
    assert!(text(&solution).starts_with(exercise("lost-update").solution), "{}", text(&solution));
}

/// The race's own counts are held against brute force elsewhere. Where the stage adds steps of its own, or
/// the work is divided otherwise, the exercise has other counts.
#[test]
fn a_starter_that_is_its_race_again_has_the_counts_of_the_bug() {
    let others =
        ["check-then-act", "if-not-while", "cancelled-half-way", "thread-to-loop-missed-wakeup"];
    for exercise in EXERCISES.iter().filter(|exercise| !others.contains(&exercise.id)) {
        let report = (exercise.cases)().swap_remove(0).run(&Check::new());
        let found = report.schedules.map(|counts| (counts.failing, counts.all));
        let race = RACES.iter().find(|race| race.id == exercise.id).unwrap();
        let expect = &race.bug().expect;
        assert_eq!(
            found,
            Some((expect.failing.clone(), expect.schedules.clone())),
            "{}",
            exercise.id
        );
    }
}

#[test]
fn copies_of_tasks_and_of_memory_are_compiled_and_judged_too() {
    let place = folder("learn-others");
    for (id, case) in [("cancelled-half-way", "a slow disk"), ("message-passing", "a letter")] {
        assert_eq!(code(&races(&place, &["learn", id, "--in", "mine"])), 0, "{id}");
        let starter = races(&place, &["learn", id, "--in", "mine", "--check"]);
        assert_eq!(code(&starter), 1, "{id}: {}", problem(&starter));
        assert!(
            text(&starter).starts_with(&format!("FAIL  {id}: {case}   ")),
            "{}",
            text(&starter)
        );
        let own = place.join("mine").join(id).join("exercise.rs");
        fs::write(own, exercise(id).solution).unwrap();
        let solution = races(&place, &["learn", id, "--in", "mine", "--check"]);
        assert_eq!((code(&solution), problem(&solution)), (0, ""), "{id}: {}", text(&solution));
    }
}

#[test]
fn a_prediction_is_set_beside_what_is_so_and_nobody_is_asked_who_cannot_answer() {
    let place = folder("learn-predict");
    let asked = races(&place, &["learn", "lost-update"]);
    assert_eq!((code(&asked), problem(&asked)), (0, ""));
    assert!(
        text(&asked).contains("  Can it go wrong? If so, in how many of its 6 schedules?\n"),
        "{}",
        text(&asked)
    );
    for (said, told) in [
        ("4", "right: 4 of 6 fail\n"),
        ("4 of 6", "right: 4 of 6 fail\n"),
        ("3", "you said 3, and 4 of 6 fail\n"),
        ("yes", "right, it can: 4 of 6 fail\n"),
        ("no", "it can: 4 of 6 fail\n"),
    ] {
        let output = races(&place, &["learn", "lost-update", "--predict", said]);
        assert_eq!(code(&output), 0, "{said}");
        assert!(text(&output).starts_with(told), "{said}: {}", text(&output));
        assert!(text(&output).contains("FAIL  lost-update (starter)   4 of 6"), "{said}");
    }
    let memory = races(&place, &["learn", "message-passing", "--predict", "0"]);
    let told = "it can: no order of its steps fails, all 3 hold, but memory promises less\n";
    assert!(text(&memory).starts_with(told), "{}", text(&memory));
    assert!(text(&memory).contains("FAIL  message-passing (starter)"), "{}", text(&memory));
    let odd = races(&place, &["learn", "lost-update", "--predict", "perhaps"]);
    assert_eq!(code(&odd), 2);
    assert!(problem(&odd).contains("help: a number, such as 4"), "{}", problem(&odd));
    assert_eq!(fs::read_dir(&place).unwrap().count(), 0, "nothing is written unasked");
    races(&place, &["learn", "lost-update", "--predict", "4", "--in", "mine"]);
    let kept = fs::read_to_string(place.join("mine/progress.txt")).unwrap();
    assert_eq!(kept.lines().last(), Some("lost-update predicted"));
}

#[test]
fn hints_come_one_more_each_time_and_who_gives_up_sees_the_solution() {
    let place = folder("learn-hints");
    for given in [1, 2, 3, 3] {
        let output = races(&place, &["learn", "lock-order", "--hint"]);
        assert_eq!(code(&output), 0);
        let hints = text(&output).lines().filter(|line| line.starts_with("hint ")).count();
        assert_eq!(hints, given, "{}", text(&output));
    }
    let given_up = races(&place, &["learn", "lock-order", "--give-up"]);
    assert!(text(&given_up).starts_with(exercise("lock-order").solution));
    let again = races(&place, &["learn", "lock-order", "--solution"]);
    assert_eq!(code(&again), 0, "who has given up may look again");
    let list = races(&place, &["learn", "--format", "json"]);
    let line = text(&list).lines().find(|line| line.contains("\"lock-order\"")).unwrap();
    assert!(line.contains("\"standing\": \"given up\", \"hints\": \"3\""), "{line}");
}

#[test]
fn what_cannot_be_understood_or_read_is_said_in_two_lines() {
    let place = folder("learn-wrong");
    let output = races(&place, &["learn", "lost-updat"]);
    assert_eq!(code(&output), 2);
    assert_eq!(
        problem(&output),
        "error: there is no exercise `lost-updat`\n\
         help: did you mean `lost-update`? races learn shows them all\n"
    );
    for wrong in [
        &["learn", "--check"][..],
        &["learn", "lost-update", "--check", "--hint"],
        &["learn", "lost-update", "--format", "json"],
    ] {
        let output = races(&place, wrong);
        assert_eq!((code(&output), text(&output)), (2, ""), "{wrong:?}");
        assert!(!problem(&output).is_empty());
    }
    fs::create_dir(place.join("exercises")).unwrap();
    fs::write(place.join("exercises/progress.txt"), "# kept\nlost-update nearly\n").unwrap();
    let output = races(&place, &["learn"]);
    assert_eq!(code(&output), 2);
    let told = "progress.txt:2 says `nearly`, which is no standing\nhelp: delete that line";
    assert!(problem(&output).contains(told), "{}", problem(&output));
    fs::write(place.join("file"), "").unwrap();
    let output = races(&place, &["learn", "lost-update", "--in", "file"]);
    assert_eq!(code(&output), 2);
    assert!(problem(&output).ends_with("help: --in DIR names another folder\n"));
}

#[test]
fn what_is_listed_and_asked_fits_the_width_and_is_ascii() {
    let place = folder("learn-width");
    let mut shown = vec![races(&place, &["learn", "--width", "80"])];
    for exercise in EXERCISES {
        shown.push(races(&place, &["learn", exercise.id, "--width", "80"]));
        shown.push(races(&place, &["learn", exercise.id, "--width", "80", "--hint"]));
        shown.push(races(&place, &["learn", exercise.id, "--width", "80", "--in", "mine"]));
    }
    for output in &shown {
        assert_eq!(code(output), 0, "{}", problem(output));
        // Code is as wide as it is.
        let is_code =
            |line: &&str| line.starts_with("    ") && !line.trim_start().starts_with("races");
        let wide = text(output).lines().filter(|line| !is_code(line)).find(|line| line.len() > 80);
        assert_eq!(wide, None);
        assert!(output.stdout.is_ascii());
    }
    for exercise in EXERCISES {
        let line = text(&shown[0]).lines().find(|line| line.contains(exercise.id)).unwrap();
        assert!(line.ends_with(exercise.summary), "{line}");
    }
}
