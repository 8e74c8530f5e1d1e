//! How long the parts of a rename take on projects of a size that hardly anyone has.

use std::sync::Arc;

use composemod::compose::command::{Context, classify};
use composemod::repo::load::{LoadOptions, Repo, Texts};
use composemod::repo::workspace::Workspace;
use composemod::text::source::SourceFile;
use composemod::transforms::plan::{Plan, Transform};
use composemod::transforms::rename::options::Rename;
use composemod::transforms::review::review as look_at;
use composemod::yaml::document::Document;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

mod generate;

/// Tells how much memory each takes at most (`max alloc`).
#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

const SERVICES: usize = 1_000;
const FILES: usize = 500;

fn main() {
    divan::main();
}

/// One Compose file of 1,000 services to its tree.
#[divan::bench]
fn parse(bencher: Bencher) {
    let text: Arc<str> = generate::compose(SERVICES).into();
    bencher.counter(BytesCount::of_str(&text)).bench(|| Document::parse(&text));
}

/// The same file to the events of saphyr-parser, which are no tree yet: what the parsing is held against.
#[divan::bench]
fn parse_saphyr_events(bencher: Bencher) {
    let text = generate::compose(SERVICES);
    let events = || saphyr_parser::Parser::new_from_str(&text).filter(Result::is_ok).count();
    assert!(events() > SERVICES, "there is nothing to measure");
    bencher.counter(BytesCount::of_str(&text)).bench(events);
}

/// The projects of a tree of 500 files that is in memory already.
#[divan::bench]
fn discover(bencher: Bencher) {
    let repo = generate::repo(generate::tree(FILES));
    bencher.counter(ItemsCount::new(FILES)).bench(|| Workspace::new(&repo, &[]));
}

/// One of 1,000 services of one file, from the text to the plan, both referees included.
#[divan::bench]
fn rename(bencher: Bencher) {
    let file = SourceFile::new("compose.yaml", generate::compose(SERVICES));
    let repo = generate::repo(vec![file]);
    let old = generate::service(SERVICES / 2);
    assert!(!plan(&repo, &old).change.is_empty(), "there is nothing to measure");
    bencher.bench(|| plan(&repo, &old));
}

/// What differs and what can go wrong where one of 1,000 services is renamed.
#[divan::bench]
fn review(bencher: Bencher) {
    let file = SourceFile::new("compose.yaml", generate::compose(SERVICES));
    let repo = generate::repo(vec![file]);
    let old = generate::service(SERVICES / 2);
    let reviewed = |mut plan: Plan| {
        look_at(&mut plan, &repo);
        plan
    };
    assert!(!reviewed(plan(&repo, &old)).effects.is_empty(), "there is nothing to measure");
    bencher.with_inputs(|| plan(&repo, &old)).bench_values(reviewed);
}

/// A tree of 500 files on disk, read and searched for a name that no other file, few files or all files hold.
#[divan::bench(args = [generate::QUIET, generate::RARE, generate::BUSY])]
fn stale_scan(bencher: Bencher, name: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    generate::write(folder.path(), &generate::tree(FILES)).expect("a tree on disk");
    let options =
        LoadOptions { texts: Texts::Holding(vec![name.to_owned()]), ..LoadOptions::default() };
    let scan = || Repo::load(folder.path(), &options).map(|repo| plan(&repo, name));
    assert!(scan().is_ok(), "the tree can't be read");
    bencher.counter(ItemsCount::new(FILES)).bench(scan);
}

/// 32,000 bytes of shell text that opens what it never closes; quadratic reading would show.
#[divan::bench(args = ["$(", "${x:-", "<<EOF\n", "'db", "((", "case x in ", "docker exec db "])]
fn hostile_shell(bencher: Bencher, unit: &str) {
    let text = format!("{} db", unit.repeat(32_000 / unit.len()));
    let context = Context::default();
    bencher.counter(BytesCount::of_str(&text)).bench(|| classify(&text, "db", &context));
}

fn plan(repo: &Repo, old: &str) -> Plan {
    let rename = Rename::new(old, "renamed");
    rename.plan(repo).expect("the generated tree can be renamed in")
}
