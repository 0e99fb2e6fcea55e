//! Spellings that kubectl's flags allow and clap's do not: `-v 6` and `-v6`, `-A=true`, `--no-headers=false`,
//! `-o jsonpath '{…}'`, `-o go-template --template='{{…}}'`.
//!
//! Words are only spelled otherwise here; what they mean is clap's to say.

use std::ffi::OsString;

use clap::{ArgAction, Command};

/// Flags of kubectl whose empty value means nothing.
const EMPTY_IS_NONE: [&str; 12] = [
    "as",
    "as-uid",
    "certificate-authority",
    "client-certificate",
    "client-key",
    "cluster",
    "context",
    "kubeconfig",
    "server",
    "tls-server-name",
    "token",
    "user",
];

/// The words, the program's name first, as clap reads them.
pub(super) fn of_kubectl(command: &Command, words: Vec<OsString>) -> Vec<OsString> {
    let mut switches = Vec::new();
    collect(command, &mut switches);
    let mut spelled: Vec<OsString> = Vec::with_capacity(words.len());
    let mut words = with_template(words).into_iter().peekable();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else {
            spelled.push(word);
            continue;
        };
        if text == "--" {
            spelled.push(word);
            break;
        }
        let next = words.peek().and_then(|next| next.to_str());
        match is_none(text, next) {
            Some(Words::One) => continue,
            Some(Words::Two) => {
                words.next();
                continue;
            }
            None => {}
        }
        if let Some(joined) = next.and_then(|next| joined(spelled.last(), text, next)) {
            words.next();
            spelled.push(joined.into());
        } else if let Some(level) = level(text, &switches) {
            spelled.push(level.into());
        } else if let Some((switch, on)) = switched(text, &switches) {
            // The last of several counts.
            let is = |word: &OsString| switch.iter().flatten().any(|it| word == it.as_str());
            spelled.retain(|word| !is(word));
            spelled.extend(
                switch
                    .iter()
                    .flatten()
                    .take(usize::from(on))
                    .map(Into::into),
            );
        } else {
            spelled.push(word);
        }
    }
    spelled.extend(words);
    spelled
}

/// kubectl's `--template` as a part of `-o`, whose form is a Go template where nothing else is typed.
fn with_template(mut words: Vec<OsString>) -> Vec<OsString> {
    let end = words.iter().position(|word| word == "--");
    let flags = words.get(..end.unwrap_or(words.len())).unwrap_or_default();
    let is_template = |word: &OsString| {
        let word = word.to_str()?.strip_prefix("--template")?;
        (word.is_empty() || word.starts_with('=')).then_some(())
    };
    let Some(at) = flags.iter().position(|word| is_template(word).is_some()) else {
        return words;
    };
    let is_format = |at: &usize| {
        let word = flags.get(*at).and_then(|word| word.to_str())?;
        let before = at.checked_sub(1).and_then(|before| flags.get(before));
        joined_form(before, word).filter(|form| super::jq::is_template(form) && !form.contains('='))
    };
    let format = (0..flags.len()).find(|at| is_format(at).is_some());
    let typed = words.remove(at);
    let typed = typed.to_str().unwrap_or_default();
    let template = match typed.split_once('=') {
        Some((_, template)) => template.into(),
        // Its value is the next word; without one the form alone is refused.
        None if at < end.unwrap_or(words.len() + 1) - 1 => words.remove(at),
        None => OsString::new(),
    };
    let taken = usize::from(!typed.contains('=')) + 1;
    match format {
        Some(format) => {
            let moved = if format > at { format - taken } else { format };
            if let Some(word) = words.get_mut(moved) {
                word.push("=");
                word.push(template);
            }
        }
        None => {
            let mut word = OsString::from("-o=go-template=");
            word.push(template);
            words.insert(at, word);
        }
    }
    words
}

/// The form of output that a word names, with its flag or behind it.
fn joined_form<'a>(before: Option<&OsString>, text: &'a str) -> Option<&'a str> {
    let behind_flag = before.is_some_and(|before| before == "-o" || before == "--output");
    text.strip_prefix("-o=")
        .or_else(|| text.strip_prefix("--output="))
        .or_else(|| text.strip_prefix("-o"))
        .or(behind_flag.then_some(text))
}

/// A boolean as kubectl reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// How many words a flag without effect takes.
enum Words {
    One,
    Two,
}

/// As kubectl takes a variable that is not set: a connection flag with an empty value was not typed.
fn is_none(text: &str, next: Option<&str>) -> Option<Words> {
    let flag = text.strip_prefix("--")?;
    match flag.strip_suffix('=') {
        Some(flag) => EMPTY_IS_NONE.contains(&flag).then_some(Words::One),
        None => (next == Some("") && EMPTY_IS_NONE.contains(&flag)).then_some(Words::Two),
    }
}

/// Flags that take no value, each as it may be typed.
fn collect(command: &Command, switches: &mut Vec<[Option<String>; 2]>) {
    let arguments = command.get_arguments();
    for argument in arguments.filter(|it| matches!(it.get_action(), ArgAction::SetTrue)) {
        let long = argument.get_long().map(|long| format!("--{long}"));
        switches.push([long, argument.get_short().map(|short| format!("-{short}"))]);
    }
    for command in command.get_subcommands() {
        collect(command, switches);
    }
}

/// Two words that kubectl reads as one flag.
fn joined(before: Option<&OsString>, text: &str, next: &str) -> Option<String> {
    match text {
        "-v" | "--v" if is_level(next) => Some(format!("{text}={next}")),
        // A template without its equals sign stands where no argument begins so.
        _ if next.starts_with('{') => {
            let word = joined_form(before, text)?;
            super::jq::is_template(word).then(|| format!("{text}={next}"))
        }
        _ => None,
    }
}

fn is_level(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `-v6`, also behind flags without a value, with the equals sign that clap wants.
fn level(text: &str, switches: &[[Option<String>; 2]]) -> Option<String> {
    let (before, level) = text.rsplit_once('v')?;
    let letters = before.strip_prefix('-')?;
    let known = |letter: char| {
        let typed = format!("-{letter}");
        switches.iter().flatten().flatten().any(|it| *it == typed)
    };
    (is_level(level) && letters.chars().all(known)).then(|| format!("{before}v={level}"))
}

/// A flag without a value that is given one: its spellings, and whether it is on.
fn switched<'a>(
    text: &str,
    switches: &'a [[Option<String>; 2]],
) -> Option<(&'a [Option<String>; 2], bool)> {
    let (flag, value) = text.split_once('=')?;
    let mut known = switches.iter();
    let switch = known.find(|switch| switch.iter().flatten().any(|it| it == flag))?;
    boolean(value).map(|on| (switch, on))
}
