//! What the Makefile packs and says of it, and the workflow that runs it; krew itself is asked in `tests/live/krew.rs`.

#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

mod release;

use release::{Outcome, PLATFORMS, Release, VERSION};

#[test]
fn a_manifest_lists_the_archives_that_are_there() -> Outcome<()> {
    let mut release = Release::new()?;
    release.pack(&release.stand_in("of another version")?, &["VERSION=9.9.9"])?;
    fails(&release, &format!("no archive of v{VERSION}"))?;

    let archive = pack_for_arm(&release)?;
    fs::write(&archive, "something else")?;
    fails(&release, "is not what its checksum says")?;

    pack_for_arm(&release)?;
    release.make("manifest", &[])?;
    let manifest = fs::read_to_string(release.manifest())?;
    assert_eq!(manifest.matches("selector:").count(), 1);
    assert!(manifest.contains("{os: darwin, arch: arm64}"), "{manifest}");
    // Where nothing is published, the manifest says where the archives lie.
    let lies = format!("uri: file://{}", fs::canonicalize(archive)?.display());
    assert!(manifest.contains(&lies), "{manifest}");
    assert!(!manifest.contains("homepage"), "{manifest}");

    release.repository = "https://example.com/owner/name".to_owned();
    release.make("manifest", &[])?;
    let manifest = fs::read_to_string(release.manifest())?;
    let name = format!("kubectl-calicoq_v{VERSION}_darwin_arm64.tar.gz");
    let at = format!("uri: https://example.com/owner/name/releases/download/v{VERSION}/{name}\n");
    assert!(manifest.contains(&at), "{manifest}");
    assert!(
        manifest.contains("homepage: https://example.com/owner/name\n"),
        "{manifest}"
    );
    assert!(
        !manifest.contains("${V") && !manifest.contains("9.9.9"),
        "{manifest}"
    );
    Ok(())
}

fn pack_for_arm(release: &Release) -> Outcome<std::path::PathBuf> {
    release.pack(&release.stand_in("arm")?, &["TARGET=aarch64-apple-darwin"])
}

fn fails(release: &Release, because: &str) -> Outcome<()> {
    let made = release.make("manifest", &[]);
    let said = made.err().ok_or("a manifest was made")?.to_string();
    assert!(said.contains(because), "{said}");
    assert!(!release.manifest().exists());
    Ok(())
}

/// Neither when nor with which rights the files were written is in an archive, nor who packs it where: the time is the one given.
#[test]
fn an_archive_depends_on_its_contents_alone() -> Outcome<()> {
    for target in ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu"] {
        let pack = |umask: &str, zone: &str, epoch: u32| -> Outcome<Vec<u8>> {
            let release = Release::new()?;
            let program = release.stand_in("the same")?;
            fs::set_permissions(&program, fs::Permissions::from_mode(0o600))?;
            let line = format!("umask {umask}; exec make -s archive \"$@\"");
            let given = [
                format!("TARGET={target}"),
                format!("BUILT={}", program.display()),
                format!("SOURCE_DATE_EPOCH={epoch}"),
            ];
            let mut command = Command::new("sh");
            release.run(
                command
                    .args(["-c", &line, "make"])
                    .args(given)
                    .env("TZ", zone),
            )?;
            let packed = fs::read_dir(release.dist())?.map(|entry| Ok(entry?.path()));
            let packed: Vec<_> = packed.collect::<Outcome<_>>()?;
            let is_sum =
                |path: &&std::path::PathBuf| path.extension().is_some_and(|end| end == "sha256");
            let archive = packed
                .iter()
                .find(|path| !is_sum(path))
                .ok_or("no archive")?;
            Ok(fs::read(archive)?)
        };
        let packed = pack("077", "Asia/Tokyo", 1_700_000_000)?;
        assert!(
            packed == pack("002", "America/Lima", 1_700_000_000)?,
            "{target}"
        );
        assert!(
            packed != pack("077", "Asia/Tokyo", 1_600_000_000)?,
            "{target}"
        );
    }
    Ok(())
}

/// What does not fit does not ship: too large, with a path of the machine that built it, or for too new a glibc.
#[test]
#[cfg(target_os = "linux")]
fn what_does_not_fit_is_refused() -> Outcome<()> {
    let release = Release::new()?;
    let tool = format!("BUILT={}", env!("CARGO_BIN_EXE_kubectl-calicoq"));
    let check = |given: &[&str]| -> Outcome<String> {
        let given = [
            &[tool.as_str(), "CURDIR=/nowhere", "MOST_BYTES=999999999"],
            given,
        ]
        .concat();
        let checked = release.make("fit", &given);
        Ok(checked.map_or_else(|error| error.to_string(), |said| format!("fits: {said}")))
    };
    let elsewhere = [
        "GLIBC=9.9",
        "HOME=/nowhere",
        "CARGO_TARGET_DIR=/nowhere",
        "CARGO_HOME=/nowhere",
    ];
    let fits = check(&elsewhere)?;
    assert!(fits.starts_with("fits: "), "{fits}");
    let large = check(&[&elsewhere[..], &["MOST_BYTES=1000000"]].concat())?;
    assert!(large.contains("that is more than 1000000"), "{large}");
    let new = check(&[&elsewhere[..], &["GLIBC=2.1"]].concat())?;
    assert!(new.contains("that is newer"), "{new}");
    // A debug binary names the files that it was built from.
    let told = check(&["GLIBC=9.9", concat!("CURDIR=", env!("CARGO_MANIFEST_DIR"))])?;
    assert!(told.contains("holds the path"), "{told}");
    Ok(())
}

/// The workflow builds the platforms of the template, and by targets that the Makefile has.
#[test]
fn the_workflow_runs_the_makefile_for_every_platform() -> Outcome<()> {
    let workflow: Value =
        serde_saphyr::from_str(&fs::read_to_string(".github/workflows/release.yml")?)?;
    let built = workflow["jobs"]["archive"]["strategy"]["matrix"]["include"]
        .as_array()
        .ok_or("no matrix")?;
    let built: BTreeSet<_> = built
        .iter()
        .filter_map(|one| one["target"].as_str())
        .collect();
    assert_eq!(built, PLATFORMS.map(|(target, ..)| target).into());

    let mut goals = Vec::new();
    for job in ["archive", "release"] {
        let steps = workflow["jobs"][job]["steps"]
            .as_array()
            .ok_or("no steps")?;
        for run in steps.iter().filter_map(|step| step["run"].as_str()) {
            let mut words = run.split_whitespace().skip_while(|word| *word != "make");
            goals.extend(words.nth(1));
        }
        // By version: what was read is what runs.
        for uses in steps.iter().filter_map(|step| step["uses"].as_str()) {
            let version = uses
                .split_once("@v")
                .map(|(_, version)| version.split('.').count());
            assert_eq!(version, Some(3), "{uses}");
        }
    }
    assert_eq!(goals, ["setup", "setup", "dist", "dist-check", "manifest"]);
    let makefile =
        fs::read_to_string("Makefile")? + &fs::read_to_string("plugin-manifest/dist.mk")?;
    for goal in goals {
        assert!(makefile.contains(&format!("\n{goal}:")), "{goal}");
    }
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    assert_eq!(
        workflow["jobs"]["archive"]["permissions"],
        serde_json::json!({"contents": "read"})
    );
    Ok(())
}
