//! What may be shown of a line: secrets masked, control characters replaced, long lines cut.
//!
//! Invariants: a report never shows a password that stands beside what it is about, and nothing
//! in a file can steer the terminal. A mask may hide too much, since it reads no syntax. The diff
//! does not pass through here: it is made to be applied.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Part of a line, fit to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// Bytes of the text that show what the excerpt is about.
    pub(super) mark: Range<usize>,
}

/// Characters of a long line that are shown before and after the mark's start.
const SHOWN: (usize, usize) = (60, 100);

/// Characters before and after it that are searched for secrets: in a file without line ends each
/// mention would else cost as much as the whole file.
const SEARCHED: (usize, usize) = (1000, 1000);

/// What stands for a secret.
pub(super) const MASK: &str = "***";

/// What is known of the bytes that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// They are a name that is told already: shown even inside a value, and inside a secret that is
    /// longer than they are.
    Shown,
    /// They may be a value themselves.
    Veiled,
}

/// Shows a line around the bytes that matter, without its secrets and the parts that are veiled.
pub(super) fn excerpt(
    line: &str,
    mark: Range<usize>,
    veiled: &[Range<usize>],
    known: Mark,
) -> Excerpt {
    let window = window(line, mark.start, SHOWN);
    let shown = if known == Mark::Shown { mark.clone() } else { 0..0 };
    let mut hidden = hidden_near(line, mark.start, &shown);
    let without = |range: &Range<usize>| match range.start < shown.end && shown.start < range.end {
        true => [range.start..shown.start.max(range.start), shown.end.min(range.end)..range.end],
        false => [range.clone(), 0..0],
    };
    hidden.extend(veiled.iter().flat_map(without).filter(|range| !range.is_empty()));
    let hidden = merged(hidden);
    let mut text = String::new();
    let mut shown = None;
    let mut end = None;
    if window.start > 0 {
        text.push('…');
    }
    for (at, character) in line.get(window.clone()).unwrap_or_default().char_indices() {
        let at = window.start + at;
        if at >= mark.start {
            shown.get_or_insert(text.len());
        }
        if at >= mark.end {
            end.get_or_insert(text.len());
        }
        match hidden.iter().find(|range| range.contains(&at)) {
            None => text.push(visible(character)),
            Some(range) if at == range.start.max(window.start) => {
                // What is meant is in what is hidden: all of that is marked.
                if !mark.is_empty() && range.contains(&mark.start) {
                    shown.get_or_insert(text.len());
                }
                text.push_str(MASK);
            }
            Some(_) => {}
        }
    }
    let start = shown.unwrap_or(text.len());
    let end = end.unwrap_or(text.len()).max(start);
    if window.end < line.len() {
        text.push('…');
    }
    Excerpt { text, mark: start..end }
}

/// Gives a whole line with its secrets masked.
pub(super) fn masked(line: &str) -> String {
    let mut text = line.to_owned();
    for range in hidden(line, &(0..0)).into_iter().rev() {
        text.replace_range(range, MASK);
    }
    text
}

/// Tells whether a part of a line is itself a secret.
pub(super) fn is_secret(line: &str, part: &Range<usize>) -> bool {
    let covers = |range: &Range<usize>| range.start <= part.start && part.end <= range.end;
    hidden(line, &(0..0)).iter().any(covers)
}

/// Tells whether any character of a part of a line is of a secret.
pub(super) fn touches_secret(line: &str, part: &Range<usize>) -> bool {
    let meets = |range: &Range<usize>| range.start < part.end && part.start < range.end;
    !part.is_empty() && hidden(line, &(0..0)).iter().any(meets)
}

/// Gives a text whose control characters can't steer a terminal. Line feeds remain.
pub(super) fn harmless(text: &str) -> String {
    if text.bytes().all(|byte| byte == b'\n' || byte == b' ' || byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    text.chars()
        .map(|character| if character == '\n' { '\n' } else { visible(character) })
        .collect()
}

/// Besides control characters, those that turn the direction of writing.
fn visible(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        _ if character.is_control() => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Gives the bytes of so many characters before and after an offset.
fn window(line: &str, around: usize, (before, after): (usize, usize)) -> Range<usize> {
    let around = around.min(line.len());
    let head = line.get(..around).unwrap_or_default();
    let tail = line.get(around..).unwrap_or(line);
    let start = head.char_indices().rev().nth(before - 1).map_or(0, |(at, _)| at);
    let end = tail.char_indices().nth(after).map_or(line.len(), |(at, _)| head.len() + at);
    start..end
}

/// Gives the bytes that are masked around the mark.
fn hidden_near(line: &str, at: usize, mark: &Range<usize>) -> Vec<Range<usize>> {
    let near = window(line, at, SEARCHED);
    let text = line.get(near.clone()).unwrap_or(line);
    let shifted = |at: usize| at.saturating_sub(near.start).min(text.len());
    let found = hidden(text, &(shifted(mark.start)..shifted(mark.end)));
    found.into_iter().map(|range| range.start + near.start..range.end + near.start).collect()
}

/// Gives the bytes that are masked: in order, disjoint.
fn hidden(line: &str, mark: &Range<usize>) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for pattern in PATTERNS.iter() {
        for captures in pattern.captures_iter(line) {
            let is_secret = captures.name("key").is_none_or(|key| is_secret_key(key.as_str()));
            if is_secret && let Some(value) = captures.name("secret") {
                found.push(value.range());
            }
        }
    }
    // A variable's name is no secret, and tells what a place is about.
    let named: Vec<Range<usize>> =
        REFERENCE.iter().flat_map(|it| it.find_iter(line)).map(|it| it.range()).collect();
    found.retain(|range| {
        let text = line.get(range.clone()).unwrap_or_default();
        let end = range.start + text.trim_end().len();
        !named.iter().any(|name| name.start <= range.start && end <= name.end)
    });
    let shows_mark = |range: &Range<usize>| {
        !mark.is_empty() && range.start <= mark.start && mark.end <= range.end && range != mark
    };
    let carve = |range: Range<usize>| {
        if shows_mark(&range) {
            vec![range.start..mark.start, mark.end..range.end]
        } else {
            vec![range]
        }
    };
    merged(found.into_iter().flat_map(carve).collect())
}

/// Gives ranges in order, those that meet as one.
fn merged(mut found: Vec<Range<usize>>) -> Vec<Range<usize>> {
    found.retain(|range| !range.is_empty());
    found.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// Tells whether a key's value is a secret by the key's name.
fn is_secret_key(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    // `PASSWORD_FILE` holds a path, and Compose's `secrets` are names.
    if lower.ends_with("file") || lower == "secrets" {
        return false;
    }
    let words = ["password", "passwd", "passphrase", "pwd", "secret", "token", "credential"];
    let before_key = lower.strip_suffix('s').unwrap_or(&lower).strip_suffix("key");
    let is_key = before_key.is_some_and(|before| {
        let is_camel = key.get(before.len()..).is_some_and(|rest| rest.starts_with('K'));
        before.is_empty()
            || before.ends_with(['_', '-', '.'])
            || before.ends_with("api")
            || is_camel
    });
    // `pass` alone is the start of many words that are none.
    let is_pass = ["_pass", "-pass", ".pass"].iter().any(|end| lower.ends_with(end));
    is_key || is_pass || lower == "pass" || words.iter().any(|word| lower.contains(word))
}

/// A variable without a default.
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::?\?[^}$]*)?\}").ok());

/// Where secrets stand, as `secret`; where a `key` is named, only if that says so.
static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|source| Regex::new(source).ok()).collect());

const SOURCES: [&str; 18] = [
    // user:SECRET@ in a URL's authority, up to its last `@`.
    r#"://[^\s:/?#@'"]*:(?<secret>[^\s/?#'"]+)@"#,
    // The same where the secret itself holds a `/`.
    r#"://[^\s:/?#@'"]*:(?<secret>[^\s'"@]+)@"#,
    // KEY="SECRET", in whatever syntax.
    r#"(?<key>[A-Za-z0-9_.-]+)["'`]?\]?\s*(?:=>|:=|[:=>])\s*"(?<secret>(?:[^"\\]|\\.)+)""#,
    r"(?<key>[A-Za-z0-9_.-]+)[\x22'`]?\]?\s*(?:=>|:=|[:=>])\s*'(?<secret>(?:[^'\\]|\\.)+)'",
    // KEY=SECRET ends at a blank, `KEY: SECRET` at a comment or in a flow collection.
    r#"(?<key>[A-Za-z0-9_.-]+)["'`]?\]?\s*(?:=>|:=|[:=>])(?<secret>[^\s"'`,;&<>=]+)"#,
    r#"(?<key>[A-Za-z0-9_.-]+)["'`]?\]?\s*(?:=>|:=|[:=])\s+(?<secret>(?:\$\{[^}]*\}|[^\s"'`#,}&|>\[{])(?:\$\{[^}]*\}|[^,}#])*)"#,
    // --key SECRET
    r#"--(?<key>[A-Za-z0-9_-]+)\s+["']?(?<secret>[^\s"'-][^\s"']*)"#,
    // .pgpass, in a diff too
    r#"(?m)(?:^[ +-]?|[\s"'])[^:\s#"']+:(?:\d+|\*):[^:\s]*:[^:\s]+:(?<secret>[^"'\n]+)"#,
    // SQL: PASSWORD 'SECRET', IDENTIFIED BY 'SECRET'
    r"(?i)\b(?:password|identified\s+by)\s+'(?<secret>[^']+)'",
    // user:SECRET@tcp(host:port), as Go writes a DSN.
    r#"[^\s:/@'"=]+:(?<secret>[^\s/'"]+)@(?:tcp|unix)\("#,
    // curl -u user:SECRET
    r#"\bcurl\s(?:[^|;&]*?\s)?(?:-u|--user)[\s=]*["']?[^\s:'"/]+:(?<secret>[^\s'"]+)"#,
    // https://TOKEN@host
    r#"\bhttps?://(?<secret>[^\s:/@'"$<{]+)@"#,
    // Authorization: Bearer SECRET
    r#"(?i)\b(?:bearer|authorization:\s*(?:basic|token))\s+(?<secret>[^\s"'`$<{]+)"#,
    // .netrc: password SECRET
    r"\blogin\s+\S+\s+password\s+(?<secret>\S+)",
    // what a log quotes: password "SECRET"
    r#"(?i)\bpassword\s+"(?<secret>[^"]+)""#,
    // docker login -p SECRET, sshpass -p SECRET
    r#"\b(?:docker\s+login\s(?:[^|;&]*?\s)?-p|sshpass\s+-p)\s*["']?(?<secret>[^\s'"$]+)"#,
    // basic authentication of a proxy: user:HASH
    r#"(?i)\bbasic-?auth[a-z.]*["']?\s*[:=]\s*["']?[^\s:"'`]+:(?<secret>[^\s"'`,]+)"#,
    // mysql -pSECRET, redis-cli -a SECRET
    r#"\b(?:(?:mysql|mariadb)[a-z-]*\s(?:[^|;&]*?\s)?-p|redis-cli\s(?:[^|;&]*?\s)?-a\s+)["']?(?<secret>[^\s'"]+)"#,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), SOURCES.len());
    }

    #[test]
    fn secrets_are_masked() {
        let cases = [
            ("postgres://u:hunter2@db:5432/app", "postgres://u:***@db:5432/app"),
            ("redis://:hunter2@db", "redis://:***@db"),
            ("'postgres://u:p@ss@db/x?mail=a@b'", "'postgres://u:***@db/x?mail=a@b'"),
            ("postgres://u:p/ss@db/x", "postgres://u:***@db/x"),
            ("postgres://u@db/x http://db:80/", "postgres://u@db/x http://db:80/"),
            ("DB_PASSWORD=hunter2 psql -h db", "DB_PASSWORD=*** psql -h db"),
            ("  - PGPASSWORD=hunter2", "  - PGPASSWORD=***"),
            ("POSTGRES_PASSWORD: hunter 2 # db", "POSTGRES_PASSWORD: ***# db"),
            ("{password: hunter2, host: db}", "{password: ***, host: db}"),
            ("\"apiKey\": \"hunter 2\", \"host\": \"db\"", "\"apiKey\": \"***\", \"host\": \"db\""),
            ("config['secret'] = 'hunter2'", "config['secret'] = '***'"),
            ("'token' => 'hunter2', 'host' => 'db'", "'token' => '***', 'host' => 'db'"),
            ("<password>hunter2</password>", "<password>***</password>"),
            ("jdbc:x://db/a?user=u&password=hunter2&x=1", "jdbc:x://db/a?user=u&password=***&x=1"),
            ("host=db password=hunter2 user=u", "host=db password=*** user=u"),
            ("psql --password hunter2 -h db", "psql --password *** -h db"),
            ("x --api-key=hunter2 db", "x --api-key=*** db"),
            ("db:5432:app:u:hunter2", "db:5432:app:u:***"),
            ("-db:5432:*:u:hunter2\n", "-db:5432:*:u:***\n"),
            ("echo \"db:5432:*:u:hunter2\" >> x # db", "echo \"db:5432:*:u:***\" >> x # db"),
            ("# db:*:a:u:hunter2", "# db:*:a:u:***"),
            ("SECRET_KEY=abc=", "SECRET_KEY=***="),
            ("PASSWORD: ${DB_PASSWORD:?set it}", "PASSWORD: ${DB_PASSWORD:?set it}"),
            ("PASSWORD: ${DB_PASSWORD} # db", "PASSWORD: ${DB_PASSWORD} # db"),
            ("postgres://u:${DB_PASSWORD}@db/a", "postgres://u:${DB_PASSWORD}@db/a"),
            ("PASSWORD: ${A}hunter2 # db", "PASSWORD: ***# db"),
            ("export DB_PASS='hunter2' # db", "export DB_PASS='***' # db"),
            ("ALTER ROLE app PASSWORD 'hunter2' -- db", "ALTER ROLE app PASSWORD '***' -- db"),
            ("identified by 'hunter2'", "identified by '***'"),
            ("DSN=app:hunter2@tcp(db:3306)/app", "DSN=app:***@tcp(db:3306)/app"),
            ("curl -u admin:hunter2 http://db:80", "curl -u admin:*** http://db:80"),
            ("mysql -h db -u root -phunter2 app", "mysql -h db -u root -p*** app"),
            ("mysqldump -phunter2 -h db", "mysqldump -p*** -h db"),
            ("redis-cli -h db -a hunter2 ping", "redis-cli -h db -a *** ping"),
            ("git clone https://hunter2@db/x", "git clone https://***@db/x"),
            (
                "curl -H 'Authorization: Bearer hunter2' db",
                "curl -H 'Authorization: Bearer ***' db",
            ),
            ("machine db login u password hunter2", "machine db login u password ***"),
            ("FATAL: password \"hunter2\" of db", "FATAL: password \"***\" of db"),
            ("docker login -u u -p hunter2 db", "docker login -u u -p *** db"),
            ("sshpass -p hunter2 ssh db", "sshpass -p *** ssh db"),
            ("a.basicauth.users: \"u:hunter2\"", "a.basicauth.users: \"u:***\""),
            (
                "\"password\": \"hunter\\\"2\", \"host\": \"db\"",
                "\"password\": \"***\", \"host\": \"db\"",
            ),
            ("${DB_PASSWORD:-hunter2}", "${DB_PASSWORD:***"),
            // No secrets.
            ("PASSWORD_FILE=/run/secrets/db", "PASSWORD_FILE=/run/secrets/db"),
            ("secrets: [db, x]", "secrets: [db, x]"),
            ("KEYCLOAK_HOST=db", "KEYCLOAK_HOST=db"),
            ("monkey: db", "monkey: db"),
            ("host: db", "host: db"),
            ("the password of db", "the password of db"),
            ("bypass: db", "bypass: db"),
            ("psql -h db -p 5432", "psql -h db -p 5432"),
            ("mysql -h db -P 3306", "mysql -h db -P 3306"),
            ("docker run -u 1000:1000 db", "docker run -u 1000:1000 db"),
        ];
        for (line, expected) in cases {
            assert_eq!(masked(line), expected, "{line}");
        }
    }

    #[test]
    fn a_line_of_any_length_takes_no_longer() {
        let line = "password=hunter2 db ".repeat(100_000);
        let start = std::time::Instant::now();
        for mark in (0..100).map(|number| number * 20_000 + 17) {
            let excerpt = excerpt(&line, mark..mark + 2, &[], Mark::Shown);
            assert!(!excerpt.text.contains("hunter"), "{}", excerpt.text);
            assert_eq!(excerpt.text.get(excerpt.mark), Some("db"));
        }
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }

    #[test]
    fn the_mark_is_kept() {
        let long = format!("{}db{}", "x".repeat(200), "é".repeat(200));
        let long_shown = format!("…{}db{}…", "x".repeat(60), "é".repeat(98));
        let cases: [(&str, Range<usize>, &str, &str); 8] = [
            ("  host: db", 8..10, "  host: db", "db"),
            ("TOKEN_URL=http://db:80/", 17..19, "TOKEN_URL=***db***", "db"),
            ("PASSWORD=db", 9..11, "PASSWORD=***", "***"),
            ("PASSWORD=hunter2", 0..16, "PASSWORD=***", "PASSWORD=***"),
            ("a\u{1b}[31m\tdb\u{202e}", 7..9, "a\u{fffd}[31m db\u{fffd}", "db"),
            (&long, 200..202, &long_shown, "db"),
            ("db", 2..2, "db", ""),
            ("db", 7..9, "db", ""),
        ];
        for (line, mark, text, marked) in cases {
            let excerpt = excerpt(line, mark, &[], Mark::Shown);
            assert_eq!(excerpt.text, text);
            assert_eq!(excerpt.text.get(excerpt.mark.clone()), Some(marked), "{line}");
        }
    }
}
