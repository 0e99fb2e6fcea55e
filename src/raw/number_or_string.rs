//! Fields that hold a number or a string (`api/pkg/lib/numorstring`, Kubernetes' `intstr`).
//!
//! What Go cannot decode here makes the whole list of the kind undecodable, so it is an error.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

/// A port of a Calico rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A number, or a string of digits.
    Number(u16),
    /// `min:max`, inclusive.
    Range(u16, u16),
    /// A name.
    Name(String),
}

/// A protocol of a Calico rule or port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// A number, or a string of digits up to 255.
    Number(u8),
    /// Any other string.
    Name(String),
}

/// A port of a Kubernetes policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A string.
    String(String),
}

// === impl Port ===

impl Port {
    /// Reads the string form.
    ///
    /// # Errors
    /// What is no port at all, as a lower-case fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        if is_digits(text) {
            let number = text.parse();
            return number
                .map(Self::Number)
                .map_err(|_| format!("port {text} is beyond 65535"));
        }
        if let Some((min, max)) = text.split_once(':') {
            return Self::range(min, max).ok_or_else(|| format!("{text:?} is no range of ports"));
        }
        let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
        if (1..=128).contains(&text.len()) && text.bytes().all(known) {
            Ok(Self::Name(text.to_owned()))
        } else {
            Err(format!("{text:?} is no port, range or port name"))
        }
    }

    fn range(min: &str, max: &str) -> Option<Self> {
        if !is_digits(min) || !is_digits(max) {
            return None;
        }
        let (min, max) = (min.parse().ok()?, max.parse().ok()?);
        (min <= max).then_some(Self::Range(min, max))
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `null` is port 0.
impl Default for Port {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(NumberOrString)? {
            Either::Number(number) => u16::try_from(number)
                .map(Self::Number)
                .map_err(|_| D::Error::custom(format!("port {number} is not from 0 to 65535"))),
            Either::String(text) => Self::parse(&text).map_err(D::Error::custom),
        }
    }
}

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u16(*number),
            Self::Range(min, max) => serializer.collect_str(&format_args!("{min}:{max}")),
            Self::Name(name) => serializer.serialize_str(name),
        }
    }
}

// === impl Protocol ===

/// `null` is protocol 0.
impl Default for Protocol {
    fn default() -> Self {
        Self::Number(0)
    }
}

impl<'de> Deserialize<'de> for Protocol {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(NumberOrString)? {
            Either::Number(number) => u8::try_from(number)
                .map(Self::Number)
                .map_err(|_| D::Error::custom(format!("protocol {number} is not from 0 to 255"))),
            Either::String(text) => Ok(match text.parse() {
                Ok(number) if is_digits(&text) => Self::Number(number),
                _ => Self::Name(text),
            }),
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_u8(*number),
            Self::Name(name) => serializer.serialize_str(name),
        }
    }
}

// === impl IntOrString ===

/// The text that it stands for.
impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::String(text) => f.write_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_any(NumberOrString)? {
            Either::Number(number) => i32::try_from(number)
                .map(Self::Int)
                .map_err(|_| D::Error::custom(format!("{number} does not fit 32 bits"))),
            Either::String(text) => Ok(Self::String(text)),
        }
    }
}

impl Serialize for IntOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(number) => serializer.serialize_i32(*number),
            Self::String(text) => serializer.serialize_str(text),
        }
    }
}

enum Either {
    Number(i64),
    String(String),
}

struct NumberOrString;

impl Visitor<'_> for NumberOrString {
    type Value = Either;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or a string")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Either, E> {
        // What does not fit is out of every range that follows.
        Ok(Either::Number(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Either, E> {
        Ok(Either::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Either, E> {
        Ok(Either::String(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_decoded_as_go_decodes_them() {
        for (json, want) in [
            ("80", Some(Port::Number(80))),
            ("\"80\"", Some(Port::Number(80))),
            ("\"080\"", Some(Port::Number(80))),
            ("0", Some(Port::Number(0))),
            ("\"80:90\"", Some(Port::Range(80, 90))),
            ("\"http\"", Some(Port::Name("http".to_owned()))),
            ("\"80-90\"", Some(Port::Name("80-90".to_owned()))),
            ("\"-1\"", Some(Port::Name("-1".to_owned()))),
            ("-1", None),
            ("65536", None),
            ("\"65536\"", None),
            ("\"90:80\"", None),
            ("\"80:\"", None),
            ("\"a:b\"", None),
            ("\"\"", None),
            ("\"a b\"", None),
            ("80.5", None),
            ("[80]", None),
        ] {
            assert_eq!(serde_json::from_str(json).ok(), want, "{json}");
        }
    }

    #[test]
    fn protocols_are_decoded_as_go_decodes_them() {
        for (json, want) in [
            ("6", Some(Protocol::Number(6))),
            ("\"6\"", Some(Protocol::Number(6))),
            ("\"TCP\"", Some(Protocol::Name("TCP".to_owned()))),
            ("\"300\"", Some(Protocol::Name("300".to_owned()))),
            ("256", None),
            ("-1", None),
        ] {
            assert_eq!(serde_json::from_str(json).ok(), want, "{json}");
        }
    }
}
