//! What goes wrong on the way: bounded time, and words that name the place.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::stub::{Answer, How, World};
use super::*;

fn failure(settings: &Settings) -> (String, String) {
    let begun = Instant::now();
    let mut source = Connection::configure(settings).unwrap().connect();
    let error = whole(&mut source, &two_stages(&[Kind::Tier, Kind::Pod]))
        .err()
        .unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "{:?}",
        begun.elapsed()
    );
    (
        error.to_string(),
        error.hint().unwrap_or_default().to_owned(),
    )
}

#[test]
fn nobody_listens() {
    let (error, hint) = failure(&settings("https://127.0.0.1:1"));
    assert_eq!(
        error,
        "kubernetes https://127.0.0.1:1: connection refused (TCP)"
    );
    assert!(hint.contains("address"), "{hint}");
}

#[test]
fn the_name_does_not_resolve() {
    let (error, _) = failure(&settings("https://nowhere.invalid:6443"));
    assert!(error.contains("https://nowhere.invalid:6443"), "{error}");
    assert!(error.ends_with("does not resolve (DNS)"), "{error}");
}

#[test]
fn no_tls_is_spoken() {
    let stub = World::small().serve(|_| None);
    let (error, _) = failure(&settings(&stub.url.replace("http:", "https:")));
    assert!(error.ends_with("(TLS)"), "{error}");
}

#[test]
fn the_handshake_never_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let mut settings = settings(&url);
    settings.request_timeout = Some(Duration::from_secs(30));
    let (error, _) = failure(&settings);
    assert!(
        error.contains("does not answer the handshake (TLS)"),
        "{error}"
    );
}

#[test]
fn the_connection_is_closed_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream.unwrap().read(&mut [0; 16]);
        }
    });
    let (error, _) = failure(&settings(&url));
    assert!(error.ends_with("(read)"), "{error}");
    assert!(
        error.contains("ended") || error.contains("reset"),
        "{error}"
    );
}

#[test]
fn the_server_is_silent() {
    let stub = World::small().serve(|_| Some(Answer::list("1", &[]).how(How::Silent)));
    let mut settings = settings(&stub.url);
    settings.request_timeout = Some(Duration::from_millis(300));
    let (error, hint) = failure(&settings);
    assert!(error.ends_with("no answer within 300 ms (read)"), "{error}");
    assert!(hint.contains("--request-timeout"), "{hint}");
}

#[test]
fn one_silent_kind_is_a_gap() {
    let stub = World::small().serve(|request| {
        let tiers = request.path().ends_with("/tiers") && !request.is_guard();
        tiers.then(|| Answer::list("1", &[]).how(How::Silent))
    });
    let mut settings = settings(&stub.url);
    settings.request_timeout = Some(Duration::from_millis(500));
    let mut source = Connection::configure(&settings).unwrap().connect();
    let (kept, _) = whole(&mut source, &two_stages(&[Kind::Tier, Kind::Pod])).unwrap();
    assert_eq!(kept.gaps[0].1.code, crate::note::GapCode::Timeout);
}

/// A server that fails at one kind, pinned or not, leaves a gap there and answers for the rest.
#[test]
fn one_failing_kind_is_a_gap() {
    let fails = |request: &stub::Request| request.path().ends_with("/networksets");
    let stub = World::small().serve(move |request| {
        fails(request).then(|| Answer::status(500, "etcdserver: request timed out"))
    });
    let mut source = source(&stub);
    let stages = two_stages(&[Kind::Tier, Kind::NetworkSet, Kind::Pod]);
    let (kept, _) = whole(&mut source, &stages).unwrap();
    let [(Kind::NetworkSet, gap)] = kept.gaps.as_slice() else {
        panic!("{:?}", kept.gaps);
    };
    assert_eq!(gap.code, crate::note::GapCode::ServerError);
    assert_eq!(gap.missing_from, [crate::note::Part::RuleMatches]);
    assert_eq!(gap.message, "500: etcdserver: request timed out");
    assert!(gap.rule.is_none(), "no right is missing");
}

#[test]
fn the_answer_ends_early() {
    let stub = World::small().serve(|request| {
        let tiers = request.path().ends_with("/tiers");
        tiers.then(|| Answer::list("1", &[stub::named("x")]).how(How::Truncated))
    });
    let (error, _) = failure(&settings(&stub.url));
    assert!(error.ends_with("the answer ended early (read)"), "{error}");
}

#[test]
fn the_answer_is_something_else() {
    for body in [
        "<html>welcome</html>",
        "{}",
        "{\"kind\":\"List\",\"items\":[",
        "",
    ] {
        let stub = World::small().serve(move |request| {
            let mut answer = Answer::list("1", &[]);
            answer.body = body.as_bytes().to_vec();
            request.path().ends_with("/tiers").then_some(answer)
        });
        let (error, hint) = failure(&settings(&stub.url));
        assert!(error.contains("the answer is no list"), "{body}: {error}");
        assert!(hint.contains("Kubernetes API server"), "{hint}");
    }
}

#[test]
fn it_is_no_api_server() {
    let stub = World::small().serve(|_| {
        let mut answer = Answer::status(404, "");
        answer.body = b"<html>".to_vec();
        Some(answer)
    });
    let (error, _) = failure(&settings(&stub.url));
    assert!(error.contains("there is no /apis (404)"), "{error}");
}

#[test]
fn the_credentials_are_refused() {
    let stub = World::small().serve(|_| Some(Answer::status(401, "Unauthorized")));
    let mut settings = settings(&stub.url);
    settings.token = Some("a-secret".to_owned());
    let (error, hint) = failure(&settings);
    assert!(error.contains("Unauthorized (authentication)"), "{error}");
    assert!(hint.contains("log in again"), "{hint}");
    assert!(!error.contains("a-secret") && !hint.contains("a-secret"));
}

#[test]
fn nobody_is_somebody_without_rights() {
    let stub = World::small().serve(|_| {
        let said = "forbidden: User \"system:anonymous\" cannot get path \"/apis\"";
        Some(Answer::status(403, said))
    });
    let (error, _) = failure(&settings(&stub.url));
    assert!(error.contains("no credentials (authentication)"), "{error}");
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    for status in [429, 503] {
        let busy = AtomicUsize::new(0);
        let stub = World::small().serve(move |request| {
            let first = request.path().ends_with("/tiers")
                && !request.is_guard()
                && busy.fetch_add(1, Ordering::SeqCst) == 0;
            first.then(|| Answer::status(status, "later").header("Retry-After", "1"))
        });
        let begun = Instant::now();
        let (kept, attempts) = whole(&mut source(&stub), &two_stages(&[Kind::Tier])).unwrap();
        assert_eq!((attempts, kept.objects.len()), (1, 2));
        assert!(begun.elapsed() >= Duration::from_secs(1));
        assert_eq!(
            stub.asked_for("/apis/crd.projectcalico.org/v1/tiers").len(),
            2
        );
    }
}

#[test]
fn a_server_that_asks_for_too_much_time_is_given_up() {
    let stub =
        World::small().serve(|_| Some(Answer::status(429, "later").header("Retry-After", "3600")));
    let (error, _) = failure(&settings(&stub.url));
    assert!(
        error.contains("busy (429) and asks to come back in 3600 s"),
        "{error}"
    );
}

#[test]
fn a_server_that_stays_busy_is_given_up() {
    let busy = || Answer::status(503, "no endpoints available");
    for answer in [busy(), busy().header("Retry-After", "0")] {
        let stub = World::small().serve(move |_| Some(answer.clone()));
        let (error, _) = failure(&settings(&stub.url));
        assert!(error.contains("stays busy (503)"), "{error}");
        // Two requests at once, each again after each wait.
        assert!(stub.asked().len() <= 10, "{}", stub.asked().len());
    }
}
