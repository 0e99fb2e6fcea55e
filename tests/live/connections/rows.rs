//! The table's first half: kubeconfigs, flags, TLS and client certificates.

use serde_json::{Value, json};

use super::super::support::Outcome;
use super::place::{Place, config, inline};
use super::{Row, Wanted, logins};

/// Every way.
pub fn rows(place: &Place) -> Outcome<Vec<Row>> {
    let mut rows = kubeconfigs(place)?;
    rows.extend(flags(place)?);
    rows.extend(tls(place)?);
    rows.extend(certificates(place)?);
    rows.extend(logins::plugins(place)?);
    rows.extend(logins::signed_tokens(place)?);
    rows.extend(logins::proxies(place)?);
    rows.extend(logins::impersonation(place)?);
    Ok(rows)
}

pub fn answered(name: &'static str) -> Row {
    Row::new(name, Wanted::Answer)
}

pub fn refused(name: &'static str, said: &'static str) -> Row {
    Row::new(name, Wanted::Refusal(said))
}

/// The server, trusted by a path relative to the kubeconfig.
pub fn cluster(place: &Place) -> Outcome<Value> {
    Ok(json!({"server": place.server()?.0, "certificate-authority": "ca.crt"}))
}

pub fn token(place: &Place) -> Outcome<Value> {
    Ok(json!({"token": place.token()?}))
}

fn kubeconfigs(place: &Place) -> Outcome<Vec<Row>> {
    let good = place.kubeconfig("good", cluster(place)?, token(place)?)?;
    // What the first file says of a name counts, even if the second says more.
    let bare = json!({"server": place.server()?.0});
    let bad = place.kubeconfig("bad", bare, json!({"token": "topsecret"}))?;
    let only_context = place.write("only-context", b"current-context: here\n")?;
    let users = json!({"apiVersion": "v1", "kind": "Config", "users": [{"name": "me", "user": token(place)?}]});
    let users = place.write("users", users.to_string().as_bytes())?;
    let no_user = place.kubeconfig("no-user", cluster(place)?, json!({}))?;
    let mut no_user_at_all: Value = serde_json::from_slice(&std::fs::read(&no_user)?)?;
    no_user_at_all["users"] = json!([]);
    let clusters = place.write("clusters", no_user_at_all.to_string().as_bytes())?;
    let home = config(
        json!({"server": place.server()?.0, "certificate-authority": "../../ca.crt"}),
        json!({"tokenFile": "../../token"}),
    );
    place.write("home/.kube/config", home.to_string().as_bytes())?;
    let empty = place.write("empty", b"")?;
    let home = place.path("home");
    let tilde = config(
        json!({"server": place.server()?.0, "certificate-authority": "~/ca.crt"}),
        token(place)?,
    );
    let tilde = place.write("tilde", tilde.to_string().as_bytes())?;
    let env = |row: Row, value: String| row.env("KUBECONFIG", value);
    Ok(vec![
        env(
            answered("KUBECONFIG, with a path relative to the file"),
            good.clone(),
        ),
        env(
            answered("the first of two files wins"),
            format!("{good}:{bad}"),
        ),
        env(
            refused("the first of two files wins, though it is wrong", "TLS"),
            format!("{bad}:{good}"),
        ),
        env(
            answered("files that do not exist and empty names"),
            format!("/missing::{good}:"),
        ),
        env(
            answered("parts in three files"),
            format!("{only_context}:{clusters}:{users}"),
        ),
        env(answered("an empty file before"), format!("{empty}:{good}")),
        env(
            refused("a user in no file", "authentication"),
            clusters.clone(),
        ),
        env(answered("--kubeconfig beats KUBECONFIG"), bad.clone()).args(&["--kubeconfig", &good]),
        env(
            refused("--kubeconfig names one file alone", "no such file"),
            good.clone(),
        )
        .args(&[&format!("--kubeconfig={good}:{bad}")]),
        env(
            refused("--kubeconfig must exist", "no such file"),
            good.clone(),
        )
        .args(&["--kubeconfig=/missing"]),
        answered("~/.kube/config, with a token file").env("HOME", &home),
        env(answered("an empty KUBECONFIG is none"), String::new()).env("HOME", &home),
        env(
            refused(
                "KUBECONFIG hides ~/.kube/config, though it does not exist",
                "names a cluster",
            ),
            "/missing".to_owned(),
        )
        .env("HOME", &home),
        env(
            refused(
                "nobody but a shell reads ~ in KUBECONFIG",
                "names a cluster",
            ),
            "~/.kube/config".to_owned(),
        )
        .env("HOME", &home),
        refused("nobody but a shell reads ~ in --kubeconfig", "no such file")
            .env("HOME", &home)
            .args(&["--kubeconfig=~/.kube/config"]),
        env(refused("nor in a kubeconfig", "ca.crt"), tilde).env("HOME", place.path("")),
        refused("no kubeconfig at all", "names a cluster"),
    ])
}

fn flags(place: &Place) -> Outcome<Vec<Row>> {
    let (server, port) = place.server()?;
    let token = place.token()?;
    let several = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "wrong",
        "clusters": [
            {"name": "here", "cluster": cluster(place)?},
            {"name": "elsewhere", "cluster": {"server": "https://127.0.0.1:1"}},
        ],
        "users": [{"name": "me", "user": {"token": token}}, {"name": "stranger", "user": {"token": "topsecret"}}],
        "contexts": [
            {"name": "wrong", "context": {"cluster": "elsewhere", "user": "stranger"}},
            {"name": "right", "context": {"cluster": "here", "user": "me"}},
            {"name": "mixed", "context": {"cluster": "here", "user": "stranger"}},
        ],
    });
    let several = place.write("several", several.to_string().as_bytes())?;
    let no_login = place.kubeconfig("no-login", cluster(place)?, json!({}))?;
    let of = |row: Row| row.env("KUBECONFIG", several.clone());
    let authority = place.path("ca.crt");
    let trusted = ["--certificate-authority", &*authority];
    let alone = |row: Row, address: &str| row.args(&["--server", address, "--token", &token]);
    Ok(vec![
        of(refused("the current context", "refused")),
        of(answered("--context")).args(&["--context=right"]),
        of(refused(
            "--context that is not there",
            "choose one with --context",
        ))
        .args(&["--context=rihgt"]),
        of(answered("--cluster and --user")).args(&["--cluster=here", "--user", "me"]),
        of(refused("--cluster alone", "authentication")).args(&["--cluster=here"]),
        of(answered("--user over a context's")).args(&["--context", "mixed", "--user=me"]),
        of(answered("--token over a kubeconfig's")).args(&[
            "--context",
            "mixed",
            "--token",
            &token,
        ]),
        of(refused("a --token that nobody knows", "Unauthorized"))
            .args(&["--context=right", "--token=topsecret"]),
        of(answered(
            "--server over a kubeconfig's, which keeps its login",
        ))
        .args(&["--user=me", "--server", &server])
        .args(&trusted),
        of(answered("flags without a value are none")).args(&[
            "--context=right",
            "--user",
            "",
            "--cluster=",
            "--server=",
            "--token=",
            "--as=",
            "--tls-server-name",
            "",
        ]),
        alone(answered("--server alone"), &server).args(&trusted),
        alone(answered("--server alone, beside a kubeconfig"), &server)
            .args(&trusted)
            .env("KUBECONFIG", no_login.clone()),
        alone(
            refused("--server alone, whom nobody trusts", "(TLS)"),
            &server,
        ),
        alone(
            answered("--server without a scheme"),
            &format!("127.0.0.1:{port}"),
        )
        .args(&["--insecure-skip-tls-verify"])
        .unlike_kubectl("which speaks http, and so without a login, where no scheme is typed"),
        alone(
            answered("--server with a path that is only a slash"),
            &format!("{server}/"),
        )
        .args(&trusted),
        refused("--server and no login", "authentication")
            .args(&["--server", &server])
            .args(&trusted),
        alone(
            refused("http where https is spoken", "server"),
            &server.replace("https", "http"),
        ),
        refused("a kubeconfig without a login", "authentication")
            .env("KUBECONFIG", no_login.clone()),
        answered("--token for a kubeconfig without a login")
            .env("KUBECONFIG", no_login)
            .args(&["--token", &token]),
        alone(answered("--disable-compression"), &server)
            .args(&trusted)
            .args(&["--disable-compression=true"]),
    ])
}

fn tls(place: &Place) -> Outcome<Vec<Row>> {
    let server = place.server()?.0;
    let row = |row: Row, name: &str, fields: Value| -> Outcome<Row> {
        let mut cluster = json!({"server": server});
        for (field, value) in fields.as_object().into_iter().flatten() {
            cluster[field] = value.clone();
        }
        Ok(row.env(
            "KUBECONFIG",
            place.kubeconfig(name, cluster, token(place)?)?,
        ))
    };
    let inside = inline(std::path::Path::new(&place.path("ca.crt")))?;
    let name = "kubernetes.default.svc";
    Ok(vec![
        row(
            answered("an authority inside the kubeconfig"),
            "ca-inline",
            json!({"certificate-authority-data": inside}),
        )?,
        row(
            refused("an authority that signed nothing", "(TLS)"),
            "ca-other",
            json!({"certificate-authority": "client.crt"}),
        )?,
        row(
            refused("an authority's file that is not there", "nowhere.crt"),
            "ca-none",
            json!({"certificate-authority": "nowhere.crt"}),
        )?,
        row(
            answered("insecure-skip-tls-verify"),
            "insecure",
            json!({"insecure-skip-tls-verify": true}),
        )?,
        row(
            refused("--insecure-skip-tls-verify=false", "(TLS)"),
            "insecure",
            json!({"insecure-skip-tls-verify": true}),
        )?
        .args(&["--insecure-skip-tls-verify=false"])
        .unlike_kubectl("for which false says nothing"),
        row(
            answered("--insecure-skip-tls-verify over an authority"),
            "ca-other",
            json!({"certificate-authority": "client.crt"}),
        )?
        .args(&["--insecure-skip-tls-verify"]),
        row(
            answered("tls-server-name"),
            "name",
            json!({"certificate-authority": "ca.crt", "tls-server-name": name}),
        )?,
        row(
            refused("a wrong tls-server-name", "(TLS)"),
            "wrong-name",
            json!({"certificate-authority": "ca.crt", "tls-server-name": "other.example"}),
        )?,
        row(
            answered("--tls-server-name over it"),
            "wrong-name",
            json!({"certificate-authority": "ca.crt", "tls-server-name": "other.example"}),
        )?
        .args(&["--tls-server-name", name]),
    ])
}

fn certificates(place: &Place) -> Outcome<Vec<Row>> {
    let row = |row: Row, name: &str, user: Value| -> Outcome<Row> {
        Ok(row.env("KUBECONFIG", place.kubeconfig(name, cluster(place)?, user)?))
    };
    let (certificate, key) = (
        inline(&place.client.certificate)?,
        inline(&place.client.key)?,
    );
    let (strange, strange_key) = (
        inline(&place.stranger.certificate)?,
        inline(&place.stranger.key)?,
    );
    let (file, key_file) = (place.path("client.crt"), place.path("client.key"));
    let flags = ["--client-certificate", &*file, "--client-key", &*key_file];
    Ok(vec![
        row(
            answered("a client certificate in files"),
            "certificate",
            json!({"client-certificate": "client.crt", "client-key": "client.key"}),
        )?,
        row(
            answered("a client certificate inside"),
            "inline",
            json!({"client-certificate-data": certificate, "client-key-data": key}),
        )?,
        row(
            answered("a certificate inside and its key in a file"),
            "half-inline",
            json!({"client-certificate-data": certificate, "client-key": "client.key"}),
        )?,
        row(
            answered("--client-certificate and --client-key"),
            "nobody",
            json!({}),
        )?
        .args(&flags),
        row(
            answered("the same over what is inside"),
            "stranger",
            json!({"client-certificate-data": strange, "client-key-data": strange_key}),
        )?
        .args(&flags),
        row(
            refused(
                "a certificate that another authority signed",
                "authentication",
            ),
            "stranger",
            json!({"client-certificate-data": strange, "client-key-data": strange_key}),
        )?,
        row(
            refused("a certificate without its key", "key"),
            "no-key",
            json!({"client-certificate": "client.crt"}),
        )?,
        row(
            refused("another's key", "key"),
            "other-key",
            json!({"client-certificate-data": certificate, "client-key-data": strange_key}),
        )?,
        row(
            refused("a file that is not there", "nowhere.crt"),
            "no-file",
            json!({"client-certificate": "nowhere.crt", "client-key": "client.key"}),
        )?,
    ])
}
