//! Which proxy stands before the server, by the kubeconfig and the environment, as Go's clients decide it.

use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;

use crate::error::Error;

/// The proxy for `server`. What the kubeconfig names always counts; what the environment names counts but for
/// loopback addresses and what `NO_PROXY` names.
///
/// # Errors
/// The proxy's address is none.
pub(super) fn choose(
    configured: Option<&str>,
    server: &Uri,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Option<Uri>, Error> {
    if let Some(proxy) = configured.filter(|proxy| !proxy.is_empty()) {
        return parse("proxy-url of the kubeconfig", proxy).map(Some);
    }
    let var = |name: &str| {
        let value = env(name).or_else(|| env(&name.to_lowercase()));
        value.filter(|value| !value.is_empty())
    };
    let name = match server.scheme_str() {
        Some("http") => "HTTP_PROXY",
        _ => "HTTPS_PROXY",
    };
    let Some(proxy) = var(name) else {
        return Ok(None);
    };
    let spared = var("NO_PROXY").unwrap_or_default();
    if is_loopback(host(server)) || spared.split(',').any(|entry| spares(entry.trim(), server)) {
        return Ok(None);
    }
    parse(name, &proxy).map(Some)
}

fn parse(what: &str, proxy: &str) -> Result<Uri, Error> {
    let proxy = match proxy.contains("://") {
        true => proxy.to_owned(),
        false => format!("http://{proxy}"),
    };
    // The value may hold a password, so it is not repeated.
    proxy.parse().map_err(|_| Error::Config {
        what: what.to_owned(),
        cause: "it is no URL".to_owned(),
        hint: Some(
            "write it as http://host:port, https://host:port or socks5://host:port".to_owned(),
        ),
    })
}

fn host(server: &Uri) -> &str {
    let host = server.host().unwrap_or_default();
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn spares(entry: &str, server: &Uri) -> bool {
    let host = host(server);
    if entry == "*" || entry == host {
        return entry == "*" || !host.is_empty();
    }
    if let Ok(address) = host.parse::<IpAddr>() {
        return entry.parse().is_ok_and(|net: IpNet| net.contains(&address))
            || entry.trim_matches(['[', ']']) == host
            || entry == format!("{host}:{}", port(server));
    }
    let (entry, wanted) = match entry.rsplit_once(':') {
        Some((entry, port)) => (entry, port.parse().ok()),
        None => (entry, None),
    };
    let domain = entry.trim_start_matches("*.").trim_start_matches('.');
    let inside = host
        .strip_suffix(domain)
        .is_some_and(|rest| rest.ends_with('.') || (rest.is_empty() && entry == domain));
    !domain.is_empty() && inside && wanted.is_none_or(|wanted: u16| wanted == port(server))
}

fn port(server: &Uri) -> u16 {
    server.port_u16().unwrap_or(match server.scheme_str() {
        Some("http") => 80,
        _ => 443,
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn chosen(configured: Option<&str>, server: &str, no_proxy: &str) -> Option<String> {
        let env = |name: &str| match name {
            "HTTPS_PROXY" => Some("proxy:3128".to_owned()),
            "no_proxy" => Some(no_proxy.to_owned()),
            _ => None,
        };
        let proxy = choose(configured, &server.parse().unwrap(), env).unwrap();
        proxy.map(|proxy| proxy.to_string())
    }

    #[test]
    fn the_environment_spares_what_no_proxy_names() {
        let proxy = Some("http://proxy:3128/".to_owned());
        for (server, no_proxy, expected) in [
            ("https://api.example.com", "", proxy.clone()),
            ("http://api.example.com", "", None),
            ("https://127.0.0.1:6443", "", None),
            ("https://10.0.0.1:6443", "10.0.0.0/8", None),
            ("https://10.0.0.1:6443", "example.com,10.0.0.1", None),
            ("https://11.0.0.1:6443", "10.0.0.0/8", proxy.clone()),
            ("https://api.example.com", "example.com", None),
            ("https://example.com", ".example.com", proxy.clone()),
            ("https://myexample.com", "example.com", proxy.clone()),
            ("https://api.example.com:6443", "api.example.com:443", proxy),
            ("https://api.example.com", "*", None),
        ] {
            assert_eq!(
                chosen(None, server, no_proxy),
                expected,
                "{server} {no_proxy}"
            );
        }
    }

    #[test]
    fn the_kubeconfig_beats_the_environment() {
        let proxy = chosen(Some("socks5://bastion:1080"), "https://127.0.0.1", "*");
        assert_eq!(proxy.as_deref(), Some("socks5://bastion:1080/"));
    }
}
