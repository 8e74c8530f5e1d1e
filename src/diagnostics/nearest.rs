//! What a mistyped name may have meant.

/// Gives the names nearest to a mistyped one, the nearest first, at most three.
#[must_use]
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    let mut scored: Vec<(f32, &str)> = known
        .into_iter()
        .map(|candidate| (similar::TextDiff::from_chars(name, candidate).ratio(), candidate))
        .filter(|(ratio, _)| *ratio >= 0.5)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// Gives the one name that a mistyped one surely meant: no other is as near. Names that differ in
/// their digits are different things.
#[must_use]
pub fn only_near<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let ratio = |candidate: &str| similar::TextDiff::from_chars(name, candidate).ratio();
    let near = known.into_iter().filter(|candidate| ratio(candidate) >= 0.8);
    let mut near = near.filter(|candidate| digits(candidate) == digits(name));
    near.next().filter(|_| near.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::{nearest, only_near};

    #[test]
    fn one_near_name_is_meant() {
        for (name, known, expected) in [
            ("postgrs", &["postgres", "web"][..], Some("postgres")),
            ("worker-a", &["worker-b", "worker-c"], None),
            ("web2", &["web1"], None),
            ("cache", &["redis"], None),
        ] {
            assert_eq!(only_near(name, known.iter().copied()), expected, "{name}");
        }
    }

    #[test]
    fn the_nearest_name_comes_first() {
        let known = ["web", "discord-bot", "discord-bot-db", "redis"];
        assert_eq!(nearest("discord-bot-bd", known).first(), Some(&"discord-bot-db"));
        assert!(nearest("zzz", known).is_empty());
    }
}
