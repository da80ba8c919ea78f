//! The stories, told at the SQL Server of `TEST_SQLSERVER_URL`.

use crate::places::Place;
use crate::support::sqlserver;
use crate::{mended, resolving, secrets, stories, surveys, tls};

#[tokio::test]
async fn granted_read_revoked_and_gone_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::granted_read_revoked_and_gone(place).await;
}

#[tokio::test]
async fn approvals_at_once_are_all_there_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::approvals_at_once_are_all_there(place).await;
}

#[tokio::test]
async fn the_same_again_changes_nothing_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::the_same_again_changes_nothing(place).await;
}

#[tokio::test]
async fn for_what_the_database_does_not_have_nothing_is_done_there_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::for_what_the_database_does_not_have_nothing_is_done_there(place).await;
}

#[tokio::test]
async fn what_the_database_does_not_have_is_not_granted_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::what_the_database_does_not_have_is_not_granted(place).await;
}

#[tokio::test]
async fn a_rotation_lets_sessions_go_on_and_a_revocation_does_not_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::a_rotation_lets_sessions_go_on_and_a_revocation_does_not(place).await;
}

#[tokio::test]
async fn an_end_comes_even_if_the_source_is_away_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::an_end_comes_even_if_the_source_is_away(place).await;
}

#[tokio::test]
async fn what_is_decided_meanwhile_is_not_recorded_as_done_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::what_is_decided_meanwhile_is_not_recorded_as_done(place).await;
}

#[tokio::test]
async fn what_is_decided_is_done_by_the_next_look_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    mended::what_is_decided_is_done_by_the_next_look(place).await;
}

#[tokio::test]
async fn an_environment_that_leaves_reads_nothing_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    mended::an_environment_that_leaves_reads_nothing(place).await;
}

#[tokio::test]
async fn a_secret_that_is_lost_is_made_anew_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    mended::a_secret_that_is_lost_is_made_anew(place).await;
}

#[tokio::test]
async fn a_password_that_somebody_changed_is_set_again_by_one_walk_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    surveys::a_password_that_somebody_changed_is_set_again_by_one_walk(place).await;
}

#[tokio::test]
async fn whoever_dies_over_a_password_is_followed_by_another_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    surveys::whoever_dies_over_a_password_is_followed_by_another(place).await;
}

#[tokio::test]
async fn a_password_changed_after_the_survey_is_noticed_by_whoever_reads_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    surveys::a_password_changed_after_the_survey_is_noticed_by_whoever_reads(place).await;
}

#[tokio::test]
async fn a_secret_store_that_fails_anywhere_loses_no_password_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    secrets::a_secret_store_that_fails_anywhere_loses_no_password(place).await;
}

#[tokio::test]
async fn no_password_is_anywhere_but_in_its_secret_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    secrets::no_password_is_anywhere_but_in_its_secret(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_refused_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    secrets::a_server_with_another_certificate_is_refused(place).await;
}

#[tokio::test]
async fn a_server_without_tls_is_granted_nothing_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    tls::a_server_without_tls_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_server_with_another_certificate_is_granted_nothing_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    tls::a_server_with_another_certificate_is_granted_nothing(place).await;
}

#[tokio::test]
async fn a_worker_that_dies_anywhere_is_followed_by_another_on_sqlserver() {
    stories::a_worker_that_dies_anywhere_is_followed_by_another(Place::sqlserver).await;
}

#[tokio::test]
async fn sources_at_one_server_do_not_meet_on_sqlserver() {
    let (Some(place), Some(other)) = (Place::sqlserver().await, Place::sqlserver().await) else { return };
    stories::sources_at_one_server_do_not_meet(place, other).await;
}

#[tokio::test]
async fn an_environment_is_gone_with_the_last_of_its_grants_on_sqlserver() {
    let (Some(place), Some(other)) = (Place::sqlserver().await, Place::sqlserver().await) else { return };
    mended::an_environment_is_gone_with_the_last_of_its_grants(place, other).await;
}

#[tokio::test]
async fn two_environments_read_their_own_by_one_name_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    resolving::two_environments_read_their_own_by_one_name(place).await;
}

#[tokio::test]
async fn a_rotation_is_followed_and_a_revocation_too_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    resolving::a_rotation_is_followed_and_a_revocation_too(place).await;
}

/// The user and the schema's name are quoted.
const DRIFTS: [fn(&str, &str) -> String; 12] = [
    |user, shop| format!("GRANT SELECT ON {shop}.salaries TO {user}"),
    |user, shop| format!("REVOKE SELECT ON {shop}.orders FROM {user}"),
    |user, shop| format!("REVOKE SELECT ON {shop}.orders (total) FROM {user}"),
    |user, shop| format!("DENY SELECT ON {shop}.orders (total) TO {user}"),
    |user, shop| format!("GRANT INSERT ON {shop}.orders TO {user}"),
    |user, shop| format!("GRANT SELECT ON {shop}.orders TO {user} WITH GRANT OPTION"),
    |user, shop| format!("GRANT SELECT ON SCHEMA::{shop} TO {user}"),
    |user, _| format!("GRANT SELECT TO {user}"),
    |user, _| format!("DENY CONNECT TO {user}"),
    |user, _| format!("ALTER LOGIN {user} DISABLE"),
    |user, _| format!("ALTER LOGIN {user} WITH PASSWORD = N'Of-somebody_else1'"),
    |user, _| format!("DROP USER {user}"),
];

#[tokio::test]
async fn drift_is_found_and_mended_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    stories::drift_is_found_and_mended(place, &DRIFTS).await;
}

/// Whom a database is to belong to is for a person to say.
#[tokio::test]
async fn what_cannot_be_taken_away_is_told_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    let Some(other) = sqlserver::database().await else { return };
    let given = format!("ALTER AUTHORIZATION ON DATABASE::[{}] TO {{}}", other.name);
    let taken = format!("ALTER AUTHORIZATION ON DATABASE::[{}] TO [{}]", other.name, other.owner.user);
    mended::what_cannot_be_taken_away_is_told(place, &[&given], &other.name, &[&taken]).await;
}

/// No login travels in clear: what the URL may have so is all else.
#[tokio::test]
async fn a_server_without_tls_is_granted_where_its_url_says_so_on_sqlserver() {
    let Some(place) = Place::sqlserver().await else { return };
    tls::a_server_without_tls_is_granted_where_its_url_says_so(place, "encrypt=false").await;
}
