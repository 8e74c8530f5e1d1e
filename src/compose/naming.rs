//! Whether a name may be given (compose-spec's schema; the engine's rule for containers).

use crate::compose::names::Namespace;

/// Says what is wrong with a name for a namespace, if anything.
#[must_use]
pub fn problem(name: &str, namespace: Namespace) -> Option<String> {
    let is_allowed = |ch: char| ch.is_ascii_alphanumeric() || "._-".contains(ch);
    if name.is_empty() {
        return Some("a name can't be empty".to_owned());
    }
    if let Some(bad) = name.chars().find(|ch| !is_allowed(*ch)) {
        return Some(format!(
            "`{name}` holds {bad:?}; letters, digits, `.`, `_` and `-` are allowed"
        ));
    }
    // compose-go, `format/volume.go`.
    if namespace == Namespace::Volume && name.len() == 1 {
        return Some(format!(
            "docker compose reads `{name}:/path` as a path on a drive of Windows: a volume's name must have two characters or more"
        ));
    }
    if namespace == Namespace::Container {
        let first_is_word = name.starts_with(|ch: char| ch.is_ascii_alphanumeric());
        if name.len() < 2 || !first_is_word {
            return Some(format!(
                "`{name}` is no container name: it must begin with a letter or digit and have two characters or more"
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::problem;
    use crate::compose::names::Namespace;

    #[test]
    fn names_follow_the_schema() {
        for (name, namespace, is_valid) in [
            ("db", Namespace::Service, true),
            ("d", Namespace::Service, true),
            ("app.db_1-x", Namespace::Service, true),
            ("", Namespace::Service, false),
            ("my db", Namespace::Service, false),
            ("db/x", Namespace::Volume, false),
            ("d", Namespace::Volume, false),
            ("d", Namespace::Container, false),
            ("-db", Namespace::Container, false),
            ("db", Namespace::Container, true),
        ] {
            assert_eq!(problem(name, namespace).is_none(), is_valid, "{name} as {namespace:?}");
        }
    }
}
