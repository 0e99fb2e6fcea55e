//! Effective labels: an object's own, else the first of its profiles that has the label
//! (`felix/labelindex/label_inheritance_index.go`).

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use crate::intern::{LabelSet, Symbol};
use crate::selector::Labels;
use crate::snapshot::Snapshot;

/// The labels that selectors see.
pub struct EffectiveLabels<'a> {
    own: &'a LabelSet,
    /// Own and inherited ones, as selectors look them up; made when the first does.
    effective: OnceCell<FxHashMap<&'a str, &'a str>>,
    /// Labels of the profiles that exist, in list order.
    parents: Vec<&'a LabelSet>,
    unknown: Unknown,
}

/// Inherited labels that could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Unknown {
    namespace: bool,
    service_account: bool,
}

impl Unknown {
    /// Where a label of this name would come from.
    pub(super) fn of_label(label: &str) -> Self {
        Self {
            namespace: label.starts_with("pcns."),
            service_account: label.starts_with("pcsa."),
        }
    }

    /// Whether both say that of one of the two.
    pub(super) fn meets(self, other: Self) -> bool {
        (self.namespace && other.namespace) || (self.service_account && other.service_account)
    }
}

impl<'a> EffectiveLabels<'a> {
    /// The labels of an object with these own labels and profiles.
    #[must_use]
    pub fn of(own: &'a LabelSet, profiles: &[Symbol], snapshot: &'a Snapshot) -> Self {
        let missing = |prefix: &str, lacks: bool| {
            lacks
                && profiles
                    .iter()
                    .any(|name| name.starts_with(prefix) && !snapshot.profiles.contains_key(name))
        };
        let parents: Vec<&LabelSet> = profiles
            .iter()
            .filter_map(|name| snapshot.profiles.get(name))
            .map(|profile| &profile.labels)
            .filter(|labels| !labels.is_empty())
            .collect();
        Self {
            own,
            effective: OnceCell::new(),
            parents,
            unknown: Unknown {
                namespace: missing("kns.", snapshot.lacks_namespace_labels()),
                service_account: missing("ksa.", snapshot.lacks_service_account_labels()),
            },
        }
    }

    /// The labels that come from profiles, without those that an own label hides.
    #[must_use]
    pub fn inherited(&self) -> LabelSet {
        let visible = self
            .parents
            .iter()
            .rev()
            .flat_map(|labels| labels.symbols())
            .filter(|(key, _)| self.own.get(key).is_none());
        LabelSet::from_pairs(visible.cloned())
    }

    /// Labels of the profiles that exist, in list order.
    pub(super) fn parents(&self) -> impl Iterator<Item = &'a LabelSet> + use<'a, '_> {
        self.parents.iter().copied()
    }

    /// What could not be read.
    pub(super) fn unknown(&self) -> Unknown {
        self.unknown
    }

    fn effective(&self) -> &FxHashMap<&'a str, &'a str> {
        self.effective.get_or_init(|| {
            let mut effective = FxHashMap::default();
            for labels in std::iter::once(self.own).chain(self.parents()) {
                for (key, value) in labels.iter() {
                    effective.entry(key).or_insert(value);
                }
            }
            effective
        })
    }

    /// Every key, some maybe twice.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> {
        let sets = std::iter::once(self.own).chain(self.parents.iter().copied());
        sets.flat_map(|labels| labels.iter().map(|(key, _)| key))
    }

    /// Own labels that hide a profile's label of another value.
    #[must_use]
    pub fn hidden(&self) -> Vec<&'a str> {
        let hides = |key: &str, value: &str| {
            self.parents
                .iter()
                .any(|labels| labels.get(key).is_some_and(|other| other != value))
        };
        self.own
            .iter()
            .filter(|(key, value)| hides(key, value))
            .map(|(key, _)| key)
            .collect()
    }
}

impl Labels for EffectiveLabels<'_> {
    fn get(&self, label: &str) -> Option<&str> {
        self.effective().get(label).copied()
    }

    fn knows(&self, label: &str) -> bool {
        let hidden = Unknown::of_label(label).meets(self.unknown);
        !hidden || self.own.get(label).is_some()
    }
}
