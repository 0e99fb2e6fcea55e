#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

use super::*;
use crate::need::Kind;
use crate::note::Note;
use crate::raw::{Broken, Object};

#[derive(Default)]
struct Taken {
    objects: Vec<String>,
    broken: usize,
    gaps: Vec<String>,
}

impl Sink for Taken {
    fn object(&mut self, object: Object<'_>, _: &[u8]) {
        let metadata = object.metadata();
        self.objects.push(format!(
            "{} {}/{}",
            object.kind(),
            &*metadata.namespace,
            &*metadata.name
        ));
    }

    fn broken(&mut self, _: Broken, _: &[u8]) {
        self.broken += 1;
    }

    fn undecodable(&mut self, value: crate::raw::Undecodable, _: &[u8]) {
        unreachable!("{value:?} is in no etcd");
    }

    fn gap(&mut self, _: Kind, gap: Gap) {
        self.gaps.push(gap.message);
    }

    fn note(&mut self, _: Note) {}

    fn progress(&mut self, _: Kind, _: u64, _: Option<&str>) {}
}

fn read(files: &[(&str, &str)], reads: &[Read]) -> Result<Taken, Error> {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let settings = Settings {
        paths: vec![folder.path().to_owned()],
        recursive: false,
        default_namespace: "default".to_owned(),
    };
    let mut taken = Taken::default();
    let mut files = Files::open(&settings)?;
    assert!(files.read(reads, &mut taken).is_ok());
    taken.objects.sort();
    Ok(taken)
}

fn all(kind: Kind) -> Read {
    Read {
        kind,
        scope: ReadScope::All,
        labels: None,
    }
}

const NAMESPACES: &str =
    "apiVersion: v1\nkind: NamespaceList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n";

#[test]
fn lists_streams_and_json_alike() {
    let json = r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"c"}}]}
{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"d"}}"#;
    let stream = "apiVersion: v1\nkind: Namespace\nmetadata: {name: e}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";
    let files = [
        ("a.yaml", NAMESPACES),
        ("b.json", json),
        ("c.yml", stream),
        ("d.txt", "no"),
        ("x/e.yaml", "no: 1"),
    ];
    let taken = read(&files, &[all(Kind::Namespace)]).unwrap();
    assert_eq!(
        taken.objects,
        [
            "Namespace /a",
            "Namespace /b",
            "Namespace /c",
            "Namespace /d",
            "Namespace /e"
        ]
    );
}

#[test]
fn json_is_read_as_go_reads_it() {
    // An item has what it does not name itself from its list; of a field that stands twice the last one counts, at
    // the top and below; a number beyond every type is what is wrong with its own object alone.
    let json = r#"{"apiVersion":"crd.projectcalico.org/v1","kind":"TierList","items":[
        {"metadata":{"name":"a"}},
        {"kind":"Tier","metadata":{"name":"b"}},
        {"metadata":{"name":"x"},"metadata":{"name":"c"}},
        {"metadata":{"name":"d"},"spec":{"order":1,"order":2}},
        {"metadata":{"name":"e"},"spec":{"order":1e999}}]}"#;
    let taken = read(&[("a.json", json)], &[all(Kind::Tier)]).unwrap();
    assert_eq!(taken.objects, ["Tier /a", "Tier /b", "Tier /c", "Tier /d"]);
    assert_eq!((taken.broken, taken.gaps.len()), (1, 0));
    let nameless = r#"[{"apiVersion":"v1","kind":"NamespaceList","items":[{},7,{"metadata":{"name":5}}]},
        {"metadata":{}}, "text", null, {"replicas": 1}]"#;
    let taken = read(&[("a.json", nameless), ("b.yaml", NAMESPACES)], &[]).unwrap();
    let said: Vec<&str> = taken
        .gaps
        .iter()
        .map(|gap| gap.rsplit(": ").next().unwrap())
        .collect();
    assert_eq!(
        said,
        [
            "Namespace has no metadata.name",
            "an object has no kind",
            "Namespace has no metadata.name",
            "an object has no kind"
        ]
    );
}

#[test]
fn a_broken_document_costs_only_itself_and_is_named() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nkind: [\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n";
    let taken = read(&[("a.yaml", text)], &[all(Kind::Namespace)]).unwrap();
    assert_eq!(taken.objects, ["Namespace /a", "Namespace /b"]);
    assert_eq!(taken.gaps.len(), 1);
    assert!(taken.gaps[0].contains("a.yaml:"), "{}", taken.gaps[0]);
}

#[test]
fn nothing_readable_is_an_error() {
    assert!(read(&[("a.yaml", "a: [")], &[]).is_err());
    assert!(read(&[("a.json", "{oops")], &[]).is_err());
    assert!(read(&[("a.txt", "")], &[]).is_err());
    assert!(read(&[("a.yaml", "")], &[]).is_err());
    // Objects of other kinds are a cluster in which there is nothing to say.
    assert!(
        read(
            &[(
                "a.yaml",
                "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
            )],
            &[]
        )
        .is_ok()
    );
    assert!(
        read(
            &[("a.yaml", "apiVersion: v1\nkind: List\nitems: []\n")],
            &[]
        )
        .is_ok()
    );
}

#[test]
fn the_same_object_counts_once_and_the_stored_one_wins() {
    let tier = |group: &str, order: u32| {
        format!(
            "apiVersion: {group}\nkind: Tier\nmetadata: {{name: t}}\nspec: {{order: {order}}}\n"
        )
    };
    let files = [
        ("a.yaml", &*tier("crd.projectcalico.org/v1", 1)),
        ("b.yaml", &*tier("projectcalico.org/v3", 2)),
    ];
    let taken = read(&files, &[all(Kind::Tier)]).unwrap();
    assert_eq!(taken.objects, ["Tier /t"]);
}

#[test]
fn reads_filter_by_scope() {
    let pod = |namespace: &str, name: &str, node: &str, ip: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{nodeName: {node}}}\n\
             status: {{podIP: {ip}}}\n---\n"
        )
    };
    let text = pod("a", "x", "n1", "10.0.0.1") + &pod("b", "x", "n2", "10.0.0.2");
    let scoped = |scope| {
        read(
            &[("a.yaml", &*text)],
            &[Read {
                kind: Kind::Pod,
                scope,
                labels: None,
            }],
        )
        .unwrap()
        .objects
    };
    assert_eq!(scoped(ReadScope::Namespace("a".to_owned())), ["Pod a/x"]);
    assert_eq!(scoped(ReadScope::Node("n2".to_owned())), ["Pod b/x"]);
    assert_eq!(
        scoped(ReadScope::Address("10.0.0.2".parse().unwrap())),
        ["Pod b/x"]
    );
    assert_eq!(
        scoped(ReadScope::Name {
            namespace: "a".to_owned(),
            name: "x".to_owned()
        }),
        ["Pod a/x"]
    );
    assert_eq!(scoped(ReadScope::All).len(), 2);
}

/// calicoctl shows a pod's workload endpoint and a namespace's profile, too: then the originals count, in either order.
#[test]
fn a_workload_endpoint_is_its_pod_and_a_profile_its_namespace() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop}\n";
    let endpoint = "apiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\nmetadata: {name: n-k8s-web--1-eth0, namespace: shop}\nspec: {node: n}\n";
    let stranger = "apiVersion: projectcalico.org/v3\nkind: WorkloadEndpoint\nmetadata: {name: n-cni-abc-eth0, namespace: shop}\nspec: {node: n}\n";
    let profiles = "apiVersion: projectcalico.org/v3\nkind: ProfileList\nitems:\n- metadata: {name: kns.a}\n- metadata: {name: ksa.a.web}\n- metadata: {name: mine}\n";
    let both = [
        ("1.yaml", endpoint),
        ("2.yaml", pod),
        ("3.yaml", stranger),
        ("4.yaml", profiles),
        ("5.yaml", NAMESPACES),
    ];
    let mut turned = both;
    turned.reverse();
    let turned: Vec<(&str, &str)> = turned
        .iter()
        .enumerate()
        .map(|(at, (_, text))| {
            (
                ["a.yaml", "b.yaml", "c.yaml", "d.yaml", "e.yaml"][at],
                *text,
            )
        })
        .collect();
    for files in [&both[..], &turned] {
        let kinds = [
            Kind::Pod,
            Kind::Namespace,
            Kind::ServiceAccount,
            Kind::Profile,
        ]
        .map(all);
        let taken = read(files, &kinds).unwrap();
        assert_eq!(
            taken.objects,
            [
                "Namespace /a",
                "Namespace /b",
                "Pod shop/web-1",
                "Profile /ksa.a.web",
                "Profile /mine",
                "WorkloadEndpoint shop/n-cni-abc-eth0"
            ]
        );
    }
    let scope = ReadScope::Name {
        namespace: "shop".to_owned(),
        name: "abc".to_owned(),
    };
    let one = Read {
        kind: Kind::Pod,
        scope,
        labels: None,
    };
    assert_eq!(
        read(&both, &[one]).unwrap().objects,
        ["WorkloadEndpoint shop/n-cni-abc-eth0"]
    );
}

/// What may be meant as a policy must not vanish from a certain answer.
#[test]
fn what_is_nearly_an_object_is_named_with_its_place() {
    let text = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nspec: {selector: all()}\n---\n\n# none\nkind: GlobalNetworkPolicy\nmetadata: {name: a}\n---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicies\nmetadata: {name: b}\n---\napiVersion: crd.projectcalico.org/v3\nkind: Tier\nmetadata: {name: c}\n---\napiVersion: v1\nkind: List\nitems: [3, {metadata: {name: d}}]\n---\nreplicas: 3\n---\napiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: e}\n";
    let taken = read(&[("a.yaml", text)], &[all(Kind::GlobalNetworkPolicy)]).unwrap();
    let short = |gap: &String| gap.rsplit("a.yaml:").next().unwrap().to_owned();
    let gaps: Vec<String> = taken.gaps.iter().map(short).collect();
    assert_eq!(
        gaps,
        [
            "1:1: GlobalNetworkPolicy has no metadata.name",
            "7:1: GlobalNetworkPolicy has no apiVersion",
            "10:1: projectcalico.org/v3 has no kind GlobalNetworkPolicies; it may be meant as GlobalNetworkPolicy",
            "14:1: Tier is of projectcalico.org/v3 or crd.projectcalico.org/v1, not of crd.projectcalico.org/v3",
            "18:1: an object has no kind",
            "18:1: an object has no kind",
        ]
    );
}

#[test]
fn bad_bytes_are_named_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.yaml"), b"kind: x\nname: \xc3\xa9\xff").unwrap();
    let settings = Settings {
        paths: vec![folder.path().to_owned()],
        ..Settings::default()
    };
    let error = Files::open(&settings).err().unwrap().to_string();
    assert!(
        error.ends_with("a.yaml:2:8: the text is not UTF-8"),
        "{error}"
    );
}
