//! kubectl's templates are refused, and the line of jq that is named instead prints what kubectl would.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

use std::process::{Command, Output, Stdio};

/// A template, and what kubectl prints for it. Of several values in a row, which kubectl parts by blanks, jq prints
/// each on a line.
const TEMPLATES: &[(&str, &str)] = &[
    ("jsonpath={.items[0].ref}", "pod/shop/web-1\n"),
    ("jsonpath={$.items[-1].ref}", "pod/shop/web-2\n"),
    (
        "jsonpath={.items[*].ref}",
        "pod/shop/web-1\npod/shop/web-2\n",
    ),
    ("jsonpath=.items[*].ref", "pod/shop/web-1\npod/shop/web-2\n"),
    ("jsonpath=kind", "EndpointAnswer\n"),
    ("jsonpath={.items[1].labels.app}", "web\n"),
    ("jsonpath={['kind']}", "EndpointAnswer\n"),
    (
        r"jsonpath={.items[0].labels.projectcalico\.org/namespace}",
        "shop\n",
    ),
    (
        "jsonpath={.items[?(@.node==\"node-b\")].ref}",
        "pod/shop/web-2\n",
    ),
    (
        r#"jsonpath={range .items[*]}{.ref}{"\t"}{.node}{"\n"}{end}"#,
        "pod/shop/web-1\tnode-a\npod/shop/web-2\tnode-b\n",
    ),
    (
        "jsonpath={range .items[*]}{.ref}{'\\n'}{end}",
        "pod/shop/web-1\npod/shop/web-2\n",
    ),
    ("jsonpath={range .items[*]}{.node};{end}", "node-a;node-b;"),
    (
        "jsonpath=it's {.kind} \"x\"{\"\\n\"}",
        "it's EndpointAnswer \"x\"\n",
    ),
    // Tests at the end of a path and before an index, and in a range.
    (
        "jsonpath={range .items[?(@.node=='node-b')]}{.ref} {end}",
        "pod/shop/web-2 ",
    ),
    (
        "jsonpath={.items[?(@.node==\"node-b\")].ips[0]}",
        "10.65.1.7\n",
    ),
    (
        "jsonpath={.items[0].policies[?(@.order==500)]['id']}",
        "snp/shop/lockdown\n",
    ),
    // What is absent, what is false, lists and maps.
    ("jsonpath={.items[*].nothing.at.all}", ""),
    ("jsonpath={.nothing[*].ref}", ""),
    (
        r#"jsonpath={range .items[*]}{.ref}:{.nothing}:{.ips[*]};{"\n"}{end}"#,
        "pod/shop/web-1::10.65.0.12 fd00:10::12;\npod/shop/web-2::10.65.1.7;\n",
    ),
    (r#"jsonpath={range .items[*]}{.nothing}{"\n"}{end}"#, "\n\n"),
    (
        "jsonpath={.items[0].ips}",
        "[\"10.65.0.12\",\"fd00:10::12\"]\n",
    ),
    (
        "jsonpath={.items[1].ips}: {.query.command}, {.gaps}",
        "[\"10.65.1.7\"]: endpoint, []",
    ),
    ("jsonpath={.complete} {.nothing}.", "true ."),
    ("jsonpath-as-json={.items[*].nothing}", "[]\n"),
    (
        r#"go-template={{range .items}}{{.nothing}}{{"\n"}}{{end}}"#,
        "<no value>\n<no value>\n",
    ),
    ("go-template={{.nothing}}", "<no value>\n"),
    (
        "custom-columns=REF:.ref,NOTHING:.nothing,AT:.nothing[0].at",
        "REF\tNOTHING\tAT\npod/shop/web-1\t<none>\t<none>\npod/shop/web-2\t<none>\t<none>\n",
    ),
    (
        "custom-columns=REF:ref,NODE:{.node}",
        "REF\tNODE\npod/shop/web-1\tnode-a\npod/shop/web-2\tnode-b\n",
    ),
    (
        "jsonpath-as-json={.items[0].ref}",
        "[\n  \"pod/shop/web-1\"\n]\n",
    ),
    (
        r#"go-template={{range .items}}{{.ref}} on {{ .node }}{{"\n"}}{{end}}"#,
        "pod/shop/web-1 on node-a\npod/shop/web-2 on node-b\n",
    ),
    ("go-template={{.kind}}", "EndpointAnswer\n"),
    (
        "custom-columns=REF:.ref,IPS:.ips,FIRST:.ips[0]",
        "REF\tIPS\tFIRST\npod/shop/web-1\t10.65.0.12,fd00:10::12\t10.65.0.12\npod/shop/web-2\t10.65.1.7\t10.65.1.7\n",
    ),
    (
        "custom-columns=IPS:.ips[*]",
        "IPS\n10.65.0.12,fd00:10::12\n10.65.1.7\n",
    ),
];

fn asked(output: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
        .args(["endpoint", "shop/web-1", "shop/web-2"])
        .args(["-f", "tests/worlds/shop", "-o", output])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn the_line_of_jq_prints_what_the_template_would() {
    let tool = env!("CARGO_BIN_EXE_kubectl-calicoq");
    for (template, expected) in TEMPLATES {
        let refused = asked(template);
        assert_eq!(refused.status.code(), Some(2), "{template}");
        assert!(refused.stdout.is_empty(), "{template}");
        let said = String::from_utf8(refused.stderr).unwrap();
        let line = said.split("-o json | ").nth(1).unwrap_or_default();
        let line = line.split("\n\n").next().unwrap_or_default();
        let line = format!(
            "'{tool}' endpoint shop/web-1 shop/web-2 -f tests/worlds/shop -o json | {line}"
        );
        let printed = Command::new("bash").args(["-c", &line]).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&printed.stdout),
            *expected,
            "{template}: {line}: {}",
            String::from_utf8_lossy(&printed.stderr)
        );
    }
}

/// The general hint names a line that prints something of every answer of the command.
#[test]
fn the_general_hint_fits_the_command() {
    let tool = env!("CARGO_BIN_EXE_kubectl-calicoq");
    for command in [
        "endpoint -A -f tests/worlds/shop",
        "host node-a -f tests/worlds/shop",
        "policy np/shop/db-in -f tests/worlds/shop",
        "eval 'all()' -f tests/worlds/shop",
        "snapshot -f tests/worlds/shop",
        "version --client",
    ] {
        let run = |line: String| Command::new("bash").args(["-c", &line]).output().unwrap();
        let refused = run(format!("'{tool}' {command} -o jsonpath-file=x"));
        let said = String::from_utf8(refused.stderr).unwrap();
        let line = said.split("jq, for example ").nth(1).unwrap();
        let line = line.lines().next().unwrap();
        let printed = run(format!("'{tool}' {command} -o json | {line}"));
        let printed = String::from_utf8(printed.stdout).unwrap();
        assert!(
            !printed.is_empty() && !printed.contains("null"),
            "{command}: {line}: {printed}"
        );
    }
}
