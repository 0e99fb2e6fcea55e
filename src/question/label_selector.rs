//! Kubernetes label selectors, as typed with `-l`: `app=web,tier!=db,env in (a,b),!legacy`.

use crate::error::Error;
use crate::intern::LabelSet;

/// A Kubernetes label selector: all requirements must hold.
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
    In(Vec<String>),
    /// Also true where the label is missing.
    NotIn(Vec<String>),
}

impl LabelSelector {
    /// Reads a selector.
    ///
    /// # Errors
    /// A usage error that names the requirement.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let requirements: Result<Vec<_>, Error> = split(text)
            .into_iter()
            .map(|part| requirement(part, text))
            .collect();
        Ok(Self {
            text: text.to_owned(),
            requirements: requirements?,
        })
    }

    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the labels meet every requirement.
    #[must_use]
    pub fn matches(&self, labels: &LabelSet) -> bool {
        self.requirements.iter().all(|requirement| {
            let value = labels.get(&requirement.key);
            match (&requirement.test, value) {
                (Test::Exists, value) => value.is_some(),
                (Test::Absent, value) => value.is_none(),
                (Test::In(values), Some(value)) => values.iter().any(|v| v == value),
                (Test::In(_), None) => false,
                (Test::NotIn(values), Some(value)) => values.iter().all(|v| v != value),
                (Test::NotIn(_), None) => true,
            }
        })
    }
}

/// Parts between commas that stand in no bracket.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

fn requirement(part: &str, whole: &str) -> Result<Requirement, Error> {
    let part = part.trim();
    let read = || -> Option<(&str, Test)> {
        if let Some(key) = part.strip_prefix('!') {
            return Some((key.trim(), Test::Absent));
        }
        let one = |value: &str| vec![value.trim().to_owned()];
        if let Some((key, value)) = part.split_once("!=") {
            return Some((key, Test::NotIn(one(value))));
        }
        if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
            return Some((key, Test::In(one(value))));
        }
        let Some((key, rest)) = part.split_once(char::is_whitespace) else {
            return (!part.contains(['(', ')'])).then_some((part, Test::Exists));
        };
        let rest = rest.trim();
        if let Some(values) = rest.strip_prefix("notin") {
            return Some((key, Test::NotIn(bracket(values)?)));
        }
        Some((key, Test::In(bracket(rest.strip_prefix("in")?)?)))
    };
    let Some((key, test)) = read().filter(|(key, test)| is_key(key.trim()) && has_values(test))
    else {
        return Err(Error::Usage {
            message: format!("-l {whole:?}: {part:?} is no label requirement"),
            hint: Some("as in app=web,tier!=db,env in (a,b),zone,!legacy".to_owned()),
        });
    };
    Ok(Requirement {
        key: key.trim().to_owned(),
        test,
    })
}

fn bracket(text: &str) -> Option<Vec<String>> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(
        inner
            .split(',')
            .map(|value| value.trim().to_owned())
            .collect(),
    )
}

fn is_key(key: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    !key.is_empty() && key.chars().all(plain)
}

fn has_values(test: &Test) -> bool {
    let plain = |value: &String| {
        value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match test {
        Test::In(values) | Test::NotIn(values) => !values.is_empty() && values.iter().all(plain),
        Test::Exists | Test::Absent => true,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::intern::Interner;

    #[test]
    fn requirements_hold_as_in_kubernetes() {
        let labels =
            Interner::default().labels([("app", "web"), ("x.io/env", "prod"), ("empty", "")]);
        for (text, want) in [
            ("app=web", true),
            ("app==web", true),
            ("app = web", true),
            ("app!=web", false),
            ("gone!=web", true),
            ("app in (web, db)", true),
            ("app in(web)", true),
            ("app notin (web)", false),
            ("gone notin (web)", true),
            ("gone in (web)", false),
            ("app", true),
            ("!app", false),
            ("!gone", true),
            ("app=web,x.io/env=prod", true),
            ("app in (web,db),x.io/env!=prod", false),
            ("empty=", true),
        ] {
            let selector = LabelSelector::parse(text).unwrap();
            assert_eq!(selector.matches(&labels), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_requirement_is_refused() {
        for text in [
            "",
            "app in",
            "app in web",
            "=web",
            "app=web,,x",
            "a b",
            "app in (web",
            "app=w b",
        ] {
            assert!(LabelSelector::parse(text).is_err(), "{text}");
        }
    }
}
