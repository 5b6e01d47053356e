//! Which rows of a long table are shown?

/// A part of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Row(usize),
    /// So many rows are left out.
    Skipped(usize),
}

/// From so many rows on a table is folded.
const MOST_ROWS: usize = 40;
/// The rows that are kept at both ends.
const ENDS: usize = 5;
/// The rows that are kept on both sides of the one that decided.
const AROUND: usize = 8;

/// The rows to show: all of a short table; of a long one its ends and what lies around the decision.
pub(crate) fn folded(rows: usize, decided: Option<usize>, full: bool) -> Vec<Piece> {
    let keep = |row: usize| {
        full || rows <= MOST_ROWS
            || row < ENDS
            || row + ENDS >= rows
            || decided.is_some_and(|decided| row.abs_diff(decided) <= AROUND)
    };
    let mut pieces = Vec::new();
    let mut row = 0;
    while row < rows {
        let skipped = (row..rows).take_while(|&row| !keep(row)).count();
        // The remark that one row is left out would take as much room as the row.
        pieces.push(if skipped < 2 { Piece::Row(row) } else { Piece::Skipped(skipped) });
        row += skipped.max(1);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece, folded};

    #[test]
    fn a_short_table_is_whole() {
        assert_eq!(folded(3, None, false), [Piece::Row(0), Piece::Row(1), Piece::Row(2)]);
        assert_eq!(folded(40, None, false).len(), 40);
        assert_eq!(folded(400, None, true).len(), 400);
    }

    #[test]
    fn a_long_table_keeps_its_ends_and_the_decision() {
        let pieces = folded(100, Some(50), false);
        assert_eq!(pieces[4..7], [Piece::Row(4), Piece::Skipped(37), Piece::Row(42)]);
        assert_eq!(pieces[22..25], [Piece::Row(58), Piece::Skipped(36), Piece::Row(95)]);
        assert_eq!(pieces.len(), 29);
    }
}
