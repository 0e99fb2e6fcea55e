//! The keys for k9s, as k9s presses them, on a real cluster through the real kubectl.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::Verdict;
use crate::support::kinds::Mode;
use crate::support::lab::Lab;

const PLUGINS: &str = include_str!("../../plugin-manifest/k9s.yaml");

/// Nothing of what is selected is taken for a piece of shell.
const CONTEXT: &str = "the $(touch stolen) 'one' \"there\"; touch stolen";

pub fn each_key_shows_in_a_pager_what_polices_the_selected(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V3)?;
    let _world = cluster.world("shop")?;
    let user = cluster.reader()?;
    let folder = tempfile::tempdir()?;

    // The current context is not the one that k9s shows.
    let mut config: Value = serde_json::from_slice(&fs::read(user.kubeconfig())?)?;
    config["contexts"][0]["name"] = json!(CONTEXT);
    config["current-context"] = json!("none");
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, serde_json::to_vec(&config)?)?;
    let less = folder.path().join("less");
    fs::write(&less, "#!/bin/sh\necho \"less $*\"\nexec cat\n")?;
    fs::set_permissions(&less, fs::Permissions::from_mode(0o755))?;

    let plugins: Value = serde_saphyr::from_str(PLUGINS)?;
    let plugins = plugins["plugins"].as_object().ok_or("no plugins")?;
    assert_eq!(plugins.len(), 2);
    for (name, scope, selected, shown) in [
        ("calicoq-pod", "pods", ["shop", "web-1"], "pod/shop/web-1"),
        // A node has no namespace, and k9s says so.
        ("calicoq-node", "nodes", ["-", "node-a"], "hep/node-a-eth0"),
    ] {
        let plugin = &plugins[name];
        assert_eq!(plugin["scopes"], json!([scope]));
        let pressed = format!(
            "cd {0}; PATH={0}:$PATH; {1}",
            folder.path().display(),
            press(plugin, selected)?
        );
        let output = cluster.shell(&kubeconfig, &pressed)?;
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(printed.starts_with("less -R\n"), "{printed}");
        assert!(printed.contains(shown), "{printed}");
        assert!(printed.contains('\u{1b}'), "no colours: {printed}");
        assert!(!folder.path().join("stolen").exists());
    }

    let gone = press(&plugins["calicoq-pod"], ["shop", "web-9"])?;
    let output = cluster.shell(
        &kubeconfig,
        &format!("PATH={}:$PATH; {gone}", folder.path().display()),
    )?;
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        printed.contains("web-9"),
        "an error is shown too: {printed}"
    );
    Ok(())
}

/// The line that k9s runs, quoted for a shell: it puts what is selected in the place of each name.
fn press(plugin: &Value, [namespace, name]: [&str; 2]) -> Result<String, String> {
    let arguments = plugin["args"].as_array().ok_or("no args")?;
    let words = [&plugin["command"]]
        .into_iter()
        .chain(arguments)
        .map(|word| {
            // The longer name first: one begins as the other does.
            let word = word.as_str().ok_or("an argument that is no text")?;
            let word = word
                .replace("$NAMESPACE", namespace)
                .replace("$NAME", name)
                .replace("$CONTEXT", CONTEXT);
            Ok(format!("'{}'", word.replace('\'', r"'\''")))
        });
    Ok(words.collect::<Result<Vec<_>, String>>()?.join(" "))
}
