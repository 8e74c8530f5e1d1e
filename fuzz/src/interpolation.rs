//! `${…}`: the pieces make up the value, and interpolation ends.

use composemod::compose::interpolate::{Piece, interpolate, pieces};

pub fn holds(text: &str) {
    let Ok(pieces) = pieces(text) else { return };
    let mut at = 0;
    for piece in &pieces {
        let range = match piece {
            Piece::Literal(range) | Piece::Dollar(range) => range.clone(),
            Piece::Variable(variable) => {
                let name = text.get(variable.name.clone()).expect("a name is text");
                assert!(
                    !name.is_empty()
                        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
                );
                variable.span.clone()
            }
        };
        assert_eq!(range.start, at, "{text:?}");
        assert!(text.get(range.clone()).is_some_and(|piece| !piece.is_empty()), "{text:?}");
        at = range.end;
    }
    assert_eq!(at, text.len(), "{text:?}");
    let is_plain = pieces.iter().all(|piece| matches!(piece, Piece::Literal(_)));
    let lookups: [fn(&str) -> Option<String>; 3] =
        [|_| None, |_| Some(String::new()), |name| Some(format!("<{name}>"))];
    for lookup in lookups {
        if let Ok(value) = interpolate(text, &lookup)
            && is_plain
        {
            assert_eq!(value, text);
        }
    }
}
