//! Calico's selector language: text to tree and back, evaluation, label restrictions, identifiers.
//!
//! The room knows labels and nothing of what carries them: endpoints, policies and the special
//! labels that Calico gives them are the business of others.
//!
//! # Grammar
//!
//! ```text
//! selector  = [ or ] end                       blank text means all()
//! or        = and { "||" and }
//! and       = operand { "&&" operand }
//! operand   = { "!" } term                     pairs of "!" cancel out
//! term      = "has(" label ")" | "all()" | "global()" | "(" or ")" | label test
//! test      = ( "==" | "!=" | "contains" | "starts with" | "ends with" ) string
//!           | ( "in" | "not in" ) "{" [ string { "," string } [ "," ] ] "}"
//! ```
//!
//! * Blanks are space and tab, no other byte; they may stand between any two tokens.
//! * `has(`, `all(` and `global(` are written without a blank before the parenthesis; without one
//!   directly behind it, each of these words is a label like any other. Operator words are labels
//!   too where a label is expected.
//! * A label is 1 to [`MAX_LABEL`] bytes out of `A-Z a-z 0-9 _ . / -`.
//! * A string stands in `'` or `"` and knows no escapes: it ends at the next such quote.
//! * The two words of an operator may be joined: `notin`, `startswith`.
//!
//! # Where this differs from Calico
//!
//! Calico's parser has no limit on nesting. This one refuses a tree of more than [`MAX_DEPTH`]
//! levels (redundant parentheses and `!` cost nothing), so that no input exhausts the stack. The
//! canonical text of a tree has the same depth as the tree, hence always parses again.

mod error;
mod eval;
mod expression;
mod lexer;
mod parser;
mod restrict;
mod tree;
mod unique_id;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub use error::ParseError;
pub use eval::{Labels, LabelsFn};
pub use expression::{Expression, LabelTest, Operands, Parts, Wanted};
pub use lexer::MAX_LABEL;
pub use parser::MAX_DEPTH;
pub use restrict::{Restriction, Restrictions};
pub use unique_id::unique_id;

use tree::Node;

/// A parsed selector.
///
/// Its text is canonical ([`fmt::Display`]): built from the tree and independent of how the
/// selector was written. Two selectors are equal when their trees are, which says more than that
/// they select the same labels. Clones share the tree.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Selector {
    root: Arc<Node>,
}

/// The canonical text of `text` without the whitespace (of any kind) around it, or that trimmed
/// text unchanged when it is no selector.
///
/// Calico's `Normalise`: it accepts a final line break, which [`Selector::parse`] rejects.
#[must_use]
pub fn normalise(text: &str) -> String {
    let trimmed = text.trim();
    Selector::parse(trimmed).map_or_else(|_| trimmed.to_owned(), |selector| selector.to_string())
}

// === impl Selector ===

impl Selector {
    /// Parses `text` as Calico's selector parser does.
    ///
    /// # Errors
    ///
    /// The first place in the text at which it stops being a selector.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parser::parse(text).map(Self::from)
    }

    /// Whether the selector selects an object with these labels.
    ///
    /// A label with an empty value is present. `!=` and `not in` hold for a missing label.
    /// `global()` holds always: its special meaning is one of policies, not of the language.
    #[must_use]
    pub fn matches<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        self.root.holds(labels)
    }

    /// As [`Selector::matches`], but `None` where a label decides whose presence is not known
    /// ([`Labels::knows`]).
    #[must_use]
    pub fn decides<L: Labels + ?Sized>(&self, labels: &L) -> Option<bool> {
        self.root.decides(labels)
    }

    /// The same selector with `prefix` in front of every label name (Calico's `PrefixVisitor`).
    ///
    /// A prefixed name may exceed [`MAX_LABEL`]; the text of such a selector does not parse again.
    #[must_use]
    pub fn prefixed(&self, prefix: &str) -> Self {
        self.root.prefixed(prefix).into()
    }

    /// Calico's identifier of the selector, and of the IP set made from it: `s:` and 38 characters.
    #[must_use]
    pub fn unique_id(&self) -> String {
        unique_id("s", &self.to_string())
    }

    /// What the selector demands of single labels (Calico's `LabelRestrictions`).
    #[must_use]
    pub fn restrictions(&self) -> Restrictions {
        restrict::of(&self.root)
    }

    /// Whether what it demands of one label contradicts itself, so that nothing can be selected. `false` says nothing.
    #[must_use]
    pub fn is_impossible(&self) -> bool {
        self.restrictions().is_impossible()
    }

    /// Whether no set of labels satisfies it, as far as can be seen. `false` says nothing. Calico looks less closely, and
    /// what it does follows from [`Self::is_impossible`].
    #[must_use]
    pub fn selects_nothing(&self) -> bool {
        restrict::selects_nothing(&self.root)
    }

    /// Label names of negations that also hold where the label is missing, and that nothing else demands.
    #[must_use]
    pub fn negated_labels(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.root.collect_negated(&mut names);
        let demands = self.restrictions();
        names.retain(|name| demands.get(name).is_none_or(|label| !label.must_be_present));
        names
    }

    /// Where its tree is kept: that of clones is the same.
    #[must_use]
    pub fn place(&self) -> usize {
        Arc::as_ptr(&self.root).addr()
    }

    /// Its tree, for those who evaluate it in their own way; [`Selector::decides`] is what they must agree with.
    #[must_use]
    pub fn expression(&self) -> Expression<'_> {
        Expression(&self.root)
    }

    /// Every label name mentioned.
    #[must_use]
    pub fn labels(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.root.collect_labels(&mut names);
        names
    }
}

impl From<Node> for Selector {
    fn from(root: Node) -> Self {
        Self {
            root: Arc::new(root),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.write_canonical(f)
    }
}

impl fmt::Debug for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Selector({self})")
    }
}

#[cfg(test)]
mod tests;
