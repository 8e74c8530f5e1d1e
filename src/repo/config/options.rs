//! What lints can be told besides whether they run: the wishes of a house style.

use schemars::JsonSchema;

use super::At;

/// What single lints are told, by lint.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LintOptions {
    /// Which names containers may have.
    #[schemars(default)]
    pub container_name_pattern: NamePattern,
    /// Which quotes ports stand in.
    #[schemars(default)]
    pub ports_unquoted: QuoteStyle,
    /// The order of the keys of services.
    #[schemars(default)]
    pub service_keys_unsorted: KeyOrder,
    /// The order of the keys of files. `x-` stands for all keys that begin so.
    #[schemars(default)]
    pub top_level_unsorted: KeyOrder,
}

/// Which names something may have.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NamePattern {
    /// A regular expression. Without it, what docker takes.
    #[schemars(default, with = "String", length(min = 1))]
    pub pattern: Option<At<String>>,
}

/// Which quotes something stands in.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuoteStyle {
    /// The quotes.
    #[schemars(default)]
    pub quotes: Quotes,
}

/// Quotes of YAML.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Quotes {
    /// `'…'`
    #[default]
    Single,
    /// `"…"`
    Double,
}

/// The order of a mapping's keys.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct KeyOrder {
    /// The keys in order; others follow by the alphabet. Without it, the lint's own order.
    #[schemars(default, inner(length(min = 1)), extend("uniqueItems" = true))]
    pub order: Vec<At<String>>,
}
