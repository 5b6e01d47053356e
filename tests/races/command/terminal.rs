//! What is typed, and where the answer goes: names, widths, colours, pipes.

use std::io::Write;
use std::process::{Command, Stdio};

use races::RACES;

use super::{code, problem, races, text};

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
