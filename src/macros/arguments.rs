//! What does the attribute say of the check?

use std::fmt::Write as _;

use proc_macro::{Ident, Span, TokenStream, TokenTree};

use crate::error::Error;

/// What there is to say.
const KNOWN: &str = "say `fails`, `of`, `message`, `preemptions`, `spurious_wakeups`, `max_executions`, \
    `max_states`, `max_steps`, `jobs`, `engine`, `flavor` or `worker_threads`";

/// What the attribute says.
#[derive(Default)]
pub(crate) struct Arguments {
    /// A call for each argument that is about the check: `.fails(4).of(6)`.
    pub(crate) calls: String,
    pub(crate) runtime: Runtime,
    /// Every argument so far, by name.
    said: Vec<(String, Option<String>, Span)>,
}

/// On what an async test runs.
#[derive(Default)]
pub(crate) struct Runtime {
    flavor: Option<Span>,
    is_multi_thread: bool,
    workers: Option<(String, Span)>,
}

impl Runtime {
    /// The call that runs a future so.
    pub(crate) fn hosting(&self, future: &str) -> String {
        let host = "::drawloom::testing::";
        match &self.workers {
            Some((workers, _)) => {
                format!("{host}on_workers(::core::option::Option::Some({workers}), {future})")
            }
            None if self.is_multi_thread => {
                format!("{host}on_workers(::core::option::Option::None, {future})")
            }
            None => format!("{host}on_a_loop({future})"),
        }
    }

    /// Where something is said of it.
    pub(crate) fn said_at(&self) -> Option<Span> {
        self.flavor.or(self.workers.as_ref().map(|(_, span)| *span))
    }
}

impl Arguments {
    pub(crate) fn read(arguments: TokenStream) -> Result<Self, Error> {
        let mut read = Self::default();
        let mut tokens = arguments.into_iter();
        while let Some(token) = tokens.next() {
            let TokenTree::Ident(name) = token else {
                return Err(Error::with_help(token.span(), "an argument has a name", KNOWN));
            };
            match tokens.next() {
                None => read.take(&name, None)?,
                Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => {
                    read.take(&name, None)?;
                }
                Some(TokenTree::Punct(equals)) if equals.as_char() == '=' => {
                    read.take(&name, tokens.next())?;
                    comma_or_end(tokens.next())?;
                }
                Some(other) => return Err(Error::new(other.span(), "here should be `=` or `,`")),
            }
        }
        read.fits()?;
        Ok(read)
    }

    fn take(&mut self, name: &Ident, value: Option<TokenTree>) -> Result<(), Error> {
        let (word, span) = (name.to_string(), name.span());
        if self.find(&word).is_some() {
            return Err(Error::new(span, format!("`{word}` is said twice")));
        }
        let text = value.as_ref().map(ToString::to_string);
        match (word.as_str(), value) {
            ("fails", None) => self.calls.push_str(".fails_sometimes()"),
            (
                "fails" | "of" | "preemptions" | "spurious_wakeups" | "max_executions"
                | "max_states" | "max_steps" | "jobs",
                value,
            ) => {
                let number = number(&word, span, value)?;
                let _ = write!(self.calls, ".{word}({number})");
            }
            ("message", value) => {
                let (text, _) = string(&word, span, value)?;
                let _ = write!(self.calls, ".{word}({text})");
            }
            ("engine", value) => {
                let engine = match string(&word, span, value)? {
                    (text, _) if text == "\"explorer\"" => "Explorer",
                    (text, _) if text == "\"loom\"" => "Loom",
                    (_, span) => {
                        return Err(Error::new(span, "an engine is \"explorer\" or \"loom\""));
                    }
                };
                let _ = write!(self.calls, ".engine(::drawloom::Engine::{engine})");
            }
            ("flavor", value) => {
                self.runtime.flavor = Some(span);
                self.runtime.is_multi_thread = match string(&word, span, value)? {
                    (text, _) if text == "\"current_thread\"" => false,
                    (text, _) if text == "\"multi_thread\"" => true,
                    (_, span) => {
                        let flavors = "a flavor is \"current_thread\" or \"multi_thread\"";
                        return Err(Error::new(span, flavors));
                    }
                };
            }
            ("worker_threads", value) => {
                self.runtime.workers = Some((number(&word, span, value)?, span));
            }
            _ => {
                let unknown = format!("there is no argument `{word}`");
                return Err(Error::with_help(span, &unknown, KNOWN));
            }
        }
        self.said.push((word, text, span));
        Ok(())
    }

    fn find(&self, word: &str) -> Option<&(String, Option<String>, Span)> {
        self.said.iter().find(|(said, ..)| said == word)
    }

    /// Whether what is said can be said together.
    fn fits(&self) -> Result<(), Error> {
        let counted =
            self.find("of").or(self.find("fails").filter(|(_, number, _)| number.is_some()));
        if let (Some((word, _, span)), Some(_)) = (counted, self.find("preemptions")) {
            let message =
                format!("`{word}` counts all schedules, and `preemptions` leaves some out");
            return Err(Error::with_help(
                *span,
                &message,
                "say `fails` without a number, or nothing",
            ));
        }
        match (self.find("message"), self.find("fails")) {
            (Some((_, _, span)), None) => {
                let message = "a message is that of a failure, and none is expected";
                return Err(Error::with_help(*span, message, "say that it `fails`"));
            }
            (_, Some((_, Some(number), span))) if number == "0" => {
                let message = "that no schedule fails is what a test says anyway";
                return Err(Error::with_help(*span, message, "leave `fails` out"));
            }
            _ => {}
        }
        match (&self.runtime.workers, self.runtime.is_multi_thread) {
            (Some((_, span)), false) => Err(Error::with_help(
                *span,
                "a loop of one thread has no workers",
                "say `flavor = \"multi_thread\"`",
            )),
            _ => Ok(()),
        }
    }
}

fn comma_or_end(token: Option<TokenTree>) -> Result<(), Error> {
    match token {
        None => Ok(()),
        Some(TokenTree::Punct(comma)) if comma.as_char() == ',' => Ok(()),
        Some(other) => Err(Error::new(other.span(), "here should be `,`")),
    }
}

fn number(word: &str, span: Span, value: Option<TokenTree>) -> Result<String, Error> {
    let span = value.as_ref().map_or(span, TokenTree::span);
    let text = value.map(|value| value.to_string()).unwrap_or_default();
    if text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|digit| digit.is_ascii_digit() || digit == '_')
    {
        return Ok(text);
    }
    Err(Error::new(span, format!("`{word}` is a number: `{word} = 2`")))
}

fn string(word: &str, span: Span, value: Option<TokenTree>) -> Result<(String, Span), Error> {
    let span = value.as_ref().map_or(span, TokenTree::span);
    match value.map(|value| value.to_string()) {
        Some(text) if text.starts_with('"') || text.starts_with("r\"") => Ok((text, span)),
        _ => Err(Error::new(span, format!("`{word}` is a text: `{word} = \"..\"`"))),
    }
}
