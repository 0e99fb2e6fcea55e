//! Ports and protocols as Calico decodes them (`api/pkg/lib/numorstring`).

use std::fmt;

use serde::Serialize;

use crate::intern::Symbol;

/// A port of a rule: a number, a range, or a name that endpoints declare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// Inclusive; a single number has equal ends.
    Numbers {
        /// The first port.
        min: u16,
        /// The last port, at least `min`.
        max: u16,
    },
    /// A name, of `[a-zA-Z0-9_.-]{1,128}`.
    Named(Symbol),
}

/// A protocol of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// 0 to 255.
    Number(u8),
    /// As written; compared without case.
    Name(Symbol),
}

// === impl Port ===

impl Port {
    /// A single number.
    #[must_use]
    pub fn number(port: u16) -> Self {
        Self::Numbers {
            min: port,
            max: port,
        }
    }

    /// Reads the string form: digits, `min:max`, or a name. `None` is what Go cannot decode.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if digits(text) {
            return text.parse().ok().map(Self::number);
        }
        if let Some((min, max)) = text.split_once(':') {
            if !digits(min) || !digits(max) {
                return None;
            }
            let (min, max) = (min.parse().ok()?, max.parse().ok()?);
            return (min <= max).then_some(Self::Numbers { min, max });
        }
        let named = (1..=128).contains(&text.len())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        named.then(|| Self::Named(text.into()))
    }

    /// Whether every port that `other` means is meant here too; names mean only themselves.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Numbers { min, max }, Self::Numbers { min: from, max: to }) => {
                min <= from && to <= max
            }
            (ours, theirs) => ours == theirs,
        }
    }

    /// The name, if it is one.
    #[must_use]
    pub fn name(&self) -> Option<&Symbol> {
        match self {
            Self::Named(name) => Some(name),
            Self::Numbers { .. } => None,
        }
    }
}

/// `80`, `80:90` or the name.
impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numbers { min, max } if min == max => write!(f, "{min}"),
            Self::Numbers { min, max } => write!(f, "{min}:{max}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

impl Serialize for Port {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Numbers { min, max } if min == max => serializer.serialize_u16(*min),
            _ => serializer.collect_str(self),
        }
    }
}

// === impl Protocol ===

impl Protocol {
    /// Reads the string form: a string of digits up to 255 is a number.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u8>() {
            Ok(number) if digits => Self::Number(number),
            _ => Self::Name(text.into()),
        }
    }

    /// The name in lower case, if it is a name.
    #[must_use]
    pub fn lower_name(&self) -> Option<String> {
        match self {
            Self::Name(name) => Some(name.to_lowercase()),
            Self::Number(_) => None,
        }
    }

    /// `tcp`, `udp` or `sctp` if it is one of these, by name or number.
    #[must_use]
    pub fn with_ports(&self) -> Option<&'static str> {
        match (self, self.lower_name().as_deref()) {
            (Self::Number(6), _) | (_, Some("tcp")) => Some("tcp"),
            (Self::Number(17), _) | (_, Some("udp")) => Some("udp"),
            (Self::Number(132), _) | (_, Some("sctp")) => Some("sctp"),
            _ => None,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u8(*number),
            Self::Name(name) => serializer.serialize_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_decoded_as_go_decodes_them() {
        for (text, want) in [
            ("80", Some("80")),
            ("0", Some("0")),
            ("80:90", Some("80:90")),
            ("http", Some("http")),
            ("-1", Some("-1")),
            ("80-90", Some("80-90")),
            ("90:80", None),
            ("80:", None),
            ("a:b", None),
            ("65536", None),
            ("", None),
            ("a b", None),
        ] {
            assert_eq!(
                Port::parse(text).map(|p| p.to_string()).as_deref(),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn a_protocol_of_digits_is_a_number() {
        assert_eq!(Protocol::parse("6"), Protocol::Number(6));
        assert_eq!(Protocol::parse("256"), Protocol::Name("256".into()));
        assert_eq!(Protocol::parse("TCP").with_ports(), Some("tcp"));
        assert_eq!(Protocol::Number(132).with_ports(), Some("sctp"));
        assert_eq!(Protocol::parse("ICMP").with_ports(), None);
    }
}
