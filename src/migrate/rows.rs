//! How many rows the largest tables have, before and after.

use std::collections::BTreeMap;

use crate::engine::program::CallError;

use super::psql::Psql;

/// How many tables of each database are counted.
const TABLES: usize = 10;

/// The databases that can be asked.
const DATABASES: &str =
    "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;";

/// Counts the rows of the largest tables, by `database.schema.table`. A database where that takes too
/// long is left out.
pub(super) fn count(psql: &Psql<'_>) -> Result<BTreeMap<String, u64>, CallError> {
    let mut counted = BTreeMap::new();
    let query = format!(
        "SET statement_timeout = '20s';
        SELECT format('SELECT %L, count(*) FROM %I.%I', schemaname || '.' || tablename, schemaname, tablename)
          FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
         ORDER BY pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass) DESC, 1
         LIMIT {TABLES} \\gexec\n"
    );
    for database in psql.rows(DATABASES)?.into_iter().flatten() {
        let Ok(rows) = psql.on(&database).rows(&query) else { continue };
        for row in rows {
            if let [table, number] = row.as_slice() {
                counted.insert(format!("{database}.{table}"), number.parse().unwrap_or_default());
            }
        }
    }
    Ok(counted)
}

/// What became of the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Tables that are gone, or have lost all their rows.
    pub(super) lost: Vec<String>,
    /// Tables with fewer rows, which clients may have removed.
    pub(super) fewer: Vec<String>,
}

pub(super) fn compare(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Difference {
    let mut difference = Difference::default();
    for (table, number) in before {
        match after.get(table) {
            None => difference.lost.push(format!("{table} is gone")),
            Some(0) if *number > 0 => {
                difference.lost.push(format!("{table} had {number} rows and has none"));
            }
            Some(now) if now < number => {
                difference.fewer.push(format!("{table}: {number}, now {now}"));
            }
            Some(_) => {}
        }
    }
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lost_rows_are_told_from_rows_that_clients_remove() {
        let counts = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
            pairs.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
        };
        let before = counts(&[
            ("same", 3),
            ("more", 3),
            ("fewer", 3),
            ("none", 3),
            ("gone", 3),
            ("empty", 0),
        ]);
        let after = counts(&[("same", 3), ("more", 4), ("fewer", 2), ("none", 0), ("empty", 0)]);
        let expected = Difference {
            lost: vec!["gone is gone".to_owned(), "none had 3 rows and has none".to_owned()],
            fewer: vec!["fewer: 3, now 2".to_owned()],
        };
        assert_eq!(compare(&before, &after), expected);
    }
}
