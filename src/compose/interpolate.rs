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

/// Defaults inside defaults that [`interpolate`] follows; a file that nests deeper is no file of
/// people's, and each level reads its text once more.
const MAX_NESTING: usize = 64;

/// Splits a value into its pieces (compose-go's template.go; compose-spec §interpolation).
///
/// A dollar that starts neither a name, a brace nor another dollar stands for itself.
///
/// # Errors
/// An unclosed brace, or a name that is none.
pub fn pieces(value: &str) -> Result<Vec<Piece>, InterpolationError> {
    pieces_within(value, 0..value.len())
}

/// Interpolates a value with variables given by `lookup`.
///
/// # Errors
/// As [`pieces`], and a `:?` whose variable is missing.
pub fn interpolate(
    value: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
) -> Result<String, InterpolationError> {
    let mut out = String::with_capacity(value.len());
    let mut open = vec![pieces(value)?.into_iter()];
    while let Some(level) = open.last_mut() {
        let Some(piece) = level.next() else {
            open.pop();
            continue;
        };
        let variable = match piece {
            Piece::Literal(range) => {
                out.push_str(value.get(range).unwrap_or_default());
                continue;
            }
            Piece::Dollar(_) => {
                out.push('$');
                continue;
            }
            Piece::Variable(variable) => variable,
        };
        let name = value.get(variable.name.clone()).unwrap_or_default();
        match choose(lookup(name), variable.operator) {
            Choice::Value(found) => out.push_str(&found),
            Choice::Rest(rest) => {
                if open.len() > MAX_NESTING {
                    return Err(InterpolationError {
                        range: variable.span,
                        reason: format!("defaults nest deeper than {MAX_NESTING} levels"),
                    });
                }
                open.push(pieces_within(value, rest)?.into_iter());
            }
            Choice::Missing(message) => {
                let message = value.get(message).unwrap_or_default();
                let reason = match message {
                    "" => format!("required variable {name} is missing a value"),
                    _ => format!("required variable {name} is missing a value: {message}"),
                };
                return Err(InterpolationError { range: variable.span, reason });
            }
        }
    }
    Ok(out)
}

/// What a variable stands for once its value is known.
enum Choice {
    Value(String),
    Rest(Range<usize>),
    Missing(Range<usize>),
}

fn choose(found: Option<String>, operator: Option<(Operator, Range<usize>)>) -> Choice {
    let Some((operator, rest)) = operator else {
        return Choice::Value(found.unwrap_or_default());
    };
    let filled = found.as_deref().is_some_and(|value| !value.is_empty());
    let kept = match operator {
        Operator::DefaultIfEmpty | Operator::ErrorIfEmpty => filled,
        Operator::DefaultIfUnset | Operator::ErrorIfUnset => found.is_some(),
        Operator::ReplaceIfSet => !filled,
        Operator::ReplaceIfPresent => found.is_none(),
    };
    match operator {
        _ if kept => Choice::Value(found.unwrap_or_default()),
        Operator::ErrorIfEmpty | Operator::ErrorIfUnset => Choice::Missing(rest),
        _ => Choice::Rest(rest),
    }
}

fn pieces_within(value: &str, within: Range<usize>) -> Result<Vec<Piece>, InterpolationError> {
    let text = value.get(..within.end).unwrap_or_default();
    let bytes = text.as_bytes();
    let mut pieces = Vec::new();
    let mut literal = within.start;
    let mut from = within.start;
    while let Some(at) =
        bytes.get(from..).and_then(|rest| memchr::memchr(b'$', rest)).map(|found| from + found)
    {
        let piece = match bytes.get(at + 1) {
            Some(b'$') => Piece::Dollar(at..at + 2),
            Some(b'{') => Piece::Variable(braced(text, at)?),
            Some(byte) if is_name_start(*byte) => {
                let name = at + 1..name_end(bytes, at + 1);
                Piece::Variable(Variable { span: at..name.end, name, operator: None })
            }
            _ => {
                from = at + 1;
                continue;
            }
        };
        if literal < at {
            pieces.push(Piece::Literal(literal..at));
        }
        from = match &piece {
            Piece::Literal(span) | Piece::Dollar(span) => span.end,
            Piece::Variable(variable) => variable.span.end,
        };
        literal = from;
        pieces.push(piece);
    }
    if literal < text.len() {
        pieces.push(Piece::Literal(literal..text.len()));
    }
    Ok(pieces)
}

/// Reads `${…}` whose dollar stands at `at`.
fn braced(text: &str, at: usize) -> Result<Variable, InterpolationError> {
    let bytes = text.as_bytes();
    let error = |end: usize, reason: &str| {
        Err(InterpolationError { range: at..end, reason: reason.to_owned() })
    };
    let Some(close) = closing_brace(bytes, at + 2) else {
        return error(text.len(), "`${` has no closing brace");
    };
    let span = at..close + 1;
    let name = at + 2..name_end(bytes, at + 2);
    if name.is_empty() || !bytes.get(name.start).copied().is_some_and(is_name_start) {
        return error(span.end, "no variable name follows `${`");
    }
    let operator = match operator(bytes.get(name.end..close).unwrap_or_default()) {
        Some((operator, length)) => Some((operator, name.end + length..close)),
        None if name.end == close => None,
        None => return error(span.end, "no operator follows the variable's name"),
    };
    Ok(Variable { span, name, operator })
}

/// Finds the brace that closes one opened before `from`. Where the braces do not balance it is
/// the last one of the line, as for compose-go.
pub(crate) fn closing_brace(bytes: &[u8], from: usize) -> Option<usize> {
    let mut depth = 1_usize;
    let mut last = None;
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                last = Some(at);
            }
            b'\n' => break,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    last
}

/// Reads the operator at the start of what follows a name, with its length in bytes.
pub(crate) fn operator(bytes: &[u8]) -> Option<(Operator, usize)> {
    let operator = match bytes {
        [b':', b'-', ..] => (Operator::DefaultIfEmpty, 2),
        [b'-', ..] => (Operator::DefaultIfUnset, 1),
        [b':', b'?', ..] => (Operator::ErrorIfEmpty, 2),
        [b'?', ..] => (Operator::ErrorIfUnset, 1),
        [b':', b'+', ..] => (Operator::ReplaceIfSet, 2),
        [b'+', ..] => (Operator::ReplaceIfPresent, 1),
        _ => return None,
    };
    Some(operator)
}

pub(crate) fn is_name_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

/// Gives the end of the run of name characters from `start`.
pub(crate) fn name_end(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let length = rest.iter().take_while(|&&byte| byte == b'_' || byte.is_ascii_alphanumeric());
    start + length.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spells pieces as `lit`, `$$`, `name` and `name op rest`.
    fn spelled(value: &str) -> Result<Vec<String>, String> {
        let pieces = pieces(value).map_err(|error| error.reason)?;
        Ok(pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Literal(range) => format!("={}", &value[range]),
                Piece::Dollar(range) => value[range].to_owned(),
                Piece::Variable(Variable { name, operator: None, .. }) => value[name].to_owned(),
                Piece::Variable(Variable { name, operator: Some((op, rest)), .. }) => {
                    format!("{} {op:?} {}", &value[name], &value[rest])
                }
            })
            .collect())
    }

    #[test]
    fn splits_values() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("plain", &["=plain"]),
            ("$", &["=$"]),
            ("costs $5 or 5$", &["=costs $5 or 5$"]),
            ("$}", &["=$}"]),
            ("a$$b", &["=a", "$$", "=b"]),
            ("$${A}", &["$$", "={A}"]),
            ("$$$A", &["$$", "A"]),
            ("$A-b", &["A", "=-b"]),
            ("$_a1.x", &["_a1", "=.x"]),
            ("${A}${B}", &["A", "B"]),
            ("${A:-b}", &["A DefaultIfEmpty b"]),
            ("${A-b}", &["A DefaultIfUnset b"]),
            ("${A:?b}", &["A ErrorIfEmpty b"]),
            ("${A?b:-c}", &["A ErrorIfUnset b:-c"]),
            ("${A:+b}", &["A ReplaceIfSet b"]),
            ("${A+b}", &["A ReplaceIfPresent b"]),
            ("${A:-}", &["A DefaultIfEmpty "]),
            ("x${A:-${B:-c}}y", &["=x", "A DefaultIfEmpty ${B:-c}", "=y"]),
            ("${A:-{\"k\": {}}} z", &["A DefaultIfEmpty {\"k\": {}}", "= z"]),
            ("${A:-{} z", &["A DefaultIfEmpty {", "= z"]),
            ("${Ä:-é}", &[]),
        ];
        for (value, expected) in table {
            let Ok(found) = spelled(value) else {
                assert!(expected.is_empty(), "{value}");
                continue;
            };
            assert_eq!(&found, expected, "{value}");
        }
    }

    #[test]
    fn refuses_what_compose_refuses() {
        for value in
            ["${", "${}", "${ }", "${ A}", "${A }", "${A!}", "${1A}", "a ${A", "${A:-b", "${A:b}"]
        {
            assert!(pieces(value).is_err(), "{value}");
        }
        let error = pieces("ab ${A!} c").expect_err("an operator is missing");
        assert_eq!(error.range, 3..8);
    }

    #[test]
    fn interpolates() {
        let lookup = |name: &str| match name {
            "SET" => Some("set".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let table = [
            ("$SET/${SET}/$$SET/${UNSET}", Ok("set/set/$SET/")),
            ("${UNSET:-a}${EMPTY:-a}${SET:-a}", Ok("aaset")),
            ("${UNSET-a}${EMPTY-a}${SET-a}", Ok("aset")),
            ("${UNSET:+a}${EMPTY:+a}${SET:+a}", Ok("a")),
            ("${UNSET+a}${EMPTY+a}${SET+a}", Ok("aa")),
            ("${SET:?a}${SET?a}${EMPTY?a}", Ok("setset")),
            ("${UNSET:-x${EMPTY:-y$SET}z}!", Ok("xysetz!")),
            ("${SET:-${}}", Ok("set")),
            ("${UNSET:-${}}", Err("no variable name follows `${`")),
            ("${UNSET:?please}", Err("required variable UNSET is missing a value: please")),
            ("${EMPTY:?}", Err("required variable EMPTY is missing a value")),
            ("${UNSET?a}", Err("required variable UNSET is missing a value: a")),
        ];
        for (value, expected) in table {
            let found = interpolate(value, &lookup).map_err(|error| error.reason);
            assert_eq!(found.as_deref().map_err(String::as_str), expected, "{value}");
        }
    }

    #[test]
    fn nesting_ends() {
        let deep = |levels: usize| format!("{}a{}", "${A:-".repeat(levels), "}".repeat(levels));
        assert_eq!(interpolate(&deep(MAX_NESTING), &|_| None).as_deref(), Ok("a"));
        assert!(interpolate(&deep(MAX_NESTING + 1), &|_| None).is_err());
        assert!(interpolate(&deep(100_000), &|_| None).is_err());
        assert!(pieces(&"${A:-".repeat(100_000)).is_err());
    }
}
