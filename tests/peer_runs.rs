//! Every case in which AWS's connector for PostgreSQL was run and gave a wrong answer, asked of ours over the wire.
//!
//! A case keeps the name under which it was recorded. The connector's own live tests hold most of them one level below; what
//! is added here is the way through messages, value sets, handler and splits. `every_case_is_somewhere` keeps the list whole.
#![cfg(feature = "local")]
#![allow(clippy::unwrap_used, clippy::print_stdout)]

#[path = "peer_runs/asking.rs"]
mod asking;
#[path = "peer_runs/expressions.rs"]
mod expressions;
#[path = "peer_runs/names.rs"]
mod names;
#[path = "peer_runs/partitions.rs"]
mod partitions;
#[path = "peer_runs/passthrough.rs"]
mod passthrough;
#[path = "peer_runs/sets.rs"]
mod sets;
mod support;
#[path = "peer_runs/text.rs"]
mod text;
#[path = "peer_runs/types.rs"]
mod types;
#[path = "peer_runs/values.rs"]
mod values;

use std::path::Path;

/// Every recorded case, and the test here that asks it. Files are those of `tests/peer_runs`, or of the connector's `live`.
const CASES: &[(&str, &str, &str)] = &[
    ("s-inherit", "partitions", "s_inherit_s_diamond_and_s_star_give_every_row_once"),
    ("s-diamond", "partitions", "s_inherit_s_diamond_and_s_star_give_every_row_once"),
    ("s-star", "partitions", "s_inherit_s_diamond_and_s_star_give_every_row_once"),
    ("s-keymax", "partitions", "s_keys_of_any_span_are_planned_and_read_whole"),
    ("s-keyfull", "partitions", "s_keys_of_any_span_are_planned_and_read_whole"),
    ("s-keyspan31", "partitions", "s_keys_of_any_span_are_planned_and_read_whole"),
    ("s-late", "partitions", "s_late_rows_committed_after_the_plan_are_read"),
    ("a-rls", "partitions", "a_rls_and_a_privs_hold_for_the_table_that_was_named"),
    ("a-privs", "partitions", "a_rls_and_a_privs_hold_for_the_table_that_was_named"),
    ("s-shadow", "partitions", "s_shadow_a_column_named_partition_name_is_a_column"),
    ("s-shadowf", "partitions", "s_shadow_a_column_named_partition_name_is_a_column"),
    ("s-synthf", "partitions", "s_synth_a_column_that_the_table_lacks_is_an_error_by_name"),
    ("s-synthprune", "partitions", "s_synth_a_column_that_the_table_lacks_is_an_error_by_name"),
    ("s-partprune", "partitions", "s_inherit_s_diamond_and_s_star_give_every_row_once"),
    ("e-uuid", "types", "the_very_value_shown_finds_its_row_as_a_domain_and_in_an_expression"),
    ("v-bare", "values", "v_bare_numbers_are_exact"),
    ("v-bare-eq", "values", "v_bare_numbers_are_exact"),
    ("v-barebig", "values", "v_bare_numbers_are_exact"),
    ("v-numinf", "values", "v_bare_numbers_are_exact"),
    ("v-numnan", "values", "v_numnan_and_v_inf_are_named"),
    ("ty-numericneg", "types", "ty_what_the_rival_cannot_describe_is_read"),
    ("ty-bit8", "types", "ty_what_the_rival_cannot_describe_is_read"),
    ("ty-comp", "types", "ty_what_the_rival_cannot_describe_is_read"),
    ("v-us-eq", "values", "v_us_a_millisecond_finds_its_microseconds"),
    ("v-us-le", "values", "v_us_a_millisecond_finds_its_microseconds"),
    ("v-old-ts", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-old-tz", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-old-d", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-old-dfilter", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-old-tsfilter", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-bc-d", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-bc-ts", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-far-d", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-inf-d", "values", "v_numnan_and_v_inf_are_named"),
    ("v-inf-ts", "values", "v_numnan_and_v_inf_are_named"),
    ("v-f8-neg0row", "values", "v_f8_minus_zero_is_zero"),
    ("v-f8-zero", "values", "v_f8_minus_zero_is_zero"),
    ("v-f8-gtzero", "values", "v_f8_minus_zero_is_zero"),
    ("ty-dombool", "types", "ty_what_the_rival_cannot_describe_is_read"),
    ("arr-uu", "types", "arr_elements_are_what_they_are"),
    ("arr-tz", "types", "arr_elements_are_what_they_are"),
    ("arr-nb", "types", "arr_elements_are_what_they_are"),
    ("arr-by", "types", "arr_elements_are_what_they_are"),
    ("arr-md", "types", "arr_elements_are_what_they_are"),
    ("arr-ts", "types", "arr_elements_are_what_they_are"),
    ("c-uni-gt", "text", "c_order_is_by_code_point"),
    ("c-uni-lt", "text", "c_order_is_by_code_point"),
    ("c-icu-lt", "text", "c_order_is_by_code_point"),
    ("c-icu-gt", "text", "c_order_is_by_code_point"),
    ("c-icu-expr", "text", "c_order_is_by_code_point"),
    ("c-nondet-ne", "text", "c_nondet_equality_is_that_of_athena"),
    ("c-nondet-like", "text", "c_nondet_equality_is_that_of_athena"),
    ("c-nondet-lim", "text", "c_nondet_equality_is_that_of_athena"),
    ("e-like-bs", "text", "e_like_a_backslash_is_a_letter"),
    ("e-like-bs2", "text", "e_like_a_backslash_is_a_letter"),
    ("e-notlike-bs", "text", "e_like_a_backslash_is_a_letter"),
    ("e-like-bsend", "text", "e_like_a_backslash_is_a_letter"),
    ("e-isdistnull", "expressions", "e_null_constants_and_bare_booleans_are_conditions"),
    ("e-nullconst", "expressions", "e_null_constants_and_bare_booleans_are_conditions"),
    ("e-barebool", "expressions", "e_null_constants_and_bare_booleans_are_conditions"),
    ("e-quote", "expressions", "e_inject_a_name_is_a_name"),
    ("e-inject", "expressions", "e_inject_a_name_is_a_name"),
    ("e-inject2", "expressions", "e_inject_a_name_is_a_name"),
    ("f-equatable", "sets", "f_value_sets_of_every_kind_are_read"),
    ("f-allornone", "sets", "f_value_sets_of_every_kind_are_read"),
    ("f-none", "sets", "f_value_sets_of_every_kind_are_read"),
    ("f-allnull", "sets", "f_value_sets_of_every_kind_are_read"),
    ("f-hugein", "sets", "f_hugein_sixty_thousand_values_travel"),
    ("n-dup", "names", "n_dup_each_of_two_names_is_read_by_its_own"),
    ("n-dupfixed", "names", "n_dup_each_of_two_names_is_read_by_its_own"),
    ("n-dupcol", "names", "n_dupcol_and_n_nocols_are_named"),
    ("n-nocols", "names", "n_dupcol_and_n_nocols_are_named"),
    ("n-mixedlower", "names", "n_mixedlower_a_column_is_found_as_athena_spells_it"),
    ("n-zerocols", "names", "n_zerocols_rows_without_columns_are_rows"),
    ("n-missing", "names", "n_missing_a_missing_table_is_missing"),
    ("q-delret", "passthrough", "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step"),
    ("q-cte", "passthrough", "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step"),
    ("q-commit", "passthrough", "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step"),
    ("q-commit2", "passthrough", "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step"),
    ("q-stack", "passthrough", "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step"),
    ("q-setrole", "passthrough", "q_setrole_and_q_after_nothing_that_a_query_set_is_seen_by_the_next"),
    ("q-after", "passthrough", "q_setrole_and_q_after_nothing_that_a_query_set_is_seen_by_the_next"),
    ("q-dup", "passthrough", "q_dup_and_q_nolabel_every_column_is_there"),
    ("q-nolabel", "passthrough", "q_dup_and_q_nolabel_every_column_is_there"),
    ("q-meta", "passthrough", "q_meta_describing_runs_nothing"),
];

/// What the same read in several splits adds, which this reader does not do.
const LATER: &[(&str, &str)] = &[
    ("s-late", "keys beyond the planned ranges, once ranges are planned"),
    ("s-keymax", "ranges up to the largest key"),
    ("s-keyfull", "ranges over every key"),
    ("s-keyspan31", "ranges that share the work"),
    ("s-partprune", "reading the one partition only"),
    ("a-rls", "children read directly"),
    ("a-privs", "children read directly"),
];

#[test]
fn every_case_is_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |name: &str| std::fs::read_to_string(root.join(format!("tests/peer_runs/{name}.rs"))).unwrap();
    for (case, name, test) in CASES {
        println!("{case}: tests/peer_runs/{name}.rs, {test}");
        assert!(file(name).contains(&format!("async fn {test}(")), "{case}: there is no {test} in {name}.rs");
    }
    for (case, what) in LATER {
        println!("{case}: later, with several splits: {what}");
        assert!(CASES.iter().any(|(name, ..)| name == case), "{case} is tested nowhere yet");
    }
    let recorded = include_str!("peer_runs/recorded.txt").split_whitespace();
    let lost: Vec<_> = recorded.filter(|case| !CASES.iter().any(|(name, ..)| name == case)).collect();
    assert!(lost.is_empty(), "no test for {lost:?}");
}
