//! Where in a page of the book does a generated part stand?
//!
//! Between two comments of its name: `<!-- name: by what command -->` and `<!-- end of name -->`.

use std::ops::Range;

/// The generated part of this name, without its two comments.
pub(crate) fn part<'a>(page: &'a str, name: &str) -> &'a str {
    &page[range(page, name)]
}

/// The page with that part renewed.
pub(crate) fn with_part(page: &str, name: &str, text: &str) -> String {
    let Range { start, end } = range(page, name);
    format!("{}\n{}\n\n{}", &page[..start], text.trim_end(), &page[end..])
}

fn range(page: &str, name: &str) -> Range<usize> {
    let opening = format!("<!-- {name}: ");
    let closing = format!("<!-- end of {name} -->");
    let found = page.find(&opening).and_then(|at| {
        let start = at + page[at..].find("-->\n")? + "-->\n".len();
        Some(start..start + page[start..].find(&closing)?)
    });
    found.unwrap_or_else(|| panic!("the page has no part `{opening}... -->` to `{closing}`"))
}
