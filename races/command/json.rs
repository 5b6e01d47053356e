//! JSON, as far as it is needed here: objects of texts, numbers as texts, and null.

use std::fmt::Write;

/// A value.
pub(crate) enum Json {
    Null,
    Text(String),
    List(Vec<Json>),
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A count, as a text: two strands of thirty steps have more schedules than a JSON number holds.
    pub(crate) fn count(count: Option<impl ToString>) -> Self {
        count.map_or(Self::Null, |count| Self::Text(count.to_string()))
    }

    /// The document, with a line break at its end.
    pub(crate) fn document(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out.push('\n');
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Text(text) => quote(text, out),
            // What is deep inside stays on one line, so that lines can be compared.
            Self::List(items) if depth >= 3 => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.write(out, depth + 1);
                }
                out.push(']');
            }
            Self::List(items) => {
                let items = items.iter().map(|item| (None, item));
                block(out, depth, ('[', ']'), items);
            }
            Self::Object(fields) if depth >= 2 => {
                out.push('{');
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    quote(name, out);
                    out.push_str(": ");
                    value.write(out, depth + 1);
                }
                out.push('}');
            }
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (Some(*name), value));
                block(out, depth, ('{', '}'), fields);
            }
        }
    }
}

/// A list or an object with an item a line.
fn block<'a>(
    out: &mut String,
    depth: usize,
    (open, close): (char, char),
    items: impl Iterator<Item = (Option<&'static str>, &'a Json)>,
) {
    out.push(open);
    let mut any = false;
    for (name, value) in items {
        out.push_str(if any { ",\n" } else { "\n" });
        any = true;
        out.push_str(&"  ".repeat(depth + 1));
        if let Some(name) = name {
            quote(name, out);
            out.push_str(": ");
        }
        value.write(out, depth + 1);
    }
    if any {
        out.push('\n');
        out.push_str(&"  ".repeat(depth));
    }
    out.push(close);
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::Json;

    #[test]
    fn texts_are_quoted_and_what_is_unknown_is_null() {
        let nothing: Option<u128> = None;
        let item = Json::Object(vec![
            ("say", Json::text("a \"b\"\n\\ \u{1}")),
            ("all", Json::count(Some(u128::MAX))),
            ("failing", Json::count(nothing)),
        ]);
        let document =
            Json::Object(vec![("items", Json::List(vec![item])), ("none", Json::List(vec![]))]);
        assert_eq!(
            document.document(),
            "{\n  \"items\": [\n    {\"say\": \"a \\\"b\\\"\\n\\\\ \\u0001\", \
             \"all\": \"340282366920938463463374607431768211455\", \"failing\": null}\n  ],\n  \
             \"none\": []\n}\n"
        );
    }
}
