//! The `races` command, run as a person or a script runs it.

mod explain;
mod fix;
mod list;
mod run;
mod terminal;

use std::process::{Command, Output};

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
