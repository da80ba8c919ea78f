//! What a platform team gives the templates, everything switched on that can be on at once.

use crate::template::GOVERNANCE;

/// A template, and parameters that switch everything on that can be on at once.
pub type Everything = (&'static str, &'static [(&'static str, &'static str)]);

const BOUNDARY: &str = "arn:aws:iam::123456789012:policy/bounds";
const KEY: &str = "arn:aws:kms:us-east-1:333333333333:key/register";
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources/shop-AbCdEf";

pub const GOVERNED: Everything = (
    "federation",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("Environment", "prod"),
        ("SecretsPrefix", "glaux/d"),
        ("ProducerAccounts", "111111111111,123456789012"),
        ("SubnetIds", "subnet-1"),
        ("SecurityGroupIds", "sg-1"),
        ("KmsKeyId", "1234"),
        ("AthenaCatalogName", "shop"),
        ("PermissionsBoundaryARN", BOUNDARY),
    ],
);
pub const CLASSIC: Everything = (
    "federation",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("LambdaFunctionName", "reader"),
        ("DefaultConnectionString", "postgres://jdbc:postgresql://h:5432/shop?${shop/reader}"),
        ("SecretNamePrefix", "shop/"),
        ("SecretName", "shop/reader"),
        ("DatabaseUserArns", "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ABC/reader"),
        ("CatalogCalls", "alias"),
        ("AthenaCatalogName", "shop"),
    ],
);
pub const HERE: Everything = (
    "grants",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("DefinitionKey", "grants.asl.json"),
        ("Domain", "d"),
        ("SecretsPrefix", "glaux/d"),
        ("GovernedAccounts", "111111111111,222222222222"),
        ("DataZoneDomainId", "dzd_1"),
        ("DataZoneProjects", "shop,other"),
        ("EnvironmentBoundary", "team/bounds"),
        ("EnvironmentTagKey", "glaux"),
        ("RegisterKeyArn", KEY),
        ("PermissionsBoundaryARN", BOUNDARY),
    ],
);
pub const SOURCES: Everything = (
    "grants-producer",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("GovernanceAccount", GOVERNANCE),
        ("RegisterKeyArn", KEY),
        ("Domain", "d"),
        ("SecretsPrefix", "glaux/d"),
        ("AdministratorSecretArns", SECRET),
        ("GlueDatabasePrefix", "glaux_"),
        ("ConsumerAccounts", "123456789012,222222222222"),
        ("CopiedAccounts", "222222222222"),
        ("SubnetIds", "subnet-1"),
        ("SecurityGroupIds", "sg-1"),
        ("PermissionsBoundaryARN", BOUNDARY),
    ],
);
pub const ENVIRONMENT: Everything = (
    "grants-consumer",
    &[
        ("EnvironmentBoundary", "team/bounds"),
        ("EnvironmentTagKey", "glaux"),
        ("CopyingAccount", "111111111111"),
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("Environment", "prod"),
        ("GovernanceAccount", GOVERNANCE),
        ("RegisterKeyArn", KEY),
        ("Domain", "d"),
        ("SecretsPrefix", "glaux/d"),
        ("SubnetIds", "subnet-1"),
        ("SecurityGroupIds", "sg-1"),
    ],
);
/// The same, which also lists in Athena what it is granted.
pub const LISTING: Everything = (
    "grants-consumer",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("Environment", "prod"),
        ("FederationFunctionArn", "arn:aws:lambda:us-east-1:123456789012:function:reader"),
        ("GovernanceAccount", GOVERNANCE),
        ("Domain", "d"),
        ("SecretsPrefix", "glaux/d"),
    ],
);
/// What the owners of a project's sources make for themselves.
pub const OWNERS: Everything = (
    "products-producer",
    &[
        ("CodeBucket", "code"),
        ("TemplateKey", "map.yaml"),
        ("Project", "shop"),
        ("PrincipalArn", "arn:aws:iam::123456789012:role/shop-owners"),
        ("PermissionsBoundaryARN", BOUNDARY),
    ],
);
/// What the people of an environment make for themselves.
pub const PEOPLE: Everything = (
    "products-consumer",
    &[
        ("CodeBucket", "code"),
        ("CodeKey", "p.zip"),
        ("TemplateKey", "connector.yaml"),
        ("Environment", "prod"),
        ("ReaderRoleArn", "arn:aws:iam::123456789012:role/glaux-reader-prod"),
        ("SecretsPrefix", "glaux/d"),
        ("ProducerAccounts", "111111111111,123456789012"),
        ("SpillBucket", "spill"),
        ("SubnetIds", "subnet-1"),
        ("SecurityGroupIds", "sg-1"),
        ("PrincipalArn", "arn:aws:iam::123456789012:role/reports-people"),
        ("PermissionsBoundaryARN", BOUNDARY),
    ],
);
