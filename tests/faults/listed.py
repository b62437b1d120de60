"""The cases that are tried on parts of the service, with the tests that try them."""

from dataclasses import dataclass

SQLITE, POSTGRESQL, NONE = "sqlite", "postgresql", "none"
BOTH = (SQLITE, POSTGRESQL)
# Where the tests run that know no database.
WITHOUT = SQLITE


@dataclass(frozen=True)
class Case:
    """
    Something that is tried.

    Attributes:
        number: Short name, such as S5.
        tried: What is tried, in words.
        tests: The tests that try it, each with all its parameters.
        databases: Where: on one or both, or, what knows no database, on `none`.
    """

    number: str
    tried: str
    tests: tuple[str, ...]
    databases: tuple[str, ...] = BOTH

    def told_on(self, vendor: str) -> str:
        """What the report calls the database where the tests run on one, or nothing where they do not."""
        if vendor in self.databases:
            return vendor
        return NONE if NONE in self.databases and vendor == WITHOUT else ""


def case(number: str, tried: str, *tests: str, databases: tuple[str, ...] = BOTH) -> Case:
    """Return a case; its tests are named from within `tests`."""
    return Case(number, tried, tuple(f"tests/{test}" for test in tests), databases)


AT_ONCE, TIMES, INPUT = (
    "api/test_concurrency.py::test_",
    "api/test_hostile_times.py::test_",
    "api/test_bad_input.py::test_",
)
REQUESTS, OUTBOUND, LOGIN = (
    "api/test_hostile_requests.py::test_",
    "feeds/test_outbound.py::test_",
    "config/test_two_factor.py::test_",
)
EXPORTED, SIGNED, CUT = (
    "management/test_ledger.py::test_",
    "services/test_checkpoints.py::test_",
    "services/test_redactions.py::TestARowInEveryTable::test_",
)
UNPACKED = "architecture/test_style.py::test_nothing_from_outside_is_unpacked_or_run"
SEALED, CHECKS = "services/test_sealing.py::test_", "config/test_checks.py::test_"

CASES = (
    case("C1", "two who decide the same at once, people or the sweep: one does, the other is told what was decided",
         f"{AT_ONCE}of_two_who_decide_at_once_one_does_and_the_other_is_told_what_was_decided",
         f"{AT_ONCE}a_person_and_the_sweep_that_decide_at_once_leave_one_verdict"),
    case("C2", "two who revise the same state: the second is told that it changed",
         "api/test_preconditions.py::test_of_two_who_revise_the_same_state_one_is_told"),
    case("C3", "one idempotency key, sent many times at once", f"{AT_ONCE}one_key_sent_many_times_at_once_does_the_work_once"),
    case("C6", "requests at the same moment get no more than the budget",
         f"{AT_ONCE}requests_at_the_same_moment_get_no_more_than_the_budget"),
    case("C7", "one file, sent four times at once", f"{AT_ONCE}one_file_sent_four_times_at_once_is_imported_once"),
    case("L1", "every way of changing a row of every append-only table",
         "models/test_append_only.py::TestARowInEveryTable::test_no_way_of_changing_a_record_is_open"),
    case("L2", "every way past the guards, as the application's role",
         "services/test_hardening.py::test_every_way_of_changing_a_record_is_refused_to_the_role", databases=(POSTGRESQL,)),
    case("L3", "an entry off the clock, out of number or from another head",
         "services/test_ledger.py::test_the_database_refuses_an_entry_that_does_not_continue_the_chain"),
    case("L4", "RFC 8785: its vectors, and what has no canonical form",
         "ledger/test_canonical.py::test_the_example_of_the_standard_is_written_byte_for_byte",
         "ledger/test_canonical.py::test_what_has_no_canonical_form_is_refused", databases=(NONE,)),
    case("L5", "RFC 6962: published roots, proofs of all small trees, forged proofs",
         "ledger/test_merkle.py::test_the_roots_are_those_of_certificate_transparency",
         "ledger/test_merkle.py::test_every_root_and_every_proof_is_that_of_an_independent_implementation",
         "ledger/test_merkle.py::test_no_forged_proof_of_inclusion_leads_to_the_root",
         "ledger/test_merkle.py::test_no_forged_proof_of_consistency_holds", databases=(NONE,)),
    case("L6", "tampering, found by the layer that should",
         "selectors/test_ledger_checks.py::test_tampering_is_found_by_the_layer_that_should"),
    case("L7", "signed notes: the published one, and changed ones", "ledger/test_notes.py::test_the_published_note_opens",
         "ledger/test_notes.py::test_a_note_that_was_changed_does_not_open", databases=(NONE,)),
    case("L8", "a second root of one size, two histories, a ledger cut back", f"{SIGNED}a_second_root_of_one_size_is_not_signed",
         f"{EXPORTED}two_mirrors_that_were_shown_two_histories_are_told",
         f"{EXPORTED}a_ledger_that_was_cut_back_is_told_as_a_rollback"),
    case("L9", "exports checked by Python alone, whole and tampered with",
         f"{EXPORTED}an_export_is_checked_by_what_it_brings_alone", f"{EXPORTED}an_export_that_was_tampered_with_is_found"),
    case("L10", "what is sealed: unseen, revealed as it was, counted where it never is",
         "api/test_sealed.py::test_nothing_that_anybody_is_shown_tells_what_is_sealed",
         f"{SEALED}another_content_or_salt_does_not_open_a_commitment",
         f"{SEALED}what_was_never_revealed_is_counted_and_costs_the_rank"),
    case("L11", "redaction: proofs hold, nothing else can be changed",
         f"{CUT}receipts_and_checkpoints_from_before_still_prove_what_they_proved",
         f"{CUT}the_verifier_says_redacted_and_not_tampered", f"{CUT}beside_a_redaction_no_other_change_is_let_through"),
    case("L12", "a key replaced by another", f"{SIGNED}a_new_key_signs_beside_the_old_one_until_that_is_retired"),
    case("M1", "conditions and outcomes that occur, late, before, withdrawn",
         "soundness/test_conditional_table.py::test_a_conditional_prediction_comes_to_what_the_table_says"),
    case("O2", "who records waits for no step of the tables more than 2 s, with a million events",
         "benchmarks/test_steps.py::test_who_records_hardly_waits_for_any_step_where_many_events_are_recorded",
         databases=(POSTGRESQL,)),
    case("O4", "sweeps of ten thousand predictions among up to a million events: 30 s at most, no more questions, no table read whole",
         "benchmarks/test_many_events.py::test_a_sweep_takes_no_longer_among_more_events", databases=(POSTGRESQL,)),
    case("O5", "secrets in what is logged", "config/test_logs.py::test_secrets_are_hidden_and_all_else_stays",
         "config/test_logs.py::test_a_message_of_another_library_hides_its_secrets_too", databases=(NONE,)),
    case("R2", "twenty forecasts scored by hand",
         "soundness/test_changes_in_a_row.py::test_twenty_forecasts_score_what_they_do_by_hand"),
    case("S1", "every address, method and kind of account", "api/test_permissions.py::test_every_cell_of_the_api_is_as_listed",
         "api/test_permissions.py::test_every_cell_of_the_pages_and_the_admin_is_as_listed",
         databases=(SQLITE,)),
    case("S2", "deleting, as anybody", "admin/test_nothing_is_rewritten.py::test_no_row_is_deleted"),
    case("S3", "resolving one's own prediction", "services/test_verdicts.py::test_nobody_resolves_their_own_prediction",
         "api/test_tokens.py::test_a_token_that_forecasts_cannot_resolve_its_own_prediction"),
    case("S4", "recording for another source or forecaster", "api/test_tokens.py::test_a_source_records_only_for_itself",
         "api/test_tokens.py::test_a_forecaster_forecasts_only_for_themselves"),
    case("S5", "addresses that lead inside", f"{OUTBOUND}what_leads_inside_is_never_connected_to", databases=(NONE,)),
    case("S6", "names that change, redirects, answers without an end",
         f"{OUTBOUND}a_name_is_looked_up_once_and_the_checked_address_is_the_one_connected_to",
         f"{OUTBOUND}one_inner_address_among_public_ones_is_one_too_many",
         f"{OUTBOUND}a_redirect_is_an_answer_and_is_not_followed",
         f"{OUTBOUND}no_answer_holds_the_sender_up_or_fills_its_memory", databases=(NONE,)),
    case("S7", "archives, pickles and YAML from outside: none is read", UNPACKED, databases=(NONE,)),
    case("S8", "what is no probability", f"{INPUT}what_is_no_probability_is_refused"),
    case("S9", "JSON that readers could disagree about, or that is too large",
         f"{INPUT}a_body_that_readers_could_disagree_about_is_refused", f"{INPUT}a_body_that_is_too_large_is_refused"),
    case("S10", "XML from outside: none is read", UNPACKED, databases=(NONE,)),
    case("S11", "cells that a spreadsheet would run, quotation marks that are never closed",
         "api/test_exports.py::test_a_cell_that_begins_like_a_formula_is_text",
         "feeds/test_csv_events.py::test_a_quotation_mark_that_is_not_closed_does_not_swallow_the_rest",
         "feeds/test_csv_events.py::test_a_line_without_an_end_is_skipped_in_pieces"),
    case("S12", "messages of ours that are forged or sent again", "services/test_sending.py::test_a_message_arrives_signed",
         "services/test_sending.py::test_sending_again_sends_nothing_twice"),
    case("S13", "rules without end, or with code", "api/test_hostile_rules.py::test_a_rule_beyond_a_limit_is_refused_with_its_place"),
    case("S14", "columns that are not offered", f"{REQUESTS}no_column_can_be_written_that_is_not_offered",
         f"{REQUESTS}no_column_can_be_written_in_any_other_way_either"),
    case("S15", "what belongs to others, by its id", f"{REQUESTS}what_belongs_to_others_is_answered_like_what_is_nowhere"),
    case("S16", "limits evaded by made-up addresses, or by asking several workers",
         "api/test_rate_limits.py::test_a_forged_address_escapes_no_limit",
         "api/test_rate_limits.py::test_workers_of_one_server_count_together", databases=(SQLITE,)),
    case("S17", "other hosts, and caches on the way", f"{REQUESTS}another_host_is_refused",
         f"{REQUESTS}no_other_header_names_the_host", f"{REQUESTS}no_cache_on_the_way_may_keep_an_answer"),
    case("S18", "guessed passwords, planted sessions, forms of other sites, frames",
         f"{LOGIN}five_wrong_passwords_lock_the_account_for_the_address_alone",
         f"{LOGIN}a_session_gets_another_id_at_the_login_and_ends_with_the_password",
         "config/test_browsers.py::test_a_form_without_its_token_is_refused", "config/test_browsers.py::test_no_page_can_be_framed"),
    case("S19", "titles and addresses that bring script", "pages/test_hostile.py::test_words_bring_no_element_or_handler",
         "pages/test_hostile.py::test_addresses_lead_only_to_the_web",
         "pages/test_hostile.py::test_forbids_inline_code_and_outside_requests", databases=(SQLITE,)),
    case("S20", "messages that are no JSON, a broker without a password", f"{CHECKS}messages_are_json_and_acknowledged_early",
         f"{CHECKS}a_broker_without_a_password_is_an_error", databases=(NONE,)),
    case("S21", "the settings of a deployment, and none", f"{CHECKS}a_deployment_passes_every_check",
         f"{CHECKS}without_debug_and_key_the_service_refuses_to_start", databases=(SQLITE,)),
    case("S22", "every part pinned by its hash, with a licence", "config/test_parts.py::test_every_file_that_is_installed_is_pinned_by_its_hash",
         "config/test_parts.py::test_the_list_in_the_documentation_is_that_of_the_lock",
         "config/test_parts.py::test_the_bill_names_every_part_with_its_hashes", databases=(NONE,)),
    case("T1", "an event at each edge of a window",
         "soundness/test_boundaries.py::test_an_event_at_the_edge_of_a_window_is_judged_as_the_table_says"),
    case("T2", "instants and days that could be others, or are none", f"{TIMES}an_instant_that_could_be_another_is_refused_in_a_body",
         f"{TIMES}an_instant_that_could_be_another_is_refused_as_a_parameter", f"{TIMES}a_day_that_could_be_another_is_refused"),
    case("T4", "evidence that comes late",
         "services/test_changed_knowledge.py::test_late_evidence_is_put_to_a_person_only_while_a_verdict_can_be_reopened"),
    case("T5", "any history of facts, corrections and decisions, against the rules alone",
         "soundness/test_ledger_of_facts.py::test_the_record_always_says_what_the_facts_say"),
    case("T6", "five changes of one event, one after the other",
         "soundness/test_changes_in_a_row.py::test_five_changes_of_one_event_are_five_resolutions_of_which_the_last_is_in_force"),
    case("T9", "events of the future, and others that cannot be",
         "services/test_events.py::test_a_malformed_event_is_refused_at_its_field_and_not_stored"),
)  # fmt: skip
