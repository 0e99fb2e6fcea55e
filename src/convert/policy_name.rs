//! A policy's stored name, the name that users see, and the tier that an old name means
//! (`libcalico-go/lib/names/policy.go`, `determinePolicyName`).

use super::metadata::Unfolded;
use crate::behaviour::{Behaviour, ShownName};

/// The name that users see.
pub(super) fn shown<'a>(metadata: &'a Unfolded, tier: &str, behaviour: Behaviour) -> &'a str {
    let stored = metadata.stored.as_str();
    let annotated = metadata.annotated_name.as_deref();
    match behaviour.shown_name() {
        ShownName::Stored => stored,
        ShownName::BehindFirstDot if is_foreign(stored) => stored,
        ShownName::BehindFirstDot => stored.split_once('.').map_or(stored, |(_, name)| name),
        ShownName::Annotation => annotated.unwrap_or(stored),
        ShownName::AnnotationOrTrimmed => annotated.unwrap_or_else(|| {
            let trims = metadata.folded && matches!(tier, "" | "default");
            stored
                .strip_prefix("default.")
                .filter(|_| trims)
                .unwrap_or(stored)
        }),
    }
}

/// The tier of a stored name up to v3.31 (`TierFromPolicyName`): the text before the first dot. Copies of
/// Kubernetes policies and OpenStack's security groups have prefixes of their own.
pub(super) fn tier_in_name(stored: &str) -> &str {
    match stored.split_once('.') {
        Some((tier, _)) if !is_foreign(stored) => tier,
        _ => "default",
    }
}

fn is_foreign(stored: &str) -> bool {
    let prefixes = ["knp.default.", "ossg.default."];
    prefixes.iter().any(|prefix| stored.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::behaviour::Version;

    fn metadata(stored: &str, name: Option<&str>, folded: bool) -> Unfolded {
        Unfolded {
            stored: stored.to_owned(),
            annotated_name: name.map(str::to_owned),
            nameless: false,
            folded,
            namespace: String::new(),
            labels: Default::default(),
        }
    }

    #[test]
    fn names_are_shown_as_each_version_shows_them() {
        for (version, name, folded, tier, want) in [
            ("v3.32.0", None, false, "", "default.foo"),
            ("v3.32.0", None, true, "", "foo"),
            ("v3.32.0", None, true, "default", "foo"),
            ("v3.32.0", None, true, "sec", "default.foo"),
            ("v3.32.0", Some("default.foo"), true, "", "default.foo"),
            ("v3.32.0", Some("foo"), true, "", "foo"),
            ("v3.30.0", None, true, "", "default.foo"),
            ("v3.30.0", Some("foo"), true, "", "foo"),
            ("v3.29.0", Some("foo"), true, "", "default.foo"),
        ] {
            let behaviour = Behaviour::of(Version::parse(version));
            let metadata = metadata("default.foo", name, folded);
            assert_eq!(
                shown(&metadata, tier, behaviour),
                want,
                "{version} {name:?} {folded}"
            );
        }
    }

    #[test]
    fn the_tier_stands_before_the_first_dot() {
        for (stored, want) in [
            ("a", "default"),
            ("sec.a", "sec"),
            ("sec.a.b", "sec"),
            ("default.a", "default"),
            ("knp.default.a", "default"),
            ("ossg.default.x", "default"),
        ] {
            assert_eq!(tier_in_name(stored), want, "{stored}");
        }
    }
}
