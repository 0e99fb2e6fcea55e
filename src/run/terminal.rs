//! The terminal: its width, whether to colour, and progress.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use crate::cli::{Color, Output};
use crate::load;
use crate::need::Kind;

/// Progress is worth a line when a read lasts this long.
const PATIENCE: Duration = Duration::from_secs(1);
/// And not more often than this,
const PAUSE: Duration = Duration::from_millis(200);
/// or this, where each is a line of its own.
const LONG_PAUSE: Duration = Duration::from_secs(5);

/// What stdout and stderr are.
pub(super) struct Terminal {
    /// Whether stdout is one.
    pub(super) is_terminal: bool,
    /// Its columns.
    pub(super) width: Option<usize>,
    /// Whether to colour.
    pub(super) color: bool,
    /// `-q`
    pub(super) quiet: bool,
}

/// Shows progress on stderr.
pub(super) struct Watcher {
    manner: Manner,
    last: Option<Instant>,
}

/// How progress is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Not at all.
    Hidden,
    /// Line after line: the terminal is dumb, and may be one that speaks.
    Lines,
    /// On one line of at most that many columns, written over.
    Over(usize),
}

impl Terminal {
    pub(super) fn of(output: &Output) -> Self {
        let is_terminal = io::stdout().is_terminal();
        let color = match output.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => colours(is_terminal),
        };
        Self {
            is_terminal,
            width: width(),
            color,
            quiet: output.quiet,
        }
    }

    pub(super) fn watcher(&self) -> Watcher {
        let manner = if !io::stderr().is_terminal() || self.quiet {
            Manner::Hidden
        } else if is_dumb() {
            Manner::Lines
        } else {
            let width = columns(io::stderr()).unwrap_or(80);
            // The last column stays free: beyond it some terminals begin a line.
            Manner::Over(width.saturating_sub(1).max(1))
        };
        Watcher { manner, last: None }
    }
}

/// The columns of stdout, if it is a terminal.
pub(super) fn width() -> Option<usize> {
    let is_terminal = io::stdout().is_terminal();
    is_terminal.then(|| columns(io::stdout())).flatten()
}

/// Rows do not count: some terminals report none.
#[cfg(unix)]
fn columns(of: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(of).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(windows)]
fn columns(of: impl std::os::windows::io::AsHandle) -> Option<usize> {
    terminal_size::terminal_size_of(of).map(|(width, _)| usize::from(width.0))
}

/// Whether the terminal knows no escape sequences. Outside Windows one that has no name is taken so.
fn is_dumb() -> bool {
    match std::env::var_os("TERM") {
        Some(name) => name == "dumb" || name.is_empty(),
        None => !cfg!(windows),
    }
}

/// NO_COLOR and a dumb terminal say no, CLICOLOR_FORCE says yes.
fn colours(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is = |name: &str, wanted: &str| std::env::var_os(name).is_some_and(|value| value == wanted);
    if set("NO_COLOR") {
        return false;
    }
    if set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    is_terminal && !is_dumb() && !is("CLICOLOR", "0")
}

impl load::Watcher for Watcher {
    fn progress(&mut self, kind: Kind, objects: u64, revision: Option<&str>, since: Instant) {
        let pause = match self.manner {
            Manner::Hidden => return,
            Manner::Lines => LONG_PAUSE,
            Manner::Over(_) => PAUSE,
        };
        let due = self.last.is_none_or(|last| last.elapsed() >= pause);
        if since.elapsed() < PATIENCE || !due {
            return;
        }
        let at = revision.map(|revision| format!(" at {revision}"));
        let line = format!("reading {kind:?}: {objects}{}", at.unwrap_or_default());
        super::say(&match self.manner {
            Manner::Over(width) => {
                let line: String = line.chars().take(width).collect();
                format!("\r{ERASE}{line}")
            }
            _ => line + "\n",
        });
        self.last = Some(Instant::now());
    }
}

/// Erases from the cursor to the end of the line.
const ERASE: &str = "\x1b[K";

impl Watcher {
    /// Takes the progress away before anything else is printed.
    pub(super) fn clear(&mut self) {
        if self.last.take().is_some() && self.manner != Manner::Lines {
            super::say(&format!("\r{ERASE}"));
        }
    }
}

/// Also where reading fails: the error begins a line.
impl Drop for Watcher {
    fn drop(&mut self) {
        self.clear();
    }
}

/// `-v`: what the client does, on stderr. Requests are told from level 6 on; bodies and headers never.
pub(super) fn log(level: u8) {
    let filter = match level {
        0 => return,
        1..=5 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    // kube's own events may hold whole bodies: only ours are shown.
    let only_ours = tracing_subscriber::filter::filter_fn(move |event| {
        event.target().starts_with("calicoq") && *event.level() <= filter
    });
    use tracing_subscriber::layer::{Layer, SubscriberExt};
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .without_time()
        .with_target(false)
        .with_filter(only_ours);
    let subscriber = tracing_subscriber::registry().with(layer);
    // Only a second call in one process could fail, and it changes nothing.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
