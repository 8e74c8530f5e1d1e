//! nginx, Caddy, HAProxy, Apache: a directive and its arguments on a line.
//!
//! An upstream's own label is an identifier, and so is what passes to it by that label.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::compose::usage::Class;
use crate::repo::mentions::env;
use crate::repo::mentions::lines;
use crate::repo::mentions::page::{Page, certain, unsure};
use crate::repo::mentions::people;

/// Reads a range as directives.
pub(super) fn read(page: &mut Page<'_>, range: &Range<usize>) {
    let labels = labels(page.slice(range));
    for line in people::lines(page.text, range) {
        if !page.is_named_in(&line) {
            continue;
        }
        let (content, comment) = env::without_comment(page.text, &line);
        env::commented(page, &comment);
        if let Some((key, value)) = lines::call(page.slice(&content)) {
            page.setting(key, &(content.start + value.start..content.start + value.end));
            continue;
        }
        for statement in statements(page.text, &content) {
            if page.is_named_in(&statement) {
                directive(page, &statement, &labels);
            }
        }
    }
    page.judge_all(range, unsure(Class::Unknown, "an argument of a directive"));
}

/// Splits several statements of a line (`upstream x { server db:1; }`).
fn statements(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let line = text.get(range.clone()).unwrap_or_default();
    let mut found = Vec::new();
    let mut start = 0;
    for (at, c) in line.char_indices() {
        let after = line.get(at + c.len_utf8()..).unwrap_or_default();
        let ends = c == ';' || (c == '{' && (after.is_empty() || after.starts_with(' ')));
        if ends {
            found.push(range.start + start..range.start + at + c.len_utf8());
            start = at + c.len_utf8();
        }
    }
    found.push(range.start + start..range.end);
    found
}

/// Finds the names that the file itself gives to groups of servers.
fn labels(text: &str) -> BTreeSet<&str> {
    let mut labels = BTreeSet::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let brace = second.ends_with('{') || words.next().is_some_and(|word| word.starts_with('{'));
        match first {
            "upstream" if brace => {
                labels.insert(second.trim_end_matches('{'));
            }
            "backend" | "frontend" | "listen" if !second.is_empty() && !second.ends_with(';') => {
                labels.insert(second);
            }
            // Apache's `<Proxy balancer://name>`.
            "<Proxy" => {
                let name = second.strip_prefix("balancer://").unwrap_or_default();
                labels.insert(name.trim_end_matches('>'));
            }
            _ => {}
        }
    }
    labels.remove("");
    labels
}

fn directive(page: &mut Page<'_>, range: &Range<usize>, labels: &BTreeSet<&str>) {
    let text = page.slice(range);
    let trimmed = text.trim_start();
    let start = range.end - trimmed.len();
    let words: Vec<Range<usize>> =
        words(trimmed).into_iter().map(|word| start + word.start..start + word.end).collect();
    let Some((first, rest)) = words.split_first() else { return };
    let name = page.slice(first).to_ascii_lowercase();
    match name.as_str() {
        "upstream" | "backend" | "frontend" | "listen" | "use_backend" | "default_backend"
        | "acl" | "peers" | "resolvers" | "userlist" | "defaults" | "zone" | "log_format"
        | "limit_req_zone" | "tls" | "@" => {
            let all = first.end..range.end;
            page.judge_all(&all, certain(Class::Identifier, "a name in the configuration"));
        }
        "server_name" | "host" => {
            let all = first.end..range.end;
            page.judge_all(&all, unsure(Class::Unknown, "a name that the server answers to"));
        }
        // HAProxy gives a label first: `server s1 db:5432 check`.
        "server" | "server-template" if !text.trim_end().ends_with(';') && rest.len() > 1 => {
            if let Some((label, hosts)) = rest.split_first() {
                page.judge_all(label, certain(Class::Identifier, "label of a server"));
                hosts.iter().for_each(|host| argument(page, host, "server", labels));
            }
        }
        "set" => {
            if let [variable, value, ..] = rest {
                let key = page.slice(variable).to_owned();
                argument(page, value, &key, labels);
            }
        }
        _ => {
            let key = match name.as_str() {
                pass if pass.ends_with("_pass") => "upstream",
                "server" | "reverse_proxy" | "php_fastcgi" | "forward_auth" | "to" | "dial"
                | "balancermember" | "proxypass" | "proxypassreverse" | "lb" | "upstreams" => {
                    "upstream"
                }
                // A block's address in a Caddyfile is what it listens for.
                _ if trimmed.ends_with('{') => "",
                other => other,
            };
            if trimmed.ends_with('{') && name.contains("://") {
                let address = unsure(Class::Unknown, "an address that the server answers to");
                page.judge_all(first, address);
            }
            // The first word may be an address in a list, but a bare name there is a directive.
            if name == page.subject.name.to_ascii_lowercase() {
                page.judge_all(first, unsure(Class::Identifier, "a directive"));
            }
            for word in std::iter::once(first).chain(rest) {
                argument(page, word, key, labels);
            }
        }
    }
}

/// Reads one argument.
fn argument(page: &mut Page<'_>, word: &Range<usize>, key: &str, labels: &BTreeSet<&str>) {
    for (range, judgement) in page.setting_usages(key, word) {
        let (_, after) = page.around(&range);
        // Without a port, what has the name of an upstream is the upstream.
        let is_label = labels.contains(page.subject.name.as_str()) && !after.starts_with(':');
        let judgement = match judgement.class {
            Class::Host | Class::HostSetting if is_label => {
                certain(Class::Identifier, "an upstream of the same file")
            }
            Class::HostSetting if key == "upstream" => certain(Class::Host, "host of a directive"),
            Class::Literal => unsure(Class::Unknown, "an argument of a directive"),
            _ => judgement,
        };
        page.judge(&range, judgement);
    }
}

/// Splits at blanks outside of quotes; a closing `;`, `{` or `>` and quotes are left out.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match quote {
            Some(open) => {
                if c == open {
                    quote = None;
                }
                continue;
            }
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                start.get_or_insert(at);
                continue;
            }
            None => {}
        }
        let breaks = c.is_whitespace()
            || matches!(c, ';' | '{') && {
                let before = text.get(..at).unwrap_or_default();
                c == ';' || before.ends_with(' ') || text.get(at + 1..).is_some_and(str::is_empty)
            };
        if breaks {
            if let Some(from) = start.take() {
                let word = text.get(from..at).unwrap_or_default();
                let inner = word.trim_matches(['"', '\'', '>']);
                let lead = word.len() - word.trim_start_matches(['"', '\'', '>']).len();
                if !inner.is_empty() {
                    found.push(from + lead..from + lead + inner.len());
                }
            }
        } else {
            start.get_or_insert(at);
        }
    }
    found
}
