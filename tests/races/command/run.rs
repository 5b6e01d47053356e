//! `races run`, `replay`, `stress` and `verify`: what was found, as text and as JSON, and the exit codes.

use std::process::{Command, Stdio};

use races::RACES;

use super::{code, field, problem, races, text};

#[test]
fn run_takes_a_family_and_says_of_each_variant_what_was_found() {
    let output = races(&["run", "--family", "torn pair"]);
    assert_eq!(code(&output), 0);
    let races_of: Vec<_> = RACES.iter().filter(|race| race.family == "torn pair").collect();
    for variant in races_of.iter().flat_map(|race| race.variants) {
        let counts =
            format!("{} schedules, {} fail", variant.expect.schedules, variant.expect.failing);
        assert!(text(&output).contains(&counts), "{}: {}", variant.id, text(&output));
    }
    assert!(text(&output).ends_with("each does what the catalogue says\n"), "{}", text(&output));
    let json = races(&["run", "--family", "torn pair", "--format", "json"]);
    let variants: usize = races_of.iter().map(|race| race.variants.len()).sum();
    assert_eq!(text(&json).matches("\"race\": \"").count(), variants);
    let cut = races(&["run", "--family", "torn pair", "--max-executions", "1"]);
    assert_eq!(code(&cut), 3, "{}", text(&cut));
    for wrong in
        [&["run", "--family", "torn"][..], &["run", "lost-update", "--family", "torn pair"]]
    {
        assert_eq!(code(&races(wrong)), 2, "{wrong:?}");
    }
}

#[test]
fn what_only_loom_finds_is_shown_as_broken_and_says_why() {
    let output = races(&["run", "message-passing/bug"]);
    assert_eq!(code(&output), 0);
    let shown = text(&output);
    assert!(shown.starts_with("ok    message-passing/bug   3 schedules, 0 fail"), "{shown}");
    assert!(shown.contains("Memory promises less than an order"), "{shown}");
    assert!(shown.contains("\"who sees the flag reads the letter\" does not hold"), "{shown}");
    let all = races(&["fix", "message-passing"]);
    let row = |id: &str| text(&all).lines().find(|line| line.contains(id)).unwrap();
    for id in ["message-passing/bug", "message-passing/release-alone"] {
        assert!(row(id).starts_with("FAIL"), "{}", row(id));
        assert!(row(id).ends_with("3 schedules, fails by loom"), "{}", row(id));
    }
    let stress = races(&["stress", "message-passing", "--runs", "10"]);
    assert!(text(&stress).contains("of its 3 schedules none fails"), "{}", text(&stress));
    let listed = races(&["list", "message-passing"]);
    assert!(
        text(&listed).contains("by loom: no order fails, but memory promises less"),
        "{}",
        text(&listed)
    );
}

#[test]
fn a_false_alarm_of_loom_is_called_one() {
    let output = races(&["run", "store-buffering/all-seq-cst", "--engine", "loom"]);
    assert_eq!(code(&output), 0, "it is known");
    let why = "a false alarm: loom takes a SeqCst access for an AcqRel one";
    assert!(text(&output).contains(why), "{}", text(&output));
}

#[test]
fn run_gives_the_counts_of_each_variant_as_json() {
    let output = races(&["run", "lost-update", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let found: Vec<(&str, &str, &str, &str, &str)> = text(&output)
        .lines()
        .filter(|line| line.contains("\"race\""))
        .map(|line| {
            assert_eq!((field(line, "race"), field(line, "engine")), ("lost-update", "explorer"));
            let names = ["variant", "verdict", "schedules", "failing", "schedule"];
            let [variant, verdict, schedules, failing, schedule] =
                names.map(|name| field(line, name));
            (variant, verdict, schedules, failing, schedule)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("bug", "failed", "6", "4", "1221"),
            ("lock-per-access", "failed", "6", "4", "11222211"),
            ("two-locks", "failed", "70", "36", "11222211"),
            ("ignore-the-failure", "failed", "6", "4", "1221"),
            ("fix", "verified", "2", "0", "null"),
            ("one-step", "verified", "2", "0", "null"),
        ]
    );
}

#[test]
fn run_shows_one_variant_if_one_is_named() {
    let output = races(&["run", "lost-update/fix"]);
    assert_eq!(code(&output), 0);
    assert_eq!(text(&output).lines().count(), 1, "{}", text(&output));
    assert!(text(&output).starts_with("ok    lost-update/fix   2 schedules, 0 fail"));
}

#[test]
fn replay_runs_one_schedule_and_refuses_one_that_does_not_fit() {
    let output = races(&["replay", "lost-update", "1221"]);
    assert_eq!(code(&output), 0);
    assert!(text(&output).contains("both coins are in the jar"));
    let passing = races(&["replay", "lost-update/bug", "1122"]);
    assert_eq!(code(&passing), 0);
    let unfit = races(&["replay", "lost-update", "1222"]);
    assert_eq!(code(&unfit), 4);
    assert!(text(&unfit).contains("step 4"), "{}", text(&unfit));
    let nonsense = races(&["replay", "lost-update", "12x"]);
    assert_eq!(code(&nonsense), 2);
    assert!(problem(&nonsense).contains("`x` is not a schedule"), "{}", problem(&nonsense));
}

#[test]
fn a_limit_that_is_hit_is_not_a_pass() {
    let output = races(&["run", "lost-update/fix", "--max-executions", "1"]);
    assert_eq!(code(&output), 3);
    assert!(text(&output).contains("stopped after 1 execution"), "{}", text(&output));
}

#[test]
fn within_a_bound_a_failure_is_as_expected_and_none_is_incomplete() {
    let fails = races(&["run", "lost-update/bug", "--preemptions", "1"]);
    assert_eq!(code(&fails), 0, "a bug that fails as it must");
    let first = text(&fails).lines().next().unwrap();
    assert!(first.contains("2 of 4 schedules with up to 1 preemption fail"), "{first}");
    let holds = races(&["run", "lost-update/bug", "--preemptions", "0"]);
    assert_eq!(code(&holds), 3);
    let first = text(&holds).lines().next().unwrap();
    assert!(first.contains("every schedule without a preemption holds"), "{first}");
    // The bound cuts nothing off: it is as without it.
    let all = races(&["run", "lost-update/fix", "--preemptions", "9"]);
    assert_eq!(code(&all), 0);
    assert_eq!(text(&all), "ok    lost-update/fix   2 schedules, 0 fail   (all explored)\n");
}

#[test]
fn a_sample_says_how_to_see_its_failure_again() {
    for how in ["uniform", "pct"] {
        let drawn = races(&["run", "await-gap/bug", "--sample", how, "--max-executions", "300"]);
        assert_eq!(code(&drawn), 0, "{}", problem(&drawn));
        let commands: Vec<&str> = text(&drawn)
            .lines()
            .filter_map(|line| line.trim().strip_prefix("next").or(Some(line)))
            .filter_map(|line| line.trim().strip_prefix("races "))
            .filter(|line| line.starts_with("replay") || line.contains("--seed"))
            .map(|line| line.split("   ").next().unwrap())
            .collect();
        assert_eq!(commands.len(), 2, "{}", text(&drawn));
        let message = text(&drawn).lines().find(|line| line.starts_with("error: ")).unwrap();
        for command in commands {
            let again = races(&command.split_whitespace().collect::<Vec<_>>());
            assert!(text(&again).contains(message), "{command}: {}", text(&again));
        }
    }
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_and_its_facts_are_in_the_json() {
    let draw = |seed: &str| {
        let arguments = ["run", "lost-update/bug", "--sample", "uniform", "--max-executions", "50"];
        races(&[&arguments[..], &["--format", "json", "--seed", seed]].concat())
    };
    assert_eq!(draw("7").stdout, draw("7").stdout);
    let output = draw("7");
    let line = text(&output).lines().find(|line| line.contains("\"race\"")).unwrap();
    let names = ["verdict", "limit", "schedules", "executions", "schedule"];
    let found = names.map(|name| field(line, name));
    assert_eq!(found, ["failed", "sample", "null", "50", "1221"]);
    assert!(field(line, "seed").parse::<u64>().unwrap() >= 7, "{line}");
    assert!(field(line, "failed_executions").parse::<u64>().unwrap() > 0, "{line}");
}

#[test]
fn flags_that_do_not_fit_together_are_refused_with_what_to_do() {
    let wrong: [(&[&str], &str); 6] = [
        (&["--seed", "1"], "help: add --sample uniform or --sample pct"),
        (&["--depth", "2"], "help: add --sample pct"),
        (&["--depth", "2", "--sample", "uniform"], "help: add --sample pct"),
        (&["--preemptions", "1", "--sample", "pct"], "help: leave one of the two away"),
        (&["--preemptions", "1", "--engine", "loom"], "help: leave --engine loom"),
        (&["--time", "3h"], "a number and a unit, such as 30s"),
    ];
    for (flags, help) in wrong {
        let output = races(&[&["run", "lost-update"], flags].concat());
        assert_eq!(code(&output), 2, "{flags:?}");
        assert!(problem(&output).contains(help), "{flags:?}: {}", problem(&output));
    }
}

/// Whether a process has a handler of its own for SIGINT, by what the kernel says of it.
#[cfg(target_os = "linux")]
fn handles_interrupts(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 0b10 != 0
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_prints_what_is_known_and_ends_with_130() {
    let endless = ["--sample", "uniform", "--max-executions", "1000000000000"];
    for race in ["lost-update/fix", "lost-update/bug"] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_races"))
            .args(["run", race])
            .args(endless)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !handles_interrupts(child.id()) {
            assert_eq!(child.try_wait().unwrap(), None, "it is over too soon");
            std::thread::yield_now();
        }
        let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", problem(&output));
        for part in [race, "stopped before its end"] {
            assert!(text(&output).contains(part), "{}", text(&output));
        }
    }
}

#[test]
fn stress_runs_on_real_threads_and_a_fix_never_fails_there() {
    let output = races(&["stress", "lost-update/fix", "--runs", "200"]);
    assert_eq!(code(&output), 0);
    assert!(text(&output).contains("it ran 200 times and failed 0"), "{}", text(&output));
}

#[test]
fn verify_holds_every_variant_to_the_catalogue() {
    let output = races(&["verify", "--engine", "explorer", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let found = text(&output).lines().filter(|line| line.contains("\"race\"")).count();
    let listed = races(&["list", "--format", "json"]);
    assert_eq!(found, text(&listed).matches("\"role\"").count());
}

#[test]
fn two_jobs_print_what_one_prints() {
    let one = races(&["run", "wrong-waiter/bug"]);
    let two = races(&["run", "wrong-waiter/bug", "--jobs", "2"]);
    assert_eq!((code(&two), text(&two)), (code(&one), text(&one)));
    for wrong in ["0", "65", "two"] {
        assert_eq!(code(&races(&["run", "lost-update/bug", "--jobs", wrong])), 2, "{wrong}");
    }
    let sampled = races(&["run", "lost-update/bug", "--jobs", "2", "--sample", "uniform"]);
    assert!(problem(&sampled).contains("help: leave --jobs away"), "{}", problem(&sampled));
}
