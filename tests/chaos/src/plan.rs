//! The events of a trial, as data.

use std::time::Duration;

use rollcall_chassis::fail_point::FailPoint;
use rollcall_testbed::{Kind, Part, Way};

pub use broken::Broken;

mod broken;
pub mod matrix;
pub mod random;
pub mod scenes;
mod words;

/// The sync of a trial that a fault meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Everybody is new.
    First,
    /// People came, went and were renamed.
    Changed,
    /// Nothing changed.
    Unchanged,
}

impl Phase {
    /// In their order.
    pub const ALL: [Self; 3] = [Self::First, Self::Changed, Self::Unchanged];
}

/// The way in which a process is struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// It is killed, and started again after this time.
    Kill(Duration),
    /// It hangs for this time.
    Stop(Duration),
}

/// Effect of a fail point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// To the whole process.
    Strike(Strike),
    /// The task waits.
    Delay(Duration),
    /// The task panics.
    Panic,
}

/// The part that breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A service, at a step of a run.
    Point {
        /// The step.
        point: FailPoint,
        /// Number of passages that go unharmed.
        skip: u32,
        /// Effect of the point.
        effect: Effect,
    },
    /// One process of a service, some time after the sync was asked for.
    Service {
        /// The service.
        kind: Kind,
        /// Time until the fault.
        after: Duration,
        /// Effect on the process.
        strike: Strike,
    },
    /// PostgreSQL or RabbitMQ, some time after the sync was asked for.
    Server {
        /// The server.
        part: Part,
        /// Time until the fault.
        after: Duration,
        /// Effect on the server.
        strike: Strike,
    },
    /// A connection that services depend on.
    Way {
        /// The connection.
        way: Way,
        /// Effect on the connection.
        broken: Broken,
    },
    /// One of several nodes of RabbitMQ.
    Node {
        /// The node.
        node: usize,
        /// Time until the fault.
        after: Duration,
        /// Effect on the node.
        strike: Strike,
    },
    /// PostgreSQL is killed, and its standby takes its place.
    Promotion {
        /// Time until the fault.
        after: Duration,
        /// Time in which no PostgreSQL answers.
        down: Duration,
    },
    /// PostgreSQL's disk is full.
    FullDisk {
        /// Time until the fault.
        after: Duration,
        /// Time for which it lasts.
        lasts: Duration,
    },
    /// A clock is put forward, or back if negative, and stays so for the rest of the trial.
    Clock {
        /// The clock.
        whose: Whose,
        /// Time until the fault.
        after: Duration,
        /// Seconds by which the clock is put forward.
        seconds: i32,
    },
    /// The connection to a tenant's directory.
    Directory {
        /// Number of the tenant in the trial.
        tenant: usize,
        /// Effect on the connection.
        broken: Broken,
    },
}

/// A fault of a trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The sync that the fault meets.
    pub phase: Phase,
    /// The fault itself.
    pub what: What,
}

/// The source of requests for the syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// An administrator, with Sync Now.
    ByHand,
    /// The schedule.
    BySchedule,
}

/// The ground on which a trial's services stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ground {
    /// One PostgreSQL and one RabbitMQ.
    Plain,
    /// RabbitMQ has three nodes behind one address.
    Cluster,
    /// PostgreSQL has a synchronous standby behind the same address.
    Standby,
    /// PostgreSQL has a small disk.
    SmallDisk,
    /// PostgreSQL and RabbitMQ are those of the next release of Debian.
    Newer,
    /// Services and PostgreSQL have clocks of their own.
    Clocks,
}

/// The clock that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// All processes of a service.
    Service(Kind),
    /// PostgreSQL.
    Database,
}

/// A trial to be.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Says how the same plan is made again.
    pub name: String,
    /// The ground on which it is held.
    pub ground: Ground,
    /// Number of the script: its people, and its changes.
    pub script: u64,
    /// The source of requests.
    pub asking: Asking,
    /// The faults.
    pub faults: Vec<Fault>,
    /// True if a fault that never happened makes the trial worthless.
    pub must_strike: bool,
}

impl Plan {
    /// The plan of this name: `reconcile.commit.done/kill` of the matrix, or `seed/17`.
    pub fn named(name: &str) -> Option<Self> {
        match name.strip_prefix("seed/") {
            Some(seed) => seed.parse().ok().map(random::of_seed),
            None => matrix::named(name).or_else(|| scenes::named(name)),
        }
    }

    /// True if a tenant's directory is away for a time, so that runs may fail.
    pub fn breaks_directory_of(&self, subject: usize) -> bool {
        let breaks =
            |fault: &Fault| matches!(fault.what, What::Directory { tenant, .. } if tenant == subject);
        self.faults.iter().any(breaks)
    }

    /// Longest time for which the faults keep things from working.
    pub fn outage(&self) -> Duration {
        self.faults.iter().map(|fault| fault.what.outage()).sum()
    }

    /// Time by which runs may take longer than usual once everything is whole again: a lease, a claim or a delay may
    /// last as much longer as the database's clock was put back.
    pub fn patience(&self) -> Duration {
        let put = self.faults.iter().map(|fault| match fault.what {
            What::Clock {
                whose: Whose::Database,
                seconds,
                ..
            } => Duration::from_secs(seconds.unsigned_abs().into()),
            _ => Duration::ZERO,
        });
        put.sum()
    }
}

impl What {
    fn outage(self) -> Duration {
        match self {
            Self::Point { effect, .. } => match effect {
                Effect::Strike(strike) => strike.lasts(),
                Effect::Delay(time) => time,
                Effect::Panic => Duration::ZERO,
            },
            Self::Service { after, strike, .. }
            | Self::Server { after, strike, .. }
            | Self::Node { after, strike, .. } => after + strike.lasts(),
            Self::Promotion { after, down: lasts } | Self::FullDisk { after, lasts } => after + lasts,
            // A lease, a claim or a delay may last longer by as much.
            Self::Clock {
                whose,
                after,
                seconds,
            } => match whose {
                Whose::Database => after + Duration::from_secs(seconds.unsigned_abs().into()),
                Whose::Service(_) => after,
            },
            Self::Way { broken, .. } | Self::Directory { broken, .. } => broken.outage(),
        }
    }
}

impl Strike {
    /// Time for which it lasts.
    pub fn lasts(self) -> Duration {
        let (Self::Kill(time) | Self::Stop(time)) = self;
        time
    }
}

/// The service that passes a point.
pub fn service_of(point: FailPoint) -> Kind {
    match point.name().split('.').next() {
        Some("scheduler") => Kind::Scheduler,
        Some("worker") => Kind::Worker,
        _ => Kind::Reconcile,
    }
}
