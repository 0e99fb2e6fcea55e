//! Every setting that calicoctl knows: its name in a file, its variables, its type.

/// A setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "calicoctl's own names")]
pub enum Field {
    DatastoreType,
    EtcdEndpoints,
    EtcdDiscoverySrv,
    EtcdUsername,
    EtcdPassword,
    EtcdKeyFile,
    EtcdCertFile,
    EtcdCaCertFile,
    EtcdKey,
    EtcdCert,
    EtcdCaCert,
    Kubeconfig,
    KubeconfigInline,
    K8sApiEndpoint,
    K8sKeyFile,
    K8sCertFile,
    K8sCaFile,
    K8sApiToken,
    K8sInsecureSkipTlsVerify,
    K8sCurrentContext,
    CalicoApiGroup,
    K8sDisableNodePoll,
    UsePodCidr,
    K8sClientQps,
    K8sClientBurst,
}

/// What a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Bool,
    Float,
    Integer,
}

/// The datastore that a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    Both,
    /// Only who writes is served by it.
    Neither,
    Etcd,
    Kubernetes,
}

impl Field {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 25] = [
        Self::DatastoreType,
        Self::EtcdEndpoints,
        Self::EtcdDiscoverySrv,
        Self::EtcdUsername,
        Self::EtcdPassword,
        Self::EtcdKeyFile,
        Self::EtcdCertFile,
        Self::EtcdCaCertFile,
        Self::EtcdKey,
        Self::EtcdCert,
        Self::EtcdCaCert,
        Self::Kubeconfig,
        Self::KubeconfigInline,
        Self::K8sApiEndpoint,
        Self::K8sKeyFile,
        Self::K8sCertFile,
        Self::K8sCaFile,
        Self::K8sApiToken,
        Self::K8sInsecureSkipTlsVerify,
        Self::K8sCurrentContext,
        Self::CalicoApiGroup,
        Self::K8sDisableNodePoll,
        Self::UsePodCidr,
        Self::K8sClientQps,
        Self::K8sClientBurst,
    ];

    /// Its name under `spec`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.forms().0
    }

    /// Its variables, in the order in which they are looked up; the first is the one that errors name. Inline
    /// texts have none.
    #[must_use]
    pub fn variables(self) -> &'static [&'static str] {
        self.forms().1
    }

    fn forms(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::DatastoreType => (
                "datastoreType",
                &["CALICO_DATASTORE_TYPE", "DATASTORE_TYPE"],
            ),
            Self::EtcdEndpoints => (
                "etcdEndpoints",
                &["CALICO_ETCD_ENDPOINTS", "ETCD_ENDPOINTS"],
            ),
            Self::EtcdDiscoverySrv => (
                "etcdDiscoverySrv",
                &["CALICO_ETCD_DISCOVERY_SRV", "ETCD_DISCOVERY_SRV"],
            ),
            Self::EtcdUsername => ("etcdUsername", &["CALICO_ETCD_USERNAME", "ETCD_USERNAME"]),
            Self::EtcdPassword => ("etcdPassword", &["CALICO_ETCD_PASSWORD", "ETCD_PASSWORD"]),
            Self::EtcdKeyFile => ("etcdKeyFile", &["CALICO_ETCD_KEY_FILE", "ETCD_KEY_FILE"]),
            Self::EtcdCertFile => ("etcdCertFile", &["CALICO_ETCD_CERT_FILE", "ETCD_CERT_FILE"]),
            Self::EtcdCaCertFile => (
                "etcdCACertFile",
                &["CALICO_ETCD_CA_CERT_FILE", "ETCD_CA_CERT_FILE"],
            ),
            Self::EtcdKey => ("etcdKey", &[]),
            Self::EtcdCert => ("etcdCert", &[]),
            Self::EtcdCaCert => ("etcdCACert", &[]),
            Self::KubeconfigInline => ("kubeconfigInline", &[]),
            Self::CalicoApiGroup => (
                "calicoAPIGroup",
                &["CALICO_CALICO_API_GROUP", "CALICO_API_GROUP"],
            ),
            kubernetes => kubernetes.forms_of_kubernetes(),
        }
    }

    fn forms_of_kubernetes(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::K8sApiEndpoint => (
                "k8sAPIEndpoint",
                &["CALICO_K8S_API_ENDPOINT", "K8S_API_ENDPOINT"],
            ),
            Self::K8sKeyFile => ("k8sKeyFile", &["CALICO_K8S_KEY_FILE", "K8S_KEY_FILE"]),
            Self::K8sCertFile => ("k8sCertFile", &["CALICO_K8S_CERT_FILE", "K8S_CERT_FILE"]),
            Self::K8sCaFile => ("k8sCAFile", &["CALICO_K8S_CA_FILE", "K8S_CA_FILE"]),
            // A misspelt tag in Calico: it was to have no variable, and has this one alone.
            Self::K8sApiToken => ("k8sAPIToken", &["CALICO_K8SAPITOKEN"]),
            Self::K8sInsecureSkipTlsVerify => (
                "k8sInsecureSkipTLSVerify",
                &[
                    "CALICO_K8S_INSECURE_SKIP_TLS_VERIFY",
                    "K8S_INSECURE_SKIP_TLS_VERIFY",
                ],
            ),
            Self::K8sCurrentContext => (
                "k8sCurrentContext",
                &["CALICO_K8S_CURRENT_CONTEXT", "K8S_CURRENT_CONTEXT"],
            ),
            Self::K8sDisableNodePoll => (
                "k8sDisableNodePoll",
                &["CALICO_K8S_DISABLE_NODE_POLL", "K8S_DISABLE_NODE_POLL"],
            ),
            Self::UsePodCidr => ("usePodCIDR", &["CALICO_USE_POD_CIDR", "USE_POD_CIDR"]),
            // The third forms are those of Calico before v3.32.
            Self::K8sClientQps => (
                "k8sClientQPS",
                &[
                    "CALICO_K8S_CLIENT_QPS",
                    "K8S_CLIENT_QPS",
                    "CALICO_K8SCLIENTQPS",
                ],
            ),
            Self::K8sClientBurst => (
                "k8sClientBurst",
                &[
                    "CALICO_K8S_CLIENT_BURST",
                    "K8S_CLIENT_BURST",
                    "CALICO_K8SCLIENTBURST",
                ],
            ),
            _ => ("kubeconfig", &["CALICO_KUBECONFIG", "KUBECONFIG"]),
        }
    }

    pub(super) fn type_of(self) -> Type {
        match self {
            Self::K8sInsecureSkipTlsVerify | Self::K8sDisableNodePoll | Self::UsePodCidr => {
                Type::Bool
            }
            Self::K8sClientQps => Type::Float,
            Self::K8sClientBurst => Type::Integer,
            _ => Type::Text,
        }
    }

    pub(super) fn about(self) -> About {
        match self {
            Self::DatastoreType => About::Both,
            Self::EtcdEndpoints
            | Self::EtcdDiscoverySrv
            | Self::EtcdUsername
            | Self::EtcdPassword
            | Self::EtcdKeyFile
            | Self::EtcdCertFile
            | Self::EtcdCaCertFile
            | Self::EtcdKey
            | Self::EtcdCert
            | Self::EtcdCaCert => About::Etcd,
            Self::K8sDisableNodePoll
            | Self::UsePodCidr
            | Self::K8sClientQps
            | Self::K8sClientBurst => About::Neither,
            _ => About::Kubernetes,
        }
    }

    /// Whether its text is a credential or holds one.
    pub(super) fn is_secret(self) -> bool {
        matches!(
            self,
            Self::EtcdPassword | Self::EtcdKey | Self::K8sApiToken | Self::KubeconfigInline
        )
    }

    /// The field of a name in a file, whatever its case.
    pub(super) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|field| field.name().eq_ignore_ascii_case(name))
    }
}
