//! Calico's identifiers made from content.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha224};

/// `prefix`, a colon, and 38 characters that depend on `prefix` and `content` (Calico's
/// `MakeUniqueID`: the SHA-224 of both in base64 of the URL alphabet, without padding).
#[must_use]
pub fn unique_id(prefix: &str, content: &str) -> String {
    let hash = Sha224::digest(format!("{prefix}:{content}"));
    format!("{prefix}:{}", URL_SAFE_NO_PAD.encode(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_calico() {
        let named_port = format!("{},tcp,http", unique_id("s", "all()"));
        for (prefix, content, expected) in [
            (
                "n",
                &*named_port,
                "n:cl9_Kgeu4H0OGLbhovVR3NBLUOZscKeMK1Mu4A",
            ),
            (
                "svc",
                "ns1/web",
                "svc:E-jniaTXW7l9VA2iw2ifv3hpIJ14DfqxofqgcA",
            ),
            (
                "svcnoport",
                "ns1/web",
                "svcnoport:4VfBVrEC1psUJ3Olx0umYVMlSw3VoNwIoLpr9g",
            ),
        ] {
            assert_eq!(unique_id(prefix, content), expected);
        }
    }
}
