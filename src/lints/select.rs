//! Which lints run, how grave they are, and where they are silent: composemod.yaml under the flags.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Finding, Severity};
use crate::lints::{self, Default, Group, Lint};
use crate::repo::config::{At, LintSettings};

/// The lints that run, and where they are silent.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Lints that run, with how grave they are here where that is said.
    lints: BTreeMap<&'static str, Option<Severity>>,
    /// Files in which nothing is reported.
    exclude: GlobSet,
    /// Files in which some lints are silent.
    allow: Vec<(GlobSet, Vec<String>)>,
}

/// What the command line says of the selection.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// In place of `select` in composemod.yaml.
    pub select: Vec<String>,
    /// Besides what is selected.
    pub extend_select: Vec<String>,
    /// Besides `ignore` in composemod.yaml.
    pub ignore: Vec<String>,
}

impl Selection {
    /// Makes a selection of composemod.yaml's settings and the flags.
    ///
    /// # Errors
    /// Names that are no lint and no group, and patterns that can't be read, each with its place.
    pub fn new(settings: &LintSettings, path: &str, wanted: &Wanted) -> Result<Self, Vec<Finding>> {
        let mut reader = Reader { path, findings: Vec::new() };
        let flags =
            |words: &[String]| -> Vec<Word> { words.iter().map(|word| Word::flag(word)).collect() };
        let declared = |words: &[At<String>]| -> Vec<Word> { words.iter().map(Word::at).collect() };
        let mut select = flags(&wanted.select);
        if select.is_empty() {
            select = declared(&settings.select);
        }
        if select.is_empty() {
            select.push(Word { text: DEFAULT.to_owned(), place: None });
        }
        select.extend(flags(&wanted.extend_select));
        let mut ignore = declared(&settings.ignore);
        ignore.extend(flags(&wanted.ignore));
        let mut chosen: BTreeMap<&'static str, Option<Severity>> =
            select.iter().flat_map(|word| reader.lints(word)).map(|lint| (lint.id, None)).collect();
        // A file that can't be read is told whatever is looked for: nothing is found in it.
        chosen.extend(lints::find(UNREADABLE).map(|lint| (lint.id, None)));
        for lint in ignore.iter().flat_map(|word| reader.lints(word)) {
            chosen.remove(lint.id);
        }
        for (id, severity) in &settings.severity {
            let word =
                Word { text: id.clone(), place: Some(At { value: (), span: severity.span }) };
            for lint in reader.lints(&word) {
                if let Some(known) = chosen.get_mut(lint.id) {
                    *known = Some(severity.value);
                }
            }
        }
        let exclude = reader.globs(&settings.exclude);
        let mut allow = Vec::new();
        for allowance in &settings.allow {
            let lints = declared(&allowance.lints);
            let ids = lints.iter().flat_map(|word| reader.lints(word));
            let ids: Vec<String> = ids.map(|lint| lint.id.to_owned()).collect();
            allow.push((reader.globs(&allowance.paths), ids));
        }
        match reader.findings {
            findings if findings.is_empty() => Ok(Self { lints: chosen, exclude, allow }),
            findings => Err(findings),
        }
    }

    /// Selects the lints that are given, everywhere.
    #[must_use]
    pub fn only(ids: &[&'static str]) -> Self {
        let lints = ids.iter().map(|id| (*id, None)).collect();
        Self { lints, exclude: GlobSet::empty(), allow: Vec::new() }
    }

    /// Gives the lints that run, in order of their groups.
    pub fn lints(&self) -> impl Iterator<Item = &'static Lint> {
        lints::all().filter(|lint| self.lints.contains_key(lint.id))
    }

    /// Tells whether a lint runs.
    #[must_use]
    pub fn runs(&self, id: &str) -> bool {
        self.lints.contains_key(id)
    }

    /// Tells whether a lint runs, or does not exist, so that none of its findings will be there.
    #[must_use]
    pub fn may_run(&self, id: &str) -> bool {
        self.runs(id) || lints::find(id).is_none()
    }

    /// Tells whether nothing is reported of a file.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        self.exclude.is_match(path)
    }

    /// Tells whether a lint may fire in a file.
    #[must_use]
    pub fn allows(&self, path: &str, id: &str) -> bool {
        self.allow
            .iter()
            .any(|(paths, ids)| ids.iter().any(|known| known == id) && paths.is_match(path))
    }

    /// Gives a finding its severity: what is declared for its lint, unless the lint itself took it
    /// for less grave than usual.
    #[must_use]
    pub fn graded(&self, finding: Finding) -> Finding {
        let declared = self.lints.get(finding.id).copied().flatten();
        let is_usual =
            lints::find(finding.id).is_some_and(|lint| lint.severity <= finding.severity);
        match declared {
            Some(severity) if is_usual => Finding { severity, ..finding },
            _ => finding,
        }
    }
}

/// The lint of files that nothing else is found in.
const UNREADABLE: &str = "yaml-malformed";

/// Selects all lints.
const ALL: &str = "ALL";

/// Selects the lints that are on by default.
const DEFAULT: &str = "DEFAULT";

/// Gives every word that selects lints: all of some, the groups' names, the lints' ids.
#[must_use]
pub fn words() -> Vec<&'static str> {
    let groups = Group::ALL.into_iter().map(Group::name);
    [ALL, DEFAULT].into_iter().chain(groups).chain(lints::all().map(|lint| lint.id)).collect()
}

/// A word that selects lints, with its place in composemod.yaml if it stands there.
struct Word {
    text: String,
    place: Option<At<()>>,
}

impl Word {
    fn flag(text: &str) -> Self {
        Self { text: text.to_owned(), place: None }
    }

    fn at(at: &At<String>) -> Self {
        Self { text: at.value.clone(), place: Some(At { value: (), span: at.span }) }
    }
}

struct Reader<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Reader<'_> {
    /// The lints that a word stands for.
    fn lints(&mut self, word: &Word) -> Vec<&'static Lint> {
        match word.text.as_str() {
            ALL => return lints::all().collect(),
            DEFAULT => return lints::all().filter(|lint| lint.default == Default::On).collect(),
            _ => {}
        }
        if let Some(group) = Group::ALL.into_iter().find(|group| group.name() == word.text) {
            return group.lints().iter().collect();
        }
        if let Some(lint) = lints::find(&word.text) {
            return vec![lint];
        }
        let help = match nearest(&word.text, words()).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`composemod explain` lists all lints".to_owned(),
        };
        let message = format!("there is no lint, and no group of lints, called `{}`", word.text);
        self.report("unknown-lint", word.place.as_ref(), message, help);
        Vec::new()
    }

    fn globs(&mut self, patterns: &[At<String>]) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for pattern in patterns {
            // `*` stays in its folder and `**` does not, as in .gitignore.
            match GlobBuilder::new(&pattern.value).literal_separator(true).build() {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(error) => {
                    let place = At { value: (), span: pattern.span };
                    let message = format!("`{}` is no pattern: {}", pattern.value, error.kind());
                    let help = "write it as in .gitignore: `archive/**`";
                    self.report("config-invalid-value", Some(&place), message, help.to_owned());
                }
            }
        }
        set.build().unwrap_or_default()
    }

    fn report(&mut self, id: &'static str, place: Option<&At<()>>, message: String, help: String) {
        let finding = Finding::error(id, message).help(help);
        self.findings.push(match place {
            Some(place) => finding.at(self.path, place.span),
            None => finding,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Selection, Wanted};
    use crate::repo::config::Config;
    use crate::text::source::SourceFile;

    fn selection(config: &str, select: &str, ignore: &str) -> Result<Selection, Vec<String>> {
        let config = Config::parse(&SourceFile::new("composemod.yaml", config)).unwrap();
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let wanted = Wanted { select: words(select), ignore: words(ignore), ..Wanted::default() };
        Selection::new(&config.lint, "composemod.yaml", &wanted)
            .map_err(|findings| findings.into_iter().map(|finding| finding.message).collect())
    }

    #[test]
    fn flags_stand_over_the_declaration() {
        let declared = "lint: {select: [practice], ignore: [privileged-container]}";
        let chosen = selection(declared, "", "").unwrap();
        assert!(chosen.runs("image-tag-missing") && !chosen.runs("privileged-container"));
        let chosen = selection(declared, "ALL", "practice").unwrap();
        assert!(!chosen.runs("image-tag-missing") && chosen.lints().count() > 0);
        let chosen = selection("", "", "").unwrap();
        assert!(chosen.runs("image-tag-missing"));
    }

    #[test]
    fn a_file_that_cant_be_read_is_told_unless_that_is_ignored() {
        let runs = |select, ignore| selection("", select, ignore).unwrap().runs("yaml-malformed");
        assert!(runs("style", "") && !runs("style", "yaml-malformed"));
    }

    #[test]
    fn what_is_no_lint_is_told() {
        let wrong = selection("lint: {select: [image-tag-mising]}", "", "nonsense").unwrap_err();
        assert_eq!(wrong.len(), 2, "{wrong:?}");
    }

    #[test]
    fn patterns_are_of_whole_paths() {
        let config = "lint: {exclude: ['a/**'], allow: [{paths: ['*.yml'], lints: [practice]}]}";
        let chosen = selection(config, "", "").unwrap();
        assert!(chosen.excludes("a/b/c.yml") && !chosen.excludes("b/a/c.yml"));
        assert!(chosen.allows("c.yml", "image-tag-missing"));
        assert!(!chosen.allows("b/c.yml", "image-tag-missing"));
    }
}
