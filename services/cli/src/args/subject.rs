//! Subject of a command: the names that its errors and advice use.

use super::{AccountCommand, Args, Command, DomainsCommand, ListAudit, NamedAccount, SettingsCommand};

/// The tenant, the run and the address that a command line names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The tenant.
    pub(crate) tenant: Option<String>,
    /// The run.
    pub(crate) run: Option<String>,
    /// An address, or an account by its address or id.
    pub(crate) address: Option<String>,
}

impl Subject {
    fn of_tenant(tenant: &str) -> Self {
        Self {
            tenant: Some(tenant.to_owned()),
            ..Self::default()
        }
    }

    fn run(self, run: Option<&str>) -> Self {
        Self {
            run: run.map(str::to_owned),
            ..self
        }
    }

    fn address(self, address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            ..self
        }
    }

    fn of_account(named: &NamedAccount) -> Self {
        Self::of_tenant(&named.tenant).address(&named.account)
    }
}

impl Args {
    /// The subject of the command.
    pub fn subject(&self) -> Subject {
        match &self.command {
            Command::Domains(
                DomainsCommand::Add { tenant, .. }
                | DomainsCommand::Remove { tenant, .. }
                | DomainsCommand::Put { tenant, .. }
                | DomainsCommand::Show { tenant },
            )
            | Command::Resume { tenant } => Subject::of_tenant(tenant),
            Command::Settings(command) => of_settings(command),
            Command::Test(test) => Subject::of_tenant(&test.tenant),
            Command::Preview(start) => Subject::of_tenant(&start.tenant),
            Command::Sync(sync) => Subject::of_tenant(&sync.start.tenant).run(sync.expect.as_deref()),
            Command::Approve(approve) => Subject::of_tenant(&approve.tenant).run(approve.run.as_deref()),
            Command::Revert(revert) => Subject::of_tenant(&revert.tenant).run(Some(&revert.run)),
            Command::Cancel(run) => Subject::of_tenant(&run.tenant).run(Some(&run.run)),
            Command::Runs(list) => Subject::of_tenant(&list.tenant),
            Command::Run(show) => Subject::of_tenant(&show.tenant).run(show.run.as_deref()),
            Command::Rows(list) => Subject::of_tenant(&list.tenant).run(list.run.as_deref()),
            Command::Csv(export) => Subject::of_tenant(&export.tenant).run(export.run.as_deref()),
            Command::Explain(explain) => Subject::of_tenant(&explain.tenant).address(&explain.address),
            Command::Accounts(list) => Subject::of_tenant(&list.tenant),
            Command::Account(command) => of_account(command),
            Command::Audit(list) => of_audit(list),
            Command::Domains(DomainsCommand::Owner { .. } | DomainsCommand::Release { .. })
            | Command::Filter(_)
            | Command::Fleet { .. }
            | Command::Completion { .. }
            | Command::Man { .. } => Subject::default(),
        }
    }

    /// The tenant in whose zone the answer shows times; `None` if it shows none, or those of all tenants.
    pub(crate) fn tenant_of_times(&self) -> Option<String> {
        match &self.command {
            _ if self.json => None,
            Command::Domains(_)
            | Command::Settings(_)
            | Command::Resume { .. }
            | Command::Csv(_)
            | Command::Cancel(_) => None,
            _ => self.subject().tenant,
        }
    }
}

fn of_audit(list: &ListAudit) -> Subject {
    match &list.tenant {
        Some(tenant) => Subject::of_tenant(tenant).run(list.run.as_deref()),
        None => Subject::default(),
    }
}

fn of_settings(command: &SettingsCommand) -> Subject {
    match command {
        SettingsCommand::Put(put) => Subject::of_tenant(&put.tenant),
        SettingsCommand::Show { tenant } | SettingsCommand::Delete { tenant, .. } => {
            Subject::of_tenant(tenant)
        }
        SettingsCommand::List { .. } => Subject::default(),
    }
}

fn of_account(command: &AccountCommand) -> Subject {
    match command {
        AccountCommand::Show { account, .. } => Subject::of_account(account),
        AccountCommand::Put(edit) => Subject::of_account(&edit.account),
        AccountCommand::Remove(named) | AccountCommand::Restore(named) => Subject::of_account(named),
        AccountCommand::Protect(protect) => Subject::of_account(&protect.account),
    }
}
