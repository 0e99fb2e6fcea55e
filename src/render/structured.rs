//! JSON and YAML: the head, then item by item, then the tail.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter as _, PrettyFormatter, Serializer};

use super::escape::{escape, is_unsafe};
use crate::answer::{
    self, EndpointAnswer, EndpointItem, EvalAnswer, EvalItem, EvalTail, Head, PolicyAnswer,
    PolicyItem, PolicyTail, Tail,
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

impl<'a> From<EndpointAnswer<'a>> for Parts<Head, answer::Items<'a>, Tail> {
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

/// The answer of `endpoint` or `host` in JSON; several threads write its items.
pub(super) fn json_of_endpoints(
    answer: EndpointAnswer<'_>,
    escaped: bool,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut list = List::begin(&answer.head, escaped, out)?;
    let text = |item: EndpointItem| text_of(&item, escaped);
    answer.items.worked_on(text, |text| list.item(&text?))?;
    list.end(&answer.tail)
}

/// JSON, indented by two blanks.
pub(super) fn json<H: Serialize, I: Serialize, T: Serialize>(
    mut answer: Parts<H, impl Iterator<Item = I>, T>,
    escaped: bool,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut list = List::begin(&answer.head, escaped, out)?;
    answer
        .items
        .try_for_each(|item| list.item(&text_of(&item, escaped)?))?;
    list.end(&answer.tail)
}

/// An answer in JSON that is being written.
struct List<'o> {
    out: &'o mut dyn Write,
    escaped: bool,
    count: usize,
}

impl<'o> List<'o> {
    fn begin<H: Serialize>(head: &H, escaped: bool, out: &'o mut dyn Write) -> io::Result<Self> {
        let head = safe(fields(head)?, escaped);
        write!(out, "{{{head},\n  \"items\": [")?;
        Ok(Self {
            out,
            escaped,
            count: 0,
        })
    }

    fn item(&mut self, text: &[u8]) -> io::Result<()> {
        let before: &[u8] = if self.count == 0 {
            b"\n    "
        } else {
            b",\n    "
        };
        self.count += 1;
        self.out.write_all(before)?;
        self.out.write_all(text)
    }

    fn end<T: Serialize>(self, tail: &T) -> io::Result<usize> {
        let close = if self.count == 0 { "" } else { "\n  " };
        let tail = safe(fields(tail)?, self.escaped);
        let comma = if tail.is_empty() { "" } else { "," };
        writeln!(self.out, "{close}]{comma}{tail}\n}}")?;
        Ok(self.count)
    }
}

/// An item, indented as it stands in the list.
fn text_of<I: Serialize>(item: &I, escaped: bool) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    item.serialize(&mut Serializer::with_formatter(&mut text, within_items()?))?;
    Ok(match escaped {
        true => safe(String::from_utf8_lossy(&text).into(), true).into(),
        false => text,
    })
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
