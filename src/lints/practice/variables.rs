//! Values with their variables settled, as far as the files tell.

use std::collections::BTreeMap;

use crate::compose::effective::Effective;
use crate::compose::env_file;
use crate::compose::interpolate::interpolate;
use crate::compose::model::{folder, join};
use crate::compose::value::Value;
use crate::lints::context::FileView;

/// What stands in a settled value for a variable that no file gives.
pub(super) const OPAQUE: char = '\u{1}';

/// The variables of interpolation that the files give.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads the `.env` beside a file.
    pub(super) fn beside(view: &FileView<'_>) -> Self {
        let source =
            join(folder(view.path()), ".env").and_then(|path| view.context.repo.get(&path));
        let Some(source) = source else { return Self::default() };
        let entries = env_file::entries(&source.text).into_iter();
        let known = entries.filter_map(|entry| {
            entry.value.as_ref()?;
            let name = source.text.get(entry.name.clone())?;
            Some((name.to_owned(), entry.decoded(&source.text)))
        });
        Self(known.collect())
    }

    /// Gives those of a model.
    pub(super) fn of(model: &Effective) -> Self {
        let text =
            |(name, value): (&String, &Value)| Some((name.clone(), value.text()?.to_owned()));
        Self(model.env.iter().filter_map(text).collect())
    }

    /// Gives a value as Compose reads it: with the variables that are known, the defaults of those
    /// that are not, and [`OPAQUE`] for those that have none.
    pub(super) fn settle(&self, raw: &str) -> String {
        if !raw.contains('$') {
            return raw.to_owned();
        }
        let lookup = |name: &str| match self.0.get(name) {
            Some(value) => Some(value.clone()),
            None if has_default(raw, name) => None,
            None => Some(OPAQUE.to_string()),
        };
        interpolate(raw, &lookup).unwrap_or_else(|_| OPAQUE.to_string())
    }
}

fn has_default(raw: &str, name: &str) -> bool {
    [":-", "-"].iter().any(|operator| raw.contains(&format!("${{{name}{operator}")))
}

#[cfg(test)]
mod tests {
    use super::Variables;

    #[test]
    fn values_are_settled() {
        let known = [("A".to_owned(), "a".to_owned())];
        let known = Variables(known.into_iter().collect());
        for (raw, expected) in [
            ("x", "x"),
            ("x:${A}", "x:a"),
            ("x:${A:-1}", "x:a"),
            ("x:${B:-1}", "x:1"),
            ("x${B:-}", "x"),
            ("x:${B}", "x:\u{1}"),
            ("x${B:+:$B}", "x:\u{1}"),
            ("x:${B:?no}", "x:\u{1}"),
            ("x:${B:-${C-2}}", "x:2"),
            ("$$B", "$B"),
            ("${", "\u{1}"),
        ] {
            assert_eq!(known.settle(raw), expected, "{raw}");
        }
    }
}
