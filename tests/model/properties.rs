//! What a rename must do, by what the model says of the project.

use std::cell::RefCell;
use std::collections::BTreeMap;

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

use crate::case::{Case, arguments, numbers, ordered, run, tree_of, write};
use crate::common;
use crate::generate::Profile;
use crate::project::{Base, Id, Kind, Piece, Rename, Service, Text, spelled, text};
use crate::reading::Tree;
use crate::spell::Node;

/// How many projects each property gets, unless `COMPOSEMOD_MODEL_CASES` says otherwise.
const CASES: u32 = 250;

/// What became of the projects of a property.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, usize>);

impl Tally {
    pub(crate) fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// Says what became of them, and fails where too many of a hundred were refused.
    fn finish(&self, property: &str, most: usize) {
        let counted = |prefix: &str| -> usize {
            let all = self.0.iter().filter(|(what, _)| what.starts_with(prefix));
            all.map(|(_, count)| count).sum()
        };
        println!("{property}:");
        for (what, count) in &self.0 {
            println!("  {count:7} {what}");
        }
        let (held, refused) = (counted("held"), counted("refused"));
        assert!(
            held > 0 && refused * 100 <= (held + refused) * most,
            "{property}: {refused} refused"
        );
    }
}

/// Runs a property over projects of all that the specification has.
fn check(
    name: &str,
    divisor: u32,
    most: usize,
    property: impl FnMut(Case, &mut Tally) -> Result<(), String>,
) {
    check_with(Profile::Specification, name, divisor, most, property);
}

/// Runs a property over so many projects, `most` of a hundred of which may be refused.
pub(crate) fn check_with(
    profile: Profile,
    name: &str,
    divisor: u32,
    most: usize,
    property: impl FnMut(Case, &mut Tally) -> Result<(), String>,
) {
    let wanted = std::env::var("COMPOSEMOD_MODEL_CASES").ok().and_then(|text| text.parse().ok());
    let cases: u32 = wanted.unwrap_or(CASES);
    let config = Config {
        cases: (cases / divisor).max(1),
        failure_persistence: None,
        max_shrink_iters: 800,
        ..Config::default()
    };
    let state = RefCell::new((property, Tally::default()));
    let result = TestRunner::new(config).run(&numbers(), |numbers| {
        let (property, tally) = &mut *state.borrow_mut();
        property(Case::new(numbers, profile), tally).map_err(TestCaseError::fail)
    });
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("{why}"),
        Err(error) => panic!("{error}"),
    }
    state.into_inner().1.finish(name, most);
}

macro_rules! ensure {
    ($holds:expr, $($message:tt)*) => {
        if !$holds {
            return Err(format!($($message)*));
        }
    };
}

#[test]
fn without_an_alias_the_project_is_the_old_one_by_another_name() {
    check("rename without an alias", 1, 5, |mut case, tally| {
        let rename = case.rename(false);
        let before = case.tree(&case.project.names);
        let read = case.read(&before);
        ensure!(
            read.as_ref() == Ok(&ordered(case.project.effective())),
            "the model reads itself otherwise: {}",
            told(&case, &rename, &differing(&read, &ordered(case.project.effective())))
        );
        let folder = tempfile::tempdir().expect("a folder");
        write(&before, folder.path());
        let arguments = arguments(&case.project, &rename);
        let (code, out, err) = run(folder.path(), &arguments, &["--write"]);
        if let Some(why) = refusal(&case, &rename, code, &(out + &err)) {
            ensure!(!why.starts_with('!'), "{}", told(&case, &rename, &why));
            tally.count(format!("refused: {why}"));
            return Ok(());
        }
        let after = tree_of(folder.path());
        let expected = ordered(case.project.effective_after(&rename));
        let read = case.read(&after);
        ensure!(
            read.as_ref() == Ok(&expected),
            "{}",
            told(&case, &rename, &format!("{}\n{after:#?}", differing(&read, &expected)))
        );
        let is_exact = case.project.pinned(rename.id).is_none() && !Case::is_odd(&rename.new);
        if is_exact {
            let names = case.project.names.renamed(rename.id, &rename.new);
            ensure!(after == case.tree(&names), "{}", told(&case, &rename, &format!("{after:#?}")));
            // Back again.
            let back =
                Rename { new: case.project.names.of(rename.id).to_owned(), ..rename.clone() };
            let mut arguments = arguments.clone();
            arguments.swap(1, 2);
            let (code, out, err) = run(folder.path(), &arguments, &["--write"]);
            ensure!(code == 0, "{}", told(&case, &back, &(out + &err)));
            ensure!(
                tree_of(folder.path()) == before,
                "{}",
                told(&case, &rename, &format!("{:#?}", tree_of(folder.path())))
            );
            tally.count(format!("held to the byte and back, {:?}", rename.id.kind));
        } else {
            check_other_lines(&case, &rename, &after)?;
            tally.count(format!("held in the model and in other lines, {:?}", rename.id.kind));
        }
        Ok(())
    });
}

#[test]
fn with_an_alias_each_network_has_it_and_nothing_else_differs() {
    check("rename with an alias", 1, 25, |mut case, tally| {
        let rename = case.rename(true);
        let before = case.tree(&case.project.names);
        let folder = tempfile::tempdir().expect("a folder");
        write(&before, folder.path());
        let arguments = arguments(&case.project, &rename);
        let (code, out, err) = run(folder.path(), &arguments, &["--write"]);
        if let Some(why) = refusal(&case, &rename, code, &(out + &err)) {
            ensure!(!why.starts_with('!'), "{}", told(&case, &rename, &why));
            ensure!(tree_of(folder.path()) == before, "written though refused");
            tally.count(format!("refused: {why}"));
            return Ok(());
        }
        let after = tree_of(folder.path());
        let expected = ordered(case.project.effective_after(&rename));
        let read = case.read(&after);
        ensure!(
            read.as_ref() == Ok(&expected),
            "{}",
            told(&case, &rename, &format!("{}\n{after:#?}", differing(&read, &expected)))
        );
        tally.count(format!("held, {:?}", rename.id.kind));
        Ok(())
    });
}

#[test]
fn renames_of_two_things_commute() {
    check("two renames", 2, 10, |mut case, tally| {
        let first = case.rename(false);
        let second = case.rename(false);
        let names = &case.project.names;
        let touches = case.project.is_renamed(&first, second.id)
            || case.project.is_renamed(&second, first.id)
            || names.of(first.id) == names.of(second.id)
            || first.new == second.new
            || Case::is_odd(&first.new)
            || Case::is_odd(&second.new)
            || [&first, &second].iter().any(|one| case.project.pinned(one.id).is_some());
        if touches {
            tally.count("of one thing, or pinned");
            return Ok(());
        }
        let mut trees = Vec::new();
        for order in [[&first, &second], [&second, &first]] {
            let folder = tempfile::tempdir().expect("a folder");
            write(&case.tree(names), folder.path());
            for rename in order {
                let arguments = arguments(&case.project, rename);
                let (code, out, err) = run(folder.path(), &arguments, &["--write"]);
                if let Some(why) = refusal(&case, rename, code, &(out + &err)) {
                    ensure!(!why.starts_with('!'), "{}", told(&case, rename, &why));
                    tally.count(format!("refused: {why}"));
                    return Ok(());
                }
            }
            trees.push(tree_of(folder.path()));
        }
        let both = names.renamed(first.id, &first.new).renamed(second.id, &second.new);
        ensure!(
            trees[0] == trees[1] && trees[0] == case.tree(&both),
            "{}\nthen {second:?}\n{trees:#?}",
            told(&case, &first, "")
        );
        tally.count("held");
        Ok(())
    });
}

#[test]
fn git_applies_the_diff_to_the_same_end() {
    check("git apply", 5, 25, |mut case, tally| {
        let keeps_alias = case.choices.chance(50);
        let rename = case.rename(keeps_alias);
        let before = case.tree(&case.project.names);
        let (written, applied) = (tempfile::tempdir(), tempfile::tempdir());
        let (written, applied) = (written.expect("a folder"), applied.expect("a folder"));
        write(&before, written.path());
        write(&before, applied.path());
        let arguments = arguments(&case.project, &rename);
        let (_, diff, _) = run(applied.path(), &arguments, &[]);
        let (code, out, err) = run(written.path(), &arguments, &["--write"]);
        if let Some(why) = refusal(&case, &rename, code, &(out + &err)) {
            ensure!(!why.starts_with('!'), "{}", told(&case, &rename, &why));
            tally.count(format!("refused: {why}"));
            return Ok(());
        }
        let applying = common::cases::git_apply(&diff, applied.path()).expect("git runs");
        ensure!(applying.is_ok(), "{applying:?} {}", told(&case, &rename, &diff));
        ensure!(
            tree_of(applied.path()) == tree_of(written.path()),
            "{}",
            told(&case, &rename, &diff)
        );
        tally.count("held");
        Ok(())
    });
}

/// Lines that hold no name that changes must be there as they were, in order; but for one to which
/// the engine's name is added.
fn check_other_lines(case: &Case, rename: &Rename, after: &Tree) -> Result<(), String> {
    let marked = case.project.names.renamed(rename.id, "\u{1}");
    let mut spare = usize::from(case.project.pinned(rename.id).is_some());
    for (path, text) in &case.files {
        let mut lines = after[path].lines();
        for line in spelled(text, &marked).lines().filter(|line| !line.contains('\u{1}')) {
            let mut rest = lines.clone();
            // In braces, a comma comes before what is added.
            let is_it =
                |other: &str| other == line || (spare > 0 && other.strip_suffix(',') == Some(line));
            if rest.any(is_it) {
                lines = rest;
            } else if spare == 0 {
                let what = format!("`{line}` of {path} is gone: {}", after[path]);
                return Err(told(case, rename, &what));
            } else {
                spare -= 1;
            }
        }
    }
    Ok(())
}

/// Why a rename was refused, if it was; with `!` where the model knows of no reason.
pub(crate) fn refusal(case: &Case, rename: &Rename, code: u8, said: &str) -> Option<String> {
    if code == 0 {
        return None;
    }
    let index = rename.id.index;
    // What a file that is extended from calls by the service's name is taken for the service.
    let is_namesake = |index: usize| {
        let template = Id { kind: Kind::Template, index };
        let service = Id { kind: Kind::Service, index: rename.id.index };
        case.project.names.of(template) == case.project.names.of(service)
    };
    let is_extended = |base: Option<Base>| match base {
        Some(Base::Service(at)) => at == index,
        Some(Base::Template(at)) => is_namesake(at),
        None => false,
    };
    let extends = |service: &Service| service.layers.iter().any(|layer| is_extended(layer.extends));
    let is_alias = rename.keeps_alias;
    let is_extending = matches!(rename.id.kind, Kind::Service | Kind::Container)
        && case.project.services[index].layers.iter().any(|layer| layer.extends.is_some());
    // What the message says, and whether the model knows that it is so.
    let reasons = [
        (
            "it shares its settings with others through an anchor",
            case.project.pinned(rename.id).is_some() && is_shared(case, rename.id),
        ),
        (
            "extends this service, so it would answer to the old name too",
            is_alias && case.project.services.iter().any(extends),
        ),
        ("aliases` would be added", is_alias && case.project.services.iter().any(extends)),
        ("an item is no name on one line", is_alias && has_anchor(case, index)),
        ("which a list can't give an alias", is_alias && is_extending),
        ("is shared through the anchor", is_alias && has_anchor(case, index)),
        ("the link is shared through an anchor", is_alias),
        ("the service is the alias", is_alias && has_anchor(case, index)),
        ("merges this service's mapping", is_alias && has_anchor(case, index)),
    ];
    let mut known = reasons.iter().filter(|(why, holds)| *holds && said.contains(why));
    match known.next() {
        Some((why, _)) if code == 1 => Some((*why).to_owned()),
        _ => Some(format!("!{code} {said}")),
    }
}

/// Whether something in a service is shared by an anchor.
fn has_anchor(case: &Case, index: usize) -> bool {
    fn inside(node: &Node) -> bool {
        match node {
            Node::Null | Node::Scalar(_) => false,
            Node::List(items) => items.iter().any(inside),
            Node::Map(entries) => entries.iter().any(|(_, value)| inside(value)),
            Node::Anchor(..) | Node::Alias(_) => true,
        }
    }
    let name = vec![Piece::Name(Id { kind: Kind::Service, index })];
    let services = case.nodes.iter().filter_map(|file| match file {
        Node::Map(entries) => entries.iter().find(|(key, _)| *key == text("services")),
        _ => None,
    });
    let mut bodies = services.filter_map(|(_, services)| match services {
        Node::Map(entries) => entries.iter().find(|(key, _)| *key == name),
        _ => None,
    });
    bodies.any(|(_, body)| inside(body))
}

/// Whether a volume, network, secret or config has an anchor, or is an alias.
fn is_shared(case: &Case, id: Id) -> bool {
    let mut sections = case.nodes.iter().filter_map(|file| match file {
        Node::Map(entries) => Some(entries.iter().filter_map(|(_, value)| match value {
            Node::Map(entries) => Some(entries),
            _ => None,
        })),
        _ => None,
    });
    sections.any(|mut maps| {
        maps.any(|entries| {
            entries.iter().any(|(key, value)| {
                *key == vec![Piece::Name(id)] && matches!(value, Node::Anchor(..) | Node::Alias(_))
            })
        })
    })
}

/// A failing case for people.
pub(crate) fn told(case: &Case, rename: &Rename, what: &str) -> String {
    let files = case.files.iter().map(|(path, text): &(String, Text)| {
        format!("# {path}\n{}", spelled(text, &case.project.names))
    });
    let files: Vec<String> = files.collect();
    let kind: Kind = rename.id.kind;
    format!(
        "rename {kind:?} {} to {}, {}\n{}\n{what}",
        case.project.names.of(rename.id),
        rename.new,
        if rename.keeps_alias { "with an alias" } else { "without an alias" },
        files.join("\n")
    )
}

/// Where two projects differ.
pub(crate) fn differing(
    read: &Result<serde_json::Value, String>,
    model: &serde_json::Value,
) -> String {
    let read = match read {
        Ok(read) => read,
        Err(error) => return error.clone(),
    };
    let mut found = Vec::new();
    compare(read, model, "", &mut found);
    found.join("\n")
}

fn compare(read: &serde_json::Value, model: &serde_json::Value, at: &str, found: &mut Vec<String>) {
    match (read, model) {
        (serde_json::Value::Object(one), serde_json::Value::Object(other)) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                let null = serde_json::Value::Null;
                let (one, other) = (one.get(key).unwrap_or(&null), other.get(key).unwrap_or(&null));
                compare(one, other, &format!("{at}.{key}"), found);
            }
        }
        _ if read != model => found.push(format!("{at} is {read}, by the model {model}")),
        _ => {}
    }
}
