//! What a scalar is to docker compose's YAML reader (go-yaml, `resolve.go`), which differs from YAML
//! 1.2's core schema: it knows dates, other spellings of numbers, and tags that nobody else does.

use std::sync::LazyLock;

use regex::Regex;

use crate::compose::interpolate::{Piece, pieces};
use crate::lints::schema::spec::Kind;
use crate::yaml::document::{self, Document, NodeId, ScalarStyle};

/// Gives the type of a node (through an alias).
pub(super) fn kind(doc: &Document, id: NodeId) -> Kind {
    let node = doc.node(doc.resolve(id));
    let style = match &node.kind {
        document::Kind::Mapping { .. } => return Kind::Object,
        document::Kind::Sequence { .. } => return Kind::Array,
        // One that stands for nothing is reported as such.
        document::Kind::Alias { .. } => return Kind::Null,
        document::Kind::Scalar(style) => style,
    };
    let plain = || plain_kind(&doc.value(id).unwrap_or_default());
    match node.tag.as_ref().map(|tag| &*tag.name) {
        None if *style == ScalarStyle::Plain => plain(),
        Some("override") if *style == ScalarStyle::Plain => plain(),
        Some("!int") => Kind::Integer,
        Some("!float") => Kind::Number,
        Some("!bool") => Kind::Boolean,
        Some("!null") => Kind::Null,
        Some("!timestamp") => Kind::Date,
        _ => Kind::String,
    }
}

/// Tells whether a text holds a variable, so that nobody knows what it becomes.
pub(super) fn has_variable(text: &str) -> bool {
    text.contains('$')
        && pieces(text)
            .map_or(true, |pieces| pieces.iter().any(|piece| matches!(piece, Piece::Variable(_))))
}

static FLOAT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$").ok());

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let time = r"([Tt ][ \t]*[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(\.[0-9]+)?[ \t]*(Z|[-+][0-9]{2}:[0-9]{2})?)?";
    Regex::new(&format!(r"^[0-9]{{4}}-(0?[1-9]|1[0-2])-(0?[1-9]|[12][0-9]|3[01]){time}$")).ok()
});

fn plain_kind(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => return Kind::Boolean,
        ".nan" | ".NaN" | ".NAN" => return Kind::Number,
        _ => {}
    }
    let starts_number = |ch: char| ch.is_ascii_digit() || matches!(ch, '+' | '-' | '.');
    if !text.starts_with(starts_number) {
        return Kind::String;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Kind::Number;
    }
    let matches = |regex: &Option<Regex>, text: &str| {
        regex.as_ref().is_some_and(|regex| regex.is_match(text))
    };
    if matches(&DATE, text) {
        return Kind::Date;
    }
    let digits = unsigned.replace('_', "").to_ascii_lowercase();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            let is_number = u64::from_str_radix(digits, radix).is_ok() && !digits.starts_with('+');
            return if is_number { Kind::Integer } else { Kind::String };
        }
    }
    if !matches(&FLOAT, &digits) {
        return Kind::String;
    }
    // JSON knows no difference between 2 and 2.0.
    let is_whole = digits.parse::<f64>().is_ok_and(|number| number.fract() == 0.0);
    if is_whole { Kind::Integer } else { Kind::Number }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Kind, has_variable, kind};
    use crate::yaml::document::Document;

    #[test]
    fn types_are_those_of_go_yaml() {
        use Kind::{Array, Boolean, Date, Integer, Null, Number, Object, String};
        for (text, expected) in [
            ("true", Boolean),
            ("yes", String),
            ("'true'", String),
            ("~", Null),
            ("12", Integer),
            ("1_000", Integer),
            ("0x1F", Integer),
            ("017", Integer),
            ("08", Integer),
            ("0b1", Integer),
            ("2.0", Integer),
            ("1.5", Number),
            (".5", Number),
            ("-.inf", Number),
            ("22:22", String),
            ("1.2.3", String),
            ("3.8-alpine", String),
            ("-", Array),
            ("2024-01-31", Date),
            ("2024-01-31T10:00:00Z", Date),
            ("2024-13-01", String),
            ("2024-01", String),
            ("!foo 12", String),
            ("!!str 12", String),
            ("!!int '12'", Integer),
            ("!override 12", Integer),
            ("[a]", Array),
            ("{a: b}", Object),
        ] {
            let (doc, _) = Document::parse(&Arc::from(text));
            assert_eq!(kind(&doc, doc.roots()[0]), expected, "{text}");
        }
    }

    #[test]
    fn variables_are_seen() {
        assert!(has_variable("${A:-1}") && has_variable("x$A") && has_variable("${"));
        assert!(!has_variable("a$$b") && !has_variable("5$") && !has_variable(""));
    }
}
