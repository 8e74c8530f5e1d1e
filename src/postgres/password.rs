//! Passwords: their limits, new ones, and the verifiers that servers are given in their place.

use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};

/// The most bytes of a password.
pub const MAX_BYTES: usize = 256;

/// How many letters and digits a new password has: 32 of 62 are 190 bits.
const GENERATED: usize = 32;

/// Checks a password that is given.
///
/// # Errors
/// Why it can't be one, without the password.
pub fn check(password: &SecretString) -> Result<(), String> {
    let text = password.expose_secret();
    let reason = match text.len() {
        0 => "an empty password leaves a role without one: give another, or none to have one made",
        length if length > MAX_BYTES => "a password may have 256 bytes at most",
        _ if text.contains('\0') => "a password can't hold a NUL",
        _ => return Ok(()),
    };
    Err(reason.to_owned())
}

/// Makes a new password of letters and digits.
pub fn generate() -> SecretString {
    SecretString::from(Alphanumeric.sample_string(&mut rand::rng(), GENERATED))
}

/// Makes a SCRAM-SHA-256 verifier with a salt of its own (RFC 5803), so that the server never sees
/// the password.
pub fn verifier(password: &SecretString) -> SecretString {
    SecretString::from(postgres_protocol::password::scram_sha_256(
        password.expose_secret().as_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_password_is_refused_without_showing_it() {
        for (password, expected) in [("", "empty"), ("hunter2\0", "NUL"), (&"h".repeat(257), "256")]
        {
            let reason = check(&SecretString::from(password)).expect_err(expected);
            assert!(reason.contains(expected) && !reason.contains("hunter2"), "{reason}");
        }
        for password in ["x", "'; DROP ROLE a; --", "\n", "pässwörd", &"h".repeat(256)] {
            assert_eq!(check(&SecretString::from(password)), Ok(()), "{password:?}");
        }
    }

    #[test]
    fn two_are_never_the_same() {
        let (one, other) = (generate(), generate());
        assert_eq!(one.expose_secret().len(), GENERATED);
        assert_ne!(one.expose_secret(), other.expose_secret());
        let verifiers = [verifier(&one), verifier(&one)];
        assert!(verifiers.iter().all(|v| v.expose_secret().starts_with("SCRAM-SHA-256$4096:")));
        assert_ne!(verifiers[0].expose_secret(), verifiers[1].expose_secret());
    }
}
