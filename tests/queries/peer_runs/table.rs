//! Every case in which a connector of AWS's was run and gave a wrong answer, and the test here that asks it of ours.
//!
//! A line is: the cases, by the names under which they were recorded; the file below `tests/queries/peer_runs`; the test. The names
//! stand in `recorded.txt` too, so that none can be dropped here.

use std::path::Path;

type Line = (&'static str, &'static str, &'static str);

/// Asked of PostgreSQL.
const POSTGRESQL: &[Line] = &[
    ("s-inherit s-diamond s-star s-partprune", "partitions", "s_inherit_s_diamond_and_s_star_give_every_row_once"),
    ("s-keymax s-keyfull s-keyspan31", "partitions", "s_keys_of_any_span_are_planned_and_read_whole"),
    ("s-late", "partitions", "s_late_rows_committed_after_the_plan_are_read"),
    ("a-rls a-privs", "partitions", "a_rls_and_a_privs_hold_for_the_table_that_was_named"),
    ("s-shadow s-shadowf", "partitions", "s_shadow_a_column_named_partition_name_is_a_column"),
    ("s-synthf s-synthprune", "partitions", "s_synth_a_column_that_the_table_lacks_is_an_error_by_name"),
    ("e-uuid types", "types", "the_very_value_shown_finds_its_row_as_a_domain_and_in_an_expression"),
    ("v-bare v-bare-eq v-barebig", "values", "v_bare_numbers_are_exact"),
    ("v-numinf v-numnan v-inf-d v-inf-ts", "values", "v_numnan_and_v_inf_are_named"),
    ("ty-numericneg ty-bit8 ty-comp ty-dombool", "types", "ty_what_the_rival_cannot_describe_is_read"),
    ("v-us-eq v-us-le", "values", "v_us_a_millisecond_finds_its_microseconds"),
    ("v-old-ts v-old-tz v-old-d v-old-dfilter", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-old-tsfilter v-bc-d v-bc-ts v-far-d", "values", "v_old_v_bc_and_v_far_times_are_shown_and_found"),
    ("v-f8-neg0row v-f8-zero v-f8-gtzero", "values", "v_f8_minus_zero_is_zero"),
    ("arr-uu arr-tz arr-nb arr-by arr-md arr-ts", "types", "arr_elements_are_what_they_are"),
    ("c-uni-gt c-uni-lt c-icu-lt c-icu-gt c-icu-expr", "text", "c_order_is_by_code_point"),
    ("c-nondet-ne c-nondet-like c-nondet-lim", "text", "c_nondet_equality_is_that_of_athena"),
    ("e-like-bs e-like-bs2 e-notlike-bs e-like-bsend", "text", "e_like_a_backslash_is_a_letter"),
    ("e-isdistnull e-nullconst e-barebool", "expressions", "e_null_constants_and_bare_booleans_are_conditions"),
    ("e-quote e-inject e-inject2", "expressions", "e_inject_a_name_is_a_name"),
    ("f-equatable f-allornone f-none f-allnull", "sets", "f_value_sets_of_every_kind_are_read"),
    ("f-hugein", "sets", "f_hugein_sixty_thousand_values_travel"),
    ("n-dup n-dupfixed", "names", "n_dup_each_of_two_names_is_read_by_its_own"),
    ("n-dupcol n-nocols", "names", "n_dupcol_and_n_nocols_are_named"),
    ("n-mixedlower", "names", "n_mixedlower_a_column_is_found_as_athena_spells_it"),
    ("n-zerocols", "names", "n_zerocols_rows_without_columns_are_rows"),
    ("n-missing", "names", "n_missing_a_missing_table_is_missing"),
    (
        "q-delret q-cte q-commit q-commit2 q-stack",
        "passthrough",
        "q_delret_q_cte_q_commit_and_q_stack_are_refused_at_every_step",
    ),
    ("q-setrole q-after", "passthrough", "q_setrole_and_q_after_nothing_that_a_query_set_is_seen_by_the_next"),
    ("q-dup q-nolabel", "passthrough", "q_dup_and_q_nolabel_every_column_is_there"),
    ("q-meta", "passthrough", "q_meta_describing_runs_nothing"),
    ("x-part x-key-or x-key x-nowhere", "plans", "x_a_plan_beside_constraints_repeats_no_row"),
];

/// Asked of MariaDB and of MySQL.
const MYSQL: &[Line] = &[
    ("c-ci-ne c-ci-lt c-ci-gt c-ci-notin", "mysql/text", "c_ci_case_and_accents_count"),
    ("c-ci-expr-ne c-ci-notlike c-ci-nullif c-ci-lim", "mysql/text", "c_ci_expr_expressions_and_limits_see_case_too"),
    ("c-bin-gt c-bin-padne", "mysql/text", "c_bin_characters_beyond_the_first_plane_and_blanks_count"),
    ("e-like-bs e-like-bs2 e-notlike-bs", "mysql/text", "e_like_bs_a_backslash_is_a_letter"),
    ("t-un-t t-un-s t-un-i t-un-b", "mysql/numbers", "t_un_unsigned_numbers_are_shown_and_found"),
    ("t-bits8 t-bits8f t-yr", "mysql/numbers", "t_bits8_t_yr_bits_and_years_are_numbers"),
    ("t-tiny1f t-tiny1e", "mysql/numbers", "t_tiny1_a_number_among_truth_values_is_not_one"),
    ("t-fl t-flf t-fle t-flrng", "mysql/numbers", "t_fl_single_precision_is_exact_and_found"),
    ("t-de65 t-de40", "mysql/numbers", "t_de65_t_de40_wide_decimals_are_their_digits"),
    ("t-jsf t-jsf2", "mysql/shown", "t_jsf_a_document_is_found_by_the_text_shown"),
    ("t-tmlt", "mysql/shown", "t_tmlt_a_time_is_ordered_as_its_text"),
    ("t-zd t-zdt t-zdf t-zpart", "mysql/times", "t_zd_a_date_with_zeros_is_no_other_day"),
    ("t-dt t-dtf t-ts-old t-ts", "mysql/times", "t_dt_t_ts_old_times_are_shown_and_found"),
    ("t-ts-eq t-ts-le", "mysql/times", "t_ts_eq_a_millisecond_finds_its_microseconds"),
    ("t-tzread t-tzf", "mysql/times", "t_tz_a_timestamp_is_in_utc_whatever_the_servers_zone"),
    ("e-isdist", "mysql/expressions", "e_isdist_null_is_a_value_among_others"),
    ("e-div e-divzero e-decdiv", "mysql/expressions", "e_div_divisions_are_athenas"),
    ("e-quote", "mysql/expressions", "e_quote_a_back_tick_in_a_name_is_a_letter"),
    ("f-equatable f-none f-allnull", "mysql/expressions", "f_value_sets_of_every_kind_are_read"),
    ("p-q p-res p-inj p-inj3 p-inj2 p-star", "mysql/names", "p_every_row_of_a_partitioned_table_comes_once"),
    ("p-shadow", "mysql/names", "p_shadow_a_column_named_partition_name_is_a_column"),
    ("n-dup", "mysql/names", "n_dup_each_of_two_names_is_read_by_its_own"),
    ("q-meta q-dup", "passthrough", "q_meta_and_q_dup_on_mysql_and_mariadb"),
];

fn tests(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/queries/peer_runs/{file}.rs"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn words(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split_whitespace()
}

/// The recorded cases of an engine: what follows its name, up to the next empty line.
fn recorded(engine: &str) -> Vec<&'static str> {
    let mut parts = include_str!("recorded.txt").split("\n\n");
    let part = parts.find_map(|part| part.trim().strip_prefix(&format!("{engine}:")));
    part.unwrap_or_else(|| panic!("no cases of {engine}")).split_whitespace().collect()
}

/// A test is a function with that attribute in that file; one that is only spoken of does not count.
fn is_test(text: &str, name: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let named = |line: &str| line.starts_with(&format!("async fn {name}("));
        if line.starts_with("#[tokio::test") && lines.next().is_some_and(named) {
            return true;
        }
    }
    false
}

#[test]
fn every_case_has_its_test() {
    for (engine, lines) in [("postgresql", POSTGRESQL), ("mysql", MYSQL)] {
        let mut asked: Vec<&str> = Vec::new();
        for (cases, file, test) in lines {
            assert!(is_test(&tests(file), test), "{cases}: there is no test {test} in {file}.rs");
            words(cases).for_each(|case| println!("{engine} {case}: tests/queries/peer_runs/{file}.rs, {test}"));
            asked.extend(words(cases));
        }
        println!("{engine}: {} cases have a test", asked.len());
        let mut recorded = recorded(engine);
        asked.sort_unstable();
        recorded.sort_unstable();
        assert_eq!(asked, recorded, "{engine}: cases asked, and cases recorded");
    }
}

#[test]
fn a_function_that_is_no_test_is_none() {
    let text = "#[tokio::test]\nasync fn first() {}\nasync fn second() {}\n// async fn third(";
    assert!(is_test(text, "first") && !is_test(text, "second") && !is_test(text, "third") && !is_test(text, "fir"));
}
