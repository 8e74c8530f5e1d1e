//! A lint's doc comment as its parts.
//!
//! The first paragraph is its summary; then come the sections `What it does`, `Why is this bad`,
//! `Example` and `Use instead`, `Fix` where findings can be mended, and others as a lint needs them.
//! An example's code blocks are files:
//! ` ```yaml ` is compose.yaml, ` ```sh run.sh ` is what it says, and ` ```yaml compose.yaml base ` is
//! the file as it was in the revision that `--changed-since` names.

/// A lint's page, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// What it finds, in one sentence.
    pub summary: String,
    /// Each section's heading and text, in order.
    pub sections: Vec<(String, String)>,
}

/// A file of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Path from the root.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// Whether it is the file as it was before the change that is checked.
    pub is_base: bool,
}

impl Doc {
    /// Takes a doc comment apart.
    #[must_use]
    pub fn parse(doc: &str) -> Self {
        let mut parsed = Self::default();
        let mut is_code = false;
        for line in doc.lines() {
            // Each line of a doc comment begins with the blank behind the slashes.
            let line = line.strip_prefix(' ').unwrap_or(line);
            is_code ^= line.starts_with("```");
            match line.strip_prefix("## ") {
                Some(heading) if !is_code => {
                    parsed.sections.push((heading.trim().to_owned(), String::new()));
                }
                _ => {
                    let text = match parsed.sections.last_mut() {
                        Some((_, text)) => text,
                        None => &mut parsed.summary,
                    };
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        let trim = |text: &mut String| *text = text.trim().to_owned();
        trim(&mut parsed.summary);
        parsed.sections.iter_mut().for_each(|(_, text)| trim(text));
        parsed
    }

    /// Gives a section's text.
    #[must_use]
    pub fn section(&self, heading: &str) -> Option<&str> {
        let found = self.sections.iter().find(|(known, _)| known == heading);
        found.map(|(_, text)| text.as_str())
    }

    /// Gives the files of a section's code blocks.
    #[must_use]
    pub fn samples(&self, heading: &str) -> Vec<Sample> {
        let mut samples: Vec<Sample> = Vec::new();
        let mut is_open = false;
        for line in self.section(heading).unwrap_or_default().lines() {
            match line.strip_prefix("```") {
                Some(_) if is_open => is_open = false,
                Some(info) => {
                    let mut words = info.split_whitespace().skip(1);
                    let path = words.next().unwrap_or("compose.yaml").to_owned();
                    let is_base = words.next() == Some("base");
                    samples.push(Sample { path, text: String::new(), is_base });
                    is_open = true;
                }
                None if is_open => {
                    if let Some(sample) = samples.last_mut() {
                        sample.text.push_str(line);
                        sample.text.push('\n');
                    }
                }
                None => {}
            }
        }
        samples
    }
}

#[cfg(test)]
mod tests {
    use super::{Doc, Sample};

    #[test]
    fn a_page_is_taken_apart() {
        let doc = " Sums it up.\n\n ## Example\n\n ```yaml\n a:\n   b: 1\n ```\n\n and\n\n ```sh x/run.sh base\n ## no heading\n ```\n\n ## Use instead\n\n Nothing.\n";
        let doc = Doc::parse(doc);
        assert_eq!(doc.summary, "Sums it up.");
        assert_eq!(doc.section("Use instead"), Some("Nothing."));
        assert_eq!(doc.section("Other"), None);
        let sample = |path: &str, text: &str, is_base| Sample {
            path: path.to_owned(),
            text: text.to_owned(),
            is_base,
        };
        assert_eq!(
            doc.samples("Example"),
            [
                sample("compose.yaml", "a:\n  b: 1\n", false),
                sample("x/run.sh", "## no heading\n", true)
            ]
        );
    }
}
