//! The table below itself: for narrow terminals and for many strands.

use crate::render::fold::{Piece, folded};
use crate::render::page::{Ink, Line, Page};
use crate::render::story::{Row, Story, of};

/// The longest name of a strand.
const MOST_NAME: usize = 12;

pub(super) fn table(story: &Story<'_>, width: usize, full: bool) -> Page {
    let mut page = Page::default();
    let named: Vec<String> =
        story.objects.iter().map(|object| format!("{} {}", object.name, object.start)).collect();
    let right = right_column(story).min(width.saturating_sub(12));
    let start = Line::new().cell(Ink::Plain, &format!("  {}", named.join("   ")), right);
    page.push(match &story.trace.counts {
        Some(counts) => start.plain("  ").put(Ink::Bad, of(counts)),
        None => start,
    });
    let decided = story.rows.iter().position(|row| row.decided);
    for piece in folded(story.rows.len(), decided, full) {
        match piece {
            Piece::Row(at) => self::row(&mut page, story, &story.rows[at], right),
            Piece::Skipped(steps) => {
                page.push(Line::new().put(Ink::Dim, format!("      ... {steps} steps ...")));
            }
        }
    }
    end(&mut page, story);
    if let Some(decided) = decided {
        page.push(Line::new().put(Ink::Bad, format!("decided at step {}", decided + 1)));
    }
    page
}

/// `1 alice`, cut so that the number is kept.
fn title(story: &Story<'_>, strand: usize) -> String {
    let name: String = story.name(strand).chars().take(MOST_NAME).collect();
    format!("{strand} {name}")
}

/// ` | |2 bob  :14 load -> 0`
fn entry(story: &Story<'_>, strand: usize, text: &str) -> String {
    let column = story.strands.iter().position(|other| *other == strand).unwrap_or(0);
    format!("{}{}  {text}", "| ".repeat(column) + "|", title(story, strand))
}

fn right_column(story: &Story<'_>) -> usize {
    let rows = story.rows.iter().flat_map(|row| {
        row.did.iter().map(|did| 4 + entry(story, row.strand, did).chars().count())
    });
    rows.max().unwrap_or(0).max(30)
}

fn row(page: &mut Page, story: &Story<'_>, row: &Row, right: usize) {
    let column = story.strands.iter().position(|other| *other == row.strand).unwrap_or(0);
    for (at, did) in row.did.iter().enumerate() {
        let first = at == 0;
        let line = match (first, row.decided) {
            (true, true) => Line::new().put(Ink::Bad, format!("X{:>2} ", row.number)),
            (true, false) => Line::new().plain(format!("{:>3} ", row.number)),
            (false, _) => Line::new().plain("    "),
        };
        let line = line.cell(Ink::Strand(column), &entry(story, row.strand, did), right - 4);
        let decided = story.trace.decided().is_some_and(|decided| row.number > decided + 1);
        page.push(match row.counts.as_ref().filter(|_| first && !decided) {
            Some(counts) => line.plain("  ").put(Ink::Bad, of(counts)),
            None => line,
        });
    }
    let changes = story.objects.iter().zip(&row.state).filter(|(_, state)| state.contains("->"));
    for (object, state) in changes {
        page.push(Line::new().plain(format!("      {} {state}", object.name)));
    }
    if let Some(remark) = &row.remark {
        page.push(Line::new().plain(format!("      {remark}")));
    }
}

fn end(page: &mut Page, story: &Story<'_>) {
    let Some(end) = &story.end else { return };
    let mut said = false;
    for (&strand, cell) in story.strands.iter().zip(&end.cells) {
        if !cell.is_empty() {
            page.push(Line::new().plain("end ").put(Ink::Bad, entry(story, strand, cell)));
            said = true;
        }
    }
    if !said && !end.remark.is_empty() {
        page.push(Line::new().plain("end ").put(Ink::Bad, &end.remark));
    }
}
