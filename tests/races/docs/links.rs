//! Every link leads somewhere, and every page is in the summary.

use std::fs;

use super::{pages, root};

/// What a link leads to: outside of code, where brackets are something else.
fn links(page: &str) -> Vec<String> {
    let blocks = page.split("```").step_by(2).collect::<String>();
    let prose = blocks.split('`').step_by(2).collect::<String>();
    let starts = prose.match_indices("](").map(|(at, _)| at + 2);
    starts.map(|at| prose[at..].chars().take_while(|&c| c != ')').collect()).collect()
}

/// The name that a heading can be linked by.
fn anchor(heading: &str) -> String {
    let heading = heading.trim().to_lowercase();
    let kept = heading.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect()
}

fn anchors(page: &str) -> Vec<String> {
    let prose = page.split("```").step_by(2).collect::<String>();
    let headings = prose.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut known = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text) {
            if target.starts_with("http") {
                continue;
            }
            let (path, place) = target.split_once('#').unwrap_or((&target, ""));
            let to = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(to.exists(), "{} links to {target}", page.display());
            known += 1;
            if place.is_empty() {
                continue;
            }
            let there = anchors(&fs::read_to_string(&to).unwrap());
            assert!(
                there.iter().any(|anchor| anchor == place),
                "{} links to {target}",
                page.display()
            );
        }
    }
    assert!(known >= 100, "only {known} links");
}

#[test]
fn every_page_is_in_the_summary_once_under_its_own_title() {
    let book = root().join("docs/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).unwrap();
    let mut listed = Vec::new();
    for line in summary.lines().filter_map(|line| line.trim_start().strip_prefix("- [")) {
        let (title, path) = line.split_once("](").unwrap();
        let path = book.join(path.strip_suffix(')').unwrap());
        let page = fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {line}"));
        assert_eq!(page.lines().next(), Some(format!("# {title}").as_str()), "{line}");
        listed.push(path);
    }
    listed.sort();
    let mut pages = pages();
    pages.retain(|page| page.starts_with(&book) && !page.ends_with("SUMMARY.md"));
    assert_eq!(listed, pages);
}
