//! Where a variable is used: by which services, and in which other files.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::compose::effective::Effective;
use crate::compose::interpolate::{Operator, Piece, pieces};
use crate::compose::model::ComposeFile;
use crate::compose::value::{Origin, Value};
use crate::yaml::document::{Kind, NodeId};

/// A variable in a value: `${NAME:-default}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// All of it, dollar and braces included.
    pub(super) span: Range<usize>,
    /// Bytes of its name.
    pub(super) name: Range<usize>,
    /// The operator and what follows it.
    pub(super) operator: Option<(Operator, Range<usize>)>,
}

impl Reference {
    /// Gives the bytes of the default, where there is one.
    pub(super) fn default(&self) -> Option<&Range<usize>> {
        match &self.operator {
            Some((Operator::DefaultIfEmpty | Operator::DefaultIfUnset, rest)) => Some(rest),
            _ => None,
        }
    }
}

/// Finds the variables of a value with their names, those inside of defaults too, in order.
pub(super) fn references(raw: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut next = Some(0..raw.len());
    while let Some(within) = next {
        let text = raw.get(within.clone()).unwrap_or_default();
        for piece in pieces(text).unwrap_or_default() {
            let Piece::Variable(variable) = piece else { continue };
            let shift = |range: &Range<usize>| range.start + within.start..range.end + within.start;
            let operator =
                variable.operator.as_ref().map(|(operator, rest)| (*operator, shift(rest)));
            open.extend(operator.iter().map(|(_, rest)| rest.clone()));
            let (span, name) = (shift(&variable.span), shift(&variable.name));
            found.push(Reference { span, name, operator });
        }
        next = open.pop();
    }
    found.sort_by_key(|reference| reference.span.start);
    found
}

/// Finds the uses of one variable in a value, in order.
pub(super) fn references_to(raw: &str, name: &str) -> Vec<Reference> {
    let mut found = references(raw);
    found.retain(|reference| raw.get(reference.name.clone()) == Some(name));
    found
}

/// Gives the one variable that a value is, if it is nothing else.
pub(super) fn sole(raw: &str) -> Option<(String, Reference)> {
    let first = references(raw).into_iter().find(|reference| reference.span == (0..raw.len()))?;
    Some((raw.get(first.name.clone())?.to_owned(), first))
}

/// Gives a value without the messages of its variables that must be set (`${NAME:?message}`): where
/// it is repeated they are in the way.
pub(in crate::transforms) fn without_messages(raw: &str) -> String {
    let mut short = raw.to_owned();
    for reference in references(raw).into_iter().rev() {
        let name = raw.get(reference.name.clone()).unwrap_or_default();
        let is_required = matches!(
            reference.operator,
            Some((Operator::ErrorIfEmpty | Operator::ErrorIfUnset, _))
        );
        if is_required && short.get(reference.span.clone()).is_some() {
            short.replace_range(reference.span, &format!("${{{name}}}"));
        }
    }
    short
}

/// Which services' values stand in which nodes.
#[derive(Debug, Default)]
pub(super) struct Users {
    by_node: BTreeMap<(String, NodeId), Vec<User>>,
}

/// A value of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) service: String,
    /// Keys from the service to the value: `environment`, `DATABASE_URL`.
    pub(super) keys: Vec<String>,
}

impl Users {
    /// Looks through all services of models.
    pub(super) fn of<'m>(models: impl IntoIterator<Item = &'m Effective>) -> Self {
        let mut users = Self::default();
        for model in models {
            for (service, value) in &model.services {
                users.take(service, value);
            }
        }
        users
    }

    /// Gives the services that have a node's value.
    pub(super) fn at(&self, path: &str, node: NodeId) -> &[User] {
        let key = (path.to_owned(), node);
        self.by_node.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    fn take(&mut self, service: &str, value: &Value) {
        let mut open = vec![(Vec::new(), value)];
        while let Some((keys, value)) = open.pop() {
            if let (Some(_), Some(Origin::Compose { path, node, .. })) =
                (value.text(), &value.origin)
            {
                let users = self.by_node.entry((path.to_string(), *node)).or_default();
                let user = User { service: service.to_owned(), keys: keys.clone() };
                if !users.contains(&user) {
                    users.push(user);
                }
            }
            for (key, inner) in value.entries() {
                let mut keys = keys.clone();
                keys.push(key.to_owned());
                open.push((keys, inner));
            }
            open.extend(value.items().iter().map(|inner| (keys.clone(), inner)));
        }
    }
}

/// A use of a variable in a Compose file.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) path: String,
    pub(super) node: NodeId,
    pub(super) reference: Reference,
    /// The services that get the value; none where no model has it.
    pub(super) users: Vec<User>,
}

/// Finds every use of a variable in Compose files.
pub(super) fn uses<'f>(
    files: impl IntoIterator<Item = &'f ComposeFile>,
    name: &str,
    users: &Users,
) -> Vec<Use> {
    let mut found = Vec::new();
    for file in files {
        if !file.doc.text().contains(name) {
            continue;
        }
        for (node, kind) in file.doc.nodes().map(|(id, node)| (id, &node.kind)) {
            if !matches!(kind, Kind::Scalar(_)) {
                continue;
            }
            let raw = file.doc.value(node).unwrap_or_default();
            if !raw.contains(name) {
                continue;
            }
            found.extend(references_to(&raw, name).into_iter().map(|reference| Use {
                path: file.path.clone(),
                node,
                reference,
                users: users.at(&file.path, node).to_vec(),
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{references_to, sole, without_messages};

    #[test]
    fn messages_are_left_out() {
        for (raw, expected) in
            [("${U:?set it}", "${U}"), ("a-${U?}-${V:-x}", "a-${U}-${V:-x}"), ("plain", "plain")]
        {
            assert_eq!(without_messages(raw), expected);
        }
    }

    #[test]
    fn variables_are_found_at_any_depth() {
        for (raw, expected) in [
            ("${U}", vec!["${U}"]),
            ("$U", vec!["$U"]),
            ("$$U $${U}", vec![]),
            ("${DB:-${U:-app}}x${U}", vec!["${U:-app}", "${U}"]),
            ("${UX}", vec![]),
        ] {
            let found: Vec<&str> =
                references_to(raw, "U").into_iter().map(|one| &raw[one.span]).collect();
            assert_eq!(found, expected, "{raw}");
        }
        assert_eq!(sole("${U:-${V}}").map(|(name, _)| name).as_deref(), Some("U"));
        assert_eq!(sole("a${U}"), None);
    }
}
