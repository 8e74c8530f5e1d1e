//! What holds for every lint: its name, its page, an example that fires and a cure that does not.

use std::collections::BTreeSet;

use composemod::diagnostics::Finding;
use composemod::lints::check::{Scope, check};
use composemod::lints::context::{Base, Inputs};
use composemod::lints::doc::{Doc, Sample};
use composemod::lints::select::Selection;
use composemod::lints::{self, Group, Lint};
use composemod::repo::config::{Config, Date, FILE_NAME};
use composemod::repo::load::Repo;
use composemod::report::pages;
use composemod::text::source::SourceFile;
use composemod::transforms::hazards::HAZARDS;

/// Sections of every page, in this order.
const SECTIONS: [&str; 4] = ["What it does", "Why is this bad", "Example", "Use instead"];

#[test]
fn ids_are_kebab_case_and_each_lints_own() {
    let mut known = BTreeSet::new();
    for lint in lints::all() {
        let is_kebab = lint.id.split('-').all(|word| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        assert!(is_kebab, "{}", lint.id);
        assert!(known.insert(lint.id), "{} stands twice", lint.id);
        assert!(!Group::ALL.iter().any(|group| group.name() == lint.id), "{}", lint.id);
    }
    for group in Group::ALL {
        let ids: Vec<&str> = group.lints().iter().map(|lint| lint.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        assert!(group.lints().iter().all(|lint| lint.group == group), "{}", group.name());
    }
}

#[test]
fn what_a_hazard_and_a_lint_share_is_the_name_of_one_problem() {
    let ids: BTreeSet<&str> = lints::all().map(|lint| lint.id).collect();
    for hazard in HAZARDS.iter().filter(|hazard| ids.contains(hazard.id)) {
        let group = lints::find(hazard.id).map(|lint| lint.group);
        assert!(matches!(group, Some(Group::Hazards | Group::References)), "{}", hazard.id);
    }
}

#[test]
fn every_page_is_whole() {
    for lint in lints::all() {
        let doc = Doc::parse(lint.doc);
        assert!(doc.summary.ends_with('.') && !doc.summary.contains('\n'), "{}", lint.id);
        let headings: Vec<&str> =
            doc.sections.iter().map(|(heading, _)| heading.as_str()).collect();
        assert!(headings.starts_with(&SECTIONS), "{}: {headings:?}", lint.id);
        assert!(doc.sections.iter().all(|(_, text)| !text.is_empty()), "{}", lint.id);
    }
}

#[test]
fn every_example_fires_and_every_cure_is_silent() {
    let mut faults = Vec::new();
    for lint in lints::all() {
        let doc = Doc::parse(lint.doc);
        let (example, cure) = (doc.samples("Example"), doc.samples("Use instead"));
        if example.is_empty() || cure.is_empty() {
            faults.push(format!("{}: no example, or no cure", lint.id));
            continue;
        }
        let fired = found(lint, &example, &example);
        if fired.is_empty() || fired.iter().any(|finding| finding.id != lint.id) {
            faults.push(format!("{}: the example gives {fired:#?}", lint.id));
        }
        let help = fired.iter().all(|finding| finding.help.is_some() || finding.fix.is_some());
        if !help || fired.iter().any(|finding| finding.place.is_none()) {
            faults.push(format!("{}: no way out, or no place: {fired:#?}", lint.id));
        }
        if fired.iter().any(|finding| finding.fix.is_some()) != lint.has_fix() {
            faults.push(format!(
                "{}: a section `## Fix` says what the fix does, where the example's finding has one, and only there",
                lint.id
            ));
        }
        let silent = found(lint, &cure, &example);
        if !silent.is_empty() {
            faults.push(format!("{}: the cure gives {silent:#?}", lint.id));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_page_of_all_lints_is_as_they_are() {
    let written = include_str!("../docs/lints.md").replace("\r\n", "\n");
    let is_same = written == pages::rules();
    assert!(is_same, "renew it: cargo run -- explain --all > docs/lints.md");
}

/// What a lint finds in the files of an example. A cure is compared with the example's base, and
/// leaves the files alone that it does not show.
fn found(lint: &Lint, samples: &[Sample], example: &[Sample]) -> Vec<Finding> {
    let shows = |path: &str| samples.iter().any(|sample| sample.path == path && !sample.is_base);
    let unshown = example.iter().filter(|sample| !sample.is_base && !shows(&sample.path));
    let repo = repo(samples.iter().filter(|sample| !sample.is_base).chain(unshown));
    let config = repo.config.as_ref().map(|source| {
        Config::parse(source).unwrap_or_else(|error| panic!("{}: {error:#?}", lint.id))
    });
    let is_based = example.iter().any(|sample| sample.is_base);
    let base = is_based.then(|| {
        let before = self::repo(example.iter().filter(|sample| sample.is_base));
        Base::of("main", before, &repo)
    });
    let inputs = Inputs {
        config: config.unwrap_or_default(),
        today: Date::parse("2026-06-01"),
        base,
        ..Inputs::default()
    };
    // What judges comments looks at what other lints find.
    let ids: Vec<&str> = match lint.group {
        Group::Suppressions => vec![lint.id, "image-tag-missing", "privileged-container"],
        _ => vec![lint.id],
    };
    check(&repo, &inputs, &Selection::only(&ids), &Scope::Everything)
}

fn repo<'s>(samples: impl Iterator<Item = &'s Sample>) -> Repo {
    let mut repo = Repo::default();
    for sample in samples {
        let source = SourceFile::new(sample.path.as_str(), sample.text.as_str());
        if sample.path == FILE_NAME {
            repo.config = Some(source);
        } else {
            repo.files.push(source);
        }
    }
    repo.all_paths = repo.files.iter().map(|file| file.path.as_str()).collect();
    repo.files.sort_by(|a, b| a.path.cmp(&b.path));
    repo
}
