//! The ways to reach a cluster and to be somebody there: each row of a table is tried by the tool and by kubectl, which
//! must agree on whether it works, unless the row says why not.

mod logins;
mod place;
mod rows;

use std::process::{Command, Stdio};

use super::Verdict;
use super::ask::{Said, nothing_differs};
use super::support::lab::Lab;
use super::support::{Outcome, binaries};
use place::Place;

/// A way to connect.
pub struct Row {
    /// What it shows.
    name: &'static str,
    /// Beside the question.
    args: Vec<String>,
    /// All of the environment but `PATH`; `HOME` is an empty folder unless it stands here.
    env: Vec<(&'static str, String)>,
    /// Whether it is run where a pod's service account is mounted.
    in_a_pod: bool,
    /// Why kubectl does otherwise.
    unlike_kubectl: Option<&'static str>,
    wanted: Wanted,
}

/// What a row must come to.
enum Wanted {
    /// The pod is found.
    Answer,
    /// The pod is found, and a proxy was asked with this text in what it was asked.
    Through(super::support::tunnel::Asked, String),
    /// No answer, and this is said.
    Refusal(&'static str),
}

impl Row {
    fn new(name: &'static str, wanted: Wanted) -> Self {
        Self {
            name,
            args: Vec::new(),
            env: Vec::new(),
            in_a_pod: false,
            unlike_kubectl: None,
            wanted,
        }
    }

    fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|&arg| arg.to_owned()));
        self
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    fn unlike_kubectl(mut self, why: &'static str) -> Self {
        self.unlike_kubectl = Some(why);
        self
    }

    /// Runs a program as this row says.
    fn run(&self, place: &Place, program: &str, question: &[&str]) -> Outcome<Said> {
        let mut command = match self.in_a_pod {
            true => place.in_a_pod(program)?,
            false => Command::new(program),
        };
        command
            .args(question)
            .args(&self.args)
            .env_clear()
            .env("HOME", place.nowhere())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(place.nowhere())
            .stdin(Stdio::null());
        Said::of(command.output()?)
    }

    fn check(&self, place: &Place) -> Outcome<Vec<String>> {
        if let Wanted::Through(asked, _) = &self.wanted {
            asked.take();
        }
        let tool = env!("CARGO_BIN_EXE_kubectl-calicoq");
        place.plugin_runs();
        let mut question = vec!["endpoint", "web-1", "-o", "name"];
        // A pod's own namespace is that of its service account.
        if !self.in_a_pod {
            question.extend(["-n", "shop"]);
        }
        let said = self.run(place, tool, &question)?;
        let seen = format!("exit {}: {}{}", said.code, said.stdout, said.stderr);
        let mut wrong = Vec::new();
        if place.plugin_runs() > 1 {
            wrong.push("the credential plugin ran more than once".to_owned());
        }
        let answered = said.code == 0 && said.stdout == "pod/shop/web-1\n";
        match &self.wanted {
            Wanted::Answer if answered => {}
            Wanted::Through(asked, text) if answered => {
                let asked = asked.take();
                if asked.is_empty() || !asked.iter().all(|line| line.contains(text)) {
                    wrong.push(format!("the proxy was asked {asked:?}"));
                }
            }
            Wanted::Refusal(text)
                if (said.code, &*said.stdout) == (2, "") && said.stderr.contains(text) => {}
            _ => wrong.push(seen),
        }
        wrong.extend(self.check_kubectl(place)?);
        for secret in place.secrets() {
            if said.stderr.contains(&secret) {
                wrong.push("it shows a secret".to_owned());
            }
        }
        let about = |what| format!("{}: {what}", self.name);
        Ok(wrong.into_iter().map(about).collect())
    }

    /// Whether kubectl is refused where we are, and only there; where it is said to do otherwise, it must.
    fn check_kubectl(&self, place: &Place) -> Outcome<Option<String>> {
        let kubectl = binaries::path("kubectl").display().to_string();
        let mut list = vec!["get", "pods", "-o", "name"];
        // With any flag it forgets that it runs in a pod.
        if !self.in_a_pod {
            list.extend(["-n", "shop", "--request-timeout=10s"]);
        }
        let theirs = self.run(place, &kubectl, &list)?;
        let refused = matches!(self.wanted, Wanted::Refusal(_));
        let answered = theirs.code == 0 && theirs.stdout.contains("pod/web-1\n");
        let like = answered != refused;
        Ok(match self.unlike_kubectl {
            None if !like => Some(format!("kubectl: exit {}: {}", theirs.code, theirs.stderr)),
            Some(why) if like => Some(format!("kubectl does the same, {why}?")),
            _ => None,
        })
    }
}

pub fn each_connection_works_as_kubectls(_: &Lab) -> Verdict {
    let place = Place::new()?;
    let world = place.cluster.world("shop")?;
    let rows = rows::rows(&place)?;
    assert!(rows.len() > 50, "only {} rows", rows.len());
    let mut wrong = Vec::new();
    for row in &rows {
        wrong.extend(row.check(&place)?);
    }
    wrong.extend(place.without_a_trace_of_impersonation()?);
    drop(world);
    nothing_differs(&wrong);
    Ok(())
}
