//! JSON and YAML: the head, then item by item, then the tail.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter as _, PrettyFormatter, Serializer};

use super::escape::{escape, is_unsafe};
use crate::answer::{
    EndpointAnswer, EndpointItem, EvalAnswer, EvalItem, EvalTail, Head, PolicyAnswer, PolicyItem,
    PolicyTail, Tail,
};
use crate::yaml;

/// An answer in the parts in which it is printed.
pub(super) struct Parts<H, I, T> {
    pub(super) head: H,
    pub(super) items: I,
    pub(super) tail: T,
}

/// Items, made one by one.
type Items<'a, I> = Box<dyn Iterator<Item = I> + 'a>;

impl<'a> From<EndpointAnswer<'a>> for Parts<Head, Items<'a, EndpointItem>, Tail> {
    fn from(answer: EndpointAnswer<'a>) -> Self {
        let EndpointAnswer {
            head, items, tail, ..
        } = answer;
        Self { head, items, tail }
    }
}

impl<'a> From<PolicyAnswer<'a>> for Parts<Head, Items<'a, PolicyItem>, PolicyTail> {
    fn from(answer: PolicyAnswer<'a>) -> Self {
        let PolicyAnswer { head, items, tail } = answer;
        Self { head, items, tail }
    }
}

impl<'a> From<EvalAnswer<'a>> for Parts<Head, Items<'a, EvalItem>, EvalTail> {
    fn from(answer: EvalAnswer<'a>) -> Self {
        let EvalAnswer { head, items, tail } = answer;
        Self { head, items, tail }
    }
}

/// JSON, indented by two blanks.
pub(super) fn json<H: Serialize, I: Serialize, T: Serialize>(
    answer: Parts<H, impl Iterator<Item = I>, T>,
    escaped: bool,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let head = fields(&answer.head)?;
    let mut count = 0;
    write!(out, "{{{},\n  \"items\": [", safe(head, escaped))?;
    let mut text = Vec::new();
    for item in answer.items {
        text.clear();
        item.serialize(&mut Serializer::with_formatter(&mut text, within_items()?))?;
        out.write_all(if count == 0 { b"\n    " } else { b",\n    " })?;
        match escaped {
            true => write!(out, "{}", safe(String::from_utf8_lossy(&text).into(), true))?,
            false => out.write_all(&text)?,
        }
        count += 1;
    }
    let close = if count == 0 { "" } else { "\n  " };
    let tail = fields(&answer.tail)?;
    let comma = if tail.is_empty() { "" } else { "," };
    writeln!(out, "{close}]{comma}{}\n}}", safe(tail, escaped))?;
    Ok(count)
}

/// JSON of one value, without a final line break.
pub(super) fn json_of<T: Serialize>(value: &T, escaped: bool) -> io::Result<String> {
    Ok(safe(serde_json::to_string_pretty(value)?, escaped))
}

/// The fields of an object, each on a line of its own, without the braces.
fn fields<T: Serialize>(value: &T) -> io::Result<String> {
    let text = serde_json::to_string_pretty(value)?;
    let inner = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    Ok(inner.map(str::trim_end).unwrap_or_default().to_owned())
}

/// YAML in blocks.
pub(super) fn yaml<H: Serialize, I: Serialize, T: Serialize>(
    answer: Parts<H, impl Iterator<Item = I>, T>,
    escaped: bool,
    out: &mut dyn Write,
) -> io::Result<usize> {
    write!(out, "{}", shown(&answer.head, escaped)?)?;
    let mut count = 0;
    for item in answer.items {
        if count == 0 {
            writeln!(out, "items:")?;
        }
        let text = shown(&item, escaped)?;
        writeln!(out, "- {}", indented(text.trim_end(), "  "))?;
        count += 1;
    }
    if count == 0 {
        writeln!(out, "items: []")?;
    }
    if !fields(&answer.tail)?.is_empty() {
        write!(out, "{}", shown(&answer.tail, escaped)?)?;
    }
    Ok(count)
}

/// YAML of one value.
pub(super) fn shown<T: Serialize>(value: &T, escaped: bool) -> io::Result<String> {
    let text = yaml::write::to_string(value)?;
    Ok(if escaped {
        yaml::write::escaped(&text, is_unsafe)
    } else {
        text
    })
}

/// JSON's own escapes are the same, so that the text stays JSON; its line breaks stay.
fn safe(text: String, escaped: bool) -> String {
    match escaped {
        true => text.split('\n').map(escape).collect::<Vec<_>>().join("\n"),
        false => text,
    }
}

/// Indents as what stands in a list in an object.
fn within_items() -> io::Result<PrettyFormatter<'static>> {
    let mut formatter = PrettyFormatter::new();
    formatter.begin_object(&mut io::sink())?;
    formatter.begin_array(&mut io::sink())?;
    Ok(formatter)
}

fn indented(text: &str, by: &str) -> String {
    text.replace('\n', &format!("\n{by}"))
}
