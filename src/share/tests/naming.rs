//! What projects and environments may be called, and what follows of a name.

use super::*;
use crate::register::Account;
use crate::secrets::policy::RoleArn;

fn on_aws() -> Place {
    let role = |name: &str| format!("arn:aws:iam::222222222222:role/{name}");
    let (account, region) = ("222222222222".into(), "eu-central-1".into());
    Place::Aws(Account { account, region, role: role("invoke"), consumer_role: role("reader") })
}

/// DataZone's ids are letters of both cases, digits, - and _ up to 36, whatever they begin with; a dash in front has never been seen.
#[tokio::test]
async fn what_datazone_names_may_be_named_so_here() {
    let stage = Stage::new().await;
    for id in ["4uh2mpz1cm5lzk", "aBcD-9_x", "_x", "0", "A", &"9".repeat(36), &"z".repeat(40)] {
        stage.share.add_environment(&caller("rita"), id, "reports", &on_aws()).await.unwrap();
        stage.share.add_project(&caller("rita"), id, &[]).await.unwrap();
        // What is named after it is a role, a function and a secret each, and no pattern of any.
        let role = format!("arn:aws:iam::222222222222:role/glaux-grants-invoke-{id}");
        assert!(role.parse::<RoleArn>().is_ok() && role.rsplit('/').next().unwrap().len() <= 64, "{role}");
        let name = crate::secrets::Names::new("glaux").unwrap().name(id, "shop-db").unwrap();
        assert_eq!(name, format!("glaux/{id}/shop-db"));
    }
}

#[tokio::test]
async fn what_would_be_more_than_a_name_is_refused() {
    let stage = Stage::new().await;
    let long = "a".repeat(41);
    for id in ["", "-x", "--actor", "a b", "a/b", "a.b", "*", "pro?", "a:b", "é", "a\n", "${x}", "a@b", &long] {
        let environment = stage.share.add_environment(&caller("rita"), id, "reports", &on_aws()).await;
        let project = stage.share.add_project(&caller("rita"), id, &[]).await;
        for error in [environment.unwrap_err(), project.unwrap_err()] {
            assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("is no name"), "{id:?}: {error}");
        }
    }
    for id in ["producer", "Producer"] {
        let refused = stage.share.add_environment(&caller("rita"), id, "reports", &on_aws()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
    }
    // A source is a catalog to Athena, which tells no case, and is named as before.
    for id in ["4uh2", "Shop", "_x", "-x"] {
        let source = Source { id: id.into(), ..stage.share.see_source(&caller("olga"), "shop-db").await.unwrap() };
        assert_eq!(
            stage.share.add_source(&caller("olga"), &source).await.unwrap_err().kind(),
            ErrorKind::Invalid,
            "{id}"
        );
    }
}

/// IAM tells no case of roles' names, and nobody of people's: what is one name in one case is one in all.
#[tokio::test]
async fn two_that_differ_in_their_case_are_one() {
    let stage = Stage::new().await;
    for id in ["Prod", "PROD", "prod", "Theirs"] {
        let refused = stage.share.add_environment(&caller("rita"), id, "reports", &on_aws()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{id}: {refused}");
    }
    assert_eq!(stage.share.add_project(&caller("eve"), "Shop", &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    stage.share.add_environment(&caller("rita"), "prod2", "reports", &on_aws()).await.unwrap();
}
