//! ClusterInformation `default`: the version, the product, and whether nodes may use the datastore.

use super::metadata::V3;
use super::{Converter, Fact};
use crate::model::{ClusterInformation, ObjectRef};
use crate::note::{Note, codes};
use crate::raw::Calico;
use crate::raw::calico::ClusterInformationSpec;

pub(super) fn convert(
    converter: &Converter,
    information: &Calico<'_, ClusterInformationSpec>,
    out: &mut Vec<Fact>,
) {
    let name = &*information.metadata.name;
    if name != "default" {
        return;
    }
    let spec = &information.spec;
    let ready = spec.datastore_ready == Some(true);
    if !ready {
        let object = ObjectRef::new(V3, "ClusterInformation", "", name);
        // `calicoctl datastore migrate` locks etcd and never unlocks it.
        let message = if converter.is_etcd() {
            "the datastore is locked: probably it was migrated to Kubernetes and what it holds is out of date"
        } else {
            "the datastore is locked: nodes keep the policy that they last had and ignore newer changes"
        };
        let note = Note::new(codes::DATASTORE_NOT_READY, &object, message);
        out.push(Fact::Note(note.field("spec.datastoreReady")));
    }
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    out.push(Fact::ClusterInformation(ClusterInformation {
        calico_version: text(&spec.calico_version),
        datastore_ready: ready,
        variant: text(&spec.variant),
    }));
}
