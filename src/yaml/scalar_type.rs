//! What a scalar is to a YAML 1.2 reader: YAML's core schema (YAML 1.2.2 §10.3.2).

use crate::yaml::document::{Document, Kind, NodeId, ScalarStyle};

/// The type of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarType {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// An integer or a fraction.
    Number,
    /// Anything else, and all that is quoted.
    Text,
}

impl Document {
    /// Gives the type of a scalar (through an alias); nothing for a collection.
    #[must_use]
    pub fn scalar_type(&self, id: NodeId) -> Option<ScalarType> {
        let value = self.value(id)?;
        let node = self.node(self.resolve(id));
        let is_text = node.tag.as_ref().is_some_and(|tag| matches!(&*tag.name, "!str" | ""));
        Some(match node.kind {
            _ if self.is_null(id) => ScalarType::Null,
            Kind::Scalar(ScalarStyle::Plain) if !is_text => plain_type(&value),
            _ => ScalarType::Text,
        })
    }
}

fn plain_type(value: &str) -> ScalarType {
    if matches!(value, "true" | "True" | "TRUE" | "false" | "False" | "FALSE") {
        return ScalarType::Bool;
    }
    if is_number(value) { ScalarType::Number } else { ScalarType::Text }
}

fn is_number(value: &str) -> bool {
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = value.strip_prefix(prefix) {
            return !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        }
    }
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(value, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    // What Rust reads as a fraction besides is spelled in letters.
    unsigned.starts_with(|ch: char| ch.is_ascii_digit() || ch == '.')
        && unsigned.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Document, ScalarType};

    #[test]
    fn types_are_those_of_the_core_schema() {
        use ScalarType::{Bool, Null, Number, Text};
        for (text, expected) in [
            ("true", Some(Bool)),
            ("'true'", Some(Text)),
            ("yes", Some(Text)),
            ("~", Some(Null)),
            ("12", Some(Number)),
            ("-1.5e3", Some(Number)),
            ("1.", Some(Number)),
            (".5", Some(Number)),
            ("0x1F", Some(Number)),
            ("0o17", Some(Number)),
            ("0o18", Some(Text)),
            ("-.inf", Some(Number)),
            ("inf", Some(Text)),
            (".", Some(Text)),
            ("1.2.3", Some(Text)),
            ("2027-01-31", Some(Text)),
            ("!!str 12", Some(Text)),
            ("\"12\"", Some(Text)),
            ("|\n 12", Some(Text)),
            ("[a]", None),
        ] {
            let (doc, _) = Document::parse(&Arc::from(text));
            assert_eq!(doc.scalar_type(doc.roots()[0]), expected, "{text}");
        }
    }
}
