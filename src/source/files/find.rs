//! The files behind `-f`.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::Settings;
use super::object::Origin;
use crate::error::Error;

/// A file's name, as it is shown, and its text.
pub(super) struct File {
    pub(super) name: Arc<str>,
    pub(super) text: Bytes,
}

impl File {
    /// A place in it.
    pub(super) fn origin(&self, line: u64, column: u64) -> Origin {
        Origin {
            file: Arc::clone(&self.name),
            line,
            column,
        }
    }
}

/// Reads every file in the order typed, those of a folder by name.
pub(super) fn files(settings: &Settings) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    for path in &settings.paths {
        if path.as_os_str() == "-" {
            let mut text = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut text)
                .map_err(|e| unreadable(path, &e))?;
            files.push(File {
                name: "stdin".into(),
                text: text.into(),
            });
        } else if path.is_dir() {
            let before = files.len();
            folder(path, settings.recursive, &mut files)?;
            if files.len() == before {
                return Err(empty(path, settings.recursive));
            }
        } else {
            files.push(file(path)?);
        }
    }
    Ok(files)
}

fn folder(path: &Path, recursive: bool, files: &mut Vec<File>) -> Result<(), Error> {
    let entries = fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let wanted = path
            .extension()
            .and_then(|extension| extension.to_str())
            .is_some_and(|extension| ["json", "yaml", "yml"].contains(&extension));
        // A link to a folder is not followed: it may lead back here.
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|about| about.is_dir());
        if is_folder && recursive {
            folder(&path, recursive, files)?;
        } else if wanted && path.is_file() {
            files.push(file(&path)?);
        }
    }
    Ok(())
}

fn file(path: &Path) -> Result<File, Error> {
    let text = fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(File {
        name: path.display().to_string().into(),
        text: text.into(),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    let cause = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Error::Source {
        what: path.display().to_string(),
        cause,
        hint: None,
    }
}

fn empty(path: &Path, recursive: bool) -> Error {
    Error::Source {
        what: path.display().to_string(),
        cause: "no .json, .yaml or .yml file in this folder".to_owned(),
        hint: (!recursive).then(|| "-R also reads the folders in it".to_owned()),
    }
}
