//! Who may do what with which secret, written out.

use super::*;

const ACTIONS: [&str; 5] = [
    GET,
    "secretsmanager:PutSecretValue",
    "secretsmanager:DeleteSecret",
    "secretsmanager:PutResourcePolicy",
    // With the key of the grants, through Secrets Manager.
    "kms:Decrypt",
];

/// Rows: who; columns: the secret of a grant of `env-a` and of `env-b`, the administrator's secret of a source, and one that is
/// no business of Glaux's; in each: get, put, delete, put a policy, decrypt. The last two secrets have no policy of their own and
/// are their account's to give.
const TABLE: [(&str, [&str; 4]); 9] = [
    ("producer sales", ["yes yes yes yes yes", "yes yes yes yes yes", "yes no no no no", "no no no no no"]),
    ("producer hr", ["no no no no no", "no no no no no", "no no no no no", "no no no no no"]),
    ("consumer env-a", ["yes no no no yes", "no no no no no", "no no no no no", "no no no no no"]),
    ("consumer env-b", ["no no no no no", "yes no no no yes", "no no no no no", "no no no no no"]),
    ("root user", ["no no yes no no", "no no yes no no", "yes yes yes yes no", "yes yes yes yes no"]),
    ("administrator", ["no no no no no", "no no no no no", "yes yes yes yes no", "yes yes yes yes no"]),
    ("another's admin", ["no no no no no", "no no no no no", "no no no no no", "no no no no no"]),
    ("workflow role", ["no no no no no", "no no no no no", "no no no no no", "no no no no no"]),
    ("Athena", ["no no no no no", "no no no no no", "no no no no no", "no no no no no"]),
];

#[test]
fn each_principal_may_do_with_each_secret_what_the_table_says() {
    let house = House::new();
    let secrets = [
        house.grant("env-a"),
        house.grant("env-b"),
        secret("glaux/sales/admin/shop", None),
        secret("other/app/db", None),
    ];
    let key = house.key();
    for (who, row) in TABLE {
        let principal = principal(&house, who);
        for (secret, expected) in secrets.iter().zip(row) {
            let decided = ACTIONS.map(|action| match action {
                "kms:Decrypt" => decide(&opening(&principal, secret, &key)).unwrap(),
                action => decide(&ask(&principal, action, secret)).unwrap(),
            });
            let told = decided.each_ref().map(|one| if one.is_allowed { "yes" } else { "no" }).join(" ");
            let why = decided.map(|one| one.because);
            assert_eq!(told, expected, "{who} with {}: {why:#?}", secret.arn);
        }
    }
}

#[test]
fn nobody_reads_without_tls_and_nobody_uses_the_key_past_secrets_manager() {
    let house = House::new();
    let (grant, key) = (house.grant("env-a"), house.key());
    for role in [&house.sales, &house.a] {
        let principal = Principal::Role(role.clone());
        let clear = Request { is_secure: false, ..ask(&principal, GET, &grant) };
        assert_eq!(decide(&clear).unwrap().because, "OnlyOverTls denies it");
        let open = opening(&principal, &grant, &key);
        assert!(decide(&open).unwrap().is_allowed);
        for elsewhere in [None, Some("s3.eu-central-1.amazonaws.com"), Some("secretsmanager.us-east-1.amazonaws.com")] {
            assert!(!decide(&Request { via: elsewhere, ..open.clone() }).unwrap().is_allowed, "{elsewhere:?}");
        }
        assert!(!decide(&Request { encryption_context: BTreeMap::new(), ..open }).unwrap().is_allowed);
    }
}

#[test]
fn a_secret_that_is_open_to_nobody_yet_is_its_keepers() {
    let house = House::new();
    let grant = secret("glaux/sales/grants/env-b/shop", Some(sent(&secret_policy(&house.sales.arn, None))));
    assert!(may(&Principal::Role(house.sales.clone()), GET, &grant));
    for other in [&house.b, &administrator(PRODUCERS)] {
        assert!(!may(&Principal::Role(other.clone()), GET, &grant));
    }
}
