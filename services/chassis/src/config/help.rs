//! The variables that a service reads, found from its configuration's type, for `--help`.

use std::fmt::Write as _;

use serde::{
    Deserializer,
    de::{self, Visitor, value::MapDeserializer},
    forward_to_deserialize_any,
};

use super::{PREFIX, ServiceConfig, node::ReadError};

/// Meanings of the keys of the shared sections.
const SHARED: &[(&str, &str)] = &[
    (
        "server.listen",
        "address and port of the gRPC server; without mutual TLS only on the loopback",
    ),
    (
        "server.tls_cert_file",
        "the server's certificate chain, PEM; mutual TLS needs all three files",
    ),
    ("server.tls_key_file", "the certificate's key, PEM"),
    (
        "server.tls_client_ca_file",
        "the authority whose clients may call, PEM",
    ),
    (
        "server.insecure_loopback",
        "true: on the loopback, answer without TLS every process of this machine [false]",
    ),
    (
        "server.max_connections",
        "most open connections; one without calls makes room for a new one [2048]",
    ),
    (
        "server.max_connections_per_address",
        "most open connections from one address; raise it behind a proxy [512]",
    ),
    ("server.max_calls", "most open unary calls [1024]"),
    (
        "server.max_calls_per_caller",
        "most open unary calls of one caller, known by the names in its certificate [256]",
    ),
    (
        "server.max_calls_per_second_per_caller",
        "unary calls of one caller in a second; it may save up those of 10 seconds [200]",
    ),
    (
        "server.max_streams",
        "most open streams (watched runs, exports, connection tests) [1024]",
    ),
    (
        "server.max_streams_per_caller",
        "most open streams of one caller [256]",
    ),
    (
        "server.silence_seconds",
        "seconds after which a connection without any call is closed [15]",
    ),
    (
        "server.idle_seconds",
        "seconds after its last call when a connection is closed [1800]",
    ),
    (
        "server.stall_seconds",
        "seconds after which an answer that the caller does not read is cut off [60]",
    ),
    (
        "roles.portal",
        "identities (URIs, else DNS names, of client certificates) that act for tenants; each may be followed by \
         tenants=ID|BEGINNING* and assertion=required [none]",
    ),
    (
        "roles.viewer",
        "identities that read tenants' data, with the same limits [none]",
    ),
    (
        "roles.operator",
        "identities that run the deployment, with the same limits [none]",
    ),
    ("roles.worker", "identities of workers [none]"),
    ("roles.scheduler", "identities of schedulers [none]"),
    (
        "assertions.jwks_file",
        "public keys of the issuer of assertions, a JSON Web Key Set with Ed25519 keys [none]",
    ),
    ("assertions.issuer", "the issuer of assertions, their iss"),
    (
        "assertions.audience",
        "the audience that assertions must name, their aud",
    ),
    ("telemetry.log_format", "text or json [text]"),
    (
        "telemetry.log_filter",
        "lines to log, for example info,rollcall_worker=debug [info]",
    ),
    (
        "telemetry.otlp_endpoint",
        "collector of traces and metrics, for example https://collector.example:4317 [none]",
    ),
    (
        "telemetry.otlp_ca_file",
        "the authority of an https collector's certificate, PEM",
    ),
    (
        "telemetry.otlp_cert_file",
        "the client's certificate chain for the collector, PEM [none]",
    ),
    ("telemetry.otlp_key_file", "the certificate's key, PEM [none]"),
    (
        "telemetry.allow_plaintext",
        "send to a collector on another machine in clear [false]",
    ),
    (
        "lifecycle.drain_seconds",
        "seconds that work in progress may take after the first signal [30]",
    ),
    (
        "database.url",
        "postgres://role:password@host/database; to another machine with ?sslmode=verify-full; a pooler in between must pass on or ignore start-up options \
         (PgBouncer: ignore_startup_parameters = options)",
    ),
    (
        "database.ca_file",
        "the authority of the server's certificate, PEM; with it, certificate and name are always checked [the system's]",
    ),
    (
        "database.allow_plaintext",
        "connect to another machine although its certificate and name are not checked [false]",
    ),
    ("database.max_connections", "most connections that calls use [10]"),
    (
        "database.lock_seconds",
        "seconds that a statement waits for a locked row or table [10]",
    ),
    (
        "database.statement_seconds",
        "seconds that a statement of a call may take [60]",
    ),
    (
        "database.idle_transaction_seconds",
        "seconds that a transaction of a call may be idle before its connection is closed [60]",
    ),
    (
        "amqp.url",
        "amqps://user:password@host:5671/vhost, or amqp:// within this machine",
    ),
    (
        "amqp.ca_file",
        "the authority of the broker's certificate, PEM, and no other [the system's]",
    ),
    ("amqp.cert_file", "the client's certificate chain, PEM [none]"),
    ("amqp.key_file", "the certificate's key, PEM [none]"),
    (
        "amqp.allow_plaintext",
        "connect to another machine in clear [false]",
    ),
];

/// The keys that secrets hide behind, and whose variable therefore has a `_FILE` twin.
const SECRETS: &[&str] = &["database.url", "amqp.url"];

/// The variables of a service and what they mean, one on a line.
pub fn help<C: ServiceConfig>() -> String {
    let mut text = format!(
        "Configuration: a TOML file (--config), overridden by environment variables; key `k` of section `[s]` is \
         {PREFIX}S__K.\nLists are comma-separated. If the configuration is not valid, the service exits with code 64 \
         and names every wrong key.\n"
    );
    for key in keys::<C>() {
        let variable = format!("{PREFIX}{}", key.replace('.', "__").to_uppercase());
        let twin = if SECRETS.contains(&key.as_str()) {
            " (or …_FILE: a file that holds it)"
        } else {
            ""
        };
        let meaning = meaning::<C>(&key).unwrap_or_default();
        // Writing to a String does not fail.
        let _ = write!(text, "\n  {variable}{twin}\n      {meaning}");
    }
    text
}

/// Keys without a meaning in `--help`; a service's test checks that there is none.
pub fn undocumented<C: ServiceConfig>() -> Vec<String> {
    keys::<C>()
        .into_iter()
        .filter(|key| meaning::<C>(key).is_none())
        .collect()
}

fn meaning<C: ServiceConfig>(key: &str) -> Option<&'static str> {
    let mut meanings = C::KEYS.iter().chain(SHARED);
    let own = meanings.find(|(known, _)| *known == key);
    own.or_else(|| {
        // Every listener has the keys of the server.
        let (section, key) = key.split_once('.')?;
        let known = |known: &str| known.strip_prefix("server.") == Some(key);
        let listener = C::LISTENERS.contains(&section);
        SHARED.iter().find(|(shared, _)| listener && known(shared))
    })
    .map(|(_, meaning)| *meaning)
}

/// Every key, found by asking the type to read itself and listening to which fields it asks for.
fn keys<C: ServiceConfig>() -> Vec<String> {
    let mut sections: &[&str] = &[];
    // Nothing is read: the error is how the listener ends the reading.
    let _ = C::deserialize(Listener { heard: &mut sections });
    let mut keys = Vec::new();
    for section in sections {
        let mut fields: &[&str] = &[];
        let listener = Listener { heard: &mut fields };
        let map = MapDeserializer::<_, ReadError>::new(std::iter::once((*section, listener)));
        let _ = C::deserialize(map);
        keys.extend(fields.iter().map(|field| format!("{section}.{field}")));
    }
    keys
}

struct Listener<'a> {
    heard: &'a mut &'static [&'static str],
}

impl de::IntoDeserializer<'_, ReadError> for Listener<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Listener<'_> {
    type Error = ReadError;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, ReadError> {
        Err(de::Error::custom("only listening"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        visitor.visit_some(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        *self.heard = fields;
        self.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
