//! The command `rollcall`: the gRPC calls of the portal's back end, for a person at a terminal.
//!
//! It knows the contract (`rollcall-proto`) and nothing of the services behind it. `table` makes the output for people,
//! `rollcall-client` that for programs (`--json`). The commands fetch and decide, and print only through `output`. Answers go to
//! standard output, progress and errors to standard error, so that a pipe only ever carries answers.

mod accounts;
mod acts;
mod args;
mod audit;
mod confirm;
mod connection_test;
mod domains;
mod error;
mod exit;
mod explain;
mod filter;
mod fleet;
mod follow;
mod manual;
mod output;
mod progress;
mod review;
mod rows;
mod runs;
mod settings;
mod table;
mod tenant;
mod usage;
mod zone;

use args::Command;
use rollcall_client::Client;

pub use args::{Args, Subject};
pub use error::Error;
pub use exit::Exit;
pub use output::{Output, complain};
pub use usage::Usage;

/// Does what the command line asks.
pub async fn run(args: Args, output: &mut Output) -> Result<Exit, Error> {
    let client = Client::new(
        args.connection.places(),
        &args.connection.certificates(),
        args.connection.patience(),
    )?
    .asserting(args.connection.assertion_file.clone());
    let subject = args.subject();
    if let Some(tenant) = args.tenant_of_times() {
        output.set_zone(zone::of_tenant(&client, &tenant).await);
    }
    match carry_out(&client, args.command, output).await {
        Err(error) if error.finds_nothing() => Err(tenant::unknown(&client, &subject, error).await),
        Err(Error::Call(error)) => Err(client.diagnosed(error).await.into()),
        done => done,
    }
}

async fn carry_out(client: &Client, command: Command, output: &mut Output) -> Result<Exit, Error> {
    match command {
        Command::Domains(command) => domains::run(client, command, output).await,
        Command::Settings(command) => settings::run(client, command, output).await,
        Command::Test(test) => connection_test::run(client, *test, output).await,
        Command::Filter(command) => filter::run(client, command, output).await,
        Command::Preview(start) => runs::preview(client, start, output).await,
        Command::Sync(sync) => runs::sync(client, sync, output).await,
        Command::Approve(approve) => acts::approve(client, approve, output).await,
        Command::Revert(revert) => acts::revert(client, revert, output).await,
        Command::Resume { tenant } => settings::resume(client, tenant, output).await,
        Command::Cancel(run) => runs::cancel(client, run, output).await,
        Command::Runs(list) => runs::list(client, list, output).await,
        Command::Run(show) => runs::show(client, show, output).await,
        Command::Rows(list) => rows::list(client, list, output).await,
        Command::Csv(export) => rows::csv(client, export, output).await,
        Command::Explain(explain) => explain::run(client, explain, output).await,
        Command::Accounts(list) => accounts::list(client, list, output).await,
        Command::Account(command) => accounts::run(client, command, output).await,
        Command::Audit(list) => audit::list(client, list, output).await,
        Command::Completion { shell } => manual::completion(shell, output),
        Command::Man { folder } => manual::man(&folder, output),
        Command::Fleet { command } => fleet::run(client, command, output).await,
    }
}
