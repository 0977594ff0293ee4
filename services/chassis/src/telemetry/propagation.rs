//! The trace context as text, in W3C's form: `00-<trace>-<span>-<flags>`.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The header, metadata key and column that carry a trace from one process to the next.
pub const TRACEPARENT: &str = "traceparent";

/// The current span's context; None outside of any span.
pub fn traceparent() -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&Span::current().context(), &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Makes a span the child of one in another process. Only a span that was not entered yet has no parent. Text that is
/// not a trace context is ignored, because a trace is never worth a failure.
pub fn set_parent(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(TRACEPARENT.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    if let Err(error) = span.set_parent(context) {
        tracing::debug!(%error, "the span keeps the parent that it has");
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::{set_parent, traceparent};

    fn in_a_process<T>(body: impl FnOnce() -> T) -> T {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let subscriber =
            tracing_subscriber::registry().with(tracing_opentelemetry::layer().with_tracer(tracer));
        tracing::subscriber::with_default(subscriber, body)
    }

    fn trace_id(traceparent: &str) -> &str {
        traceparent.split('-').nth(1).expect("a trace id")
    }

    #[test]
    fn a_trace_runs_from_one_process_to_the_next_without_a_collector() {
        let first = in_a_process(|| tracing::info_span!("first").in_scope(traceparent)).expect("a context");
        let second = in_a_process(|| {
            let span = tracing::info_span!("second");
            set_parent(&span, &first);
            span.in_scope(traceparent)
        })
        .expect("a context");
        assert_eq!(trace_id(&first), trace_id(&second));
        assert_ne!(first, second);
    }

    #[test]
    fn without_a_span_there_is_no_context() {
        assert_eq!(in_a_process(traceparent), None);
    }

    #[test]
    fn nonsense_begins_a_trace_of_its_own() {
        let context = in_a_process(|| {
            let span = tracing::info_span!("span");
            set_parent(&span, "nonsense");
            span.in_scope(traceparent)
        });
        assert!(context.is_some());
    }
}
