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

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_comes_first() {
        let known = ["web", "discord-bot", "discord-bot-db", "redis"];
        assert_eq!(nearest("discord-bot-bd", known).first(), Some(&"discord-bot-db"));
        assert!(nearest("zzz", known).is_empty());
    }
}
