//! Rules for migrations that meet a database in use: they hold up no other statement for long.

/// Digits of a version that is a time, as in `20270131120000_name.sql`. The baseline's are shorter.
const DIGITS_OF_TIME: usize = 14;
/// The first line of a migration whose statement must not be in a transaction.
const NO_TRANSACTION: &str = "-- no-transaction";

/// True for a file of the baseline, which meets empty databases only.
pub fn is_baseline(name: &str) -> bool {
    version(name).len() < DIGITS_OF_TIME
}

/// The rules that a later migration breaks.
pub fn faults(name: &str, text: &str) -> Vec<&'static str> {
    let statements = statements(text);
    let created: Vec<&str> = statements
        .iter()
        .filter_map(|statement| created_table(statement))
        .collect();
    let old: Vec<&String> = statements
        .iter()
        .filter(|statement| created_table(statement).is_none())
        .filter(|statement| !created.iter().any(|table| statement.contains(*table)))
        .collect();
    let mut faults = Vec::new();
    if version(name).len() != DIGITS_OF_TIME {
        faults.push("its name does not begin with a time of fourteen digits");
    }
    if old.iter().filter(|statement| takes_lock(statement)).count() > 1 {
        faults.push("more than one statement takes a lock");
    }
    let concurrent = old.iter().any(|statement| statement.contains(" CONCURRENTLY "));
    if concurrent && !(text.starts_with(NO_TRANSACTION) && statements.len() == 1) {
        faults.push("CONCURRENTLY needs `-- no-transaction` in the first line and no other statement");
    }
    for statement in old {
        faults.extend(fault(statement));
    }
    faults
}

/// The rule that a statement about an older table breaks.
fn fault(statement: &str) -> Option<&'static str> {
    let begins = |words: &[&str]| words.iter().any(|word| statement.starts_with(word));
    let has = |words: &str| statement.contains(words);
    if begins(&["CREATE INDEX ", "CREATE UNIQUE INDEX ", "DROP INDEX "])
        && !has(" CONCURRENTLY ")
        && !has(" ON ONLY ")
    {
        return Some("an index comes or goes without CONCURRENTLY");
    }
    if begins(&["UPDATE ", "DELETE ", "INSERT ", "WITH "]) {
        return Some("rows are changed: the sweeper fills them in steps");
    }
    if begins(&["CREATE VIEW ", "CREATE OR REPLACE VIEW "]) {
        return Some("a view stands in the folder `views`");
    }
    if !begins(&["ALTER TABLE "]) {
        return None;
    }
    if has(" ADD CONSTRAINT ") && (has(" CHECK ") || has(" FOREIGN KEY ")) && !has(" NOT VALID") {
        return Some("a constraint is added without NOT VALID");
    }
    if has(" ALTER COLUMN ") && has(" TYPE ") {
        return Some("a column's type changes, which may write the table again");
    }
    None
}

fn takes_lock(statement: &str) -> bool {
    [
        "ALTER ",
        "DROP ",
        "CREATE INDEX ",
        "CREATE UNIQUE INDEX ",
        "LOCK ",
        "TRUNCATE ",
    ]
    .iter()
    .any(|word| statement.starts_with(word))
}

/// The table that the statement creates; a partition stands for its parent, which is older.
fn created_table(statement: &str) -> Option<&str> {
    let rest = statement
        .strip_prefix("CREATE TABLE ")
        .or_else(|| statement.strip_prefix("CREATE UNLOGGED TABLE "))?;
    if rest.contains(" PARTITION OF ") {
        return None;
    }
    rest.split([' ', '(']).next()
}

/// Statements without comments, each in one line. Literals with a semicolon are not expected.
fn statements(text: &str) -> Vec<String> {
    let code = text
        .lines()
        .map(|line| line.split("--").next().unwrap_or_default());
    let code = code.collect::<Vec<_>>().join(" ");
    code.split(';')
        .map(|statement| statement.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// The digits before the name.
fn version(name: &str) -> &str {
    name.split_once('_').map_or("", |(version, _)| version)
}

#[cfg(test)]
mod tests {
    use super::faults;

    const NAME: &str = "20270131120000_note.sql";

    #[test]
    fn a_migration_that_holds_up_nothing_has_no_fault() {
        for text in [
            "ALTER TABLE portal.account ADD COLUMN note text;",
            "-- no-transaction\nCREATE INDEX CONCURRENTLY note ON portal.account (note);",
            "-- no-transaction\nDROP INDEX CONCURRENTLY portal.note;",
            "CREATE INDEX note ON ONLY reconcile.run_outcome (note);",
            "ALTER INDEX reconcile.note ATTACH PARTITION reconcile.note_2027_01;",
            "ALTER TABLE portal.account ADD CONSTRAINT short CHECK (note < 'z') NOT VALID;",
            "ALTER TABLE portal.account VALIDATE CONSTRAINT short;",
            "-- Of its own.\nCREATE TABLE portal.note (note text);\nCREATE INDEX note ON portal.note (note);\n\
             ALTER TABLE portal.note ALTER COLUMN note SET STORAGE EXTERNAL;\nINSERT INTO portal.note VALUES ('');",
        ] {
            assert_eq!(faults(NAME, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_migration_that_holds_others_up_has_a_fault() {
        for text in [
            "CREATE INDEX note ON portal.account (note);",
            "CREATE INDEX CONCURRENTLY note ON portal.account (note);",
            "-- no-transaction\nCREATE INDEX CONCURRENTLY a ON portal.account (note);\n\
             CREATE INDEX CONCURRENTLY b ON portal.account (note);",
            "DROP INDEX portal.note;",
            "ALTER TABLE portal.account ADD COLUMN a text;\nALTER TABLE portal.address ADD COLUMN a text;",
            "ALTER TABLE portal.account ADD CONSTRAINT short CHECK (note < 'z');",
            "ALTER TABLE portal.account ALTER COLUMN note TYPE varchar;",
            "UPDATE portal.account SET note = '';",
            "CREATE VIEW results.note AS SELECT 1 AS one;",
        ] {
            assert!(!faults(NAME, text).is_empty(), "{text}");
        }
        assert!(!faults("0007_note.sql", "").is_empty());
    }
}
