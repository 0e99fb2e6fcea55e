//! What ships, as the Makefile packs it, through a real krew and a real kubectl.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Verdict;
use crate::release::{Outcome, PLATFORMS, Release, VERSION, succeeded, text};
use crate::support::lab::Lab;
use crate::support::{binaries, files};

const TOOL: &str = env!("CARGO_BIN_EXE_kubectl-calicoq");

pub fn an_archive_is_installed_by_its_manifest(_: &Lab) -> Verdict {
    let release = published()?;
    let archive = release.pack(Path::new(TOOL), &["SQUEEZE=-1"])?;
    release.make("manifest", &[])?;
    let krew = Krew::new()?;
    let install = |manifest: &Path| {
        let (manifest, archive) = (
            argument("--manifest", manifest),
            argument("--archive", &archive),
        );
        krew.run(&["install", &manifest, &archive])
    };

    let manifest = fs::read_to_string(release.manifest())?;
    let checksum = manifest.split("sha256: ").nth(1).ok_or("no checksum")?;
    let forged = manifest.replace(&checksum[..64], &"f".repeat(64));
    fs::create_dir(release.path("forged"))?;
    fs::write(release.path("forged/calicoq.yaml"), forged)?;
    let refused = install(&release.path("forged/calicoq.yaml"))?;
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text(&refused.stderr).contains("checksum does not match"),
        "{}",
        text(&refused.stderr)
    );

    succeeded(&install(&release.manifest())?)?;
    let asked = ["calicoq", "version", "--client", "-o", "json"];
    let printed = krew.kubectl(&asked)?;
    let alone = Command::new(TOOL).args(&asked[1..]).output()?;
    assert_eq!(
        text(&printed.stdout),
        text(&alone.stdout),
        "{}",
        text(&printed.stderr)
    );
    let nothing = krew.kubectl(&["calicoq", "endpoint", "-f", "no-such-file", "web-1"])?;
    assert_eq!(nothing.status.code(), Some(2), "the tool's own exit code");
    let installed = krew.installed(VERSION);
    for name in ["LICENSE", "README.md"] {
        assert_eq!(
            fs::read(installed.join(name))?,
            fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(name))?,
            "{name}"
        );
    }
    Ok(())
}

pub fn every_platform_gets_its_own_archive(_: &Lab) -> Verdict {
    let release = published_stand_ins()?;
    let manifest = argument("--manifest", &release.manifest());
    for (target, os, arch) in PLATFORMS {
        let krew = Krew::of_platform(os, arch)?;
        succeeded(&krew.run(&["install", &manifest])?)?;
        let installed = krew.installed(VERSION);
        let mut names: Vec<_> = fs::read_dir(&installed)?
            .map(|entry| Ok(entry?.file_name().into_string().unwrap_or_default()))
            .collect::<Outcome<_>>()?;
        names.sort();
        let (program, expected) = match os {
            "windows" => (
                "kubectl-calicoq.exe",
                vec!["LICENSE", "README.md", "kubectl-calicoq.exe"],
            ),
            _ => (
                "kubectl-calicoq",
                vec![
                    "LICENSE",
                    "README.md",
                    "kubectl-calicoq",
                    "kubectl_complete-calicoq",
                ],
            ),
        };
        assert_eq!(names, expected, "{os} {arch}");
        // Through krew's own link, and executable.
        let ran = Command::new(krew.bin().join(program))
            .arg("version")
            .output()?;
        assert_eq!(text(&ran.stdout), format!("{target}|version|"));
    }

    let krew = Krew::of_platform("linux", "386")?;
    let refused = krew.run(&["install", &manifest])?;
    assert!(
        text(&refused.stderr).contains("does not offer installation for this platform"),
        "{}",
        text(&refused.stderr)
    );
    Ok(())
}

/// What the maintainers of krew's index run over every manifest; it installs each platform by `kubectl krew`.
pub fn krews_own_validation_passes(_: &Lab) -> Verdict {
    let release = published_stand_ins()?;
    let krew = Krew::new()?;
    symlink(binaries::path("krew"), krew.bin().join("kubectl-krew"))?;
    let validated = Command::new(binaries::path("validate-krew-manifest"))
        .arg("-manifest")
        .arg(release.manifest())
        .env("PATH", krew.path()?)
        .output()?;
    succeeded(&validated)?;
    let said = text(&validated.stderr);
    assert!(
        said.contains("all 5 spec.platforms installed fine"),
        "{said}"
    );
    Ok(())
}

pub fn an_index_installs_upgrades_and_uninstalls_it(_: &Lab) -> Verdict {
    let release = published()?;
    release.pack(&release.stand_in("the older one")?, &["VERSION=0.0.1"])?;
    release.make("manifest", &["VERSION=0.0.1"])?;
    let index = Index::new()?;
    index.publish(&release.manifest())?;
    let krew = Krew::new()?;
    succeeded(&krew.run(&["index", "add", "local", &index.address()])?)?;
    succeeded(&krew.run(&["install", "local/calicoq"])?)?;
    let version = ["calicoq", "version", "--client"];
    assert_eq!(
        text(&krew.kubectl(&version)?.stdout),
        "the older one|version|--client|"
    );

    release.pack(Path::new(TOOL), &["SQUEEZE=-1"])?;
    release.make("manifest", &[])?;
    index.publish(&release.manifest())?;
    succeeded(&krew.run(&["upgrade", "calicoq"])?)?;
    let printed = krew.kubectl(&version)?;
    let alone = Command::new(TOOL).args(&version[1..]).output()?;
    assert_eq!(
        text(&printed.stdout),
        text(&alone.stdout),
        "{}",
        text(&printed.stderr)
    );
    let listed = krew.run(&["list"])?;
    assert_eq!(text(&listed.stdout), "local/calicoq\n");

    succeeded(&krew.run(&["uninstall", "calicoq"])?)?;
    assert_eq!(text(&krew.run(&["list"])?.stdout).trim(), "");
    let gone = krew.kubectl(&version)?;
    assert!(
        text(&gone.stderr).contains("unknown command \"calicoq\""),
        "{}",
        text(&gone.stderr)
    );
    Ok(())
}

/// The line of the manifest's caveats, as krew prints it, makes the real kubectl complete.
pub fn the_caveats_make_kubectl_complete(_: &Lab) -> Verdict {
    let release = published()?;
    let archive = release.pack(Path::new(TOOL), &["SQUEEZE=-1"])?;
    release.make("manifest", &[])?;
    let krew = Krew::new()?;
    let installed = krew.run(&[
        "install",
        &argument("--manifest", &release.manifest()),
        &argument("--archive", &archive),
    ])?;
    let said = text(&installed.stderr);
    // krew frames them: ` |      kubectl …`.
    let lines: Vec<_> = said
        .lines()
        .map(|line| line.trim_start_matches([' ', '|', '\\']))
        .filter(|line| line.starts_with("kubectl calicoq completion"))
        .collect();
    assert_eq!(lines, ["kubectl calicoq completion install"], "{said}");

    let complete = || krew.kubectl(&["__complete", "calicoq", "endpoi"]);
    let before = text(&complete()?.stdout);
    assert!(!before.contains("endpoint"), "{before}");
    succeeded(&krew.command("sh").args(["-ec", &lines.concat()]).output()?)?;
    let completed = text(&complete()?.stdout);
    assert!(completed.starts_with("endpoint"), "{completed}");
    Ok(())
}

// === where the archives are published ===

/// A release whose archives are behind HTTP on loopback.
fn published() -> Outcome<Release> {
    let mut release = Release::new()?;
    release.repository = format!("http://127.0.0.1:{}", files::serve(&release.dist())?);
    Ok(release)
}

/// An archive for each platform, whose program says its target, and their manifest.
fn published_stand_ins() -> Outcome<Release> {
    let release = published()?;
    for (target, ..) in PLATFORMS {
        release.pack(&release.stand_in(target)?, &[&format!("TARGET={target}")])?;
    }
    release.make("manifest", &[])?;
    Ok(release)
}

// === a krew of its own, with nothing installed ===

struct Krew {
    root: tempfile::TempDir,
    platform: Vec<(&'static str, String)>,
}

impl Krew {
    fn new() -> Outcome<Self> {
        let root = tempfile::tempdir()?;
        fs::create_dir(root.path().join("bin"))?;
        Ok(Self {
            root,
            platform: Vec::new(),
        })
    }

    fn of_platform(os: &str, arch: &str) -> Outcome<Self> {
        let platform = vec![("KREW_OS", os.to_owned()), ("KREW_ARCH", arch.to_owned())];
        Ok(Self {
            platform,
            ..Self::new()?
        })
    }

    fn bin(&self) -> PathBuf {
        self.root.path().join("bin")
    }

    fn installed(&self, version: &str) -> PathBuf {
        self.root
            .path()
            .join("store/calicoq")
            .join(format!("v{version}"))
    }

    /// Its plugins, the servers' kubectl, and what else is on this machine.
    fn path(&self) -> Outcome<std::ffi::OsString> {
        let found = std::env::var_os("PATH").unwrap_or_default();
        let folders = self
            .folders()
            .into_iter()
            .chain(std::env::split_paths(&found));
        Ok(std::env::join_paths(folders)?)
    }

    fn folders(&self) -> [PathBuf; 2] {
        let kubectl = binaries::path("kubectl");
        [
            self.bin(),
            kubectl.parent().unwrap_or(Path::new("/")).to_path_buf(),
        ]
    }

    /// A program that knows nothing of this machine's krew, kubeconfig and git.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.path().map(|path| ("PATH", path)))
            .env("HOME", self.root.path())
            .env("KREW_ROOT", self.root.path())
            // Else it asks, now and then, a server on the internet.
            .env("KREW_NO_UPGRADE_CHECK", "1")
            .envs(self.platform.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome<Output> {
        Ok(self
            .command(binaries::path("krew"))
            .args(arguments)
            .output()?)
    }

    /// The real kubectl, which finds plugins of this krew alone.
    fn kubectl(&self, arguments: &[&str]) -> Outcome<Output> {
        let mut command = self.command(binaries::path("kubectl"));
        let path = std::env::join_paths(self.folders())?;
        Ok(command.args(arguments).env("PATH", path).output()?)
    }
}

// === an index: a git repository ===

struct Index(tempfile::TempDir);

impl Index {
    fn new() -> Outcome<Self> {
        let index = Self(tempfile::tempdir()?);
        fs::create_dir(index.0.path().join("plugins"))?;
        index.git(&["init", "-q"])?;
        Ok(index)
    }

    fn address(&self) -> String {
        format!("file://{}", self.0.path().display())
    }

    fn publish(&self, manifest: &Path) -> Outcome<()> {
        fs::copy(manifest, self.0.path().join("plugins/calicoq.yaml"))?;
        self.git(&["add", "plugins"])?;
        let author = [
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.invalid",
        ];
        self.git(&[&author[..], &["commit", "-q", "-m", "publish"]].concat())
    }

    fn git(&self, arguments: &[&str]) -> Outcome<()> {
        let mut command = Command::new("git");
        // Whatever this machine's git is told to do with commits, as signing them.
        command
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        succeeded(
            &command
                .arg("-C")
                .arg(self.0.path())
                .args(arguments)
                .output()?,
        )
    }
}

// === words ===

fn argument(flag: &str, path: &Path) -> String {
    format!("{flag}={}", path.display())
}
