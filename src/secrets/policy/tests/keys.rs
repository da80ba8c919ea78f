//! Who may do what with the key of a producer's grants, written out.

use super::*;

/// What is tried: through Secrets Manager for a secret, or with the key itself.
#[derive(Clone, Copy, Debug)]
enum Try {
    Open(&'static str),
    Seal(&'static str),
    Itself(&'static str),
}

const A: &str = "glaux/sales/grants/env-a/shop";
const B: &str = "glaux/sales/grants/env-b/shop";
const ADMINISTRATOR: &str = "glaux/sales/admin/shop";
const TRIES: [Try; 11] = [
    Try::Open(A),
    Try::Open(B),
    Try::Open(ADMINISTRATOR),
    Try::Seal(A),
    Try::Seal(ADMINISTRATOR),
    Try::Itself("kms:Decrypt"),
    Try::Itself("kms:GenerateDataKey"),
    Try::Itself("kms:ReEncryptFrom"),
    Try::Itself("kms:CreateGrant"),
    Try::Itself("kms:PutKeyPolicy"),
    Try::Itself("kms:ScheduleKeyDeletion"),
];

/// Rows: who; then the tries in their order.
const TABLE: [(&str, &str); 10] = [
    ("producer sales", "yes yes no yes no no no no no no no"),
    ("producer hr", "no no no no no no no no no no no"),
    ("consumer env-a", "yes no no no no no no no no no no"),
    ("consumer env-b", "no yes no no no no no no no no no"),
    // Who rules the key could give itself the rest, by a change that everybody can see.
    ("root user", "no no no no no no no no no yes yes"),
    ("administrator", "no no no no no no no no no yes yes"),
    ("another's admin", "no no no no no no no no no no no"),
    ("consumers' admin", "no no no no no no no no no no no"),
    ("workflow role", "no no no no no no no no no no no"),
    ("Secrets Manager", "no no no no no no no no no no no"),
];

#[test]
fn each_principal_may_do_with_the_key_what_the_table_says() {
    let house = House::new();
    let key = house.key();
    for (who, row) in TABLE {
        let principal = principal(&house, who);
        let told = TRIES.map(|tried| {
            let request = match tried {
                Try::Open(name) => opening(&principal, &secret(name, None), &key),
                Try::Seal(name) => {
                    Request { action: "kms:GenerateDataKey", ..opening(&principal, &secret(name, None), &key) }
                }
                Try::Itself(action) => ask(&principal, action, &key),
            };
            if decide(&request).unwrap().is_allowed { "yes" } else { "no" }
        });
        assert_eq!(told.join(" "), row, "{who}: {TRIES:?}");
    }
}

/// Who reads is named one by one: without an environment nobody but the keeper opens anything, and one more opens its own alone.
#[test]
fn an_environment_more_opens_its_own_secrets_and_no_others() {
    let house = House::new();
    let of = |readers: &[KeyReader]| {
        let policy = key_policy(&place(PRODUCERS), &names("glaux/sales/grants"), &house.sales.arn, readers).unwrap();
        Resource { policy: Some(sent(&policy)), ..house.key() }
    };
    let opens = |role: &Role, name: &str, key: &Resource| {
        let principal = Principal::Role(role.clone());
        decide(&opening(&principal, &secret(name, None), key)).unwrap().is_allowed
    };
    let nobody = of(&[]);
    let one = of(&[KeyReader { reader: house.b.arn.clone(), environment: "env-b".into() }]);
    assert!(opens(&house.sales, A, &nobody) && !opens(&house.a, A, &nobody) && !opens(&house.b, B, &nobody));
    assert!(opens(&house.b, B, &one) && !opens(&house.b, A, &one) && !opens(&house.a, A, &one));
}
