//! SQL: databases, roles and objects by the keyword before them; hosts of foreign servers.

use std::ops::Range;

use crate::compose::setting::{self, Subject};
use crate::compose::usage::Class;
use crate::repo::kind::Language;
use crate::repo::mentions::page::{Judgement, Page, certain, unsure};
use crate::repo::mentions::people;
use crate::repo::mentions::rules::Rules;
use crate::repo::mentions::tokens::{Kind, Source};

/// Tells whether a string is a statement, by its first word.
pub(super) fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let is_verb = matches!(
        word,
        "SELECT"
            | "INSERT"
            | "UPDATE"
            | "DELETE"
            | "CREATE"
            | "ALTER"
            | "DROP"
            | "GRANT"
            | "REVOKE"
            | "WITH"
            | "TRUNCATE"
            | "COMMENT"
    );
    is_verb || (word == "select" && text.contains(" from "))
}

/// Reads a range as SQL.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let source = Source::new(page.text, range, Rules::new(Language::Dashes, "sql"));
    // The words before, in upper case, the nearest last.
    let mut before: [String; 3] = Default::default();
    for (at, token) in source.tokens.iter().enumerate() {
        let text = source.text_of(at);
        match token.kind {
            Kind::Comment => people::read(page, &token.inner, Class::Comment),
            Kind::Text { .. } if text.starts_with('\'') => string(page, &token.inner, &before),
            _ => page.judge_all(&token.range, identifier(&before)),
        }
        if token.kind == Kind::Word {
            before.rotate_left(1);
            before[2] = people::prefix(text, 32).to_ascii_uppercase();
        } else if text == ";" {
            before = Default::default();
        }
    }
    page.judge_all(range, unsure(Class::Unknown, "meaning unknown"));
}

/// Judges a name that is no string by the words before it.
fn identifier(before: &[String; 3]) -> Judgement {
    let [third, second, first] = before.each_ref().map(String::as_str);
    let skipped = if first == "EXISTS" { third } else { first };
    match (second, skipped) {
        (_, "DATABASE" | "C" | "CONNECT" | "USE" | "TEMPLATE" | "DBNAME") | ("DATABASE", "IS") => {
            certain(Class::Database, "a database in SQL")
        }
        (_, "USER" | "ROLE" | "OWNER" | "AUTHORIZATION" | "GROUP") | ("OWNER", "TO") => {
            certain(Class::User, "a role in SQL")
        }
        (_, "TO") => certain(Class::User, "a role in SQL"),
        (_, "SCHEMA" | "EXTENSION" | "SERVER") => certain(Class::Identifier, "an object in SQL"),
        _ => certain(Class::Identifier, "an identifier in SQL"),
    }
}

/// Reads a string of SQL.
fn string(page: &mut Page<'_>, inner: &Range<usize>, before: &[String; 3]) {
    if !page.is_named_in(inner) {
        return;
    }
    let text = page.slice(inner);
    let key = before[2].to_ascii_lowercase();
    if text == page.subject.name {
        let judgement = match (key.as_str(), setting::subject(&key)) {
            ("datname", _) => certain(Class::Database, "a database in SQL"),
            ("rolname" | "usename" | "grantee", _) => certain(Class::User, "a role in SQL"),
            ("host" | "hostaddr", _) => certain(Class::HostSetting, "host of a foreign server"),
            (_, Subject::Database) => certain(Class::Database, "a database in SQL"),
            (_, Subject::User) => certain(Class::User, "a role in SQL"),
            _ => page.with_name(unsure(Class::Literal, "a string that is the name")),
        };
        return page.judge(inner, judgement);
    }
    for (range, judgement) in page.setting_usages("", inner) {
        let is_sentence = text.contains(' ') && judgement.class == Class::Unknown;
        if !is_sentence {
            page.judge(&range, judgement);
        }
    }
    people::read(page, inner, Class::Message);
}
