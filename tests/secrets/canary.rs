//! Canaries: words that stand where a secret may stand, and the search for them.
//!
//! A tree is written with `«what stands here»` where a secret would be. Each such label has a word of
//! its own, so that a leak says where it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use aho_corasick::AhoCorasick;

/// Letters of which no word of a language is made by chance.
const LETTERS: &[u8; 20] = b"bcdfghjkmnpqrstvwxz5";

/// Characters of a canary. Each half is searched by itself: a text that is cut, or escaped in the
/// midst, gives away as much.
const LENGTH: usize = 16;

/// Gives the canary of a label.
pub(crate) fn canary(label: &str) -> String {
    // FNV-1a: short, and the same on every machine.
    let mut state = label.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let letter = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[usize::try_from(state >> 40).unwrap_or(0) % LETTERS.len()])
    };
    (0..LENGTH).map(letter).collect()
}

/// Puts the canaries in their places: `«label»`, or `«label|%40»` with a text between its halves.
pub(crate) fn planted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('«') {
        let (label, after) = after.split_once('»').expect("a label ends");
        let (name, between) = label.split_once('|').unwrap_or((label, ""));
        let (first, second) = halves(&canary(name));
        let _ = write!(out, "{before}{first}{between}{second}");
        rest = after;
    }
    out + rest
}

/// Gives the labels of a text.
pub(crate) fn labels(text: &str) -> impl Iterator<Item = &str> {
    text.split('«')
        .skip(1)
        .filter_map(|rest| rest.split_once('»'))
        .map(|(label, _)| label.split_once('|').map_or(label, |(name, _)| name))
}

fn halves(canary: &str) -> (String, String) {
    let (first, second) = canary.split_at(LENGTH / 2);
    (first.to_owned(), second.to_owned())
}

/// Finds canaries, in whatever form.
pub(crate) struct Search {
    needles: AhoCorasick,
    labels: Vec<String>,
}

impl Search {
    /// Makes the search for the labels of all texts.
    pub(crate) fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let all: BTreeSet<&str> = texts.into_iter().flat_map(labels).collect();
        let (mut needles, mut labels) = (Vec::new(), Vec::new());
        for label in all {
            for form in forms(&canary(label)) {
                needles.push(form);
                labels.push(label.to_owned());
            }
        }
        let needles = AhoCorasick::builder().ascii_case_insensitive(true).build(&needles);
        Self { needles: needles.expect("few needles"), labels }
    }

    /// Gives the labels of the canaries that a text holds, each with the text about the first.
    pub(crate) fn found(&self, text: &str) -> BTreeMap<&str, String> {
        let mut found = BTreeMap::new();
        for hit in self.needles.find_iter(text) {
            let label = self.labels[hit.pattern().as_usize()].as_str();
            found.entry(label).or_insert_with(|| {
                let start = text[..hit.start()].rfind('\n').map_or(0, |at| at + 1);
                let end = text[hit.end()..].find('\n').map_or(text.len(), |at| hit.end() + at);
                let line: String = text[start..end].chars().take(400).collect();
                line
            });
        }
        found
    }

    /// How many canaries there are.
    pub(crate) fn len(&self) -> usize {
        self.labels.iter().collect::<BTreeSet<_>>().len()
    }
}

/// Each half, and the whole in base64 (wherever it begins in the text) and in hexadecimal.
fn forms(canary: &str) -> Vec<String> {
    let (first, second) = halves(canary);
    let hex = canary.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    });
    let encoded = (0..3).map(|before| {
        let all = base64(format!("{}{canary}", "x".repeat(before)).as_bytes());
        // The first characters and the last ones are of what stands beside it too.
        all[4..all.len() - 4].to_owned()
    });
    encoded.chain([first, second, hex]).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).flat_map(|chunk| {
        let bits = (0..3)
            .fold(0_usize, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[bits >> shift & 63]))
    });
    groups.collect()
}

#[test]
fn a_canary_is_found_in_each_form() {
    let search = Search::new(["a «one» b «two|%40»"]);
    assert_eq!(search.len(), 2);
    let one = canary("one");
    assert_eq!(planted("a «one» b"), format!("a {one} b"));
    assert_eq!(planted("«one|%40»"), format!("{}%40{}", &one[..8], &one[8..]));
    let said = ["no".to_owned(), one[1..8].to_owned()];
    assert!(said.iter().all(|text| search.found(text).is_empty()));
    let shown = [
        format!("x{one}"),
        one.to_uppercase(),
        one[..8].to_owned(),
        planted("«one|%40»"),
        base64(format!("u:{one}").as_bytes()),
        base64(format!("uu:{one}").as_bytes()),
        base64(one.as_bytes()),
    ];
    for text in shown {
        assert_eq!(search.found(&text).into_keys().collect::<Vec<_>>(), ["one"], "{text}");
    }
}
