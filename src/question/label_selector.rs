//! Kubernetes label selectors, as typed with `-l`.

/// A Kubernetes label selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelSelector {
    text: String,
}

impl LabelSelector {
    /// As typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}
