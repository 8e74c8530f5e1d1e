//! Bearer tokens (RFC 6750): what each may do, and how one is known without being kept.
//!
//! A file has one token a line, `name:scopes:hash`. The hash is SHA-256: a token has 256 bits from the
//! system's generator, so that there is nothing to guess and a slow hash has no use.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::str::FromStr;

use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

/// What tokens begin with, so that scanners for secrets can know them.
const PREFIX: &str = "composemod_";
/// 43 of 62 letters and digits are 256 bits.
const LENGTH: usize = 43;
const MAX_NAME: usize = 40;

/// What a token allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Making databases.
    Create,
    /// Seeing which there are.
    Read,
    /// Taking databases out of use.
    Drop,
}

impl Scope {
    /// Gives all scopes.
    pub const ALL: [Self; 3] = [Self::Create, Self::Read, Self::Drop];

    /// Gives the scope's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Drop => "drop",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|scope| scope.name() == text);
        found.ok_or_else(|| "a scope is create, read or drop".to_owned())
    }
}

/// A token, without what proves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose it is, as logs say.
    pub name: String,
    /// What it allows.
    pub scopes: BTreeSet<Scope>,
    digest: [u8; 32],
}

/// The tokens that are taken. Invariant: no two have the same name or the same hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads the lines of a file; empty lines and those that begin with `#` are comments.
    ///
    /// # Errors
    /// A line that can't be read, with its number and never its text; or there is no token.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut tokens: Vec<Token> = Vec::new();
        let mut names = HashSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let token = Token::parse(line).map_err(|reason| format!("line {number}: {reason}"))?;
            if !names.insert(token.name.clone()) {
                return Err(format!("line {number}: the name {} stands twice", token.name));
            }
            if tokens.iter().any(|other| other.digest == token.digest) {
                return Err(format!("line {number}: the token stands twice"));
            }
            tokens.push(token);
        }
        if tokens.is_empty() {
            return Err("there is no token: `composemod serve token` makes one".to_owned());
        }
        Ok(Self(tokens))
    }

    /// Gives the token that this is. All are compared, each in constant time, so that the time says
    /// nothing about how near one is.
    pub(super) fn find(&self, presented: &str) -> Option<&Token> {
        let digest = digest(presented);
        let mut found = u32::MAX;
        for (index, token) in (0..).zip(&self.0) {
            found.conditional_assign(&index, token.digest.ct_eq(&digest));
        }
        usize::try_from(found).ok().and_then(|index| self.0.get(index))
    }
}

impl Token {
    fn parse(line: &str) -> Result<Self, String> {
        const SHAPE: &str =
            "write NAME:SCOPES:HASH as `composemod serve token` prints it, not the token itself";
        let mut parts = line.split(':');
        let (Some(name), Some(scopes), Some(hash), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SHAPE.to_owned());
        };
        check_name(name)?;
        let scopes = scopes.split(',').map(str::parse).collect::<Result<_, String>>()?;
        let digest = from_hex(hash).ok_or_else(|| SHAPE.to_owned())?;
        Ok(Self { name: name.to_owned(), scopes, digest })
    }
}

/// A token that was just made.
#[derive(Debug)]
pub struct NewToken {
    /// The token, for its client only.
    pub token: SecretString,
    /// The line for the file.
    pub line: String,
}

/// Makes a token.
///
/// # Errors
/// The name can't be one, or there is no scope.
pub fn generate(name: &str, scopes: &BTreeSet<Scope>) -> Result<NewToken, String> {
    check_name(name)?;
    if scopes.is_empty() {
        return Err("a token without a scope is of no use: create, read or drop".to_owned());
    }
    let secret = Alphanumeric.sample_string(&mut rand::rng(), LENGTH);
    let token = SecretString::from(format!("{PREFIX}{secret}"));
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.name()).collect();
    let line = format!("{name}:{}:{}", scopes.join(","), to_hex(&digest(token.expose_secret())));
    Ok(NewToken { token, line })
}

fn check_name(name: &str) -> Result<(), String> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if name.is_empty() || name.len() > MAX_NAME || !name.bytes().all(is_known) {
        return Err(format!(
            "a token's name has 1 to {MAX_NAME} letters, digits, `-`, `_` and `.`, as dashboard"
        ));
    }
    Ok(())
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_and_only_it() {
        let scopes = BTreeSet::from([Scope::Create, Scope::Read]);
        let new: Vec<NewToken> =
            ["one", "two", "three"].iter().map(|name| generate(name, &scopes).unwrap()).collect();
        let lines: Vec<&str> = new.iter().map(|new| new.line.as_str()).collect();
        let text = format!("# tokens\n\n{}\n", lines.join("\r\n"));
        let tokens = Tokens::parse(&text).unwrap();
        for (new, name) in new.iter().zip(["one", "two", "three"]) {
            let token = new.token.expose_secret();
            let found = tokens.find(token).unwrap();
            assert_eq!((found.name.as_str(), &found.scopes), (name, &scopes));
            assert!(!text.contains(token), "the file holds the token");
            for other in [&format!("{token}x"), "", &token.to_uppercase(), new.line.as_str()] {
                assert_eq!(tokens.find(other), None, "{other}");
            }
        }
        assert_ne!(new[0].token.expose_secret(), new[1].token.expose_secret());
    }

    #[test]
    fn a_file_that_cant_be_read_is_told_by_line_and_without_its_text() {
        let hash = "0f".repeat(32);
        let cases = [
            ("", "there is no token"),
            ("# nothing\n", "there is no token"),
            ("composemod_secret", "line 1: write NAME:SCOPES:HASH"),
            ("\na:create:xyz", "line 2: write NAME:SCOPES:HASH"),
            (&format!("a:create:{hash}:more"), "line 1: write NAME"),
            (&format!("a b:create:{hash}"), "line 1: a token's name"),
            (&format!(":create:{hash}"), "line 1: a token's name"),
            (&format!("a:admin:{hash}"), "a scope is create, read or drop"),
            (&format!("a::{hash}"), "a scope is create, read or drop"),
            (&format!("a:read:{hash}\na:read:{}", "1f".repeat(32)), "line 2: the name a stands"),
            (&format!("a:read:{hash}\nb:read:{hash}"), "line 2: the token stands twice"),
            (&format!("a:read:{}", "é".repeat(32)), "line 1: write NAME"),
        ];
        for (text, expected) in cases {
            let error = Tokens::parse(text).expect_err(expected);
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("secret") && !error.contains(&hash), "{error}");
        }
    }

    #[test]
    fn a_token_needs_a_name_and_a_scope() {
        assert!(generate("a:b", &BTreeSet::from([Scope::Read])).is_err());
        assert!(generate("a", &BTreeSet::new()).is_err());
    }
}
