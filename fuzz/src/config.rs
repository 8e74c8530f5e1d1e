//! composemod.yaml, dclint's configuration: read, or every fault has a place.

use composemod::repo::config::Config;
use composemod::text::source::SourceFile;

use crate::check_place;

pub fn holds(text: &str) {
    let source = SourceFile::new("composemod.yaml", text);
    if let Err(findings) = Config::parse(&source) {
        assert!(!findings.is_empty());
        for finding in findings {
            assert!(finding.place.is_some(), "{finding:?}");
            check_place(&finding, std::slice::from_ref(&source));
        }
    }
}
