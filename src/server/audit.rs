//! The audit log: one line of JSON for each request, so that it can be told later who made or took
//! away what.
//!
//! Invariant: no secret, and of what a client sent no more than a name that can be one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use time::OffsetDateTime;

/// A request that was answered.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    /// When it was answered, in UTC (RFC 3339).
    pub(super) time: String,
    /// The request's id, as the header X-Request-Id has it.
    pub(super) id: &'a str,
    /// The name of the token; none where there was no valid one.
    pub(super) token: Option<String>,
    pub(super) method: &'static str,
    /// The path as it is declared.
    pub(super) route: &'a str,
    /// The database that was meant.
    pub(super) database: Option<String>,
    /// What was answered.
    pub(super) status: u16,
    /// The same in a word.
    pub(super) outcome: &'static str,
    pub(super) duration_ms: u64,
    /// The client's address.
    pub(super) peer: SocketAddr,
    /// What operators are told besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cause: Option<String>,
    /// Whether the client had been told before that it takes too long.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) late: bool,
}

impl Line<'_> {
    /// Gives the line, with its end.
    pub(super) fn text(&self) -> String {
        // Strings, numbers and booleans can always be written.
        serde_json::to_string(self).map(|text| text + "\n").unwrap_or_default()
    }
}

/// Gives the time as RFC 3339 has it, in UTC and milliseconds.
pub(super) fn timestamp(now: OffsetDateTime) -> String {
    let (date, time) = (now.date(), now.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond(),
    )
}

/// Gives the day as names of databases in quarantine have it.
pub(super) fn day(now: OffsetDateTime) -> String {
    format!("{:04}{:02}{:02}", now.year(), u8::from(now.month()), now.day())
}

/// Gives a duration in milliseconds.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a route learns of a request while it works. Copies are the same note.
#[derive(Clone, Debug, Default)]
pub(super) struct Note(Arc<Mutex<Noted>>);

/// What is noted.
#[derive(Clone, Debug, Default)]
pub(super) struct Noted {
    /// The name of the token.
    pub(super) token: Option<String>,
    /// The database that is meant.
    pub(super) database: Option<String>,
}

impl Note {
    /// Notes whose token it is.
    pub(super) fn token(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).token = Some(name.to_owned());
    }

    /// Notes the database that is meant, where the name can be one.
    pub(super) fn database(&self, name: &str) {
        if is_name(name) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).database = Some(name.to_owned());
        }
    }

    /// Gives what was noted so far.
    pub(super) fn noted(&self) -> Noted {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Whether a database of this name may be there; those that wait to be dropped have longer names
/// than new ones.
pub(super) fn is_name(text: &str) -> bool {
    let is_known = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.len() <= 63
        && text.bytes().all(is_known)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_line_is_one_object_with_the_time_in_utc() {
        let line = Line {
            time: timestamp(OffsetDateTime::UNIX_EPOCH + Duration::from_millis(1_796_000_000_042)),
            id: "0a",
            token: Some("dashboard".to_owned()),
            method: "POST",
            route: "/v1/databases",
            database: Some("shop".to_owned()),
            status: 201,
            outcome: "made",
            duration_ms: milliseconds(Duration::from_micros(12_900)),
            peer: SocketAddr::from(([127, 0, 0, 1], 80)),
            cause: None,
            late: false,
        };
        let expected = concat!(
            r#"{"time":"2026-11-30T00:53:20.042Z","id":"0a","token":"dashboard","method":"POST","#,
            r#""route":"/v1/databases","database":"shop","status":201,"outcome":"made","#,
            r#""duration_ms":12,"peer":"127.0.0.1:80"}"#,
            "\n"
        );
        assert_eq!(line.text(), expected);
    }

    #[test]
    fn only_what_can_be_a_name_is_noted() {
        let note = Note::default();
        for hostile in ["", "a\nb", "A", "1", "a;b", &"a".repeat(64), "é"] {
            note.database(hostile);
            assert_eq!(note.noted().database, None, "{hostile}");
        }
        note.database("shop_trash_20261129_2");
        assert_eq!(note.noted().database.as_deref(), Some("shop_trash_20261129_2"));
    }
}
