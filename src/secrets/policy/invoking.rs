//! How the function of an environment may be invoked: through Athena, and in no other way.
//!
//! Athena invokes a function as whoever queries, by that person's own right to `lambda:InvokeFunction`, and AWS says so in
//! `aws:CalledVia` (Athena's user guide, "Use `CalledVia` context keys"). So nobody has to be let in here, and nobody is: who may
//! query is for the account's own policies to say. What a function's policy can say is that an invocation must come through Athena;
//! `AddPermission` can neither deny nor name that key, so it is the whole policy that is put. What it cannot say is for which
//! catalog or which query: that stands in the request, which the function itself judges. Where Athena passes on a user's identity
//! of IAM Identity Center, AWS sets no such key, and the function refuses.

use connector_core::{Error, Result};
use serde_json::{Value, json};

use super::{Principals, Statement, VERSION};

const SID: &str = "OnlyThroughAthena";
const ATHENA: &str = "athena.amazonaws.com";

/// A function's policy with this in it besides what others have put there; none if it has it already.
///
/// Errors: invalid, for what is no policy.
pub fn only_through_athena(function: &str, before: Option<&str>) -> Result<Option<String>> {
    let unread = || Error::invalid(format!("the policy of function {function} is not understood"));
    let mut policy = match before {
        Some(text) => serde_json::from_str(text).map_err(|_| unread())?,
        None => json!({"Version": VERSION, "Statement": []}),
    };
    let own = serde_json::to_value(statement(function))
        .map_err(|error| Error::internal("writing a policy as JSON").with_source(error))?;
    let all = match policy.get_mut("Statement").ok_or_else(unread)? {
        Value::Array(all) => all,
        one => {
            *one = json!([one.take()]);
            one.as_array_mut().ok_or_else(unread)?
        }
    };
    if all.contains(&own) {
        return Ok(None);
    }
    all.retain(|statement| statement["Sid"] != SID);
    all.push(own);
    Ok(Some(policy.to_string()))
}

/// Its versions and aliases too: each would be another way in.
fn statement(function: &str) -> Statement {
    let all = [function.to_owned(), format!("{function}:*")];
    Statement::deny(SID, &["lambda:InvokeFunction"], &all).about(Principals::Everybody).when(
        "ForAllValues:StringNotEquals",
        "aws:CalledVia",
        [ATHENA.to_owned()],
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Policy, Principal, Request, Resource, Role, decide};
    use super::*;

    const FUNCTION: &str = "arn:aws:lambda:eu-central-1:222222222222:function:glaux-prod";

    fn policy() -> String {
        only_through_athena(FUNCTION, None).unwrap().unwrap()
    }

    fn role(account: &str) -> Principal {
        let everything =
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let (arn, policies) =
            (format!("arn:aws:iam::{account}:role/admin").parse().unwrap(), vec![Policy::parse(everything).unwrap()]);
        Principal::Role(Role { arn, policies, boundary: None, tags: BTreeMap::new() })
    }

    #[test]
    fn whoever_may_query_invokes_through_athena_and_nobody_otherwise() {
        let root = Principal::Root { account: "222222222222".into() };
        let athena = Principal::Service(ATHENA.into());
        for (principal, via, is_allowed) in [
            (role("222222222222"), Some(ATHENA), true),
            (role("222222222222"), None, false),
            (role("222222222222"), Some("cloudformation.amazonaws.com"), false),
            (role("444444444444"), Some(ATHENA), false),
            (root, None, false),
            (athena, None, false),
        ] {
            for name in [FUNCTION.to_owned(), format!("{FUNCTION}:live"), format!("{FUNCTION}:$LATEST")] {
                let policy = Some(Policy::parse(&policy()).unwrap());
                let resource = Resource { arn: name, policy, tags: BTreeMap::new() };
                let request = Request {
                    principal: &principal,
                    action: "lambda:InvokeFunction",
                    resource: &resource,
                    is_secure: true,
                    via,
                    encryption_context: BTreeMap::new(),
                };
                let decision = decide(&request).unwrap();
                assert_eq!(decision.is_allowed, is_allowed, "{principal:?} via {via:?}: {}", decision.because);
            }
        }
    }

    #[test]
    fn what_others_have_put_there_stays_and_an_older_wording_goes() {
        let other = r#"{"Version":"2012-10-17","Id":"default","Statement":{"Sid":"bus","Effect":"Allow","Principal":"*","Action":"lambda:GetFunction","Resource":"x"}}"#;
        let both = only_through_athena(FUNCTION, Some(other)).unwrap().unwrap();
        let told: Value = serde_json::from_str(&both).unwrap();
        assert_eq!((&told["Id"], &told["Statement"][0]["Sid"]), (&json!("default"), &json!("bus")));
        assert_eq!(only_through_athena(FUNCTION, Some(&both)).unwrap(), None);
        let older = both.replace(ATHENA, "other.amazonaws.com");
        assert_eq!(only_through_athena(FUNCTION, Some(&older)).unwrap().unwrap(), both);
        for wrong in ["", "[]", "{}", "null"] {
            assert!(only_through_athena(FUNCTION, Some(wrong)).is_err(), "{wrong}");
        }
    }
}
