//! `glaux settings`: the reference of `docs/settings.md`, where somebody is working.

use super::output::{Done, Output};
use super::rows::{Format, listing};
use crate::config::{SETTINGS, Setting};

/// Lists every setting.
pub fn run(format: Format, output: &mut Output) -> Done {
    let text = |text: &str| Some(text.to_owned());
    let row = |setting: &Setting| {
        vec![
            text(setting.scope.name()),
            setting.variable.and_then(text),
            setting.key.and_then(text),
            Some(setting.default.replace('`', "")).filter(|default| !default.is_empty()),
            Some(setting.meaning.replace('`', "")),
        ]
    };
    let rows: Vec<Vec<Option<String>>> = SETTINGS.iter().map(row).collect();
    output.whole(format, &listing(&["of", "variable", "in a file", "without it", "what it decides"], &rows)?)
}
