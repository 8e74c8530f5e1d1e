//! What variables, parameters and list members come to be used for in the same text.
//!
//! The order of commands and the branches taken do not matter. A variable that a function sets is
//! its own; another one is everyone's.
//! Invariant: the name in a variable that is used for something else (a folder, an image) is never
//! a reference for sure.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;

use super::parser::Scope;
use super::slots::reason;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;
use crate::compose::usage::Usage;

/// A variable of a function, or of the text where the function has no name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Variable {
    function: String,
    /// A name, the number of a parameter, or `@` for all of them.
    name: String,
}

/// What a variable is used for, with how sure each is.
type Uses = BTreeMap<Class, Confidence>;

/// What is known of the variables of a text.
#[derive(Debug, Default)]
pub(super) struct Flow {
    uses: BTreeMap<Variable, Uses>,
    /// From a variable to those whose values it may take.
    sources: BTreeMap<Variable, BTreeSet<Variable>>,
    /// Variables that are set where they stand.
    set: BTreeSet<Variable>,
    /// Variables that hold what `docker ps` and the like put out.
    listings: BTreeSet<String>,
    held: Vec<Held>,
}

/// The name, where a variable holds it.
#[derive(Debug)]
struct Held {
    variable: Variable,
    range: Range<usize>,
    role: Role,
    confidence: Confidence,
}

/// How a variable holds the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the value, or the argument.
    Value,
    /// It is a member of a list of values.
    Member,
    /// The value is compared with it.
    Compared,
    /// It is the label of a `case` on the variable.
    Label,
}

/// What came of following the variables.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// What the name means where variables hold it.
    pub(super) usages: Vec<Usage>,
    /// Where the name stands for something else as well, whatever else may speak for it.
    pub(super) vetoed: BTreeSet<usize>,
}

impl Variable {
    /// Gives the variable of a name where a command stands.
    pub(super) fn new(name: &str, scope: &Scope) -> Self {
        let function = scope.function.as_deref().unwrap_or_default().to_owned();
        let name = match name.parse::<usize>() {
            Ok(number) => number.saturating_add(scope.shifted).to_string(),
            Err(_) if matches!(name, "@" | "*" | "argv" | "args") => "@".to_owned(),
            Err(_) => name.to_owned(),
        };
        Self { function, name }
    }

    /// Gives a function's parameter.
    pub(super) fn parameter(function: &str, number: usize) -> Self {
        Self { function: function.to_owned(), name: number.to_string() }
    }

    /// Gives all parameters of a function.
    pub(super) fn parameters(function: &str) -> Self {
        Self { function: function.to_owned(), name: "@".to_owned() }
    }

    fn is_parameter(&self) -> bool {
        self.name.starts_with(|c: char| c.is_ascii_digit() || c == '@')
    }
}

impl Flow {
    /// Notes that a variable is used as something of a class.
    pub(super) fn used(&mut self, variable: Variable, class: Class, confidence: Confidence) {
        if class != Class::Unknown {
            add(self.uses.entry(variable).or_default(), class, confidence);
        }
    }

    /// Notes that a variable is set.
    pub(super) fn set(&mut self, variable: Variable) {
        self.set.insert(variable);
    }

    /// Notes that a variable takes the value of another.
    pub(super) fn copied(&mut self, to: Variable, from: Variable) {
        if to != from {
            self.sources.entry(to).or_default().insert(from);
        }
    }

    /// Notes that a variable holds what a command lists.
    pub(super) fn listed(&mut self, name: &str) {
        self.listings.insert(name.to_owned());
    }

    /// Tells whether a variable holds what a command lists.
    pub(super) fn is_listing(&self, name: &str) -> bool {
        self.listings.contains(name)
    }

    /// Notes that a variable holds the name.
    pub(super) fn held(
        &mut self,
        variable: Variable,
        range: Range<usize>,
        role: Role,
        confidence: Confidence,
    ) {
        self.held.push(Held { variable, range, role, confidence });
    }

    /// Tells what the name means where variables hold it.
    pub(super) fn resolve(mut self) -> Resolved {
        self.settle_scopes();
        self.spread();
        let mut by_name: BTreeMap<&str, Uses> = BTreeMap::new();
        for (variable, uses) in self.uses.iter().filter(|(variable, _)| !variable.is_parameter()) {
            let all = by_name.entry(&variable.name).or_default();
            for (class, confidence) in uses {
                // Another function's variable of the same name tells less.
                add(all, *class, (*confidence).min(Confidence::Likely));
            }
        }
        let mut resolved = Resolved::default();
        let holders = self.holders();
        for held in &self.held {
            let variable = self.owner(&held.variable);
            let uses = match self.uses.get(&variable) {
                Some(uses) => uses,
                None => match by_name.get(variable.name.as_str()) {
                    Some(uses) if !variable.is_parameter() => uses,
                    _ => &Uses::new(),
                },
            };
            let only_tells = matches!(held.role, Role::Compared | Role::Label);
            let refers = uses.keys().any(|class| class.refers());
            let vetoes = |(class, sure): (&Class, &Confidence)| {
                !class.refers() && (*sure > Confidence::Unsure || !refers)
            };
            if !only_tells && uses.iter().any(vetoes) {
                resolved.vetoed.insert(held.range.start);
            }
            let meaning = self.meaning(held, uses);
            let told = || {
                let holds = only_tells && holders.contains(&variable);
                holds.then(|| held.like_its_source())
            };
            resolved.usages.extend(meaning.or_else(told));
        }
        resolved
    }

    /// Gives the variables that hold the name, by what they are set to or take from others.
    fn holders(&self) -> BTreeSet<Variable> {
        let mut takers: BTreeMap<&Variable, Vec<&Variable>> = BTreeMap::new();
        for (to, from) in &self.sources {
            from.iter().for_each(|from| takers.entry(from).or_default().push(to));
        }
        let holds = |held: &&Held| matches!(held.role, Role::Value | Role::Member);
        let held = self.held.iter().filter(holds).map(|held| self.owner(&held.variable));
        let mut holders: BTreeSet<Variable> = held.collect();
        let mut work: Vec<Variable> = holders.iter().cloned().collect();
        while let Some(variable) = work.pop() {
            for &taker in takers.get(&variable).into_iter().flatten() {
                if holders.insert(taker.clone()) {
                    work.push(taker.clone());
                }
            }
        }
        holders
    }

    /// Makes variables that their function does not set everyone's.
    fn settle_scopes(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        for (variable, classes) in uses {
            let known = self.uses.entry(self.owner(&variable)).or_default();
            for (class, confidence) in classes {
                add(known, class, confidence);
            }
        }
        let sources = std::mem::take(&mut self.sources);
        for (to, from) in sources {
            let from = from.iter().map(|from| self.owner(from)).collect::<Vec<_>>();
            self.sources.entry(self.owner(&to)).or_default().extend(from);
        }
    }

    fn owner(&self, variable: &Variable) -> Variable {
        if variable.is_parameter() || self.set.contains(variable) {
            return variable.clone();
        }
        Variable { function: String::new(), name: variable.name.clone() }
    }

    /// Carries the uses of a variable over to those whose values it takes.
    fn spread(&mut self) {
        let mut work: Vec<Variable> = self.uses.keys().cloned().collect();
        while let Some(variable) = work.pop() {
            let Some(uses) = self.uses.get(&variable).cloned() else { continue };
            for source in self.sources.get(&variable).into_iter().flatten() {
                let known = self.uses.entry(source.clone()).or_default();
                let before = known.clone();
                for (class, confidence) in &uses {
                    add(known, *class, *confidence);
                }
                if *known != before {
                    work.push(source.clone());
                }
            }
        }
    }

    fn meaning(&self, held: &Held, uses: &Uses) -> Option<Usage> {
        let usage = |class, confidence: Confidence, reason| Usage {
            range: held.range.clone(),
            class,
            confidence: confidence.min(held.confidence),
            reason,
        };
        let surest = |refers: bool| {
            let of_kind = uses.iter().filter(move |(class, _)| class.refers() == refers);
            of_kind.max_by_key(|(class, sure)| (**sure, std::cmp::Reverse(**class)))
        };
        let Some((class, confidence)) = surest(true) else {
            if held.role == Role::Compared && self.is_listing(&held.variable.name) {
                let why = "compared with names of containers";
                return Some(usage(Class::Literal, Confidence::Certain, why));
            }
            return surest(false).map(|(class, sure)| usage(*class, *sure, reason(*class)));
        };
        Some(match held.role {
            Role::Value if *class == Class::Host => {
                usage(Class::HostSetting, *confidence, "value of a variable that is used as a host")
            }
            Role::Value => {
                usage(*class, *confidence, "value of a variable that names a service or container")
            }
            Role::Member => usage(
                Class::NameList,
                *confidence,
                "member of a list whose members name services or containers",
            ),
            Role::Compared => usage(
                Class::Literal,
                *confidence,
                "compared with a variable that names a service or container",
            ),
            Role::Label => usage(
                Class::NameList,
                (*confidence).min(Confidence::Likely),
                "label for a variable that names a service or container",
            ),
        })
    }
}

impl Held {
    /// Judges what a variable is compared with that holds the name: it goes as its source goes.
    fn like_its_source(&self) -> Usage {
        let (class, reason) = match self.role {
            Role::Label => (Class::NameList, "label for a variable that holds the name"),
            _ => (Class::Literal, "compared with a variable that holds the name"),
        };
        Usage { range: self.range.clone(), class, confidence: Confidence::Unsure, reason }
    }
}

fn add(uses: &mut Uses, class: Class, confidence: Confidence) {
    let known = uses.entry(class).or_insert(confidence);
    *known = confidence.max(*known);
}
