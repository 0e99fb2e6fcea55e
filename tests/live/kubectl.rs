//! The real kubectl in front of the tool: what it hands on, and what it says of the plugin.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Verdict;
use super::answers::all_but;
use super::ask::Said;
use super::support::kinds::Mode;
use super::support::lab::Lab;
use super::support::{Outcome, binaries};

/// A folder with the tool alone, as one puts it on the PATH: cargo's own holds files that kubectl takes for plugins.
fn installed() -> Outcome<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let tool = Path::new(env!("CARGO_BIN_EXE_kubectl-calicoq"));
    std::os::unix::fs::symlink(tool, folder.path().join("kubectl-calicoq"))?;
    std::os::unix::fs::symlink(binaries::path("kubectl"), folder.path().join("kubectl"))?;
    Ok(folder)
}

/// Runs a line of a shell in which `kubectl` finds the tool.
fn typed(line: &str, kubeconfig: &Path) -> Outcome<Said> {
    let folder = installed()?;
    let output = Command::new("bash")
        .args(["-c", line])
        .env_clear()
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
        .env("HOME", folder.path())
        .env("KUBECONFIG", kubeconfig)
        .stdin(Stdio::null())
        .output()?;
    Said::of(output)
}

const NOWHERE: &str = "/nowhere";

pub fn arguments_environment_and_input_arrive(_: &Lab) -> Verdict {
    let world = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/worlds/shop/objects.yaml"
    );
    let from_file = format!("kubectl calicoq eval \"a ==  'é'\" -f {world}");
    let from_input = format!("kubectl calicoq endpoint shop/web-1 -o name -f - < {world}");
    for (line, code, printed, said) in [
        (
            r#"kubectl calicoq endpoint -f 'a  b*"$x' "#,
            2,
            "",
            "error: a  b*\"$x: no such file",
        ),
        (
            "kubectl calicoq endpoint ''",
            2,
            "",
            "error: \"\" names no endpoint",
        ),
        (&from_file, 0, "", "canonical: a == \"é\""),
        (
            "kubectl calicoq endpoint -- -x -f /dev/null",
            2,
            "",
            "error: ",
        ),
        (
            "ETCD_ENDPOINTS=http://127.0.0.1:1 kubectl calicoq endpoint",
            2,
            "",
            "reading etcd http://127.0.0.1:1 (ETCD_ENDPOINTS)",
        ),
        (&from_input, 0, "pod/shop/web-1\n", ""),
    ] {
        let told = typed(line, Path::new(NOWHERE))?;
        assert_eq!(
            (told.code, &*told.stdout),
            (code, printed),
            "{line}: {}",
            told.stderr
        );
        assert!(told.stderr.contains(said), "{line}: {}", told.stderr);
    }
    Ok(())
}

pub fn usage_reads_as_it_is_typed(_: &Lab) -> Verdict {
    for (line, code, said) in [
        (
            "kubectl calicoq",
            2,
            "Usage: kubectl calicoq [OPTIONS] <COMMAND>",
        ),
        (
            "kubectl calicoq --help",
            0,
            "Usage: kubectl calicoq [OPTIONS] <COMMAND>",
        ),
        (
            "kubectl calicoq endpoint -h",
            0,
            "Usage: kubectl calicoq endpoint [OPTIONS] [WHAT]...",
        ),
        (
            "kubectl calicoq endpoint --namespce x",
            2,
            "Usage: kubectl calicoq endpoint --namespace",
        ),
        (
            "kubectl calicoq policy",
            2,
            "Usage: kubectl calicoq policy <NAME>",
        ),
        (
            "kubectl -n shop calicoq endpoint",
            1,
            "flags cannot be placed before plugin name",
        ),
    ] {
        let told = typed(line, Path::new(NOWHERE))?;
        let (shown, other) = match code {
            0 => (told.stdout, told.stderr),
            _ => (told.stderr, told.stdout),
        };
        assert_eq!((told.code, &*other), (code, ""), "{line}: {shown}");
        assert!(shown.contains(said), "{line}: {shown}");
        assert!(!shown.contains("kubectl-calicoq "), "{line}: {shown}");
    }
    Ok(())
}

pub fn it_is_a_plugin_without_warnings(_: &Lab) -> Verdict {
    let told = typed("kubectl plugin list", Path::new(NOWHERE))?;
    assert_eq!((told.code, &*told.stderr), (0, ""), "{}", told.stdout);
    assert!(
        told.stdout.ends_with("/kubectl-calicoq\n"),
        "{}",
        told.stdout
    );
    assert!(!told.stdout.contains("warning"), "{}", told.stdout);
    Ok(())
}

pub fn exit_codes_are_handed_on_and_names_corrected(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let reader = cluster.reader()?;
    let narrow = cluster.user(&all_but(cluster, &["globalnetworkpolicies"])?)?;
    for (user, line, code) in [
        (&reader, "kubectl calicoq endpoint -n shop web-1", 0),
        (&reader, "kubectl calicoq endpoint -n shop web-9", 1),
        (
            &reader,
            "kubectl calicoq endpoint -n shop --context nowhere",
            2,
        ),
        (&narrow, "kubectl calicoq endpoint -n shop web-1", 3),
        (
            &reader,
            "set -o pipefail; kubectl calicoq endpoint -A | true",
            0,
        ),
    ] {
        let told = typed(line, user.kubeconfig())?;
        assert_eq!(told.code, code, "{line}: {}", told.stderr);
    }
    for (what, near) in [
        ("-n shop web-9", "web-1 or web-2"),
        ("shop/web-11", "shop/web-1 or shop/web-2"),
        ("-n shop pod/bd-0", "db-0"),
        ("hep/node-a-eth1", "node-a-eth0"),
        ("node/nod-a", "node-a or node-b"),
    ] {
        let line = format!("kubectl calicoq endpoint {what}");
        let told = typed(&line, reader.kubeconfig())?;
        let meant = format!("; is it {near}?\n");
        assert_eq!(told.code, 1, "{line}: {}", told.stderr);
        assert!(told.stderr.ends_with(&meant), "{line}: {}", told.stderr);
    }
    Ok(())
}

/// Each spelling of a flag that kubectl takes asks the same, and kubectl itself takes it.
pub fn flags_are_spelled_as_kubectls(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.reader()?;
    let spelled = [
        "-n shop -o name",
        "-n=shop -o=name",
        "-nshop -oname",
        "--namespace shop --output name",
        "--namespace=shop --output=name",
        "-n elsewhere -o json -n shop -o name",
        "-n shop -o name -v 0",
        "-n shop -o name -v=0",
        "-n shop -o name --v=0",
        "-n shop -o name --v 0",
        "-n shop -o name -v0",
        "-n shop -o name -l app=web",
        "-n shop -o name -lapp=web",
        "-n shop -o name --selector 'app in (web)'",
        "-n shop -o name --insecure-skip-tls-verify=false",
        "-n shop -o name --insecure-skip-tls-verify=f --disable-compression",
        "-n shop -o name -A=false",
        "-n shop -o name --all-namespaces=0",
        "-n shop -o name --no-headers=true",
        "-n shop -o name --request-timeout=1m30s",
        "-n shop -o name --request-timeout 30",
        "-n shop -o name --request-timeout=1.5m",
        "--as= --context '' -n shop -o name",
        "-oname -A",
        "-A -o name",
        "--all-namespaces -o name",
        "-A=true --output=name",
    ];
    let mut wrong = Vec::new();
    for flags in spelled {
        let told = typed(
            &format!("kubectl calicoq endpoint {flags} -q"),
            user.kubeconfig(),
        )?;
        if told.code != 0 || !told.stdout.contains("pod/shop/web-1\n") {
            wrong.push(format!(
                "{flags}: exit {}: {}{}",
                told.code, told.stdout, told.stderr
            ));
        }
        let theirs = typed(&format!("kubectl get pods {flags}"), user.kubeconfig())?;
        if theirs.code != 0 || !theirs.stdout.contains("pod/web-1\n") {
            wrong.push(format!(
                "kubectl {flags}: exit {}: {}",
                theirs.code, theirs.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}
