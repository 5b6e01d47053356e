//! `--check`: compiles a learner's copy, and has the judge explore it.
//!
//! The copy is a package of its own that is compiled with the library of this clone. It goes to the
//! clone's target folder, so that only the first check compiles the library, and nothing is downloaded.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use races::exercises::judge::PASSED;
use races::exercises::{EXERCISES, Exercise};

use super::super::next::next;
use super::super::{AS_EXPECTED, Answer, DIFFERS, USAGE};
use super::{Learner, clone};

pub(super) fn answer(
    mut learner: Learner<'_>,
    exercise: &'static Exercise,
) -> Result<Answer, String> {
    let file = learner.folder.own_file(exercise);
    if !file.exists() {
        return Err(format!(
            "error: {} is not there\nhelp: {} copies it",
            file.display(),
            learner.command(exercise, "").replace(" --check", "")
        ));
    }
    learner.folder.write_rest(exercise)?;
    let package = learner.folder.package(exercise);
    if !compiles(&learner, &package)? {
        // What is wrong has been said on the standard error.
        return Ok((format!("not yet: {} does not compile\n", file.display()), USAGE));
    }
    let (mut text, mut code) = explored(&learner, &package)?;
    if code == AS_EXPECTED && !text.lines().any(|line| line == PASSED) {
        text.push_str("not yet: the program ended before it was judged\n");
        code = DIFFERS;
    }
    if code == AS_EXPECTED {
        learner.is_new = true;
        learner.note(|folder| folder.standing(exercise).passed = true)?;
    }
    text.push_str(&go_on(&learner, exercise, code == AS_EXPECTED));
    Ok((text, code))
}

/// A cargo that works in a learner's package.
fn cargo(learner: &Learner<'_>, package: &Path, verb: &str) -> Command {
    let mut command = Command::new(&learner.settings.cargo);
    command.arg(verb).args(["--offline"]).current_dir(package);
    command.env("CARGO_TARGET_DIR", target()).stdin(Stdio::null());
    command
}

fn compiles(learner: &Learner<'_>, package: &Path) -> Result<bool, String> {
    let mut command = cargo(learner, package, "build");
    if !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    let status = command.stdout(Stdio::null()).status();
    status.map(|status| status.success()).map_err(|error| no_cargo(learner, &error))
}

/// What the judge prints, and how it ends.
fn explored(learner: &Learner<'_>, package: &Path) -> Result<(String, u8), String> {
    let style = learner.settings.style;
    let color = if style.color { "always" } else { "never" };
    let output = cargo(learner, package, "run")
        .args(["--quiet", "--", &style.width.to_string(), color])
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| no_cargo(learner, &error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let code = output.status.code().and_then(|code| u8::try_from(code).ok());
    let code = code.ok_or_else(|| {
        "error: the check was ended from outside\nhelp: a program that needs too much memory is"
            .to_owned()
    })?;
    Ok((text, code))
}

fn no_cargo(learner: &Learner<'_>, error: &std::io::Error) -> String {
    format!(
        "error: cannot run {}: {error}\nhelp: exercises are compiled: they need a Rust toolchain",
        learner.settings.cargo.display()
    )
}

/// The target folder that this command was built in, if it still lies there; else the clone's own.
fn target() -> PathBuf {
    let own = std::env::current_exe().ok().and_then(|exe| {
        let profile = exe.parent()?;
        profile.join(".fingerprint").is_dir().then(|| profile.parent().map(Path::to_owned))?
    });
    own.unwrap_or_else(|| clone().join("target"))
}

fn go_on(learner: &Learner<'_>, exercise: &Exercise, passed: bool) -> String {
    if !passed {
        return learner.next(exercise, &[("--hint", "a hint"), ("--check", "once more")]);
    }
    let mut commands = vec![(learner.command(exercise, "--solution"), "ours, to compare")];
    let left = EXERCISES.iter().find(|other| !learner.folder.known(other).passed);
    if let Some(left) = left {
        commands.push((learner.command(left, ""), "the next one"));
    }
    next(&commands, learner.settings.style.width)
}
