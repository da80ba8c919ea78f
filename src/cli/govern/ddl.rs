//! What Athena is told for an environment to read what it was granted. Athena has no statement that makes a catalog of a function,
//! so that part is a command, in a comment; the rest is SQL.

use connector_core::{Error, Result};

use crate::register::{Account, Environment, Grant, Place, Scope};

/// How a catalog of each source gets into Athena, and a SELECT of each table.
///
/// Errors: invalid, for a function that is none, or that an environment of this machine cannot have.
pub fn script(environment: &Environment, grants: &[Grant], function: Option<&str>) -> Result<String> {
    let mut text = format!("-- What is granted to {}, by now.\n", environment.id);
    match &environment.place {
        Place::Aws(account) => text += &catalogs(account, grants, function)?,
        Place::Local if function.is_some() => {
            return Err(Error::invalid(format!(
                "environment {} is on this machine, and has no function",
                environment.id
            ))
            .hint("leave --function out"));
        }
        Place::Local => {
            text += "-- It is on this machine: each source is a catalog there already.\n";
            text += &format!("-- glaux query --env {} --sql STATEMENT\n", environment.id);
        }
    }
    for grant in grants {
        for scope in &grant.desired {
            text += &select(&grant.source, scope);
        }
    }
    Ok(text)
}

fn catalogs(account: &Account, grants: &[Grant], function: Option<&str>) -> Result<String> {
    let function = match function {
        Some(function) => checked(function)?.to_owned(),
        None => format!("arn:{}:lambda:{}:{}:function:NAME", partition(account), account.region, account.account),
    };
    let mut text = String::from(
        "-- Athena has no statement that makes a catalog. Where glaux_federation_function is set, they are made as they are\n\
         -- granted (called SOURCE@ENVIRONMENT with glaux_qualified_catalogs); elsewhere by whoever may, once:\n",
    );
    for grant in grants {
        text += &format!(
            "-- aws athena create-data-catalog --region {} --name {} --type LAMBDA --parameters function={function}\n",
            account.region, grant.source
        );
    }
    Ok(text)
}

/// A function's ARN, which stands in a comment and in somebody's shell.
fn checked(function: &str) -> Result<&str> {
    let parts: Vec<&str> = function.split(':').collect();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '$');
    let is_one =
        matches!(parts[..], ["arn", _, "lambda", _, _, "function", _] | ["arn", _, "lambda", _, _, "function", _, _]);
    if is_one && function.chars().all(is_plain) {
        return Ok(function);
    }
    Err(Error::invalid(format!("{function:?} is not the ARN of a function"))
        .hint("write it as arn:aws:lambda:<region>:<account>:function:<name>"))
}

fn partition(account: &Account) -> &str {
    let is_plain = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    account.role.split(':').nth(1).filter(is_plain).unwrap_or("aws")
}

/// Names as Athena folds them.
fn select(source: &str, scope: &Scope) -> String {
    let columns =
        scope.columns.as_ref().map(|names| names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "));
    let table = [source, scope.schema.as_str(), scope.table.as_str()].map(quoted).join(".");
    format!("SELECT {} FROM {table} LIMIT 10;\n", columns.as_deref().unwrap_or("*"))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.to_lowercase().replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::EnvironmentState;

    fn environment(place: Place) -> Environment {
        Environment { id: "prod".into(), project: "reports".into(), place, state: EnvironmentState::Active }
    }

    fn grant() -> Grant {
        let scope = |table: &str, columns: Option<&[&str]>| Scope {
            schema: "shop".into(),
            table: table.into(),
            columns: columns.map(|columns| columns.iter().map(|name| (*name).to_owned()).collect()),
        };
        let desired = vec![scope("Orders", Some(&["id", "say \"hi\""])), scope("totals", None)];
        Grant { desired, ..Grant::new("prod", "shop-db") }
    }

    fn account() -> Place {
        let role = |name: &str| format!("arn:aws-cn:iam::111122223333:role/{name}");
        let (account, region) = ("111122223333".into(), "cn-north-1".into());
        Place::Aws(Account { account, region, role: role("invoke"), consumer_role: role("reader") })
    }

    #[test]
    fn what_is_no_comment_is_a_select_of_what_is_granted() {
        for place in [Place::Local, account()] {
            let text = script(&environment(place), &[grant()], None).unwrap();
            let statements: Vec<&str> = text.lines().filter(|line| !line.starts_with("--")).collect();
            let expected = [
                "SELECT \"id\", \"say \"\"hi\"\"\" FROM \"shop-db\".\"shop\".\"orders\" LIMIT 10;",
                "SELECT * FROM \"shop-db\".\"shop\".\"totals\" LIMIT 10;",
            ];
            assert_eq!(statements, expected);
        }
    }

    #[test]
    fn a_catalog_is_made_of_the_function_that_is_named_and_of_nothing_else() {
        let told = script(&environment(account()), &[grant()], None).unwrap();
        assert!(told.contains("--region cn-north-1 --name shop-db --type LAMBDA"), "{told}");
        assert!(told.contains("function=arn:aws-cn:lambda:cn-north-1:111122223333:function:NAME\n"), "{told}");
        let arn = "arn:aws-cn:lambda:cn-north-1:111122223333:function:glaux-prod:live";
        let told = script(&environment(account()), &[grant()], Some(arn)).unwrap();
        assert!(told.contains(&format!("--parameters function={arn}\n")), "{told}");
        for odd in [
            "glaux-prod",
            "arn:aws:iam::1:role/x",
            "arn:aws:lambda:r:1:function:f\nDROP",
            "arn:aws:lambda:r:1:function:$(x)",
        ] {
            assert!(script(&environment(account()), &[grant()], Some(odd)).is_err(), "{odd:?}");
        }
        assert!(script(&environment(Place::Local), &[grant()], Some(arn)).is_err());
    }
}
