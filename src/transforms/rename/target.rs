//! What is renamed: one name in one namespace.

use crate::compose::names::Namespace;
use crate::compose::usage::Class;

/// One name that gets another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Which set of names it is of.
    pub(super) namespace: Namespace,
    /// The name as it was.
    pub(super) old: String,
    /// The name to be.
    pub(super) new: String,
    /// Whether the container bears the same name, and gets the new one too.
    pub(super) names_container: bool,
    /// Whether the service has a container name of its own, so that Compose derives none.
    pub(super) has_container_name: bool,
    /// Whether service and container had one name and get two.
    pub(super) is_split: bool,
    /// Whether the name can hardly be anything else, so that weaker evidence is enough.
    pub(super) is_distinctive: bool,
}

impl Target {
    /// Whether other containers reach it by this name.
    pub(super) fn is_reached_by_host(&self) -> bool {
        matches!(self.namespace, Namespace::Service | Namespace::Container)
    }

    /// Whether a mention of this class means what is renamed.
    pub(super) fn accepts(&self, class: Class) -> bool {
        let is_container = self.names_container || self.namespace == Namespace::Container;
        let is_service = self.namespace == Namespace::Service;
        let names_container = matches!(
            class,
            Class::ContainerReference | Class::ContainerCommand | Class::ContainerPattern
        );
        if self.is_split && is_service == names_container {
            return false;
        }
        match class {
            Class::ServiceReference | Class::ComposeCommand | Class::Snippet => is_service,
            // Without a name of its own the container's name holds the service's.
            Class::ContainerPattern => is_container || is_service,
            Class::ContainerCommand => is_container,
            Class::DerivedName => is_service && !self.has_container_name,
            class => self.is_reached_by_host() && class.refers(),
        }
    }
}

/// Tells whether a name looks like nothing but a name that somebody made up: two parts or more.
pub(super) fn looks_distinctive(name: &str) -> bool {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.len() >= 2 && name.len() >= 6
}
