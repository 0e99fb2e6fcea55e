//! The words before the one in which TAB was pressed, read by clap's definition of the commands.
//!
//! clap itself refuses a line that is not whole; here nothing is refused, and what is not understood says nothing.

use clap::{Arg, Command, Id};

/// What stands before the word.
pub(super) struct Line<'a> {
    /// The command in force.
    pub(super) command: &'a Command,
    /// Its arguments.
    pub(super) arguments: Vec<String>,
    /// The flags.
    pub(super) typed: Vec<&'a Id>,
    /// Those that stand everywhere, as they were typed, with their values.
    pub(super) flags: Vec<String>,
    /// The flag whose value comes next.
    awaiting: Option<&'a Arg>,
    /// Whether `--` ended the flags.
    ended: bool,
}

/// What the word is.
#[derive(Debug)]
pub(super) enum Word<'a> {
    /// A flag, or what may become one.
    Flag,
    /// A flag's value.
    Value {
        /// Whose.
        flag: &'a Arg,
        /// What stands before it in the word, and again before each candidate; nothing behind a `=`, since shells
        /// complete what stands behind it.
        front: &'a str,
        /// As far as it is typed.
        typed: &'a str,
    },
    /// A command or an argument.
    Argument,
}

/// Short flags in one word, `-rsn`.
enum Joined<'a> {
    /// None takes a value.
    Plain(Vec<&'a Arg>),
    /// The last takes one, which stands behind so many bytes if it stands in this word.
    Valued(Vec<&'a Arg>, usize),
}

impl<'a> Line<'a> {
    /// Reads the words behind the program's name.
    pub(super) fn read(root: &'a Command, words: &[String]) -> Self {
        let mut line = Self {
            command: root,
            arguments: Vec::new(),
            typed: Vec::new(),
            flags: Vec::new(),
            awaiting: None,
            ended: false,
        };
        for word in words {
            line.take(word);
        }
        // Without its value it is no flag yet.
        if line.awaiting.is_some_and(Arg::is_global_set) {
            line.flags.pop();
        }
        line
    }

    /// Whether the next word may be a command: nothing but flags stands before it.
    pub(super) fn may_name_a_command(&self) -> bool {
        self.arguments.is_empty() && !self.ended
    }

    /// What the next word is, as far as it is typed.
    pub(super) fn word(&self, typed: &'a str) -> Word<'a> {
        if let Some(flag) = self.awaiting {
            return Word::Value {
                flag,
                front: "",
                typed,
            };
        }
        if self.ended || !typed.starts_with('-') {
            return Word::Argument;
        }
        let value = match typed.strip_prefix("--") {
            Some(long) => long
                .split_once('=')
                .and_then(|(name, value)| Some((self.long(name)?, "", value))),
            None => self.in_short(typed),
        };
        match value {
            Some((flag, front, typed)) => Word::Value { flag, front, typed },
            None => Word::Flag,
        }
    }

    /// `-nsh` and `-n=sh`; a flag alone is no value yet.
    fn in_short(&self, typed: &'a str) -> Option<(&'a Arg, &'a str, &'a str)> {
        let Joined::Valued(flags, length) = self.joined(typed) else {
            return None;
        };
        let (front, value) = typed.split_at_checked(length)?;
        let flag = *flags.last()?;
        match value.strip_prefix('=') {
            Some(value) => Some((flag, "", value)),
            None if value.is_empty() || flag.is_require_equals_set() => None,
            None => Some((flag, front, value)),
        }
    }

    fn take(&mut self, word: &str) {
        if let Some(flag) = self.awaiting.take() {
            return self.keep(flag, word);
        }
        match word.strip_prefix("--") {
            _ if self.ended => self.arguments.push(word.to_owned()),
            Some("") => self.ended = true,
            Some(long) => self.take_long(word, long),
            None if word.len() > 1 && word.starts_with('-') => self.take_short(word),
            None => self.take_argument(word),
        }
    }

    fn take_argument(&mut self, word: &str) {
        let command = self.command.find_subcommand(word);
        match command.filter(|_| self.may_name_a_command()) {
            Some(command) => self.command = command,
            None => self.arguments.push(word.to_owned()),
        }
    }

    fn take_long(&mut self, word: &str, long: &str) {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let Some(flag) = self.long(name) else {
            return;
        };
        self.typed.push(flag.get_id());
        self.keep(flag, word);
        self.awaiting = Some(flag).filter(|_| value.is_none() && wants_value(flag));
    }

    fn take_short(&mut self, word: &str) {
        let (flags, value) = match self.joined(word) {
            Joined::Plain(flags) => (flags, true),
            Joined::Valued(flags, length) => (flags, length < word.len()),
        };
        self.typed.extend(flags.iter().map(|flag| flag.get_id()));
        let Some(last) = flags.last() else {
            return;
        };
        self.keep(last, word);
        self.awaiting = Some(*last).filter(|_| !value && wants_value(last));
    }

    /// Keeps a word if it belongs to a flag that stands everywhere.
    fn keep(&mut self, flag: &Arg, word: &str) {
        if flag.is_global_set() {
            self.flags.push(word.to_owned());
        }
    }

    fn joined(&self, word: &str) -> Joined<'a> {
        let mut flags = Vec::new();
        for (at, letter) in word.char_indices().skip(1) {
            let mut known = self.command.get_arguments();
            let Some(flag) = known.find(|arg| arg.get_short() == Some(letter)) else {
                break;
            };
            flags.push(flag);
            if flag.get_action().takes_values() {
                return Joined::Valued(flags, at + letter.len_utf8());
            }
        }
        Joined::Plain(flags)
    }

    fn long(&self, name: &str) -> Option<&'a Arg> {
        let mut known = self.command.get_arguments();
        known.find(|arg| arg.get_long() == Some(name))
    }
}

/// Whether the next word is its value.
fn wants_value(flag: &Arg) -> bool {
    flag.get_action().takes_values() && !flag.is_require_equals_set()
}
