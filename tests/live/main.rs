//! Tests against real servers: kube-apiserver and etcd on loopback (built by `make servers`).
//!
//! To add a test: write `pub fn what_holds(lab: &Lab) -> Verdict` in one of the files here (or a new one, with its
//! `mod` below) and name it in [`trials!`] in `main`. Inside:
//!
//! ```ignore
//! for mode in Mode::ALL {
//!     let cluster = lab.cluster(mode)?;                  // started once for the whole run
//!     let world = cluster.world("shop")?;                // tests/worlds/shop, and nothing else; ours until dropped
//!     let user = cluster.reader()?;                      // fresh; or cluster.user(&[Rule::list("", &["pods"]).within("shop")])?
//!     let output = Command::new(env!("CARGO_BIN_EXE_kubectl-calicoq"))
//!         .env("KUBECONFIG", user.kubeconfig()).args(["endpoint", "-n", "shop", "web-1"]).output()?;
//!     assert_eq!(output.status.code(), Some(0));
//!     let asked = cluster.audit(&user)?;                 // every request of that user: verb, uri, code
//!     world.store_together(&[pod, set])?;                // changes at one revision
//! }
//! ```
//!
//! Take the world before other things of a cluster: it is also what keeps tests of one cluster apart, in whatever
//! threads they run. What would disturb others (compaction, a value that cannot be decoded, other flags) gets servers of its own:
//! `Cluster::start(Arc::new(Etcd::start()?), mode, &Options { … })`.
//!
//! The arguments are those of every other test binary (a name filters, `--exact`, `--test-threads`). Without
//! `CALICOQ_TEST_SERVERS` and `KUBEBUILDER_ASSETS` all tests here are ignored, and with `CI=true` that is a failure;
//! the same holds for those of krew where that folder has no krew.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may panic: that is how it fails"
)]

mod answers;
mod ask;
mod completion;
mod connections;
mod encodings;
mod etcd;
mod etcd_access;
mod etcd_copies;
#[path = "../expectation/mod.rs"]
mod expectation;
mod groups;
mod harness;
mod k9s;
mod krew;
mod kubectl;
mod moment;
#[path = "../release/mod.rs"]
mod release;
mod snapshot;
#[path = "../snapshots/mod.rs"]
mod snapshots;
mod support;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use support::binaries::{Servers, has_krew, locate};
use support::lab::Lab;

/// What a test gives back; any error fails it, and so does a panic.
type Verdict = Result<(), Failed>;

/// Trials out of test functions, named by their paths.
macro_rules! trials {
    ($lab:expr; $($($name:ident)::+),+ $(,)?) => {
        vec![$(trial($lab, concat!($("::", stringify!($name)),+), $($name)::+)),+]
    };
}

fn main() -> ExitCode {
    let servers = locate();
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    match &servers {
        Servers::Found(_) => {}
        Servers::Incomplete(problem) => {
            eprintln!("{problem}");
            return ExitCode::FAILURE;
        }
        Servers::Unset if ci => {
            eprintln!(
                "CI=true, and neither CALICOQ_TEST_SERVERS nor KUBEBUILDER_ASSETS is set: use `make test`"
            );
            return ExitCode::FAILURE;
        }
        Servers::Unset => {
            eprintln!("no CALICOQ_TEST_SERVERS and no KUBEBUILDER_ASSETS: use `make test`")
        }
    }

    let without_krew = matches!(servers, Servers::Found(_)) && !has_krew();
    if without_krew {
        eprintln!("no krew beside the servers: its tests do not run");
        if ci {
            return ExitCode::FAILURE;
        }
    }

    let lab = Arc::new(Lab::default());
    let trials = trials![&lab;
        harness::both_clusters_serve_their_own_group_only,
        harness::objects_come_back_as_written,
        harness::a_changed_object_is_reported,
        harness::a_list_at_an_old_revision_is_the_old_state,
        harness::a_compacted_revision_is_gone,
        harness::rights_end_where_they_were_granted,
        harness::the_audit_log_holds_every_request,
        harness::kubectl_reads_the_world,
        harness::an_undecodable_object_fails_its_kind,
        harness::every_world_comes_back_as_written,
        answers::every_world_gives_its_answers,
        answers::a_hidden_policy_kind_is_a_gap_and_an_allow_becomes_unknown,
        answers::hidden_namespaces_leave_unknown_what_hangs_on_their_labels,
        answers::hidden_tiers_leave_their_ends_unknown,
        answers::hidden_kinds_that_decide_nothing_leave_the_verdict,
        answers::rights_in_the_pods_namespace_suffice,
        answers::hidden_pods_are_no_answer,
        answers::rights_in_one_namespace_answer_for_that_namespace,
        answers::a_value_that_does_not_decode_is_named,
        answers::a_port_that_go_cannot_decode_poisons_its_kind,
        answers::a_wrong_address_is_an_error_within_its_time,
        answers::an_expired_token_is_said_so,
        answers::the_lines_for_jq_print_what_the_transcript_shows,
        completion::contexts_are_those_of_the_kubeconfig,
        completion::kubectl_offers_what_the_cluster_holds,
        completion::names_are_kept_for_a_while_and_nothing_else_is,
        completion::names_come_from_etcd_too,
        completion::what_came_in_time_is_offered,
        completion::what_may_not_be_read_is_left_out_silently,
        connections::each_connection_works_as_kubectls,
        encodings::a_page_tells_its_token_first,
        encodings::a_refusal_says_the_same_in_both,
        encodings::pods_are_the_same_in_both,
        etcd::copies_are_what_calico_writes,
        etcd::every_world_gives_its_answers,
        groups::a_forbidden_kind_is_read_from_the_other_group,
        groups::two_copies_are_noted_and_the_one_that_nodes_read_is_read,
        kubectl::arguments_environment_and_input_arrive,
        kubectl::exit_codes_are_handed_on_and_names_corrected,
        kubectl::flags_are_spelled_as_kubectls,
        kubectl::it_is_a_plugin_without_warnings,
        kubectl::usage_reads_as_it_is_typed,
        moment::first_pages_are_pinned_and_later_ones_only_continue,
        moment::one_name_never_lists_all_pods,
        moment::a_write_of_two_kinds_is_never_seen_torn,
        moment::a_compacted_moment_is_chosen_anew,
        moment::a_refused_pin_is_read_without,
        moment::kinds_in_another_store_are_noticed,
        moment::the_moment_needs_no_cluster_information,
        etcd_access::a_plain_etcd_is_read_at_one_revision,
        etcd_access::an_old_etcd_is_read_too,
        etcd_access::endpoints_are_tried_in_order,
        etcd_access::nothing_hangs,
        etcd_access::a_learner_is_passed_over,
        etcd_access::members_of_another_cluster_are_never_mixed,
        etcd_access::tls_with_client_certificates,
        etcd_access::what_is_wrong_with_tls_is_said,
        etcd_access::users_and_passwords,
        etcd_access::a_role_for_some_prefixes,
        etcd_access::a_compaction_in_the_middle_starts_anew,
        etcd_access::a_write_of_two_keys_is_never_seen_torn,
        etcd_access::an_etcd_without_calico_is_said_so,
        etcd_access::a_locked_datastore_is_said_so,
        etcd_access::a_value_that_does_not_decode_is_named_by_its_key,
        snapshot::every_world_answers_from_its_snapshot,
        snapshot::every_world_in_etcd_answers_from_its_snapshot,
        snapshot::what_etcd_cannot_decode_survives,
        snapshot::gaps_stay_gaps,
        snapshot::a_poisoned_kind_and_unknown_fields_survive,
        snapshot::version_names_the_cluster,
        k9s::each_key_shows_in_a_pager_what_polices_the_selected,
    ];
    let trials_of_krew = trials![&lab;
        krew::an_archive_is_installed_by_its_manifest,
        krew::every_platform_gets_its_own_archive,
        krew::krews_own_validation_passes,
        krew::an_index_installs_upgrades_and_uninstalls_it,
        krew::the_caveats_make_kubectl_complete,
    ];
    let ignored = matches!(servers, Servers::Unset);
    let of_krew = trials_of_krew
        .into_iter()
        .map(|trial| trial.with_ignored_flag(ignored || without_krew));
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(ignored))
        .chain(of_krew)
        .collect();
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    // The last owner: the servers end here, before the process does.
    drop(lab);
    conclusion.exit_code()
}

fn trial(lab: &Arc<Lab>, name: &str, test: fn(&Lab) -> Verdict) -> Trial {
    let lab = Arc::clone(lab);
    Trial::test(name.trim_start_matches("::"), move || test(&lab))
}
