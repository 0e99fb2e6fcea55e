//! Characters that a terminal would act on, or that hide or turn text, are written out.

use std::borrow::Cow;

/// The text with control, bidirectional and zero-width characters as `\uXXXX`.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unsafe(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal acts on the character, or does not show it.
#[must_use]
pub fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{061c}' | '\u{180e}' | '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e01ef}')
}

/// The same in text that has line breaks of its own.
pub(super) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_written_out() {
        assert_eq!(escape("web-1 日本"), "web-1 日本");
        assert_eq!(escape("\u{1b}[2J\r\n"), "\\u001b[2J\\u000d\\u000a");
        assert_eq!(escape("a\u{202e}b\u{200b}"), "a\\u202eb\\u200b");
        assert_eq!(escape("\u{e0041}"), "\\udb40\\udc41");
        assert_eq!(escape_lines("a\n\tb"), "a\n\\u0009b");
    }
}
