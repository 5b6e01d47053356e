//! What is in a learner's folder, and who writes it?
//!
//! For each exercise there is a small package: `exercise.rs` is the learner's and is written once, the rest
//! is written anew by each check, so that nothing is gained by changing it. Beside them stands a file with
//! what was done so far.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use races::exercises::Exercise;

use super::clone;
use super::standing::Standing;

/// The file with what was done.
const PROGRESS: &str = "progress.txt";

/// The judge as it was compiled here: the same text is compiled there.
const JUDGE: &str = include_str!("../../exercises/judge.rs");

/// A learner's folder, and what was done in it.
pub(super) struct Folder {
    path: PathBuf,
    done: BTreeMap<String, Standing>,
}

impl Folder {
    /// Reads what was done, if there is anything.
    pub(super) fn at(path: &str) -> Result<Self, String> {
        let path = PathBuf::from(path);
        let file = path.join(PROGRESS);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(cannot("read", &file, &error)),
        };
        let mut done = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#')) {
            let (id, words) = line.split_once(' ').unwrap_or((line, ""));
            let standing = Standing::read(words).map_err(|word| {
                format!(
                    "error: {}:{number} says `{word}`, which is no standing\n\
                     help: delete that line to begin this exercise anew",
                    file.display()
                )
            })?;
            done.insert(id.to_owned(), standing);
        }
        Ok(Self { path, done })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it has been made.
    pub(super) fn is_there(&self) -> bool {
        self.path.is_dir()
    }

    /// What was done of an exercise.
    pub(super) fn standing(&mut self, exercise: &Exercise) -> &mut Standing {
        self.done.entry(exercise.id.to_owned()).or_default()
    }

    /// What was done of an exercise, to look at.
    pub(super) fn known(&self, exercise: &Exercise) -> Standing {
        self.done.get(exercise.id).copied().unwrap_or_default()
    }

    /// Writes down what was done.
    pub(super) fn save(&self) -> Result<(), String> {
        let mut text = "# What you have done. `races learn` keeps this file.\n".to_owned();
        for (id, standing) in self.done.iter().filter(|(_, done)| **done != Standing::default()) {
            text.push_str(&format!("{id} {standing}\n"));
        }
        make(&self.path)?;
        write(&self.path.join(PROGRESS), &text)
    }

    /// The package of an exercise.
    pub(super) fn package(&self, exercise: &Exercise) -> PathBuf {
        self.path.join(exercise.id)
    }

    /// The learner's own file.
    pub(super) fn own_file(&self, exercise: &Exercise) -> PathBuf {
        self.package(exercise).join("exercise.rs")
    }

    /// Hands out the starter.
    pub(super) fn write_starter(&self, exercise: &Exercise) -> Result<(), String> {
        make(&self.package(exercise))?;
        write(&self.own_file(exercise), exercise.starter)?;
        self.write_rest(exercise)
    }

    /// Writes what is not the learner's.
    pub(super) fn write_rest(&self, exercise: &Exercise) -> Result<(), String> {
        let (package, clone) = (self.package(exercise), clone());
        let note = "// Written anew by each check: what you change here is gone then.\n";
        write(&package.join("Cargo.toml"), &manifest(exercise, &package, &clone))?;
        write(&package.join("main.rs"), &main(exercise))?;
        write(&package.join("stage.rs"), &below_the_head(exercise.stage, note))?;
        write(&package.join("judge.rs"), &below_the_head(JUDGE, note))?;
        // The clone has all that is needed, in these versions, so that nothing is downloaded.
        let lock = package.join("Cargo.lock");
        if !lock.exists() {
            let known = clone.join("Cargo.lock");
            fs::copy(&known, &lock).map_err(|error| {
                format!(
                    "error: cannot copy {}: {error}\n\
                     help: exercises are compiled with the clone that this command was built from",
                    known.display()
                )
            })?;
        }
        Ok(())
    }
}

/// The manifest of a learner's package: its profiles are those of the clone, so that what is compiled there
/// is used here.
///
/// The program has the folder in its name: others who check the same exercise write to the same target folder,
/// maybe between the end of a build and the start of what was built.
fn manifest(exercise: &Exercise, package: &Path, clone: &Path) -> String {
    let path = clone.display().to_string().replace('\\', "/");
    let mut folder = DefaultHasher::new();
    fs::canonicalize(package).unwrap_or_else(|_| package.to_owned()).hash(&mut folder);
    let folder = folder.finish();
    format!(
        "# Written anew by each check.\n\
         [package]\n\
         name = \"{}\"\n\
         version = \"0.0.0\"\n\
         edition = \"2024\"\n\
         publish = false\n\n\
         [workspace]\n\n\
         [[bin]]\n\
         name = \"exercise-{0}-{folder:016x}\"\n\
         path = \"main.rs\"\n\n\
         [dependencies]\n\
         drawloom = {{ path = '{path}' }}\n\n\
         [profile.dev]\n\
         debug = \"line-tables-only\"\n\n\
         [profile.dev.package.\"*\"]\n\
         debug = false\n\n\
         [profile.dev.package.corosensei]\n\
         opt-level = 3\n",
        exercise.id
    )
}

fn main(exercise: &Exercise) -> String {
    format!(
        "//! Explores exercise.rs. Written anew by each check.\n\n\
         mod exercise;\n\
         #[allow(dead_code, reason = \"the judge is for all exercises\")]\n\
         mod judge;\n\
         mod stage;\n\n\
         fn main() -> std::process::ExitCode {{\n    \
             judge::main(&stage::TASK, &stage::cases(exercise::{}))\n\
         }}\n",
        exercise.entry
    )
}

/// Puts a line below what a file says of itself.
fn below_the_head(text: &str, line: &str) -> String {
    let head: usize =
        text.split_inclusive('\n').take_while(|line| line.starts_with("//!")).map(str::len).sum();
    let (head, rest) = text.split_at(head);
    format!("{head}{line}{rest}")
}

fn make(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| cannot("make", folder, &error))
}

/// Writes a file if that changes it: what is as it was is not compiled again.
fn write(file: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(file).is_ok_and(|known| known == text) {
        return Ok(());
    }
    fs::write(file, text).map_err(|error| cannot("write", file, &error))
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("error: cannot {verb} {}: {error}\nhelp: --in DIR names another folder", path.display())
}
