//! Why a text is no selector, and where.

use unicode_width::UnicodeWidthStr;

/// Why and where a text stops being a selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParseError {
    /// Byte offset into the text; its length when the text ends too early. Always on a character
    /// boundary.
    pub at: usize,
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
}

// === impl ParseError ===

impl ParseError {
    /// `text` (the one that was parsed) and a line with a `^` under the place of the error.
    ///
    /// Without a line break at the end. Characters are printed as they are; for text that may hold
    /// control characters use [`caret_with`](Self::caret_with).
    #[must_use]
    pub fn caret(&self, text: &str) -> String {
        self.caret_with(text, str::to_owned)
    }

    /// Like [`caret`](Self::caret), with both parts of `text`, before and from the place of the
    /// error, passed through `escape`. The caret stays in place when escaping changes widths.
    #[must_use]
    pub fn caret_with(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        let (before, from) = text.split_at_checked(self.at).unwrap_or((text, ""));
        let (before, from) = (escape(before), escape(from));
        format!("{before}{from}\n{}^", blanks_under(&before))
    }
}

/// Blanks as wide as `text`. Tabs stay tabs: their width depends on where they stand.
fn blanks_under(text: &str) -> String {
    let pieces: Vec<String> = text.split('\t').map(|p| " ".repeat(p.width())).collect();
    pieces.join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_at(at: usize) -> ParseError {
        ParseError {
            at,
            message: "expected ==".to_owned(),
        }
    }

    #[test]
    fn the_caret_stands_under_the_place() {
        assert_eq!(error_at(4).caret("app = 'web'"), "app = 'web'\n    ^");
        assert_eq!(error_at(0).caret(""), "\n^");
        assert_eq!(error_at(99).caret("ab"), "ab\n  ^");
    }

    #[test]
    fn the_caret_counts_columns_of_the_display() {
        let text = "a == '日本' x";
        assert_eq!(error_at(14).caret(text), format!("{text}\n            ^"));
        assert_eq!(error_at(3).caret("a\tb c"), "a\tb c\n \t ^");
    }

    #[test]
    fn the_caret_follows_escaped_text() {
        let escape = |part: &str| part.escape_debug().to_string();
        assert_eq!(error_at(2).caret_with("a\n%", escape), "a\\n%\n   ^");
    }
}
