//! The table's second half: ways to log in, proxies, and being another.

use serde_json::{Value, json};

use super::super::support::Outcome;
use super::super::support::tunnel::{Manner, proxy};
use super::place::{MEMBER, Place, READERS, ended_token, token_of};
use super::rows::{answered, cluster, refused, token};
use super::{Row, Wanted};

/// What a credential plugin is promised; kubectl, which runs it too, promises the same.
const CHECKS: &str = r#"
echo "$KUBERNETES_EXEC_INFO" | jq -e --arg server "$SERVER" --arg proxy "$PROXY" '.kind == "ExecCredential"
  and .apiVersion == "client.authentication.k8s.io/v1" and .spec.interactive == false
  and .spec.cluster.server == $server and (.spec.cluster["certificate-authority-data"] | length) > 100
  and (.spec.cluster["proxy-url"] // "") == $proxy
  and .spec.cluster.config.audience == "calico"' > /dev/null || exit 7
[ "$ENTRY $1 $2" = "of the kubeconfig get-token --of=shop" ] || exit 8
[ "$CALLERS" = "kept" ] || exit 9"#;

pub fn plugins(place: &Place) -> Outcome<Vec<Row>> {
    let version = "client.authentication.k8s.io/v1";
    let says = |status: Value| {
        let said = json!({"apiVersion": version, "kind": "ExecCredential", "status": status});
        format!("cat << 'EOF'\n{said}\nEOF")
    };
    let gives_token = says(json!({"token": place.token()?}));
    let read = |path: &std::path::Path| std::fs::read_to_string(path);
    let (certificate, key) = (read(&place.client.certificate)?, read(&place.client.key)?);
    place.script("bin/checks", &format!("{CHECKS}\n{gives_token}"))?;
    let runs = place.path("runs");
    place.script("bin/token", &format!("echo run >> {runs}\n{gives_token}"))?;
    place.script(
        "bin/certificate",
        &says(json!({"clientCertificateData": certificate, "clientKeyData": key})),
    )?;
    place.script("bin/fails", "echo topsecret; exit 3")?;
    let path = format!("{}:{}", place.path("bin"), std::env::var("PATH")?);
    let (server, proxy) = (place.server()?.0, proxy(Manner::Http)?.0);
    let informed = |name: &str, proxy: &str| -> Outcome<String> {
        let mut cluster = cluster(place)?;
        cluster["extensions"] = json!([{"name": "client.authentication.k8s.io/exec", "extension": {"audience": "calico"}}]);
        if !proxy.is_empty() {
            cluster["proxy-url"] = json!(proxy);
        }
        let env = json!([{"name": "ENTRY", "value": "of the kubeconfig"}, {"name": "SERVER", "value": server}, {"name": "PROXY", "value": proxy}]);
        let exec = json!({"apiVersion": version, "command": "./bin/checks", "args": ["get-token", "--of=shop"],
            "env": env, "interactiveMode": "IfAvailable", "provideClusterInfo": true});
        place.kubeconfig(name, cluster, json!({"exec": exec}))
    };
    let exec = |row: Row, name: &str, exec: Value| -> Outcome<Row> {
        let mut exec = exec;
        exec["interactiveMode"] = exec
            .get("interactiveMode")
            .cloned()
            .unwrap_or(json!("Never"));
        let path = place.kubeconfig(name, cluster(place)?, json!({"exec": exec}))?;
        Ok(row.env("KUBECONFIG", path))
    };
    let old = "client.authentication.k8s.io/v1beta1";
    let old_token =
        json!({"apiVersion": old, "kind": "ExecCredential", "status": {"token": place.token()?}});
    place.script("bin/old", &format!("echo '{old_token}'"))?;
    Ok(vec![
        answered("a credential plugin, what it is told and its environment")
            .env("KUBECONFIG", informed("plugin", "")?)
            .env("CALLERS", "kept"),
        answered("a credential plugin is told of the proxy")
            .env(
                "KUBECONFIG",
                informed("plugin-proxy", &format!("http://127.0.0.1:{proxy}"))?,
            )
            .env("CALLERS", "kept"),
        exec(
            answered("a plugin by its name on the PATH"),
            "on-path",
            json!({"apiVersion": version, "command": "token"}),
        )?
        .env("PATH", path),
        exec(
            answered("a plugin's client certificate"),
            "gives-certificate",
            json!({"apiVersion": version, "command": "./bin/certificate"}),
        )?,
        exec(
            answered("the older version"),
            "old",
            json!({"apiVersion": old, "command": "./bin/old"}),
        )?,
        exec(
            answered("a flag beats a plugin"),
            "fails",
            json!({"apiVersion": version, "command": "./bin/fails"}),
        )?
        .args(&["--token", &place.token()?]),
        exec(
            refused("a plugin that fails", "credential plugin"),
            "fails",
            json!({"apiVersion": version, "command": "./bin/fails"}),
        )?,
        exec(
            refused("a plugin that is not there", "credential plugin"),
            "missing",
            json!({"apiVersion": version, "command": "./bin/none"}),
        )?,
        exec(
            refused("a plugin that wants a terminal", "terminal"),
            "wants",
            json!({"apiVersion": version, "command": "./bin/token", "interactiveMode": "Always"}),
        )?,
    ])
}

pub fn signed_tokens(place: &Place) -> Outcome<Vec<Row>> {
    let signed = place.signed_token()?;
    let (_, port) = place.server()?;
    let oidc = |row: Row, name: &str, token: &str| -> Outcome<Row> {
        let provider = json!({"name": "oidc", "config": {"idp-issuer-url": "https://127.0.0.1:1", "client-id": "c", "id-token": token}});
        let path = place.kubeconfig(name, cluster(place)?, json!({"auth-provider": provider}))?;
        Ok(row.env("KUBECONFIG", path))
    };
    let pod = |row: Row, port: &str| {
        let mut row = row
            .env("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .env("KUBERNETES_SERVICE_PORT", port);
        row.in_a_pod = true;
        row
    };
    let file = json!({"tokenFile": "pod/token"});
    let both = json!({"tokenFile": "pod/token", "token": "topsecret"});
    let good = place.kubeconfig("token-file", cluster(place)?, file)?;
    Ok(vec![
        oidc(answered("OIDC: a token that still counts"), "oidc", &signed)?,
        oidc(
            refused(
                "OIDC: one that has ended and cannot be renewed",
                "authentication",
            ),
            "oidc-ended",
            &ended_token(),
        )?,
        oidc(answered("--token over OIDC"), "oidc-ended", &ended_token())?
            .args(&["--token", &signed]),
        answered("a token file relative to the kubeconfig").env("KUBECONFIG", good.clone()),
        answered("a token file beats a token").env(
            "KUBECONFIG",
            place.kubeconfig("token-both", cluster(place)?, both)?,
        ),
        refused("a token file that is not there", "nowhere").env(
            "KUBECONFIG",
            place.kubeconfig("no-token", cluster(place)?, json!({"tokenFile": "nowhere"}))?,
        ),
        pod(answered("in a pod, by its service account"), &port),
        pod(answered("in a pod, with a kubeconfig, which counts"), "1").env("KUBECONFIG", good),
        pod(answered("in a pod, as another"), &port).args(&["--token", &place.token()?]),
        pod(answered("in a pod, with its kubeconfig missing"), &port).env("KUBECONFIG", "/missing"),
        pod(refused("in a pod whose server is away", "refused"), "1"),
    ])
}

pub fn proxies(place: &Place) -> Outcome<Vec<Row>> {
    let (server, port) = place.server()?;
    // Nobody resolves it, and the server's certificate holds it.
    let name = "kubernetes.default.svc";
    let far = format!("https://{name}:{port}");
    let (http_port, asked) = proxy(Manner::Http)?;
    let (socks_port, socks_asked) = proxy(Manner::Socks)?;
    let (http, socks) = (
        format!("http://127.0.0.1:{http_port}"),
        format!("socks5://127.0.0.1:{socks_port}"),
    );
    let target = format!("{name}:{port}");
    let through = |name| Row::new(name, Wanted::Through(asked.clone(), target.clone()));
    let row = |row: Row, name: &str, server: &str, proxy: &str| -> Outcome<Row> {
        let mut cluster = json!({"server": server, "certificate-authority": "ca.crt"});
        if !proxy.is_empty() {
            cluster["proxy-url"] = json!(proxy);
        }
        Ok(row.env(
            "KUBECONFIG",
            place.kubeconfig(name, cluster, token(place)?)?,
        ))
    };
    let login = http.replace("//", "//me:top%40secret@");
    let dead = "http://127.0.0.1:1";
    let unresolved = |name| refused(name, "(DNS)");
    Ok(vec![
        row(through("HTTPS_PROXY"), "far", &far, "")?.env("HTTPS_PROXY", &http),
        row(through("https_proxy, without a scheme"), "far", &far, "")?
            .env("https_proxy", format!("127.0.0.1:{http_port}")),
        row(unresolved("NO_PROXY with the name"), "far", &far, "")?
            .env("HTTPS_PROXY", &http)
            .env("NO_PROXY", "a.example,default.svc"),
        row(unresolved("NO_PROXY with a star"), "far", &far, "")?
            .env("HTTPS_PROXY", &http)
            .env("no_proxy", "*"),
        row(through("NO_PROXY with another name"), "far", &far, "")?
            .env("HTTPS_PROXY", &http)
            .env("NO_PROXY", "svc.example"),
        row(unresolved("HTTP_PROXY is not for https"), "far", &far, "")?.env("HTTP_PROXY", &http),
        row(answered("loopback needs no proxy"), "near", &server, "")?.env("HTTPS_PROXY", dead),
        row(through("proxy-url"), "far-by-url", &far, &http)?,
        row(
            through("proxy-url beats HTTPS_PROXY and NO_PROXY"),
            "far-by-url",
            &far,
            &http,
        )?
        .env("HTTPS_PROXY", dead)
        .env("NO_PROXY", "*"),
        row(
            Row::new(
                "proxy-url counts for loopback",
                Wanted::Through(asked.clone(), format!("127.0.0.1:{port}")),
            ),
            "near-by-url",
            &server,
            &http,
        )?,
        row(
            Row::new(
                "a proxy that wants a login",
                Wanted::Through(asked.clone(), "Basic bWU6dG9wQHNlY3JldA==".to_owned()),
            ),
            "login",
            &far,
            &login,
        )?,
        row(
            Row::new(
                "a SOCKS proxy",
                Wanted::Through(socks_asked.clone(), target.clone()),
            ),
            "socks",
            &far,
            &socks,
        )?,
        row(
            refused("a proxy that is away", "refused"),
            "dead",
            &far,
            dead,
        )?,
    ])
}

pub fn impersonation(place: &Place) -> Outcome<Vec<Row>> {
    let reader = &*place.reader.name;
    let login = json!({"token": token_of(&place.deputy)?});
    let deputy = place.kubeconfig("deputy", cluster(place)?, login.clone())?;
    let acting = |name: &str, fields: Value| -> Outcome<String> {
        let mut user = login.clone();
        for (field, value) in fields.as_object().into_iter().flatten() {
            user[field] = value.clone();
        }
        place.kubeconfig(name, cluster(place)?, user)
    };
    let of = |row: Row| row.env("KUBECONFIG", deputy.clone());
    let in_group = acting(
        "acts-in-group",
        json!({"as": MEMBER, "as-groups": [READERS]}),
    )?;
    let with_uid = acting(
        "acts-with-uid",
        json!({"as": MEMBER, "as-groups": [READERS], "as-uid": "uid-17"}),
    )?;
    Ok(vec![
        of(answered("--as")).args(&["--as", reader]),
        of(answered("--as and --as-group")).args(&[
            "--as",
            MEMBER,
            "--as-group",
            "others",
            "--as-group",
            READERS,
        ]),
        of(answered("--as, --as-group and --as-uid")).args(&[
            "--as",
            MEMBER,
            "--as-group",
            READERS,
            "--as-uid",
            "uid-17",
        ]),
        of(refused("--as somebody without rights", "pods")).args(&["--as", MEMBER]),
        of(refused("--as-group without --as", "--as")).args(&["--as-group", READERS]),
        of(refused("--as-uid without --as", "--as")).args(&["--as-uid", "uid-17"]),
        answered("as in the kubeconfig").env("KUBECONFIG", acting("acts", json!({"as": reader}))?),
        answered("as-groups in the kubeconfig").env("KUBECONFIG", in_group),
        answered("as-uid in the kubeconfig").env("KUBECONFIG", with_uid),
        answered("--as over the kubeconfig's")
            .env("KUBECONFIG", acting("acts-else", json!({"as": MEMBER}))?)
            .args(&["--as", reader]),
    ])
}
