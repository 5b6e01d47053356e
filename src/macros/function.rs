//! What can be a test?
//!
//! A function without arguments. It is taken apart no further than must be: its body is passed on as it is.

use std::iter::Peekable;

use proc_macro::token_stream::IntoIter;
use proc_macro::{Delimiter, Ident, Span, TokenStream, TokenTree};

use crate::error::Error;

/// A function that can be a test.
pub(crate) struct Function {
    /// Its attributes.
    pub(crate) outer: TokenStream,
    pub(crate) visibility: TokenStream,
    pub(crate) is_async: bool,
    pub(crate) name: Ident,
    /// The function itself, without its attributes and its visibility.
    pub(crate) program: TokenStream,
}

const NO_FUNCTION: &str = "only a function can be a test";

impl Function {
    pub(crate) fn read(item: TokenStream) -> Result<Self, Error> {
        let mut tokens = item.into_iter().peekable();
        let outer = attributes(&mut tokens)?;
        let visibility = visibility(&mut tokens);
        let mut program = Vec::new();
        let mut is_async = false;
        loop {
            let Some(token) = tokens.next() else {
                return Err(Error::new(Span::call_site(), NO_FUNCTION));
            };
            let word = token.to_string();
            match word.as_str() {
                "async" => is_async = true,
                "fn" => {
                    program.push(token);
                    break;
                }
                "const" | "unsafe" | "extern" if leads_to_a_function(&tokens) => {
                    return Err(Error::new(token.span(), format!("a test cannot be `{word}`")));
                }
                _ => return Err(Error::new(token.span(), NO_FUNCTION)),
            }
            program.push(token);
        }
        let Some(TokenTree::Ident(name)) = tokens.next() else {
            return Err(Error::new(Span::call_site(), NO_FUNCTION));
        };
        program.push(TokenTree::Ident(name.clone()));
        program.push(no_arguments(tokens.next(), &name)?);
        program.extend(tokens);
        let has_body = matches!(program.last(), Some(TokenTree::Group(body))
            if matches!(body.delimiter(), Delimiter::Brace | Delimiter::None));
        if !has_body {
            return Err(Error::new(name.span(), "a test has a body"));
        }
        let program = program.into_iter().collect();
        Ok(Self { outer, visibility, is_async, name, program })
    }
}

/// The attributes at the head.
fn attributes(tokens: &mut Peekable<IntoIter>) -> Result<TokenStream, Error> {
    let mut found = Vec::new();
    while matches!(tokens.peek(), Some(TokenTree::Punct(sign)) if sign.as_char() == '#') {
        found.extend(tokens.next());
        if let Some(TokenTree::Group(attribute)) = tokens.next() {
            if makes_a_test(attribute.stream()) {
                return Err(Error::with_help(
                    attribute.span(),
                    "a function with `#[drawloom::test]` is a test already",
                    "leave this attribute out",
                ));
            }
            found.push(TokenTree::Group(attribute));
        }
    }
    Ok(found.into_iter().collect())
}

/// Whether an attribute is a `test`: `test`, `tokio::test(..)`.
fn makes_a_test(attribute: TokenStream) -> bool {
    let path = attribute.into_iter().take_while(|token| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(sign) => sign.as_char() == ':',
        _ => false,
    });
    path.last().is_some_and(|last| last.to_string() == "test")
}

/// `pub`, `pub(crate)`, or what a macro has put there.
fn visibility(tokens: &mut Peekable<IntoIter>) -> TokenStream {
    let mut found = Vec::new();
    match tokens.peek() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
            found.extend(tokens.next());
        }
        Some(TokenTree::Ident(word)) if word.to_string() == "pub" => {
            found.extend(tokens.next());
            let is_within = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
            found.extend(tokens.next_if(is_within));
        }
        _ => {}
    }
    found.into_iter().collect()
}

/// Whether there is a `fn` further on, and not a constant or a block before it.
fn leads_to_a_function(tokens: &Peekable<IntoIter>) -> bool {
    let mut ahead = tokens.clone().map(|token| token.to_string());
    ahead.find(|word| matches!(word.as_str(), "fn" | ":" | ";")).is_some_and(|word| word == "fn")
}

/// What stands behind the name is a pair of empty parentheses.
fn no_arguments(token: Option<TokenTree>, name: &Ident) -> Result<TokenTree, Error> {
    match token {
        Some(TokenTree::Group(group)) if group.stream().is_empty() => Ok(TokenTree::Group(group)),
        Some(TokenTree::Group(group)) => Err(Error::with_help(
            group.span(),
            "a test takes no arguments",
            "what varies is made in the body: `drawloom::choose(n)` tries each of `n`",
        )),
        Some(other) => Err(Error::new(other.span(), "a test has no generic parameters")),
        None => Err(Error::new(name.span(), NO_FUNCTION)),
    }
}
