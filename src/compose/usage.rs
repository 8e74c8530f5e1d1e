//! What a use of a name in text means, and how sure that is.

use std::ops::Range;

/// One use of a name in a piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Bytes of the name itself in the text that was looked at.
    pub range: Range<usize>,
    /// What it means there.
    pub class: Class,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, for people: `docker exec CONTAINER`, `host in a URL`.
    pub reason: &'static str,
}

/// How sure a classification is. Ordered: a later one is surer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Reported, never edited.
    Unsure,
    /// Edited, unless `--only-certain`.
    Likely,
    /// Edited.
    Certain,
}

/// What a name means where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    // References to a service or its container.
    /// A place where Compose names a service: a key, `depends_on`, `links` …
    ServiceReference,
    /// A place where Compose names a container: `container_name`, `container:NAME` …
    ContainerReference,
    /// `docker compose exec NAME`, also through a wrapper.
    ComposeCommand,
    /// `docker exec NAME`, `--network container:NAME`, `containers.get("NAME")`.
    ContainerCommand,
    /// `docker ps | grep NAME`, `--filter name=NAME`.
    ContainerPattern,
    /// A host in a URL, DSN, `host:port` or a tool's `-h`.
    Host,
    /// The value of a setting that holds a host (`DB_HOST=NAME`).
    HostSetting,
    /// A list of services or containers (`for c in web db; do`, `services=("web" "db")`).
    NameList,
    /// A string that is the name and nothing else.
    Literal,
    /// A Compose snippet outside a Compose file (docs, heredocs).
    Snippet,
    // Text for people.
    /// A word in documentation.
    Prose,
    /// A word in a comment.
    Comment,
    /// A message that a program prints.
    Message,
    /// Pasted output, logs.
    Output,
    /// History: changelogs, archives, applied migrations, a text on the rename itself.
    History,
    // Other things of the same name.
    /// The container's or image's name that Compose derives (`proj-NAME-1`).
    DerivedName,
    /// Part of a longer name (`db-backup`, `my_db`).
    LongerName,
    /// A database.
    Database,
    /// A user or role.
    User,
    /// An image or package.
    Image,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// A path or file name.
    Path,
    /// A profile.
    Profile,
    /// A URL's scheme, a driver's or dialect's name.
    Scheme,
    /// An identifier, module or key in code.
    Identifier,
    /// A service of another namespace: another project's, a CI job's, Kubernetes'.
    OtherNamespace,
    /// A name that a network alias holds on purpose.
    Alias,
    /// A command or program of that name (`redis-cli`, `postgres -c …`).
    Program,
    /// What a change adds of its own.
    Addition,
    /// None of the above can be told.
    Unknown,
}

impl Class {
    /// Tells whether a name in this class is a reference to a service or container, in code or in
    /// text for people.
    #[must_use]
    pub fn refers(self) -> bool {
        self <= Self::Output
    }
}

/// Finds the uses of `name` as a whole name: not inside a longer one.
///
/// A name's characters are `[A-Za-z0-9_-]`; a dot counts where a name character follows it and
/// what stands there is no end of a sentence (`db.local` is a longer name, `db.` is not), and where
/// something is filled in (`db.${DOMAIN}`, `db.<domain>`).
/// Gives all occurrences with whether each is whole, in order.
pub fn occurrences<'t>(
    text: &'t str,
    name: &'t str,
) -> impl Iterator<Item = (Range<usize>, bool)> + 't {
    memchr::memmem::find_iter(text.as_bytes(), name.as_bytes())
        .map(|at| {
            let range = at..at + name.len();
            let whole = is_whole(text.as_bytes(), &range);
            (range, whole)
        })
        .collect::<Vec<_>>()
        .into_iter()
}

/// Tells whether what stands in a part of a text is a whole name there.
pub(super) fn is_whole(text: &[u8], range: &Range<usize>) -> bool {
    let name_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-' || *byte >= 0x80;
    let before = range.start.checked_sub(1).and_then(|at| text.get(at));
    let before = before.filter(|_| !follows_operator(&text[..range.start]));
    let after = text.get(range.end);
    if before.is_some_and(name_byte) || after.is_some_and(name_byte) {
        return false;
    }
    let dotted_after = after == Some(&b'.')
        && text
            .get(range.end + 1..)
            .is_some_and(|rest| rest.first().is_some_and(name_byte) || opens_field(rest));
    let dotted_before = before == Some(&b'.')
        && range
            .start
            .checked_sub(2)
            .and_then(|at| text.get(at))
            .is_some_and(|byte| name_byte(byte) || *byte == b'}');
    !dotted_after && !dotted_before
}

/// Tells whether a text starts with something to be filled in: a variable, a template, a format
/// field, a placeholder.
fn opens_field(text: &[u8]) -> bool {
    let (Some(first), Some(second)) = (text.first(), text.get(1)) else { return false };
    let sign: &[u8] = match first {
        b'$' => b"{$(_",
        b'{' => b"{%_}.",
        b'<' | b'[' => b"_",
        b'%' => b"(_",
        _ => return false,
    };
    second.is_ascii_alphabetic() || sign.contains(second)
}

/// Tells whether a text ends with the dash of `${NAME:-` or `${NAME-`: what follows is a default.
fn follows_operator(before: &[u8]) -> bool {
    let Some(rest) = before.strip_suffix(b"-") else { return false };
    let variable = rest.strip_suffix(b":").unwrap_or(rest);
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = variable.iter().rev().take_while(|byte| is_name(byte)).count();
    length > 0 && variable[..variable.len() - length].ends_with(b"${")
}

#[cfg(test)]
mod tests {
    use super::occurrences;

    #[test]
    fn whole_names_are_told_from_longer_ones() {
        for (text, expected) in [
            ("db", true),
            ("db.", true),
            ("@db:5432", true),
            ("db.local", false),
            ("my.db", false),
            ("./db", true),
            ("my-db", false),
            ("db_1", false),
            ("${HOST:-db}", true),
            ("${HOST-db}", true),
            ("$HOST-db", false),
            ("${-db}", false),
            ("ödb", false),
            // What is filled in goes on with the name.
            ("https://db.[your domain].com", false),
            ("https://db.{{ domain }}", false),
            ("https://db.{domain}", false),
            ("db.$DOMAIN", false),
            ("db.${DOMAIN}", false),
            ("db.$$DOMAIN", false),
            ("db.<host>", false),
            ("db.%s", false),
            ("db.%(domain)s", false),
            ("db.%DOMAIN%", false),
            ("${HOST:-db.${DOMAIN}}", false),
            ("{{ sub }}.db", false),
            ("${SUB}.db", false),
            ("(the db.)", true),
            ("the db.</p>", true),
            ("the db.[1]", true),
            ("the db.\"", true),
            ("db. $5", true),
        ] {
            let found: Vec<bool> = occurrences(text, "db").map(|(_, is_whole)| is_whole).collect();
            assert_eq!(found, [expected], "{text}");
        }
    }
}
