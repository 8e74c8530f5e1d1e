//! A change of order and quotes alone: the same values before and after, wherever they stand.

use super::Objection;
use super::reading::{Content, Reading, ValueId};
use crate::yaml::document::Document;

/// Checks that one referee reads the same values before and after.
pub(super) fn check(
    parser: &'static str,
    before: &Reading<'_>,
    after: &Reading<'_>,
) -> Result<(), Objection> {
    let canonical = |reading: &Reading<'_>| -> Vec<String> {
        reading.roots.iter().map(|&root| spelled(reading, root)).collect()
    };
    if canonical(before) == canonical(after) {
        return Ok(());
    }
    let path = first_difference(before, after);
    Err(Objection::Unplanned { parser, path })
}

/// Checks that the comments are the same, in whatever order.
pub(super) fn comments(before: &Document, after: &Document) -> Result<(), Objection> {
    let sorted = |doc: &Document| {
        let texts = doc.comments().iter().filter_map(|span| doc.text().get(span.range()));
        let mut texts: Vec<String> = texts.map(|text| text.trim_end().to_owned()).collect();
        texts.sort();
        texts
    };
    let (before, after) = (sorted(before), sorted(after));
    if before == after {
        return Ok(());
    }
    let lost = before.iter().find(|comment| !after.contains(comment));
    let comment = lost.or_else(|| after.iter().find(|comment| !before.contains(comment)));
    Err(Objection::Comment { comment: comment.cloned().unwrap_or_default() })
}

/// A value in one spelling for all orders and quotes of it. The depth of the input is bounded by the
/// parser, and its size by [`super::MAX_EXPANDED_NODES`].
fn spelled(reading: &Reading<'_>, id: ValueId) -> String {
    let value = reading.get(id);
    let tag = value.tag.as_deref().map(|tag| format!("!{tag} ")).unwrap_or_default();
    let content = match &value.content {
        Content::Null => "~".to_owned(),
        Content::String(text) => format!("{:?}", plain(text)),
        Content::Other(text) => format!("{text:?}"),
        Content::List(items) => {
            let mut items: Vec<String> = items.iter().map(|&item| spelled(reading, item)).collect();
            items.sort();
            format!("[{}]", items.join(","))
        }
        Content::Map(pairs) => {
            let pair = |&(key, value): &(ValueId, ValueId)| {
                format!("{}:{}", spelled(reading, key), spelled(reading, value))
            };
            let mut pairs: Vec<String> = pairs.iter().map(pair).collect();
            pairs.sort();
            format!("{{{}}}", pairs.join(","))
        }
    };
    tag + &content
}

/// Text as it would be read without quotes: `"1.50"` is what `1.50` is.
fn plain(text: &str) -> String {
    if !text.starts_with(|first: char| first.is_ascii_digit() || "+-.tfTFyYnNoO".contains(first)) {
        return text.to_owned();
    }
    match serde_yaml::from_str::<serde_yaml::Value>(text) {
        Ok(serde_yaml::Value::Number(number)) => match number.as_f64() {
            Some(float) if number.is_f64() => format!("{float:?}"),
            _ => number.to_string(),
        },
        Ok(serde_yaml::Value::Bool(truth)) => truth.to_string(),
        _ => text.to_owned(),
    }
}

/// Where the values differ first, by keys.
fn first_difference(before: &Reading<'_>, after: &Reading<'_>) -> String {
    let mut at: Vec<(ValueId, ValueId)> =
        before.roots.iter().copied().zip(after.roots.iter().copied()).collect();
    let mut path = Vec::new();
    while let Some((old, new)) = at.pop() {
        if spelled(before, old) == spelled(after, new) {
            continue;
        }
        let (Content::Map(old), Content::Map(new)) =
            (&before.get(old).content, &after.get(new).content)
        else {
            break;
        };
        let differing = old.iter().find_map(|&(key, value)| {
            let name = spelled(before, key);
            let other = new.iter().find(|(key, _)| spelled(after, *key) == name)?.1;
            (spelled(before, value) != spelled(after, other)).then_some((name, value, other))
        });
        let Some((name, value, other)) = differing else { break };
        path.push(name.trim_matches('"').to_owned());
        at = vec![(value, other)];
    }
    path.join(".")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::yaml::document::Document;
    use crate::yaml::referee::check_same_values;

    fn judged(before: &str, after: &str) -> Result<(), String> {
        let (doc, errors) = Document::parse(&Arc::from(before));
        assert_eq!(errors, []);
        check_same_values(&doc, after).map_err(|objection| objection.to_string())
    }

    #[test]
    fn order_and_quotes_may_differ() {
        let before = "b: 1 # one\na: [x, '8080', 1.50]\n# two\nc: {d: yes}\n";
        assert_eq!(
            judged(before, "# two\nc: {d: \"yes\"}\na: [1.50, 8080, x]\nb: 1 # one\n"),
            Ok(())
        );
    }

    #[test]
    fn values_and_comments_may_not() {
        let before = "a: {b: 1, c: [x, y]} # z\n";
        for (after, wrong) in [
            ("a: {b: 2, c: [x, y]} # z\n", "at `a.b`"),
            ("a: {b: 1, c: [x]} # z\n", "at `a.c`"),
            ("a: {b: 1, c: [x, y]}\n", "`# z`"),
            ("a: {b: 1, c: [x, y]} # z # z\n", "comment"),
            ("a: {b: 1, c: [x, y], c: 2} # z\n", "twice"),
        ] {
            let said = judged(before, after).unwrap_err();
            assert!(said.contains(wrong), "{after}: {said}");
        }
    }
}
