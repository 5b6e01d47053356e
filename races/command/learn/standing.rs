//! What has a learner done of an exercise, and how is that written down?

use std::fmt;

/// What was done of one exercise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own in the file")]
pub(super) struct Standing {
    /// It was predicted what the starter does.
    pub(super) predicted: bool,
    /// There is a copy.
    pub(super) has_copy: bool,
    /// So many hints were given.
    pub(super) hints: usize,
    /// The solution was shown before it was passed.
    pub(super) gave_up: bool,
    /// A repair has passed.
    pub(super) passed: bool,
}

impl Standing {
    /// The word for it in a list.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self { passed: true, .. } => "passed",
            Self { gave_up: true, .. } => "given up",
            Self { has_copy: true, .. } => "begun",
            Self { predicted: true, .. } => "predicted",
            _ => "-",
        }
    }

    /// Reads what [`fmt::Display`] writes, or gives back the word that it does not know.
    pub(super) fn read(text: &str) -> Result<Self, &str> {
        let mut standing = Self::default();
        for word in text.split_whitespace() {
            match word {
                "predicted" => standing.predicted = true,
                "begun" => standing.has_copy = true,
                "gave-up" => standing.gave_up = true,
                "passed" => standing.passed = true,
                _ => {
                    let hints = word.strip_prefix("hints=").and_then(|hints| hints.parse().ok());
                    standing.hints = hints.ok_or(word)?;
                }
            }
        }
        Ok(standing)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hints = format!("hints={}", self.hints);
        let words = [
            (self.predicted, "predicted"),
            (self.has_copy, "begun"),
            (self.hints > 0, &hints),
            (self.gave_up, "gave-up"),
            (self.passed, "passed"),
        ];
        let said: Vec<&str> = words.iter().filter(|(is, _)| *is).map(|(_, word)| *word).collect();
        f.write_str(&said.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::Standing;

    #[test]
    fn what_is_written_is_read_again_and_what_is_not_known_is_named() {
        for bits in 0..16_u8 {
            let is = |bit: u8| bits & bit != 0;
            let standing = Standing {
                predicted: is(1),
                has_copy: is(2),
                hints: usize::from(bits % 4),
                gave_up: is(4),
                passed: is(8),
            };
            assert_eq!(Standing::read(&standing.to_string()), Ok(standing));
        }
        assert_eq!(Standing::read("begun fast"), Err("fast"));
        assert_eq!(Standing::read("hints=many"), Err("hints=many"));
    }
}
