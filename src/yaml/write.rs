//! Writing YAML: in blocks, each scalar on one line.

use serde::Serialize;

/// A value as block YAML, with a final line break.
///
/// Every scalar stands on the line of its key, so that a long selector is found by searching for it.
///
/// # Errors
/// The value cannot be written as YAML.
pub fn to_string<T: Serialize>(value: &T) -> std::io::Result<String> {
    let options = serde_saphyr::ser_options! {
        compact_list_indent: true,
        prefer_block_scalars: false,
    };
    serde_saphyr::to_string_with_options(value, options).map_err(std::io::Error::other)
}

/// What [`to_string`] wrote, with certain characters as escapes: a scalar that holds one is put into double
/// quotes, the only style with escapes, so that it is read as the same string.
#[must_use]
pub fn escaped(yaml: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(yaml.len());
    for line in yaml.split_inclusive('\n') {
        if line.trim_end_matches('\n').contains(&is_escaped) || line.contains("\\e") {
            escape_line(line, &is_escaped, &mut out);
        } else {
            out.push_str(line);
        }
    }
    out
}

/// One line: indentation and list marks, then a scalar, or a key and a scalar.
fn escape_line(line: &str, is_escaped: &impl Fn(char) -> bool, out: &mut String) {
    let mut rest = line;
    while let Some(after) = rest.strip_prefix(' ').or_else(|| rest.strip_prefix("- ")) {
        rest = after;
    }
    out.push_str(line.strip_suffix(rest).unwrap_or_default());
    while !rest.is_empty() {
        let (scalar, after) = rest.split_at(scalar_length(rest));
        if scalar.contains(is_escaped) || (scalar.starts_with('"') && scalar.contains("\\e")) {
            requote(scalar, is_escaped, out);
        } else {
            out.push_str(scalar);
        }
        let marks = after.len() - after.trim_start_matches([':', ' ', '\n']).len();
        let (between, next) = after.split_at(marks);
        out.push_str(between);
        rest = next;
    }
}

/// How long the scalar at the start is: to the closing quote, to the mark of a key, or to the end.
fn scalar_length(text: &str) -> usize {
    let end = text.trim_end_matches('\n').len();
    let mut characters = text.char_indices().skip(1).peekable();
    match text.chars().next() {
        Some('"') => {
            while let Some((at, character)) = characters.next() {
                match character {
                    '\\' => drop(characters.next()),
                    '"' => return at + 1,
                    _ => {}
                }
            }
            end
        }
        Some('\'') => {
            while let Some((at, character)) = characters.next() {
                if character == '\'' && characters.next_if(|(_, next)| *next == '\'').is_none() {
                    return at + 1;
                }
            }
            end
        }
        _ => text
            .find(": ")
            .or_else(|| text.find(":\n"))
            .unwrap_or(end)
            .max(1)
            .min(end.max(1)),
    }
}

fn requote(scalar: &str, is_escaped: &impl Fn(char) -> bool, out: &mut String) {
    let inner = |quote: char| {
        let inner = scalar.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    };
    out.push('"');
    if let Some(double) = inner('"') {
        let mut characters = double.chars();
        while let Some(character) = characters.next() {
            push(character, is_escaped, out);
            match characters
                .as_str()
                .chars()
                .next()
                .filter(|_| character == '\\')
            {
                // The library's own short form of ESC.
                Some('e') => out.push_str("u001b"),
                Some(next) => push(next, is_escaped, out),
                None => continue,
            }
            characters.next();
        }
    } else {
        let text = inner('\'').map_or_else(|| scalar.to_owned(), |text| text.replace("''", "'"));
        for character in text.chars() {
            if matches!(character, '"' | '\\') {
                out.push('\\');
            }
            push(character, is_escaped, out);
        }
    }
    out.push('"');
}

fn push(character: char, is_escaped: &impl Fn(char) -> bool, out: &mut String) {
    match u32::from(character) {
        _ if !is_escaped(character) => out.push(character),
        code @ ..=0xffff => out.push_str(&format!("\\u{code:04x}")),
        code => out.push_str(&format!("\\U{code:08x}")),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn hidden(character: char) -> bool {
        matches!(character, '\u{202e}' | '\u{200b}' | '\u{e0041}')
    }

    #[test]
    fn a_long_text_stays_on_its_line() {
        let long = "app == 'web' && ".repeat(20);
        assert_eq!(
            to_string(&BTreeMap::from([("selector", &long)]))
                .unwrap()
                .lines()
                .count(),
            1
        );
        let broken = BTreeMap::from([("selector", "a\nb\n")]);
        assert_eq!(to_string(&broken).unwrap(), "selector: \"a\\nb\\n\"\n");
    }

    #[test]
    fn hidden_characters_go_into_double_quotes() {
        for (plain, want) in [
            ("a: b\u{202e}c\n", "a: \"b\\u202ec\"\n"),
            ("- - a\u{200b}\n", "- - \"a\\u200b\"\n"),
            ("k\u{200b}: ''\n", "\"k\\u200b\": ''\n"),
            ("k\u{200b}:\n- x\n", "\"k\\u200b\":\n- x\n"),
            ("a: 'it''s \"\u{202e}\\'\n", "a: \"it's \\\"\\u202e\\\\\"\n"),
            ("a: \"\\t\u{202e}\"\n", "a: \"\\t\\u202e\"\n"),
            ("a: \u{e0041}\n", "a: \"\\U000e0041\"\n"),
            ("a: b\n", "a: b\n"),
            ("a: \"\\e[31m\\\\e\"\n", "a: \"\\u001b[31m\\\\e\"\n"),
            ("a: 'x\\e'\n", "a: 'x\\e'\n"),
        ] {
            assert_eq!(escaped(plain, hidden), want);
        }
    }

    proptest! {
        #[test]
        fn escaped_text_is_read_as_the_same_strings(
            pairs in prop::collection::btree_map(
                "[-a-z:#'\"\\\\ \u{202e}\u{200b}\u{e0041}\t\n,\\[{]{0,8}",
                prop::collection::vec("[-a-z:#'\"\\\\ \u{202e}\u{200b}\u{e0041}\t\n,\\[{]{0,8}", 0..3),
                0..4,
            ),
        ) {
            let text = escaped(&to_string(&pairs).unwrap(), hidden);
            prop_assert!(!text.contains(hidden), "{text}");
            let read: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(&text).unwrap();
            prop_assert_eq!(read, pairs, "{}", text);
        }
    }
}
