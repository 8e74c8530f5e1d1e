//! Where secrets stand in a Compose file as they are: settings, URLs and commands.
//!
//! The names of settings tell (`compose::setting`), and the form of a URL (`compose::endpoint`).

use std::ops::Range;

use crate::compose::endpoint::endpoints;
use crate::compose::interpolate::{Operator, Piece, pieces};
use crate::compose::setting::{Subject, subject};
use crate::lints::practice::purpose::words;

/// A secret that stands in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    /// Its bytes in the value.
    pub(super) range: Range<usize>,
    /// What sort of thing it stands in.
    pub(super) place: Place,
    /// How it looks.
    pub(super) look: Look,
}

/// What a secret stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The value of a setting.
    Setting,
    /// A URL's user information.
    Url,
    /// A command's argument.
    Argument,
}

/// How a secret looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Made for this use: whoever reads the file has it.
    Real,
    /// A variable's default, which another value may take the place of.
    Default,
    /// A word that everyone tries first, or that waits for another one.
    Weak,
}

/// Finds the secret that a setting's value is, and those in URLs in it.
pub(super) fn of_setting(key: &str, value: &str) -> Vec<Secret> {
    let whole = is_secret_key(key).then(|| literal(value, 0..value.len())).flatten();
    match whole.filter(|range| is_told(value, range)) {
        Some(range) => vec![secret(value, range, Place::Setting)],
        None => of_urls(value),
    }
}

/// Finds the secrets of a command: in URLs, `KEY=value` and `--password value`.
pub(super) fn of_command(text: &str) -> Vec<Secret> {
    let mut found = of_urls(text);
    let mut is_awaited = false;
    for range in tokens(text) {
        let token = text.get(range.clone()).unwrap_or_default();
        let own = match token.split_once('=') {
            Some((key, _)) if is_secret_option(key) => Some(range.start + key.len() + 1..range.end),
            _ if is_awaited && !token.starts_with('-') => Some(range.clone()),
            _ => None,
        };
        is_awaited = token.starts_with("--") && !token.contains('=') && is_secret_option(token);
        let own = own.map(|range| unquoted(text, range)).and_then(|range| literal(text, range));
        let known = |range: &Range<usize>| {
            found.iter().any(|one| one.range.start < range.end && range.start < one.range.end)
        };
        // What a shell puts there stands elsewhere.
        let is_shells = |range: &Range<usize>| {
            text.get(range.clone()).is_some_and(|it| it.contains(['$', '`']))
        };
        let own = own.filter(|range| is_told(text, range) && !is_shells(range) && !known(range));
        if let Some(range) = own {
            found.push(secret(text, range, Place::Argument));
        }
    }
    found
}

/// Finds the passwords in a text's URLs.
fn of_urls(text: &str) -> Vec<Secret> {
    let found = endpoints(text).into_iter().filter_map(|endpoint| {
        let start = endpoint.scheme.as_ref()?.end + "://".len();
        let end = endpoint.host.start.checked_sub(1)?;
        let info = text.get(start..end).filter(|_| text.get(end..end + 1) == Some("@"))?;
        let colon = info.find(':')?;
        let range = literal(text, start + colon + 1..end)?;
        // A user and password of one word are those of an example.
        let mut found = secret(text, range.clone(), Place::Url);
        if info.get(..colon) == text.get(range) {
            found.look = Look::Weak;
        }
        Some(found)
    });
    found.collect()
}

fn secret(text: &str, range: Range<usize>, place: Place) -> Secret {
    let before = text.get(..range.start).unwrap_or_default();
    let is_default =
        before.rfind("${").is_some_and(|at| before.rfind('}').is_none_or(|end| end < at));
    let look = if is_weak(text.get(range.clone()).unwrap_or_default()) {
        Look::Weak
    } else if is_default {
        Look::Default
    } else {
        Look::Real
    };
    Secret { range, place, look }
}

/// Gives the literal text that a part of a value comes to where nothing else is known: itself, or
/// the default of its one variable; nothing where a variable is in it.
fn literal(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let mut range = part;
    while let Some(part) = text.get(range.clone()).filter(|part| !part.is_empty()) {
        match pieces(part).ok()?.as_slice() {
            [Piece::Variable(variable)] => match &variable.operator {
                Some((Operator::DefaultIfEmpty | Operator::DefaultIfUnset, inner)) => {
                    range = range.start + inner.start..range.start + inner.end;
                }
                _ => return None,
            },
            pieces if pieces.iter().any(|piece| matches!(piece, Piece::Variable(_))) => {
                return None;
            }
            _ => return Some(range),
        }
    }
    None
}

/// Tells whether a value can be a secret: no flag, number, path or place for one.
fn is_told(text: &str, range: &Range<usize>) -> bool {
    let value = text.get(range.clone()).unwrap_or_default().trim();
    let lower = value.to_ascii_lowercase();
    let is_flag = FLAGS.contains(&&*lower);
    let is_path = value.starts_with(['/', '~'])
        || value.starts_with("./")
        || value.starts_with("../")
        || value.starts_with("file:")
        || value.contains("://");
    // `<password>`, `{{ password }}`, `%PASSWORD%`, `xxxx`, `…`: nothing that works.
    let is_place = value.contains("{{")
        || value.contains("}}")
        || (value.starts_with(['<', '[', '{', '%', '(', '$', '`', '!']) && value.len() > 1)
        || value.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'*' | b'.' | b'-' | b'_' | b'?'))
        || value.contains("...")
        || value.chars().all(|c| c == '…');
    let is_number = value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit());
    !is_flag && !is_path && !is_place && !is_number && !value.contains(char::is_whitespace)
}

/// Values that say how, or whether, and not what.
const FLAGS: &[&str] = &[
    "",
    "auto",
    "basic",
    "disabled",
    "enabled",
    "env",
    "false",
    "file",
    "generate",
    "htpasswd",
    "ldap",
    "md5",
    "nil",
    "no",
    "none",
    "null",
    "oauth",
    "off",
    "on",
    "plain",
    "random",
    "scram-sha-256",
    "true",
    "trust",
    "undefined",
    "user_provided",
    "yes",
];

/// Tells a value that everyone tries first, or that says that it waits for another one.
fn is_weak(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let kinds = [
        value.bytes().any(|byte| byte.is_ascii_lowercase()),
        value.bytes().any(|byte| byte.is_ascii_uppercase()),
        value.bytes().any(|byte| byte.is_ascii_digit()),
        value.bytes().any(|byte| !byte.is_ascii_alphanumeric()),
    ];
    let kinds = kinds.into_iter().filter(|has| *has).count();
    let is_short = value.len() < 8 || (kinds < 2 && value.len() < 24);
    let is_sequence = lower.contains("1234") || lower.contains("abcd") || lower.contains("qwer");
    is_short || (is_sequence && value.len() < 32) || TELLING.iter().any(|word| lower.contains(word))
}

/// Words that say that a secret is none.
const TELLING: &[&str] = &[
    "admin",
    "change",
    "default",
    "dummy",
    "example",
    "foobar",
    "generate",
    "insecure",
    "insert",
    "local",
    "minio",
    "mongo",
    "mysql",
    "passw",
    "placeholder",
    "please",
    "postgres",
    "redis",
    "replace",
    "root",
    "sample",
    "secret",
    "super",
    "test",
    "todo",
    "your",
    "_here",
    "-here",
    "passphrase",
    "rabbit",
    "development",
    "dev_",
    "dev-",
    "-dev",
    "_dev",
    "random",
    "p@ss",
    "pa55",
    "s3cr3t",
    "notsecure",
    "not_secure",
    "unsafe",
    "fake",
    "demo",
    "temp",
    "must",
    "needs",
    "key",
    "token",
    "guest",
    "user",
];

/// Tells a setting whose value is a secret, by its name.
fn is_secret_key(key: &str) -> bool {
    if subject(key) != Subject::Secret {
        return false;
    }
    let words: Vec<String> = words(&spaced(key)).collect();
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    // `PUBLIC_KEY`, `TOKEN_TTL`, `ALLOW_EMPTY_PASSWORD`, `USE_AUTH`.
    if has(NOT_SECRET) {
        return false;
    }
    let last = words.iter().rev().find(|word| !word.bytes().all(|byte| byte.is_ascii_digit()));
    match last.map(String::as_str) {
        Some("key" | "keys") => has(KEYS),
        Some("auth" | "credentials" | "secrets" | "tokens" | "pwd") => {
            words.len() > 1 && !has(&["basic"])
        }
        _ => true,
    }
}

/// Puts a mark where camel case starts a word.
fn spaced(key: &str) -> String {
    let mut out = String::with_capacity(key.len() + 4);
    let mut is_lower = false;
    for c in key.chars() {
        if is_lower && c.is_ascii_uppercase() {
            out.push('_');
        }
        is_lower = c.is_ascii_lowercase();
        out.push(c);
    }
    out
}

/// Words that say that a setting is about secrets and holds none.
const NOT_SECRET: &[&str] = &[
    "allow",
    "algorithm",
    "auto",
    "check",
    "csrf",
    "disable",
    "disabled",
    "enable",
    "enabled",
    "enforce",
    "expiry",
    "field",
    "file",
    "force",
    "generate",
    "has",
    "header",
    "id",
    "is",
    "length",
    "max",
    "min",
    "method",
    "mode",
    "name",
    "no",
    "path",
    "policy",
    "prefix",
    "provider",
    "public",
    "pub",
    "publishable",
    "random",
    "require",
    "required",
    "reset",
    "show",
    "site",
    "skip",
    "sort",
    "store",
    "type",
    "use",
    "verify",
    "with",
    "limit",
    "count",
    "per",
    "window",
    "mapping",
    "claim",
];

/// Words before `key` that make it a secret.
const KEYS: &[&str] = &[
    "access",
    "admin",
    "api",
    "app",
    "application",
    "apikey",
    "cipher",
    "cookie",
    "crypt",
    "crypto",
    "encrypt",
    "encryption",
    "hash",
    "hmac",
    "jwt",
    "license",
    "master",
    "nextauth",
    "private",
    "role",
    "secret",
    "secretkey",
    "service",
    "session",
    "signing",
    "signature",
    "storage",
    "vault",
];

/// Tells an option or variable of a command whose value is a secret.
fn is_secret_option(key: &str) -> bool {
    let name = key.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let is_own = matches!(name, "requirepass" | "masterauth" | "PGPASSWORD" | "MYSQL_PWD");
    is_name && (is_own || is_secret_key(name))
}

/// Gives the words of shell text, as far as blanks part them.
fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    text.split(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '(' | ')')).filter_map(
        move |token| {
            // Separators of one byte each.
            let start = text.get(at..)?.find(token).map(|found| at + found)?;
            at = start + token.len();
            (!token.is_empty()).then_some(start..at)
        },
    )
}

fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let part = text.get(range.clone()).unwrap_or_default();
    let inner = part.trim_start_matches(['"', '\'']);
    let start = range.start + part.len() - inner.len();
    start..start + inner.trim_end_matches(['"', '\'', ',']).len()
}

#[cfg(test)]
mod tests {
    use super::{Look, of_command, of_setting};

    fn told(text: &str, found: &[super::Secret]) -> Vec<(String, bool)> {
        found
            .iter()
            .map(|one| (text[one.range.clone()].to_owned(), one.look == Look::Real))
            .collect()
    }

    #[test]
    fn settings_that_hold_secrets() {
        for (key, value, expected) in [
            ("POSTGRES_PASSWORD", "kT9-vbn2Lq", Some(("kT9-vbn2Lq", true))),
            ("POSTGRES_PASSWORD", "postgres", Some(("postgres", false))),
            ("DB_PASS", "changeme-123", Some(("changeme-123", false))),
            ("DB_PASSWORD", "${DB_PASSWORD}", None),
            ("DB_PASSWORD", "${DB_PASSWORD:?set it}", None),
            ("DB_PASSWORD", "${DB_PASSWORD:-kT9-vbn2Lq}", Some(("kT9-vbn2Lq", false))),
            ("DB_PASSWORD", "", None),
            ("DB_PASSWORD", "<your password>", None),
            ("DB_PASSWORD", "{{ password }}", None),
            ("DB_PASSWORD", "xxxx", None),
            ("DB_PASSWORD_FILE", "/run/secrets/db", None),
            ("DB_PASSWORD", "/run/secrets/db", None),
            ("ALLOW_EMPTY_PASSWORD", "yes", None),
            ("REDIS_AUTH", "true", None),
            ("REGISTRY_AUTH", "htpasswd", None),
            ("SECRET_KEY", "u8Zr6yQ0pWm4", Some(("u8Zr6yQ0pWm4", true))),
            ("apiKey", "u8Zr6yQ0pWm4", Some(("u8Zr6yQ0pWm4", true))),
            ("SORT_KEY", "created_at2", None),
            ("PUBLIC_KEY", "u8Zr6yQ0pWm4", None),
            ("TOKEN_TTL", "u8Zr6yQ0pWm4", None),
            ("DATABASE_URL", "postgres://app:kT9-vbn2Lq@db/app", Some(("kT9-vbn2Lq", true))),
            ("DATABASE_URL", "postgres://app:app@db/app", Some(("app", false))),
            ("DATABASE_URL", "postgres://app:${PASS}@db/app", None),
            ("REDIS_URL", "redis://:kT9-vbn2Lq@db:6379", Some(("kT9-vbn2Lq", true))),
            ("REDIS_URL", "redis://db:6379/0", None),
            ("MAIL_FROM", "a@b.example", None),
        ] {
            let found = told(value, &of_setting(key, value));
            let expected: Vec<_> =
                expected.into_iter().map(|(text, real)| (text.to_owned(), real)).collect();
            assert_eq!(found, expected, "{key}={value}");
        }
    }

    #[test]
    fn commands_that_hold_secrets() {
        for (text, expected) in [
            ("redis-server --requirepass kT9-vbn2Lq --port 1", Some("kT9-vbn2Lq")),
            ("redis-server --requirepass ${REDIS_PASSWORD}", None),
            ("x --password=kT9-vbn2Lq", Some("kT9-vbn2Lq")),
            ("sh -c 'PGPASSWORD=kT9-vbn2Lq psql -h db'", Some("kT9-vbn2Lq")),
            ("x --dsn postgres://a:kT9-vbn2Lq@db/x", Some("kT9-vbn2Lq")),
            ("x --password-file /run/secrets/x", None),
            ("x --password --verbose", None),
            ("x --token $TOKEN", None),
            ("SECRET_KEY=\"$(cat secret/secret)\" run", None),
            ("SECRET_KEY=$$KEY run", None),
        ] {
            let found: Vec<String> =
                told(text, &of_command(text)).into_iter().map(|(text, _)| text).collect();
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}
