//! Brings a fault about, and heals it.

mod servers;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};

use anyhow::{Context as _, Result};
use futures::future::try_join_all;
use rollcall_chassis::fail_point::{Action, Arming, FailPoint};
use rollcall_testbed::{Kind, Proxy, Service, Signal};
use tokio::{
    sync::{MutexGuard, watch},
    time::{Instant, sleep, timeout},
};

use crate::{
    plan::{Broken, Effect, Fault, Strike, What, service_of},
    trial::Subject,
    weather::Weather,
    world::{Name, World},
};

/// Between two looks at an armed point.
const LOOK: Duration = Duration::from_millis(5);
/// Time after the end of the runs in which a point may still be passed: the relay works behind them.
const AFTERWARDS: Duration = Duration::from_secs(3);
/// Time that a process that was struck may take to be gone.
const DYING: Duration = Duration::from_secs(5);
/// Time that a service may take to serve once it is started again.
const SERVING: Duration = Duration::from_mins(1);

/// Strikes for one phase of a trial.
#[derive(Debug)]
pub(crate) struct Inflict<'a> {
    pub(crate) world: &'a World,
    pub(crate) subjects: &'a [Subject],
    /// True once all runs of the phase have ended.
    pub(crate) over: watch::Receiver<bool>,
    /// Processes that were killed on purpose.
    pub(crate) killed: &'a Mutex<BTreeSet<Name>>,
    /// Shows if anything is broken at the moment.
    pub(crate) weather: &'a Weather,
    /// One process is struck by one fault at a time.
    pub(crate) turns: &'a BTreeMap<Name, tokio::sync::Mutex<()>>,
}

impl Inflict<'_> {
    /// Strikes, and heals. False if it never came to it.
    pub(crate) async fn inflict(&self, fault: &Fault) -> Result<bool> {
        // At a point it counts from the moment when the point is passed.
        let _felt = (!matches!(fault.what, What::Point { .. })).then(|| self.weather.strikes());
        self.inflict_now(fault).await
    }

    async fn inflict_now(&self, fault: &Fault) -> Result<bool> {
        match fault.what {
            What::Point { point, skip, effect } => self.at_point(point, skip, effect).await,
            What::Service { kind, after, strike } => {
                sleep(after).await;
                self.strike(kind, 0, strike).await.map(|()| true)
            }
            What::Server { part, after, strike } => {
                sleep(after).await;
                self.strike_server(part, strike).await.map(|()| true)
            }
            What::Way { way, broken } => {
                let proxy = self
                    .world
                    .stack
                    .way(way)
                    .context("the services have no proxies")?;
                break_way(proxy, broken).await;
                Ok(true)
            }
            What::Node { node, after, strike } => {
                sleep(after).await;
                let nodes = self.world.bed.broker_nodes();
                let (node, process) = nodes.get(node).context("RabbitMQ has no such node")?;
                servers::strike_process(process, strike).await?;
                node.until_ready(process).await?;
                Ok(true)
            }
            What::Promotion { after, down } => {
                sleep(after).await;
                self.promote(down).await.map(|()| true)
            }
            What::FullDisk { after, lasts } => {
                sleep(after).await;
                self.fill_disk(lasts).await.map(|()| true)
            }
            What::Clock {
                whose,
                after,
                seconds,
            } => {
                sleep(after).await;
                self.world.clock(whose)?.put(seconds)?;
                Ok(true)
            }
            What::Directory { tenant, broken } => {
                let subject = self.subjects.get(tenant).context("no such tenant")?;
                break_way(&subject.proxy, broken).await;
                Ok(true)
            }
        }
    }

    async fn at_point(&self, point: FailPoint, skip: u32, effect: Effect) -> Result<bool> {
        let kind = service_of(point);
        let arming = Arming::new(match effect {
            Effect::Strike(Strike::Kill(_)) => Action::Abort,
            Effect::Strike(Strike::Stop(_)) => Action::Stop,
            Effect::Delay(time) => Action::Delay(time),
            Effect::Panic => Action::Panic,
        })
        .after(skip)
        .to_string();
        let services: Vec<(usize, &Service)> = (0..)
            .map_while(|index| Some((index, self.world.stack.service(kind, index).ok()?)))
            .collect();
        for (_, service) in &services {
            service.arm(point.name(), &arming)?;
        }
        self.until_one_fires(point, &services).await;
        // Two processes may pass the point at the same moment.
        let fired: Vec<usize> = services
            .iter()
            .filter(|(_, service)| !service.disarm(point.name()))
            .map(|(index, _)| *index)
            .collect();
        let _felt = self.weather.strikes();
        try_join_all(fired.iter().map(|index| self.after(kind, *index, effect))).await?;
        Ok(!fired.is_empty())
    }

    async fn until_one_fires(&self, point: FailPoint, services: &[(usize, &Service)]) {
        let mut end = None;
        while services.iter().all(|(_, service)| service.is_armed(point.name())) {
            if *self.over.borrow() {
                let end = *end.get_or_insert_with(|| Instant::now() + AFTERWARDS);
                if Instant::now() >= end {
                    return;
                }
            }
            sleep(LOOK).await;
        }
    }

    async fn after(&self, kind: Kind, index: usize, effect: Effect) -> Result<()> {
        match effect {
            Effect::Strike(strike) => self.after_point(kind, index, strike).await,
            Effect::Panic => self.after_panic(kind, index).await,
            Effect::Delay(_) => Ok(()),
        }
    }

    /// The process struck itself; it only has to be brought back.
    async fn after_point(&self, kind: Kind, index: usize, strike: Strike) -> Result<()> {
        let _turn = self.turn(kind, index).await?;
        let service = self.world.stack.service(kind, index)?;
        match strike {
            Strike::Kill(down) => {
                self.note_killed(kind, index);
                // Struck by another fault as well, it may have been started again already.
                match timeout(DYING, service.wait()).await {
                    Ok(_) => self.start(service, down).await,
                    Err(_) => Ok(()),
                }
            }
            Strike::Stop(time) => {
                sleep(time).await;
                Ok(service.signal(Signal::Continue).await?)
            }
        }
    }

    /// A service may end itself when one of its loops panics; who runs it starts it again.
    async fn after_panic(&self, kind: Kind, index: usize) -> Result<()> {
        let service = self.world.stack.service(kind, index)?;
        let mut over = self.over.clone();
        let outlived = async {
            let _ = over.wait_for(|over| *over).await;
            sleep(AFTERWARDS).await;
        };
        tokio::select! {
            ended = service.wait() => {
                ended?;
                let _turn = self.turn(kind, index).await?;
                self.note_killed(kind, index);
                match service.pid() {
                    None => self.start(service, Duration::ZERO).await,
                    Some(_) => Ok(()),
                }
            }
            () = outlived => Ok(()),
        }
    }

    async fn turn(&self, kind: Kind, index: usize) -> Result<MutexGuard<'_, ()>> {
        let turn = self.turns.get(&(kind, index)).context("no such process")?;
        Ok(turn.lock().await)
    }

    async fn strike(&self, kind: Kind, index: usize, strike: Strike) -> Result<()> {
        let _turn = self.turn(kind, index).await?;
        let service = self.world.stack.service(kind, index)?;
        match strike {
            Strike::Kill(down) => {
                self.note_killed(kind, index);
                service.kill().await?;
                self.start(service, down).await
            }
            Strike::Stop(time) => {
                service.signal(Signal::Stop).await?;
                sleep(time).await;
                Ok(service.signal(Signal::Continue).await?)
            }
        }
    }

    async fn start(&self, service: &Service, down: Duration) -> Result<()> {
        sleep(down).await;
        timeout(SERVING, service.start())
            .await
            .with_context(|| format!("{:?} does not serve again", service.kind()))?
            .with_context(|| format!("{:?} does not start again", service.kind()))
    }

    fn note_killed(&self, kind: Kind, index: usize) {
        let mut killed = self
            .killed
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        killed.insert((kind, index));
    }
}

async fn break_way(proxy: &Proxy, broken: Broken) {
    sleep(broken.after).await;
    proxy.break_at(broken.fault);
    sleep(broken.lasts).await;
    if let Some((rate, time)) = broken.slow {
        proxy.heal_slowly(rate);
        sleep(time).await;
    }
    proxy.heal();
}
