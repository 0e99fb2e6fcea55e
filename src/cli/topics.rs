//! Topics of help: texts that belong to no single command. `help TOPIC` prints them, and the man page has them as sections.
//!
//! A text is written for 80 columns. A line in capitals that stands alone is a heading, what is indented stays as it is,
//! anything else is a paragraph, and what stands under `Examples:` is run by the tests.

/// Something to read about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// As it is typed behind `help`.
    pub name: &'static str,
    /// What it tells, as a line.
    pub about: &'static str,
    /// How a man page calls the section.
    pub section: &'static str,
    /// The text.
    pub text: &'static str,
}

/// All topics, in the order in which they are listed.
pub const TOPICS: [Topic; 6] = [
    Topic {
        name: "answers",
        about: "How to read an answer, on a terminal and in JSON and YAML",
        section: "ANSWERS",
        text: include_str!("topics/answers.txt"),
    },
    Topic {
        name: "selectors",
        about: "Calico's selectors, for eval, and Kubernetes' own, for -l",
        section: "SELECTORS",
        text: include_str!("topics/selectors.txt"),
    },
    Topic {
        name: "sources",
        about: "What is read: a cluster, an etcd or files, and what chooses it",
        section: "SOURCES",
        text: include_str!("topics/sources.txt"),
    },
    Topic {
        name: "exit-codes",
        about: "What 0, 1, 2 and 3 say to a script",
        section: "EXIT STATUS",
        text: include_str!("topics/exit-codes.txt"),
    },
    Topic {
        name: "environment",
        about: "The variables that count",
        section: "ENVIRONMENT",
        text: include_str!("topics/environment.txt"),
    },
    Topic {
        name: "files",
        about: "The files that are read and written",
        section: "FILES",
        text: include_str!("topics/files.txt"),
    },
];

impl Topic {
    /// The topic of this name, in whatever case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut topics = TOPICS.into_iter();
        topics.find(|topic| topic.name.eq_ignore_ascii_case(name))
    }
}
