//! When a statement counts: the operators and keys that are understood, and what a request says to them.

use std::collections::BTreeMap;

use connector_core::{Error, Result};

use super::Conditions;
use super::arn::parts;

/// What a request says of itself: key in lower case → value. What it does not say is not in it.
pub type Context = BTreeMap<String, String>;

/// A condition that is understood.
#[derive(Debug)]
pub struct Condition {
    compare: fn(&str, &str) -> bool,
    /// Whether it holds when nothing compares, and so also when the request does not say.
    negated: bool,
    key: String,
    values: Vec<String>,
}

impl Condition {
    /// All conditions of a statement.
    ///
    /// Errors: unsupported, for an operator, a key or a value that is not understood.
    pub fn all(conditions: &Conditions) -> Result<Vec<Self>> {
        let pairs = conditions
            .iter()
            .flat_map(|(operator, keys)| keys.iter().map(move |(key, values)| (operator, key, values)));
        pairs.map(|(operator, key, values)| Self::of(operator, key, values)).collect()
    }

    fn of(operator: &str, key: &str, values: &[String]) -> Result<Self> {
        let (compare, negated): (fn(&str, &str) -> bool, bool) = match operator {
            "StringEquals" => (equal, false),
            "StringNotEquals" => (equal, true),
            "StringLike" => (like, false),
            "StringNotLike" => (like, true),
            // To AWS the two are the same, wildcards and all.
            "ArnEquals" | "ArnLike" => (arn_like, false),
            "ArnNotEquals" | "ArnNotLike" => (arn_like, true),
            "Bool" => (equal_flag, false),
            // Of a chain of services one link is known here, the nearest.
            "ForAnyValue:StringEquals" if is_chain(key) => (equal, false),
            "ForAllValues:StringNotEquals" if is_chain(key) => (equal, true),
            _ => return Err(Error::unsupported(format!("the condition operator {operator:?} is not understood here"))),
        };
        if !is_known(key) {
            return Err(Error::unsupported(format!("the condition key {key:?} is not understood here")));
        }
        values.iter().try_for_each(|value| check_pattern(value))?;
        if operator.starts_with("Arn") && !values.iter().all(|value| parts(value).is_some()) {
            return Err(Error::unsupported(format!("{operator} of {key:?} compares with what is no ARN")));
        }
        Ok(Self { compare, negated, key: key.to_ascii_lowercase(), values: values.to_vec() })
    }

    /// Whether it holds.
    pub fn holds(&self, context: &Context) -> bool {
        match context.get(&self.key) {
            Some(said) => self.values.iter().any(|value| (self.compare)(value, said)) != self.negated,
            None => self.negated,
        }
    }
}

/// The only key that has several values here: which services ask for who asks.
fn is_chain(key: &str) -> bool {
    key.eq_ignore_ascii_case("aws:CalledVia")
}

/// Keys that a request's context may have here; AWS tells no case of their names.
fn is_known(key: &str) -> bool {
    const KNOWN: [&str; 5] =
        ["aws:calledvia", "aws:principalarn", "aws:principalaccount", "aws:securetransport", "kms:viaservice"];
    const FAMILIES: [&str; 3] = ["aws:principaltag/", "aws:resourcetag/", "kms:encryptioncontext:"];
    let key = key.to_ascii_lowercase();
    KNOWN.contains(&key.as_str()) || FAMILIES.iter().any(|family| key.len() > family.len() && key.starts_with(family))
}

/// Fails for what stands for something that only AWS knows.
pub fn check_pattern(pattern: &str) -> Result<()> {
    if pattern.contains("${") {
        return Err(Error::unsupported(format!("{pattern:?} holds a variable, which is not understood here")));
    }
    Ok(())
}

fn equal(pattern: &str, value: &str) -> bool {
    pattern == value
}

fn equal_flag(pattern: &str, value: &str) -> bool {
    pattern.eq_ignore_ascii_case(value)
}

/// Part by part, so that no wildcard reaches from one into the next.
fn arn_like(pattern: &str, value: &str) -> bool {
    match (parts(pattern), parts(value)) {
        (Some(patterns), Some(values)) => patterns.iter().zip(values).all(|(pattern, value)| like(pattern, value)),
        _ => false,
    }
}

/// Whether `value` is what `pattern` says: `*` stands for any characters, `?` for one.
pub fn like(pattern: &str, value: &str) -> bool {
    let (pattern, value): (Vec<char>, Vec<char>) = (pattern.chars().collect(), value.chars().collect());
    let (mut at, mut in_value) = (0, 0);
    // Where the last star stood, and how far its text reaches so far: it takes one more when the rest does not fit.
    let mut star: Option<(usize, usize)> = None;
    while in_value < value.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at + 1, in_value));
                at += 1;
            }
            Some(one) if *one == '?' || *one == value[in_value] => (at, in_value) = (at + 1, in_value + 1),
            _ => match star {
                Some((after, reached)) => {
                    star = Some((after, reached + 1));
                    (at, in_value) = (after, reached + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text_and_a_question_mark_one_character() {
        for (pattern, value, fits) in [
            ("*", "", true),
            ("", "", true),
            ("?", "", false),
            ("a*c", "abbbc", true),
            ("a*c", "abbbcd", false),
            ("a*b*c", "axbxbxc", true),
            ("*-??????", "shop-AbCdEf", true),
            ("shop-??????", "shop-2-AbCdEf", false),
            ("prod/*", "prod-2/x", false),
            ("secretsmanager:Get*", "secretsmanager:PutSecretValue", false),
        ] {
            assert_eq!(like(pattern, value), fits, "{pattern} {value}");
        }
    }

    fn holds(operator: &str, key: &str, value: &str, said: Option<&str>) -> bool {
        let condition = Condition::of(operator, key, &[value.to_owned()]).unwrap();
        condition.holds(&said.map(|said| (key.to_ascii_lowercase(), said.to_owned())).into_iter().collect())
    }

    #[test]
    fn what_a_request_does_not_say_is_equal_to_nothing() {
        let (arn, other) = ("arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b");
        for (operator, when_same, when_other, when_unsaid) in [
            ("ArnEquals", true, false, false),
            ("ArnNotEquals", false, true, true),
            ("StringEquals", true, false, false),
            ("StringNotLike", false, true, true),
        ] {
            let told = [Some(arn), Some(other), None].map(|said| holds(operator, "aws:PrincipalArn", arn, said));
            assert_eq!(told, [when_same, when_other, when_unsaid], "{operator}");
        }
        for (operator, expected) in
            [("ForAnyValue:StringEquals", [true, false, false]), ("ForAllValues:StringNotEquals", [false, true, true])]
        {
            let told = [Some("a"), Some("b"), None].map(|said| holds(operator, "aws:CalledVia", "a", said));
            assert_eq!(told, expected, "{operator}");
        }
        assert!(holds("Bool", "aws:SecureTransport", "false", Some("False")));
        assert!(!holds("Bool", "aws:SecureTransport", "false", None));
        assert!(holds("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a", Some(arn)));
        assert!(!holds("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/a", Some(other)));
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (operator, key, value) in [
            ("StringEqualsIgnoreCase", "aws:PrincipalArn", "x"),
            ("ForAllValues:StringEquals", "aws:PrincipalArn", "x"),
            ("StringEqualsIfExists", "aws:PrincipalArn", "x"),
            ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
            ("StringEquals", "aws:SourceVpc", "vpc-1"),
            ("StringEquals", "aws:PrincipalTag/", "x"),
            ("StringEquals", "aws:PrincipalTag/a", "${aws:username}"),
            ("ArnEquals", "aws:PrincipalArn", "*"),
        ] {
            let refused = Condition::of(operator, key, &[value.to_owned()]);
            assert_eq!(refused.unwrap_err().kind(), connector_core::ErrorKind::Unsupported, "{operator} {key} {value}");
        }
    }
}
