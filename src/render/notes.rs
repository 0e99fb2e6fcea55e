//! Notes in sentences.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::Style;
use crate::model::ObjectRef;
use crate::note::{Effect, Note, Severity};

/// Whether a note stands in a table or block: what only repeats in words what is marked there does not.
pub(super) fn is_shown(note: &Note) -> bool {
    note.severity != Severity::Info
}

/// Prints notes, each behind the object's name, wrapped to the width of a terminal.
pub(super) fn print(notes: &[&Note], style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let safe = |text: String| {
        if style.options.escape {
            super::escape(&text).into_owned()
        } else {
            text
        }
    };
    let named: Vec<(String, String)> = notes
        .iter()
        .map(|note| (safe(subject(note)), safe(sentence(note))))
        .collect();
    // A name that would leave no room for the text stands on a line of its own; all do where a word is too long beside
    // them.
    let width = style.width.unwrap_or(usize::MAX);
    let beside = |name: &&String| name.width() < width / 2;
    let names = named.iter().map(|(name, _)| name);
    let widest = names.filter(beside).map(|name| name.width()).max();
    let words = named.iter().flat_map(|(_, text)| text.split([' ', ',']));
    let longest = words.map(|word| word.width()).max().unwrap_or_default();
    let name_width = widest.filter(|widest| widest + 4 + longest < width);
    let fits = |name: &str| name_width.is_some_and(|widest| name.width() <= widest);
    let name_width = name_width.unwrap_or(1);
    let indent = " ".repeat(name_width + 3);
    // The last column stays free.
    let room = style
        .width
        .map(|width| width.saturating_sub(name_width + 4));
    for (name, text) in named {
        let lines = wrapped(&text, room).join(&format!("\n{indent}"));
        if fits(&name) {
            let missing = " ".repeat(name_width - name.width() + 3);
            writeln!(out, "{name}{missing}{lines}")?;
        } else {
            writeln!(out, "{name}\n{indent}{lines}")?;
        }
    }
    Ok(())
}

/// `np/shop/web-out`; kinds that are no policies as kubectl names them.
pub(super) fn subject(note: &Note) -> String {
    note.object
        .as_ref()
        .map_or_else(|| "cluster".to_owned(), short)
}

fn short(object: &ObjectRef) -> String {
    let kubernetes = object.api_version.starts_with("networking.k8s.io");
    let kind = match object.kind.as_str() {
        "NetworkPolicy" if kubernetes => "knp",
        "NetworkPolicy" => "np",
        "GlobalNetworkPolicy" => "gnp",
        "ClusterNetworkPolicy" => "kcnp",
        "AdminNetworkPolicy" => "kanp",
        "BaselineAdminNetworkPolicy" => "kbanp",
        "StagedNetworkPolicy" => "snp",
        "StagedGlobalNetworkPolicy" => "sgnp",
        "StagedKubernetesNetworkPolicy" => "sknp",
        "HostEndpoint" => "hep",
        "NetworkSet" => "ns",
        "GlobalNetworkSet" => "gns",
        "Profile" => "pro",
        other => return format!("{}/{}", other.to_lowercase(), qualified(object)),
    };
    format!("{kind}/{}", qualified(object))
}

fn qualified(object: &ObjectRef) -> String {
    match &object.namespace {
        Some(namespace) => format!("{namespace}/{}", object.name),
        None => object.name.clone(),
    }
}

/// The note in one or two sentences.
pub(super) fn sentence(note: &Note) -> String {
    let effect = match note.effect {
        Effect::Isolates => "stops nodes from taking any change: ",
        Effect::Dropped => "dropped by Calico: ",
        Effect::PartDropped => "partly ignored by Calico: ",
        Effect::Widened => "matches more than written: ",
        Effect::Narrowed => "matches less than written: ",
        Effect::Denies => "denies: ",
        Effect::Allows => "allows: ",
        Effect::Reinterpreted => "read otherwise than written: ",
        Effect::NotProgrammed => "not put on the node: ",
        Effect::Inert => "without effect: ",
        Effect::None => "",
    };
    let field = note
        .field
        .as_ref()
        .map(|field| format!("{field}: "))
        .unwrap_or_default();
    let mut sentence = format!("{effect}{field}{}.", note.message);
    if note.would_select == Some(true) {
        let governs = note
            .governs
            .as_ref()
            .filter(|types| !types.is_empty())
            .map(|types| format!(" ({types})"))
            .unwrap_or_default();
        sentence.push_str(&format!(" It would select this endpoint{governs}."));
    } else if let Some(advice) = &note.advice {
        sentence.push_str(&format!(" {}.", capital(advice)));
    }
    sentence
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The text in lines of at most that many columns, broken at blanks, and within a longer word behind commas.
pub(crate) fn wrapped(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width.map(|width| width.max(NARROWEST)) else {
        return vec![text.to_owned()];
    };
    let mut lines = vec![String::new()];
    let mut add = |word: &str, blank: &str| match lines.last_mut() {
        Some(line) if line.is_empty() => line.push_str(word),
        Some(line) if line.width() + blank.len() + word.width() <= width => {
            line.push_str(blank);
            line.push_str(word);
        }
        last => {
            if let Some(line) = last {
                line.truncate(line.trim_end().len());
            }
            lines.push(word.to_owned());
        }
    };
    for word in text.split(' ') {
        if word.width() <= width {
            add(word, " ");
            continue;
        }
        for (at, part) in word.split_inclusive(',').enumerate() {
            add(part, if at == 0 { " " } else { "" });
        }
    }
    lines
}

/// No text is broken to fewer columns.
const NARROWEST: usize = 16;
