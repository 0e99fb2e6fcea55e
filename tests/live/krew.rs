//! What ships, as the Makefile packs it, through a real krew and a real kubectl.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::Verdict;
use crate::support::lab::Lab;
use crate::support::{Outcome, Trouble, binaries, files};

const TOOL: &str = env!("CARGO_BIN_EXE_kubectl-calicoq");

/// Targets and what krew calls them: the platforms of the template.
const PLATFORMS: [(&str, &str, &str); 5] = [
    ("x86_64-unknown-linux-gnu", "linux", "amd64"),
    ("aarch64-unknown-linux-gnu", "linux", "arm64"),
    ("x86_64-apple-darwin", "darwin", "amd64"),
    ("aarch64-apple-darwin", "darwin", "arm64"),
    ("x86_64-pc-windows-gnu", "windows", "amd64"),
];

pub fn an_archive_is_installed_by_its_manifest(_: &Lab) -> Verdict {
    let release = Release::new()?;
    let archive = release.pack(Path::new(TOOL), &[])?;
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
    let installed = krew.installed(env!("CARGO_PKG_VERSION"));
    for name in ["LICENSE", "README.md"] {
        assert_eq!(
            fs::read(installed.join(name))?,
            fs::read(root().join(name))?,
            "{name}"
        );
    }
    Ok(())
}

pub fn every_platform_gets_its_own_archive(_: &Lab) -> Verdict {
    let release = Release::of_stand_ins()?;
    let manifest = argument("--manifest", &release.manifest());
    for (target, os, arch) in PLATFORMS {
        let krew = Krew::of_platform(os, arch)?;
        succeeded(&krew.run(&["install", &manifest])?)?;
        let installed = krew.installed(env!("CARGO_PKG_VERSION"));
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
    let release = Release::of_stand_ins()?;
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
    let release = Release::new()?;
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

    release.pack(Path::new(TOOL), &[])?;
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

/// The lines of the manifest's caveats, as krew prints them, make the real kubectl complete.
pub fn the_caveats_make_kubectl_complete(_: &Lab) -> Verdict {
    let release = Release::new()?;
    let archive = release.pack(&release.stand_in("asked for")?, &[])?;
    release.make("manifest", &[])?;
    let krew = Krew::new()?;
    let installed = krew.run(&[
        "install",
        &argument("--manifest", &release.manifest()),
        &argument("--archive", &archive),
    ])?;
    let said = text(&installed.stderr);
    // krew frames them: ` |      cd …`.
    let lines: Vec<_> = said
        .lines()
        .map(|line| line.trim_start_matches([' ', '|', '\\']))
        .filter(|line| line.starts_with("cd ") || line.starts_with("cp "))
        .collect();
    assert_eq!(lines.len(), 2, "{said}");
    succeeded(
        &krew
            .command("sh")
            .args(["-ec", &lines.join("\n")])
            .output()?,
    )?;

    let completed =
        krew.kubectl(&["__complete", "calicoq", "endpoint", "-n", "shop", "a b", ""])?;
    let completed = text(&completed.stdout);
    assert_eq!(
        completed.lines().next(),
        Some("asked for|__complete|endpoint|-n|shop|a b||"),
        "{completed}"
    );
    Ok(())
}

pub fn a_manifest_lists_the_archives_that_are_there(_: &Lab) -> Verdict {
    let release = Release::new()?;
    let fails = |because: &str| -> Verdict {
        let said = release
            .make("manifest", &[])
            .err()
            .ok_or("a manifest was made")?
            .to_string();
        assert!(said.contains(because), "{said}");
        assert!(!release.manifest().exists());
        Ok(())
    };
    release.pack(&release.stand_in("of another version")?, &["VERSION=9.9.9"])?;
    fails("no archive of v")?;

    let archive = release.pack(&release.stand_in("arm")?, &["TARGET=aarch64-apple-darwin"])?;
    fs::write(&archive, "something else")?;
    fails("is not what its checksum says")?;
    release.pack(&release.stand_in("arm")?, &["TARGET=aarch64-apple-darwin"])?;
    release.make("manifest", &[])?;
    let manifest = fs::read_to_string(release.manifest())?;
    assert_eq!(manifest.matches("selector:").count(), 1);
    assert!(manifest.contains("{os: darwin, arch: arm64}"), "{manifest}");
    assert!(
        !manifest.contains("${SHA256}") && !manifest.contains("9.9.9"),
        "{manifest}"
    );
    Ok(())
}

/// Neither when nor with which rights the files were written is in an archive, nor who packs it.
pub fn an_archive_depends_on_its_contents_alone(_: &Lab) -> Verdict {
    for target in ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"] {
        let pack = |umask: &str, zone: &str| -> Outcome<Vec<u8>> {
            let release = Release::new()?;
            let program = release.stand_in("the same")?;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o600))?;
            let line = format!("umask {umask}; exec make -s archive \"$@\"");
            let mut command = Command::new("sh");
            command.args(["-c", &line, "make"]).env("TZ", zone);
            let given = [
                format!("TARGET={target}"),
                "SOURCE_DATE_EPOCH=1700000000".to_owned(),
            ];
            release.run(
                command
                    .args(given)
                    .arg(format!("BUILT={}", program.display())),
            )?;
            Ok(fs::read(release.archive(env!("CARGO_PKG_VERSION"))?)?)
        };
        assert!(
            pack("077", "Asia/Tokyo")? == pack("002", "America/Lima")?,
            "{target}"
        );
    }
    Ok(())
}

// === a release: a folder of archives behind HTTP ===

struct Release {
    folder: tempfile::TempDir,
    port: u16,
}

impl Release {
    fn new() -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        fs::create_dir(folder.path().join("dist"))?;
        let port = files::serve(&folder.path().join("dist"))?;
        Ok(Self { folder, port })
    }

    /// All five archives, each with a program that says its target, and their manifest.
    fn of_stand_ins() -> Outcome<Self> {
        let release = Self::new()?;
        for (target, ..) in PLATFORMS {
            release.pack(&release.stand_in(target)?, &[&format!("TARGET={target}")])?;
        }
        release.make("manifest", &[])?;
        Ok(release)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn manifest(&self) -> PathBuf {
        self.path("dist/calicoq.yaml")
    }

    /// A program that prints a word and its arguments.
    fn stand_in(&self, word: &str) -> Outcome<PathBuf> {
        let program = self.path("stand-in");
        fs::write(
            &program,
            format!("#!/bin/sh\nprintf '%s|' '{word}' \"$@\"\n"),
        )?;
        Ok(program)
    }

    /// `make archive`; gives the archive.
    fn pack(&self, program: &Path, given: &[&str]) -> Outcome<PathBuf> {
        let built = format!("BUILT={}", program.display());
        let said = self.make("archive", &[&[built.as_str()], given].concat())?;
        let name = said
            .split_whitespace()
            .last()
            .ok_or("no archive was named")?;
        Ok(self.path("dist").join(name))
    }

    fn archive(&self, version: &str) -> Outcome<PathBuf> {
        let prefix = format!("kubectl-calicoq_v{version}_");
        for entry in fs::read_dir(self.path("dist"))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&prefix) && !name.ends_with(".sha256") {
                return Ok(path);
            }
        }
        Err(format!("no archive of {version}").into())
    }

    fn make(&self, goal: &str, given: &[&str]) -> Outcome<String> {
        self.run(Command::new("make").args(["-s", goal]).args(given))
    }

    /// A command that is make in the end, told of this folder and its address.
    fn run(&self, command: &mut Command) -> Outcome<String> {
        let command = command
            .arg(format!("DIST={}", self.path("dist").display()))
            .arg(format!("REPOSITORY=http://127.0.0.1:{}", self.port))
            .current_dir(root())
            // Those of the make that runs the tests are not for this one.
            .env_remove("MAKEFLAGS")
            .env_remove("MAKELEVEL");
        let output = command.output()?;
        succeeded(&output)?;
        Ok(text(&output.stdout))
    }
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

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn argument(flag: &str, path: &Path) -> String {
    format!("{flag}={}", path.display())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeded(output: &Output) -> Outcome<()> {
    if output.status.success() {
        return Ok(());
    }
    let (said, printed) = (text(&output.stderr), text(&output.stdout));
    Err(Trouble::from(format!("{}: {said}{printed}", output.status)))
}
