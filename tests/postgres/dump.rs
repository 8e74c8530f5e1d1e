//! Dumps before something is dropped.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use composemod::postgres::dump::{What, dump};
use composemod::postgres::error::Error;

use super::server::{SUPERUSER_PASSWORD, client, on_each, versions};

#[test]
fn a_dump_is_private_readable_and_of_what_was_asked_for() {
    on_each("ticketbot", |server| {
        let odd = "o\"dd \n*ta.ble$";
        server.execute(
            "postgres",
            "CREATE TABLE kept (a int); CREATE TABLE other (b int); CREATE TABLE \"o\"\"dd \n*ta.ble$\" (c int)",
        );
        let folder = tempfile::tempdir().unwrap();
        let program = client("pg_dump");
        let whole = folder.path().join("whole.dump");
        let made = server.block_on(dump(&program, &server.dsn(), What::Database, &whole)).unwrap();
        assert_eq!(made.bytes, fs::metadata(&whole).unwrap().len());
        assert_eq!(fs::metadata(&whole).unwrap().permissions().mode() & 0o777, 0o600);

        let some = folder.path().join("some.dump");
        let tables = ["kept", odd].map(|name| ("public".to_owned(), name.to_owned()));
        let made = server.block_on(dump(&program, &server.dsn(), What::Tables(&tables), &some));
        // Each table is an entry, and its rows are another.
        assert_eq!(made.unwrap().entries, 4);

        let again = server.block_on(dump(&program, &server.dsn(), What::Database, &whole));
        assert!(matches!(again, Err(Error::System { .. })), "a file was overwritten");
        let missing = [("public".to_owned(), "missing".to_owned())];
        let none = folder.path().join("none.dump");
        let failed = server.block_on(dump(&program, &server.dsn(), What::Tables(&missing), &none));
        let text = failed.expect_err("no such table").to_string();
        assert!(text.contains("no matching tables"), "{text}");
        assert!(!none.exists() && !text.contains(SUPERUSER_PASSWORD));
    });
}

#[test]
fn a_program_that_is_older_than_the_server_is_told() {
    let old = Path::new("/usr/lib/postgresql/15/bin/pg_dump");
    if !old.is_file() || !versions().contains_key(&18) {
        return;
    }
    super::server::on_newest("ticketbot", |server| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.dump");
        let failed = server.block_on(dump(old, &server.dsn(), What::Database, &file));
        let Err(Error::Refused(text)) = failed else { panic!("{failed:?}") };
        assert!(text.contains("server version: 18") && text.contains("--pg-dump"), "{text}");
        assert!(!file.exists());
    });
}
