//! What Service Catalog offers: what may be chosen there, as AWS gets it, and as whom it is made.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use glaux::deploy::product::product;
use glaux::deploy::template::Kind;
use serde_json::{Value, json};

use crate::given::{Everything, GOVERNED, OWNERS, PEOPLE};
use crate::skip::skip;
use crate::template::{Stack, read};

/// What may be chosen of each product, and what must be typed.
const FREE: [(Everything, &[&str]); 2] = [
    (OWNERS, &["Again", "Schema", "Source", "Table"]),
    (
        PEOPLE,
        &[
            "CasingMode",
            "DefaultScale",
            "JavaTypes",
            "LambdaMemory",
            "LambdaTimeout",
            "LogLevel",
            "LogRetentionDays",
            "ZonedTimestamps",
        ],
    ),
];

/// A product's template as it is uploaded for this stack.
fn made((name, given): Everything) -> String {
    let kind: Kind = name.parse().unwrap();
    let defaults = kind.parameters().into_iter().filter_map(|one| Some((one.name, one.default?)));
    let said = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let values: BTreeMap<String, String> = defaults.chain(said).collect();
    product(kind, &values).unwrap().unwrap()
}

/// The same as CloudFormation gets it, linted and translated once; none where what does that is not here.
fn translated(of: Everything) -> Option<Value> {
    static MADE: [OnceLock<Option<Value>>; 2] = [OnceLock::new(), OnceLock::new()];
    MADE[usize::from(of.0 == PEOPLE.0)].get_or_init(|| translate(of)).clone()
}

fn translate(of: Everything) -> Option<Value> {
    let moto = std::env::var_os("TEST_MOTO").map(PathBuf::from)?;
    let python = moto.with_file_name("python");
    if !moto.with_file_name("cfn-lint").exists() || !python.exists() {
        skip("templates", "no cfn-lint lies beside TEST_MOTO");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("product.yaml");
    std::fs::write(&source, made(of)).unwrap();
    let ran = Command::new(python).arg(".ci/templates").arg(folder.path()).arg(&source).output().unwrap();
    let told = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    assert!(ran.status.success(), "{}: {told}", of.0);
    let text = std::fs::read_to_string(folder.path().join("product.json")).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// Parameters that may have more than one value.
fn open(template: &Value) -> Vec<&str> {
    let all = template["Parameters"].as_object().unwrap();
    let is_pinned = |said: &Value| {
        let allowed = said["AllowedValues"].as_array();
        let listed = said["Type"] == "CommaDelimitedList";
        said["AllowedPattern"] == "^$" && said["Default"] == ""
            || allowed.is_some_and(|allowed| {
                let whole: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
                (listed || allowed.len() == 1) && said["Default"] == json!(whole.join(","))
            })
    };
    all.iter().filter(|(_, said)| !is_pinned(said)).map(|(name, _)| name.as_str()).collect()
}

#[test]
fn nothing_can_be_chosen_but_what_is_said_here() {
    for (of, free) in FREE {
        let Some(mut template) = translated(of) else { return };
        assert_eq!(open(&template), free, "{}", of.0);
        // What was not pinned would be found.
        let pinned = if of.0 == PEOPLE.0 { "Environment" } else { "Project" };
        template["Parameters"][pinned]["AllowedValues"] = json!(["prod", "shop"]);
        assert!(open(&template).contains(&pinned), "{}", of.0);
    }
}

#[test]
fn an_environment_that_is_typed_is_refused() {
    let Some(template) = translated(PEOPLE) else { return };
    Stack::of(&template, &[("LambdaMemory", "512"), ("Environment", "prod")]);
    for typed in [
        ("Environment", "test"),
        ("LambdaFunctionName", "glaux-reader-test"),
        ("LambdaRoleARN", "arn:aws:iam::123456789012:role/Administrator"),
        ("DefaultConnectionString", "postgres://jdbc:postgresql://h/d?user=u&password=p"),
        ("SecretName", "hr/admin"),
        ("SecretsPrefix", "glaux"),
        ("EnableQueryPassthrough", "true"),
    ] {
        let made = std::panic::catch_unwind(|| Stack::of(&template, &[typed]).resources().len());
        assert!(made.is_err(), "{typed:?} is taken");
    }
}

/// What the product makes is one function, which runs as the role that the register names; it makes no role.
#[test]
fn the_connector_is_the_governed_function_and_no_role() {
    let (Some(product), Some(offer)) = (translated(PEOPLE), read(PEOPLE.0)) else { return };
    let made = Stack::of(&product, &[]);
    let kinds: Vec<String> = made.resources().into_iter().map(|one| one.kind).collect();
    assert!(!kinds.iter().any(|kind| kind == "AWS::IAM::Role" || kind == "AWS::S3::Bucket"), "{kinds:?}");
    let offer = Stack::of(&offer, PEOPLE.1);
    let reader = offer.resource("Role").properties["RoleName"].as_str().unwrap().to_owned();
    let function = made.resource("Function").properties;
    assert_eq!(function["Role"], format!("arn:aws:iam::123456789012:role/{reader}"));
    let launch = offer.resource("LaunchRole").properties["Policies"][0]["PolicyDocument"]["Statement"].clone();
    let statement = |sid: &str| launch.as_array().unwrap().iter().find(|one| one["Sid"] == sid).unwrap().clone();
    assert_eq!(statement("GiveItsRole")["Resource"], function["Role"]);
    let name = function["FunctionName"].as_str().unwrap();
    assert!(statement("MakeFunction")["Resource"].to_string().contains(&format!(":function:{name}\"")));
    assert!(statement("MakeLog")["Resource"].to_string().contains(&format!("/aws/lambda/{name}\"")));
    assert!(statement("ReadPackage")["Resource"].to_string().contains("code/p.zip"));
}

/// The role is made where the product is offered, and may what federation.yaml lets it.
#[test]
fn the_role_that_reads_may_what_federation_lets_it() {
    let (Some(offer), Some(federation)) = (read(PEOPLE.0), read(GOVERNED.0)) else { return };
    let reads = [
        ("LambdaFunctionName", "glaux-reader-prod"),
        ("SpillBucket", "spill"),
        ("SpillPrefix", "athena-spill/prod"),
        ("KmsKeyId", ""),
    ];
    let given: Vec<(&str, &str)> =
        GOVERNED.1.iter().filter(|(name, _)| !reads.iter().any(|(own, _)| own == name)).copied().chain(reads).collect();
    let role = |stack: &Stack| stack.resource("Role").properties;
    let (own, theirs) = (role(&Stack::of(&offer, PEOPLE.1)), role(&Stack::of(&federation, &given)));
    assert_eq!(own, theirs);
}

/// The mapping asks the function that stands beside the sources, which may map where it is told to and nowhere else.
#[test]
fn the_mapping_asks_one_function() {
    let (Some(product), Some(offer)) = (translated(OWNERS), read(OWNERS.0)) else { return };
    let mapped = Stack::of(&product, &[("Source", "shop-db")]).resource("Mapped").properties;
    assert_eq!((&mapped["Project"], &mapped["Source"]), (&json!("shop"), &json!("shop-db")));
    let launch = Stack::of(&offer, OWNERS.1).resource("LaunchRole").properties;
    let statements = launch["Policies"][0]["PolicyDocument"]["Statement"].as_array().unwrap().clone();
    let asks: Vec<&Value> = statements.iter().filter(|one| one["Action"].to_string().contains("lambda:")).collect();
    assert_eq!(asks.len(), 1);
    assert_eq!((&asks[0]["Action"], &asks[0]["Resource"]), (&json!("lambda:InvokeFunction"), &mapped["ServiceToken"]));
    assert!(!statements.iter().any(|one| one["Action"].to_string().contains("\"iam:")), "{statements:?}");
}
