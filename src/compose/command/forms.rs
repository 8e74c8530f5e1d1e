//! What a name means by the form of the text around it alone: URLs, `host:port`, paths.

use std::collections::BTreeMap;
use std::ops::Range;

use super::slots::Meaning;
use super::slots::reason;
use crate::compose::endpoint::Endpoint;
use crate::compose::endpoint::Form;
use crate::compose::endpoint::endpoints;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

/// Hosts in a text, and users, databases and schemes of URLs.
pub(super) struct Forms<'t> {
    text: &'t str,
    hosts: BTreeMap<usize, Endpoint>,
    parts: BTreeMap<usize, (usize, Class)>,
}

impl<'t> Forms<'t> {
    /// Finds the endpoints of a text.
    pub(super) fn new(text: &'t str) -> Self {
        let mut forms = Self { text, hosts: BTreeMap::new(), parts: BTreeMap::new() };
        for endpoint in endpoints(text) {
            let http = endpoint.scheme.clone().and_then(|scheme| text.get(scheme));
            let http = http.is_some_and(|scheme| scheme.starts_with("http"));
            let database = if http { Class::Path } else { Class::Database };
            let parts = [
                (&endpoint.user, Class::User),
                (&endpoint.database, database),
                (&endpoint.scheme, Class::Scheme),
            ];
            for (part, class) in parts {
                if let Some(part) = part {
                    forms.parts.insert(part.start, (part.end, class));
                }
            }
            forms.hosts.insert(endpoint.host.start, endpoint);
        }
        forms
    }

    /// Tells what a name means as a host or another part of an endpoint.
    fn endpoint(&self, at: &Range<usize>) -> Option<Meaning> {
        if let Some(endpoint) = self.hosts.get(&at.start).filter(|endpoint| endpoint.host == *at) {
            match endpoint.form {
                Form::Authority => {
                    return Some((Class::Host, Confidence::Certain, "host in a URL"));
                }
                Form::KeyValue => {
                    return Some((Class::Host, Confidence::Likely, "host in a connection string"));
                }
                Form::HostPort if is_port(self.text, endpoint) => {
                    return Some((Class::Host, Confidence::Likely, "host and port"));
                }
                Form::Login => {
                    return Some((
                        Class::Host,
                        Confidence::Unsure,
                        "behind a user, as in a mail address",
                    ));
                }
                Form::HostPort | Form::Word => {}
            }
        }
        let (_, (end, class)) = self.parts.range(..=at.start).next_back()?;
        (at.end <= *end).then(|| (*class, Confidence::Certain, reason(*class)))
    }

    /// Tells what a name means from the form of the text around it.
    pub(super) fn meaning(&self, at: &Range<usize>) -> Option<Meaning> {
        let before = self.text.get(..at.start).unwrap_or_default();
        if before.ends_with("/dev/tcp/") || before.ends_with("/dev/udp/") {
            return Some((Class::Host, Confidence::Certain, "host of /dev/tcp"));
        }
        // A pattern's `api\.example`.
        if before.ends_with("\\.")
            || self.text.get(at.end..).is_some_and(|rest| rest.starts_with("\\."))
        {
            return Some((Class::LongerName, Confidence::Certain, "part of a longer name"));
        }
        self.endpoint(at).or_else(|| surroundings(before, self.text.get(at.end..)?))
    }
}

/// Tells what a name means from what stands right before and after it.
fn surroundings(before: &str, after: &str) -> Option<Meaning> {
    let certain = Confidence::Certain;
    if before.ends_with("/containers/") && after.starts_with('/') {
        return Some((
            Class::ContainerCommand,
            Confidence::Likely,
            "container of Docker's interface",
        ));
    }
    if before.ends_with("container:") {
        return Some((
            Class::ContainerCommand,
            Confidence::Likely,
            "container in a network's name",
        ));
    }
    if before.ends_with("services[\"") || before.ends_with("services['") {
        return Some((Class::ServiceReference, Confidence::Likely, "service of a Compose file"));
    }
    if after.starts_with("://") {
        return Some((Class::Scheme, certain, reason(Class::Scheme)));
    }
    if before.ends_with(['/', '\\']) || after.starts_with('/') {
        return Some((Class::Path, certain, reason(Class::Path)));
    }
    if after.starts_with("=#") || after.starts_with("=>") {
        return Some((Class::Database, certain, "prompt of a database client"));
    }
    let task = after
        .strip_prefix(':')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    if task && before.is_empty() {
        return Some((Class::Program, Confidence::Unsure, "name of a task"));
    }
    None
}

/// Tells whether an endpoint's port is one, and no version of an image (`redis:7`).
fn is_port(text: &str, endpoint: &Endpoint) -> bool {
    let Some(port) = endpoint.port.clone().and_then(|port| text.get(port)) else { return false };
    match port.parse::<u32>() {
        Ok(number) => {
            number >= 1000
                || matches!(number, 22 | 25 | 53 | 80 | 389 | 443 | 465 | 587 | 636 | 993)
        }
        Err(_) => port.starts_with('$') || port.starts_with('{'),
    }
}
