//! Where the partitions of a table begin, as steps along the column that parts them.

use std::collections::BTreeMap;

use super::{Step, written};
use crate::Value;

/// A value at which a partition begins, or which it lists.
pub struct Begun {
    /// The value.
    pub value: Value,
    /// About how many bytes of the partition have it or lie behind it.
    pub bytes: u64,
    /// The partition's number.
    pub part: i64,
}

/// A step for each partition, and one for several that list values in turn: a slice that ended among these would read all of them. All
/// of a partition is taken to have the value at which it begins, since inside it nothing leads to rows. `values` are those of the
/// partitions as the source orders them, and `before` bytes lie below all of them.
pub fn by_partitions(before: u64, values: Vec<Value>, begun: &[Begun]) -> Vec<Step> {
    let mut left: BTreeMap<i64, usize> = BTreeMap::new();
    let mut of: BTreeMap<String, Vec<&Begun>> = BTreeMap::new();
    for begun in begun {
        *left.entry(begun.part).or_default() += 1;
        of.entry(written(&begun.value).unwrap_or_default()).or_default().push(begun);
    }
    let all = left.clone();
    let (mut steps, mut open): (Vec<Step>, usize) = (Vec::new(), 0);
    for value in values {
        // One that came before is the same again to the source, as a text in another case may be that stands between.
        let Some(begun) = written(&value).and_then(|text| of.remove(&text)) else { continue };
        let is_new = open == 0;
        let mut bytes: u64 = 0;
        for begun in begun {
            let Some(values) = left.get_mut(&begun.part) else { continue };
            // It opens with its first value and closes with its last one.
            open += usize::from(all.get(&begun.part) == Some(values));
            *values -= 1;
            open -= usize::from(*values == 0);
            bytes = bytes.saturating_add(begun.bytes);
        }
        match steps.last_mut().filter(|_| !is_new) {
            Some(step) => step.equal = step.equal.saturating_add(bytes),
            None => steps.push(Step { value, rows: if steps.is_empty() { before } else { 0 }, equal: bytes }),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_that_list_values_in_turn_are_one_step() {
        let begun = [(1, 10, 7), (2, 20, 8), (3, 10, 7), (4, 20, 8), (5, 5, 9), (5, 5, 6), (9, 1, 9), (10, 2, 5)]
            .map(|(value, bytes, part)| Begun { value: Value::Int(value), bytes, part });
        let steps = by_partitions(3, [1, 2, 3, 4, 5, 9, 10].map(Value::Int).to_vec(), &begun);
        let step = |rows, value, equal| Step { value: Value::Int(value), rows, equal };
        assert_eq!(steps, [step(3, 1, 60), step(0, 5, 11), step(0, 10, 2)]);
        assert_eq!(by_partitions(3, Vec::new(), &[]), []);
    }

    #[test]
    fn a_value_that_comes_again_is_one_step() {
        let text = |text: &str| Value::Text(text.into());
        let begun = [("a", 1), ("A", 2), ("a", 3)].map(|(of, part)| Begun { value: text(of), bytes: 10, part });
        let steps = by_partitions(0, ["a", "A", "a"].map(text).to_vec(), &begun);
        let step = |of, equal| Step { value: text(of), rows: 0, equal };
        assert_eq!(steps, [step("a", 20), step("A", 10)]);
    }
}
