//! Why was nothing seen? Most often because of an import.

use std::panic::Location;

use crate::source::Sources;
use crate::trace::Place;

/// Says which import of the checked file is not the facade's.
pub(super) fn likely_import(caller: &Location<'_>, sources: &Sources) -> String {
    let lines = sources.lines(&Place::from(caller).file).unwrap_or_default();
    let outside = [
        ("std::sync", "drawloom::sync"),
        ("std::thread", "drawloom::thread"),
        ("std::cell", "drawloom::cell"),
        ("parking_lot::", "drawloom::parking_lot"),
        ("tokio::", "drawloom::tokio"),
    ];
    for (number, line) in (1..).zip(&lines) {
        let import = line.trim();
        let Some(path) = import.strip_prefix("use ") else { continue };
        if let Some((theirs, ours)) = outside.iter().find(|(theirs, _)| path.starts_with(theirs)) {
            let theirs = theirs.trim_end_matches(':');
            return format!("line {number} imports {theirs}: {ours} is the one that is checked");
        }
    }
    "import from drawloom::sync, drawloom::thread, drawloom::cell, drawloom::parking_lot or \
     drawloom::tokio: what comes from elsewhere cannot be seen"
        .to_owned()
}
