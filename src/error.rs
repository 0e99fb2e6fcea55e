//! The one error type, its hints and the exit codes.

use crate::selector::ParseError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was typed cannot be understood.
    #[error("{message}")]
    Usage {
        /// The cause, a lower-case fragment.
        message: String,
        /// What to type instead.
        hint: Option<String>,
    },
    /// A selector does not parse.
    #[error("the selector does not parse: {error}")]
    Selector {
        /// The selector as typed.
        text: String,
        /// Where and why.
        #[source]
        error: ParseError,
    },
    /// A configuration file or kubeconfig cannot be used.
    #[error("{what}: {cause}")]
    Config {
        /// The file or setting.
        what: String,
        /// The cause.
        cause: String,
        /// What to try.
        hint: Option<String>,
    },
    /// The datastore cannot be read.
    #[error("{what}: {cause}")]
    Source {
        /// The endpoint or file and the stage (DNS, TCP, TLS, authentication, read).
        what: String,
        /// The cause.
        cause: String,
        /// What to try.
        hint: Option<String>,
    },
    /// A kind without which nothing can be said is unreadable.
    #[error("{what}: {cause}")]
    Unreadable {
        /// The kind.
        what: String,
        /// The cause.
        cause: String,
        /// What to try, for example the missing RBAC rule.
        hint: Option<String>,
    },
    /// The answer cannot be written.
    #[error("failed to write the answer: {0}")]
    Write(#[from] std::io::Error),
}

/// How the command ends. An interrupt ends it by its signal, which shells report as 130.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Answered; an empty list is an answer.
    Answered,
    /// Something named does not exist; the rest is shown.
    NotFound,
    /// No answer.
    NoAnswer,
    /// Answered from incomplete data.
    Incomplete,
}

impl Error {
    /// A usage error without a hint.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: None,
        }
    }

    /// What to try.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Usage { hint, .. }
            | Self::Config { hint, .. }
            | Self::Source { hint, .. }
            | Self::Unreadable { hint, .. } => hint.as_deref(),
            Self::Selector { .. } | Self::Write(_) => None,
        }
    }

    /// Whether the reader of our output has gone away, which is no fault.
    #[must_use]
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Answered => 0,
            Self::NotFound => 1,
            Self::NoAnswer => 2,
            Self::Incomplete => 3,
        }
    }
}
