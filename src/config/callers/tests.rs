use super::*;

const ANA: &str = "arn:aws:iam::111122223333:user/ana";

fn callers(text: &str) -> Result<Callers> {
    Callers::of_json("shop_glaux_callers", text)
}

fn refused(rule: &str) -> String {
    let error = callers(&format!("[{rule}]")).unwrap_err();
    format!("{error} / {}", error.hint_text().unwrap_or_default())
}

fn by_arn(arn: &str) -> Caller<'_> {
    Caller { arn: Some(arn.to_owned()), ..Caller::default() }
}

/// The role that the rules give a caller.
fn role(rules: &Callers, caller: &Caller<'_>) -> Option<String> {
    rules.rule_for(caller).and_then(|rule| rule.acting(caller).unwrap().role)
}

#[test]
fn a_star_stands_for_any_letters() {
    for (pattern, text, like) in [
        ("abc", "abc", true),
        ("abc", "ab", false),
        ("a*", "a", true),
        ("*", "", true),
        ("a*c", "abc", true),
        ("a*c", "ac", true),
        ("a*c", "acd", false),
        ("*b*b*", "abb", true),
        ("*b*b*", "ab", false),
        ("ab*ba", "aba", false),
        ("a**c", "abc", true),
    ] {
        assert_eq!(glob(pattern, text), like, "{pattern} {text}");
    }
}

#[test]
fn a_star_in_an_arn_crosses_no_separator() {
    for (pattern, arn, like) in [
        (ANA, ANA, true),
        ("arn:aws:iam::111122223333:user/*", ANA, true),
        ("arn:aws:iam::111122223333:user/*", "arn:aws:iam::111122223333:user/team/ana", false),
        ("arn:aws:iam::111122223333:user/team/*", "arn:aws:iam::111122223333:user/team/ana", true),
        ("arn:aws:iam::111122223333:role/a-*", "arn:aws:iam::111122223333:role/a-b", true),
        ("arn:aws:iam::111122223333:role/a-*", "arn:aws:iam::999922223333:role/a-b", false),
        ("arn:aws:iam::111122223333:role/*-admin", "arn:aws:iam::111122223333:role/eve:x-admin", false),
        ("arn:aws:iam::111122223333:role/ana", ANA, false),
        ("arn:aws:iam::111122223333:role/ANA", "arn:aws:iam::111122223333:role/ana", false),
    ] {
        assert_eq!(is_arn_like(pattern, arn), like, "{pattern} {arn}");
    }
}

#[test]
fn the_first_rule_that_matches_counts_and_all_that_a_rule_asks_for_must_be_known() {
    let rules = callers(
        r#"[{"arn": "arn:aws:iam::111122223333:user/ana", "group": "ops", "role": "both"},
            {"arn": "arn:aws:iam::111122223333:user/*", "role": "arn"},
            {"group": "an*", "role": "group"},
            {"account": "111122223333", "tags": {"team": "*"}, "role": "tag_{tag:team}"},
            {"account": "111122223333", "role": "account"}]"#,
    )
    .unwrap();
    let (ops, analysts) = (["ops".to_owned()], ["x".to_owned(), "analysts".to_owned()]);
    let tags = |team: &str| BTreeMap::from([("team".to_owned(), team.to_owned())]);
    let (a, empty) = (tags("a"), tags(""));
    let account = Some("111122223333");
    for (caller, expected) in [
        (Caller { groups: &ops, ..by_arn(ANA) }, Some("both")),
        (by_arn(ANA), Some("arn")),
        (Caller { groups: &ops, ..Caller::default() }, None),
        (Caller { groups: &analysts, ..Caller::default() }, Some("group")),
        (Caller { account, tags: Some(&a), ..Caller::default() }, Some("tag_a")),
        (Caller { tags: Some(&a), ..Caller::default() }, None),
        (Caller { account, tags: Some(&empty), ..Caller::default() }, Some("account")),
        (Caller { account: Some("999922223333"), tags: Some(&a), ..Caller::default() }, None),
        (Caller::default(), None),
    ] {
        assert_eq!(role(&rules, &caller).as_deref(), expected, "{caller:?}");
    }
}

#[test]
fn a_template_is_filled_once_and_never_with_nothing() {
    let rules = callers(
        r#"[{"account": "*", "settings": {"glaux.tenant": "t-{tag:team}"}}, {"arn": "arn:aws:iam::111122223333:user/*", "settings": {"glaux.who": "{arn}"}}]"#,
    )
    .unwrap();
    let value = "{account}'; --";
    let tags = BTreeMap::from([("team".to_owned(), value.to_owned())]);
    let caller = Caller { account: Some("1"), tags: Some(&tags), ..Caller::default() };
    let acting = rules.rule_for(&caller).unwrap().acting(&caller).unwrap();
    assert_eq!(acting.settings["glaux.tenant"], format!("t-{value}"));
    let without = Caller { account: Some("1"), ..Caller::default() };
    let lacking = rules.rule_for(&without).unwrap().acting(&without).unwrap_err();
    assert_eq!(lacking, Lacking("tag \"team\"".into()));
    let ana = by_arn(ANA);
    assert_eq!(rules.rule_for(&ana).unwrap().acting(&ana).unwrap().settings["glaux.who"], ANA);
    assert_eq!(rules.outlines().next().unwrap().settings["glaux.tenant"], "t-caller");
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused_by_its_number_and_shows_no_value() {
    let who = r#""arn": "arn:aws:iam::111122223333:user/hunter2""#;
    for (rule, named) in [
        ("{}".to_owned(), "who is meant"),
        (r#"{"role": "hunter2"}"#.to_owned(), "who is meant"),
        (format!("{{{who}}}"), "as whom"),
        (r#"{"account": "", "role": "hunter2"}"#.to_owned(), "empty"),
        (r#"{"tags": {"team": ""}, "role": "hunter2"}"#.to_owned(), "empty"),
        (format!(r#"{{{who}, "role": "{{tag:hunter2}}{{tag:b}}"}}"#), "braces"),
        (format!(r#"{{{who}, "role": "{{session}}"}}"#), "braces"),
        (format!(r#"{{{who}, "role": "hunter2}}"}}"#), "braces"),
        (format!(r#"{{{who}, "role": "{{tag:}}"}}"#), "braces"),
        (format!(r#"{{{who}, "secret": "{{account}}"}}"#), "secret"),
    ] {
        let told = refused(&rule);
        assert!(told.contains("shop_glaux_callers") && told.contains(named), "{rule}: {told}");
        assert!(told.contains("caller 1") && !told.contains("hunter2"), "{rule}: {told}");
    }
    for text in ["", "[]", "{}", "[1]", r#"[{"arm": "hunter2"}]"#, r#"[{"arn": "a", "arn": "hunter2", "role": "r"}]"#] {
        let error = callers(text).unwrap_err();
        assert!(error.to_string().contains("shop_glaux_callers") && !error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn an_arn_is_that_of_a_user_or_a_role_of_one_account_and_never_a_sessions() {
    for arn in [
        "arn:aws:iam::111122223333:role/analyst-*",
        "arn:aws-cn:iam::111122223333:role/*",
        "arn:aws:iam::111122223333:user/team/ana",
        "arn:aws:iam::111122223333:root",
    ] {
        assert!(check_arn(arn).is_ok(), "{arn}");
    }
    for arn in [
        "arn:aws:sts::111122223333:assumed-role/analyst/ana",
        "arn:aws:sts::111122223333:federated-user/ana",
        "arn:aws:iam::*:role/analyst",
        "arn:aws:iam::11112222333*:role/analyst",
        "arn:*:iam::111122223333:role/analyst",
        "arn:aws:iam::111122223333:role/path/analyst",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role",
        "arn:aws:iam::111122223333:*",
        "arn:aws:iam::111122223333:*/analyst",
        "arn:aws:iam::111122223333:group/analysts",
        "arn:aws:iam::111122223333:user//ana",
        "arn:aws:s3:::bucket",
        "*",
        "",
    ] {
        assert!(check_arn(arn).is_err(), "{arn}");
    }
}
