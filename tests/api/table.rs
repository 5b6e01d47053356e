//! The book's table of what there is of std and `parking_lot`, row by row.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The table's rows by the full name of their item: its status, and the remark beside it.
pub(crate) fn table() -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(root().join("docs/src/api.md")).unwrap();
    let mut rows = BTreeMap::new();
    let mut module = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            let first = title.split(' ').next().unwrap();
            first.strip_prefix("std::").unwrap_or(first).clone_into(&mut module);
        }
        let Some(row) = line.strip_prefix("| `") else { continue };
        let (name, rest) = row.split_once('`').unwrap();
        let cells: Vec<&str> = rest.split('|').map(str::trim).collect();
        for item in expanded(name) {
            // The cells and hints name their module themselves.
            let full = if module == "cell" { item } else { format!("{module}::{item}") };
            let (status, remark) = (cells[1].to_owned(), cells[2].to_owned());
            let twice = rows.insert(full.clone(), (status, remark));
            assert!(twice.is_none(), "{full} is there twice");
        }
    }
    rows
}

/// `A::{b, c}` is `A::b` and `A::c`.
fn expanded(name: &str) -> Vec<String> {
    match name.split_once('{') {
        None => vec![name.to_owned()],
        Some((start, rest)) => {
            let ends = rest.trim_end_matches('}').split(", ");
            ends.map(|end| format!("{start}{end}")).collect()
        }
    }
}
