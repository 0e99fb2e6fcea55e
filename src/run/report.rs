//! What is said on stderr beside an answer.

use super::chosen::Ignored;
use super::say;
use crate::answer::{Head, NotEndpoint, NotFound, Tail, Widened};
use crate::cli;
use crate::load::Loaded;
use crate::note::Part;
use crate::question::{Form, Question, What};
use crate::render::{Format, Shape, Style, cluster_notes, escape, gap_warnings};
use crate::source::calicoctl::{Configuration, Setting};
use crate::source::kube;

/// `reading kubernetes https://10.0.0.5:6443 (--server)`: a source, and what chose it.
pub(super) fn reading(datastore: &str, address: &str, by: &str) -> String {
    escape(&format!("reading {datastore} {address} ({by})")).into_owned() + "\n"
}

/// What was found and does not count: `ignored: /etc/calico/calicoctl.cfg, ETCD_ENDPOINTS`, and a line for each
/// reason.
pub(super) fn ignored(ignored: &[Ignored]) -> String {
    let mut reasons: Vec<Option<&str>> = Vec::new();
    for it in ignored {
        let why = it.why.as_deref();
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }
    let line = |why: Option<&str>| {
        let same = ignored.iter().filter(|it| it.why.as_deref() == why);
        let what: Vec<&str> = same.map(|it| &*it.what).collect();
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        escape(&format!("ignored: {}{why}", what.join(", "))).into_owned() + "\n"
    };
    reasons.into_iter().map(line).collect()
}

/// How it was read.
pub(super) fn warnings(warnings: &[String]) -> String {
    let line = |warning: &String| escape(&format!("warning: {warning}")).into_owned() + "\n";
    warnings.iter().map(line).collect()
}

/// `-v`: each setting of a configuration and what sets it. Credentials are hidden.
pub(super) fn settings(configuration: &Configuration) -> String {
    let settings = configuration.settings().iter();
    let line = |setting: &Setting| {
        let shown = match setting.is_empty() {
            true => "(empty)",
            false => setting.shown(),
        };
        let (name, from) = (setting.field.name(), &setting.from);
        escape(&format!("  {name}: {shown} ({from})")).into_owned() + "\n"
    };
    settings.map(line).collect()
}

/// `-v`: what flags and kubeconfig come to.
pub(super) fn cluster(connection: &kube::Connection, typed: &cli::Connection) -> String {
    let by = |flag: Option<&'static str>| flag.unwrap_or("kubeconfig");
    let server = by(typed.server.as_ref().map(|_| "--server"));
    let context = by(typed.context.as_ref().map(|_| "--context"));
    let mut lines = format!("  server: {} ({server})\n", escape(&connection.address));
    if let Some(name) = &connection.context {
        lines += &format!("  context: {} ({context})\n", escape(name));
    }
    lines
}

/// Names that were taken for parts of ids.
pub(super) fn widened(widened: &[Widened]) -> String {
    let line = |widened: &Widened| {
        let what = escape(&widened.what);
        let count = widened.count;
        format!(
            "no pod or host endpoint is named \"{what}\"; showing {count} whose id contains it\n"
        )
    };
    widened.iter().map(line).collect()
}

/// Fields that were filled into manifests.
pub(super) fn filled_in(loaded: &Loaded, level: u8) {
    if level > 0 {
        for (field, count) in &loaded.filled_in {
            let manifests = if *count == 1 { "manifest" } else { "manifests" };
            say(&format!("filled in {field} in {count} {manifests}\n"));
        }
    }
}

/// Everything after the answer.
pub(super) fn after(
    question: &Question,
    head: &Head,
    tail: &Tail,
    count: usize,
    style: &Style,
    quiet: bool,
) {
    let structured = matches!(style.format, Some(Format::Json | Format::Yaml));
    for pod in &tail.not_endpoints {
        say(&format!("error: {}\n", escape(&no_endpoint(pod))));
    }
    for missing in &tail.not_found {
        say(&format!(
            "error: {}\n",
            escape(&not_found(missing, question, head))
        ));
    }
    let named = tail.not_endpoints.is_empty() && tail.not_found.is_empty();
    if count == 0 && named && !structured && !quiet {
        say(&format!("{}\n", nothing(question)));
    }
    notes_and_gaps(head, style, quiet);
}

/// What could not be read, and what concerns the whole cluster.
pub(super) fn notes_and_gaps(head: &Head, style: &Style, quiet: bool) {
    say(&gap_warnings(&head.gaps));
    let structured = matches!(style.format, Some(Format::Json | Format::Yaml));
    let spoken = !structured
        && !matches!(
            (style.format, style.shape),
            (Some(Format::Name), Shape::Lines)
        );
    if spoken && !quiet {
        say(&cluster_notes(&head.notes));
    }
}

/// A name that no policy has.
pub(super) fn no_policy(missing: &[NotFound], head: &Head, question: &Question) -> String {
    let place = match &question.scope.namespace {
        Some(namespace) => format!(" in namespace {namespace}"),
        None => String::new(),
    };
    let line = |missing: &NotFound| {
        let meant = limits(missing, head, Part::Policies);
        let text = format!("error: no policy \"{}\"{place}{meant}", missing.what);
        format!("{}\n", escape(&text))
    };
    missing.iter().map(line).collect()
}

/// That a name may be among what could not be read, and the names that may have been meant.
fn limits(missing: &NotFound, head: &Head, part: Part) -> String {
    let mut gaps = head.gaps.iter();
    let among = match gaps.any(|gap| gap.missing_from.contains(&part)) {
        true => " among what could be read",
        false => "",
    };
    match missing.near.as_slice() {
        [] => among.to_owned(),
        near => format!("{among}; is it {}?", near.join(" or ")),
    }
}

/// The canonical text, what may surprise, and that nothing is selected.
pub(super) fn of_selector(head: &Head, warnings: &[String], count: usize, style: &Style) -> String {
    let mut said = String::new();
    let structured = matches!(style.format, Some(Format::Json | Format::Yaml));
    let people = !structured && style.format != Some(Format::Name);
    if count == 0 && !structured {
        said.push_str("No endpoint and no network set is selected.\n");
    }
    if people
        && let Some(canonical) = head
            .query
            .canonical
            .as_ref()
            .filter(|text| Some(*text) != head.query.selector.as_ref())
    {
        said.push_str(&format!("canonical: {}\n", escape(canonical)));
    }
    if !structured {
        said.extend(
            warnings
                .iter()
                .map(|warning| format!("warning: {}\n", escape(warning))),
        );
    }
    said
}

fn nothing(question: &Question) -> String {
    match &question.scope.namespace {
        Some(namespace) => format!("No endpoints found in {} namespace.", escape(namespace)),
        None => "No endpoints found.".to_owned(),
    }
}

/// `pod/kube-system/agent-x is no endpoint: it uses the node's network; see hep/node-b-auto-hep`
fn no_endpoint(pod: &NotEndpoint) -> String {
    let see = pod.see.join(", ");
    let message = match pod.message.split_once("; see ") {
        Some((cause, _)) if !see.is_empty() => format!("{cause}; see {see}"),
        Some((cause, _)) => format!("{cause}, and the node has no host endpoint"),
        None => pod.message.clone(),
    };
    format!("{} is no endpoint: {message}", pod.what)
}

fn not_found(missing: &NotFound, question: &Question, head: &Head) -> String {
    let meant = limits(missing, head, Part::Items);
    format!("{}{meant}", not_there(missing, question))
}

fn not_there(missing: &NotFound, question: &Question) -> String {
    let is_it = |what: &&What| missing.what.ends_with(&format!("/{}", what.text));
    let whole = question.what.iter().find(is_it);
    let named = || question.what.iter().find(|what| named_as(what, missing));
    let form = whole.or_else(named).map(|what| &what.form);
    let name = missing.what.rsplit('/').next().unwrap_or_default();
    let place = |namespace: Option<&str>| match namespace {
        Some(namespace) => format!(" in namespace {namespace} (-A looks everywhere)"),
        None => String::new(),
    };
    let scope = question.scope.namespace.as_deref();
    match form {
        Some(Form::Host { .. }) => format!("no host endpoint \"{name}\""),
        Some(Form::Node { name }) => {
            format!("neither a node nor an endpoint of a node \"{name}\"")
        }
        Some(Form::Pod {
            namespace: Some(namespace),
            ..
        }) => {
            format!("no pod \"{name}\" in namespace {namespace}")
        }
        Some(Form::Pod {
            namespace: None, ..
        }) => format!("no pod \"{name}\"{}", place(scope)),
        Some(Form::Id { .. }) => format!("no endpoint \"{}\"", missing.what),
        Some(Form::Address(address)) if question.scope.typed => {
            format!("no endpoint holds {address}{}", place(scope))
        }
        Some(Form::Address(address)) => format!("no endpoint holds {address}"),
        _ => format!(
            "no pod or host endpoint \"{}\"{}",
            missing.what,
            place(scope)
        ),
    }
}

/// Whether a WHAT is the one that was not found, which is shown as a ref.
fn named_as(what: &What, missing: &NotFound) -> bool {
    let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
    what.text == missing.what || last(&what.text) == last(&missing.what)
}
