//! How does the attribute say what is wrong?

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// What is wrong, and where.
pub(crate) struct Error {
    span: Span,
    message: String,
}

impl Error {
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into() }
    }

    /// Something is wrong, and this is what to do.
    pub(crate) fn with_help(span: Span, message: &str, help: &str) -> Self {
        Self::new(span, format!("{message}\nhelp: {help}"))
    }

    /// A `compile_error!` that points there.
    pub(crate) fn into_tokens(self) -> TokenStream {
        let mut message = TokenTree::Literal(Literal::string(&self.message));
        message.set_span(self.span);
        let group = Group::new(Delimiter::Brace, message.into());
        let tokens = [
            TokenTree::Ident(Ident::new("compile_error", self.span)),
            TokenTree::Punct(Punct::new('!', Spacing::Alone)),
            TokenTree::Group(group),
        ];
        let there = |mut token: TokenTree| {
            token.set_span(self.span);
            token
        };
        tokens.into_iter().map(there).collect()
    }
}
