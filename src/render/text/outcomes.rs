//! What the program can return, and in how many schedules.

use crate::count::Count;
use crate::render::page::{Ink, Line, Page};
use crate::render::{Shown, Style};
use crate::verdict::{Report, Verdict};

/// The longest bar behind a count.
const MOST_BAR: u32 = 20;

/// A row of the table.
struct Row {
    outcome: String,
    schedules: Option<Count>,
    example: String,
    fails: bool,
}

pub(super) fn table(report: &Report<Shown>, style: &Style) -> Page {
    let mut page = Page::default();
    let rows = rows(report, style.width / 2);
    if rows.is_empty() {
        return page;
    }
    let all = report.schedules.as_ref().map(|schedules| &schedules.all);
    let counts: Vec<String> =
        rows.iter().map(|row| counted(row.schedules.as_ref().zip(all))).collect();
    let wide = |texts: &[&str]| texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let mut outcomes = vec!["outcome"];
    outcomes.extend(rows.iter().map(|row| row.outcome.as_str()));
    let outcome = wide(&outcomes);
    let mut schedules = vec!["schedules"];
    schedules.extend(counts.iter().map(String::as_str));
    let count = wide(&schedules);
    page.push(Line::new());
    let header = Line::new().plain("  ").cell(Ink::Plain, "outcome", outcome).plain("   ");
    page.push(header.cell(Ink::Plain, "schedules", count).plain("   example"));
    for (row, counted) in rows.iter().zip(&counts) {
        let ink = if row.fails { Ink::Bad } else { Ink::Plain };
        let line = Line::new().plain("  ").cell(ink, &row.outcome, outcome).plain("   ");
        page.push(line.cell(Ink::Plain, counted, count).plain("   ").plain(&row.example));
    }
    page
}

fn rows(report: &Report<Shown>, most: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Verdict::Failed(failure) = &report.verdict {
        rows.push(Row {
            outcome: "fails".to_owned(),
            schedules: report.schedules.as_ref().map(|schedules| schedules.failing.clone()),
            example: failure.schedule.to_string(),
            fails: true,
        });
    }
    for (value, known) in &report.outcomes {
        let mut outcome: String = value.text.chars().take(most).collect();
        if outcome == "()" {
            "holds".clone_into(&mut outcome);
        }
        let (schedules, example) = (known.schedules.clone(), known.example.to_string());
        rows.push(Row { outcome, schedules, example, fails: false });
    }
    rows
}

/// `4 of 6  ####`
fn counted(share: Option<(&Count, &Count)>) -> String {
    let Some((schedules, all)) = share.filter(|(_, all)| **all > 0) else {
        return "not counted".to_owned();
    };
    let bar = "#".repeat(schedules.bar(all, MOST_BAR) as usize);
    format!("{} of {}  {bar}", schedules.short(), all.short())
}
