//! The house rules that no linter knows.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path from the root of the repository, with forward slashes, and its text.
struct File {
    path: String,
    text: String,
}

impl File {
    /// The lines before its tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines().take_while(|line| *line != "#[cfg(test)]"))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository that ends so.
fn files(folder: &str, ending: &str) -> Vec<File> {
    let mut open = vec![root().join(folder)];
    let mut found = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with(".git") {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        } else if path.to_string_lossy().ends_with(ending) {
            found.push(file(&path));
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(!found.is_empty(), "{folder} has no {ending}");
    found
}

fn file(path: &PathBuf) -> File {
    let relative = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
    File { path: relative, text: fs::read_to_string(path).unwrap() }
}

fn rust() -> Vec<File> {
    ["src", "races", "tests", "benches"].iter().flat_map(|folder| files(folder, ".rs")).collect()
}

/// Fails with all offences at once.
fn none(offences: &[String]) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// The lines of all files that offend, as `path:line: text`.
fn lines(files: &[File], offends: impl Fn(&File, &str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in (1..).zip(file.text.lines()) {
            if offends(file, line) {
                found.push(format!("{}:{number}: {}", file.path, line.trim()));
            }
        }
    }
    found
}

#[test]
fn every_file_answers_one_question_and_says_so_first() {
    let silent = rust().into_iter().filter(|file| !file.text.starts_with("//! "));
    none(&silent.map(|file| format!("{} does not begin with //!", file.path)).collect::<Vec<_>>());
}

#[test]
fn no_file_is_a_drawer_for_everything() {
    let drawers = ["util", "utils", "common", "helpers", "types", "misc"];
    let found = rust().into_iter().filter(|file| {
        let stem = Path::new(&file.path).file_stem().unwrap().to_string_lossy().into_owned();
        drawers.contains(&stem.as_str())
    });
    none(&found.map(|file| file.path).collect::<Vec<_>>());
}

#[test]
fn no_file_of_the_library_has_more_than_four_hundred_lines_before_its_tests() {
    let found = files("src", ".rs").into_iter().filter_map(|file| {
        let count = file.code().count();
        (count > 400).then(|| format!("{} has {count} lines", file.path))
    });
    none(&found.collect::<Vec<_>>());
}

#[test]
fn a_race_is_told_in_eighty_lines_of_code() {
    let folders = ["races/threads", "races/tasks", "races/bridge", "races/memory"];
    let races = folders.into_iter().flat_map(|folder| files(folder, ".rs"));
    let found = races.filter_map(|file| {
        let told = file.text.lines().take_while(|line| *line != "/// The catalogue's entry.");
        // The story and the imports are read too, but they are not the program.
        let code = |line: &&str| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with("//") && !line.starts_with("use ")
        };
        let program = told.filter(code).count();
        (program > 80).then(|| format!("{}: {program} lines of code", file.path))
    });
    none(&found.collect::<Vec<_>>());
}

#[test]
fn nothing_is_skipped_or_left_open() {
    let signs = [
        concat!("#[ig", "nore"),
        concat!("#[should_", "panic]"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    let offends = |file: &File, line: &str| {
        file.path != "tests/tidy.rs" && signs.iter().any(|sign| line.contains(sign))
    };
    none(&lines(&rust(), offends));
}

#[test]
fn the_library_has_one_thread_local_and_reads_no_environment_and_prints_nothing() {
    let offends = |file: &File, line: &str| {
        let code = line.trim_start();
        let told = code.starts_with("//") || code.starts_with("///");
        let thread_local = code.starts_with("thread_local!") && file.path != "src/engine/mod.rs";
        let signs = ["env::var", "println!(", "eprintln!(", "print!(", "dbg!("];
        !told && (thread_local || signs.iter().any(|sign| code.contains(sign)))
    };
    none(&lines(&files("src", ".rs"), offends));
}

#[test]
fn what_decides_who_runs_reads_no_clock_and_no_random_number() {
    let mut deciding = files("src/search", ".rs");
    deciding.extend(files("src/engine/explorer", ".rs"));
    let signs = ["Instant", "SystemTime", "RandomState", "use rand", "fastrand", "env::"];
    let offends = |_: &File, line: &str| {
        !line.trim_start().starts_with("//") && signs.iter().any(|sign| line.contains(sign))
    };
    none(&lines(&deciding, offends));
}

#[test]
fn the_command_reads_the_environment_in_one_place() {
    let offends = |file: &File, line: &str| {
        line.contains("env::var") && file.path != "races/command/settings.rs"
    };
    none(&lines(&files("races", ".rs"), offends));
}

#[test]
fn a_search_never_lets_the_order_of_a_hash_map_reach_a_result() {
    // Maps are looked up in and never walked: walking one is what the order comes from.
    let offends = |_: &File, line: &str| {
        let walks = [
            ".states.iter()",
            ".events.iter()",
            ".states.values()",
            ".events.values()",
            "in &self.states",
            "in &self.events",
        ];
        walks.iter().any(|walk| line.contains(walk))
    };
    none(&lines(&files("src/search", ".rs"), offends));
}

#[test]
fn unsafe_lives_in_named_files() {
    let named = [
        "src/worker.rs",
        "src/engine/mod.rs",
        "src/engine/explorer/overflow.rs",
        "src/engine/explorer/strand.rs",
        "src/facade/parking_lot/",
        "src/facade/sync/mutex.rs",
        "src/facade/sync/rwlock.rs",
        "src/facade/sync/slot.rs",
        "src/facade/sync/lazy_lock.rs",
        "src/facade/sync/initial.rs",
        "src/facade/thread/scope.rs",
        "src/engine/loom/",
        "src/facade/tokio/",
        "races/memory/plain.rs",
    ];
    let offends = |file: &File, line: &str| {
        let code = line.trim_start();
        let is_unsafe =
            code.contains("unsafe {") || code.contains("unsafe impl") || code.contains("unsafe fn");
        is_unsafe
            && !code.starts_with("//")
            && !named.iter().any(|name| file.path.starts_with(name))
    };
    none(&lines(&files("src", ".rs"), offends));
}

#[test]
fn every_allowance_has_its_reason_and_unsafe_says_why_it_is_safe() {
    let mut found = Vec::new();
    for file in rust().into_iter().filter(|file| file.path != "tests/tidy.rs") {
        let lines: Vec<&str> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let opens = line.trim_start().starts_with("unsafe {") || line.contains("= unsafe {");
            let above = &lines[index.saturating_sub(8)..index];
            if opens && !above.iter().any(|line| line.contains("SAFETY:")) {
                found.push(format!("{}:{}: no SAFETY: above it", file.path, index + 1));
            }
        }
    }
    none(&found);
}

/// The modules of the library in reading order.
fn reading_order() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let modules = text.lines().filter_map(|line| {
        let line = line.trim_start_matches("pub ").strip_prefix("mod ")?;
        Some(line.trim_end_matches(';').to_owned())
    });
    modules.collect()
}

#[test]
fn each_part_of_the_library_uses_only_those_above_it() {
    let order = reading_order();
    assert!(order.len() > 10, "{order:?}");
    let place = |module: &str| order.iter().position(|known| known == module);
    let mut found = Vec::new();
    for file in files("src", ".rs") {
        let own = file.path["src/".len()..].split(['/', '.']).next().unwrap().to_owned();
        let Some(here) = place(&own) else { continue };
        for (number, line) in file.code().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let used: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if place(&used).is_some_and(|there| there > here) {
                    found.push(format!(
                        "{}:{number}: {own} uses {used}, which comes later",
                        file.path
                    ));
                }
            }
        }
    }
    none(&found);
}

#[test]
fn no_path_of_a_machine_and_no_registry_is_named() {
    let mut all = rust();
    all.extend(files("docs", ".md"));
    for name in ["README.md", "Cargo.toml"] {
        all.push(file(&root().join(name)));
    }
    let signs = [
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/wo", "rk/"),
        concat!("crates", ".io/"),
        concat!("index.", "crates"),
    ];
    none(&lines(&all, |_, line| signs.iter().any(|sign| line.contains(sign))));
}
