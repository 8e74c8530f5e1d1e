//! Hosts that a setting reaches outside of every project.

use crate::compose::endpoint::{Endpoint, Form, endpoints};
use crate::compose::setting::{Subject, subject};

/// Finds the hosts that the value of a setting reaches, whoever they are.
///
/// A public address of the web is as often the service's own as another's, so that `https://` to a
/// name with dots does not count; a database or broker does. Neither does what may be a part of a
/// password: an address with a second `@` behind its host.
pub(super) fn hosts<'v>(key: &str, value: &'v str) -> Vec<&'v str> {
    let found = reached(key, value).into_iter();
    found.filter_map(|endpoint| value.get(endpoint.host)).collect()
}

/// Finds the same hosts, each with what stands around it.
pub(super) fn reached(key: &str, value: &str) -> Vec<Endpoint> {
    let subject = subject(key);
    if matches!(subject, Subject::Secret | Subject::Image | Subject::Path | Subject::User) {
        return Vec::new();
    }
    let mut found = endpoints(value);
    found.retain(|endpoint| {
        is_reached(key, subject, value, endpoint)
            && value.get(endpoint.host.clone()).is_some_and(is_host)
    });
    found
}

fn is_reached(key: &str, subject: Subject, value: &str, endpoint: &Endpoint) -> bool {
    let host = value.get(endpoint.host.clone()).unwrap_or_default();
    let is_single = !host.contains('.') || host == "host.docker.internal";
    match endpoint.form {
        Form::Authority => {
            let scheme = endpoint.scheme.clone().and_then(|scheme| value.get(scheme));
            let scheme = scheme.unwrap_or_default().to_ascii_lowercase();
            let is_local = LOCAL_SCHEMES.iter().any(|local| scheme.starts_with(local));
            let is_web = matches!(scheme.as_str(), "" | "http" | "https" | "ws" | "wss");
            let rest = value.get(endpoint.host.end..).unwrap_or_default();
            let rest = rest.split([' ', ',', '"', '\'', '\n']).next().unwrap_or_default();
            !is_local && (is_single || !is_web) && !rest.contains('@')
        }
        Form::KeyValue => true,
        Form::HostPort => matches!(subject, Subject::Host | Subject::Address),
        // Most of them are mail addresses.
        Form::Login => false,
        // `HOST` alone and `X_HOSTNAME` are the service's own, and a list is of allowed ones.
        Form::Word => {
            let is_whole = endpoint.host == (0..value.len());
            let is_own =
                !key.contains(['_', '.', '-']) || key.to_ascii_lowercase().ends_with("hostname");
            subject == Subject::Host && is_single && is_whole && !is_own
        }
    }
}

/// Schemes of what is on the same machine, or no address.
const LOCAL_SCHEMES: [&str; 9] =
    ["file", "unix", "fd", "npipe", "docker", "oci", "sqlite", "data", "urn"];

/// Tells whether text could be a host on another machine.
pub(super) fn is_host(text: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_own = ["localhost", "0.0.0.0", "none", "null", "true", "false"]
        .iter()
        .any(|own| text.eq_ignore_ascii_case(own))
        || text.starts_with("127.")
        || text.bytes().all(|byte| byte.is_ascii_digit());
    text.bytes().all(is_name) && text.starts_with(|c: char| c.is_ascii_alphanumeric()) && !is_own
}

#[cfg(test)]
mod tests {
    use super::hosts;

    #[test]
    fn what_is_reached_outside_is_told_from_what_is_not() {
        for (key, value, expected) in [
            ("DATABASE_URL", "postgres://u:p@db.example.com:5432/x", vec!["db.example.com"]),
            ("DATABASE_URL", "postgres://u:p@ss@db/x", vec!["db"]),
            ("DATABASE_URL", "postgres://u:a@b/c@db/x", vec![]),
            ("PUBLIC_URL", "https://cloud.example.com", vec![]),
            ("API_URL", "http://other:8080/x", vec!["other"]),
            ("API_URL", "http://host.docker.internal:8080", vec!["host.docker.internal"]),
            ("API_URL", "http://localhost:8080", vec![]),
            ("DOCKER_HOST", "unix:///var/run/docker.sock", vec![]),
            ("BROKERS", "k1:9092,k2:9092", vec!["k1", "k2"]),
            ("DB_HOST", "elsewhere", vec!["elsewhere"]),
            ("HOSTNAME", "me", vec![]),
            ("CLUSTER_HOSTNAME", "me", vec![]),
            ("MAIL_FROM_ADDRESS", "me@example.com", vec![]),
            ("MAILER_URL", "null://null", vec![]),
            ("DB_HOST", "$DB_HOST", vec![]),
            ("PGPASSWORD", "postgres://u:p@db/x", vec![]),
            ("NAME", "elsewhere", vec![]),
        ] {
            assert_eq!(hosts(key, value), expected, "{key}={value}");
        }
    }
}
