//! What tells that a role or database was made here: its comment.
//!
//! A mark is `composemod` and pairs: `composemod database=shop part=owner state=ready`. A role's comment
//! can be set by those only who may alter the role, so that no app can forge one.

use super::State;

const START: &str = "composemod database=";

/// What a comment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// The role owns a database.
    Owner {
        /// The database as its app knows it.
        database: String,
        /// How far it is.
        state: State,
        /// The name under which it waits, where it was dropped.
        quarantine: Option<String>,
    },
    /// The role is an app's login.
    Login {
        /// The database as its app knows it.
        database: String,
        /// Which of the two that take turns.
        slot: Slot,
        /// Whether it is the one that the newest URL names.
        is_current: bool,
        /// The name under which the database waits, where it was dropped.
        quarantine: Option<String>,
    },
    /// The database itself, for people: what counts is the mark of the role that owns it.
    Database {
        /// The database as its app knows it.
        database: String,
    },
}

/// One of the two logins that take turns when a password is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// The name that was asked for.
    First,
    /// The same with [`Slot::SUFFIX`].
    Second,
}

impl Slot {
    /// What the second login's name ends with.
    pub(super) const SUFFIX: &str = "_b";

    /// Gives the other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl Mark {
    /// Writes the comment.
    pub(super) fn text(&self) -> String {
        let text = match self {
            Self::Owner { database, state, .. } => {
                format!("{START}{database} part=owner state={}", state.word())
            }
            Self::Login { database, slot, is_current, .. } => {
                let slot = if *slot == Slot::First { "first" } else { "second" };
                let current = if *is_current { "yes" } else { "no" };
                format!("{START}{database} part=login slot={slot} current={current}")
            }
            Self::Database { database } => format!("{START}{database} part=database"),
        };
        match self.quarantine() {
            Some(name) => format!("{text} quarantine={name}"),
            None => text,
        }
    }

    /// Reads a comment; none where it is no mark.
    pub(super) fn read(comment: &str) -> Option<Self> {
        let mut words = comment.strip_prefix(START)?.split(' ');
        let database = words.next()?.to_owned();
        let pairs: Vec<(&str, &str)> = words.filter_map(|word| word.split_once('=')).collect();
        let get = |key| pairs.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        let quarantine = get("quarantine").map(str::to_owned);
        match get("part")? {
            "owner" => {
                Some(Self::Owner { database, state: State::of_word(get("state")?)?, quarantine })
            }
            "login" => Some(Self::Login {
                database,
                slot: if get("slot")? == "first" { Slot::First } else { Slot::Second },
                is_current: get("current")? == "yes",
                quarantine,
            }),
            "database" => Some(Self::Database { database }),
            _ => None,
        }
    }

    /// Gives the name under which the database waits, where it was dropped.
    pub(super) fn quarantine(&self) -> Option<&str> {
        match self {
            Self::Owner { quarantine, .. } | Self::Login { quarantine, .. } => {
                quarantine.as_deref()
            }
            Self::Database { .. } => None,
        }
    }

    /// Gives the database that it is about.
    pub(super) fn database(&self) -> &str {
        match self {
            Self::Owner { database, .. }
            | Self::Login { database, .. }
            | Self::Database { database } => database,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written_and_nothing_else_is_one() {
        let database = "shop".to_owned();
        let quarantine = Some("shop_trash_20270131".to_owned());
        let login = |slot, is_current, quarantine| Mark::Login {
            database: database.clone(),
            slot,
            is_current,
            quarantine,
        };
        let marks = [
            Mark::Owner { database: database.clone(), state: State::Making, quarantine: None },
            Mark::Owner {
                database: database.clone(),
                state: State::Quarantined,
                quarantine: quarantine.clone(),
            },
            login(Slot::Second, true, None),
            login(Slot::First, false, quarantine),
            Mark::Database { database: database.clone() },
        ];
        for mark in marks {
            assert_eq!(Mark::read(&mark.text()), Some(mark));
        }
        for comment in [
            "",
            "the shop's",
            "composemod",
            "composemod database=shop",
            "composemod database=shop part=x",
        ] {
            assert_eq!(Mark::read(comment), None, "{comment}");
        }
    }
}
