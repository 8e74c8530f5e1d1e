//! Whether one text is another with some names replaced.

use std::collections::BTreeSet;

/// Tells whether `after` is `before` with some occurrences of the pairs' first names replaced by
/// their second ones, and nothing else changed.
pub(super) fn is_renamed(before: &str, after: &str, pairs: &[(String, String)]) -> bool {
    if before == after {
        return true;
    }
    let mut seen = BTreeSet::new();
    let mut open = vec![(0, 0)];
    while let Some((mut old, mut new)) = open.pop() {
        loop {
            if !seen.insert((old, new)) {
                break;
            }
            let (rest_before, rest_after) = (&before.as_bytes()[old..], &after.as_bytes()[new..]);
            if rest_before.is_empty() && rest_after.is_empty() {
                return true;
            }
            for (from, to) in pairs.iter().filter(|(from, _)| !from.is_empty()) {
                if rest_before.starts_with(from.as_bytes()) && rest_after.starts_with(to.as_bytes())
                {
                    open.push((old + from.len(), new + to.len()));
                }
            }
            match (rest_before.first(), rest_after.first()) {
                (Some(a), Some(b)) if a == b => {
                    old += 1;
                    new += 1;
                }
                _ => break,
            }
        }
    }
    false
}

/// Tells whether the words of `after` are those of `before` with some names replaced and some words
/// of `more` put between them.
pub(super) fn is_renamed_with(
    before: &str,
    after: &str,
    pairs: &[(String, String)],
    more: &[String],
) -> bool {
    let old: Vec<&str> = before.split_whitespace().collect();
    let new: Vec<&str> = after.split_whitespace().collect();
    let mut at = 0;
    for word in new {
        match old.get(at) {
            Some(known) if is_renamed(known, word, pairs) => at += 1,
            _ if more.iter().any(|extra| is_extra(word, extra)) => {}
            _ => return false,
        }
    }
    at == old.len()
}

/// A word that stands alone or glued to quotes and operators (`app;`, `-dapp`).
fn is_extra(word: &str, extra: &str) -> bool {
    let bare = word.trim_matches(|character: char| "\"';|&()".contains(character));
    bare == extra
}

#[cfg(test)]
mod tests {
    use super::{is_renamed, is_renamed_with};

    #[test]
    fn only_names_may_differ() {
        let pairs = [("db".to_owned(), "app-db".to_owned()), ("c".to_owned(), "d".to_owned())];
        for (before, after, expected) in [
            ("db", "app-db", true),
            ("postgres://db@db:1/db", "postgres://db@app-db:1/db", true),
            ("dbdb", "dbapp-db", true),
            ("db", "db", true),
            ("x", "", false),
            ("db:1", "app-db:2", false),
            ("db", "app-db ", false),
            ("c db", "d app-db", true),
            ("", "app-db", false),
        ] {
            assert_eq!(is_renamed(before, after, &pairs), expected, "{before} {after}");
        }
    }

    #[test]
    fn words_may_be_added() {
        let pairs = [("old".to_owned(), "new".to_owned())];
        let more = ["-d".to_owned(), "app".to_owned()];
        for (before, after, expected) in [
            ("pg_isready -U old", "pg_isready -U new -d app", true),
            ("psql -U old; x", "psql -U new -d app; x", false),
            ("psql -U old ; x", "psql -U new -d app ; x", true),
            ("pg_isready -U old", "pg_isready -U new -d other", false),
            ("pg_isready -U old", "pg_isready", false),
        ] {
            assert_eq!(is_renamed_with(before, after, &pairs, &more), expected, "{after}");
        }
    }
}
