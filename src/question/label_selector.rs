//! Kubernetes label selectors, as typed with `-l` (`apimachinery/pkg/labels/selector.go`).
//!
//! ```text
//! selector    = [ requirement { "," requirement } ]
//! requirement = key | "!" key | key ( "=" | "==" | "!=" | ">" | "<" ) value | key ( "in" | "notin" ) "(" value { "," value } ")"
//! ```

mod lexer;

use std::collections::BTreeSet;
use std::iter::Peekable;
use std::vec::IntoIter;

use lexer::{Token, Word};

use crate::error::Error;
use crate::model::LabelSet;

/// A Kubernetes label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSelector {
    text: String,
    requirements: Vec<Requirement>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(BTreeSet<String>),
    NotIn(BTreeSet<String>),
    Greater(i64),
    Less(i64),
}

/// Where and why a selector does not parse.
#[derive(Debug, PartialEq, Eq)]
struct Fault {
    /// In bytes.
    at: usize,
    message: String,
}

// === impl LabelSelector ===

impl LabelSelector {
    /// Reads a selector; an empty one selects everything.
    ///
    /// # Errors
    /// A usage error that names the place, counted in characters from 1.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let requirements = Parser::new(text).selector().map_err(|fault| {
            let column = text.get(..fault.at).unwrap_or(text).chars().count() + 1;
            Error::Usage {
                message: format!(
                    "the label selector {text:?} does not parse: {} at character {column}",
                    fault.message
                ),
                hint: Some(
                    "as in kubectl: app=web, app!=web, 'app in (web,api)', 'app notin (db)', app, '!app', joined by commas"
                        .to_owned(),
                ),
            }
        })?;
        Ok(Self {
            text: text.to_owned(),
            requirements,
        })
    }

    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the labels meet every requirement. `!=` and `notin` hold where the label is missing.
    #[must_use]
    pub fn matches(&self, labels: &LabelSet) -> bool {
        self.requirements
            .iter()
            .all(|requirement| requirement.test.holds(labels.get(&requirement.key)))
    }
}

// === impl Test ===

impl Test {
    fn holds(&self, value: Option<&str>) -> bool {
        let number = || value.and_then(|value| value.parse::<i64>().ok());
        match self {
            Self::Exists => value.is_some(),
            Self::Absent => value.is_none(),
            Self::In(wanted) => value.is_some_and(|value| wanted.contains(value)),
            Self::NotIn(unwanted) => value.is_none_or(|value| !unwanted.contains(value)),
            Self::Greater(than) => number().is_some_and(|value| value > *than),
            Self::Less(than) => number().is_some_and(|value| value < *than),
        }
    }
}

// === the parser ===

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    end: usize,
}

impl Parser {
    fn new(text: &str) -> Self {
        Self {
            tokens: lexer::tokens(text).into_iter().peekable(),
            end: text.len(),
        }
    }

    fn selector(mut self) -> Result<Vec<Requirement>, Fault> {
        let mut requirements = Vec::new();
        if self.tokens.peek().is_none() {
            return Ok(requirements);
        }
        loop {
            requirements.push(self.requirement()?);
            match self.tokens.next() {
                None => return Ok(requirements),
                Some(Token {
                    word: Word::Comma, ..
                }) => {}
                Some(token) => return Err(token.unexpected("a comma or the end")),
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, Fault> {
        let absent = self.takes(|word| *word == Word::Not);
        let key = self.text("a label key")?;
        check(&key, is_key, "a label key")?;
        let key_text = key.text.clone();
        let of = |test| Requirement {
            key: key_text,
            test,
        };
        if absent {
            return Ok(of(Test::Absent));
        }
        let Some(token) = self.tokens.next_if(|token| token.word != Word::Comma) else {
            return Ok(of(Test::Exists));
        };
        Ok(of(match (&token.word, token.text.as_str()) {
            (Word::Equal, _) => Test::In([self.value()?].into()),
            (Word::NotEqual, _) => Test::NotIn([self.value()?].into()),
            (Word::Greater, _) => Test::Greater(self.number()?),
            (Word::Less, _) => Test::Less(self.number()?),
            (Word::Text, "in") => Test::In(self.values()?),
            (Word::Text, "notin") => Test::NotIn(self.values()?),
            _ => return Err(token.unexpected("one of = == != in notin > <")),
        }))
    }

    /// One value, which may be left out: `app=` asks for the empty value.
    fn value(&mut self) -> Result<String, Fault> {
        match self.tokens.peek() {
            None
            | Some(Token {
                word: Word::Comma, ..
            }) => Ok(String::new()),
            Some(_) => self.plain_value(),
        }
    }

    fn plain_value(&mut self) -> Result<String, Fault> {
        let value = self.text("a value")?;
        check(&value, is_value, "a value")?;
        Ok(value.text)
    }

    fn number(&mut self) -> Result<i64, Fault> {
        let value = self.text("a number")?;
        value.text.parse().map_err(|_| value.unexpected("a number"))
    }

    fn values(&mut self) -> Result<BTreeSet<String>, Fault> {
        self.word(&Word::Open, "an opening parenthesis")?;
        if let Some(close) = self.tokens.next_if(|token| token.word == Word::Close) {
            return Err(close.unexpected("a value"));
        }
        let mut values = BTreeSet::new();
        loop {
            let is_empty = self
                .tokens
                .peek()
                .is_some_and(|token| matches!(token.word, Word::Comma | Word::Close));
            values.insert(if is_empty {
                String::new()
            } else {
                self.plain_value()?
            });
            if !self.takes(|word| *word == Word::Comma) {
                break;
            }
        }
        self.word(&Word::Close, "a comma or a closing parenthesis")?;
        Ok(values)
    }

    fn takes(&mut self, wanted: impl Fn(&Word) -> bool) -> bool {
        self.tokens.next_if(|token| wanted(&token.word)).is_some()
    }

    fn text(&mut self, wanted: &str) -> Result<Token, Fault> {
        self.word(&Word::Text, wanted)
    }

    fn word(&mut self, word: &Word, wanted: &str) -> Result<Token, Fault> {
        match self.tokens.next() {
            Some(token) if token.word == *word => Ok(token),
            Some(token) => Err(token.unexpected(wanted)),
            None => Err(Fault {
                at: self.end,
                message: format!("expected {wanted}, found the end"),
            }),
        }
    }
}

impl Token {
    fn unexpected(&self, wanted: &str) -> Fault {
        Fault {
            at: self.at,
            message: format!("expected {wanted}, found {:?}", self.text),
        }
    }
}

fn check(token: &Token, is_valid: fn(&str) -> bool, what: &str) -> Result<(), Fault> {
    if is_valid(&token.text) {
        return Ok(());
    }
    Err(Fault {
        at: token.at,
        message: format!("{:?} cannot be {what}", token.text),
    })
}

/// A qualified name: an optional DNS name and a slash, then 63 characters at most.
fn is_key(text: &str) -> bool {
    let (prefix, name) = match text.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, text),
    };
    let is_dns = |prefix: &str| {
        let is_part = |part: &str| is_word(part) && !part.contains('_');
        prefix.len() <= 253 && prefix == prefix.to_lowercase() && prefix.split('.').all(is_part)
    };
    is_word(name) && prefix.is_none_or(is_dns)
}

fn is_value(text: &str) -> bool {
    text.is_empty() || is_word(text)
}

fn is_word(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests;
