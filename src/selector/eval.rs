//! Evaluation of a selector over labels. Comparisons are bytewise; nothing is trimmed or folded.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};
use std::marker::PhantomData;

use super::tree::{Condition, Node, Test};

/// Labels of one object, looked up by name.
pub trait Labels {
    /// The value of `label`; `None` when the label is missing, `Some("")` when its value is empty.
    fn get(&self, label: &str) -> Option<&str>;

    /// Whether it is known if the label is there at all: `false` where its origin could not be read.
    fn knows(&self, label: &str) -> bool {
        let _ = label;
        true
    }
}

/// [`Labels`] made of a function, for what cannot implement the trait itself.
#[derive(Clone, Copy, Debug)]
pub struct LabelsFn<'l, F> {
    find: F,
    /// Where the values live.
    values: PhantomData<&'l str>,
}

// === impl Labels ===

impl<T: Labels + ?Sized> Labels for &T {
    fn get(&self, label: &str) -> Option<&str> {
        (**self).get(label)
    }

    fn knows(&self, label: &str) -> bool {
        (**self).knows(label)
    }
}

impl<K: Borrow<str> + Ord, V: AsRef<str>> Labels for BTreeMap<K, V> {
    fn get(&self, label: &str) -> Option<&str> {
        Self::get(self, label).map(AsRef::as_ref)
    }
}

impl<K, V, S> Labels for HashMap<K, V, S>
where
    K: Borrow<str> + Eq + Hash,
    V: AsRef<str>,
    S: BuildHasher,
{
    fn get(&self, label: &str) -> Option<&str> {
        Self::get(self, label).map(AsRef::as_ref)
    }
}

impl<'l, F: Fn(&str) -> Option<&'l str>> Labels for LabelsFn<'l, F> {
    fn get(&self, label: &str) -> Option<&str> {
        (self.find)(label)
    }
}

// === impl LabelsFn ===

impl<'l, F: Fn(&str) -> Option<&'l str>> LabelsFn<'l, F> {
    /// Labels looked up by `find`.
    pub fn new(find: F) -> Self {
        let values = PhantomData;
        Self { find, values }
    }
}

// === impl Node, Test, Condition ===

impl Node {
    /// Whether the expression holds for `labels`.
    pub(super) fn holds<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        match self {
            Self::All | Self::Global => true,
            Self::Test(test) => test.holds(labels),
            Self::Not(operand) => !operand.holds(labels),
            Self::And(operands) => operands.iter().all(|operand| operand.holds(labels)),
            Self::Or(operands) => operands.iter().any(|operand| operand.holds(labels)),
        }
    }
}

impl Node {
    /// The truth as far as it follows from what is known (Kleene's logic): `None` where an unknown label
    /// decides.
    pub(super) fn decides<L: Labels + ?Sized>(&self, labels: &L) -> Option<bool> {
        match self {
            Self::All | Self::Global => Some(true),
            Self::Test(test) => labels.knows(&test.label).then(|| test.holds(labels)),
            Self::Not(operand) => operand.decides(labels).map(|truth| !truth),
            Self::And(operands) => settle(operands, labels, false),
            Self::Or(operands) => settle(operands, labels, true),
        }
    }
}

/// `decisive` if one operand is that, unknown if one is unknown, else the opposite.
fn settle<L: Labels + ?Sized>(operands: &[Node], labels: &L, decisive: bool) -> Option<bool> {
    let mut unknown = false;
    for operand in operands {
        match operand.decides(labels) {
            Some(truth) if truth == decisive => return Some(decisive),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decisive)
}

impl Test {
    fn holds<L: Labels + ?Sized>(&self, labels: &L) -> bool {
        match labels.get(&self.label) {
            Some(value) => self.condition.holds_for(value),
            None => self.condition.holds_without(),
        }
    }
}

impl Condition {
    pub(super) fn holds_for(&self, value: &str) -> bool {
        match self {
            Self::Present => true,
            Self::Equal(wanted) => value == &**wanted,
            Self::NotEqual(unwanted) => value != &**unwanted,
            Self::Contains(part) => value.contains(&**part),
            Self::StartsWith(part) => value.starts_with(&**part),
            Self::EndsWith(part) => value.ends_with(&**part),
            Self::In(values) => values.contains(value),
            Self::NotIn(values) => !values.contains(value),
        }
    }

    /// The truth when the label is missing.
    pub(super) fn holds_without(&self) -> bool {
        matches!(self, Self::NotEqual(_) | Self::NotIn(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of<L: Labels>(labels: L) -> Option<String> {
        labels.get("app").map(str::to_owned)
    }

    /// `app` is `web`; nothing is known of labels that start with `pcns.`.
    struct Partly;

    impl Labels for Partly {
        fn get(&self, label: &str) -> Option<&str> {
            (label == "app").then_some("web")
        }

        fn knows(&self, label: &str) -> bool {
            !label.starts_with("pcns.")
        }
    }

    #[test]
    fn an_unknown_label_leaves_open_only_what_hangs_on_it() {
        for (text, want) in [
            ("app == 'web'", Some(true)),
            ("has(pcns.team)", None),
            ("!has(pcns.team)", None),
            ("app == 'db' && has(pcns.team)", Some(false)),
            ("app == 'web' && has(pcns.team)", None),
            ("has(pcns.team) || app == 'web'", Some(true)),
            ("has(pcns.team) || app == 'db'", None),
        ] {
            let selector = crate::selector::Selector::parse(text).map(|s| s.decides(&Partly));
            assert_eq!(selector, Ok(want), "{text}");
        }
    }

    #[test]
    fn maps_references_and_functions_are_labels() {
        let tree: BTreeMap<String, String> = [("app".to_owned(), "web".to_owned())].into();
        let hash: HashMap<&str, &str> = [("app", "web")].into();
        let (web, list) = (Some("web".to_owned()), [("app", "web")]);
        let find = |label: &str| list.iter().find(|(key, _)| *key == label).map(|(_, v)| *v);
        assert_eq!(value_of(&tree), web);
        assert_eq!(value_of(&hash), web);
        assert_eq!(value_of(LabelsFn::new(find)), web);
        assert_eq!(value_of(LabelsFn::new(|_| None)), None);
        assert_eq!(
            value_of(LabelsFn::new(|_| tree.get("app").map(|v| v.as_str()))),
            web
        );
    }
}
