//! How is an order of steps written down and read back?
//!
//! A schedule is the strands in the order of their steps: `1221` says that strand 1 took the first
//! and the last of four steps and strand 2 the two between. Main is 0. With more than nine strands
//! the numbers are set apart by commas, `10,2,11`. `1*5` repeats a turn five times, and `1.b` takes
//! the second option where a step has a choice.

use std::fmt;
use std::str::FromStr;

/// One step's turn: which strand goes, and which option it takes where its step has a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn {
    /// The strand's number: main is 0, the others count up in the order in which they start.
    pub strand: u16,
    /// The option taken, 0 where the step has no choice.
    pub option: u16,
}

/// Who ran, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schedule {
    /// The turns, first step first.
    pub turns: Vec<Turn>,
}

/// A schedule's longest repetition, so that `1*999999999` is refused and not run out of memory.
const MOST_TURNS: usize = 1_000_000;

impl Schedule {
    /// How many times the run passes from one strand to another.
    pub fn switches(&self) -> usize {
        self.turns.windows(2).filter(|pair| pair[0].strand != pair[1].strand).count()
    }

    /// How many steps it has.
    pub fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether it has no step at all.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }
}

/// From this length on a repetition is folded: `1122` reads better than `1*2,2*2`.
const FOLDED_FROM: usize = 5;

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.turns.is_empty() {
            return f.write_str("-");
        }
        let runs: Vec<&[Turn]> = self.turns.chunk_by(|one, next| one == next).collect();
        let folds = runs.iter().any(|run| run.len() >= FOLDED_FROM);
        // A comma anywhere says that every turn stands alone between commas.
        let commas = folds || self.turns.iter().any(|turn| turn.strand > 9);
        let mut first = true;
        for run in runs {
            let times = if run.len() >= FOLDED_FROM { 1 } else { run.len() };
            for turn in &run[..times] {
                if commas && !first {
                    f.write_str(",")?;
                }
                first = false;
                write!(f, "{}", turn.strand)?;
                if turn.option > 0 {
                    write!(f, ".{}", option_letters(turn.option))?;
                }
            }
            if run.len() >= FOLDED_FROM {
                write!(f, "*{}", run.len())?;
            }
        }
        // `10` alone would read as two strands.
        if commas && !folds && self.turns.len() == 1 {
            f.write_str(",")?;
        }
        Ok(())
    }
}

/// `a` is option 0, `z` option 25, `ba` option 26.
fn option_letters(option: u16) -> String {
    let mut letters = Vec::new();
    let mut left = option;
    loop {
        letters.push(b'a' + u8::try_from(left % 26).unwrap_or(0));
        left /= 26;
        if left == 0 {
            break;
        }
    }
    letters.reverse();
    letters.into_iter().map(char::from).collect()
}

/// Why a text is not a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseScheduleError {
    message: String,
}

impl fmt::Display for ParseScheduleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseScheduleError {}

impl FromStr for Schedule {
    type Err = ParseScheduleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text == "-" || text.is_empty() {
            return Ok(Self::default());
        }
        let alone = text.contains([',', '*']);
        let mut turns = Vec::new();
        for part in text.strip_suffix(',').unwrap_or(text).split(',') {
            parse_part(part.trim(), alone, &mut turns)?;
        }
        Ok(Self { turns })
    }
}

/// Reads a part between commas: `1221`, or a single turn such as `10`, `1*5`, `2.b` if `alone`.
fn parse_part(part: &str, alone: bool, turns: &mut Vec<Turn>) -> Result<(), ParseScheduleError> {
    let mut rest = part;
    if rest.is_empty() {
        return Err(unreadable(part, "a strand is missing between two commas"));
    }
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        if digits == 0 {
            return Err(unreadable(rest, "a strand's number must come here"));
        }
        let taken = if alone { digits } else { 1 };
        let strand = rest[..taken]
            .parse()
            .map_err(|_| unreadable(&rest[..taken], "no program has that many strands"))?;
        rest = &rest[taken..];
        let mut option = 0;
        if let Some(after) = rest.strip_prefix('.') {
            let letters = after.chars().take_while(char::is_ascii_lowercase).count();
            option = read_option(&after[..letters])
                .ok_or_else(|| unreadable(after, "an option is a letter, as in 1.b"))?;
            rest = &after[letters..];
        }
        let times;
        (times, rest) = read_times(rest)?;
        if alone && !rest.is_empty() {
            return Err(unreadable(rest, "with commas or a repetition, each turn stands alone"));
        }
        if turns.len() + times > MOST_TURNS {
            return Err(unreadable(part, "a schedule has a million turns at most"));
        }
        turns.extend(std::iter::repeat_n(Turn { strand, option }, times));
    }
    Ok(())
}

/// Reads `*5` if it is there.
fn read_times(text: &str) -> Result<(usize, &str), ParseScheduleError> {
    let Some(after) = text.strip_prefix('*') else {
        return Ok((1, text));
    };
    let digits = after.chars().take_while(char::is_ascii_digit).count();
    let times = after[..digits]
        .parse::<usize>()
        .ok()
        .filter(|times| (1..=MOST_TURNS).contains(times))
        .ok_or_else(|| unreadable(after, "a repetition is a number from 1, as in 1*5"))?;
    Ok((times, &after[digits..]))
}

fn read_option(letters: &str) -> Option<u16> {
    if letters.is_empty() {
        return None;
    }
    letters
        .bytes()
        .try_fold(0_u16, |sum, letter| sum.checked_mul(26)?.checked_add(u16::from(letter - b'a')))
}

fn unreadable(text: &str, why: &str) -> ParseScheduleError {
    ParseScheduleError { message: format!("`{text}` is not a schedule: {why}") }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, Turn};
    use proptest::prelude::*;

    fn turns(strands: &[u16]) -> Schedule {
        Schedule { turns: strands.iter().map(|&strand| Turn { strand, option: 0 }).collect() }
    }

    #[test]
    fn reads_digits_repetitions_options_and_wide_numbers() {
        assert_eq!("1221".parse(), Ok(turns(&[1, 2, 2, 1])));
        assert_eq!("1*5,2".parse(), Ok(turns(&[1, 1, 1, 1, 1, 2])));
        assert_eq!("10,2,11".parse(), Ok(turns(&[10, 2, 11])));
        assert_eq!("-".parse(), Ok(turns(&[])));
        let choice =
            Schedule { turns: vec![Turn { strand: 1, option: 1 }, Turn { strand: 2, option: 0 }] };
        assert_eq!("1.b2".parse(), Ok(choice));
    }

    #[test]
    fn says_what_is_wrong_with_a_text() {
        let message = |text: &str| text.parse::<Schedule>().expect_err("unreadable").to_string();
        assert_eq!(message("12x"), "`x` is not a schedule: a strand's number must come here");
        assert_eq!(
            message("1*0"),
            "`0` is not a schedule: a repetition is a number from 1, as in 1*5"
        );
        assert_eq!(message("1,,2"), "`` is not a schedule: a strand is missing between two commas");
        assert!(message("1*9999999999").contains("a repetition is a number"));
    }

    #[test]
    fn switches_are_counted_between_neighbours() {
        assert_eq!(turns(&[1, 2, 2, 1]).switches(), 2);
        assert_eq!(turns(&[]).switches(), 0);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            strands in prop::collection::vec((0_u16..14, 0_u16..30, 1_usize..8), 0..12)
        ) {
            let mut schedule = Schedule::default();
            for (strand, option, times) in strands {
                schedule.turns.extend(std::iter::repeat_n(Turn { strand, option }, times));
            }
            prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
        }
    }
}
