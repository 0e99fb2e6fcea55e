//! Completion behind `kubectl calicoq`, through the real kubectl and the shim, of names in a real cluster.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Verdict;
use super::ask::{Proxy, Said};
use super::support::Outcome;
use super::support::access::{Rule, User};
use super::support::client::Client;
use super::support::cluster::Cluster;
use super::support::etcd::Etcd;
use super::support::kinds::Mode;
use super::support::lab::Lab;

/// A folder with the shim in it, which is also where names are kept.
struct Shelf<'a> {
    cluster: &'a Cluster,
    folder: tempfile::TempDir,
}

impl<'a> Shelf<'a> {
    fn new(cluster: &'a Cluster) -> Outcome<Self> {
        let folder = tempfile::tempdir()?;
        let shelf = Self { cluster, folder };
        let installed = shelf.shell(
            Path::new(""),
            "kubectl calicoq completion install --dir \"$SHELF\"",
        )?;
        assert_eq!(installed.code, 0, "{}", installed.stderr);
        Ok(shelf)
    }

    fn shell(&self, kubeconfig: &Path, line: &str) -> Outcome<Said> {
        let shelf = self.folder.path().display();
        let line = format!(
            "SHELF='{shelf}'; export PATH=$SHELF:$PATH XDG_CACHE_HOME=$SHELF/cache; {line}"
        );
        Said::of(self.cluster.shell(kubeconfig, &line)?)
    }

    /// What kubectl offers for `kubectl calicoq WORDS`, names alone; the last line is its directive.
    fn offers(&self, kubeconfig: &Path, words: &str) -> Outcome<Vec<String>> {
        let said = self.shell(kubeconfig, &format!("kubectl __complete calicoq {words}"))?;
        assert_eq!(said.code, 0, "{words}: {}", said.stderr);
        // kubectl's own words, which its shell scripts hide.
        let own = |line: &str| line.starts_with("[Debug] ") || line.starts_with("Completion ended");
        assert!(said.stderr.lines().all(own), "{}", said.stderr);
        let lines = said
            .stdout
            .lines()
            .map(|line| line.split('\t').next().unwrap_or_default());
        Ok(lines.map(str::to_owned).collect())
    }

    /// The names that are kept: of each file its text.
    fn kept(&self) -> Outcome<Vec<String>> {
        let folder = self.names();
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let files = std::fs::read_dir(folder)?;
        let text =
            |file: std::io::Result<std::fs::DirEntry>| Ok(std::fs::read_to_string(file?.path())?);
        files.map(text).collect()
    }

    /// Makes what is kept as young as can be, so that no test hangs on how slow the machine is.
    fn renew(&self) -> Outcome<()> {
        for file in std::fs::read_dir(self.names())? {
            let file = std::fs::File::options().write(true).open(file?.path())?;
            file.set_modified(std::time::SystemTime::now())?;
        }
        Ok(())
    }

    fn names(&self) -> PathBuf {
        self.folder.path().join("cache/kubectl-calicoq/names")
    }

    /// Forgets what was kept.
    fn forget(&self) -> Outcome<()> {
        let folder = self.folder.path().join("cache");
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        Ok(())
    }
}

pub fn kubectl_offers_what_the_cluster_holds(lab: &Lab) -> Verdict {
    for mode in Mode::ALL {
        let cluster = lab.cluster(mode)?;
        let _world = cluster.world("shop")?;
        let user = cluster.reader()?;
        let (everywhere, shop) = (user.kubeconfig(), cluster.kubeconfig_in(&user, "shop")?);
        let shelf = Shelf::new(cluster)?;
        for (kubeconfig, words, want) in [
            (everywhere, "endpo", "endpoint :4"),
            (everywhere, "endpoint -o js", "json :4"),
            (everywhere, "endpoint --color=a", "always auto :4"),
            (everywhere, "endpoint --names", "--namespace :4"),
            (everywhere, "endpoint -f ''", ":0"),
            (&shop, "endpoint we", "web-1 web-2 :4"),
            (everywhere, "endpoint we", ":4"),
            (everywhere, "endpoint -n shop we", "web-1 web-2 :4"),
            (everywhere, "endpoint -nshop web-1 we", "web-2 :4"),
            (
                everywhere,
                "endpoint shop/",
                "shop/agent shop/db-0 shop/web-1 shop/web-2 :4",
            ),
            (everywhere, "endpoint pod/shop/d", "pod/shop/db-0 :4"),
            (everywhere, "endpoint -A sh", "shop/ :6"),
            (
                everywhere,
                "endpoint h",
                "hep/node-a-eth0 hep/node-b-auto-hep :4",
            ),
            (everywhere, "host ''", "node-a node-b :4"),
            (everywhere, "endpoint node/", "node/node-a node/node-b :4"),
            (
                everywhere,
                "policy np/shop/",
                "np/shop/db-in np/shop/web-out :4",
            ),
            (
                everywhere,
                "policy gnp/",
                "gnp/baseline gnp/edge gnp/feeds gnp/nodes gnp/partners :4",
            ),
            (everywhere, "policy db", "db-in :4"),
            (
                everywhere,
                "policy -n shop kn",
                "knp/shop/api knp/shop/web :4",
            ),
            (everywhere, "endpoint -n sh", "shop :4"),
            (everywhere, "endpoint -n=sh", "shop :4"),
        ] {
            let offered = shelf.offers(kubeconfig, words)?;
            assert_eq!(offered.join(" "), want, "{mode:?}: {words}");
        }
        let all = shelf.offers(&shop, "endpoint ''")?;
        for name in ["web-1", "db-0", "agent", "hep/node-a-eth0", "pay/", "node/"] {
            assert!(all.iter().any(|offered| offered == name), "{all:?}");
        }
        let asked = cluster.audit(&user)?;
        assert!(
            asked
                .iter()
                .all(|line| ["get", "list"].contains(&&*line.verb)),
            "{asked:?}"
        );
    }
    Ok(())
}

pub fn contexts_are_those_of_the_kubeconfig(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let user = cluster.reader()?;
    let shelf = Shelf::new(cluster)?;
    let line = "kubectl config get-contexts -o name; kubectl config get-clusters | tail -n +2; kubectl config get-users | tail -n +2";
    let known = shelf.shell(user.kubeconfig(), line)?;
    let known: Vec<&str> = known.stdout.lines().collect();
    let [context, cluster, user_name] = known.as_slice() else {
        return Err(format!("{known:?}").into());
    };
    for (flag, name) in [
        ("context", context),
        ("cluster", cluster),
        ("user", user_name),
    ] {
        for words in [format!("endpoint --{flag} ''"), format!("policy --{flag}=")] {
            let offered = shelf.offers(user.kubeconfig(), &words)?;
            assert_eq!(offered, [*name, ":4"], "{words}");
        }
    }
    Ok(())
}

/// A pod that was just made is not offered yet, so that an answer is seen to be one that was kept.
pub fn names_are_kept_for_a_while_and_nothing_else_is(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let world = cluster.world("shop")?;
    let user = cluster.reader()?;
    let shelf = Shelf::new(cluster)?;
    let words = "endpoint -n shop we";
    assert_eq!(
        shelf.offers(user.kubeconfig(), words)?,
        ["web-1", "web-2", ":4"]
    );
    let requests = cluster.audit(&user)?.len();
    let kept = shelf.kept()?;
    assert_eq!(kept.len(), 1);
    let names: Vec<&str> = kept.iter().flat_map(|text| text.lines()).collect();
    assert!(
        names.contains(&"web-1") && names.iter().all(|name| !name.contains(' ')),
        "{names:?}"
    );

    let uid = "7a0c9d1e-52bb-4c4c-9a55-0d6c9d3a1e02";
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-3", "namespace": "shop", "uid": uid}});
    world.store_together(&[pod])?;
    // What is already typed of the name is no part of the question.
    for (words, want) in [
        ("endpoint -n shop db", &["db-0", ":4"][..]),
        (words, &["web-1", "web-2", ":4"]),
    ] {
        shelf.renew()?;
        assert_eq!(shelf.offers(user.kubeconfig(), words)?, want);
    }
    assert_eq!(
        cluster.audit(&user)?.len(),
        requests,
        "nothing was asked again"
    );

    shelf.forget()?;
    let now = shelf.offers(user.kubeconfig(), words)?;
    assert_eq!(now, ["web-1", "web-2", "web-3", ":4"]);

    // A token is typed for once.
    shelf.forget()?;
    let with_token = shelf.offers(
        user.kubeconfig(),
        &format!("--token {} {words}", token(&user)?),
    )?;
    assert_eq!(with_token, now);
    assert!(shelf.kept()?.is_empty(), "{:?}", shelf.kept()?);
    Ok(())
}

/// The token in a user's kubeconfig.
fn token(user: &User) -> Outcome<String> {
    let config: Value = serde_json::from_slice(&std::fs::read(user.kubeconfig())?)?;
    let token = config["users"][0]["user"]["token"].as_str();
    Ok(token.ok_or("no token")?.to_owned())
}

pub fn what_may_not_be_read_is_left_out_silently(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let shelf = Shelf::new(cluster)?;
    // Pods of one namespace, and nothing beside them.
    let user = cluster.user(&[Rule::list("", &["pods"]).within("shop")])?;
    let offered = shelf.offers(user.kubeconfig(), "endpoint -n shop ''")?;
    assert_eq!(offered, ["agent", "db-0", "node/", "web-1", "web-2", ":4"]);
    for words in ["endpoint -n ''", "policy ''", "host ''", "endpoint pay/"] {
        assert_eq!(shelf.offers(user.kubeconfig(), words)?, [":4"], "{words}");
    }
    for line in [
        "endpoint --token nobody-knows-it pay/",
        "endpoint --as '' --as-group x pay/",
    ] {
        assert_eq!(shelf.offers(user.kubeconfig(), line)?, [":4"], "{line}");
    }
    Ok(())
}

/// The first stage is offered where the second does not come: here the server keeps back its pods.
pub fn what_came_in_time_is_offered(lab: &Lab) -> Verdict {
    let cluster = lab.cluster(Mode::V1)?;
    let _world = cluster.world("shop")?;
    let user = cluster.reader()?;
    let shelf = Shelf::new(cluster)?;
    let client = Client::from_kubeconfig(user.kubeconfig())?;
    let (keep, kept_back) = std::sync::mpsc::channel::<()>();
    let kept_back = std::sync::Mutex::new(kept_back);
    let proxy = Proxy::start(std::sync::Arc::new(move |path: &str| {
        if path.contains("/pods") {
            // Until the test ends.
            let _ = kept_back.lock().map(|channel| channel.recv());
        }
        client.get(path)
    }))?;
    let offered = shelf.offers(&proxy.kubeconfig, "endpoint -n shop ''")?;
    assert!(
        offered.iter().any(|name| name == "hep/node-a-eth0"),
        "{offered:?}"
    );
    assert!(!offered.iter().any(|name| name == "web-1"), "{offered:?}");
    assert!(shelf.kept()?.is_empty(), "it is not whole");
    drop(keep);
    Ok(())
}

/// etcd has no namespaces of its own, and pods only as what runs on a node.
pub fn names_come_from_etcd_too(_: &Lab) -> Verdict {
    let etcd = Etcd::start()?;
    super::etcd::fill(&etcd, "shop")?;
    let home = tempfile::tempdir()?;
    for (words, want) in [
        (&["-n", ""][..], "empty pay shop :4"),
        (&["-n", "shop", "we"], "web-1 web-2 :4"),
        (&["shop/d"], "shop/db-0 :4"),
        (&["sh"], "shop/ :6"),
        (&["hep/"], "hep/node-a-eth0 hep/node-b-auto-hep :4"),
        (&["node/"], "node/node-a node/node-b :4"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
            .args(["__complete", "endpoint"])
            .args(words)
            .env_clear()
            .env("ETCD_ENDPOINTS", etcd.url())
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .output()?;
        let said = Said::of(output)?;
        assert_eq!((said.code, &*said.stderr), (0, ""), "{words:?}");
        let offered: Vec<&str> = said.stdout.lines().collect();
        assert_eq!(offered.join(" "), want, "{words:?}");
    }
    Ok(())
}
