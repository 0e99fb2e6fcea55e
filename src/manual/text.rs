//! Texts of help, cut into what a page sets in different ways.

/// A piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A line in capitals.
    Heading(String),
    /// `Examples:`
    Label(String),
    /// Its lines as one.
    Paragraph(String),
    /// Terms, and what each means; or commands under `Examples:`, and what may be said of each.
    Entries(Vec<(String, String)>),
    /// What has columns of its own.
    Verbatim(Vec<String>),
}

const EXAMPLES: &str = "Examples:";

/// The pieces of a text. What is indented by two blanks is set apart.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in text.split("\n\n") {
        let mut lines: Vec<&str> = part.lines().collect();
        let mut examples = false;
        while let Some(first) = lines.first().copied() {
            if first == EXAMPLES {
                blocks.push(Block::Label(first.to_owned()));
                examples = true;
                lines.remove(0);
                continue;
            }
            if is_heading(first) {
                blocks.push(Block::Heading(first.to_owned()));
                lines.remove(0);
                continue;
            }
            let apart = first.starts_with("  ");
            let same = |line: &&str| line.starts_with("  ") == apart;
            let end = lines.iter().position(|line| !same(line));
            let rest = lines.split_off(end.unwrap_or(lines.len()));
            blocks.push(match (apart, examples) {
                (false, _) => Block::Paragraph(lines.join(" ")),
                (true, true) => Block::Entries(lines.iter().map(|line| entry(line)).collect()),
                (true, false) => set_apart(&lines),
            });
            lines = rest;
        }
    }
    blocks
}

fn is_heading(line: &str) -> bool {
    let has = |test: fn(char) -> bool| line.chars().any(test);
    has(char::is_alphabetic) && !has(char::is_lowercase) && !line.starts_with(' ')
}

/// A term and its meaning, with two blanks or more between them.
fn entry(line: &str) -> (String, String) {
    let line = line.trim();
    let (term, meaning) = line.split_once("  ").unwrap_or((line, ""));
    (term.to_owned(), meaning.trim_start().to_owned())
}

/// Entries, if every line is a term with one meaning or goes on with that of the term before.
fn set_apart(lines: &[&str]) -> Block {
    let mut entries: Vec<(String, String)> = Vec::new();
    for line in lines {
        let goes_on = line.starts_with("    ");
        match entries.last_mut() {
            Some((_, meaning)) if goes_on => {
                if !meaning.is_empty() {
                    meaning.push(' ');
                }
                meaning.push_str(line.trim());
            }
            _ => entries.push(entry(line)),
        }
    }
    let sound = entries
        .iter()
        .all(|(_, meaning)| !meaning.is_empty() && !meaning.contains("  "));
    match sound {
        true => Block::Entries(entries),
        false => {
            let lines = lines.iter().map(|line| line.get(2..).unwrap_or_default());
            Block::Verbatim(lines.map(str::to_owned).collect())
        }
    }
}
