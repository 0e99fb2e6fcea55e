//! The settings of a Kubernetes API server, as Calico's client takes them.

use super::environment::boolean;
use super::{Configuration, Field};
use crate::error::Error;
use crate::source::kube::{Kubeconfigs, Settings};

impl Configuration {
    /// How to reach the API server that it names; what does not depend on a configuration is for the caller to say.
    ///
    /// # Errors
    /// Two settings exclude each other.
    pub fn kubernetes(&self) -> Result<Settings, Error> {
        let text = |field| self.get(field).map(|setting| setting.text.clone());
        let api_group = text(Field::CalicoApiGroup);
        // As in Calico, nothing is put over a kubeconfig that stands in the file.
        if let Some(inline) = text(Field::KubeconfigInline) {
            return Ok(Settings {
                kubeconfigs: Kubeconfigs::Inline(inline),
                api_group,
                ..Settings::default()
            });
        }
        let insecure = boolean(self.text(Field::K8sInsecureSkipTlsVerify)) == Some(true);
        let authority = self.path(Field::K8sCaFile);
        if insecure && authority.is_some() {
            let (check, skip) = (
                self.spelled(Field::K8sCaFile),
                self.spelled(Field::K8sInsecureSkipTlsVerify),
            );
            return Err(self.error(
                format!("{check} and {skip} exclude each other"),
                "leave one of them out",
            ));
        }
        Ok(Settings {
            kubeconfigs: self.kubeconfigs(),
            context: text(Field::K8sCurrentContext),
            server: text(Field::K8sApiEndpoint),
            token: text(Field::K8sApiToken),
            certificate_authority: authority,
            client_certificate: self.path(Field::K8sCertFile),
            client_key: self.path(Field::K8sKeyFile),
            insecure_skip_tls_verify: insecure.then_some(true),
            api_group,
            ..Settings::default()
        })
    }

    fn kubeconfigs(&self) -> Kubeconfigs {
        let listed = std::env::split_paths(self.text(Field::Kubeconfig));
        let listed: Vec<_> = listed.filter(|path| !path.as_os_str().is_empty()).collect();
        match self.get(Field::K8sApiEndpoint) {
            _ if !listed.is_empty() => Kubeconfigs::Listed(listed),
            Some(_) => Kubeconfigs::None,
            None => Kubeconfigs::Home,
        }
    }
}
