//! Names of databases and roles that are made here.

use std::fmt;

/// The most bytes of a name that is given. Postgres cuts names at 63 without a word; the rest is for
/// `_owner`, and for `_trash_20261129_9` where a dropped database waits.
pub const MAX_BYTES: usize = 40;

/// Names that mean something else wherever a role or database may stand.
const RESERVED: [&str; 11] = [
    "all",
    "any",
    "composemod",
    "current_role",
    "current_user",
    "none",
    "postgres",
    "public",
    "replication",
    "session_user",
    "user",
];

/// A name that needs no quotes and is nobody else's: letters, digits and `_`, a letter first.
///
/// Invariant: `^[a-z][a-z0-9_]*$`, at most [`MAX_BYTES`], not reserved, no `pg_`, `template`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Gives the names that [`Name`] takes as a regular expression, in what ECMA-262, Python and Perl have in
/// common.
pub fn pattern() -> String {
    let reserved = RESERVED.join("|");
    format!("^(?!pg_|(?:{reserved}|template[a-z0-9_])$)[a-z][a-z0-9_]*$")
}

impl Name {
    /// Takes a name.
    ///
    /// # Errors
    /// Why it can't be one, and what to do.
    pub fn new(text: &str) -> Result<Self, String> {
        let shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
        let reason = match text.as_bytes() {
            [] => "it is empty".to_owned(),
            bytes if bytes.len() > MAX_BYTES => {
                format!("it has {} bytes, and {MAX_BYTES} are the most", bytes.len())
            }
            [first, ..] if !first.is_ascii_lowercase() => {
                "it must begin with a letter from a to z".to_owned()
            }
            bytes if !bytes.iter().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_')) => {
                "it may hold small letters, digits and `_` only".to_owned()
            }
            _ if text.starts_with("pg_") => "names in pg_ are the server's own".to_owned(),
            _ if RESERVED.contains(&text) || text.starts_with("template") && text.len() == 9 => {
                "it has a meaning of its own to Postgres".to_owned()
            }
            _ => return Ok(Self(text.to_owned())),
        };
        Err(format!("`{shown}` can't be a name: {reason}"))
    }

    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_or_refused_with_a_reason() {
        for name in ["a", "shop", "wiki_js2", "x_owner", &"a".repeat(40)] {
            assert_eq!(Name::new(name).map(|name| name.to_string()), Ok(name.to_owned()));
        }
        let refused = [
            ("", "empty"),
            ("Shop", "begin"),
            ("1shop", "begin"),
            ("_shop", "begin"),
            ("shöp", "small letters"),
            ("shop-db", "small letters"),
            ("a\"; DROP DATABASE b; --", "small letters"),
            ("a\0b", "small letters"),
            ("pg_shop", "pg_"),
            ("public", "meaning"),
            ("none", "meaning"),
            ("template1", "meaning"),
            (&"a".repeat(41), "41 bytes"),
            (&"a".repeat(64), "64 bytes"),
        ];
        for (name, expected) in refused {
            let reason = Name::new(name).expect_err(name);
            assert!(reason.contains(expected) && !reason.contains('\0'), "{reason}");
        }
    }
}
