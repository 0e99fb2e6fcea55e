//! The words of a selector, taken one by one from the front of its text.
//!
//! Which tokens may come next depends on the grammar (`in` is an operator after a label and a
//! label elsewhere), so the parser asks for what it needs and there is no list of tokens.

use super::error::ParseError;

/// Longest label name, in bytes.
pub const MAX_LABEL: usize = 512;

/// An operator between a label and what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `contains`
    Contains,
    /// `starts with`
    StartsWith,
    /// `ends with`
    EndsWith,
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// The operators that are words; the second word is empty when there is only one.
const WORDS: [(&str, &str, Operator); 5] = [
    ("contains", "", Operator::Contains),
    ("starts", "with", Operator::StartsWith),
    ("ends", "with", Operator::EndsWith),
    ("not", "in", Operator::NotIn),
    ("in", "", Operator::In),
];

/// A text and how far it has been read. Blanks before every token are skipped.
pub(super) struct Lexer<'t> {
    text: &'t str,
    rest: &'t str,
}

// === impl Lexer ===

impl<'t> Lexer<'t> {
    /// A lexer at the first token of `text`.
    pub(super) fn new(text: &'t str) -> Self {
        let rest = skip_blanks(text);
        Self { text, rest }
    }

    /// Whether nothing is left.
    pub(super) fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Whether the next byte is `byte`.
    pub(super) fn is_at(&self, byte: u8) -> bool {
        self.rest.as_bytes().first() == Some(&byte)
    }

    /// Takes `token` if it comes next. It is the caller who knows that no longer one does.
    pub(super) fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = skip_blanks(rest);
                true
            }
            None => false,
        }
    }

    /// Takes one `!`, but not the first half of `!=`.
    pub(super) fn take_not(&mut self) -> bool {
        !self.rest.starts_with("!=") && self.take("!")
    }

    /// Takes a label name, if one comes next.
    pub(super) fn label(&mut self) -> Result<Option<&'t str>, ParseError> {
        let end = self.rest.find(|c| !is_label_char(c));
        let (label, rest) = self.split(end.unwrap_or(self.rest.len()));
        if label.is_empty() {
            return Ok(None);
        }
        if label.len() > MAX_LABEL {
            return Err(self.error(format!("label is longer than {MAX_LABEL} bytes")));
        }
        self.rest = skip_blanks(rest);
        Ok(Some(label))
    }

    /// Takes a quoted string, if one comes next, and gives what is between its quotes.
    pub(super) fn string(&mut self) -> Result<Option<&'t str>, ParseError> {
        let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '\'' | '"')) else {
            return Ok(None);
        };
        let (_, inside) = self.split(quote.len_utf8());
        let Some((value, rest)) = inside.split_once(quote) else {
            return Err(self.error("unterminated string"));
        };
        self.rest = skip_blanks(rest);
        Ok(Some(value))
    }

    /// Takes the operator after `label`.
    pub(super) fn operator(&mut self, label: &str) -> Result<Operator, ParseError> {
        if self.take("==") {
            return Ok(Operator::Equal);
        }
        if self.take("!=") {
            return Ok(Operator::NotEqual);
        }
        if self.is_at(b'=') {
            return Err(self.error("expected =="));
        }
        for (first, second, operator) in WORDS {
            if let Some(rest) = after_words(self.rest, first, second) {
                self.rest = skip_blanks(rest);
                return Ok(operator);
            }
        }
        Err(self.error(format!("expected an operator after label \"{label}\"")))
    }

    /// An error at the next token.
    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError {
            at: self.text.len() - self.rest.len(),
            message: message.into(),
        }
    }

    /// An error at the next token: a character that the language does not know, if there is one,
    /// else `message`.
    pub(super) fn unexpected(&self, message: &str) -> ParseError {
        match self.rest.chars().next() {
            Some(c) if !is_label_char(c) && !"'\"(){},=!&|".contains(c) => {
                self.error(format!("unexpected character '{}'", c.escape_debug()))
            }
            _ => self.error(message),
        }
    }

    fn split(&self, at: usize) -> (&'t str, &'t str) {
        self.rest.split_at_checked(at).unwrap_or((self.rest, ""))
    }
}

/// What follows an operator of these words. The second may follow the first directly; the last
/// ends where no label character follows.
fn after_words<'t>(text: &'t str, first: &str, second: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(first)?;
    let rest = match second {
        "" => rest,
        _ => skip_blanks(rest).strip_prefix(second)?,
    };
    (!rest.starts_with(is_label_char)).then_some(rest)
}

fn skip_blanks(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

fn is_label_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '-')
}
