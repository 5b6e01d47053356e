//! The table with a column for each strand, time downwards.

use crate::render::fold::{Piece, folded};
use crate::render::page::{Ink, Line, Page};
use crate::render::story::{Row, Story, of};

/// How a table is laid out.
struct Layout {
    /// 0 for one that has no column.
    strands: Vec<usize>,
    objects: Vec<usize>,
    /// No column at all where schedules have not been counted.
    fails: Option<usize>,
    /// What stands between two columns.
    gap: &'static str,
    /// Whether a change shows only what is new.
    short: bool,
}

const FAILS: &str = "still fail";

/// The table, or `None` if it is too wide however close its columns stand.
pub(super) fn table(story: &Story<'_>, width: usize, full: bool) -> Option<Page> {
    let tighter = [("   ", false), ("  ", false), ("   ", true), ("  ", true)];
    tighter
        .into_iter()
        .map(|(gap, short)| laid_out(story, &layout(story, gap, short), full))
        .find(|page| !page.overflows(width))
}

fn laid_out(story: &Story<'_>, layout: &Layout, full: bool) -> Page {
    let mut page = Page::default();
    header(&mut page, story, layout);
    start(&mut page, story, layout);
    let decided = story.rows.iter().position(|row| row.decided);
    for piece in folded(story.rows.len(), decided, full) {
        match piece {
            Piece::Row(at) => row(&mut page, story, &story.rows[at], layout),
            Piece::Skipped(steps) => {
                let gap = layout.gap;
                page.push(Line::new().put(Ink::Dim, format!("      {gap}... {steps} steps ...")));
            }
        }
    }
    end(&mut page, story, layout);
    page
}

fn title(story: &Story<'_>, strand: usize) -> String {
    format!("{strand} {}", story.name(strand))
}

fn layout(story: &Story<'_>, gap: &'static str, short: bool) -> Layout {
    let widest =
        |texts: Vec<&str>| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let own = story.columns();
    let strands = story.strands.iter().enumerate().map(|(column, &strand)| {
        if !own.contains(&strand) {
            return 0;
        }
        let title = title(story, strand);
        let mut texts = vec![title.as_str()];
        for row in &story.rows {
            if row.strand == strand {
                texts.extend(row.did.iter().map(String::as_str));
            }
            texts.push(&row.meanwhile[column]);
        }
        texts.extend(story.end.iter().map(|end| end.cells[column].as_str()));
        widest(texts)
    });
    let objects = story.objects.iter().enumerate().map(|(column, object)| {
        let mut texts = vec![object.name.as_str(), &object.start];
        texts.extend(story.rows.iter().map(|row| state(row, short)[column].as_str()));
        texts.extend(story.end.iter().map(|end| end.state[column].as_str()));
        widest(texts)
    });
    let counts = story.rows.iter().filter_map(|row| row.counts.as_ref()).chain(&story.trace.counts);
    let fails = story
        .trace
        .counts
        .as_ref()
        .map(|_| counts.map(|counts| of(counts).len()).max().unwrap_or(0).max(FAILS.len()));
    Layout { strands: strands.collect(), objects: objects.collect(), fails, gap, short }
}

fn header(page: &mut Page, story: &Story<'_>, layout: &Layout) {
    let mut names = Line::new().plain("  step");
    let mut rules = Line::new().plain("  ----");
    for (column, (&strand, &width)) in story.strands.iter().zip(&layout.strands).enumerate() {
        if width == 0 {
            continue;
        }
        names = names.plain(layout.gap).cell(Ink::Strand(column), &title(story, strand), width);
        rules = rules.plain(layout.gap).plain("-".repeat(width));
    }
    for (object, &width) in story.objects.iter().zip(&layout.objects) {
        names = names.plain(layout.gap).cell(Ink::Plain, &object.name, width);
        rules = rules.plain(layout.gap).plain("-".repeat(width));
    }
    if let Some(width) = layout.fails {
        names = names.plain(layout.gap).cell(Ink::Plain, FAILS, width);
        rules = rules.plain(layout.gap).plain("-".repeat(width));
    }
    page.push(names);
    page.push(rules);
}

fn start(page: &mut Page, story: &Story<'_>, layout: &Layout) {
    let mut line = Line::new().plain("  start");
    // `start` is one wider than a number.
    let mut first = true;
    for &width in layout.strands.iter().filter(|width| **width > 0) {
        line = line.plain(if first { &layout.gap[1..] } else { layout.gap }).cell(
            Ink::Dim,
            "-",
            width,
        );
        first = false;
    }
    for (object, &width) in story.objects.iter().zip(&layout.objects) {
        line = line.plain(if first { &layout.gap[1..] } else { layout.gap }).cell(
            Ink::Plain,
            &object.start,
            width,
        );
        first = false;
    }
    if let Some((counts, width)) = story.trace.counts.as_ref().zip(layout.fails) {
        line = line.plain(layout.gap).cell(failing(counts), &of(counts), width);
    }
    page.push(line);
}

fn state(row: &Row, short: bool) -> &[String] {
    if short { &row.short } else { &row.state }
}

fn failing(counts: &crate::Counts) -> Ink {
    if counts.failing == 0 { Ink::Good } else { Ink::Bad }
}

fn row(page: &mut Page, story: &Story<'_>, row: &Row, layout: &Layout) {
    for at in 0..row.did.len() {
        let (first, last) = (at == 0, at + 1 == row.did.len());
        let mut line = match (first, row.decided) {
            (true, true) => Line::new().put(Ink::Bad, format!("  X{:>3}", row.number)),
            (true, false) => Line::new().plain(format!("{:>6}", row.number)),
            (false, _) => Line::new().plain("      "),
        };
        line = strand_cells(line, story, row, layout, at);
        for (state, &width) in state(row, layout.short).iter().zip(&layout.objects) {
            line = line.plain(layout.gap).cell(Ink::Plain, if last { state } else { "" }, width);
        }
        let counts = row.counts.as_ref().filter(|_| first && !after_decision(story, row));
        if let (Some(counts), Some(width)) = (counts, layout.fails) {
            line = line.plain(layout.gap).cell(failing(counts), &of(counts), width);
        }
        if first && row.decided {
            line = line.plain(layout.gap).put(Ink::Bad, "decided");
        }
        // Where there is nothing to count any more there is room for a remark.
        if let Some(remark) = row.remark.as_ref().filter(|_| last) {
            line = line.plain(layout.gap).plain(remark);
        }
        page.push(line);
    }
}

/// What each strand does in one line of a row.
fn strand_cells(line: Line, story: &Story<'_>, row: &Row, layout: &Layout, at: usize) -> Line {
    let columns = story.strands.iter().zip(&layout.strands).enumerate();
    let columns = columns.filter(|(_, (_, width))| **width > 0);
    if !story.columns().contains(&row.strand) {
        // The clock: across all columns.
        let wide: usize = columns.map(|(_, (_, width))| width + layout.gap.len()).sum();
        let text = format!("{} {}: {}", row.strand, story.name(row.strand), row.did[at]);
        return line.plain(layout.gap).cell(Ink::Dim, &text, wide.saturating_sub(layout.gap.len()));
    }
    columns.fold(line, |line, (column, (&strand, &width))| {
        let line = line.plain(layout.gap);
        if strand == row.strand {
            return line.cell(Ink::Strand(column), &row.did[at], width);
        }
        line.cell(Ink::Dim, if at == 0 { &row.meanwhile[column] } else { "" }, width)
    })
}

/// Whether a row's count would only say again that everything fails.
fn after_decision(story: &Story<'_>, row: &Row) -> bool {
    let decided = story.trace.decided();
    let doomed = story.trace.counts.as_ref().is_some_and(|counts| counts.failing == counts.all);
    doomed || decided.is_some_and(|decided| row.number > decided + 1)
}

fn end(page: &mut Page, story: &Story<'_>, layout: &Layout) {
    let Some(end) = &story.end else { return };
    let mut line = Line::new().plain("   end");
    for (cell, &width) in end.cells.iter().zip(&layout.strands).filter(|(_, width)| **width > 0) {
        line = line.plain(layout.gap).cell(Ink::Bad, cell, width);
    }
    for (state, &width) in end.state.iter().zip(&layout.objects) {
        line = line.plain(layout.gap).cell(Ink::Plain, state, width);
    }
    page.push(line.plain(layout.gap).put(Ink::Bad, &end.remark));
}
