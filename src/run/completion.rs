//! `completion`: the scripts of the shells, and the shim that kubectl runs.

use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use super::say;
use crate::cli::{Cli, Completion, InstallArgs};
use crate::complete::{BASH, FISH, POWERSHELL, SHIM, ZSH};
use crate::error::{Error, Exit};
use crate::render;

/// What kubectl looks for on the PATH.
const NAME: &str = "kubectl_complete-calicoq";

/// Prints a script, or installs the shim.
pub(super) fn completion(cli: &Cli, wanted: &Completion) -> Result<Exit, Error> {
    let text = match wanted {
        Completion::Bash => BASH.to_owned(),
        Completion::Zsh => ZSH.to_owned(),
        Completion::Fish => FISH.to_owned(),
        Completion::Powershell => POWERSHELL.to_owned(),
        Completion::Install(arguments) => install(cli, arguments)?,
    };
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(Exit::Answered)
}

/// Writes the shim; what was done, as a line.
fn install(cli: &Cli, arguments: &InstallArgs) -> Result<String, Error> {
    if cfg!(windows) {
        return Err(Error::Usage {
            message: "the shim is a shell script, which Windows does not run".to_owned(),
            hint: Some("`completion powershell` completes kubectl-calicoq".to_owned()),
        });
    }
    let folder = match &arguments.dir {
        Some(folder) => folder.clone(),
        None => own_folder()?,
    };
    let path = folder.join(NAME);
    let shown = render::escape(&path.display().to_string()).into_owned();
    let there = fs::read(&path);
    let done = match &there {
        Ok(text) if text == SHIM.as_bytes() && is_executable(&path) => {
            format!("{shown} is there already\n")
        }
        _ => {
            let replaces = arguments.force || there.is_ok_and(|text| is_ours(&text));
            write(&path, replaces)?;
            format!("wrote {shown}\n")
        }
    };
    if !cli.output.quiet && !is_on_path(&folder) {
        let folder = folder.display().to_string();
        say(&format!(
            "{} is not on the PATH, where kubectl looks for it\n",
            render::escape(&folder)
        ));
    }
    Ok(done)
}

/// Where the tool is found: not what a link leads to, since the shim is looked for on the PATH as the link is.
fn own_folder() -> Result<PathBuf, Error> {
    let called = env::args_os().next().map(PathBuf::from).unwrap_or_default();
    let beside = called
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = beside {
        return Ok(folder.to_owned());
    }
    let found = folders()
        .into_iter()
        .find(|folder| is_executable(&folder.join(&called)));
    if let Some(folder) = found {
        return Ok(folder);
    }
    let own = env::current_exe()?;
    Ok(own.parent().unwrap_or(Path::new(".")).to_owned())
}

fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect()
}

fn is_on_path(folder: &Path) -> bool {
    let real = |folder: &Path| fs::canonicalize(folder).ok();
    let wanted = real(folder);
    folders().iter().any(|on_path| real(on_path) == wanted)
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Whether a file is a shim of this or another version.
fn is_ours(text: &[u8]) -> bool {
    let head = SHIM
        .as_bytes()
        .split_inclusive(|byte| *byte == b'\n')
        .take(2);
    text.starts_with(&head.collect::<Vec<_>>().concat())
}

/// Writes the shim: a file beside it first, which takes its name when it is whole.
fn write(path: &Path, replaces: bool) -> Result<(), Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |error: io::Error| unwritable(path, &error);
    fs::create_dir_all(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => failed(ErrorKind::NotADirectory.into()),
        _ => failed(error),
    })?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(SHIM.as_bytes()).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let all_may_run = fs::Permissions::from_mode(0o755);
        file.as_file()
            .set_permissions(all_may_run)
            .map_err(failed)?;
    }
    let named = match replaces {
        true => file.persist(path),
        false => file.persist_noclobber(path),
    };
    named.map(|_| ()).map_err(|error| failed(error.error))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    let shown = path.display();
    if error.kind() == ErrorKind::AlreadyExists {
        return Error::Usage {
            message: format!("{shown}: a file of that name exists, and is none of ours"),
            hint: Some("--force replaces it".to_owned()),
        };
    }
    let cause = match error.kind() {
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the file system can only be read".to_owned(),
        ErrorKind::NotADirectory => "it is in no folder".to_owned(),
        kind => kind.to_string(),
    };
    Error::Config {
        what: shown.to_string(),
        cause,
        hint: Some("name a folder on the PATH that is yours: --dir ~/.local/bin".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shim_of_another_version_is_known() {
        assert!(is_ours(SHIM.as_bytes()));
        let older = SHIM.replace("__complete", "complete-words");
        assert!(older != SHIM && is_ours(older.as_bytes()));
        for foreign in ["", "#!/bin/sh\n", "#!/bin/sh\nexec mine\n"] {
            assert!(!is_ours(foreign.as_bytes()), "{foreign}");
        }
    }
}
