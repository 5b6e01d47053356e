//! What in the facade must look at the program's own tokens?
//!
//! `#[drawloom::test]`, which hands a function to the checker, and what `select!` makes of a pattern. Nothing but
//! the compiler's own `proc_macro` is used: this is in everybody's first build.
//!
//! It knows nothing of checks: each argument of the attribute becomes a call of the same name, and what that means
//! is drawloom's to say.

mod arguments;
mod error;
mod function;

use proc_macro::{Span, TokenStream, TokenTree};

use arguments::Arguments;
use error::Error;
use function::Function;

/// Checks the function under every schedule. It is documented where it is exported from.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let read = Arguments::read(arguments)
        .and_then(|arguments| Ok((arguments, Function::read(item.clone())?)))
        .and_then(|(arguments, function)| expand(&arguments, function));
    // The function stays, so that nothing else is reported of a test that is only written wrongly.
    read.unwrap_or_else(|error| [error.into_tokens(), item].into_iter().collect())
}

/// A pattern without `mut` and `ref`, so that it can be held against a reference.
#[proc_macro]
pub fn shape(pattern: TokenStream) -> TokenStream {
    let binds = |token: &TokenTree| match token {
        TokenTree::Ident(word) => !matches!(word.to_string().as_str(), "mut" | "ref"),
        _ => true,
    };
    let inside = |token| match token {
        TokenTree::Group(group) => {
            let mut shaped = proc_macro::Group::new(group.delimiter(), shape(group.stream()));
            shaped.set_span(group.span());
            shaped.into()
        }
        other => other,
    };
    pattern.into_iter().filter(binds).map(inside).collect()
}

/// The test: outside what the harness calls, inside the program under the same name.
fn expand(arguments: &Arguments, function: Function) -> Result<TokenStream, Error> {
    // The test is where the function's name stands: a failure that is not the program's is told there.
    let span = function.name.span();
    let name = function.name.to_string();
    let program = match (function.is_async, &arguments.runtime) {
        (true, _) if !cfg!(feature = "tokio") => {
            return Err(Error::new(span, "an async test needs drawloom's feature `tokio`"));
        }
        (true, runtime) => format!("|| {}", runtime.hosting(&format!("{name}()"))),
        (false, runtime) => match runtime.said_at() {
            Some(said) => {
                return Err(Error::new(said, "only an async test runs on a runtime of ours"));
            }
            None => name.clone(),
        },
    };
    let calls = &arguments.calls;
    let check = format!("::drawloom::testing::Test::new(){calls}.run({program});");
    let test = tokens("#[::core::prelude::v1::test]", span)?;
    let inside = [function.program, tokens(&check, span)?].into_iter().collect();
    let body = proc_macro::Group::new(proc_macro::Delimiter::Brace, inside);
    let head = tokens(&format!("fn {name}()"), span)?;
    Ok([function.outer, test, function.visibility, head, TokenTree::Group(body).into()]
        .into_iter()
        .collect())
}

/// Code of ours, as if it stood in one place of the program's text.
fn tokens(code: &str, span: Span) -> Result<TokenStream, Error> {
    let code: TokenStream =
        code.parse().map_err(|error| Error::new(span, format!("internal error: {error}")))?;
    Ok(at(code, span))
}

fn at(code: TokenStream, span: Span) -> TokenStream {
    let there = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = proc_macro::Group::new(group.delimiter(), at(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    code.into_iter().map(there).collect()
}
