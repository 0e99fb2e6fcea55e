#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    let words = line.split_whitespace().map(OsString::from);
    Cli::parse_from_arguments(std::iter::once("kubectl-calicoq".into()).chain(words))
}

fn typed(line: &str) -> (EndpointArgs, Cli) {
    let cli = parse(line).unwrap();
    let arguments = match &cli.command {
        Command::Endpoint(arguments) => arguments.clone(),
        other => unreachable!("{line}: {other:?}"),
    };
    (arguments, cli)
}

fn refused(line: &str) -> clap::Error {
    parse(line).map(|_| ()).unwrap_err()
}

#[test]
fn the_definitions_hold_together() {
    definition(AS_PLUGIN).debug_assert();
}

#[test]
fn flags_stand_before_and_after_arguments() {
    for line in [
        "endpoint -n shop web-1 -o yaml",
        "endpoint web-1 -n=shop -o=yaml",
        "endpoint web-1 -nshop -oyaml",
        "ep --namespace shop --output=yaml web-1",
        "-n shop endpoints web-1 -o yaml",
        "-rs -n shop endpoint web-1 -o yaml",
    ] {
        let (arguments, cli) = typed(line);
        assert_eq!(arguments.what, ["web-1"], "{line}");
        assert_eq!(cli.filter.namespace.as_deref(), Some("shop"), "{line}");
        assert_eq!(cli.output.format, Some(Format::Yaml), "{line}");
    }
}

#[test]
fn short_flags_may_be_joined_and_s_hides_selectors() {
    let (_, cli) = typed("endpoint -rsA web");
    assert!(cli.output.hide_rule_matches && cli.output.hide_selectors && cli.filter.all_namespaces);
    assert_eq!(cli.connection.server, None);
    let (arguments, cli) = typed("endpoint -s web");
    assert!(cli.output.hide_selectors && !cli.output.hide_rule_matches);
    assert_eq!(arguments.what, ["web"]);
    assert!(cli.connection.choosing().is_empty());
}

#[test]
fn verbosity_has_kubectls_spellings() {
    for (line, level) in [
        ("endpoint", 0),
        ("endpoint -v", 1),
        ("endpoint -v=6", 6),
        ("endpoint --v=8", 8),
        ("endpoint -d", 6),
        ("endpoint -v=9 --debug", 9),
        ("endpoint -v web", 1),
        ("endpoint -v 6 web", 6),
        ("endpoint -v6 web", 6),
        ("endpoint --v 0 web", 0),
        ("endpoint -rsv6 web", 6),
        ("endpoint -v -- 6", 1),
    ] {
        assert_eq!(typed(line).1.output.level(), level, "{line}");
    }
}

#[test]
fn files_and_a_cluster_exclude_each_other() {
    let (_, cli) = typed("endpoint -f a.yaml -f - --filename=b -R --manifests never");
    assert_eq!(cli.files.filename, ["a.yaml", "-", "b"].map(PathBuf::from));
    assert!(cli.files.recursive);
    assert_eq!(cli.files.manifests, Manifests::Never);
    for flag in [
        "--context=x",
        "--server https://x",
        "--as me",
        "--as-group g",
        "--token t",
    ] {
        let error = refused(&format!("endpoint -f a.yaml {flag}"));
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{flag}");
        let name = flag.split([' ', '=']).next().unwrap();
        let (_, cli) = typed(&format!("endpoint {flag}"));
        assert_eq!(cli.connection.choosing(), [name]);
    }
    for flag in ["-c x", "--config=x", "--datastore kubernetes"] {
        let error = refused(&format!("endpoint -f a.yaml {flag}"));
        assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{flag}");
        let (_, cli) = typed(&format!("endpoint {flag} --context x"));
        assert_eq!(cli.connection.choosing(), ["--context"], "{flag}");
    }
    assert!(parse("endpoint -f a.yaml --request-timeout 5s").is_ok());
}

#[test]
fn a_datastore_has_calicoctls_names() {
    for (name, want) in [
        ("kubernetes", Datastore::Kubernetes),
        ("etcdv3", Datastore::Etcdv3),
    ] {
        let (_, cli) = typed(&format!("endpoint --datastore {name}"));
        assert_eq!(cli.connection.datastore, Some(want));
    }
    for name in ["etcd", "Kubernetes", "\"\""] {
        assert!(
            parse(&format!("endpoint --datastore {name}")).is_err(),
            "{name}"
        );
    }
}

#[test]
fn a_configuration_without_a_name_is_none() {
    let words = ["kubectl-calicoq", "endpoint", "-c", ""].map(OsString::from);
    let error = Cli::parse_from_arguments(words).map(|_| ()).unwrap_err();
    assert!(
        error.use_stderr() && error.to_string().contains("'--config <FILE>'"),
        "{error}"
    );
}

#[test]
fn durations_are_kubectls() {
    for (text, want) in [
        ("30", 30_000),
        ("0", 0),
        ("5s", 5_000),
        ("1m30s", 90_000),
        ("250ms", 250),
        ("1h", 3_600_000),
        ("1.5s", 1_500),
        ("0.5m2s", 32_000),
        ("0s", 0),
    ] {
        let (_, cli) = typed(&format!("endpoint --request-timeout={text}"));
        assert_eq!(
            cli.connection.request_timeout,
            Some(Duration::from_millis(want))
        );
    }
    for text in ["", "s", "5x", "1m5", "-5s", "1.2.3s", ".s", "99999999999h"] {
        assert!(
            parse(&format!("endpoint --request-timeout={text}")).is_err(),
            "{text}"
        );
    }
}

/// Each flag without a value takes one as pflag reads it, and the last of several flags counts.
#[test]
fn switches_take_values_and_the_last_flag_counts() {
    for (line, all, heads) in [
        ("endpoint -A=true --no-headers=false web", true, true),
        (
            "--all-namespaces=T endpoint web --no-headers=1",
            true,
            false,
        ),
        ("endpoint -A --all-namespaces=False web", false, true),
        ("endpoint -A -A=0 web --no-headers", false, false),
        ("endpoint -A -A --no-headers --no-headers web", true, false),
    ] {
        let (arguments, cli) = typed(line);
        assert_eq!(arguments.what, ["web"], "{line}");
        assert_eq!(cli.filter.all_namespaces, all, "{line}");
        assert_eq!(!cli.output.no_headers, heads, "{line}");
    }
    let line =
        "-n a -n b endpoint --as-group x -n c --as-group=y --server=q --server z -ojson -o yaml";
    let (_, cli) = typed(line);
    assert_eq!(cli.filter.namespace.as_deref(), Some("c"));
    assert_eq!(cli.connection.impersonate_groups, ["x", "y"]);
    assert_eq!(cli.connection.server.as_deref(), Some("z"));
    assert_eq!(cli.output.format, Some(Format::Yaml));
    for (text, want) in [
        ("", true),
        ("=false", false),
        ("=0", false),
        ("=True", true),
    ] {
        let (_, cli) = typed(&format!("endpoint --insecure-skip-tls-verify{text} web"));
        assert_eq!(
            cli.connection.insecure_skip_tls_verify,
            Some(want),
            "{text}"
        );
    }
    let words = [
        "kubectl-calicoq",
        "endpoint",
        "--context",
        "",
        "--as=",
        "--token",
        "",
        "web",
    ];
    let cli = Cli::parse_from_arguments(words.map(OsString::from)).unwrap();
    assert!(
        cli.connection.choosing().is_empty(),
        "an empty value is none"
    );
    assert!(parse("endpoint -A=maybe").is_err());
    let (arguments, _) = typed("endpoint -- -A=true");
    assert_eq!(arguments.what, ["-A=true"], "behind -- nothing is a flag");
}

/// What is said of a template: the line of jq, where it can be told, is run by `tests/templates.rs`.
#[test]
fn templates_are_refused_with_what_to_use_instead() {
    for format in [
        "jsonpath={.items[?(@.a>1)]}",
        "jsonpath={.items..name}",
        "jsonpath={range .items[*]}{range .ips[*]}{@}{end}{end}",
        "go-template={{if .a}}x{{end}}",
        "custom-columns=A",
        "jsonpath-file=x",
        "jsonpath",
        "go-template-file=x",
        "template",
    ] {
        let error = refused(&format!("endpoint -o={format}")).to_string();
        let general = "-o json | jq, for example jq -r '.items[].ref'";
        assert!(error.contains(general), "{format}: {error}");
    }
    for line in [
        "endpoint -o jsonpath {.items[0].ref}",
        "endpoint -ojsonpath {.items[0].ref}",
        "endpoint --output=jsonpath {.items[0].ref}",
    ] {
        let error = refused(line).to_string();
        assert!(
            error.contains("-o json | jq -rc '.items[0].ref | values'\n"),
            "{error}"
        );
    }
    for line in [
        "endpoint -o go-template --template={{.kind}}",
        "endpoint --template {{.kind}} -ogo-template web",
        "endpoint --template={{.kind}} web",
        "endpoint web --template {{.kind}} --output=go-template",
        "endpoint -o jsonpath --template={.kind}",
    ] {
        let error = refused(line).to_string();
        assert!(error.contains("use -o json | jq -rc '"), "{line}: {error}");
        assert!(error.contains(".kind"), "{line}: {error}");
    }
    for line in [
        "endpoint --template",
        "endpoint -A --template -- web",
        "endpoint --template=",
    ] {
        let error = refused(line).to_string();
        assert!(
            error.contains("templates are not supported"),
            "{line}: {error}"
        );
    }
    let error = refused("endpoint -o xml").to_string();
    assert!(error.contains("expected one of table, wide, detail, ps, ps-2017, json, yaml, name"));
}

#[test]
fn usage_reads_as_one_types_it() {
    let error = refused("endpoint --nonsense").to_string();
    assert!(error.contains("kubectl calicoq endpoint"), "{error}");
    let error = refused("endpont").to_string();
    assert!(
        error.contains("a similar subcommand exists: 'endpoint'\n"),
        "{error}"
    );
    for (typed, meant) in [
        ("endpoint --namespce x", "'--namespace'"),
        ("endpoint --no-header", "'--no-headers'"),
        ("endpoint --color alway", "'always'"),
        ("polcy x", "'policy'"),
        ("hosts x", "'host'"),
        ("evl x", "'eval'"),
        ("completion bsh", "'bash'"),
    ] {
        let error = refused(typed).to_string();
        assert!(error.contains(&format!("exists: {meant}\n")), "{error}");
    }
    // kubectl's, and like nothing here.
    for flag in [
        "--watch",
        "-w",
        "-L",
        "--sort-by=.x",
        "--field-selector=x",
        "--label-columns=x",
        "--chunk-size=5",
        "--ignore-not-found",
        "--proxy-url=x",
    ] {
        let error = refused(&format!("endpoint {flag}")).to_string();
        assert!(error.contains("unexpected argument"), "{error}");
        assert!(!error.contains("tip:"), "{error}");
    }
    let help = refused("endpoint --help");
    assert_eq!(help.kind(), ErrorKind::DisplayHelp);
    assert!(
        help.to_string().contains("kubectl calicoq endpoint"),
        "{help}"
    );
    assert!(help.to_string().contains("Examples:"), "{help}");
    assert_eq!(refused("--version").kind(), ErrorKind::DisplayVersion);
    let other = Cli::parse_from_arguments(["/opt/calicoq".into(), "--help".into()]).map(|_| ());
    assert!(other.unwrap_err().to_string().contains("Usage: calicoq "));
}

#[test]
fn a_token_is_never_printed() {
    let (_, cli) = typed("endpoint --token topsecret");
    assert_eq!(cli.connection.token.as_ref().unwrap().reveal(), "topsecret");
    assert!(!format!("{cli:?}").contains("topsecret"));
}

/// Every command, by the words that call it.
fn commands(command: &clap::Command, words: &str, found: &mut Vec<String>) {
    found.push(words.to_owned());
    for below in command.get_subcommands() {
        let words = format!("{words} {}", below.get_name());
        commands(below, words.trim(), found);
    }
}

fn help(words: &str, flag: &str) -> String {
    let line = format!("{words} {flag}");
    let help = parse(line.trim()).map(|_| ()).unwrap_err();
    assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
    help.to_string()
}

/// A terminal of eighty columns breaks no line of a help text, so that examples can be copied.
#[test]
fn help_fits_eighty_columns() {
    let mut found = Vec::new();
    commands(&definition(AS_PLUGIN), "", &mut found);
    assert!(found.len() > 10, "{found:?}");
    for command in found {
        let (short, long) = (help(&command, "-h"), help(&command, "--help"));
        for line in short.lines().chain(long.lines()) {
            assert!(line.chars().count() <= 80, "{command}: {line}");
        }
        let lines = short.lines().count();
        assert!(lines <= 40, "{command}: {lines}");
        let examples = long.lines().skip_while(|line| *line != "Examples:").skip(1);
        let examples: Vec<&str> = examples.take_while(|line| !line.is_empty()).collect();
        let is_script = command.starts_with("completion ") && !command.ends_with("install");
        assert!(is_script || examples.len() >= 2, "{command}: {long}");
        for example in examples {
            assert!(
                example.starts_with("  kubectl calicoq "),
                "{command}: {example}"
            );
        }
        assert!(!short.contains("Examples:\n"), "{command}: {short}");
    }
}

/// Short help has a line for each flag: none goes on below, and kubectl's own are left to the long one.
#[test]
fn short_help_is_a_line_for_each() {
    let mut found = Vec::new();
    commands(&definition(AS_PLUGIN), "", &mut found);
    for command in found {
        let short = help(&command, "-h");
        let head = short.split("Usage: ").nth(1).unwrap();
        let head = head.split("Topics").next().unwrap();
        for line in head.lines().filter(|line| line.starts_with("  ")) {
            let begins = line.trim_start();
            let indent = line.len() - begins.len();
            assert!(indent == 2 || indent == 6, "{command}: {line}");
        }
        for flag in ["--context", "--kubeconfig", "--as-group", "--server"] {
            assert!(!short.contains(flag), "{command}: {flag}");
        }
    }
    let long = help("endpoint", "--help");
    for flag in ["--context <NAME>", "--kubeconfig <FILE>", "--server <URL>"] {
        assert!(long.contains(flag), "{flag}");
    }
}

/// What help leaves out changes nothing for the command, and exists.
#[test]
fn help_shows_the_flags_that_count() {
    let shown = |words: &str, flag: &str| help(words, "--help").contains(&format!("{flag} "));
    for flag in help::OF_AN_ANSWER {
        let root = definition(AS_PLUGIN);
        let mut flags = root.get_arguments();
        let known = flags.find(|known| known.get_id() == flag);
        let long = format!("--{}", known.unwrap().get_long().unwrap());
        assert!(help("endpoint", "-h").contains(&long), "{long}");
        assert!(!help("snapshot", "--help").contains(&format!("      {long}")));
    }
    for (command, flag, want) in [
        ("endpoint", "--filename", true),
        ("snapshot", "--filename", true),
        ("version", "--context", true),
        ("version", "--latest", false),
        ("completion", "--filename", false),
        ("completion install", "--context", false),
        ("help", "--context", false),
    ] {
        assert_eq!(shown(command, flag), want, "{command} {flag}");
    }
    // Hidden, but typed all the same: a line is changed from one command to another.
    assert!(parse("completion bash -n shop -o json").is_ok());
}

#[test]
fn topics_are_texts_for_eighty_columns() {
    for topic in TOPICS {
        assert_eq!(Topic::named(&topic.name.to_uppercase()), Some(topic));
        for line in topic.text.lines() {
            assert!(line.chars().count() <= 80, "{}: {line}", topic.name);
            assert!(!line.ends_with(' ') && !line.contains('\t'), "{line}");
        }
        assert!(topic.text.ends_with('\n') && !topic.text.starts_with('\n'));
        // A paragraph's lines are full: the first word of the next would not fit.
        let lines: Vec<&str> = topic.text.lines().collect();
        for (line, next) in lines.iter().zip(lines.iter().skip(1)) {
            let flows = |line: &str| {
                !line.starts_with(' ') && line.contains(char::is_lowercase) && line != "Examples:"
            };
            if flows(line) && flows(next) {
                let word = next.split(' ').next().unwrap();
                assert!(line.len() + 1 + word.len() > 80, "{}: {line}", topic.name);
            }
        }
        assert!(topic.about.len() <= 65, "{}", topic.about);
        for words in ["", "-h", "--help"] {
            let text = match words {
                "" => definition(AS_PLUGIN).get_after_help().unwrap().to_string(),
                flag => help("", flag),
            };
            assert!(text.contains(topic.about), "{text}");
        }
    }
    assert_eq!(Topic::named("nonsense"), None);
}

#[test]
fn an_empty_namespace_is_none() {
    let (_, cli) = typed("endpoint -n= web-1");
    assert_eq!(cli.filter.namespace, None);
}
