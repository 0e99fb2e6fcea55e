//! What a user asked of the server, as the server's own audit log says.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Outcome;

/// One answered request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// `get`, `list`, `watch`, `create` …; `get` for `/version` and the like.
    pub verb: String,
    /// Path and query, as sent.
    pub uri: String,
    /// HTTP status code.
    pub code: u16,
}

/// All complete lines of `log` about `user`, in the order in which the server answered.
pub fn lines_of(log: &Path, user: &str) -> Outcome<Vec<AuditLine>> {
    // The server may be in the middle of a line.
    let text = fs::read_to_string(log)?;
    let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
    let mut lines = Vec::new();
    for line in complete.lines().filter(|line| line.contains(user)) {
        let event: Value = serde_json::from_str(line)?;
        if event["user"]["username"].as_str() == Some(user) {
            lines.push(AuditLine::of(&event));
        }
    }
    Ok(lines)
}

impl AuditLine {
    fn of(event: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let code = event["responseStatus"]["code"]
            .as_u64()
            .and_then(|code| u16::try_from(code).ok());
        Self {
            verb: text(&event["verb"]),
            uri: text(&event["requestURI"]),
            code: code.unwrap_or_default(),
        }
    }
}
