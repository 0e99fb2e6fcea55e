//! Objects as read: one small struct per kind, through serde both ways.

/// An object that does not decode.
#[derive(Clone, Debug)]
pub struct Broken {
    /// Group and version as read.
    pub api_version: String,
    /// Kind as read.
    pub kind: String,
    /// Empty when there is none or it could not be found out.
    pub namespace: String,
    /// Empty when it could not be found out.
    pub name: String,
    /// The field, when it is known: `spec.ingress[0].destination.ports[1]`.
    pub field: Option<String>,
    /// The cause, a lower-case fragment.
    pub cause: String,
}

/// Placeholder until the kinds land.
pub enum Object<'a> {
    /// Nothing yet.
    Nothing(&'a ()),
}
