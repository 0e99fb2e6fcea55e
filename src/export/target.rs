//! Where a snapshot goes: stdout, or a file that is there only when it is whole.

use std::fs::{self, File};
use std::io::ErrorKind::{AlreadyExists, NotFound, PermissionDenied};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Where a snapshot goes.
#[derive(Debug)]
pub enum Target {
    /// Stdout.
    Stdout,
    /// A file.
    File {
        /// As typed.
        path: PathBuf,
        /// Where it is.
        place: PathBuf,
        /// Whether one of that name may be replaced.
        force: bool,
    },
}

impl Target {
    /// A target that can be written, as far as one can tell before anything is read.
    ///
    /// # Errors
    /// A file of that name exists and may not be replaced, or is none that can be.
    pub fn open(path: &Path, force: bool) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Ok(Self::Stdout);
        }
        match fs::metadata(path) {
            Ok(about) if !about.is_file() => {
                let hint = "name a file, or - for stdout";
                return Err(refused(path, "it is no regular file", hint));
            }
            Ok(_) if !force => return Err(exists(path)),
            Err(_) if path.is_symlink() => {
                let hint = "name the file itself";
                return Err(refused(path, "it is a link that leads nowhere", hint));
            }
            _ if !folder(path).is_dir() => return Err(unwritable(path, &NotFound.into())),
            _ => {}
        }
        // What a link leads to is replaced, not the link.
        Ok(Self::File {
            place: fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()),
            path: path.to_owned(),
            force,
        })
    }

    /// A file without a name, in which objects wait for their head.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn spool(&self) -> Result<File, Error> {
        match self {
            Self::Stdout => Ok(tempfile::tempfile()?),
            Self::File { path, place, .. } => {
                tempfile::tempfile_in(folder(place)).map_err(|error| unwritable(path, &error))
            }
        }
    }

    /// Writes: a file beside the target first, for its owner alone, which takes the target's name when it is whole.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let (path, place, force) = match self {
            Self::Stdout => return Ok(write(&mut BufWriter::new(io::stdout().lock()))?),
            Self::File { path, place, force } => (path, place, *force),
        };
        let failed = |error: &io::Error| unwritable(path, error);
        let file = tempfile::NamedTempFile::new_in(folder(place)).map_err(|e| failed(&e))?;
        write(&mut BufWriter::new(file.as_file())).map_err(|e| failed(&e))?;
        file.as_file().sync_all().map_err(|e| failed(&e))?;
        let named = match force {
            true => file.persist(place),
            false => file.persist_noclobber(place),
        };
        match named {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == AlreadyExists => Err(exists(path)),
            Err(error) => Err(failed(&error.error)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> Error {
    refused(path, "the file exists", "--force replaces it")
}

fn refused(path: &Path, cause: &str, hint: &str) -> Error {
    Error::Usage {
        message: format!("{}: {cause}", path.display()),
        hint: Some(hint.to_owned()),
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let cause = match error.kind() {
        NotFound => "no such folder".to_owned(),
        PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Error::Config {
        what: path.display().to_string(),
        cause,
        hint: None,
    }
}
