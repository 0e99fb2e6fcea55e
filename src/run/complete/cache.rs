//! Names that were just read, for whoever presses TAB again: in the user's cache folder, for its owner alone, and for
//! seconds only.
//!
//! A file is named by the hash of what was asked of whom, and holds names and nothing else. Each file that is written
//! takes those away that are too old, and there are never more than a few.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::complete::Wanted;

/// How long names hold.
const AGE: Duration = Duration::from_secs(10);
/// The most files.
const FILES: usize = 32;
/// The most bytes of one.
const BYTES: usize = 1 << 20;

/// The folder.
pub(super) struct Cache(PathBuf);

/// What names were asked for, of whom: the same question finds the same file.
pub(super) fn key(source: &str, flags: &[String], stages: &[Vec<Wanted>]) -> String {
    let here = env::current_dir().unwrap_or_default();
    let kubeconfig = env::var_os("KUBECONFIG");
    let asked = format!("{source:?} {here:?} {kubeconfig:?} {flags:?} {stages:?}");
    let hash = Sha256::digest(asked.as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Cache {
    /// Beside what else the user's programs keep.
    pub(super) fn of_user() -> Option<Self> {
        let folder = |name| env::var_os(name).map(PathBuf::from);
        let own = folder("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
        let own = own.or_else(|| {
            Some(
                folder("HOME")
                    .filter(|home| home.is_absolute())?
                    .join(".cache"),
            )
        });
        Some(Self(own?.join("kubectl-calicoq/names")))
    }

    /// What was kept, if it still holds.
    pub(super) fn get(&self, key: &str) -> Option<Vec<String>> {
        let path = self.0.join(key);
        if !is_fresh(&path) {
            return None;
        }
        let text = fs::read_to_string(path).ok()?;
        Some(text.lines().map(str::to_owned).collect())
    }

    /// Keeps names. What cannot be kept is read again.
    pub(super) fn put(&self, key: &str, names: &[String]) -> Option<()> {
        let mut text = String::new();
        // A name with a line break would be two.
        for name in names.iter().filter(|name| !name.contains(char::is_control)) {
            text.push_str(name);
            text.push('\n');
        }
        private(&self.0)?;
        if text.len() > BYTES || self.sweep()? >= FILES {
            return None;
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.0).ok()?;
        file.write_all(text.as_bytes()).ok()?;
        file.persist(self.0.join(key)).ok().map(|_| ())
    }

    /// Takes away what is too old; how many files there still are.
    fn sweep(&self) -> Option<usize> {
        let mut left = 0;
        for entry in fs::read_dir(&self.0).ok()?.flatten() {
            let path = entry.path();
            if is_fresh(&path) || fs::remove_file(&path).is_err() {
                left += 1;
            }
        }
        Some(left)
    }
}

/// Whether a file is young; one from the future is not trusted.
fn is_fresh(path: &Path) -> bool {
    let written = fs::symlink_metadata(path).and_then(|about| about.modified());
    let age = written.ok().and_then(|written| written.elapsed().ok());
    age.is_some_and(|age| age < AGE)
}

/// The folder, which nobody else may look into.
fn private(folder: &Path) -> Option<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
        builder.mode(0o700).create(folder).ok()?;
        // Only its owner can do this.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).ok()
    }
    #[cfg(not(unix))]
    builder.create(folder).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests may panic")]

    use std::time::SystemTime;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn set_age(cache: &Cache, key: &str, age: Duration) {
        let file = fs::File::options()
            .write(true)
            .open(cache.0.join(key))
            .unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn names_hold_for_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache(folder.path().join("a/names"));
        assert_eq!(cache.get("k"), None);
        cache
            .put("k", &names(&["web-1", "two\nlines", "a b"]))
            .unwrap();
        assert_eq!(cache.get("k"), Some(names(&["web-1", "a b"])));
        assert_eq!(cache.get("other"), None);
        set_age(&cache, "k", AGE);
        assert_eq!(cache.get("k"), None, "too old");
        cache.put("new", &[]).unwrap();
        assert_eq!(cache.get("new"), Some(Vec::new()));
        let left: Vec<_> = fs::read_dir(&cache.0).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "what is too old goes");
    }

    #[test]
    fn there_are_never_more_than_a_few() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache(folder.path().join("names"));
        for number in 0..2 * FILES {
            let kept = cache.put(&number.to_string(), &[]).is_some();
            assert_eq!(kept, number < FILES);
        }
        assert_eq!(fs::read_dir(&cache.0).unwrap().count(), FILES);
        set_age(&cache, "0", AGE);
        let long = "x".repeat(BYTES);
        assert_eq!(cache.put("long", &[long]), None);
        assert!(cache.put("short", &[]).is_some());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_look() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache(folder.path().join("names"));
        fs::create_dir(&cache.0).unwrap();
        fs::set_permissions(&cache.0, fs::Permissions::from_mode(0o755)).unwrap();
        cache.put("k", &names(&["web-1"])).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
        assert_eq!(mode(&cache.0), 0o700);
        assert_eq!(mode(&cache.0.join("k")), 0o600);
    }

    #[test]
    fn another_question_has_another_key() {
        let flags = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let keys = [
            key("context a", &flags("-n shop"), &[]),
            key("context b", &flags("-n shop"), &[]),
            key("context a", &flags("-n pay"), &[]),
            key("context a", &flags("-n shop"), &[Vec::new()]),
        ];
        for (at, one) in keys.iter().enumerate() {
            assert!(keys.iter().skip(at + 1).all(|other| one != other));
            assert!(one.len() == 64 && one.chars().all(|c| c.is_ascii_hexdigit()));
        }
    }
}
