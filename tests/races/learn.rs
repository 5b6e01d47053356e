//! `races learn`, as a learner goes through it: predict, take a copy, check it, repair it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use drawloom::Check;
use races::RACES;
use races::exercises::judge::PASSED;
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

/// Whatever is changed beside the learner's own file is gone before anything is compiled: here nothing is.
#[test]
fn what_is_not_the_learners_is_written_anew_by_each_check() {
    let place = folder("learn-anew");
    for exercise in EXERCISES {
        assert_eq!(code(&races(&place, &["learn", exercise.id, "--in", "mine"])), 0);
        let package = place.join("mine").join(exercise.id);
        let files =
            ["stage.rs", "judge.rs", "main.rs", "Cargo.toml"].map(|name| package.join(name));
        let before = files.each_ref().map(|file| fs::read_to_string(file).unwrap());
        for file in &files {
            fs::write(file, "// no check here\n").unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_races"))
            .args(["learn", exercise.id, "--in", "mine", "--check"])
            .env_clear()
            .env("CARGO", place.join("no-cargo"))
            .current_dir(&place)
            .output()
            .unwrap();
        assert_eq!(code(&output), 2);
        assert!(problem(&output).starts_with("error: cannot run "), "{}", problem(&output));
        let after = files.each_ref().map(|file| fs::read_to_string(file).unwrap());
        assert_eq!(after, before, "{}", exercise.id);
    }
}

#[test]
fn whoever_ends_the_program_has_not_been_judged() {
    let place = folder("learn-exit");
    assert_eq!(code(&races(&place, &["learn", "lost-update", "--in", "mine"])), 0);
    let own = place.join("mine/lost-update/exercise.rs");
    let starter = exercise("lost-update").starter;
    let early = starter.replace("jar.into_inner()", "std::process::exit(0)");
    assert_ne!(early, starter);
    fs::write(&own, early).unwrap();
    let early = races(&place, &["learn", "lost-update", "--in", "mine", "--check"]);
    assert_eq!(code(&early), 1, "{}", text(&early));
    let told = "not yet: the program ended before it was judged\n";
    assert!(text(&early).starts_with(told), "{}", text(&early));
}

/// Where the stage adds steps of its own, or the work is divided otherwise than in the race, an exercise has counts
/// of its own.
const OWN_COUNTS: [(&str, u64, u64); 2] = [
    // Both fail if both check before either pays: in two orders, and then each has three steps, C(6, 3). Else one
    // pays in four steps and the other checks somewhere in the three gaps after the second; and it may be either.
    ("check-then-act", 40, 46),
    // The baker rings when he has given the shelf back, which is a step more. Brute force has counted it.
    ("if-not-while", 12, 132),
];

/// What the race has is held against brute force elsewhere, and what is an exercise's own is here.
#[test]
fn a_starter_has_the_counts_of_the_bug_that_it_is_or_those_of_brute_force() {
    for exercise in EXERCISES {
        let report = (exercise.cases)().swap_remove(0).run(&Check::new());
        let found = report.schedules.map(|counts| (counts.failing, counts.all));
        let own = OWN_COUNTS.iter().find(|own| own.0 == exercise.id);
        let Some(&(_, failing, all)) = own else {
            let race = RACES.iter().find(|race| race.id == exercise.id).unwrap();
            let expect = &race.bug().expect;
            let expected = (expect.failing.clone(), expect.schedules.clone());
            assert_eq!(found, Some(expected), "{}", exercise.id);
            continue;
        };
        let brute = (exercise.cases)().swap_remove(0).run(&Check::new().every_schedule());
        let failing_by_force = brute.schedules.map(|counts| counts.failing);
        assert_eq!(
            (brute.executions, failing_by_force),
            (all, Some(failing.into())),
            "{}",
            exercise.id
        );
        assert_eq!(found, Some((failing.into(), all.into())), "{}", exercise.id);
    }
}

/// A cargo that builds where the command builds.
fn build(place: &Path) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--offline", "--quiet"])
        .current_dir(place)
        .env("CARGO_TARGET_DIR", target)
        .status()
        .unwrap();
    assert!(status.success());
}

/// Every copy, in one package: each manifest begins with what is the same in all, and ends with it.
#[test]
fn every_copy_and_every_solution_compiles_and_is_judged() {
    let place = folder("learn-all");
    let mine = place.join("mine");
    let (mut together, mut programs, mut ending) = (String::new(), Vec::new(), String::new());
    for exercise in EXERCISES {
        assert_eq!(code(&races(&place, &["learn", exercise.id, "--in", "mine"])), 0);
        let manifest = mine.join(exercise.id).join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::remove_file(manifest).unwrap();
        let (head, rest) = text.split_once("[[bin]]\n").unwrap();
        let (program, end) = rest.split_once("\n[dependencies]").unwrap();
        let name = program.split('"').nth(1).unwrap();
        if programs.is_empty() {
            together = head.to_owned();
            ending = format!("\n[dependencies]{end}");
        }
        together.push_str("[[bin]]\n");
        together.push_str(&program.replace("main.rs", &format!("{}/main.rs", exercise.id)));
        programs.push((exercise, name.to_owned()));
    }
    fs::write(mine.join("Cargo.toml"), together + &ending).unwrap();
    fs::copy(mine.join("lost-update/Cargo.lock"), mine.join("Cargo.lock")).unwrap();
    let run = |name: &str| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        Command::new(target.join("debug").join(name)).args(["80", "never"]).output().unwrap()
    };
    build(&mine);
    for (exercise, name) in &programs {
        let starter = run(name);
        assert_eq!(code(&starter), 1, "{}: {}", exercise.id, problem(&starter));
        let begin = format!("FAIL  {}: ", exercise.id);
        assert!(text(&starter).starts_with(&begin), "{}", text(&starter));
        let own = mine.join(exercise.id).join("exercise.rs");
        fs::write(own, exercise.solution).unwrap();
    }
    build(&mine);
    for (exercise, name) in &programs {
        let solution = run(name);
        assert_eq!(code(&solution), 0, "{}: {}", exercise.id, text(&solution));
        assert!(text(&solution).ends_with(&format!("\n{PASSED}\n")), "{}", text(&solution));
    }
}

#[test]
fn two_who_check_the_same_exercise_at_the_same_moment_are_each_judged_by_their_own() {
    let places = ["learn-ann", "learn-ben"].map(folder);
    let own = |place: &Path, file: &str| place.join("mine/lost-update").join(file);
    for place in &places {
        assert_eq!(code(&races(place, &["learn", "lost-update", "--in", "mine"])), 0);
    }
    fs::write(own(&places[1], "exercise.rs"), exercise("lost-update").solution).unwrap();
    let check = |place: &Path| races(place, &["learn", "lost-update", "--in", "mine", "--check"]);
    let [ann, ben] = thread::scope(|scope| {
        let checks = places.each_ref().map(|place| scope.spawn(|| check(place)));
        checks.map(|check| check.join().unwrap())
    });
    assert_eq!((code(&ann), code(&ben)), (1, 0), "{}\n{}", text(&ann), text(&ben));
    // It would be seldom that one is built between the build and the run of the other. Now it cannot be.
    let program = |place: &Path| {
        let manifest = fs::read_to_string(own(place, "Cargo.toml")).unwrap();
        manifest.lines().find(|line| line.starts_with("name = \"exercise-")).unwrap().to_owned()
    };
    assert_ne!(program(&places[0]), program(&places[1]));
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
