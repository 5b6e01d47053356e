//! What a command line of the docs prints, run as the docs show it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::root;

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
pub(super) fn desk() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs-learn")
}

/// Writes a learner's file, as a page shows it.
pub(super) fn write_own_file(id: &str, text: &str) {
    let own = desk().join("exercises").join(id).join("exercise.rs");
    assert!(own.exists(), "the page has not handed out {id}");
    fs::write(own, text).unwrap();
}

/// What a command line of the docs prints, with what differs from run to run taken out.
pub(super) fn output(line: &str) -> String {
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
pub(super) fn comparable(text: &str) -> String {
    let sometimes = ["that is 1 in", "the last failure"];
    let lines = text.lines().filter(|line| !sometimes.iter().any(|part| line.contains(part)));
    let lines = lines.map(|line| {
        let native = line.contains("on real threads");
        if native { "  (what real threads did)" } else { line.trim_end() }
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}
