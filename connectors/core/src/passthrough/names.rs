//! What the columns of a query are called. Athena tells no case, and finds columns by name.

use std::collections::BTreeSet;

/// A name for each label of a query's columns, in their order: the label in lower case; `_col<n>` where there is none, counted
/// from 0 over all columns as Athena does. Of several columns with one name the first keeps it and the next are `name_2`,
/// `name_3` and so on, leaving out what is the name of any other column; so a name that stands alone never changes.
pub fn names(labels: &[Option<&str>]) -> Vec<String> {
    let own = |(index, label): (usize, Option<&str>)| match label {
        Some(label) if !label.is_empty() => label.to_lowercase(),
        _ => format!("_col{index}"),
    };
    let wanted: Vec<String> = labels.iter().copied().enumerate().map(own).collect();
    let mut taken: BTreeSet<String> = wanted.iter().cloned().collect();
    let mut seen = BTreeSet::new();
    let mut names = Vec::with_capacity(wanted.len());
    for name in wanted {
        if seen.insert(name.clone()) {
            names.push(name);
            continue;
        }
        // One more than there are names is free at the latest.
        let mut numbered = (2..labels.len() + 3).map(|number| format!("{name}_{number}"));
        let free = numbered.find(|other| taken.insert(other.clone()));
        names.push(free.unwrap_or(name));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_stands_alone_never_changes_and_every_name_is_there_once() {
        for (labels, expected) in [
            (&["a", "b"][..], &["a", "b"][..]),
            (&["a", "A", "a"], &["a", "a_2", "a_3"]),
            (&["a", "a", "a_2"], &["a", "a_3", "a_2"]),
            (&["a_2", "a", "a", "a_2"], &["a_2", "a", "a_3", "a_2_2"]),
            (&["", "x", ""], &["_col0", "x", "_col2"]),
            (&["_col1", ""], &["_col1", "_col1_2"]),
            (&["Ä", "ä"], &["ä", "ä_2"]),
        ] {
            let labels: Vec<Option<&str>> = labels.iter().copied().map(Some).collect();
            assert_eq!(names(&labels), expected, "{labels:?}");
        }
        assert_eq!(names(&[None, Some("a"), None]), ["_col0", "a", "_col2"]);
    }
}
