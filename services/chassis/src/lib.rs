//! What every service shares: configuration, telemetry, TLS, gRPC, AMQP, PostgreSQL, health, shutdown.
