//! A service's `main`: arguments, configuration, telemetry, life, exit code.

mod privacy;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::{Arg, ArgAction, ArgMatches, Command, Subcommand};
use rollcall_domain::invisible::show_lines;

use crate::{
    BoxError,
    checks::{Checked, Checks},
    config::{self, ServiceConfig},
    file_watch::{self, Content},
    lifecycle::{self, Lifecycle},
    telemetry,
};

/// The configuration is wrong (EX_USAGE of sysexits).
const EXIT_CONFIG: u8 = 64;
/// The service could not start, or crashed.
const EXIT_FAILED: u8 = 1;
/// Time that blocking work may hold up the process once all tasks have ended.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// Identity of the service.
#[derive(Debug, Clone, Copy)]
pub struct ServiceInfo {
    /// The binary's name, such as `rollcall-worker`; also the service's name in traces.
    pub name: &'static str,
    /// Description, in a sentence.
    pub about: &'static str,
    /// Its version: `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
}

/// A service without commands of its own.
#[derive(Debug, Subcommand)]
enum NoCommand {}

/// Runs a service. `start` sets it up, hands what lives on to [`Lifecycle::spawn`], and returns; a signal that comes
/// before it returned drops it. The process then lives until a signal or a crash.
pub fn main<C, F, Fut, E>(info: ServiceInfo, start: F) -> ExitCode
where
    C: Checked,
    F: FnOnce(C, Lifecycle) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    main_with_commands(info, |command: NoCommand, _| match command {}, start)
}

/// Runs a service that has further commands, such as one that makes a key. A command gets the file of the
/// configuration, if one was given; it reads the parts that it needs.
pub fn main_with_commands<S, K, C, F, Fut, E>(info: ServiceInfo, command: K, start: F) -> ExitCode
where
    S: Subcommand,
    K: FnOnce(S, Option<&Path>) -> Result<(), E>,
    C: Checked,
    F: FnOnce(C, Lifecycle) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    // Before the configuration, which has the first secrets.
    if let Err(error) = privacy::keep_memory_private() {
        complain(&format!(
            "the memory of this process cannot be kept private: {error}"
        ));
        return ExitCode::from(EXIT_FAILED);
    }
    let matches = arguments::<S, C>(info).get_matches();
    if matches.subcommand_name().is_some() {
        return match S::from_arg_matches(&matches) {
            Ok(subcommand) => report(command(subcommand, config_file(&matches)).map_err(Into::into)),
            Err(error) => error.exit(),
        };
    }
    match configuration::<C>(&matches) {
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(EXIT_CONFIG)
        }
        Ok(config) if matches.get_flag("check-config") => check(info, &config),
        Ok(config) => report(live(info, config, start)),
    }
}

fn arguments<S: Subcommand, C: ServiceConfig>(info: ServiceInfo) -> Command {
    let command = Command::new(info.name)
        .version(info.version)
        .after_long_help(config::help::<C>())
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .value_parser(clap::value_parser!(PathBuf))
                .help("The TOML file to read; environment variables override it"),
        )
        .arg(
            Arg::new("check-config")
                .long("check-config")
                .action(ArgAction::SetTrue)
                .help("Check the configuration and everything that it names, report all errors and exit")
                .long_help(
                    "Check the configuration, and open everything that it names: read each certificate and key, connect \
                     to each URL. Nothing is changed. All errors are reported, each with its key, and the exit code is \
                     64",
                ),
        );
    S::augment_subcommands(command)
        // The commands' own description would stand here otherwise.
        .about(info.about)
        .subcommand_required(false)
        .arg_required_else_help(false)
}

fn configuration<C: ServiceConfig>(matches: &ArgMatches) -> Result<C, config::ConfigError> {
    config::load(config_file(matches))
}

fn config_file(matches: &ArgMatches) -> Option<&Path> {
    matches.get_one::<PathBuf>("config").map(PathBuf::as_path)
}

/// Opens what the configuration names.
fn check<C: Checked>(info: ServiceInfo, config: &C) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(Err(error.into())),
    };
    let checked = runtime.block_on(async { Checks::of(info.name, config).run().await });
    runtime.shutdown_timeout(LAST_WAIT);
    match checked {
        Ok(()) => {
            say("the configuration is valid");
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&error.to_string());
            ExitCode::from(EXIT_CONFIG)
        }
    }
}

/// Telemetry is flushed on every way out of here.
fn live<C, F, Fut, E>(info: ServiceInfo, config: C, start: F) -> Result<(), BoxError>
where
    C: ServiceConfig,
    F: FnOnce(C, Lifecycle) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let telemetry = telemetry::init(info.name, info.version, config.telemetry())?;
        log_panics();
        let drain = Duration::from_secs(config.lifecycle().drain_seconds);
        let result = serve(info, drain, |lifecycle| {
            if let Some(files) = telemetry.files() {
                file_watch::watch(Content::Certificates, files, &lifecycle);
            }
            start(config, lifecycle)
        })
        .await;
        telemetry.shutdown().await;
        result
    });
    runtime.shutdown_timeout(LAST_WAIT);
    result
}

async fn serve<Fut, E>(
    info: ServiceInfo,
    drain: Duration,
    start: impl FnOnce(Lifecycle) -> Fut,
) -> Result<(), BoxError>
where
    Fut: Future<Output = Result<(), E>>,
    E: Into<BoxError>,
{
    let lifecycle = Lifecycle::new();
    let signals = tokio::spawn(lifecycle::obey_signals(lifecycle.clone()));
    tracing::info!(
        service.name = info.name,
        service.version = info.version,
        "starting"
    );
    let started = tokio::select! {
        started = start(lifecycle.clone()) => started.map_err(Into::into),
        () = lifecycle.soft().cancelled() => Ok(()),
    };
    if let Err(error) = &started {
        tracing::error!(
            error = lifecycle::chain(error.as_ref()),
            "the service could not start"
        );
        lifecycle.soft().cancel();
    }
    let ended_well = lifecycle.finish(drain).await;
    signals.abort();
    tracing::info!(ended_well, "stopped");
    started?;
    if ended_well {
        Ok(())
    } else {
        Err("the service ended with an error: its log says why".into())
    }
}

fn report(result: Result<(), BoxError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&lifecycle::chain(error.as_ref()));
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// Has a panic logged like all else: its message may hold a text of a directory, which must not reach a terminal raw.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str();
        tracing::error!(at, message, "a thread panicked");
    }));
}

/// To standard error, whose loss is no reason to fail.
fn complain(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{}", show_lines(text));
}

fn say(text: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{text}");
}

#[cfg(test)]
mod tests;
