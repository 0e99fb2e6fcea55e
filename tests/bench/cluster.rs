//! A generator of clusters: seeded, of any size, shaped as real ones are. It reads nothing from outside.
//!
//! A namespace has twelve or thirteen apps of ten replicas; one app in twenty is a StatefulSet, whose pods have
//! labels of their own. Of the policies 70 of a hundred are Kubernetes', 28 Calico's in a namespace and 2 global;
//! each has five selectors in its rules.

use std::fmt::Write as _;

/// How large a cluster is, and how it is shaped.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Pods.
    pub pods: usize,
    /// Policies of all kinds.
    pub policies: usize,
    /// Whether pods have what real ones have and nobody here reads: about 7 kB instead of 1 kB.
    pub full: bool,
    /// The start of all that is chance.
    pub seed: u64,
}

/// A cluster of that size.
#[derive(Clone, Copy, Debug)]
pub struct Cluster(pub Size);

/// Replicas of an app.
const REPLICAS: usize = 10;
/// Pods of a namespace.
const PODS: usize = 125;
/// Pods of a node.
const ON_NODE: usize = 50;
/// The first bytes of every address of a pod.
const NET: u8 = 10;

const ROLES: [&str; 6] = ["web", "api", "db", "cache", "queue", "batch"];
const TEAMS: [&str; 8] = [
    "core", "pay", "search", "data", "ops", "shop", "auth", "media",
];

/// One number out of a seed and an index (splitmix64).
fn chance(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where a pod stands.
struct Place {
    namespace: usize,
    app: usize,
    replica: usize,
}

impl Cluster {
    /// Namespaces.
    pub fn namespaces(&self) -> usize {
        self.0.pods.div_ceil(PODS).max(1)
    }

    /// Every namespace, as JSON.
    pub fn each_namespace(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.namespaces()).map(|at| {
            format!(
                r#"{{"metadata":{{"name":"ns-{at}","uid":"n-{at}","resourceVersion":"1","labels":{{"kubernetes.io/metadata.name":"ns-{at}","team":"{}","env":"{}"}}}},"spec":{{"finalizers":["kubernetes"]}},"status":{{"phase":"Active"}}}}"#,
                TEAMS[at % TEAMS.len()],
                ["prod", "test"][at % 2]
            )
        })
    }

    /// Every service account: one a namespace and one for each of its apps that is no StatefulSet.
    pub fn each_service_account(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.namespaces()).flat_map(|at| {
            ["default", "api", "db"].into_iter().map(move |name| {
                format!(
                    r#"{{"metadata":{{"name":"{name}","namespace":"ns-{at}","uid":"s-{at}-{name}","resourceVersion":"1","labels":{{"role":"{name}"}}}}}}"#
                )
            })
        })
    }

    /// Every tier, and what else Calico's API has once.
    pub fn each_tier(&self) -> impl Iterator<Item = String> + '_ {
        [
            ("platform", 100.0, "Pass"),
            ("kube-admin", 1000.0, "Pass"),
            ("default", 1_000_000.0, "Deny"),
            ("kube-baseline", 10_000_000.0, "Pass"),
        ]
        .into_iter()
        .map(|(name, order, action)| {
            format!(
                r#"{{"metadata":{{"name":"{name}","uid":"t-{name}","resourceVersion":"1"}},"spec":{{"order":{order},"defaultAction":"{action}"}}}}"#
            )
        })
    }

    /// ClusterInformation `default`.
    pub fn information(&self) -> String {
        r#"{"metadata":{"name":"default","uid":"c","resourceVersion":"1"},"spec":{"calicoVersion":"v3.32.1","datastoreReady":true,"clusterGUID":"1","clusterType":"k8s"}}"#.to_owned()
    }

    /// Every network set, one a namespace.
    pub fn each_network_set(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.namespaces()).map(|at| {
            let nets: Vec<String> = (0..20)
                .map(|net| format!("\"192.{}.{}.0/24\"", at % 256, net))
                .collect();
            format!(
                r#"{{"metadata":{{"name":"partners","namespace":"ns-{at}","uid":"x-{at}","resourceVersion":"1","labels":{{"role":"partner"}}}},"spec":{{"nets":[{}]}}}}"#,
                nets.join(",")
            )
        })
    }

    /// Pods `from..to`, each as JSON, as items of a PodList stand.
    pub fn pod(&self, index: usize) -> String {
        let place = self.place(index);
        let Place {
            namespace,
            app,
            replica,
        } = place;
        let role = ROLES[app % ROLES.len()];
        let stateful = app % 20 == 7;
        let hash = chance(self.0.seed, (namespace * 64 + app) as u64) % 0xffff_ffff;
        let name = match stateful {
            true => format!("{role}-{app}-{replica}"),
            false => format!("{role}-{app}-{hash:08x}-{:05x}", index % 0xf_ffff),
        };
        let mut pod = String::with_capacity(if self.0.full { 7200 } else { 1100 });
        let _ = write!(
            pod,
            r#"{{"metadata":{{"name":"{name}","generateName":"{role}-{app}-{hash:08x}-","namespace":"ns-{namespace}","uid":"00000000-0000-4000-8000-{index:012x}","resourceVersion":"{}","creationTimestamp":"2026-03-01T10:00:00Z","labels":{{"app":"{role}-{app}","app.kubernetes.io/name":"{role}","app.kubernetes.io/instance":"{role}-{app}","app.kubernetes.io/version":"1.{}.0","app.kubernetes.io/part-of":"{}","role":"{role}","tier":"{}""#,
            1000 + index,
            hash % 30,
            TEAMS[namespace % TEAMS.len()],
            ["front", "back"][app % 2],
        );
        match stateful {
            true => {
                let _ = write!(
                    pod,
                    r#","statefulset.kubernetes.io/pod-name":"{name}","apps.kubernetes.io/pod-index":"{replica}","controller-revision-hash":"{role}-{hash:08x}"}}"#
                );
            }
            false => {
                let _ = write!(pod, r#","pod-template-hash":"{hash:08x}"}}"#);
            }
        }
        let ip = self.address(index);
        let _ = write!(
            pod,
            r#","annotations":{{"cni.projectcalico.org/containerID":"{:064x}","cni.projectcalico.org/podIP":"{ip}/32","cni.projectcalico.org/podIPs":"{ip}/32","prometheus.io/scrape":"true","prometheus.io/port":"9090"}}"#,
            chance(self.0.seed, index as u64)
        );
        if self.0.full {
            managed_fields(&mut pod);
        }
        let _ = write!(
            pod,
            r#"}},"spec":{{"serviceAccountName":"{}","serviceAccount":"default","nodeName":"node-{}","containers":[{{"name":"main","image":"registry.example/{role}:1.{}.0","ports":[{{"name":"http","containerPort":8080,"protocol":"TCP"}},{{"name":"metrics","containerPort":9090,"protocol":"TCP"}}]"#,
            match role {
                "api" | "db" => role,
                _ => "default",
            },
            index / ON_NODE,
            hash % 30
        );
        if self.0.full {
            pod.push_str(CONTAINER);
        }
        pod.push_str(r#"}],"restartPolicy":"Always","dnsPolicy":"ClusterFirst""#);
        if self.0.full {
            pod.push_str(SPEC);
        }
        let _ = write!(
            pod,
            r#"}},"status":{{"phase":"Running","hostIP":"172.16.{}.{}","podIP":"{ip}","podIPs":[{{"ip":"{ip}"}}]"#,
            index / ON_NODE / 250,
            index / ON_NODE % 250
        );
        if self.0.full {
            let _ = write!(pod, "{STATUS}");
        }
        pod.push_str("}}");
        pod
    }

    /// The address of a pod.
    pub fn address(&self, index: usize) -> String {
        let [_, a, b, c] = u32::try_from(index + 256).unwrap_or_default().to_be_bytes();
        format!("{NET}.{a}.{b}.{c}")
    }

    fn place(&self, index: usize) -> Place {
        let within = index % PODS;
        Place {
            namespace: index / PODS,
            app: within / REPLICAS,
            replica: within % REPLICAS,
        }
    }

    /// How many policies of each kind: Kubernetes', Calico's, global.
    pub fn of_each_kind(&self) -> [usize; 3] {
        let global = self.0.policies / 50;
        let calico = self.0.policies * 28 / 100;
        [self.0.policies - global - calico, calico, global]
    }

    /// Every Kubernetes NetworkPolicy. The policies of a namespace name the same few peers.
    pub fn each_kubernetes_policy(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.of_each_kind()[0]).map(|at| {
            let place = self.target(at);
            let role = ROLES[place.app % ROLES.len()];
            let peer = self.peer(place.namespace);
            let peers = ROLES[peer];
            // One in twenty lets the pods of other teams in.
            let wide = match at % 20 {
                0 => format!(
                    r#""namespaceSelector":{{"matchLabels":{{"team":"{}"}}}},"#,
                    TEAMS[at / 20 % TEAMS.len()]
                ),
                _ => String::new(),
            };
            format!(
                r#"{{"metadata":{{"name":"np-{at}","namespace":"ns-{}","uid":"k-{at}","resourceVersion":"1"}},"spec":{{"podSelector":{{"matchLabels":{{"app":"{role}-{}"}}}},"policyTypes":["Ingress","Egress"],"ingress":[{{"from":[{{"podSelector":{{"matchLabels":{{"app":"{peers}-{peer}"}}}}}},{{{wide}"podSelector":{{"matchLabels":{{"app":"api-{}"}}}}}}],"ports":[{{"port":8080,"protocol":"TCP"}}]}},{{"from":[{{"podSelector":{{"matchExpressions":[{{"key":"role","operator":"In","values":["{peers}","batch"]}}]}}}}]}}],"egress":[{{"to":[{{"podSelector":{{"matchLabels":{{"app":"{peers}-{}"}}}}}},{{"podSelector":{{"matchLabels":{{"role":"db","tier":"back"}}}}}}],"ports":[{{"port":"http","protocol":"TCP"}}]}},{{"to":[{{"ipBlock":{{"cidr":"203.0.{}.0/24"}}}}]}}]}}}}"#,
                place.namespace,
                place.app,
                place.namespace % 2 * 6 + 1,
                peer + 6,
                at % 256
            )
        })
    }

    /// Every NetworkPolicy of Calico.
    pub fn each_calico_policy(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.of_each_kind()[1]).map(|at| {
            let place = self.target(at);
            let role = ROLES[place.app % ROLES.len()];
            let peer = self.peer(place.namespace);
            let peers = ROLES[peer];
            format!(
                r#"{{"metadata":{{"name":"default.cp-{at}","namespace":"ns-{}","uid":"p-{at}","resourceVersion":"1"}},"spec":{{"tier":"default","order":{},"selector":"app == '{role}-{}'","types":["Ingress","Egress"],"ingress":[{{"action":"Allow","protocol":"TCP","source":{{"selector":"app == '{peers}-{peer}'"}},"destination":{{"ports":[8080]}}}},{{"action":"Allow","source":{{"selector":"role in {{'{peers}','cache'}} && tier == 'back'"}}}},{{"action":"Deny","source":{{"selector":"role == 'partner'"}}}}],"egress":[{{"action":"Allow","destination":{{"selector":"role == '{peers}'","namespaceSelector":"team == '{}' && kubernetes.io/metadata.name == 'ns-{}'"}}}},{{"action":"Allow","destination":{{"selector":"app == '{peers}-{}'"}}}}]}}}}"#,
                place.namespace,
                at % 1000,
                place.app,
                TEAMS[(place.namespace + 1) % TEAMS.len()],
                place.namespace + 1,
                peer + 6,
            )
        })
    }

    /// Every GlobalNetworkPolicy.
    pub fn each_global_policy(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.of_each_kind()[2]).map(|at| {
            let role = ROLES[at % ROLES.len()];
            let selector = match at % 8 {
                0 if at < 16 => "all()".to_owned(),
                1 => "has(app) && role not in {'web','api'}".to_owned(),
                2 => format!("app starts with '{role}-1'"),
                3 => format!("role == '{role}' || tier == 'front'"),
                4 => format!("app.kubernetes.io/name == '{role}' && env == 'prod'"),
                5 => format!("!has(role) || app == '{role}-{}'", at % 13),
                _ => format!("app == '{role}-{}' && projectcalico.org/namespace == 'ns-{at}'", at % 13),
            };
            format!(
                r#"{{"metadata":{{"name":"platform.gp-{at}","uid":"g-{at}","resourceVersion":"1"}},"spec":{{"tier":"platform","order":{at},"selector":"{selector}","types":["Ingress","Egress"],"ingress":[{{"action":"Allow","source":{{"selector":"app == '{role}-{}' && projectcalico.org/namespace == 'ns-{at}'"}}}},{{"action":"Deny","source":{{"nets":["198.51.{}.0/24"]}}}},{{"action":"Pass","source":{{"selector":"app == 'api-{}'","namespaceSelector":"kubernetes.io/metadata.name == 'ns-{at}'"}}}}],"egress":[{{"action":"Allow","destination":{{"selector":"role == 'partner' && projectcalico.org/namespace == 'ns-{at}'"}}}},{{"action":"Pass","destination":{{"notSelector":"app == 'api-{}'"}}}}]}}}}"#,
                at % 13,
                at % 256,
                at % 13,
                at % 13
            )
        })
    }

    /// The app that the policies of a namespace name as their peer.
    fn peer(&self, namespace: usize) -> usize {
        (chance(self.0.seed ^ 0xff, namespace as u64) % 3) as usize
    }

    /// The app that a policy is about: they are spread over all namespaces, each beginning with an app of its own.
    fn target(&self, at: usize) -> Place {
        let namespace = at % self.namespaces();
        let first = chance(self.0.seed, namespace as u64) % 13;
        Place {
            namespace,
            app: (at / self.namespaces() + first as usize) % 13,
            replica: 0,
        }
    }
}

fn managed_fields(pod: &mut String) {
    pod.push_str(r#","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"00000000-0000-4000-8000-000000000001","controller":true,"blockOwnerDeletion":true}],"managedFields":["#);
    for (at, (manager, fields)) in MANAGERS.into_iter().enumerate() {
        if at > 0 {
            pod.push(',');
        }
        let _ = write!(
            pod,
            r#"{{"manager":"{manager}","operation":"Update","apiVersion":"v1","time":"2026-03-01T10:00:00Z","fieldsType":"FieldsV1","fieldsV1":{{{fields}}}}}"#
        );
    }
    pod.push(']');
}

/// The managers of a pod's fields, as a server lists them.
const MANAGERS: [(&str, &str); 3] = [
    (
        "kube-controller-manager",
        r#""f:metadata":{"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:app.kubernetes.io/name":{},"f:app.kubernetes.io/instance":{},"f:app.kubernetes.io/version":{},"f:app.kubernetes.io/part-of":{},"f:role":{},"f:tier":{},"f:pod-template-hash":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"00000000-0000-4000-8000-000000000001\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"main\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"B\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"C\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"D\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"E\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:secretKeyRef":{}}}},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":8080,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},"f:name":{},"f:protocol":{}}},"f:readinessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}},"f:periodSeconds":{},"f:successThreshold":{},"f:timeoutSeconds":{}},"f:resources":{".":{},"f:limits":{".":{},"f:memory":{}},"f:requests":{".":{},"f:cpu":{},"f:memory":{}}},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{},"f:volumeMounts":{".":{},"k:{\"mountPath\":\"/etc/config\"}":{".":{},"f:mountPath":{},"f:name":{}}}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{},"f:volumes":{".":{},"k:{\"name\":\"config\"}":{".":{},"f:configMap":{".":{},"f:defaultMode":{},"f:name":{}},"f:name":{}}}}"#,
    ),
    (
        "calico",
        r#""f:metadata":{"f:annotations":{".":{},"f:cni.projectcalico.org/containerID":{},"f:cni.projectcalico.org/podIP":{},"f:cni.projectcalico.org/podIPs":{}}}"#,
    ),
    (
        "kubelet",
        r#""f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Initialized\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:lastTransitionTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:podIPs":{".":{},"k:{\"ip\":\"10.0.0.1\"}":{".":{},"f:ip":{}}},"f:startTime":{}}"#,
    ),
];

const CONTAINER: &str = r#","env":[{"name":"A","value":"production"},{"name":"B","value":"https://api.example.org/v1"},{"name":"C","value":"info"},{"name":"D","value":"8080"},{"name":"E","valueFrom":{"secretKeyRef":{"name":"credentials","key":"password"}}}],"resources":{"limits":{"memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"config","mountPath":"/etc/config"},{"name":"kube-api-access-x7k2p","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"readinessProbe":{"httpGet":{"path":"/ready","port":8080,"scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"allowPrivilegeEscalation":false}"#;

const SPEC: &str = r#","terminationGracePeriodSeconds":30,"securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority","volumes":[{"name":"config","configMap":{"name":"config","defaultMode":420}},{"name":"kube-api-access-x7k2p","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}]"#;

const STATUS: &str = r#","conditions":[{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-03-01T10:00:01Z"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-03-01T10:00:09Z"},{"type":"ContainersReady","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-03-01T10:00:09Z"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"2026-03-01T10:00:00Z"}],"startTime":"2026-03-01T10:00:00Z","containerStatuses":[{"name":"main","state":{"running":{"startedAt":"2026-03-01T10:00:05Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"registry.example/web:1.0.0","imageID":"registry.example/web@sha256:0000000000000000000000000000000000000000000000000000000000000000","containerID":"containerd://0000000000000000000000000000000000000000000000000000000000000000","started":true}],"qosClass":"Burstable""#;
