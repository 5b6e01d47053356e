//! The `races` command, run as a person or a script runs it.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use races::RACES;

fn races(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_races")).args(arguments).env_clear().output().unwrap()
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

/// The text of a field of a JSON object that stands on one line: the documents here are that simple,
/// and a test that parses them by other means than the writer's is worth more.
fn field<'a>(object: &'a str, name: &str) -> &'a str {
    let (_, rest) = object
        .split_once(&format!("\"{name}\": "))
        .unwrap_or_else(|| panic!("no {name} in {object}"));
    rest.strip_prefix('"').map_or_else(
        || rest.split([',', '}']).next().unwrap(),
        |quoted| quoted.split('"').next().unwrap(),
    )
}

#[test]
fn the_first_minute_fits_on_a_screen_and_says_what_to_try_next() {
    let output = races(&[]);
    let text = text(&output);
    assert_eq!(code(&output), 0);
    assert_eq!(problem(&output), "");
    assert!(text.lines().count() < 30, "{text}");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    assert!(text.is_ascii(), "{text}");
    for schedule in ["1122", "1212", "1221", "2112", "2121", "2211"] {
        assert!(text.contains(schedule), "{text}");
    }
    assert_eq!(text.matches("LOST").count(), 5, "four orders and one near miss: {text}");
    assert!(text.contains("10000 times on real threads"), "{text}");
    assert!(text.trim_end().lines().last().unwrap().contains("races list"), "{text}");
}

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

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_races"))
        .arg("explain")
        .env_clear()
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(code(&output), 1);
    assert!(
        problem(&output).starts_with("error: cannot write the answer: "),
        "{}",
        problem(&output)
    );
    assert_eq!(problem(&output).lines().count(), 2);
}

#[test]
fn fix_goes_from_a_near_miss_as_well_and_speaks_json() {
    let output = races(&["fix", "lost-update/two-locks"]);
    assert!(text(&output).contains("- fn two_locks() {\n"), "{}", text(&output));
    assert!(text(&output).contains("+ fn fix() {\n"), "{}", text(&output));
    for race in RACES {
        let output = races(&["fix", race.id, "--format", "json"]);
        assert_eq!(code(&output), 0, "{}", race.id);
        assert_eq!(text(&output).matches("\"race\": \"").count(), race.variants.len());
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
fn what_cannot_be_understood_gets_the_nearest_name_and_code_two() {
    let output = races(&["run", "lost-updat"]);
    assert_eq!(code(&output), 2);
    assert!(problem(&output).contains("did you mean `lost-update`?"), "{}", problem(&output));
    for (nothing, missing) in [
        (&["run"][..], "no race is named"),
        (&["fix"], "no race is named"),
        (&["stress"], "no race is named"),
        (&["replay"], "no race is named"),
        (&["replay", "lost-update"], "no schedule is named"),
    ] {
        let output = races(nothing);
        assert_eq!((code(&output), text(&output)), (2, ""), "{nothing:?}");
        let told = format!("error: {missing}\nhelp: races ");
        assert!(problem(&output).starts_with(&told), "{nothing:?}: {}", problem(&output));
    }
    for wrong in [&["runn"][..], &["run", "lost-update", "--max-steps", "0"], &["--width", "9"]] {
        let output = races(wrong);
        assert_eq!(code(&output), 2, "{wrong:?}");
        assert!(!problem(&output).is_empty(), "{wrong:?}");
    }
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
fn fix_shows_the_difference_and_the_counts_of_all_variants() {
    let output = races(&["fix", "lost-update"]);
    assert_eq!(code(&output), 0);
    let text = text(&output);
    assert!(text.contains("-         let coins = jar.load(SeqCst);"), "{text}");
    assert!(text.contains("+         let mut coins = jar.lock().unwrap();"), "{text}");
    for line in ["6 schedules, 4 fail", "2 schedules, 0 fail"] {
        assert!(text.contains(line), "{text}");
    }
    for next in ["run lost-update/lock-per-access ", "explain lost-update ", "learn lost-update "] {
        assert!(text.contains(&format!("races {next}")), "{text}");
    }
    assert!(
        !self::text(&races(&["fix", "wrong-lock"])).contains("races learn"),
        "it is no exercise"
    );
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
fn colour_is_only_a_second_channel() {
    let plain = races(&["run", "lost-update/bug"]);
    let coloured = races(&["run", "lost-update/bug", "--color", "always"]);
    assert!(!text(&plain).contains('\u{1b}'));
    assert!(text(&coloured).contains('\u{1b}'));
    let mut stripped = String::new();
    let mut rest = text(&coloured);
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    stripped.push_str(rest);
    assert_eq!(stripped, text(&plain));
    let forced = |name: &str, value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_races"));
        let output = command.args(["run", "lost-update/bug"]).env_clear().env(name, value).output();
        text(&output.unwrap()).contains('\u{1b}')
    };
    assert!(forced("CLICOLOR_FORCE", "1") && forced("DRAWLOOM_COLOR", "always"));
    assert!(!forced("NO_COLOR", "1"));
}

#[test]
fn no_line_is_wider_than_it_may_be() {
    for width in ["60", "79", "80", "100"] {
        for race in RACES.iter().map(|race| race.id) {
            let output = races(&["run", race, "--width", width]);
            assert_eq!(code(&output), 0);
            let width: usize = width.parse().unwrap();
            let wide = text(&output).lines().find(|line| line.len() > width.max(80));
            assert_eq!(wide, None, "{race} at {width}");
        }
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_races"))
        .args(["run", "lost-update"])
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    // Nothing is read from it either.
    drop(child.stdin.take().map(|mut stdin| stdin.write_all(b"q\n")));
    let output = child.wait_with_output().unwrap();
    assert_eq!(problem(&output), "");
    assert_eq!(output.status.code(), Some(0));
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
