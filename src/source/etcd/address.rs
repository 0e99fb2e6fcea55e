//! The list of endpoints, as calicoctl's users write it.

use crate::error::Error;

/// Where one member listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `https://10.0.0.5:2379`, without credentials.
    pub url: String,
    /// Whether TLS is spoken there.
    pub tls: bool,
}

impl Address {
    /// Host and port; the scheme's own port where none is written.
    pub fn authority(&self) -> (&str, u16) {
        let host = self
            .url
            .split_once("://")
            .map_or(&*self.url, |(_, host)| host);
        let host = host.split('/').next().unwrap_or_default();
        let (host, port) = match host.rsplit_once(':') {
            Some((before, port)) if !port.ends_with(']') => (before, port.parse().ok()),
            _ => (host, None),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']');
        (host, port.unwrap_or(if self.tls { 443 } else { 80 }))
    }
}

/// Reads a comma-separated list. As in Calico, the first entry's scheme decides about TLS for all, and none means TLS.
///
/// # Errors
/// [`Error::Config`] that names the entry which is no address.
pub(super) fn addresses(list: &str) -> Result<Vec<Address>, Error> {
    let tls = !plain_first(list);
    let numbered = entries(list).enumerate();
    numbered
        .map(|(at, entry)| address(entry, at + 1, tls))
        .collect()
}

/// Whether the first entry's scheme says that TLS is spoken nowhere.
#[must_use]
pub fn plain_first(list: &str) -> bool {
    entries(list)
        .next()
        .is_some_and(|first| scheme(first) == Some("http://"))
}

/// The entries, without credentials, whose scheme is not the one that counts.
#[must_use]
pub fn overruled(list: &str) -> Vec<String> {
    let unwanted = match plain_first(list) {
        true => "https://",
        false => "http://",
    };
    let overruled = entries(list).filter(|entry| scheme(entry) == Some(unwanted));
    overruled.map(shown).collect()
}

fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

fn scheme(entry: &str) -> Option<&'static str> {
    let lower = entry.to_ascii_lowercase();
    let mut known = ["https://", "http://"].into_iter();
    known.find(|scheme| lower.starts_with(scheme))
}

/// A list as it may be shown: without credentials.
pub(super) fn shown(list: &str) -> String {
    let without = |entry: &str| match (entry.split_once("://"), entry.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        (None, Some((_, host))) => host.to_owned(),
        (_, None) => entry.to_owned(),
    };
    entries(list).map(without).collect::<Vec<_>>().join(", ")
}

fn address(entry: &str, number: usize, tls: bool) -> Result<Address, Error> {
    let lower = entry.to_ascii_lowercase();
    if lower.starts_with("unix:") || lower.starts_with("unixs:") {
        return Err(bad(
            entry,
            number,
            "sockets of a file system are not supported",
            "write a URL with a host and a port",
        ));
    }
    let rest = entry
        .get(scheme(entry).map_or(0, str::len)..)
        .unwrap_or_default();
    // Whoever writes credentials here means them for no one: etcd's clients do not use them.
    let host = rest
        .rsplit('@')
        .next()
        .unwrap_or_default()
        .trim_end_matches('/');
    let url = format!("{}://{host}", if tls { "https" } else { "http" });
    let valid = url
        .parse::<http::Uri>()
        .is_ok_and(|uri| uri.host().is_some_and(|host| !host.is_empty()));
    if !valid || host.contains("//") || host.contains(char::is_whitespace) {
        return Err(bad(
            entry,
            number,
            "it is no address",
            "write it as https://10.0.0.5:2379",
        ));
    }
    let url = match host.split('/').next() {
        Some(place) if !has_port(place) => url.replacen(place, &format!("{place}:2379"), 1),
        _ => url,
    };
    Ok(Address { url, tls })
}

/// IPv6 addresses stand in brackets.
fn has_port(place: &str) -> bool {
    match place.rsplit_once(']') {
        Some((_, behind)) => behind.starts_with(':'),
        None => place.contains(':'),
    }
}

fn bad(entry: &str, number: usize, cause: &str, hint: &str) -> Error {
    let shown = entry.rsplit('@').next().unwrap_or_default();
    Error::Config {
        what: format!("etcd endpoint {number} \"{shown}\""),
        cause: cause.to_owned(),
        hint: Some(hint.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(list: &str) -> Vec<String> {
        let addresses = addresses(list).unwrap_or_default();
        addresses.into_iter().map(|address| address.url).collect()
    }

    #[test]
    fn lists_are_read_with_their_blanks() {
        for (list, want) in [
            ("http://a:2379", &["http://a:2379"][..]),
            (
                "http://a:2379, http://b:2379/ ,,",
                &["http://a:2379", "http://b:2379"],
            ),
            // The first scheme decides for all, and none is TLS.
            (
                "http://a:2379,https://b:2379,c:2379",
                &["http://a:2379", "http://b:2379", "http://c:2379"],
            ),
            ("127.0.0.1:2379", &["https://127.0.0.1:2379"]),
            ("HTTPS://A:2379", &["https://A:2379"]),
            (
                "https://[::1]:2379,https://[fd00::1]",
                &["https://[::1]:2379", "https://[fd00::1]:2379"],
            ),
            ("https://etcd.example", &["https://etcd.example:2379"]),
            ("https://user:secret@a:2379", &["https://a:2379"]),
            ("", &[]),
        ] {
            assert_eq!(urls(list), want, "{list}");
        }
    }

    #[test]
    fn what_is_no_address_is_named_with_its_place() {
        for (list, want) in [
            (
                "https://a:2379,http//b:2379",
                "etcd endpoint 2 \"http//b:2379\": it is no address",
            ),
            (
                "https://u:secret@a b",
                "etcd endpoint 1 \"a b\": it is no address",
            ),
            (
                "unix:///run/etcd.sock",
                "etcd endpoint 1 \"unix:///run/etcd.sock\": sockets of a file system are not supported",
            ),
            ("https://", "etcd endpoint 1 \"https://\": it is no address"),
        ] {
            let error = addresses(list).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), Some(want), "{list}");
        }
    }
}
