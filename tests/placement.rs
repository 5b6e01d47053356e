//! What the book says of the price of a lock is all of one measurement: the plot is drawn from the tables.
//!
//! No time is looked at. The figures are those of the machine that the page speaks of.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../benches/src/page.rs"]
#[allow(dead_code, reason = "the bench renews the page")]
mod page;
#[path = "../benches/src/placement/plot.rs"]
mod plot;

fn book(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/locks").join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(book(path)).expect("a page of the book")
}

#[test]
fn the_tables_have_a_rate_for_each_placement_and_each_number_of_strands() {
    let page = read("price.md");
    let tables = page::part(&page, "placement");
    let panels = plot::parse(tables);
    assert_eq!(plot::markdown(&panels).trim(), tables.trim());
    let kinds: Vec<&str> =
        panels.iter().filter_map(|panel| panel.title.split(':').next()).collect();
    assert_eq!(
        kinds,
        [
            "threads, a short section",
            "threads, a long section",
            "tasks, a short section",
            "tasks, a question of 1 ms to be awaited"
        ]
    );
    for panel in panels {
        assert_eq!(panel.lines.len(), 3, "{panel:?}");
        assert!(
            panel.lines.iter().all(|line| line.rates.iter().all(|&rate| rate > 0)),
            "{panel:?}"
        );
    }
}

#[test]
fn the_plot_is_drawn_from_the_figures_of_the_tables() {
    let page = read("price.md");
    let panels = plot::parse(page::part(&page, "placement"));
    let drawn = read("placement.svg");
    assert_eq!(drawn, plot::svg(&panels));
    assert!(page.contains("{{#include placement.svg}}"));
    // A blank line would end it in the middle of the page.
    assert!(drawn.lines().all(|line| !line.trim().is_empty()), "{drawn}");
    assert_eq!(drawn.matches("<polyline ").count(), 12);
    assert_eq!(drawn.matches("<g ").count(), drawn.matches("</g>").count());
}

#[test]
fn a_plot_of_known_figures_has_its_points_where_they_belong() {
    let line = plot::Line { name: "one lock".to_owned(), rates: [800, 400, 200, 0] };
    let panel = plot::Panel { title: "a test".to_owned(), lines: vec![line] };
    let drawn = plot::svg(&[panel]);
    // The plot is 280 wide from 58 on, and 150 high from 92 on; 800 is the top of its scale.
    let points = "points=\"93.0,92.0 163.0,167.0 233.0,204.5 303.0,242.0\"";
    assert!(drawn.contains(points), "{drawn}");
    for label in [">0<", ">200<", ">400<", ">600<", ">800<"] {
        assert!(drawn.contains(label), "{label}: {drawn}");
    }
}
