//! Every format on one sample: what it prints, that readers of it take it, and that no secret is in
//! it.

use serde_json::Value;

use super::sample::{BROKEN, ODD, findings, repo};
use super::*;
use crate::report::human::{Detail, Look};
use crate::report::sample::assert_snapshot;

const PLAIN: Look = Look { detail: Detail::Capped, color: false };

type Format = fn(&Report<'_>) -> String;

const FORMATS: [(&str, Format); 9] = [
    ("concise", concise),
    ("github", github),
    ("gitlab", gitlab),
    ("human", |report| human(report, PLAIN)),
    ("json", json),
    ("junit", junit),
    ("markdown", markdown),
    ("rdjson", rdjson),
    ("sarif", |report| without_rules(&sarif(report))),
];

/// Every lint is a rule; the snapshot shows the first of them.
fn without_rules(text: &str) -> String {
    let mut log: Value = serde_json::from_str(text).unwrap();
    if let Some(Value::Array(rules)) = log.pointer_mut("/runs/0/tool/driver/rules") {
        rules.clear();
    }
    // Where a rule stands changes with every lint that is added.
    if let Some(Value::Array(results)) = log.pointer_mut("/runs/0/results") {
        for result in results.iter_mut().filter_map(Value::as_object_mut) {
            result.remove("ruleIndex");
        }
    }
    printed(&log)
}

fn of(format: Format) -> String {
    format(&Report { findings: &findings(), repo: &repo(), mended: 0 })
}

fn of_nothing(format: Format) -> String {
    format(&Report { findings: &[], repo: &repo(), mended: 0 })
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_format_is_as_it_was() {
    for (name, format) in FORMATS {
        let text = of(format);
        assert!(!text.contains("hunter2"), "{name}: {text}");
        assert!(!text.contains('\u{1b}'), "{name}: {text}");
        assert_snapshot(&format!("findings-{name}"), &text);
    }
}

#[test]
fn nothing_found_is_nothing_said_or_a_whole_document() {
    for (name, format) in FORMATS {
        let text = of_nothing(format);
        match name {
            "human" | "concise" | "github" => assert_eq!(text, "", "{name}"),
            "markdown" => assert_eq!(text, "## composemod\n\nNothing found.\n"),
            "junit" => assert!(roxmltree::Document::parse(&text).is_ok(), "{text}"),
            _ => assert!(read(&text).is_array() || read(&text).is_object(), "{name}"),
        }
    }
    assert_eq!(summary(&Report { findings: &[], repo: &repo(), mended: 0 }), "");
}

#[test]
fn sarif_is_what_its_schema_says() {
    let mut schema = read(include_str!("../../../testdata/schemas/sarif-2.1.0.json"));
    // The official pattern of a language closes a bracket that it never opened: it is no regex.
    for object in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{object}/properties/language"));
        assert!(language.unwrap().as_object_mut().unwrap().remove("pattern").is_some());
    }
    let schema = jsonschema::validator_for(&schema).unwrap();
    for text in [of(sarif), of_nothing(sarif)] {
        let log = read(&text);
        let errors: Vec<String> = schema
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let mut wrong = read(&of(sarif));
    wrong["runs"][0]["results"][0]["level"] = "grave".into();
    assert!(!schema.is_valid(&wrong), "the schema takes anything");
}

#[test]
fn sarif_has_every_lint_as_a_rule_and_results_that_find_theirs() {
    let log = read(&of(sarif));
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), crate::lints::all().count());
    let found = run["results"].as_array().unwrap();
    assert_eq!(found.len(), findings().len());
    for result in found {
        if let Some(index) = result["ruleIndex"].as_u64() {
            assert_eq!(rules[usize::try_from(index).unwrap()]["id"], result["ruleId"]);
        }
    }
    let of_web = |result: &&Value| {
        result.pointer("/locations/0/physicalLocation/artifactLocation/uri")
            == Some(&"a%20b/w%C3%A9b%2C%20100%25%3A%20%60x%7Cy%60.yaml".into())
    };
    let first = found.iter().find(of_web).unwrap();
    let region = &first["locations"][0]["physicalLocation"]["region"];
    let numbers = ["startLine", "startColumn", "endLine", "endColumn"].map(|key| &region[key]);
    assert_eq!(numbers, [3, 12, 3, 16]);
}

#[test]
fn sarif_fixes_give_the_mended_text() {
    let log = read(&of(sarif));
    let all = log["runs"][0]["results"].as_array().unwrap().iter();
    let fix = all.filter_map(|result| result["fixes"].get(0)).next().unwrap();
    let replacements = fix["artifactChanges"][0]["replacements"].as_array().unwrap();
    let repo = repo();
    let source = repo.get(ODD).unwrap();
    let lines: Vec<&str> = source.text.split_inclusive('\n').collect();
    let offset = |region: &Value, line: &str, column: &str| {
        let number = |key: &str| usize::try_from(region[key].as_u64().unwrap()).unwrap() - 1;
        let before: usize = lines[..number(line)].iter().map(|line| line.len()).sum();
        let within = lines[number(line)].char_indices().nth(number(column));
        before + within.map_or(0, |(at, _)| at)
    };
    let mut text = source.text.to_string();
    for replacement in replacements.iter().rev() {
        let region = &replacement["deletedRegion"];
        let start = offset(region, "startLine", "startColumn");
        let end = offset(region, "endLine", "endColumn");
        text.replace_range(start..end, replacement["insertedContent"]["text"].as_str().unwrap());
    }
    assert!(text.contains("image: \"né:1\" #") && text.contains("      ünd two\r\n"), "{text}");
}

#[test]
fn a_fix_that_holds_a_secret_has_no_edits_anywhere() {
    for format in [sarif, json, rdjson] {
        let found = read(&of(format));
        // The pages of SARIF's rules have examples with passwords.
        let found = found.pointer("/runs/0/results").unwrap_or(&found).to_string();
        assert!(!found.contains("PASSWORD: "), "{found}");
        assert!(found.contains("\\\"5432:5432\\\""), "the other fix is there: {found}");
    }
    let found = read(&of(json));
    let mut fixes = found["findings"].as_array().unwrap().iter().map(|finding| &finding["fix"]);
    assert!(fixes.any(|fix| fix["title"] == "move the password" && fix["edits"].is_null()));
}

#[test]
fn a_shared_fix_has_its_edits_once() {
    let found = read(&of(json));
    let found = found["findings"].as_array().unwrap();
    let shared: Vec<&Value> =
        found.iter().map(|one| &one["fix"]).filter(|fix| fix["title"] == "pin both").collect();
    assert_eq!(shared.len(), 2);
    assert_eq!(shared[0]["edits"].as_array().map(Vec::len), Some(2));
    let first = usize::try_from(shared[1]["shared_with"].as_u64().unwrap()).unwrap();
    assert_eq!(found[first]["fix"], *shared[0]);
}

#[test]
fn annotations_are_a_line_each() {
    let text = of(github);
    assert_eq!(text.lines().count(), findings().len());
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
    assert!(text.contains("file=a b/wéb%2C 100%25%3A `x|y`.yaml,line=3,col=12,"), "{text}");
}

#[test]
fn junit_is_xml_with_a_case_for_each_finding() {
    let text = of(junit);
    let document = roxmltree::Document::parse(&text).unwrap();
    let named =
        |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    let number = |node: roxmltree::Node<'_, '_>, key: &str| -> usize {
        node.attribute(key).unwrap().parse().unwrap()
    };
    let root = document.root_element();
    assert_eq!(number(root, "tests"), findings().len());
    assert_eq!(number(root, "failures"), named("failure").count());
    assert_eq!(named("testcase").count(), findings().len());
    let summed: usize = named("testsuite").map(|suite| number(suite, "tests")).sum();
    assert_eq!(summed, findings().len());
    let shown = BROKEN.replace('\u{1b}', "\u{fffd}");
    assert!(named("testsuite").any(|suite| suite.attribute("name") == Some(&shown)), "{text}");
}

#[test]
fn code_quality_has_what_gitlab_asks_for() {
    let text = of(gitlab);
    let read = read(&text);
    let issues = read.as_array().unwrap();
    let mut prints: Vec<&str> =
        issues.iter().map(|issue| issue["fingerprint"].as_str().unwrap()).collect();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), findings().len());
    for issue in issues {
        assert!(issue["description"].is_string() && issue["check_name"].is_string());
        assert!(issue["location"]["path"].is_string(), "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1), "{issue}");
        let severity = issue["severity"].as_str().unwrap();
        assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity), "{issue}");
    }
}

#[test]
fn reviewdogs_columns_count_bytes() {
    let read = read(&of(rdjson));
    let all = read["diagnostics"].as_array().unwrap();
    let web = all.iter().find(|one| one["code"]["value"] == "image-tag-missing").unwrap();
    assert_eq!(web["location"]["range"]["end"]["column"], 17);
}

#[test]
fn a_comment_fits_whatever_was_found() {
    let many: Vec<Finding> = findings().into_iter().cycle().take(3000).collect();
    let text = markdown(&Report { findings: &many, repo: &repo(), mended: 0 });
    assert!(text.chars().count() <= 65_536);
    assert!(text.ends_with("; `composemod check` has all of them.\n"), "{text}");
    let shown = text.lines().filter(|line| line.contains("-lint") || line.contains("-")).count();
    assert!(shown > 100, "{shown}");
}

#[test]
fn all_findings_are_shown_to_people() {
    let many: Vec<Finding> = findings().into_iter().cycle().take(800).collect();
    let report = Report { findings: &many, repo: &repo(), mended: 0 };
    let text = human(&report, PLAIN);
    assert_eq!(text.matches("is refused").count(), 100);
    let quiet = human(&report, Look { detail: Detail::Quiet, color: false });
    assert!(quiet.contains("is refused") && !quiet.contains("over lines"), "{quiet}");
    let colored = human(&report, Look { color: true, ..PLAIN });
    assert!(colored.contains("\u{1b}["));
}
