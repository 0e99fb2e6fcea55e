//! Symbols and label sets: every string that a cluster repeats is kept once.
//!
//! A [`Symbol`] is a shared string; an [`Interner`] hands out the same one for equal text, and the
//! same [`LabelSet`] for equal labels. Nothing here knows what a label means.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};

/// A shared, immutable string.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(Arc<str>);

/// Labels of one object, sorted by key (bytewise), each key once.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LabelSet(Arc<[(Symbol, Symbol)]>);

/// Hands out one [`Symbol`] per text and one [`LabelSet`] per content.
#[derive(Default)]
pub struct Interner {
    symbols: HashSet<Symbol, FxBuildHasher>,
    sets: HashSet<LabelSet, FxBuildHasher>,
    /// Sets by where the symbols of their pairs are kept, in the order in which they came.
    by_places: FxHashMap<Vec<(usize, usize)>, LabelSet>,
    /// Reused for every set.
    places: Vec<(usize, usize)>,
}

/// Lists that many objects have in common, each kept once.
pub struct Lists<T>(HashSet<Arc<[T]>, FxBuildHasher>);

// === impl Lists ===

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self(HashSet::default())
    }
}

impl<T: Eq + Hash> Lists<T> {
    /// The one list that equals this.
    pub fn shared(&mut self, list: Vec<T>) -> Arc<[T]> {
        if let Some(known) = self.0.get(list.as_slice()) {
            return Arc::clone(known);
        }
        let list: Arc<[T]> = list.into();
        self.0.insert(Arc::clone(&list));
        list
    }
}

// === impl Symbol ===

impl Symbol {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where the text is kept: equal numbers are equal texts, but not the reverse.
    #[must_use]
    pub fn place(&self) -> usize {
        self.0.as_ptr().addr()
    }
}

impl Deref for Symbol {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Symbol {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Symbol {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Symbol {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl serde::Serialize for Symbol {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

// === impl LabelSet ===

impl LabelSet {
    /// The value of `key`, present even when it is empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(k, _)| k.as_str().cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value.as_str())
    }

    /// Where the labels are kept: equal numbers are equal labels, but not the reverse.
    #[must_use]
    pub fn place(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// As [`LabelSet::iter`], with the symbols themselves.
    pub fn symbols(&self) -> impl Iterator<Item = &(Symbol, Symbol)> {
        self.0.iter()
    }

    /// Keys and values in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// Whether there is no label at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Labels from pairs; of equal keys the last one counts.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (Symbol, Symbol)>) -> Self {
        let map: std::collections::BTreeMap<Symbol, Symbol> = pairs.into_iter().collect();
        Self(map.into_iter().collect())
    }
}

impl Default for LabelSet {
    fn default() -> Self {
        Self(Arc::from([]))
    }
}

impl fmt::Debug for LabelSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl serde::Serialize for LabelSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

// === impl Interner ===

impl Interner {
    /// The symbol for `text`.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(known) = self.symbols.get(text) {
            return known.clone();
        }
        let symbol = Symbol::from(text);
        self.symbols.insert(symbol.clone());
        symbol
    }

    /// The label set with these pairs; of equal keys the last one counts. Pairs that came before in the same order, as
    /// those of replicas do, are neither sorted nor compared again.
    pub fn labels<'a, P>(&mut self, pairs: P) -> LabelSet
    where
        P: IntoIterator<Item = (&'a str, &'a str)>,
        P::IntoIter: Clone,
    {
        let pairs = pairs.into_iter();
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        for (key, value) in pairs.clone() {
            places.push((self.place(key), self.place(value)));
        }
        let known = self.by_places.get(&places).cloned();
        let set = known.unwrap_or_else(|| {
            let symbols: Vec<_> = pairs
                .map(|(key, value)| (self.symbol(key), self.symbol(value)))
                .collect();
            let set = self.set(LabelSet::from_pairs(symbols));
            self.by_places.insert(places.clone(), set.clone());
            set
        });
        self.places = places;
        set
    }

    fn place(&mut self, text: &str) -> usize {
        match self.symbols.get(text) {
            Some(known) => known.place(),
            None => self.symbol(text).place(),
        }
    }

    fn set(&mut self, set: LabelSet) -> LabelSet {
        if let Some(known) = self.sets.get(&set) {
            return known.clone();
        }
        self.sets.insert(set.clone());
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_text_is_one_symbol() {
        let mut interner = Interner::default();
        let (a, b) = (interner.symbol("web"), interner.symbol("web"));
        assert!(Arc::ptr_eq(&a.0, &b.0));
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_empty_values_are_present() {
        let mut interner = Interner::default();
        let set = interner.labels([("b", "1"), ("a", ""), ("b", "2")]);
        assert_eq!(set.get("b"), Some("2"));
        assert_eq!(set.get("a"), Some(""));
        assert_eq!(set.get("c"), None);
        assert_eq!(set.iter().map(|(k, _)| k).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn equal_lists_are_kept_once() {
        let mut lists = Lists::default();
        let (a, b) = (lists.shared(vec![1, 2]), lists.shared(vec![1, 2]));
        assert!(Arc::ptr_eq(&a, &b));
        assert_eq!(&*lists.shared(vec![2, 1]), [2, 1]);
    }

    #[test]
    fn equal_labels_are_kept_once() {
        let mut interner = Interner::default();
        let (a, b) = (
            interner.labels([("a", "1"), ("b", "2")]),
            interner.labels([("b", "2"), ("a", "1")]),
        );
        assert!(Arc::ptr_eq(&a.0, &b.0));
    }
}
