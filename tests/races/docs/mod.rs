//! The docs are true: every console block in README and the book is run and compared, and every function
//! of a race that a page shows is compared with the race's file.
//!
//! A block that begins with ```` ```console ```` holds commands, each after a `$`, and what they print. A
//! block below a line such as `<!-- code: lost-update bug fix -->` holds those functions of that race: so
//! a race's file has no marks for the book, and the page has its code where no book is built. What stands
//! between `<!-- failing: lost-update/bug -->` and `<!-- end -->` is every failing schedule of that program, between
//! `<!-- nearly: lost-update -->` and the end every failing schedule of its near misses,
//! `<!-- races: lost-update ... -->` is followed by a table of these races, and
//! `<!-- beside the bug: lost-update/lock-per-access ... -->` by one that counts what a lock was good for. A block
//! below `<!-- own file: lost-update -->` is what a learner has made of that exercise when the next command runs.
//! `UPDATE_DOCS=1 cargo test -p races --test races docs` writes what is true now; read the difference.

mod console;
mod counts;
mod generated;
mod links;
mod race_pages;
mod reference;
mod renewed;

use std::fs;
use std::path::{Path, PathBuf};

use races::RACES;
use races::catalogue::{Race, Variant};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// README and every page of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let mut folders = vec![root().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn race(id: &str) -> &'static Race {
    let race = RACES.iter().find(|race| race.id == id);
    race.unwrap_or_else(|| panic!("the docs speak of `{id}`, which is no race"))
}

/// The variant that is called `lost-update/bug`.
fn variant(name: &str) -> (&'static Race, &'static Variant) {
    let (id, variant) = name.split_once('/').unwrap_or((name, "bug"));
    let race = race(id);
    (race, race.variant(variant).unwrap_or_else(|| panic!("there is no {name}")))
}

/// The words after a mark such as `<!-- races: lost-update merge-race -->`.
fn asked<'a>(line: &'a str, mark: &str) -> Option<Vec<&'a str>> {
    let words = line.strip_prefix("<!-- ")?.strip_prefix(mark)?.strip_prefix(": ")?;
    Some(words.strip_suffix(" -->")?.split(' ').collect())
}
