//! A list of etcd endpoints as people write it.

/// An entry that cannot be an endpoint.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Its place in the list, from 1.
    pub(super) position: usize,
    /// The entry, unless it may hold a password.
    pub(super) item: Option<String>,
    pub(super) cause: &'static str,
}

/// The entries without blanks, empty ones and slashes at the end.
pub(super) fn read(list: &str) -> Result<Vec<String>, Fault> {
    let items = || list.split(',').map(str::trim).enumerate();
    // A password may hold commas and slashes: then no part of the list can be shown.
    if let Some((at, _)) = items().find(|(_, item)| item.contains('@')) {
        return Err(Fault {
            position: at + 1,
            item: None,
            cause: "a user and password have fields of their own",
        });
    }
    let items = items().filter(|(_, item)| !item.is_empty());
    items
        .map(|(at, item)| {
            endpoint(item).map_err(|cause| Fault {
                position: at + 1,
                item: Some(item.to_owned()),
                cause,
            })
        })
        .collect()
}

fn endpoint(item: &str) -> Result<String, &'static str> {
    if item.contains(char::is_whitespace) {
        return Err("there is a blank in it: entries are separated by commas");
    }
    let Some((scheme, rest)) = item.split_once("://") else {
        let place = item.trim_end_matches('/');
        if place.contains('/') {
            return Err("it is no URL: write http://HOST:PORT or https://HOST:PORT");
        }
        return authority(place).map(|()| place.to_owned());
    };
    let scheme = scheme.to_ascii_lowercase();
    let rest = rest.trim_end_matches('/');
    match &*scheme {
        "http" | "https" => {
            authority(rest.split('/').next().unwrap_or_default())?;
        }
        "unix" | "unixs" if !rest.is_empty() => {}
        _ => return Err("its scheme is neither http nor https"),
    }
    Ok(format!("{scheme}://{rest}"))
}

/// `HOST`, `HOST:PORT`, `[IPv6]:PORT`
fn authority(text: &str) -> Result<(), &'static str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or("a bracket is not closed")?;
            host.parse::<std::net::Ipv6Addr>()
                .map_err(|_| "only an IPv6 address stands in brackets")?;
            let port = match rest {
                "" => None,
                rest => Some(
                    rest.strip_prefix(':')
                        .ok_or("only a port follows a bracket")?,
                ),
            };
            (host, port)
        }
        None => match text.rsplit_once(':') {
            Some((host, _)) if host.contains(':') => {
                return Err("an IPv6 address stands in brackets: [ADDRESS]:PORT");
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return Err("it names no host");
    }
    match port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) => Ok(()),
        Some(_) => Err("its port is no number from 1 to 65535"),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn blanks_empties_and_slashes_do_not_count() {
        for (list, want) in [
            ("http://a:2379", "http://a:2379"),
            (
                " http://a:2379 , http://b:2379/ ,",
                "http://a:2379 http://b:2379",
            ),
            ("127.0.0.1:2379", "127.0.0.1:2379"),
            ("HTTPS://etcd.example", "https://etcd.example"),
            (
                "https://[fd00::1]:2379,[::1]:2379",
                "https://[fd00::1]:2379 [::1]:2379",
            ),
            ("http://a:2379/path", "http://a:2379/path"),
            ("unix:///run/etcd.sock", "unix:///run/etcd.sock"),
            (" , ", ""),
        ] {
            assert_eq!(read(list).unwrap().join(" "), want, "{list}");
        }
    }

    #[test]
    fn a_bad_entry_is_named_with_its_position() {
        for (list, position, item) in [
            ("http//a:2379", 1, Some("http//a:2379")),
            ("http://a:2379,,http//b:2379", 3, Some("http//b:2379")),
            ("a:2379 b:2379", 1, Some("a:2379 b:2379")),
            ("a:2379,ftp://b:2379", 2, Some("ftp://b:2379")),
            ("http://", 1, Some("http://")),
            ("http://:2379", 1, Some("http://:2379")),
            ("http://a:http", 1, Some("http://a:http")),
            ("http://a:0", 1, Some("http://a:0")),
            ("http://a:65536", 1, Some("http://a:65536")),
            ("http://a:", 1, Some("http://a:")),
            ("fd00::1:2379", 1, Some("fd00::1:2379")),
            ("http://[fd00::1:2379", 1, Some("http://[fd00::1:2379")),
            ("unix://", 1, Some("unix://")),
            ("http://me:top,secret@a:2379", 2, None),
        ] {
            let fault = read(list).unwrap_err();
            assert_eq!(
                (fault.position, fault.item.as_deref()),
                (position, item),
                "{list}"
            );
        }
    }
}
