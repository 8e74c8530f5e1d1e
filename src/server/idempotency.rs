//! Requests that may come twice: the header `Idempotency-Key`
//! (<https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>).
//!
//! What was answered is kept in memory, for a day and up to a bound. A create converges anyway; the
//! key keeps a password that was made here from being made twice. Answers to failures that pass are
//! not kept: a repeat tries again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::problem::{Kind, Problem};
use crate::postgres::provision::{Created, Request};

/// The header's name.
pub(super) const HEADER: &str = "idempotency-key";
/// The header of an answer that was given before.
pub(super) const REPLAYED: &str = "idempotency-replayed";
/// The most characters of a key.
pub(super) const MAX_KEY: usize = 128;

const MOST: usize = 1000;
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a create was answered.
pub(super) type Answer = Result<Created, Problem>;

/// The answers of the last day. Copies are the same store.
#[derive(Clone, Default)]
pub(super) struct Store(Arc<Mutex<HashMap<Id, Entry>>>);

/// Whose key it is, and the key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Id {
    token: String,
    key: String,
}

struct Entry {
    /// As [`fingerprint`] gives it.
    request: [u8; 32],
    /// The database that was asked for.
    database: String,
    since: Instant,
    /// None while the first request is being worked on.
    answer: Option<Answer>,
}

/// What to do with a request that has a key.
pub(super) enum Turn {
    /// To do it, and to say what it came to.
    First(Claim),
    /// To answer as before.
    Again(Answer),
}

/// The right to work on a request with a key. Where it is dropped without an answer, the key is free.
pub(super) struct Claim {
    store: Store,
    id: Id,
    is_settled: bool,
}

/// Reads the key of a request, where it has one.
///
/// # Errors
/// It is not one key of 1 to 128 visible characters.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let wrong = || {
        let detail = format!(
            "the header Idempotency-Key must be one key of 1 to {MAX_KEY} visible characters, as a UUID"
        );
        Problem::new(Kind::Malformed, detail)
    };
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let bytes = value.as_bytes();
    let is_fit = (1..=MAX_KEY).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
    match value.to_str() {
        Ok(text) if is_fit && values.next().is_none() => Ok(Some(text.to_owned())),
        _ => Err(wrong()),
    }
}

/// Tells requests apart by what they ask for, however their JSON is written.
pub(super) fn fingerprint(request: &Request) -> [u8; 32] {
    let mut digest = Sha256::new();
    let password = request.db_password.as_ref().map(ExposeSecret::expose_secret);
    let limit = request.connection_limit.map(|limit| limit.to_string());
    let texts =
        [Some(request.db_name.as_str()), Some(&request.db_user), password, limit.as_deref()];
    for text in texts.into_iter().chain(request.extensions.iter().map(|name| Some(name.as_str()))) {
        // With the length before each, no two requests look alike.
        digest.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
        digest.update(text.unwrap_or_default());
    }
    digest.finalize().into()
}

impl Store {
    /// Begins a request with a key.
    ///
    /// # Errors
    /// The key came with another request, or the first request with it is not answered yet.
    pub(super) fn begin(
        &self,
        token: &str,
        key: String,
        request: &Request,
        now: Instant,
    ) -> Result<Turn, Problem> {
        let id = Id { token: token.to_owned(), key };
        let database = request.db_name.clone();
        let request = fingerprint(request);
        let mut entries = self.lock();
        entries.retain(|_, entry| entry.answer.is_none() || now - entry.since < LIFE);
        match entries.get(&id) {
            Some(entry) if entry.request != request => Err(Problem::new(
                Kind::Invalid,
                "this Idempotency-Key came with another request before: use a new key for a new request",
            )),
            Some(Entry { answer: Some(answer), .. }) => Ok(Turn::Again(answer.clone())),
            Some(_) => Err(Problem::in_progress(
                "the first request with this Idempotency-Key is being worked on: ask again for its answer",
            )),
            None => {
                if entries.len() >= MOST {
                    forget_oldest(&mut entries);
                }
                entries.insert(id.clone(), Entry { request, database, since: now, answer: None });
                Ok(Turn::First(Claim { store: self.clone(), id, is_settled: false }))
            }
        }
    }

    /// Forgets what was answered about a database that is there no more.
    pub(super) fn forget(&self, database: &str) {
        self.lock().retain(|_, entry| entry.answer.is_none() || entry.database != database);
    }

    /// Says how many keys are kept.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes room. What is being worked on stays; the limit of requests at once bounds it.
fn forget_oldest(entries: &mut HashMap<Id, Entry>) {
    let answered = entries.iter().filter(|(_, entry)| entry.answer.is_some());
    let oldest = answered.min_by_key(|(_, entry)| entry.since).map(|(id, _)| id.clone());
    if let Some(id) = oldest {
        entries.remove(&id);
    }
}

impl Claim {
    /// Keeps what the request came to, unless it may come to something else soon.
    pub(super) fn settle(mut self, answer: &Answer) {
        if answer.as_ref().is_err_and(Problem::is_transient) {
            return;
        }
        if let Some(entry) = self.store.lock().get_mut(&self.id) {
            entry.answer = Some(answer.clone());
        }
        self.is_settled = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.is_settled {
            self.store.lock().remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use secrecy::SecretString;

    use super::*;
    use crate::postgres::provision::Outcome;

    fn created(url: &str) -> Answer {
        Ok(Created { db_url: SecretString::from(url), outcome: Outcome::Made })
    }

    fn asked(name: &str) -> Request {
        Request { db_name: name.to_owned(), ..Request::default() }
    }

    fn begin(store: &Store, token: &str, key: &str, body: &str) -> Result<Turn, Problem> {
        store.begin(token, key.to_owned(), &asked(body), Instant::now())
    }

    fn first(turn: Result<Turn, Problem>) -> Claim {
        match turn {
            Ok(Turn::First(claim)) => claim,
            Ok(Turn::Again(_)) => panic!("it was answered before"),
            Err(problem) => panic!("{}", problem.detail),
        }
    }

    #[test]
    fn the_same_request_is_answered_the_same_and_another_is_refused() {
        let store = Store::default();
        let claim = first(begin(&store, "a", "k", "body"));
        let problem = begin(&store, "a", "k", "body").err().unwrap();
        assert_eq!(problem.kind, Kind::Conflict);
        claim.settle(&created("url"));
        match begin(&store, "a", "k", "body").unwrap() {
            Turn::Again(Ok(created)) => assert_eq!(created.db_url.expose_secret(), "url"),
            _ => panic!("it was not answered as before"),
        }
        assert_eq!(begin(&store, "a", "k", "other").err().unwrap().kind, Kind::Invalid);
        // Another client's key is another key.
        first(begin(&store, "b", "k", "other"));
    }

    #[test]
    fn a_failure_that_passes_or_a_panic_leaves_the_key_free() {
        let store = Store::default();
        first(begin(&store, "a", "k", "body")).settle(&Err(Problem::unavailable("later", 1)));
        drop(first(begin(&store, "a", "k", "body")));
        let lasting = Err(Problem::new(Kind::Conflict, "there is one"));
        first(begin(&store, "a", "k", "body")).settle(&lasting);
        assert!(matches!(begin(&store, "a", "k", "body"), Ok(Turn::Again(Err(_)))));
    }

    #[test]
    fn answers_are_kept_for_a_day_and_up_to_a_bound() {
        let store = Store::default();
        let start = Instant::now();
        for number in 0..MOST + 10 {
            let turn = store.begin("a", number.to_string(), &asked("body"), start);
            first(turn).settle(&created("url"));
        }
        assert_eq!(store.len(), MOST);
        let claim = first(store.begin("a", "working".to_owned(), &asked("body"), start));
        drop(first(store.begin("a", "new".to_owned(), &asked("body"), start + LIFE)));
        assert_eq!(store.len(), 1, "only what is being worked on is left");
        claim.settle(&created("url"));
    }

    #[test]
    fn requests_are_told_apart_by_what_they_ask_for() {
        let base =
            Request { db_name: "ab".to_owned(), db_user: "c".to_owned(), ..Request::default() };
        let with_password = Request { db_password: Some(SecretString::from("p")), ..base.clone() };
        let others = [
            Request { db_name: "a".to_owned(), db_user: "bc".to_owned(), ..base.clone() },
            Request { db_password: Some(SecretString::from("q")), ..base.clone() },
            Request { connection_limit: Some(2), ..base.clone() },
            Request { extensions: vec!["p".to_owned()], ..base.clone() },
            with_password.clone(),
        ];
        for other in &others {
            assert_ne!(fingerprint(other), fingerprint(&base));
        }
        assert_eq!(fingerprint(&with_password), fingerprint(&others[4]));
    }

    #[test]
    fn keys_are_visible_and_short() {
        let headers = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HEADER, HeaderValue::from_bytes(value).unwrap());
            }
            headers
        };
        let long = [b'k'; MAX_KEY + 1];
        assert_eq!(key(&headers(&[])).unwrap(), None);
        assert_eq!(key(&headers(&[b"\"8e03\""])).unwrap().as_deref(), Some("\"8e03\""));
        assert_eq!(key(&headers(&[&long[1..]])).unwrap().map(|key| key.len()), Some(MAX_KEY));
        for wrong in [&[&b""[..]][..], &[b"a b"], &[b"a\xff"], &[&long], &[b"a", b"b"]] {
            assert_eq!(key(&headers(wrong)).unwrap_err().kind, Kind::Malformed);
        }
    }
}
