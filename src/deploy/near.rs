//! What is called nearly as something that is not there.

/// How many are told.
const MOST: usize = 3;

/// The nearest names, the nearest first: those that hold the other, and those with few letters otherwise, whatever their case.
pub fn near<'k>(wanted: &str, known: &'k [String]) -> Vec<&'k str> {
    let wanted = wanted.to_lowercase();
    let limit = 1 + wanted.chars().count() / 5;
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .filter_map(|name| {
            let folded = name.to_lowercase();
            let holds = wanted.len() > 2 && (folded.contains(&wanted) || wanted.contains(&folded));
            let distance = distance(&wanted, &folded);
            (holds || distance <= limit).then_some((distance, name.as_str()))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// Letters to put in, take out or change to make one of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], line + 1);
        for (index, to) in b.iter().enumerate() {
            let changed = diagonal + usize::from(from != *to);
            diagonal = row[index + 1];
            row[index + 1] = changed.min(row[index] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_the_far_not_at_all() {
        assert_eq!((distance("", "abc"), distance("kitten", "sitting"), distance("a", "a")), (3, 3, 0));
        let known =
            ["shop-db.shop.orders", "shop-db.shop.Orders", "shop-db.shop.order", "crm-db.crm.leads"].map(String::from);
        assert_eq!(near("shop-db.shop.orde", &known)[0], "shop-db.shop.order");
        assert_eq!(near("shop-db.shop.orderz", &known).len(), 3);
        assert_eq!(near("ORDERS", &known).len(), 2);
        assert_eq!(near("zebra", &known), [""; 0]);
        let short = ["a", "b", "ab", "abc", "abcd", "shop"].map(String::from);
        // One letter otherwise is near whatever the length; what is held is near only where it says something.
        assert_eq!(near("shp", &short), ["shop"]);
        assert_eq!(near("ab", &short), ["ab", "a", "abc"]);
        assert_eq!(near("op", &short), [""; 0]);
    }
}
