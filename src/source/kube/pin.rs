//! The moment that everything is read at, and what is known of the revisions that were met.
//!
//! Kinds that a server keeps in different stores have counters of their own, and a revision of one means another
//! moment in the other without any sign of it. So beside each pinned read the kind's present revision is taken,
//! and at the end once more that of the kind that gave the moment: in one store the former lie between the moment
//! and the latter.

use std::collections::{BTreeMap, BTreeSet};

use super::resources::Target;
use crate::need::Kind;

/// How often a moment may be lost.
const EXPIRIES: u32 = 2;

/// The moment.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    /// Its revision.
    pub revision: String,
    /// The list that gave it.
    pub from: Target,
}

/// How a kind was read.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    /// At the moment; beside it the kind's present revision, where it is known.
    Pinned(Option<String>),
    /// At this revision.
    At(String),
}

/// What stays over restarts, and what was met since the last.
#[derive(Debug, Default)]
pub(super) struct Pin {
    moment: Option<Moment>,
    unpinned: BTreeSet<Kind>,
    expired: u32,
    seen: BTreeMap<String, (Kind, Seen)>,
}

impl Pin {
    /// The moment, once it is chosen.
    pub fn moment(&self) -> Option<&Moment> {
        self.moment.as_ref()
    }

    /// Chooses it.
    pub fn choose(&mut self, revision: String, from: Target) {
        self.moment = Some(Moment { revision, from });
    }

    /// The revision to read `kind` at, unless it is read as it is.
    pub fn revision_for(&self, kind: Kind) -> Option<&str> {
        let moment = self.moment.as_ref()?;
        (!self.unpinned.contains(&kind)).then_some(&*moment.revision)
    }

    /// Whether the kind was already compared with the moment.
    pub fn is_guarded(&self, kind: Kind) -> bool {
        let mut seen = self.seen.values();
        seen.any(|(other, seen)| *other == kind && matches!(seen, Seen::Pinned(Some(_))))
    }

    /// Keeps how the resource of that name was read; a kind that once was not pinned stays so.
    pub fn keep(&mut self, name: String, kind: Kind, seen: Seen) {
        match (self.seen.get(&name), &seen) {
            (Some((_, Seen::At(_))), Seen::Pinned(_))
            | (Some((_, Seen::Pinned(Some(_)))), Seen::Pinned(None)) => {}
            _ => {
                self.seen.insert(name, (kind, seen));
            }
        }
    }

    /// Whether `kind` is read as it is.
    pub fn is_unpinned(&self, kind: Kind) -> bool {
        self.unpinned.contains(&kind)
    }

    /// From now on `kind` is read as it is.
    pub fn unpin(&mut self, kind: Kind) {
        self.unpinned.insert(kind);
    }

    /// Forgets the moment; whether another may be chosen.
    pub fn expire(&mut self) -> bool {
        self.expired += 1;
        self.forget();
        self.expired <= EXPIRIES
    }

    /// Forgets the moment and what was met.
    pub fn forget(&mut self) {
        self.moment = None;
        self.seen.clear();
    }

    /// Kinds that have a store of their own, when the moment's store stands at `now` at the end.
    pub fn strays(&self, now: &str) -> BTreeSet<Kind> {
        let Some(moment) = &self.moment else {
            return BTreeSet::new();
        };
        let between = |present: &str| {
            let number = |text: &str| text.parse::<u64>().ok();
            let (n, m, n2) = (number(&moment.revision), number(present), number(now));
            n.is_some() && m.is_some() && n <= m && m <= n2
        };
        let stray = |seen: &Seen| match seen {
            Seen::Pinned(present) => !present.as_deref().is_some_and(between),
            Seen::At(_) => false,
        };
        let seen = self.seen.values().filter(|(_, seen)| stray(seen));
        seen.map(|(kind, _)| *kind).collect()
    }

    /// Whether something was read at the moment and has to be compared at the end.
    pub fn needs_a_check(&self) -> bool {
        let mut seen = self.seen.values();
        seen.any(|(_, seen)| matches!(seen, Seen::Pinned(_)))
    }

    /// Whether everything was read at the moment.
    pub fn holds(&self) -> bool {
        let mut seen = self.seen.values();
        self.moment.is_some() && seen.all(|(_, seen)| matches!(seen, Seen::Pinned(_)))
    }

    /// The revision of each resource.
    pub fn revisions(&self) -> BTreeMap<String, String> {
        let revision = |seen: &Seen| match seen {
            Seen::Pinned(_) => self.moment.as_ref().map(|moment| moment.revision.clone()),
            Seen::At(revision) => Some(revision.clone()),
        };
        let seen = self.seen.iter();
        seen.filter_map(|(name, (_, seen))| Some((name.clone(), revision(seen)?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::resources::{CalicoApi, Resource};
    use super::*;

    fn pin(seen: &[(Kind, Seen)]) -> Pin {
        let mut pin = Pin::default();
        let from = Target::all(Resource::of(Kind::ClusterInformation, CalicoApi::Crd));
        pin.choose("10".to_owned(), from);
        for (kind, seen) in seen {
            pin.keep(format!("{kind:?}"), *kind, seen.clone());
        }
        pin
    }

    fn pinned(present: &str) -> Seen {
        Seen::Pinned(Some(present.to_owned()))
    }

    #[test]
    fn a_kind_outside_the_moment_and_the_end_is_a_stray() {
        for (present, now, stray) in [
            ("10", "10", false),
            ("12", "15", false),
            ("15", "15", false),
            ("9", "15", true),
            ("16", "15", true),
            ("x", "15", true),
            ("100", "99", true),
            ("99", "100", false),
        ] {
            let strays = pin(&[(Kind::Pod, pinned(present))]).strays(now);
            assert_eq!(strays.contains(&Kind::Pod), stray, "10 ≤ {present} ≤ {now}");
        }
        let unknown = pin(&[(Kind::Pod, Seen::Pinned(None))]);
        assert!(unknown.strays("15").contains(&Kind::Pod));
        assert!(
            pin(&[(Kind::Pod, Seen::At("3".to_owned()))])
                .strays("15")
                .is_empty()
        );
    }

    #[test]
    fn the_moment_is_lost_twice_at_most() {
        let mut pin = pin(&[]);
        assert!(pin.expire() && pin.expire());
        assert!(!pin.expire());
    }

    #[test]
    fn one_unpinned_read_tells_all_revisions() {
        let pinned_only = pin(&[(Kind::Pod, pinned("11"))]);
        assert!(pinned_only.holds());
        let mixed = pin(&[
            (Kind::Pod, Seen::At("12".to_owned())),
            (Kind::Tier, pinned("11")),
        ]);
        assert!(!mixed.holds());
        let revisions = mixed.revisions();
        assert_eq!(revisions.get("Pod").map(String::as_str), Some("12"));
        assert_eq!(revisions.get("Tier").map(String::as_str), Some("10"));
    }
}
