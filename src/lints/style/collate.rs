//! The order of names: what a dictionary of ASCII has, as `localeCompare` gives it in dclint.
//!
//! Punctuation comes before digits, digits before letters, and case decides only between names
//! that are the same else, the small one first.

use std::cmp::Ordering;

/// Punctuation in order (CLDR's root collation).
const PUNCTUATION: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// Compares two names.
pub(super) fn collate(a: &str, b: &str) -> Ordering {
    let folded = |text: &str| text.chars().map(weight).collect::<Vec<_>>();
    folded(a).cmp(&folded(b)).then_with(|| cases(a).cmp(&cases(b)))
}

/// Compares two texts in which a run of digits counts as a number: `80` comes before `443`.
pub(super) fn numeric(a: &str, b: &str) -> Ordering {
    let (mut a_rest, mut b_rest) = (a, b);
    loop {
        let (a_digits, b_digits) = (digits(a_rest), digits(b_rest));
        let compared = match (a_digits.is_empty(), b_digits.is_empty()) {
            (false, false) => number(a_digits).cmp(&number(b_digits)),
            _ => {
                let (a_first, b_first) = (a_rest.chars().next(), b_rest.chars().next());
                match (a_first, b_first) {
                    (None, None) => return collate(a, b),
                    _ => a_first.map(weight).cmp(&b_first.map(weight)),
                }
            }
        };
        if compared != Ordering::Equal {
            return compared;
        }
        let behind = |rest: &str, digits: &str| match digits.len() {
            0 => rest.chars().next().map_or(0, char::len_utf8),
            many => many,
        };
        a_rest = a_rest.get(behind(a_rest, a_digits)..).unwrap_or_default();
        b_rest = b_rest.get(behind(b_rest, b_digits)..).unwrap_or_default();
    }
}

fn digits(text: &str) -> &str {
    let end = text.find(|ch: char| !ch.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// A number of any length, to be compared.
fn number(digits: &str) -> (usize, &str) {
    let digits = digits.trim_start_matches('0');
    (digits.len(), digits)
}

/// A character's class and its place in it.
fn weight(ch: char) -> (u8, u32) {
    match PUNCTUATION.find(ch) {
        Some(at) => (1, u32::try_from(at).unwrap_or(u32::MAX)),
        None if ch.is_ascii_control() => (0, ch as u32),
        None if ch.is_ascii_digit() => (2, ch as u32),
        None => (3, ch.to_lowercase().next().unwrap_or(ch) as u32),
    }
}

fn cases(text: &str) -> Vec<bool> {
    text.chars().map(char::is_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{collate, numeric};

    #[test]
    fn names_are_in_the_order_of_a_dictionary() {
        let sorted =
            ["_a", "-a", "1", "10", "2", "a", "A", "a_b", "a-b", "a1", "ab", "Ab", "b", "Z"];
        assert!(sorted.is_sorted_by(|a, b| collate(a, b).is_lt()), "{sorted:?}");
    }

    #[test]
    fn numbers_are_in_the_order_of_their_values() {
        let sorted = ["", "$A", "80", "80-90", "443", "0444", "8080", "a2", "a10"];
        assert!(sorted.is_sorted_by(|a, b| numeric(a, b).is_lt()), "{sorted:?}");
    }
}
