//! The words of a label selector.

/// One word and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) word: Word,
    /// In bytes.
    pub(super) at: usize,
    /// As typed.
    pub(super) text: String,
}

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Text,
    Equal,
    NotEqual,
    Not,
    Greater,
    Less,
    Open,
    Close,
    Comma,
}

/// Splits a selector. Every text has words, so this cannot fail.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        let at = text.len() - rest.len();
        let Some((word, length)) = first(rest) else {
            return tokens;
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(Token {
            word,
            at,
            text: token.to_owned(),
        });
        rest = behind;
    }
}

/// The first word and its length in bytes; `None` at the end.
fn first(rest: &str) -> Option<(Word, usize)> {
    for (symbol, word) in [
        ("==", Word::Equal),
        ("!=", Word::NotEqual),
        ("=", Word::Equal),
        ("!", Word::Not),
        (">", Word::Greater),
        ("<", Word::Less),
        ("(", Word::Open),
        (")", Word::Close),
        (",", Word::Comma),
    ] {
        if rest.starts_with(symbol) {
            return Some((word, symbol.len()));
        }
    }
    let is_end = |c: char| {
        matches!(
            c,
            ' ' | '\t' | '\r' | '\n' | '=' | '!' | '>' | '<' | '(' | ')' | ','
        )
    };
    let length = rest.find(is_end).unwrap_or(rest.len());
    (length > 0).then_some((Word::Text, length))
}
