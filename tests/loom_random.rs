//! What does loom miss, and what does it invent? The book's table is counted again.
//!
//! `UPDATE_DOCS=1 cargo test --test loom_random` writes the table as it is counted now.
#![cfg(feature = "loom")]

#[path = "../benches/src/library.rs"]
mod library;
#[path = "../benches/src/page.rs"]
#[allow(dead_code, reason = "what is measured is put into its page by the command alone")]
mod page;
#[path = "../benches/src/random/mod.rs"]
#[allow(dead_code, reason = "what the table leaves out is printed by the command alone")]
mod random;
#[path = "../benches/src/table.rs"]
#[allow(dead_code, reason = "a table is written for terminals by the command alone")]
mod table;

use std::fs;
use std::path::Path;

use library::library;

library!(Drawloom, drawloom);
library!(Loom, loom);

#[test]
fn the_book_tells_what_loom_misses_and_invents() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/loom.md");
    let text = fs::read_to_string(&path).expect("the page about loom");
    let table = random::compare::<Drawloom, Loom>(random::Sample::BOOK).markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page::with_part(&text, "loom-random", &table)).expect("the page is ours");
    } else {
        let stale = "UPDATE_DOCS=1 cargo test --test loom_random renews the table";
        assert_eq!(page::part(&text, "loom-random").trim(), table.trim(), "{stale}");
    }
}
