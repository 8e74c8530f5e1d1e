//! Calls of Postgres clients in shell text: whom they connect as, to which database, and where.
//!
//! Invariant: a range is bytes of the text that was looked at; what stands there in pieces has
//! none. Deliberately absent: what should become of a call.

use std::ops::Range;

use super::Context;
use super::grammar::Grammar;
use super::grammar::Plan;
use super::grammar::Slot;
use super::lexer;
use super::parser::Command;
use super::placed;
use super::programs::Program;
use super::programs::base_name;
use super::reader::Reader;
use super::slots::Place;
use super::text::Text;
use super::word::PartKind;
use super::word::Word;
use super::wrappers::Known;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

/// A call of a Postgres client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// The program: `psql`.
    pub program: String,
    /// Where its name stands.
    pub at: Option<Range<usize>>,
    /// Whom it connects as: `-U`, or psql's second operand.
    pub user: Option<Argument>,
    /// The database that it names: `-d`, `-l` of pg_dumpall, or an operand.
    pub database: Option<Argument>,
    /// The host that it names.
    pub host: Option<Argument>,
    /// The container or service that it runs in by `docker exec` and its like.
    pub runs_in: Option<Argument>,
    /// Settings that it alone is given: `PGUSER=app psql`, `docker exec -e PGUSER=app`.
    pub settings: Vec<(String, Argument)>,
    /// What it is told to run by `-c`.
    pub statements: Vec<String>,
    /// Its other words.
    pub rest: Vec<String>,
    /// What it reads besides.
    pub input: Input,
    /// How sure it is that this is a call at all.
    pub confidence: Confidence,
}

/// A value in a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument {
    /// Without quotes and escapes; a variable as it is written.
    pub text: String,
    /// Where it stands, quotes left out.
    pub range: Option<Range<usize>>,
    /// What it may come to: itself, or the values of the variable that it is, as far as the text
    /// tells them. Empty for a variable of which nothing is known.
    pub values: Vec<String>,
}

/// What a client reads besides its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// Nothing, or a person's typing.
    #[default]
    None,
    /// Text that is known.
    Text(String),
    /// A file or another command's output.
    Unknown,
}

/// What commands inside of others are given.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    pub(super) runs_in: Option<Argument>,
    pub(super) settings: Vec<(String, Argument)>,
    pub(super) input: Input,
}

/// Finds the calls of Postgres clients in shell text (one command, or a whole script), in order.
#[must_use]
pub fn clients(text: &str, context: &Context) -> Vec<Client> {
    if !may_call(text) {
        return Vec::new();
    }
    let known = Known::new(text, &context.wrappers);
    ordered(Reader::new(NOBODY, &context.services, known).calls(Text::at(text, 0)))
}

/// Finds them in the words of one command, given as for [`super::classify_words`].
#[must_use]
pub fn clients_of_words(words: &[(String, Range<usize>)], context: &Context) -> Vec<Client> {
    if !words.iter().any(|(word, _)| may_call(word)) {
        return Vec::new();
    }
    let known = Known::new("", &context.wrappers);
    let reader = Reader::new(NOBODY, &context.services, known);
    let mut texts = words.iter().map(|(word, range)| placed(word, range));
    let first = words.first().map_or("", |(word, _)| word.as_str());
    let found = match first {
        "CMD-SHELL" => reader.calls(texts.nth(1).unwrap_or_default()),
        _ => {
            let skip = usize::from(matches!(first, "CMD" | "NONE"));
            let word = |text| Word { text, parts: Vec::new(), quoted: true };
            reader.calls_of_words(texts.skip(skip).map(word).collect())
        }
    };
    ordered(found)
}

/// A name that no text holds: the reader looks for a name, and here there is none.
const NOBODY: &str = "\0";

/// Programs that connect to a Postgres server.
const CLIENTS: &str = "psql pg_dump pg_dumpall pg_restore pg_isready pg_basebackup createdb dropdb \
    createuser dropuser reindexdb clusterdb vacuumdb pgbench pgcli";

/// Tells whether a program connects to a Postgres server.
pub(super) fn is_client(name: &str) -> bool {
    CLIENTS.split_ascii_whitespace().any(|client| client == name)
}

fn may_call(text: &str) -> bool {
    CLIENTS.split_ascii_whitespace().any(|client| text.contains(client))
}

/// A text may be read twice: as a command's word, and as shell.
fn ordered(mut found: Vec<Client>) -> Vec<Client> {
    let place = |client: &Client| {
        let range = client.user.as_ref().and_then(|user| user.range.clone());
        range.map_or((usize::MAX, 0), |range| (range.start, range.end))
    };
    found.sort_by_key(place);
    found.dedup();
    found
}

impl Reader<'_> {
    /// Notes a call of a client, whose words are planned.
    pub(super) fn client(
        &mut self,
        program: &Program,
        words: &[&Word],
        at: usize,
        plan: &Plan,
        place: &Place,
    ) {
        let name = words.get(at).map_or("", |head| base_name(head.as_str()));
        if !is_client(name) || place.mode.comment {
            return;
        }
        let mut client = Client {
            program: name.to_owned(),
            at: words.get(at).and_then(|head| head.text.source(&(0..head.text.len()))),
            user: None,
            database: None,
            host: None,
            runs_in: place.given.runs_in.clone(),
            settings: place.given.settings.clone(),
            statements: Vec::new(),
            rest: Vec::new(),
            input: place.given.input.clone(),
            confidence: place.mode.cap,
        };
        let mut planned = vec![at];
        for (index, range, slot) in &plan.slots {
            let Some(word) = words.get(*index) else { continue };
            let flag = flag_of(&program.grammar, words, *index, range);
            let argument = || Some(self.given_value(word, range.clone()));
            planned.push(*index);
            if range.start == 0 && flag.is_some() {
                planned.push(index - 1);
            }
            match (slot, flag.map(flag_name)) {
                (Slot::Holds(Class::User), Some("U" | "username")) => client.user = argument(),
                // A role that the command is about.
                (Slot::Holds(Class::User), _) if name != "psql" => {}
                (Slot::Holds(Class::User), None) => client.user = argument(),
                (Slot::Host, _) => client.host = argument(),
                (Slot::Database, _) => client.database = argument(),
                (Slot::Sql, _) => {
                    let text = word.as_str().get(range.clone()).unwrap_or_default();
                    client.statements.push(text.to_owned());
                }
                (Slot::Holds(Class::Path), Some("f" | "file")) if name == "psql" => {
                    client.input = Input::Unknown;
                }
                _ => {}
            }
        }
        for (index, word) in words.iter().enumerate().skip(at + 1) {
            if !planned.contains(&index) {
                client.rest.push(word.as_str().to_owned());
            }
        }
        self.called(client);
    }

    /// Gives a part of a word with what it may come to.
    pub(super) fn given_value(&self, word: &Word, range: Range<usize>) -> Argument {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let variable = word.parts.iter().find(|part| part.range == range);
        let values = match variable.map(|part| &part.kind) {
            Some(PartKind::Variable { name, default }) => {
                let mut values = self.known().values.get(name).cloned().unwrap_or_default();
                let default = default.clone().and_then(|default| word.as_str().get(default));
                values.extend(default.map(str::to_owned));
                values
            }
            Some(PartKind::Command(_) | PartKind::Opaque) => Vec::new(),
            None if text.contains('$') => Vec::new(),
            None => vec![text.to_owned()],
        };
        Argument { text: text.to_owned(), range: word.text.source(&range), values }
    }

    /// Notes where the command runs that follows, and the settings that it is given.
    pub(super) fn given(&self, words: &[&Word], plan: &Plan, place: &mut Place) {
        if !plan.container {
            return;
        }
        for (index, range, slot) in &plan.slots {
            let Some(word) = words.get(*index) else { continue };
            match slot {
                Slot::Is(Class::ComposeCommand | Class::ContainerCommand) => {
                    place.given.runs_in = Some(self.given_value(word, range.clone()));
                }
                Slot::Setting => {
                    let text = word.as_str().get(range.clone()).unwrap_or_default();
                    let Some((key, _)) = text.split_once('=') else { continue };
                    let value = range.start + key.len() + 1..range.end;
                    place.given.settings.push((key.to_owned(), self.given_value(word, value)));
                }
                _ => {}
            }
        }
    }

    /// Gives what a command's programs are given by the command itself.
    pub(super) fn given_by(&self, command: &Command, outer: &Given) -> Given {
        let mut given = outer.clone();
        for assignment in command.assignments.iter().filter(|_| !command.words.is_empty()) {
            let value = self.given_value(&assignment.value, 0..assignment.value.text.len());
            given.settings.push((assignment.name.as_str().to_owned(), value));
        }
        let here = command.heredocs.first().map(Text::as_str).or_else(|| {
            let string =
                |(kind, _): &&(lexer::Redirection, Word)| *kind == lexer::Redirection::HereString;
            command.redirects.iter().find(string).map(|(_, word)| word.as_str())
        });
        let reads = command.redirects.iter().any(|(kind, _)| *kind == lexer::Redirection::Read);
        match here {
            Some(text) => given.input = Input::Text(text.to_owned()),
            None if reads || command.input.is_some() => given.input = Input::Unknown,
            None => {}
        }
        given
    }
}

/// The flag that a value belongs to: in the same word, or the word before.
fn flag_of<'w>(
    grammar: &Grammar,
    words: &[&'w Word],
    index: usize,
    range: &Range<usize>,
) -> Option<&'w str> {
    if range.start > 0 {
        return words.get(index)?.as_str().get(..range.start);
    }
    let before = words.get(index.checked_sub(1)?)?.as_str();
    (before.starts_with('-') && grammar.takes_value(flag_name(before))).then_some(before)
}

/// A flag's name without dashes; of a cluster of short ones the last.
fn flag_name(flag: &str) -> &str {
    let flag = flag.trim_end_matches('=');
    match flag.strip_prefix("--") {
        Some(long) => long,
        None => flag.char_indices().next_back().map_or("", |(at, _)| &flag[at..]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Client, Context, Input, clients, clients_of_words};

    /// A client as `program user@host/database in:container K=v …`.
    fn shown(text: &str, client: &Client) -> String {
        let argument = |argument: &Option<super::Argument>| {
            argument.as_ref().map_or("-".to_owned(), |argument| {
                let range = argument.range.clone();
                assert_eq!(range.and_then(|range| text.get(range)), Some(argument.text.as_str()));
                match argument.values.join("|") {
                    values if values == argument.text => values,
                    values => format!("{}={values}", argument.text),
                }
            })
        };
        let mut out = format!("{} {}", client.program, argument(&client.user));
        out += &format!("@{}/{}", argument(&client.host), argument(&client.database));
        if client.runs_in.is_some() {
            out += &format!(" in:{}", argument(&client.runs_in));
        }
        for (key, value) in &client.settings {
            out += &format!(" {key}={}", value.text);
        }
        for statement in &client.statements {
            out += &format!(" c:{statement}");
        }
        for word in &client.rest {
            out += &format!(" {word}");
        }
        match &client.input {
            Input::None => {}
            Input::Text(text) => out += &format!(" <<{}", text.trim()),
            Input::Unknown => out += " <",
        }
        out
    }

    #[test]
    fn calls_are_found_wherever_they_stand() {
        for (text, expected) in [
            ("psql -U app", vec!["psql app@-/-"]),
            ("psql -h db -U app -d shop -c 'select 1'", vec!["psql app@db/shop c:select 1"]),
            ("psql --username=app --dbname shop", vec!["psql app@-/shop"]),
            ("psql -Uapp shop", vec!["psql app@-/shop"]),
            ("psql shop app", vec!["psql app@-/shop"]),
            ("psql -tAc 'select 1' -U app", vec!["psql app@-/- c:select 1"]),
            ("psql -U app -l", vec!["psql app@-/- -l"]),
            ("pg_dumpall -c -U app -l shop > x", vec!["pg_dumpall app@-/shop -c"]),
            ("pg_dump -U app -Fc shop | gzip", vec!["pg_dump app@-/shop"]),
            ("createuser -U app other", vec!["createuser app@-/-"]),
            ("PGUSER=app psql -c '\\du'", vec!["psql -@-/- PGUSER=app c:\\du"]),
            ("docker exec -i db psql -U app < x.sql", vec!["psql app@-/- in:db <"]),
            ("docker compose exec -T -e PGUSER=app db psql", vec!["psql -@-/- in:db PGUSER=app"]),
            ("docker exec db sh -c \"pg_dumpall -U app\" | gzip", vec!["pg_dumpall app@-/- in:db"]),
            ("cat x.sql | docker exec -i db psql -U app", vec!["psql app@-/- in:db <"]),
            ("docker exec db psql -U app <<EOF\n\\du\nEOF\n", vec!["psql app@-/- in:db <<\\du"]),
            ("DB=db\nU=app\ndocker exec $DB psql -U \"$U\"", vec!["psql $U=app@-/- in:$DB=db"]),
            ("docker exec ${DB:-db} psql -U app", vec!["psql app@-/- in:${DB:-db}=db"]),
            ("until pg_isready -U app; do sleep 1; done", vec!["pg_isready app@-/-"]),
            ("# psql -U app\necho psql", vec![]),
            ("if psql -U app; then pg_dump -U b x; fi", vec!["psql app@-/-", "pg_dump b@-/x"]),
        ] {
            let found: Vec<String> =
                clients(text, &Context::default()).iter().map(|c| shown(text, c)).collect();
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn health_checks_keep_their_variables() {
        for (text, expected) in [
            ("pg_isready -U $$POSTGRES_USER", "$$POSTGRES_USER"),
            ("pg_isready -U \"$${POSTGRES_USER}\" -d x", "$${POSTGRES_USER}"),
            ("pg_isready -U ${POSTGRES_USER:-app} || exit 1", "${POSTGRES_USER:-app}"),
            ("pg_isready --username='app'", "app"),
            ("exec pg_isready -q -U app -h 127.0.0.1", "app"),
        ] {
            let found = clients(text, &Context::default());
            let user = found.first().and_then(|client| client.user.clone()).unwrap_or_default();
            assert_eq!(user.range.and_then(|range| text.get(range)), Some(expected), "{text}");
        }
    }

    #[test]
    fn words_of_a_list_are_read_as_one_command() {
        let words = |words: &[&str]| -> Vec<(String, std::ops::Range<usize>)> {
            let mut at = 0;
            let mut placed = Vec::new();
            for word in words {
                placed.push(((*word).to_owned(), at..at + word.len()));
                at += word.len() + 1;
            }
            placed
        };
        for (list, expected) in [
            (vec!["CMD", "pg_isready", "-U", "app"], "app"),
            (vec!["CMD-SHELL", "pg_isready -U app -d shop"], "app"),
            (vec!["CMD", "sh", "-c", "pg_isready -U app"], "app"),
            (vec!["CMD", "pg_isready", "-U", "${POSTGRES_USER}"], "${POSTGRES_USER}"),
        ] {
            let found = clients_of_words(&words(&list), &Context::default());
            let user = found.first().and_then(|client| client.user.clone()).unwrap_or_default();
            let range = user.range.expect("it stands there");
            assert_eq!(list.join(" ").get(range), Some(expected), "{list:?}");
        }
    }
}
