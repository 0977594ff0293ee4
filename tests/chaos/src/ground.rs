//! The ground on which worlds stand.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use rollcall_testbed::{
    BedOptions, Kind, Part, StackOptions, clock::Clock, postgres::PostgresOptions, root::Root,
};

use crate::plan::Ground;

/// Enough for a new database and the trials of a world.
const SMALL_DISK_MIB: u32 = 256;
const NODES: usize = 3;

/// Reason why trials cannot be held on this ground here; `None` if they can.
pub(crate) fn missing(ground: Ground) -> Option<&'static str> {
    match ground {
        Ground::Clocks if !Clock::is_there() => Some("libfaketime is not installed"),
        Ground::Newer if !newer().is_usable() => {
            Some("target/debian-13 has no PostgreSQL and RabbitMQ: deploy/debian/make-debian-13.sh says why")
        }
        Ground::SmallDisk if !rollcall_testbed::disk::can_be_mounted() => {
            Some("mounting a small disk takes root")
        }
        _ => None,
    }
}

/// PostgreSQL 17 and RabbitMQ 4.
fn newer() -> Root {
    Root::at(&rollcall_testbed::target_folder().join("debian-13"))
}

/// Its servers.
pub(crate) fn bed(ground: Ground) -> BedOptions {
    BedOptions {
        parts: vec![Part::Postgres, Part::RabbitMq, Part::OpenLdap],
        directory: None,
        postgres: PostgresOptions {
            disk_mib: (ground == Ground::SmallDisk).then_some(SMALL_DISK_MIB),
            clock: ground == Ground::Clocks,
            ..PostgresOptions::default()
        },
        root: (ground == Ground::Newer).then(newer),
        broker_nodes: if ground == Ground::Cluster { NODES } else { 1 },
        ..BedOptions::default()
    }
}

/// A clock for each kind of service, where the ground has clocks.
pub(crate) fn clocks(ground: Ground, folder: &Path) -> Result<BTreeMap<Kind, Clock>> {
    let mut clocks = BTreeMap::new();
    if ground == Ground::Clocks {
        for kind in Kind::ALL {
            let file = folder.join(format!("{}-clock", kind.name()));
            clocks.insert(kind, Clock::right(&file)?);
        }
    }
    Ok(clocks)
}

/// Its services.
pub(crate) fn stack(clocks: &BTreeMap<Kind, Clock>) -> Result<StackOptions> {
    let mut options = StackOptions {
        workers: 2,
        fail_points: true,
        proxied: true,
        ..StackOptions::default()
    };
    for (kind, clock) in clocks {
        for (variable, value) in clock.variables()? {
            options = options.set(*kind, &variable, &value);
        }
    }
    Ok(options)
}
