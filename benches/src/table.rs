//! How is a table written: for a terminal, and for a page?

/// A heading and rows below it, all as long as the heading. The first column is on the left.
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self { head: head.iter().map(|&cell| cell.to_owned()).collect(), rows: Vec::new() }
    }

    pub(crate) fn push(&mut self, row: Vec<String>) {
        assert_eq!(row.len(), self.head.len(), "a row fits its heading");
        self.rows.push(row);
    }

    /// In aligned columns.
    pub(crate) fn text(&self) -> String {
        let gap = "   ";
        self.lines(&self.widths(), |cells| format!("  {}", cells.join(gap).trim_end())).join("\n")
            + "\n"
    }

    /// As Markdown, with aligned columns too: the page is read as text as well.
    pub(crate) fn markdown(&self) -> String {
        let widths = self.widths();
        let mut lines = self.lines(&widths, |cells| format!("| {} |", cells.join(" | ")));
        let ruler = widths.iter().enumerate().map(|(column, &width)| {
            if column == 0 { "-".repeat(width + 2) } else { "-".repeat(width + 1) + ":" }
        });
        lines.insert(1, format!("|{}|", ruler.collect::<Vec<_>>().join("|")));
        lines.join("\n") + "\n"
    }

    fn widths(&self) -> Vec<usize> {
        let all = || std::iter::once(&self.head).chain(&self.rows);
        let width = |column: usize| all().map(|row| row[column].chars().count()).max();
        (0..self.head.len()).map(|column| width(column).unwrap_or(0).max(2)).collect()
    }

    fn lines(&self, widths: &[usize], join: impl Fn(&[String]) -> String) -> Vec<String> {
        let pad = |(column, (cell, &width)): (usize, (&String, &usize))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        };
        let line = |row: &Vec<String>| -> String {
            join(&row.iter().zip(widths).enumerate().map(pad).collect::<Vec<_>>())
        };
        std::iter::once(&self.head).chain(&self.rows).map(line).collect()
    }
}

/// A whole number with commas.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
