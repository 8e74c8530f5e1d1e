//! What is proposed and what is declared, and that both can be read.

use super::{Date, Init, InitError};
use crate::repo::config::Config;
use crate::repo::load::Repo;
use crate::repo::workspace::Workspace;
use crate::text::source::SourceFile;
use crate::transforms::choose::{Number, Wish};

const SHOP: &str = "
services:
  shop:
    image: example/shop
    environment: {DATABASE_URL: 'postgres://shop@shop-db/shop'}
  shop-worker:
    image: example/shop
    environment: {DB_HOST: shop-db, DB_USER: shop}
  blog:
    image: example/blog
    environment: {DATABASE_URL: 'postgres://blog:${BLOG_PASSWORD}@shop-db:5432/blog'}
  shop-db:
    image: postgres:16
    environment: {POSTGRES_USER: shop, POSTGRES_PASSWORD: '${SHOP_PASSWORD}'}
  shop-db-backup:
    image: postgres:16
    environment: {PGHOST: shop-db, PGUSER: shop}
  adminer:
    image: adminer
    environment: {ADMINER_DEFAULT_SERVER: shop-db}
";

fn init(compose: &str, init: &Init) -> Result<String, InitError> {
    let files = vec![SourceFile::new("compose.yaml", compose)];
    let repo = Repo { files, ..Repo::default() };
    let workspace = Workspace::new(&repo, &[]);
    init.text(&repo, &workspace, Wish { files: &[], project: None, number: Number::One })
}

/// The text without its head.
fn body(compose: &str, wanted: &Init) -> String {
    let text = init(compose, wanted).unwrap();
    text.split_once("\n\n").map_or(text.clone(), |(_, body)| body.to_owned())
}

fn config(text: &str) -> Config {
    Config::parse(&SourceFile::new("composemod.yaml", text)).unwrap()
}

fn problem(compose: &str, wanted: &Init) -> String {
    match init(compose, wanted) {
        Err(InitError::Wrong(findings)) => {
            findings.iter().map(|one| one.message.as_str()).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_found_is_proposed_with_its_reason() {
    assert_eq!(
        body(SHOP, &Init::default()),
        "\
# `shop-db` is named after `shop`, but used by `blog` too. Give it a name of its own:
#renames:
#  - from: shop-db
#    to: new-name

# `shop`, the superuser of `shop-db`, is the user that `shop` (DATABASE_URL) and `shop-worker`
# (DB_USER) log in as. The server can have a superuser of its own, by its new name once it is
# renamed:
#superusers:
#  - service: shop-db
#    from: shop
#    to: postgres
"
    );
}

#[test]
fn a_proposal_is_declared_by_taking_its_marks_away() {
    let text = init(SHOP, &Init::default()).unwrap();
    let uncommented = |from: &str, to: &str| {
        let proposal = text.split_once(from).map_or("", |(_, rest)| rest);
        let proposal = proposal.split_once(to).map_or(proposal, |(before, _)| before);
        let lines = format!("{from}{proposal}")
            .lines()
            .map(|line| line.trim_start_matches('#').to_owned() + "\n")
            .collect::<String>();
        config(&lines)
    };
    assert_eq!(uncommented("#renames:", "\n\n").renames[0].to.value, "new-name");
    assert_eq!(uncommented("#superusers:", "\n\n").superusers[0].to.value, "postgres");
}

#[test]
fn what_the_flags_ask_for_is_declared() {
    let wanted = Init {
        to: Some("main-postgres".to_owned()),
        aliases: vec!["postgres".to_owned(), "1".to_owned()],
        keep_alias_until: Date::parse("2027-01-31"),
        superusers: vec![("shop-db".to_owned(), "postgres".to_owned())],
        ..Init::default()
    };
    let text = body(SHOP, &wanted);
    assert_eq!(
        text,
        "\
renames:
  # `shop-db` is named after `shop`, but used by `blog` too.
  - from: shop-db
    to: main-postgres
    aliases: [postgres, \"1\"]
    keep-alias-until: 2027-01-31

superusers:
  # `shop`, the superuser of `shop-db`, is the user that `shop` (DATABASE_URL) and `shop-worker`
  # (DB_USER) log in as.
  - service: main-postgres
    from: shop
    to: postgres
"
    );
    // A server may be asked for by its new name as well.
    let by_new_name =
        Init { superusers: vec![("main-postgres".to_owned(), "postgres".to_owned())], ..wanted };
    assert_eq!(body(SHOP, &by_new_name), text);
}

#[test]
fn what_is_proposed_stands_below_what_is_declared() {
    let wanted =
        Init { from: Some("blog".to_owned()), to: Some("news".to_owned()), ..Init::default() };
    assert!(body(SHOP, &wanted).starts_with(
        "\
renames:
  - from: blog
    to: news
  # `shop-db` is named after `shop`, but used by `blog` too. Give it a name of its own:
#  - from: shop-db
#    to: new-name
"
    ));
}

#[test]
fn names_that_mislead_nobody_are_not_proposed() {
    for compose in [
        // Only its own app uses it; or only what looks at it; or it is no store.
        "services: {shop: {image: x, environment: {DB_HOST: shop-db}}, shop-db: {image: 'postgres:16'}}",
        "services: {shop: {image: x}, adminer: {image: adminer, environment: {ADMINER_DEFAULT_SERVER: shop-db}}, shop-db: {image: 'postgres:16'}}",
        "services: {shop: {image: x}, blog: {image: x, environment: {API_HOST: shop-api}}, shop-api: {image: y}}",
        // Named after nothing; the superuser is nobody else's, or its name is not known.
        "services: {shop: {image: x, environment: {DB_HOST: db}}, blog: {image: x, environment: {DB_HOST: db}}, db: {image: 'postgres:16'}}",
        "services: {shop: {image: x, environment: {U: 'postgres://shop@db/x'}}, db: {image: 'postgres:16', environment: {POSTGRES_USER: admin}}}",
        "services: {shop: {image: x, environment: {U: 'postgres://shop@db/x'}}, db: {image: 'postgres:16', environment: {POSTGRES_USER: '${U}'}}}",
        "services: {shop: {image: x, environment: {U: 'postgres://postgres@db/x'}}, db: {image: 'postgres:16', environment: {POSTGRES_USER: postgres}}}",
    ] {
        let text = body(compose, &Init::default());
        assert!(text.starts_with("# Nothing was found"), "{compose}\n{text}");
        assert!(config(&text).renames.is_empty());
    }
}

#[test]
fn what_can_not_be_declared_is_told() {
    let to = |to: &str| Init { to: Some(to.to_owned()), ..Init::default() };
    let plain = "services: {db: {image: 'postgres:16'}}";
    let two = SHOP.replace("  adminer:\n", "  shop-cache:\n    image: redis:7\n  news:\n    image: x\n    environment: {CACHE_HOST: shop-cache}\n  adminer:\n");
    for (compose, wanted, expected) in [
        (plain, to("x"), "no service is found that is named after one app"),
        (&*two, to("x"), "several services may get it: shop-cache, shop-db"),
        (plain, Init { from: Some("bd".to_owned()), ..to("x") }, "no service `bd`"),
        (plain, Init { from: Some("db".to_owned()), ..to("a/b") }, "`a/b` holds '/'"),
        (plain, Init { from: Some("db".to_owned()), ..to("db") }, "`db` is the old name too"),
        (
            plain,
            Init { superusers: vec![("bd".to_owned(), "x".to_owned())], ..Init::default() },
            "no service `bd`",
        ),
    ] {
        let told = problem(compose, &wanted);
        assert!(told.contains(expected), "{told}");
    }
}
