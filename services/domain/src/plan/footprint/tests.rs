//! The memory of a plan is no more than [`Footprint`] says, and not much less.
//!
//! The peak is the kernel's figure for the whole process. Each shape is measured in a process of its own,
//! beside which other tests may run.

use std::{env, fs, process::Command};

use jiff::Timestamp;
use uuid::Uuid;

use super::Footprint;
use crate::address::{Address, DomainName};
use crate::hint::Hints;
use crate::id::{AccountId, ObjectId};
use crate::object::{Claim, ClaimedAddress, DirectoryObject, ObjectType};
use crate::plan::{AccountState, Directory, Pace, Plan, Portal, Rules, TenantDomains, Withholding, plan};

const CLAIMS: usize = 200_000;

/// An object on the wire besides its texts, and a claim.
const TAGS: (usize, usize) = (12, 6);

/// A figure of this process in bytes, as in `VmHWM`.
fn memory(figure: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(figure)).unwrap();
    let kib = line.split_whitespace().nth(1).unwrap();
    kib.parse::<usize>().unwrap() * 1024
}

fn object(number: usize, each: usize, renamed: bool) -> DirectoryObject {
    let primary = usize::from(renamed && each > 1);
    let claim = |n: usize| Claim {
        address: ClaimedAddress::Valid(
            Address::parse(&format!("firstname{n}.lastname{number}@corp.example")).unwrap(),
        ),
        primary: n == primary,
    };
    DirectoryObject {
        id: ObjectId::from_canonical(&Uuid::from_u128(number as u128).to_string()).unwrap(),
        dn: format!("CN=Firstname Lastname {number},OU=People,OU=Berlin,DC=corp,DC=example"),
        object_type: ObjectType::User,
        disabled: false,
        hints: Hints::NONE,
        mail: None,
        claims: (0..each).map(claim).collect(),
    }
}

/// The read of a directory in which each object has so many claims, and what it is on the wire.
fn read(each: usize, renamed: bool) -> (Directory, usize) {
    let mut builder = Directory::builder();
    let mut text = 0;
    for number in 0..CLAIMS / each {
        let object = object(number, each, renamed);
        text += object.id.as_str().len() + object.dn.len() + TAGS.0;
        let claims = object
            .claims
            .iter()
            .map(|claim| claim.address.as_str().len() + TAGS.1);
        text += claims.sum::<usize>();
        builder.push(object);
    }
    (builder.finish(), text)
}

/// Everything else of a tenant.
struct Tenant {
    rules: Rules,
    domains: TenantDomains,
    withholding: Withholding,
}

impl Tenant {
    fn new() -> Self {
        Self {
            rules: Rules::default(),
            domains: TenantDomains::new([(DomainName::parse("corp.example").unwrap(), None)]),
            withholding: Withholding::default(),
        }
    }

    fn plan<'a>(&'a self, directory: &'a Directory, portal: &'a Portal) -> Plan<'a> {
        let mut last = 0;
        let mut new_id = || {
            last += 1;
            AccountId::from_uuid(Uuid::from_u128(last))
        };
        plan(
            &self.rules,
            &self.domains,
            directory,
            portal,
            &self.withholding,
            Timestamp::UNIX_EPOCH,
            Pace::unhurried(),
            &mut new_id,
        )
        .unwrap()
    }
}

fn assert_is_about(taken: usize, footprint: Footprint) {
    let said = footprint.bytes();
    println!(
        "{footprint:?}: {taken} bytes taken, {said} said, {} a claim",
        taken / CLAIMS
    );
    assert!(taken <= said, "{taken} bytes are taken, {said} are said");
    assert!(said <= taken * 4, "{taken} bytes are taken, {said} are said");
}

/// A first import.
fn first_import(each: usize) {
    let tenant = Tenant::new();
    let before = memory("VmRSS");
    let (directory, text) = read(each, false);
    let portal = Portal::default();
    let plan = tenant.plan(&directory, &portal);
    let taken = memory("VmHWM") - before;
    assert_eq!(plan.rows.len(), CLAIMS);
    let footprint = Footprint {
        text,
        objects: CLAIMS / each,
        claims: CLAIMS,
        ..Footprint::default()
    };
    assert_is_about(taken, footprint);
}

/// Everybody is renamed.
fn renaming(each: usize) {
    let tenant = Tenant::new();
    let accounts: Vec<AccountState> = {
        let (directory, _) = read(each, false);
        let portal = Portal::default();
        let plan = tenant.plan(&directory, &portal);
        plan.changes.into_iter().map(|change| change.after).collect()
    };
    // Later work uses memory that is free again by now. So it does not count, but the accounts do.
    let spare = memory("VmHWM");
    let accounts: Portal = accounts.into_iter().collect();
    let (directory, text) = read(each, true);
    let plan = tenant.plan(&directory, &accounts);
    assert_eq!(plan.rows.len(), CLAIMS);
    let footprint = Footprint {
        text,
        objects: CLAIMS / each,
        claims: CLAIMS,
        accounts: CLAIMS / each,
        addresses: CLAIMS,
        rows: CLAIMS,
    };
    println!("{spare} bytes at the first import");
    assert_is_about(memory("VmHWM"), footprint);
}

/// Runs one of the tests below in a process of its own.
fn alone(test: &str, measure: impl FnOnce()) {
    const ALONE: &str = "ROLLCALL_TEST_ALONE";
    if env::var_os(ALONE).is_some() {
        return measure();
    }
    let (_, module) = module_path!().split_once("::").unwrap();
    let run = Command::new(env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{test}")])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_first_import_of_objects_with_one_address_takes_what_is_said() {
    alone(
        "a_first_import_of_objects_with_one_address_takes_what_is_said",
        || first_import(1),
    );
}

#[test]
fn a_first_import_of_objects_with_four_addresses_takes_what_is_said() {
    alone(
        "a_first_import_of_objects_with_four_addresses_takes_what_is_said",
        || first_import(4),
    );
}

#[test]
fn a_first_import_of_objects_with_ten_thousand_addresses_takes_what_is_said() {
    alone(
        "a_first_import_of_objects_with_ten_thousand_addresses_takes_what_is_said",
        || first_import(10_000),
    );
}

#[test]
fn a_run_that_renames_everybody_takes_what_is_said() {
    alone("a_run_that_renames_everybody_takes_what_is_said", || renaming(4));
}
