//! `db drop-tables`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::ran;
use super::server::{client, on_newest};

#[test]
fn tables_are_shown_and_dropped_by_execute_only() {
    on_newest("ticketbot", |server| {
        server.execute("postgres", "CREATE ROLE app");
        server.execute("postgres", "CREATE TABLE half_made (id int PRIMARY KEY); CREATE VIEW on_it AS SELECT * FROM half_made; ALTER TABLE half_made OWNER TO app");
        let folder = tempfile::tempdir().unwrap();
        let pg_dump = client("pg_dump").display().to_string();
        let run = |more: &[&str]| {
            let args = [
                "drop-tables",
                "--database",
                "postgres",
                "--as",
                "app",
                "--pg-dump",
                &pg_dump,
                "--backup-dir",
                ".",
            ];
            let args: Vec<&str> = args.iter().chain(more).copied().collect();
            ran(folder.path(), Some(&server.dsn()), "", &args)
        };
        let is_there = || {
            !server
                .query("postgres", "SELECT 1 FROM pg_tables WHERE tablename = 'half_made'")
                .is_empty()
        };
        let kept = run(&["half_made", "--execute"]);
        assert_eq!(kept.exit, 1, "{kept:?}");
        assert!(kept.stderr.contains("view on_it; --cascade drops it too"), "{kept:?}");
        let shown = run(&["--like", "half%", "--cascade"]);
        assert_eq!(shown.exit, 1, "{shown:?}");
        assert!(shown.stdout.contains("DROP TABLE \"public\".\"half_made\" CASCADE;"), "{shown:?}");
        assert!(is_there());
        let dropped = run(&["half_made", "--cascade", "--execute"]);
        assert_eq!(dropped.exit, 0, "{dropped:?}");
        assert!(dropped.stdout.contains("done: dropped 1 tables"), "{dropped:?}");
        assert!(!is_there());
        let file = folder.path().join("postgres-tables-20261129T010000Z.dump");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let missing = run(&["half_made"]);
        assert_eq!(missing.exit, 1, "{missing:?}");
    });
}
