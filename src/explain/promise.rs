//! What did a panic say: which promise of the program does not hold?

/// A panic's message, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The promise of an assertion, or what another panic says.
    pub(crate) text: String,
    /// Whether it is an assertion: then the text is what should hold.
    pub(crate) asserted: bool,
    /// `left: 1, right: 2`
    pub(crate) detail: Option<String>,
}

/// Takes the messages of the standard library's assertions apart. `source` is the program's text
/// from the place of the panic on: it tells an assertion's promise from any other message.
pub(crate) fn broken(message: &str, source: Option<&str>) -> Broken {
    if let Some(condition) = message.strip_prefix("assertion failed: ") {
        return Broken { text: one_line(condition), asserted: true, detail: None };
    }
    let Some((operator, rest)) =
        message.strip_prefix("assertion `left ").and_then(|rest| rest.split_once(" right` failed"))
    else {
        let asserted = source.is_some_and(|source| {
            source.starts_with("assert!") || source.starts_with("debug_assert!")
        });
        return Broken { text: one_line(message), asserted, detail: None };
    };
    let (promise, sides) = rest.split_once("\n  left: ").unwrap_or((rest, ""));
    let promise = promise.strip_prefix(": ").unwrap_or(promise);
    let (left, right) = sides.split_once("\n right: ").unwrap_or((sides, ""));
    let (left, right) = (one_line(left), one_line(right));
    let text =
        if promise.is_empty() { format!("left {operator} right") } else { one_line(promise) };
    Broken { text, asserted: true, detail: Some(format!("left: {left}, right: {right}")) }
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Broken {
    /// The sentence for it: `"both coins are in the jar" does not hold`.
    pub(crate) fn sentence(&self) -> String {
        if self.asserted { format!("\"{}\" does not hold", self.text) } else { self.text.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn takes_the_standard_assertions_apart() {
        let equal = broken("assertion `left == right` failed: both in\n  left: 1\n right: 2", None);
        assert_eq!(equal.sentence(), "\"both in\" does not hold");
        assert_eq!(equal.detail.as_deref(), Some("left: 1, right: 2"));
        let bare = broken("assertion `left != right` failed\n  left: 1\n right: 1", None);
        assert_eq!(bare.sentence(), "\"left != right\" does not hold");
        assert_eq!(broken("assertion failed: a < b", None).sentence(), "\"a < b\" does not hold");
    }

    #[test]
    fn a_message_is_a_promise_only_where_the_source_asserts() {
        let promise = broken("a seat is left", Some("assert!(seats > 0, \"a seat is left\");"));
        assert_eq!(promise.sentence(), "\"a seat is left\" does not hold");
        assert_eq!(broken("no seat", Some("panic!(\"no seat\")")).sentence(), "no seat");
    }
}
