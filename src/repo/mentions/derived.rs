//! Names of containers that Compose derives (`shop-db-1`), where a container is named.
//!
//! The file is read again for each such name as if that were looked for: what stands where
//! `docker exec` or a URL names a container is one. Deliberately absent: editing them; whether a
//! new name shows in them depends on the project's name and on running containers.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::usage::{Class, Confidence};
use crate::repo::kind::FileKind;
use crate::repo::mentions::{Mention, Subject};

/// Different derived names of one file that are looked at: each has the file read again.
const MOST: usize = 8;

/// Their mentions that are looked at.
const MOST_MENTIONS: usize = 256;

/// Raises derived names that stand where a container is named.
pub(super) fn raise(
    found: &mut [Mention],
    path: &str,
    text: &str,
    kind: FileKind,
    subject: &Subject,
) {
    let derived = found
        .iter()
        .enumerate()
        .filter(|(_, mention)| mention.class == Class::DerivedName && kind != FileKind::History);
    let mut tokens: Vec<(usize, Token)> = Vec::new();
    for (at, mention) in derived.take(MOST_MENTIONS) {
        tokens.extend(token(text, &mention.span.range()).map(|token| (at, token)));
    }
    if tokens.is_empty() {
        return;
    }
    // A variable before the name is made a part of it; every offset stays.
    let mut plain = text.to_owned();
    for (_, token) in &tokens {
        let filler = "x".repeat(token.variable.len());
        plain.replace_range(token.variable.clone(), &filler);
    }
    let mut places: BTreeMap<&str, Vec<(usize, &Token)>> = BTreeMap::new();
    for (at, token) in &tokens {
        if let Some(name) = plain.get(token.range.clone()) {
            places.entry(name).or_default().push((*at, token));
        }
    }
    for (name, places) in places.into_iter().take(MOST) {
        let subject = Subject { name: name.to_owned(), distinctive: false, ..subject.clone() };
        let named = super::read(path, &plain, kind, &subject);
        for (at, token) in places {
            let is_named = named
                .binary_search_by_key(&token.range.start, |mention| mention.span.range().start)
                .ok()
                .and_then(|at| named.get(at))
                .is_some_and(names_container);
            if let Some(mention) = found.get_mut(at).filter(|_| is_named) {
                mention.confidence = Confidence::Likely;
                mention.reason = "container name that Compose derives from the service's";
            }
        }
    }
}

fn names_container(mention: &Mention) -> bool {
    mention.confidence >= Confidence::Likely
        && matches!(
            mention.class,
            Class::ContainerCommand
                | Class::ContainerPattern
                | Class::ContainerReference
                | Class::Host
                | Class::HostSetting
        )
}

/// A derived name, and the variable that it starts with.
struct Token {
    range: Range<usize>,
    variable: Range<usize>,
}

/// Bytes before a name that a token may start at.
const NEAR: usize = 64;

/// Finds the whole name around a service's: `${PROJECT}_db_1`.
fn token(text: &str, name: &Range<usize>) -> Option<Token> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let after = text.get(name.end..)?;
    let end = name.end + after.find(|c: char| !is_part(c)).unwrap_or(after.len());
    let before = text.get(..name.start)?;
    let own = before.trim_end_matches(is_part);
    let start = match own.chars().next_back() {
        Some('$') => own.len() - 1,
        Some(close @ ('}' | ')')) => {
            let open = if close == '}' { "${" } else { "$(" };
            let open = own.rfind(open).filter(|at| own.len() - at <= NEAR)?;
            let inside = own.get(open + 2..own.len() - 1)?;
            (!inside.contains(['\n', '}', ')'])).then_some(open)?
        }
        _ => own.len(),
    };
    Some(Token { range: start..end, variable: start..own.len() })
}
