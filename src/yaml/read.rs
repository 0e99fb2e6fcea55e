//! Reading YAML: a stream is cut into documents, each of which fails or not on its own.

use serde_json::Value;

/// One document of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document<'a> {
    /// Its text.
    pub text: &'a str,
    /// The lines of the stream in front of it.
    pub offset: u64,
}

/// Why a document does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1, in the stream.
    pub line: u64,
    /// From 1.
    pub column: u64,
    /// A lower-case fragment.
    pub cause: String,
}

/// Bounds of one document: far above any real dump, and below what a machine notices. Those on aliases stay as
/// the library has them.
const NODES: usize = 50_000_000;
const SCALAR_BYTES: usize = 4 << 30;
/// What aliases may repeat: no dump has any, and a bomb of ten lines ends here at once.
const ANCHOR_EVENTS: usize = 20_000;

/// Cuts a stream at its markers, `---` and `...` at the start of a line; documents without content are left out.
#[must_use]
pub fn documents(stream: &str) -> Vec<Document<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut at, mut line, mut offset) = (0, 0, 0, 0);
    for text in stream.split_inclusive('\n') {
        line += 1;
        if is_marker(text) {
            documents.push(Document {
                text: stream.get(start..at).unwrap_or_default(),
                offset,
            });
            // What stands behind `---` on its line belongs to the document.
            let rest = text.strip_prefix("---").map_or("", |rest| rest);
            start = at + text.len() - rest.len();
            offset = line - 1;
        }
        at += text.len();
    }
    documents.push(Document {
        text: stream.get(start..).unwrap_or_default(),
        offset,
    });
    documents.retain(|document| !is_blank(document.text));
    documents
}

fn is_marker(line: &str) -> bool {
    ["---", "..."].iter().any(|marker| {
        line.strip_prefix(marker)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    })
}

fn is_blank(text: &str) -> bool {
    text.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#') || line.starts_with('%')
    })
}

impl Document<'_> {
    /// The line of the stream on which its content begins, from 1.
    #[must_use]
    pub fn first_line(&self) -> u64 {
        let blank = self.text.lines().take_while(|line| is_blank(line)).count();
        self.offset + u64::try_from(blank).unwrap_or_default() + 1
    }

    /// The document as a JSON value. Only `true` and `false` are booleans.
    ///
    /// # Errors
    /// It is no YAML, or exceeds the bounds on depth, size and aliases.
    pub fn parse(&self) -> Result<Value, Problem> {
        let options = serde_saphyr::options! {
            strict_booleans: true,
            with_snippet: false,
            budget: serde_saphyr::budget! {
                max_nodes: NODES,
                max_events: NODES.saturating_mul(2),
                max_total_scalar_bytes: SCALAR_BYTES,
                max_recorded_anchor_events: ANCHOR_EVENTS,
            },
        };
        serde_saphyr::from_str_with_options(self.text, options).map_err(|error| {
            let place = error.location();
            let (line, column) = place.map_or((1, 1), |place| (place.line(), place.column()));
            let cause = error.without_snippet().to_string();
            Problem {
                line: line + self.offset,
                column,
                cause: first_line(&cause),
            }
        })
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    // The place is told apart, and the library's advice is for its callers.
    let line = line.split(" at line ").next().unwrap_or_default();
    let line = line.split([',', ';']).next().unwrap_or_default();
    if line.contains("budget") {
        return "it is nested too deeply, or its aliases repeat too much".to_owned();
    }
    let mut letters = line.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_cut_at_its_markers() {
        let stream = "# head\n---\na: 1\n--- # two\nb: |\n  text\n   ---\n...\n---\n\n---\nc: 3\n";
        let values: Vec<Value> = documents(stream)
            .iter()
            .map(|document| document.parse().unwrap())
            .collect();
        assert_eq!(values.len(), 3);
        assert_eq!(values.last().unwrap().to_string(), r#"{"c":3}"#);
    }

    #[test]
    fn a_problem_is_placed_in_the_stream() {
        let stream = "a: 1\n---\nb: [1\nc: 2\n---\nd: 4\n";
        let problems: Vec<Option<u64>> = documents(stream)
            .iter()
            .map(|document| document.parse().err().map(|problem| problem.line))
            .collect();
        assert_eq!(problems.len(), 3);
        assert!(
            matches!(problems.as_slice(), [None, Some(3..=5), None]),
            "{problems:?}"
        );
    }

    #[test]
    fn words_that_are_no_booleans_stay_words() {
        let value = documents("a: yes\nb: on\nc: true\nd: 12:30:45\n")
            .first()
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(
            value.to_string(),
            r#"{"a":"yes","b":"on","c":true,"d":"12:30:45"}"#
        );
    }

    #[test]
    fn bombs_and_depth_are_bounded() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let alias = format!("*a{}", level - 1);
            let aliases = vec![alias; 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for text in [bomb, deep] {
            assert!(documents(&text).first().unwrap().parse().is_err());
        }
    }
}
