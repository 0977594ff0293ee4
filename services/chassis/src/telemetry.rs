//! Logs to standard output; traces and metrics to a collector where one is configured.
//!
//! Spans have an OpenTelemetry context even without a collector, so that a trace runs through every process and its
//! id is the same in every log.

pub(crate) mod collector;
mod propagation;
mod visible;

use std::{
    io::{self, IsTerminal as _},
    sync::Arc,
};

use opentelemetry::{global, metrics::Meter, trace::TracerProvider as _};
use opentelemetry_sdk::{Resource, metrics::SdkMeterProvider, trace::SdkTracerProvider};
use rollcall_tls::Watched;
use tracing::Level;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

use crate::{
    config::{LogFormat, TelemetryConfig},
    lifecycle,
};

use collector::Collector;
use visible::Visible;

pub use propagation::{TRACEPARENT, set_parent, traceparent};

/// Some crates are silenced. lapin logs as errors what `amqp` handles and logs; sqlx warns of failures that `outage`
/// logs; h2 warns of callers that it cuts off; ldap3 shows entries that it could not hand over, addresses and all. The
/// configured filter comes later, and wins where it names them.
const QUIET: &str = "lapin=off,ldap3=off,h2=error,sqlx=error,sqlx_core=error";

/// Reasons why telemetry could not begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter has an error.
    #[error("telemetry.log_filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The collector's address is none.
    #[error("telemetry.otlp_endpoint cannot be used")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    /// There is no way to the collector.
    #[error("telemetry.otlp_endpoint cannot be used")]
    Collector(#[from] rollcall_client::EndpointError),
    /// Logging was set up before.
    #[error("telemetry was begun twice")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Parts that must be flushed at the end.
pub struct Telemetry {
    tracer: SdkTracerProvider,
    meter: SdkMeterProvider,
    /// The files of TLS to the collector.
    files: Option<Arc<dyn Watched>>,
}

impl std::fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telemetry").finish_non_exhaustive()
    }
}

/// Begins logs, traces and metrics. Call it inside the runtime, once in a process.
pub fn init(
    name: &'static str,
    version: &'static str,
    config: &TelemetryConfig,
) -> Result<Telemetry, TelemetryError> {
    let resource = Resource::builder()
        .with_service_name(name)
        .with_attribute(opentelemetry::KeyValue::new("service.version", version))
        .build();
    let collector = Collector::of(config)?;
    let tracer = tracer_provider(collector.as_ref(), resource.clone())?;
    let meter = meter_provider(collector.as_ref(), resource)?;
    global::set_meter_provider(meter.clone());
    let log = match config.log_format {
        LogFormat::Text if io::stdout().is_terminal() => tracing_subscriber::fmt::layer()
            .with_ansi(true)
            .with_writer(|| Visible::coloured(io::stdout()))
            .boxed(),
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(|| Visible::text(io::stdout()))
            .boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(|| Visible::json(io::stdout()))
            .boxed(),
    };
    let spans = filter_fn(|metadata| {
        metadata.is_span() && metadata.target().starts_with("rollcall") && *metadata.level() <= Level::INFO
    });
    tracing_subscriber::registry()
        .with(log.with_filter(EnvFilter::try_new(format!("{QUIET},{}", config.log_filter))?))
        .with(
            tracing_opentelemetry::layer()
                .with_tracer(tracer.tracer(name))
                // The layer attaches contexts and keeps times while it holds a span's lock. OpenTelemetry may log
                // during that time, and the log's layer wants the same lock: a thread would wait for itself. No code
                // here uses the attached context, and the log shows the times.
                .with_context_activation(false)
                .with_tracked_inactivity(false)
                .with_filter(spans),
        )
        .try_init()?;
    Ok(Telemetry {
        tracer,
        meter,
        files: collector.and_then(|collector| collector.files()),
    })
}

/// The meter of the service's own counters and histograms; ask for it after telemetry has begun.
pub fn meter(name: &'static str) -> Meter {
    global::meter(name)
}

fn tracer_provider(
    collector: Option<&Collector>,
    resource: Resource,
) -> Result<SdkTracerProvider, TelemetryError> {
    let builder = SdkTracerProvider::builder().with_resource(resource);
    let Some(collector) = collector else {
        return Ok(builder.build());
    };
    let exporter = collector
        .reached_by(opentelemetry_otlp::SpanExporter::builder().with_tonic())
        .build()?;
    Ok(builder.with_batch_exporter(exporter).build())
}

fn meter_provider(
    collector: Option<&Collector>,
    resource: Resource,
) -> Result<SdkMeterProvider, TelemetryError> {
    let builder = SdkMeterProvider::builder().with_resource(resource);
    let Some(collector) = collector else {
        return Ok(builder.build());
    };
    let exporter = collector
        .reached_by(opentelemetry_otlp::MetricExporter::builder().with_tonic())
        .build()?;
    Ok(builder.with_periodic_exporter(exporter).build())
}

impl Telemetry {
    /// The files of TLS to the collector, to be watched; `None` without TLS.
    pub(crate) fn files(&self) -> Option<Arc<dyn Watched>> {
        self.files.clone()
    }

    /// Sends buffered data. The exporters block, so they do it on a thread of their own.
    pub async fn shutdown(self) {
        let flushed = tokio::task::spawn_blocking(move || {
            let traces = self.tracer.shutdown();
            let metrics = self.meter.shutdown();
            (traces, metrics)
        });
        match flushed.await {
            Ok((traces, metrics)) => {
                for error in [traces.err(), metrics.err()].into_iter().flatten() {
                    tracing::warn!(
                        error = lifecycle::chain(&error),
                        "the last traces or metrics were not sent"
                    );
                }
            }
            Err(error) => tracing::warn!(error = lifecycle::chain(&error), "telemetry could not be flushed"),
        }
    }
}
