//! Lines of text whose parts have a colour, which is never the only way to see something.

/// What a piece of text is, for a reader who sees colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ink {
    #[default]
    Plain,
    /// What went wrong.
    Bad,
    /// What holds, or would help.
    Good,
    /// What is only there so that nothing is missing.
    Dim,
    /// A strand's own colour.
    Strand(usize),
}

impl Ink {
    /// The codes that a terminal takes for it.
    fn codes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bad => "1;31",
            Self::Good => "32",
            Self::Dim => "2",
            Self::Strand(column) => ["36", "33", "35", "32"][column % 4],
        }
    }
}

/// A line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    spans: Vec<(Ink, String)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a piece.
    pub(crate) fn put(mut self, ink: Ink, text: impl AsRef<str>) -> Self {
        // A report is the same on every terminal, and columns stay columns.
        let ascii = |c: char| match c {
            ' '..='~' => c,
            _ => '?',
        };
        self.spans.push((ink, text.as_ref().chars().map(ascii).collect()));
        self
    }

    pub(crate) fn plain(self, text: impl AsRef<str>) -> Self {
        self.put(Ink::Plain, text)
    }

    /// Adds a piece and fills up to a width.
    pub(crate) fn cell(self, ink: Ink, text: &str, width: usize) -> Self {
        let fill = width.saturating_sub(text.chars().count());
        self.put(ink, text).plain(" ".repeat(fill))
    }

    /// How many characters it has.
    pub(crate) fn width(&self) -> usize {
        self.spans.iter().map(|(_, text)| text.len()).sum()
    }

    fn write(&self, color: bool, out: &mut String) {
        let mut spans = self.spans.clone();
        while let Some((_, last)) = spans.last_mut() {
            last.truncate(last.trim_end().len());
            if !last.is_empty() {
                break;
            }
            spans.pop();
        }
        for (ink, text) in spans {
            let codes = if color { ink.codes() } else { "" };
            if codes.is_empty() || text.is_empty() {
                out.push_str(&text);
            } else {
                out.extend(["\x1b[", codes, "m", &text, "\x1b[0m"]);
            }
        }
        out.push('\n');
    }
}

/// Lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    lines: Vec<Line>,
}

impl Page {
    pub(crate) fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// An empty line, unless there is one already or nothing above.
    pub(crate) fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::new());
        }
    }

    /// Text behind a label, wrapped and indented.
    pub(crate) fn labelled(&mut self, label: &str, ink: Ink, text: &str, width: usize) {
        let start = LABEL_WIDTH;
        for (at, words) in wrapped(text, width.saturating_sub(start)).iter().enumerate() {
            let label = if at == 0 { format!("  {label}") } else { String::new() };
            self.push(Line::new().cell(ink, &label, start).put(ink, words));
        }
    }

    /// Text wrapped so that all lines but the first are indented.
    pub(crate) fn hanging(&mut self, ink: Ink, text: &str, width: usize, indent: usize) {
        let wide = if text.chars().count() <= width { width } else { width.saturating_sub(indent) };
        for (at, words) in wrapped(text, wide).iter().enumerate() {
            let indent = if at == 0 { 0 } else { indent };
            self.push(Line::new().plain(" ".repeat(indent)).put(ink, words));
        }
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// Whether a line is wider than that.
    pub(crate) fn overflows(&self, width: usize) -> bool {
        self.lines.iter().any(|line| line.width() > width)
    }

    pub(crate) fn text(mut self, color: bool) -> String {
        while self.lines.last().is_some_and(|line| line.width() == 0) {
            self.lines.pop();
        }
        let mut out = String::new();
        for line in &self.lines {
            line.write(color, &mut out);
        }
        out
    }
}

/// How far what stands behind `why` and `fix` is indented.
pub(crate) const LABEL_WIDTH: usize = 9;

/// A text in lines that are no wider than that, unless a word is.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Ink, Line, Page, wrapped};

    #[test]
    fn wraps_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("", 7), Vec::<String>::new());
    }

    #[test]
    fn a_line_ends_with_its_last_letter_and_is_ascii() {
        let mut page = Page::default();
        page.push(Line::new().cell(Ink::Bad, "caf\u{e9}", 10).plain("  "));
        assert_eq!(page.clone().text(false), "caf?\n");
        assert_eq!(page.text(true), "\u{1b}[1;31mcaf?\u{1b}[0m\n");
    }
}
