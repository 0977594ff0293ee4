//! The broker to connect to: its URL, and the certificates of TLS.

use std::sync::Arc;

use lapin::{Connection, ConnectionProperties, uri::AMQPUri};
use rollcall_tls::{ClientFiles, Reloading, Watched};

use super::{AmqpError, dial::dial, within};
use crate::config::AmqpConfig;

/// A peer that is silent for two of these is dead.
const HEARTBEAT_SECONDS: u16 = 10;

/// A broker, and the name under which its operator sees this process.
pub(super) struct Target {
    uri: AMQPUri,
    /// `None` if it is spoken to in clear.
    tls: Option<Arc<Reloading<ClientFiles>>>,
    name: String,
}

impl Target {
    /// Reads the URL, and every file once: what is wrong with them now would be wrong later.
    pub(super) fn new(config: &AmqpConfig, name: &str) -> Result<Self, AmqpError> {
        let mut uri: AMQPUri = config.url.expose().parse().map_err(|_| AmqpError::Url)?;
        uri.query.heartbeat.get_or_insert(HEARTBEAT_SECONDS);
        let tls = config.files().map(Reloading::new).transpose()?;
        Ok(Self {
            uri,
            tls: tls.map(Arc::new),
            name: name.to_owned(),
        })
    }

    /// The files of TLS, to be watched.
    pub(super) fn files(&self) -> Option<Arc<dyn Watched>> {
        let tls = Arc::clone(self.tls.as_ref()?);
        Some(tls)
    }

    /// Connects, within the time that one exchange of words may take.
    pub(super) async fn connect(&self) -> Result<Connection, AmqpError> {
        let properties = ConnectionProperties::default().with_connection_name(self.name.as_str().into());
        let tls = self.tls.as_ref().map(|tls| {
            // Files that cannot be used leave those in place that were read before; whoever watches them reports it.
            tls.refresh();
            tls.current().into()
        });
        let connecting = dial(self.uri.clone(), tls, properties);
        within("connecting to the broker", Box::pin(connecting)).await
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{AmqpError, Target};
    use crate::config::{AmqpConfig, Secret};

    fn config(url: &str) -> AmqpConfig {
        AmqpConfig::new(Secret::new(url))
    }

    #[test]
    fn the_heartbeat_is_ours_unless_the_url_says_otherwise() {
        let heartbeat =
            |url: &str| Target::new(&config(url), "test").map(|target| target.uri.query.heartbeat);
        assert_eq!(heartbeat("amqp://u:p@localhost/v").expect("a URL"), Some(10));
        assert_eq!(
            heartbeat("amqp://u:p@localhost/v?heartbeat=60").expect("a URL"),
            Some(60)
        );
    }

    #[test]
    fn what_is_no_url_is_refused_without_showing_it() {
        let error = Target::new(&config("http://u:hunter2@localhost"), "test")
            .err()
            .expect("no AMQP URL");
        assert!(matches!(error, AmqpError::Url));
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }

    #[test]
    fn a_file_of_tls_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ca.pem");
        let mut config = config("amqps://u:p@localhost/v");
        config.ca_file = Some(path.clone());
        let refused = |config: &AmqpConfig| Target::new(config, "test").err().expect("no TLS").to_string();
        assert!(
            refused(&config).contains("cannot be read from"),
            "{}",
            refused(&config)
        );
        fs::write(&path, "no certificate").expect("a file");
        assert!(
            refused(&config).ends_with("holds no certificate in PEM"),
            "{}",
            refused(&config)
        );
    }
}
