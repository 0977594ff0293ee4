//! A look at whether the topology is declared. It takes no rights, and changes nothing.

use lapin::{
    Channel, Connection,
    options::{ExchangeDeclareOptions, QueueDeclareOptions},
    types::FieldTable,
};

use super::{AmqpError, Fault, topology, within};

/// Answers if everything that lasts is there; the first that is not is named.
pub(super) async fn check(connection: &Connection) -> Result<(), AmqpError> {
    // The broker closes it when it is asked for what does not exist.
    let channel = &within("opening a channel", connection.create_channel()).await?;
    for (name, kind) in topology::exchanges() {
        let options = ExchangeDeclareOptions {
            passive: true,
            ..ExchangeDeclareOptions::default()
        };
        let asking = channel.exchange_declare(name.into(), kind, options, FieldTable::default());
        there(name, within("asking for an exchange", asking).await)?;
    }
    for spec in topology::queues() {
        let options = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let asking = channel.queue_declare(spec.name.into(), options, FieldTable::default());
        there(spec.name, within("asking for a queue", asking).await)?;
    }
    close(channel).await;
    Ok(())
}

fn there<T>(name: &'static str, answer: Result<T, AmqpError>) -> Result<(), AmqpError> {
    match answer {
        Ok(_) => Ok(()),
        Err(AmqpError::Broken {
            source: Fault::Refused(_),
            ..
        }) => Err(AmqpError::Undeclared(name)),
        Err(error) => Err(error),
    }
}

/// A channel that is left open costs no more than itself.
async fn close(channel: &Channel) {
    const REPLY_SUCCESS: u16 = 200;
    let _ = within("closing a channel", channel.close(REPLY_SUCCESS, "OK".into())).await;
}
