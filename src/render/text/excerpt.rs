//! The lines of the program that a failure is about, with what happened there underneath.

use crate::explain::Mark;
use crate::explain::words::shown_file;
use crate::render::page::{Ink, Line, Page, wrapped};
use crate::source::Sources;
use crate::trace::Place;

/// How far an excerpt is indented at least: it is moved left if the program is nested deeper.
const INDENT: usize = 4;

/// Shows the marked lines of all files, the file of `place` first.
pub(super) fn excerpt(
    place: Option<&Place>,
    marks: &[Mark],
    sources: &Sources,
    width: usize,
) -> Page {
    let mut page = Page::default();
    let main = place.or_else(|| marks.first().map(|mark| &mark.place));
    let Some(main) = main else { return page };
    page.push(Line::new().put(Ink::Dim, "  --> ").plain(shown(main)));
    let mut files: Vec<&str> = vec![&main.file];
    for mark in marks {
        if !files.contains(&mark.place.file.as_str()) {
            files.push(&mark.place.file);
        }
    }
    let highest = marks.iter().map(|mark| mark.place.line).max().unwrap_or(1);
    let gutter = highest.to_string().len().max(2);
    for (at, file) in files.into_iter().enumerate() {
        let mut own: Vec<&Mark> = marks.iter().filter(|mark| mark.place.file == file).collect();
        own.sort_by_key(|mark| (mark.place.line, mark.main));
        let Some(lines) = sources.lines(file) else { continue };
        own.retain(|mark| (mark.place.line as usize) <= lines.len());
        let Some(first) = own.first() else { continue };
        if at > 0 {
            page.push(Line::new().put(Ink::Dim, "  ::: ").plain(shown(&first.place)));
        }
        let least = own.iter().map(|mark| indent(&lines[mark.place.line as usize - 1])).min();
        let cut = least.unwrap_or(0).saturating_sub(INDENT);
        let frame = Frame { gutter, cut, room: width.saturating_sub(gutter + 3) };
        page.push(frame.margin(None));
        file_excerpt(&mut page, &own, &lines, frame);
    }
    page
}

/// `races/lost_update.rs:21:5`
fn shown(place: &Place) -> String {
    format!("{}:{}:{}", shown_file(&place.file), place.line, place.column)
}

/// A line as it is shown: a tab is four blanks.
fn expanded(line: &str) -> String {
    line.replace('\t', "    ")
}

fn indent(line: &str) -> usize {
    let line = expanded(line);
    line.len() - line.trim_start().len()
}

/// Where an excerpt stands on the page.
#[derive(Clone, Copy)]
struct Frame {
    /// The width of the line numbers.
    gutter: usize,
    /// By how much the program is moved left.
    cut: usize,
    /// The width of what is right of the line numbers.
    room: usize,
}

impl Frame {
    /// `14 | `, or the same without a number.
    fn margin(self, number: Option<u32>) -> Line {
        let number = number.map_or(String::new(), |number| number.to_string());
        Line::new().put(Ink::Dim, format!("{number:>width$} | ", width = self.gutter))
    }

    fn source(self, number: u32, text: &str) -> Line {
        let cut = self.cut.min(indent(text));
        let text: String = expanded(text).chars().skip(cut).collect();
        if text.chars().count() <= self.room {
            return self.margin(Some(number)).plain(text);
        }
        let kept: String = text.chars().take(self.room.saturating_sub(3)).collect();
        self.margin(Some(number)).plain(format!("{kept}..."))
    }
}

fn file_excerpt(page: &mut Page, marks: &[&Mark], lines: &[String], frame: Frame) {
    let text = |line: u32| lines[line as usize - 1].as_str();
    let mut shown = 0;
    for mark in marks {
        let line = mark.place.line;
        if shown > 0 && line == shown + 2 {
            page.push(frame.source(line - 1, text(line - 1)));
        } else if shown > 0 && line > shown + 2 {
            page.push(Line::new().put(Ink::Dim, "..."));
        }
        if line != shown {
            page.push(frame.source(line, text(line)));
            shown = line;
        }
        underline(page, mark, text(line), frame);
    }
}

fn underline(page: &mut Page, mark: &Mark, text: &str, frame: Frame) {
    let before: String = text.chars().take(mark.place.column as usize - 1).collect();
    let (start, end) = span(&expanded(text), expanded(&before).chars().count());
    let start = start.saturating_sub(frame.cut).min(frame.room.saturating_sub(2));
    let length =
        end.saturating_sub(frame.cut + start).clamp(1, frame.room.saturating_sub(start).max(1));
    let (sign, ink) = match (mark.main, mark.strand) {
        (true, _) => ("^", Ink::Bad),
        (false, Some(strand)) => ("-", Ink::Strand(strand.saturating_sub(1))),
        (false, None) => ("-", Ink::Plain),
    };
    let under = frame.margin(None).plain(" ".repeat(start)).put(ink, sign.repeat(length));
    if start + length + 1 + mark.label.chars().count() <= frame.room {
        page.push(under.plain(" ").put(ink, &mark.label));
        return;
    }
    // A label that does not fit behind its line goes under it.
    page.push(under);
    let fits = frame.room.checked_sub(mark.label.chars().count());
    let left = start.min(fits.unwrap_or(frame.room / 3));
    for words in wrapped(&mark.label, frame.room - left) {
        page.push(frame.margin(None).plain(" ".repeat(left)).put(ink, words));
    }
}

/// From where to where the expression at a character goes: its receiver, its name and its arguments.
fn span(line: &str, at: usize) -> (usize, usize) {
    let chars: Vec<char> = line.chars().collect();
    let at = at.min(chars.len());
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':');
    let mut start = at;
    while start > 0 && is_path(chars[start - 1]) {
        start -= 1;
    }
    let mut end = at;
    while end < chars.len() && (is_path(chars[end]) || chars[end] == '!') {
        end += 1;
    }
    if chars.get(end) != Some(&'(') {
        return (start, end.max(at + 1));
    }
    let mut depth = 0;
    for (position, c) in chars.iter().enumerate().skip(end) {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (start, position + 1);
        }
    }
    (start, line.trim_end().chars().count())
}

#[cfg(test)]
mod tests {
    use super::span;

    fn underlined(line: &str, needle: &str) -> String {
        let (start, end) = span(line, line.find(needle).expect("there"));
        line[start..end].to_owned()
    }

    #[test]
    fn an_expression_is_its_receiver_its_name_and_its_arguments() {
        assert_eq!(underlined("let v = jar.load(SeqCst);", "load"), "jar.load(SeqCst)");
        assert_eq!(underlined("*jar.lock().unwrap() += 1;", "lock"), "jar.lock()");
        assert_eq!(
            underlined("jar.store(jar.load(A) + 1, B)", "store"),
            "jar.store(jar.load(A) + 1, B)"
        );
        assert_eq!(underlined("    assert_eq!(a(b), 2);", "assert"), "assert_eq!(a(b), 2)");
        assert_eq!(underlined("    assert_eq!(", "assert"), "assert_eq!(");
    }
}
