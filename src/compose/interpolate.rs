//! Compose's interpolation: `$$`, `$NAME`, `${NAME}`, `${NAME:-default}` and its five operators.

use std::ops::Range;

/// A piece of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Literal(Range<usize>),
    /// `$$`, which stands for one dollar.
    Dollar(Range<usize>),
    /// A variable.
    Variable(Variable),
}

/// `$NAME` or `${NAME op rest}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// All of it, dollar and braces included.
    pub span: Range<usize>,
    /// Its name: `[_a-zA-Z][_a-zA-Z0-9]*`.
    pub name: Range<usize>,
    /// The operator and what follows it; `rest` may itself hold variables.
    pub operator: Option<(Operator, Range<usize>)>,
}

/// Operators of the Compose specification's interpolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:-`: default where unset or empty.
    DefaultIfEmpty,
    /// `-`: default where unset.
    DefaultIfUnset,
    /// `:?`
    ErrorIfEmpty,
    /// `?`
    ErrorIfUnset,
    /// `:+`
    ReplaceIfSet,
    /// `+`
    ReplaceIfPresent,
}

/// Why a value can't be interpolated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid interpolation: {reason}")]
pub struct InterpolationError {
    /// Bytes of the value.
    pub range: Range<usize>,
    /// Why, without a full stop.
    pub reason: String,
}

/// Splits a value into its pieces (compose-go's template.go; compose-spec §interpolation).
///
/// # Errors
/// An unclosed brace, or a name that is none.
pub fn pieces(value: &str) -> Result<Vec<Piece>, InterpolationError> {
    let _ = value;
    todo!()
}

/// Interpolates a value with variables given by `lookup`.
///
/// # Errors
/// As [`pieces`], and a `:?` whose variable is missing.
pub fn interpolate(
    value: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InterpolationError> {
    let _ = (value, lookup);
    todo!()
}
