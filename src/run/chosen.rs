//! Which source is read: one of them, whole, so that no credential reaches another's endpoint.
//!
//! In this order: files that are typed, Kubernetes flags, a configuration file that is typed, the environment if it
//! names a datastore, calicoctl's own file if there is one, the kubeconfig. `--datastore` picks among the last four.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::{self, Cli};
use crate::error::Error;
use crate::note::Datastore;
use crate::source::calicoctl::{Configuration, Field, Origin, Setting};

/// calicoctl's own file.
pub(super) const CALICOCTL_CFG: &str = "/etc/calico/calicoctl.cfg";

/// What a choice looks at beside what was typed.
pub(super) struct Surroundings<'a> {
    /// The environment.
    pub(super) variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// [`CALICOCTL_CFG`].
    pub(super) calicoctl_cfg: &'a Path,
}

/// A source, and what was found and does not count.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) source: Choice,
    pub(super) ignored: Vec<Ignored>,
}

/// A source.
#[derive(Debug)]
pub(super) enum Choice {
    /// `-f`
    Files,
    /// The cluster that these flags name.
    Flags(Vec<&'static str>),
    /// What a file or the environment names.
    Configured(Configuration, Datastore),
    /// The cluster that `kubectl` would ask.
    Kubeconfig,
}

/// Something that was found and does not count.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ignored {
    /// A file's path, a variable or a field.
    pub(super) what: String,
    /// Why, where the order of sources does not say it all.
    pub(super) why: Option<String>,
}

/// Chooses the source of a command line.
pub(super) fn choose(cli: &Cli, around: &Surroundings<'_>) -> Result<Chosen, Error> {
    if !cli.files.filename.is_empty() {
        return Ok(Chosen {
            source: Choice::Files,
            ignored: Vec::new(),
        });
    }
    let typed = cli.connection.config.as_deref();
    let wanted = cli.connection.datastore;
    let environment = Configuration::from_environment(around.variable);
    let flags = cli.connection.choosing();
    if let Some(flag) = flags.first() {
        if wanted == Some(cli::Datastore::Etcdv3) {
            return Err(Error::Usage {
                message: format!("{flag} cannot be used with --datastore etcdv3"),
                hint: Some(format!(
                    "{flag} names a Kubernetes API server: leave out one of the two"
                )),
            });
        }
        let mut ignored: Vec<_> = typed.map(Ignored::file).into_iter().collect();
        ignored.extend(around.other_file(typed));
        ignored.extend(variables(&environment, Reader::Kubectl));
        return Ok(Chosen {
            source: Choice::Flags(flags),
            ignored,
        });
    }
    let wanted = wanted.map(datastore);
    match typed {
        Some(path) => {
            let file = Configuration::from_file(path)?;
            Chosen::configured(file, wanted, around.other_file(typed), &environment)
        }
        None => around.choose(environment, wanted),
    }
}

/// A datastore that was typed.
fn datastore(typed: cli::Datastore) -> Datastore {
    match typed {
        cli::Datastore::Kubernetes => Datastore::Kubernetes,
        cli::Datastore::Etcdv3 => Datastore::Etcdv3,
    }
}

// === impl Surroundings ===

impl Surroundings<'_> {
    /// Nothing is typed but perhaps the datastore.
    fn choose(
        &self,
        environment: Configuration,
        wanted: Option<Datastore>,
    ) -> Result<Chosen, Error> {
        if names(&environment, wanted)? {
            environment.sound()?;
            let file = self.other_file(None);
            let chosen = environment.clone();
            return Chosen::configured(chosen, wanted, file, &environment);
        }
        let mut ignored = Vec::new();
        match std::fs::metadata(self.calicoctl_cfg) {
            Ok(_) => {
                let file = Configuration::from_file(self.calicoctl_cfg)?;
                if serves(&file, wanted)? {
                    return Chosen::configured(file, wanted, None, &environment);
                }
                ignored.push(Ignored::file(self.calicoctl_cfg));
            }
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            // Nobody can say that it exists.
            Err(error) => ignored.push(Ignored {
                why: Some(error.kind().to_string()),
                ..Ignored::file(self.calicoctl_cfg)
            }),
        }
        if wanted == Some(Datastore::Etcdv3) {
            return Err(Error::Config {
                what: "--datastore etcdv3".to_owned(),
                cause: "no etcd endpoints specified".to_owned(),
                hint: Some(
                    "set ETCD_ENDPOINTS, or name a configuration file of calicoctl with -c"
                        .to_owned(),
                ),
            });
        }
        environment.sound()?;
        ignored.extend(shadowed(&environment, Reader::Kubectl));
        ignored.extend(unnamed(&environment, wanted));
        Ok(Chosen {
            source: Choice::Kubeconfig,
            ignored,
        })
    }

    /// calicoctl's own file, where it exists and another source is read.
    fn other_file(&self, typed: Option<&Path>) -> Option<Ignored> {
        let exists = self.calicoctl_cfg.exists() && typed != Some(self.calicoctl_cfg);
        exists.then(|| Ignored::file(self.calicoctl_cfg))
    }
}

/// Whether the environment names a datastore, or the one that is wanted. `KUBECONFIG` is kubectl's and names none.
fn names(environment: &Configuration, wanted: Option<Datastore>) -> Result<bool, Error> {
    let set = |field| environment.get(field).is_some();
    let Some(wanted) = wanted else {
        return Ok(set(Field::DatastoreType) || set(Field::EtcdEndpoints));
    };
    if set(Field::DatastoreType) && environment.datastore()? == wanted {
        return Ok(true);
    }
    Ok(match wanted {
        Datastore::Etcdv3 => set(Field::EtcdEndpoints) || set(Field::EtcdDiscoverySrv),
        _ => {
            let mut settings = environment.settings().iter();
            settings.any(|it| it.is_about(wanted) && it.from != KUBECONFIG)
        }
    })
}

/// Whether calicoctl's own file is for the datastore that is wanted, or can be.
fn serves(file: &Configuration, wanted: Option<Datastore>) -> Result<bool, Error> {
    let said = file.datastore()?;
    let Some(wanted) = wanted else {
        return Ok(true);
    };
    let mut settings = file.settings().iter();
    Ok(said == wanted || settings.any(|setting| setting.is_about(wanted)))
}

const KUBECONFIG: &str = "KUBECONFIG";

// === what is ignored ===

/// What reads the kubeconfig in the end, and so whether `KUBECONFIG` is ignored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// As kubectl does, which heeds it.
    Kubectl,
    /// As a configuration of calicoctl says, which may mean another.
    Configuration,
    /// None: etcd is read.
    Nobody,
}

impl Reader {
    fn ignores(self, setting: &Setting) -> bool {
        setting.matters() && !(setting.field == Field::Kubeconfig && self.passes(&setting.from))
    }

    /// Whether a kubeconfig variable is not worth a word.
    fn passes(self, variable: &str) -> bool {
        match self {
            Self::Kubectl => variable == KUBECONFIG,
            Self::Configuration => false,
            Self::Nobody => true,
        }
    }
}

/// The variables that count for nothing because another source is read.
fn variables(environment: &Configuration, reader: Reader) -> Vec<Ignored> {
    let settings = environment.settings().iter();
    let ignored = settings.filter(|setting| reader.ignores(setting));
    ignored
        .map(|setting| Ignored::plain(&setting.from))
        .collect()
}

/// The variables that count for nothing because another form of them is set.
fn shadowed(environment: &Configuration, reader: Reader) -> Vec<Ignored> {
    let shadowed = environment.shadowed().iter();
    let shadowed = shadowed.filter(|it| it.variable != KUBECONFIG || !reader.passes(it.variable));
    shadowed
        .map(|it| Ignored {
            what: it.variable.to_owned(),
            why: Some(match it.by_nothing {
                true => format!("{} is set, to nothing", it.by),
                false => format!("{} comes first", it.by),
            }),
        })
        .collect()
}

/// The variables of an environment that names no datastore.
fn unnamed(environment: &Configuration, wanted: Option<Datastore>) -> Vec<Ignored> {
    let mut ignored = variables(environment, Reader::Kubectl);
    if wanted.is_some() {
        return ignored;
    }
    for it in &mut ignored {
        let domain = environment.spelled(Field::EtcdDiscoverySrv);
        it.why = Some(if it.what == domain {
            format!("{domain} alone does not choose etcd; set DATASTORE_TYPE=etcdv3")
        } else {
            "DATASTORE_TYPE is not set".to_owned()
        });
    }
    ignored
}

impl Ignored {
    fn plain(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            why: None,
        }
    }

    fn file(path: &Path) -> Self {
        Self::plain(&path.display().to_string())
    }
}

/// Half a login, TLS settings where no TLS is spoken, and schemes that do not count.
fn unused_of_etcd(configuration: &Configuration) -> Vec<Ignored> {
    let alone = configuration.half_a_login().map(|alone| Ignored {
        what: alone.to_owned(),
        why: Some("user name and password count only together".to_owned()),
    });
    let tls = configuration.tls_in_vain().into_iter().map(|what| Ignored {
        what: what.to_owned(),
        why: Some("the first endpoint is http://, so that TLS is not spoken".to_owned()),
    });
    let schemes = configuration.overruled_schemes();
    let schemes = schemes.into_iter().map(|what| Ignored {
        what,
        why: Some("the first endpoint's scheme counts for all".to_owned()),
    });
    alone.into_iter().chain(tls).chain(schemes).collect()
}

// === impl Chosen ===

impl Chosen {
    /// A configuration is read; `environment` may be that configuration.
    fn configured(
        configuration: Configuration,
        wanted: Option<Datastore>,
        file: Option<Ignored>,
        environment: &Configuration,
    ) -> Result<Self, Error> {
        let said = configuration.datastore()?;
        let datastore = wanted.unwrap_or(said);
        let reader = match datastore {
            Datastore::Etcdv3 => Reader::Nobody,
            _ => Reader::Configuration,
        };
        let mut ignored: Vec<_> = file.into_iter().collect();
        ignored.extend(match configuration.origin() {
            Origin::File(_) => variables(environment, reader),
            Origin::Environment => shadowed(environment, reader),
        });
        ignored.extend(unused(&configuration, datastore, wanted));
        Ok(Self {
            source: Choice::Configured(configuration, datastore),
            ignored,
        })
    }
}

/// Settings of the configuration that is read which one might take to count.
fn unused(
    configuration: &Configuration,
    datastore: Datastore,
    wanted: Option<Datastore>,
) -> Vec<Ignored> {
    if datastore == Datastore::Etcdv3 {
        return unused_of_etcd(configuration);
    }
    let set = [Field::EtcdEndpoints, Field::EtcdDiscoverySrv].into_iter();
    let set = set.filter(|field| configuration.get(*field).is_some());
    let unchosen = wanted.is_none() && configuration.get(Field::DatastoreType).is_none();
    set.map(|field| Ignored {
        what: configuration.spelled(field).to_owned(),
        why: unchosen.then(|| {
            let domain = configuration.spelled(field);
            format!("{domain} alone does not choose etcd; set datastoreType: etcdv3")
        }),
    })
    .collect()
}

#[cfg(test)]
mod tests;
