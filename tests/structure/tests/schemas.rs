//! Rules that the migrations and views of every owner keep.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use rollcall_structure::migration;

/// Owners of schemas, each with the number of its migrations that are the baseline.
const OWNERS: [(&str, usize); 2] = [("reconcile", 4), ("scheduler", 2)];

fn service(owner: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../services")
        .join(owner)
}

/// Files of a folder and of those in it, with their texts, in the order of their names.
fn files(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = fs::read_to_string(&path)?;
                files.push((path, text));
            }
        }
    }
    files.sort();
    Ok(files)
}

fn name(path: &Path) -> &str {
    path.file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

#[test]
fn a_migration_after_the_baseline_holds_up_no_other_statement() -> Result<()> {
    for (owner, baseline) in OWNERS {
        let files = files(&service(owner).join("migrations"))?;
        for (path, text) in files.iter().skip(baseline) {
            let faults = migration::faults(name(path), text);
            assert!(faults.is_empty(), "{}: {}", path.display(), faults.join("; "));
        }
        let first = files.iter().take(baseline);
        assert!(
            first.map(|(path, _)| name(path)).all(migration::is_baseline),
            "{owner}"
        );
    }
    Ok(())
}

/// True for a view over all tenants, by its name.
fn is_of_all(view: &str) -> bool {
    view.contains(".all_") || view.contains("_all_")
}

#[test]
fn a_view_over_all_tenants_says_so_and_is_granted_to_roles_for_such_work_only() -> Result<()> {
    for (owner, _) in OWNERS {
        let views = files(&service(owner).join("views"))?;
        for (path, text) in &views {
            let of_all = path.parent().is_some_and(|folder| folder.ends_with("fleet"));
            assert_eq!(is_of_all(name(path)), of_all, "{}", path.display());
            let grants = text.lines().filter(|line| line.starts_with("GRANT "));
            for grant in grants.filter(|_| of_all) {
                assert!(
                    grant.ends_with("_fleet;") && !grant.contains(','),
                    "{}: {grant}",
                    path.display()
                );
            }
        }
    }
    Ok(())
}

#[test]
fn every_view_is_applied_and_granted() -> Result<()> {
    for (owner, _) in OWNERS {
        let sources = files(&service(owner).join("src"))?;
        for (list, folder) in [
            ("views: views![", "views"),
            ("views: fleet_views![", "views/fleet"),
        ] {
            let list = sources
                .iter()
                .find_map(|(_, text)| text.split_once(list))
                .and_then(|(_, list)| list.split_once(']'))
                .context("a list of views")?;
            let listed: Vec<&str> = list.0.split('"').skip(1).step_by(2).collect();
            let folder = service(owner).join(folder);
            let mut views = files(&folder)?;
            views.retain(|(path, _)| path.parent() == Some(&folder));
            let names: Vec<&str> = views
                .iter()
                .map(|(path, _)| name(path).trim_end_matches(".sql"))
                .collect();
            assert_eq!(listed, names, "{owner}");
            for (view, (_, text)) in names.iter().zip(&views) {
                assert!(
                    text.contains(&format!("CREATE OR REPLACE VIEW {view} AS\n")),
                    "{view}"
                );
                assert!(
                    text.contains(&format!("GRANT SELECT ON {view} TO rollcall_")),
                    "{view}"
                );
            }
        }
    }
    Ok(())
}
