//! Which of the mentions that stay a person must look at.

use crate::compose::usage::Class;
use crate::transforms::plan::{LeftMention, Plan};

/// The mentions that stay, by how much they matter.
#[derive(Debug, Default)]
pub(super) struct Attention<'p> {
    /// They may be references, and may break.
    pub(super) references: Vec<&'p LeftMention>,
    /// They may speak of the thing, in text for people.
    pub(super) text: Vec<&'p LeftMention>,
    /// Names of another project's, a CI job's or Kubernetes' things.
    pub(super) elsewhere: usize,
    /// Mentions in history.
    pub(super) history: usize,
    /// Mentions that mean something else for certain.
    pub(super) other: usize,
}

impl<'p> Attention<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let mut attention = Self::default();
        for mention in &plan.left {
            match mention.class {
                Class::Unknown => attention.references.push(mention),
                Class::OtherNamespace => attention.elsewhere += 1,
                Class::History => attention.history += 1,
                Class::Prose | Class::Comment | Class::Message | Class::Output => {
                    attention.text.push(mention);
                }
                class if class.refers() => attention.references.push(mention),
                _ => attention.other += 1,
            }
        }
        attention
    }

    /// Says in one line what else stays; empty where nothing does.
    pub(super) fn rest(&self) -> String {
        let parts = [
            (self.elsewhere, "of other projects or CI"),
            (self.history, "in history"),
            (self.other, "of other things"),
        ];
        let parts = parts.iter().filter(|(number, _)| *number > 0);
        parts.map(|(number, what)| format!("{number} {what}")).collect::<Vec<_>>().join(", ")
    }
}

/// Gives a number with its noun: `1 file`, `2 files`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Gives a class's name as it is serialised: `host-setting`.
pub(super) fn class_name(class: Class) -> String {
    // A unit variant is always a string.
    match serde_json::to_value(class) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{class:?}"),
    }
}
