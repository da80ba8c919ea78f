//! What the command line reads of a template, against what AWS's own reader makes of it; and that what it gives makes a version.

use std::collections::BTreeSet;

use glaux::deploy::template::{Kind, Parameter};
use serde_json::Value;

use crate::template::read;

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[test]
fn what_a_template_takes_is_read_as_aws_reads_it() {
    for kind in Kind::ALL {
        let Some(template) = read(kind.name()) else { return };
        let known = template["Parameters"].as_object().unwrap();
        let taken = kind.parameters();
        let names: BTreeSet<&str> = taken.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, known.keys().map(String::as_str).collect(), "{}", kind.name());
        for parameter in taken {
            let said = &known[&parameter.name];
            let number = |key: &str| said[key].as_u64();
            let allowed = said["AllowedValues"].as_array().map(|all| all.iter().map(text).collect());
            let expected = Parameter {
                name: parameter.name.clone(),
                description: text(&said["Description"]),
                kind: text(&said["Type"]),
                text: parameter.text.clone(),
                default: said.get("Default").map(text),
                pattern: said.get("AllowedPattern").map(text),
                allowed: allowed.unwrap_or_default(),
                min_length: usize::try_from(number("MinLength").unwrap_or_default()).unwrap(),
                least: number("MinValue"),
                most: number("MaxValue"),
            };
            assert_eq!(parameter, expected);
        }
        let resources = template["Resources"].as_object().unwrap();
        let stays =
            |resource: &Value| resource["DeletionPolicy"].as_str().is_some_and(|said| said.starts_with("Retain"));
        let stays: BTreeSet<&str> =
            resources.iter().filter(|(_, resource)| stays(resource)).map(|(name, _)| name.as_str()).collect();
        // Versions of a function go with it, and are made by the transform.
        let stays = stays.into_iter().filter(|name| !name.starts_with("FunctionVersion")).collect::<Vec<_>>();
        assert_eq!(kind.retained(), stays, "{}", kind.name());
        assert!(kind.body().len() <= 51_200, "CloudFormation takes no more of a template that is not in a bucket");
    }
}

#[test]
fn another_release_is_another_version_of_the_function() {
    let Some(template) = read("federation") else { return };
    let resources = template["Resources"].as_object().unwrap();
    // What .ci/templates gives as the release; Lambda makes a version only of a function that has changed, which its text does.
    assert_eq!(
        resources["FunctionAliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0],
        "FunctionVersion0123456789"
    );
    assert!(text(&resources["Function"]["Properties"]["Description"]).ends_with(" 0123456789"));
}
