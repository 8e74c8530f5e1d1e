//! Compose YAML that a script writes (`cat > docker-compose.override.yml <<EOF`), by its lines.
//!
//! Deliberately absent: YAML. The text holds variables of the shell, so no parser would take it.

use super::grammar::Slot;
use super::prose::lines;
use super::reader::Reader;
use super::slots::Meaning;
use super::slots::Place;
use super::slots::UNKNOWN;
use super::slots::reason;
use super::word::Word;
use crate::compose::usage::Class;
use crate::compose::usage::Confidence;

const SNIPPET: Meaning = (Class::Snippet, Confidence::Likely, "Compose file that a script writes");

impl Reader<'_> {
    /// Classifies the name in Compose YAML.
    pub(super) fn snippet(&mut self, word: &Word, place: &Place) {
        // Keys around the line, with their indents.
        let mut keys: Vec<(usize, String)> = Vec::new();
        for line in lines(word.as_str()) {
            let text = word.as_str().get(line.clone()).unwrap_or_default();
            let trimmed = text.trim_start();
            if trimmed.is_empty() {
                continue;
            }
            if trimmed.starts_with('#') {
                self.comment(&word.text.slice(line), place);
                continue;
            }
            let mut indent = text.len() - trimmed.len();
            let item = trimmed.starts_with("- ");
            let content = trimmed.trim_start_matches("- ").trim_end();
            let content_at =
                line.start + indent + (trimmed.len() - trimmed.trim_start_matches("- ").len());
            // An item belongs to the key above it, also where it is not indented deeper.
            indent += usize::from(item);
            while keys.last().is_some_and(|(outer, _)| *outer >= indent) {
                keys.pop();
            }
            let parent = keys.last().map_or("", |(_, key)| key.as_str()).to_owned();
            let split = content.split_once(':').filter(|(key, rest)| {
                (rest.is_empty() || rest.starts_with(' ')) && !key.contains([' ', '$'])
            });
            match split {
                Some((key, rest)) => {
                    let key_range = content_at..content_at + key.len();
                    let value = content_at + key.len() + 1..content_at + content.len();
                    self.snippet_key(word, key_range, &parent, place);
                    self.snippet_value(word, key, value, &parent, place);
                    if rest.trim().is_empty() || rest.trim_start().starts_with(['&', '|', '>']) {
                        keys.push((indent, key.to_owned()));
                    }
                }
                None => {
                    let range = content_at..content_at + content.len();
                    self.snippet_value(word, "", range, &parent, place);
                }
            }
        }
    }

    fn snippet_key(
        &mut self,
        word: &Word,
        range: std::ops::Range<usize>,
        parent: &str,
        place: &Place,
    ) {
        let class = match parent {
            "services" | "depends_on" => return self.each(word, &range, SNIPPET, place.mode),
            "volumes" => Class::Volume,
            "networks" => Class::Network,
            _ => Class::Identifier,
        };
        self.each(word, &range, (class, Confidence::Likely, reason(class)), place.mode);
    }

    fn snippet_value(
        &mut self,
        word: &Word,
        key: &str,
        range: std::ops::Range<usize>,
        parent: &str,
        place: &Place,
    ) {
        let text = word.as_str().get(range.clone()).unwrap_or_default();
        let inner = text.trim_start_matches([' ', '"', '\'']);
        let start = range.end - inner.len();
        let range = start..start + inner.trim_end_matches(['"', '\'']).len();
        let holds = |class| (class, Confidence::Certain, reason(class));
        match (key, parent) {
            ("", "depends_on" | "links" | "volumes_from" | "external_links")
            | ("container_name" | "network_mode" | "pid" | "ipc" | "service", _) => {
                self.each(word, &range, SNIPPET, place.mode);
            }
            ("image" | "build", _) => self.each(word, &range, holds(Class::Image), place.mode),
            ("", "volumes") => self.slot(word, range, Slot::Volume, place),
            ("", "networks") => self.each(word, &range, holds(Class::Network), place.mode),
            ("", "profiles") => self.each(word, &range, holds(Class::Profile), place.mode),
            ("", "environment") => self.slot(word, range, Slot::Setting, place),
            ("", _) => self.generic(word, range, UNKNOWN, place.mode),
            _ => {
                self.generic(word, range.clone(), UNKNOWN, place.mode);
                self.setting(key, word, range, place);
            }
        }
    }
}
