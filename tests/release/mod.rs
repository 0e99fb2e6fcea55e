//! A release in a folder of its own: what `make archive` and `make manifest` put there.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a step gives back; what went wrong is in words.
pub type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// The version of this package: that of its archives too.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Targets and what krew calls them: the platforms of the template.
pub const PLATFORMS: [(&str, &str, &str); 5] = [
    ("x86_64-unknown-linux-gnu", "linux", "amd64"),
    ("aarch64-unknown-linux-gnu", "linux", "arm64"),
    ("x86_64-apple-darwin", "darwin", "amd64"),
    ("aarch64-apple-darwin", "darwin", "arm64"),
    ("x86_64-pc-windows-gnu", "windows", "amd64"),
];

/// Archives, their checksums and their manifest.
pub struct Release {
    folder: tempfile::TempDir,
    /// Where the manifest says that they are published; a release may have no such place.
    pub repository: String,
}

impl Release {
    /// Without archives.
    pub fn new() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("dist"))?;
        Ok(Self {
            folder,
            repository: String::new(),
        })
    }

    /// A path beside the archives.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of the archives.
    pub fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    /// The manifest, once it is made.
    pub fn manifest(&self) -> PathBuf {
        self.path("dist/calicoq.yaml")
    }

    /// A program that prints a word and its arguments, each with a bar behind it.
    pub fn stand_in(&self, word: &str) -> Outcome<PathBuf> {
        let program = self.path("stand-in");
        fs::write(
            &program,
            format!("#!/bin/sh\nprintf '%s|' '{word}' \"$@\"\n"),
        )?;
        Ok(program)
    }

    /// `make archive`; gives the archive.
    pub fn pack(&self, program: &Path, given: &[&str]) -> Outcome<PathBuf> {
        let built = format!("BUILT={}", program.display());
        let said = self.make("archive", &[&[built.as_str()], given].concat())?;
        let name = said
            .split_whitespace()
            .last()
            .ok_or("no archive was named")?;
        Ok(self.dist().join(name))
    }

    /// `make GOAL`; gives what it prints.
    pub fn make(&self, goal: &str, given: &[&str]) -> Outcome<String> {
        self.run(Command::new("make").args(["-s", goal]).args(given))
    }

    /// A command that is make in the end, told of this folder.
    pub fn run(&self, command: &mut Command) -> Outcome<String> {
        let command = command
            .arg(format!("DIST={}", self.dist().display()))
            .arg(format!("REPOSITORY={}", self.repository))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            // Those of the make that runs the tests are not for this one.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL");
        let output = command.output()?;
        succeeded(&output)?;
        Ok(text(&output.stdout))
    }
}

/// What a program printed.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A failure with everything that was printed.
pub fn succeeded(output: &Output) -> Outcome<()> {
    if output.status.success() {
        return Ok(());
    }
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    Err(format!("{}: {said}{printed}", output.status).into())
}
