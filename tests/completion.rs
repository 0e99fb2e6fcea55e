//! Completion as people meet it: the answer to a shell, the shim that is installed, and TAB in a real bash.

#![expect(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]
#![cfg(unix)]

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

const TOOL: &str = env!("CARGO_BIN_EXE_kubectl-calicoq");
const SHIM: &str = "plugin-manifest/kubectl_complete-calicoq";
const NAME: &str = "kubectl_complete-calicoq";

/// A program with a folder as its home and nothing else of the caller's settings.
fn alone(program: &Path, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .stdin(Stdio::null());
    command
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// What is offered; it never fails, and says nothing else.
fn offered(output: Output) -> String {
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(output.stderr), "");
    text(output.stdout)
}

fn complete(home: &Path, words: &[&str]) -> String {
    let mut tool = alone(Path::new(TOOL), home);
    offered(tool.arg("__complete").args(words).output().unwrap())
}

// === the answer ===

#[test]
fn names_come_from_the_files_on_the_line() {
    let home = tempfile::tempdir().unwrap();
    let world = ["-f", "tests/worlds/shop"];
    for (words, want) in [
        (&["endpoint", "-n", "shop", "w"][..], "web-1\nweb-2\n:4\n"),
        (&["endpoint", "shop/d"], "shop/db-0\n:4\n"),
        (
            &["endpoint", "hep/"],
            "hep/node-a-eth0\nhep/node-b-auto-hep\n:4\n",
        ),
        (&["endpoint", "node/"], "node/node-a\nnode/node-b\n:4\n"),
        (&["host", ""], "node-a\nnode-b\n:4\n"),
        (
            &["policy", "np/shop/"],
            "np/shop/db-in\nnp/shop/web-out\n:4\n",
        ),
        (&["policy", "-n", "pay", "np/"], "np/pay/no-shop\n:4\n"),
        (&["policy", "loc"], "lockdown\n:4\n"),
        (&["endpoint", "-n", ""], "empty\npay\nshop\n:4\n"),
    ] {
        let words: Vec<&str> = world.into_iter().chain(words.iter().copied()).collect();
        assert_eq!(complete(home.path(), &words), want, "{words:?}");
    }
    assert_eq!(
        fs::read_dir(home.path()).unwrap().count(),
        0,
        "nothing is kept"
    );
}

#[test]
fn what_fails_is_an_empty_list() {
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(home.path().join(name), text).unwrap();
    write("broken", "{oops");
    write(
        "plugin",
        &kubeconfig(
            "http://127.0.0.1:1",
            "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, 'exit 1'], interactiveMode: Never}}",
        ),
    );
    let place = |name: &str| home.path().join(name).display().to_string();
    let (broken, plugin, none) = (place("broken"), place("plugin"), place("none"));
    for words in [
        &["endpoint", "pay/"][..],
        &["endpoint", "--kubeconfig", &none, "pay/"],
        &["endpoint", "--kubeconfig", &broken, "pay/"],
        &["endpoint", "--kubeconfig", &plugin, "pay/"],
        &["endpoint", "--server", "http://127.0.0.1:1", "pay/"],
        &["endpoint", "-f", &none, "pay/"],
        &["endpoint", "-f", &broken, "pay/"],
        // Read once, a stream is gone for the command itself.
        &["endpoint", "-f", "-", "pay/"],
        &["endpoint", "-f", "/dev/zero", "pay/"],
        &["endpoint", "-c", &broken, "pay/"],
        &[
            "endpoint",
            "--context",
            "a",
            "--datastore",
            "etcdv3",
            "pay/",
        ],
        &["endpoint", "--request-timeout", "soon", "pay/"],
        &["policy", "--server", "http://127.0.0.1:1", ""],
        &["--kubeconfig", &broken, "--context", ""],
        &["nonsense", "--nonsense", ""],
    ] {
        assert_eq!(complete(home.path(), words), ":4\n", "{words:?}");
    }
    assert_eq!(complete(home.path(), &[]).lines().last(), Some(":4"));
}

/// It takes connections, and answers nothing.
#[test]
fn a_server_that_does_not_answer_holds_nobody_up() {
    let home = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let words = [
        "endpoint",
        "--request-timeout",
        "0",
        "--server",
        &server,
        "",
    ];
    assert_eq!(complete(home.path(), &words), "node/\n:6\n");
}

/// Of a user whose names are strange: blanks, colons, tabs and line breaks.
#[test]
fn names_of_the_kubeconfig_are_offered_as_they_are() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config");
    let names = [
        "arn:aws:eks:x/prod",
        "my context",
        "tab\\there",
        "two\\nlines",
        "q'uote",
    ];
    let contexts =
        names.map(|name| format!("- {{name: \"{name}\", context: {{cluster: one, user: me}}}}\n"));
    let text = kubeconfig("http://127.0.0.1:1", "{}") + "contexts:\n" + &contexts.concat();
    fs::write(&path, text.replace("contexts: []\n", "")).unwrap();
    let path = path.display().to_string();
    let of = |flag: &str| complete(home.path(), &["endpoint", "--kubeconfig", &path, flag, ""]);
    assert_eq!(
        of("--context"),
        "arn:aws:eks:x/prod\nmy context\nq'uote\n:4\n"
    );
    assert_eq!(of("--cluster"), "one\n:4\n");
    assert_eq!(of("--user"), "me\n:4\n");
}

fn kubeconfig(server: &str, user: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: one, cluster: {{server: '{server}'}}}}]\n\
         users: [{{name: me, user: {user}}}]\ncontexts: []\n"
    )
}

// === the shim ===

fn install(home: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut tool = alone(Path::new(TOOL), home);
    let output = tool
        .args(["completion", "install"])
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn the_shim_is_written_once_and_replaces_nothing_foreign() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("new/bin");
    let (dir, path) = (folder.display().to_string(), folder.join(NAME));
    let arguments = ["--dir", &*dir];
    let elsewhere = format!("{dir} is not on the PATH, where kubectl looks for it\n");
    let wrote = (0, format!("wrote {}\n", path.display()), elsewhere.clone());
    assert_eq!(install(home.path(), &arguments), wrote);
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o755);
    assert_eq!(fs::read(&path).unwrap(), fs::read(SHIM).unwrap());
    let again = install(home.path(), &arguments);
    assert_eq!(
        again,
        (
            0,
            format!("{} is there already\n", path.display()),
            elsewhere
        )
    );

    let (code, _, stderr) = install(home.path(), &["-q", "--dir", &dir]);
    assert_eq!((code, &*stderr), (0, ""));

    // One of another version, and one that cannot be executed, are ours.
    let shim = fs::read_to_string(SHIM).unwrap();
    fs::write(&path, shim.replace("__complete", "other")).unwrap();
    assert_eq!(install(home.path(), &arguments), wrote);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(install(home.path(), &arguments), wrote);

    fs::write(&path, "#!/bin/sh\nexec mine\n").unwrap();
    let (code, stdout, stderr) = install(home.path(), &arguments);
    assert_eq!((code, &*stdout), (2, ""));
    assert!(
        stderr.contains("none of ours") && stderr.contains("--force"),
        "{stderr}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "#!/bin/sh\nexec mine\n");
    assert_eq!(install(home.path(), &["--force", "--dir", &dir]), wrote);
    assert_eq!(fs::read(&path).unwrap(), fs::read(SHIM).unwrap());
}

#[test]
fn where_it_cannot_be_written_is_said_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let (code, stdout, stderr) = install(home.path(), &["--dir", &file.display().to_string()]);
    assert_eq!((code, &*stdout), (2, ""));
    assert!(stderr.contains("it is in no folder"), "{stderr}");
    assert!(
        stderr.contains("hint: ") && stderr.contains("--dir"),
        "{stderr}"
    );
}

/// As krew installs a plugin: what is on the PATH is a link to somewhere else.
#[test]
fn it_stands_beside_the_name_by_which_the_tool_is_found() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("bin");
    fs::create_dir(&folder).unwrap();
    let link = folder.join("kubectl-calicoq");
    symlink(TOOL, &link).unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let called = [
        "kubectl-calicoq completion install".to_owned(),
        format!("{} completion install", link.display()),
    ];
    for line in called {
        let mut shell = alone(Path::new("sh"), home.path());
        let output = shell
            .args(["-c", &line])
            .env("PATH", &path)
            .output()
            .unwrap();
        assert_eq!(
            text(output.stdout),
            format!("wrote {}\n", folder.join(NAME).display())
        );
        assert_eq!(text(output.stderr), "");
        fs::remove_file(folder.join(NAME)).unwrap();
    }
}

#[test]
fn the_shim_finds_the_tool_beside_itself_or_on_the_path() {
    let home = tempfile::tempdir().unwrap();
    let (own, other) = (home.path().join("own"), home.path().join("other"));
    for folder in [&own, &other] {
        fs::create_dir(folder).unwrap();
        fs::copy(SHIM, folder.join(NAME)).unwrap();
    }
    let words = ["endpoint", "-f", "tests/worlds/shop", "-n", "shop", "db"];
    let run = |folder: &Path, path: &str| {
        let mut shim = alone(&folder.join(NAME), home.path());
        offered(shim.args(words).env("PATH", path).output().unwrap())
    };
    let usual = "/usr/bin:/bin";
    assert_eq!(run(&own, usual), ":4\n", "it is nowhere");
    symlink(TOOL, own.join("kubectl-calicoq")).unwrap();
    assert_eq!(run(&own, usual), "db-0\n:4\n");
    assert_eq!(run(&other, usual), ":4\n");
    let path = format!("{}:{usual}", own.display());
    assert_eq!(run(&other, &path), "db-0\n:4\n");
}

/// What a login says is not for somebody who types.
#[test]
fn the_shim_keeps_what_a_login_says_off_the_screen() {
    let home = tempfile::tempdir().unwrap();
    let exec = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, \
                args: [-c, 'echo PLEASE LOG IN >&2; touch asked; exit 1'], interactiveMode: IfAvailable}}";
    let server = "current-context: a\ncontexts: [{name: a, context: {cluster: one, user: me}}]\n";
    let text = kubeconfig("https://127.0.0.1:1", exec).replace("contexts: []\n", server);
    fs::write(home.path().join("config"), text).unwrap();
    let folder = Path::new(TOOL).parent().unwrap().display().to_string();
    let shim = fs::canonicalize(SHIM).unwrap();
    let mut shim = alone(&shim, home.path());
    shim.env("PATH", format!("{folder}:/usr/bin:/bin"))
        .env("KUBECONFIG", "config");
    let output = shim
        .args(["endpoint", "pay/"])
        .current_dir(home.path())
        .output()
        .unwrap();
    assert_eq!(offered(output), ":4\n");
    assert!(home.path().join("asked").exists(), "the login was tried");
}

// === bash ===

/// Types into an interactive bash that has loaded the script; every command line that was entered, as the tool would
/// have taken it.
fn typed_in_bash(home: &Path, keys: &str) -> Vec<String> {
    let tool = Path::new(TOOL).parent().unwrap().display();
    let settings = format!(
        "PS1='> '\nPATH={tool}:$PATH\nbind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\n\
         source <(kubectl-calicoq completion bash)\n\
         kubectl-calicoq() {{ printf 'took:'; printf ' <%s>' \"$@\"; printf '\\n'; }}\n"
    );
    fs::write(home.join("rc"), settings).unwrap();
    let bash = format!(
        "bash --noprofile --rcfile '{}' -i",
        home.join("rc").display()
    );
    let mut script = alone(Path::new("script"), home);
    let mut child = script
        .args(["-qec", &bash, "/dev/null"])
        .env("SHELL", "/bin/bash")
        .env("TERM", "dumb")
        .env("KUBECONFIG", home.join("config"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(keys.as_bytes())
        .unwrap();
    let shown = text(child.wait_with_output().unwrap().stdout);
    let lines = shown.lines().filter_map(|line| line.strip_prefix("took: "));
    lines.map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn tab_completes_in_a_real_bash() {
    let home = tempfile::tempdir().unwrap();
    let names = ["arn:aws:eks:x/prod", "admin@kubernetes", "my context"];
    let contexts =
        names.map(|name| format!("- {{name: \"{name}\", context: {{cluster: one, user: me}}}}\n"));
    let text = kubeconfig("http://127.0.0.1:1", "{}").replace("contexts: []\n", "contexts:\n");
    fs::write(home.path().join("config"), text + &contexts.concat()).unwrap();
    let cases = [
        ("endp\tx", "<endpoint> <x>"),
        ("endpoint --outp\tjs\t", "<endpoint> <--output> <json>"),
        ("endpoint --output=js\tx", "<endpoint> <--output=json> <x>"),
        (
            "endpoint -f tests/worlds/shop db\t",
            "<endpoint> <-f> <tests/worlds/shop> <db-0>",
        ),
        (
            "endpoint -f tests/worlds/shop sho\tdb\t",
            "<endpoint> <-f> <tests/worlds/shop> <shop/db-0>",
        ),
        (
            "endpoint -f=tests/worlds/shop -nsho\tdb\t",
            "<endpoint> <-f=tests/worlds/shop> <-nshop> <db-0>",
        ),
        (
            "endpoint -f tests/worlds/shop -n 'sh\tx",
            "<endpoint> <-f> <tests/worlds/shop> <-n> <shop> <x>",
        ),
        (
            "policy -f tests/worlds/shop np/shop/db\t",
            "<policy> <-f> <tests/worlds/shop> <np/shop/db-in>",
        ),
        (
            "host -f tests/worlds/sho\tx",
            "<host> <-f> <tests/worlds/shop/x>",
        ),
        (
            "--context arn:aws:e\tx",
            "<--context> <arn:aws:eks:x/prod> <x>",
        ),
        ("--context=ar\tx", "<--context=arn:aws:eks:x/prod> <x>"),
        ("--context=admin@k\tx", "<--context=admin@kubernetes> <x>"),
        ("--context my\tx", "<--context> <my context> <x>"),
        ("--context my\\ c\tx", "<--context> <my context> <x>"),
        ("--context \"my\tx", "<--context> <my context> <x>"),
        // Files are there, and do not belong there.
        ("eval Carg\t", "<eval> <Carg>"),
    ];
    let keys: String = cases
        .iter()
        .map(|(keys, _)| format!("kubectl-calicoq {keys}\n"))
        .collect();
    // TAB runs nothing of what is typed; Ctrl-A and # make the line a comment.
    let keys = keys + "kubectl-calicoq endpoint -f $(touch $HOME/ran) x\t\u{1}#\n";
    let want: Vec<&str> = cases.iter().map(|(_, want)| *want).collect();
    assert_eq!(typed_in_bash(home.path(), &keys), want);
    assert!(!home.path().join("ran").exists());
}
