//! The house rules that the compiler does not know: which room may use which, how long a file may be, and
//! what no file may hold.
//!
//! Files are read as text, with comments and literals blanked out, so that prose and messages are free.

#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room and the rooms that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("answer", &["model", "note"]),
    ("behaviour", &[]),
    ("cli", &[]),
    (
        "convert",
        &["behaviour", "intern", "model", "note", "raw", "selector"],
    ),
    ("error", &["note", "selector"]),
    ("intern", &[]),
    (
        "matcher",
        &["behaviour", "intern", "model", "selector", "snapshot"],
    ),
    ("model", &["intern", "selector"]),
    ("manual", &["cli"]),
    ("need", &["model", "question", "snapshot"]),
    ("note", &["model"]),
    (
        "query",
        &[
            "answer", "intern", "matcher", "model", "note", "question", "selector", "snapshot",
        ],
    ),
    ("question", &["error", "model", "selector"]),
    ("raw", &["error", "yaml"]),
    ("render", &["answer", "error", "model", "note", "yaml"]),
    ("selector", &[]),
    ("snapshot", &["intern", "model", "note", "selector"]),
    ("source", &["error", "need", "note", "raw"]),
    ("yaml", &[]),
];

/// The rooms that may name any other.
const JOINTS: &[&str] = &["complete", "export", "load", "run"];

/// All that `source` knows of `need`: what to read, never why.
const READ_TYPES: &[&str] = &["Kind", "Read", "ReadScope"];

const LINES: usize = 500;

#[test]
fn rooms_name_only_what_they_may() {
    let faults: Vec<_> = sources().iter().flat_map(layer_faults).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_room_is_in_the_table() {
    let known: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).collect();
    for source in sources() {
        let Some(room) = source.module.first() else {
            continue;
        };
        assert!(
            known.contains(room.as_str()) || JOINTS.contains(&room.as_str()),
            "{} is in no room of the table",
            source.path
        );
    }
}

#[test]
fn files_stay_short() {
    let long: Vec<_> = sources()
        .iter()
        .filter(|source| source.lines > LINES)
        .map(|source| format!("{}: {} lines", source.path, source.lines))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn nothing_is_left_undone_or_silenced() {
    let mut faults = Vec::new();
    for path in rust_files(Path::new("src"))
        .into_iter()
        .chain(rust_files(Path::new("tests")))
    {
        let code = blanked(&fs::read_to_string(&path).unwrap());
        for found in forbidden(&code) {
            faults.push(format!("{}: {found}", path.display()));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn async_lives_in_source_alone() {
    for source in sources() {
        let outside = source.module.first().is_none_or(|room| room != "source");
        let words: Vec<_> = words(&source.code).map(|(_, word)| word).collect();
        let found = words.contains(&"async") || words.contains(&"await");
        assert!(!(outside && found), "{} is async", source.path);
    }
}

// === what a file holds ===

/// A file of `src` without its tests.
struct Source {
    path: String,
    /// `["source", "files", "parse"]`; empty for the library's and the binary's root.
    module: Vec<String>,
    /// Blanked, and without tests.
    code: String,
    lines: usize,
}

fn sources() -> Vec<Source> {
    let files = rust_files(Path::new("src")).into_iter();
    files
        .filter(|path| {
            !path
                .iter()
                .any(|part| part == "tests" || part == "tests.rs")
        })
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            source(&path, &text)
        })
        .collect()
}

fn source(path: &Path, text: &str) -> Source {
    let code = blanked(text);
    let tests = test_items(&code);
    let in_tests = tests
        .iter()
        .map(|item| code[item.clone()].lines().count())
        .sum::<usize>();
    let lines = text.lines().count() - in_tests;
    let mut rest = code;
    for item in tests.into_iter().rev() {
        rest.replace_range(item, "");
    }
    let inner = path.strip_prefix("src").unwrap().with_extension("");
    let mut module: Vec<_> = inner
        .iter()
        .map(|part| part.to_str().unwrap().to_owned())
        .collect();
    if module.len() == 1 {
        module.retain(|name| !matches!(name.as_str(), "lib" | "main"));
    } else {
        module.pop_if(|last| last == "mod");
    }
    Source {
        path: path.display().to_string(),
        module,
        code: rest,
        lines,
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

// === rules ===

fn layer_faults(source: &Source) -> Vec<String> {
    let Some(room) = source.module.first() else {
        return Vec::new();
    };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| name == room) else {
        return Vec::new();
    };
    let fault = |what: String| format!("{}: {what}", source.path);
    let mut faults: Vec<_> = paths(&source.code, &source.module)
        .into_iter()
        .filter_map(|path| {
            let (first, item) = path.split_once("::").unwrap_or((&path, ""));
            if first != room && !allowed.contains(&first) {
                return Some(fault(format!("{room} may not use {first}")));
            }
            let is_beyond = room == "source" && first == "need" && !READ_TYPES.contains(&item);
            is_beyond.then(|| fault(format!("source may not use {path}")))
        })
        .collect();
    faults.dedup();
    faults
}

/// Room and item of every path that starts at the crate, also by `super`.
fn paths(code: &str, module: &[String]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (at, word) in words(code) {
        let rest = &code[at + word.len()..];
        if word == "crate" {
            paths.extend(heads(rest));
        }
        if word == "super" && !code[..at].trim_end().ends_with("super::") {
            let up = 1 + rest
                .split("::")
                .skip(1)
                .take_while(|part| *part == "super")
                .count();
            if up >= module.len() {
                paths.extend(heads(&rest[(up - 1) * "::super".len()..]));
            }
        }
    }
    paths
}

/// The first two parts of what follows: of `::a::b::c` `a::b`, of `::{a::b, c}` both `a::b` and `c`.
fn heads(rest: &str) -> Vec<String> {
    let Some(path) = rest.strip_prefix("::") else {
        return Vec::new();
    };
    if let Some(group) = path.strip_prefix('{') {
        return members(group)
            .flat_map(|member| heads(&format!("::{member}")))
            .collect();
    }
    let (first, behind) = path.split_at(path.find(|c: char| !is_word(c)).unwrap_or(path.len()));
    if first.is_empty() || first == "self" {
        // All rooms at once, or the root under another name: no table could be held to that.
        return vec!["everything".to_owned()];
    }
    let Some(second) = behind.strip_prefix("::") else {
        return vec![first.to_owned()];
    };
    let of = |member: &str| {
        let end = member.find(|c: char| !is_word(c)).unwrap_or(member.len());
        format!("{first}::{}", &member[..end])
    };
    match second.strip_prefix('{') {
        Some(group) => members(group).map(of).collect(),
        None => vec![of(second)],
    }
}

/// The members of a group, up to the brace that closes it.
fn members(group: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut start, mut found) = (1_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            found.push(group[start..at].trim());
            start = at + 1;
        }
        if depth == 0 {
            break;
        }
    }
    found.into_iter().filter(|member| !member.is_empty())
}

fn forbidden(code: &str) -> Vec<&'static str> {
    let dense: String = code.split_whitespace().collect();
    let mut found: Vec<_> = words(code)
        .filter(|(at, word)| code[at + word.len()..].trim_start().starts_with('!'))
        .filter_map(|(_, word)| {
            ["todo", "unimplemented", "dbg"]
                .into_iter()
                .find(|forbidden| word == *forbidden)
        })
        .collect();
    found.extend(
        ["#[allow(", "#![allow(", ",allow("]
            .into_iter()
            .filter(|a| dense.contains(a)),
    );
    found
}

// === text ===

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Words and where they start.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty())
        .map(move |word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The items that only tests have: from `#[cfg(test)]` to the end of what it stands before.
fn test_items(code: &str) -> Vec<std::ops::Range<usize>> {
    let mark = "#[cfg(test)]";
    let mut items = Vec::new();
    let mut from = 0;
    while let Some(start) = code[from..].find(mark).map(|at| from + at) {
        let mut depth = 0_usize;
        let end = code[start + mark.len()..]
            .char_indices()
            .find_map(|(at, c)| {
                match c {
                    '{' | '(' | '[' => depth += 1,
                    '}' | ')' | ']' => depth -= 1,
                    _ => {}
                }
                let ends = depth == 0 && matches!(c, '}' | ';');
                ends.then_some(start + mark.len() + at + 1)
            });
        from = end.unwrap_or(code.len());
        items.push(start..from);
    }
    items
}

/// The text with comments and literals as blanks; lines stay where they are.
fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let literal = literal(rest, code.chars().next_back());
        let length = literal.unwrap_or(c.len_utf8());
        let (piece, behind) = rest.split_at(length);
        if literal.is_some() {
            code.extend(piece.chars().map(|c| if c == '\n' { c } else { ' ' }));
        } else {
            code.push_str(piece);
        }
        rest = behind;
    }
    code
}

/// The length of the comment or literal at the start of `rest`, if there is one.
fn literal(rest: &str, before: Option<char>) -> Option<usize> {
    let until = |from: usize, end: &str| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |at| from + at + end.len())
    };
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(until(2, "*/"));
    }
    if rest.starts_with('"') {
        return Some(quoted(rest, '"'));
    }
    if before.is_none_or(|c| !is_word(c)) {
        let raw = rest.trim_start_matches(['b', 'c']).strip_prefix('r');
        let hashes = raw.map(|raw| raw.len() - raw.trim_start_matches('#').len());
        if let (Some(raw), Some(hashes)) = (raw, hashes)
            && raw[hashes..].starts_with('"')
        {
            let start = rest.len() - raw.len() + hashes + 1;
            return Some(until(start, &format!("\"{}", "#".repeat(hashes))));
        }
    }
    let mut chars = rest.strip_prefix('\'')?.chars();
    let is_character = matches!((chars.next()?, chars.next()?), ('\\', _) | (_, '\''));
    is_character.then(|| quoted(rest, '\''))
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

// === that these tests can fail ===

fn faults(path: &str, text: &str) -> Vec<String> {
    layer_faults(&source(Path::new(path), text))
}

#[test]
fn a_forbidden_path_is_seen_in_every_spelling() {
    for text in [
        "use crate::render::Style;",
        "use crate::{error::Error, render};",
        "use crate::{\n    error::Error,\n    render::{A, B},\n};",
        "fn f() -> crate::render::Style {}",
        "pub(in crate::render) fn f() {}",
        "use super::render::Style;",
        "use super::{render, model};",
    ] {
        assert_eq!(faults("src/question/mod.rs", text).len(), 1, "{text}");
    }
    let inner = "use super::super::render::Style;";
    assert_eq!(faults("src/question/what.rs", inner).len(), 1);
    let need = "use crate::need::{Kind, next};";
    assert_eq!(faults("src/source/files/mod.rs", need).len(), 1);
}

#[test]
fn what_is_allowed_passes() {
    for text in [
        "use crate::error::Error;\nuse crate::model::{a, b};",
        "//! [`crate::render`]\n/* crate::render */ fn f() { g(\"crate::render\", r#\"crate::render\"#, '\"', '\\''); }",
        "use super::Form;",
        "#[cfg(test)]\n#[expect(a, reason = \"b\")]\nmod tests { use crate::render; fn f() { { } } }\nfn g<'a>(x: &'a str) {}",
        "#[cfg(test)]\nmod tests;\n",
    ] {
        let empty: Vec<String> = Vec::new();
        assert_eq!(faults("src/question/what.rs", text), empty, "{text}");
    }
    assert!(faults("src/load.rs", "use crate::render;").is_empty());
}

#[test]
fn tests_do_not_count_as_lines() {
    let text = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
    assert_eq!(source(Path::new("src/need.rs"), text).lines, 2);
}

#[test]
fn forbidden_words_are_seen() {
    for text in [
        "fn f() { todo!() }",
        "fn f() { std::unimplemented!() }",
        "dbg !(1)",
        "#[allow(dead_code)]",
        "#![allow(\n    dead_code)]",
        "#[cfg_attr(test, allow(dead_code))]",
    ] {
        assert_eq!(forbidden(&blanked(text)).len(), 1, "{text}");
    }
    assert!(
        forbidden(&blanked(
            "// todo!()\n#[expect(a)] fn todo() { f(\"dbg!\") }"
        ))
        .is_empty()
    );
}
