//! What the portal's customers are promised, sentence by sentence, each kept against a real Active Directory.

use anyhow::{Context, Result};
use rollcall_e2e::{
    Forest, Tenant, group, person,
    status::refused,
    tenant::{in_short, portal::typed},
};
use rollcall_proto::v1::{
    Account, AddressType, BuildFilterRequest, Directory, Import, NewUsers, ObjectType, Origin, Reason,
    Removal, RunState, RunTrigger, Schedule, Settings, Verdict,
};
use tonic::Code;

use crate::{
    office::{account, ann_and_bob, imported, office, one_of_each, scheduled_run, tables_with},
    own::people,
};

// How to turn it on?

#[tokio::test]
async fn sync_now_is_an_on_demand_sync() -> Result<()> {
    let (tenant, _) = office("now", ann_and_bob).await?;
    assert!(
        tenant.accounts().await?.is_empty(),
        "saving settings syncs nothing"
    );
    let run = tenant.sync().await?;
    assert_eq!(run.trigger(), RunTrigger::Manual);
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_scheduled_sync_recurs_by_itself() -> Result<()> {
    let (tenant, forest) = office("recurs", ann_and_bob).await?;
    tenant.put_schedule(forest.settings(), 4).await?;
    for already_there in [false, true] {
        let run = scheduled_run(&tenant).await?;
        assert_eq!((run.state(), run.unchanged), (RunState::Succeeded, already_there));
        assert!(tenant.saved().await?.next_run_time.is_some(), "it is due again");
    }
    assert_eq!(tenant.accounts().await?.len(), 2);
    Ok(())
}

// How to turn it off?

#[tokio::test]
async fn deleting_the_sync_settings_turns_it_off() -> Result<()> {
    let (tenant, forest) = office("off", ann_and_bob).await?;
    tenant.put_schedule(forest.settings(), 1).await?;
    tenant.sync().await?;
    tenant.delete_settings().await?;
    assert_eq!(refused(tenant.start_sync().await).reason, "NO_SETTINGS");
    assert_eq!(refused(tenant.saved().await).code, Code::NotFound);
    assert_eq!(tenant.accounts().await?.len(), 2, "accounts stay as they are");
    Ok(())
}

// What will it import?

#[tokio::test]
async fn without_filters_anything_in_the_unit_is_imported() -> Result<()> {
    let (tenant, _) = office("anything", one_of_each).await?;
    tenant.sync().await?;
    let expected = ["contact", "folder", "group", "room", "shared", "user"];
    assert_eq!(
        tenant.primaries().await?,
        expected.map(|name| tenant.address(name))
    );
    Ok(())
}

#[tokio::test]
async fn what_has_no_proxy_address_is_not_imported() -> Result<()> {
    let (tenant, _) = office("proxy", |tenant| {
        vec![
            person("ann").primary(&tenant.address("ann")),
            person("bob").mail(&tenant.address("bob")),
            person("eve"),
        ]
    })
    .await?;
    tenant.sync().await?;
    assert_eq!(tenant.primaries().await?, [tenant.address("ann")]);
    Ok(())
}

#[tokio::test]
async fn filters_and_attributes_change_the_scope() -> Result<()> {
    let (tenant, forest) = office("scope", |tenant| {
        vec![
            person("ann").primary(&tenant.address("ann")),
            person("bob").mail(&tenant.address("bob")),
        ]
    })
    .await?;
    let scoped = |filter: &str, attributes: &[&str]| Directory {
        filter: filter.to_owned(),
        attributes: attributes.iter().map(|&name| name.to_owned()).collect(),
        ..forest.settings()
    };
    for (filter, attributes, expected) in [
        ("(cn=a*)", &[][..], vec!["ann"]),
        ("", &["mail"][..], vec!["bob"]),
        ("", &["mail", "proxyAddresses"][..], vec!["ann", "bob"]),
    ] {
        tenant.put_directory(scoped(filter, attributes)).await?;
        let preview = tenant.preview().await?;
        let expected: Vec<_> = expected.into_iter().map(|name| tenant.address(name)).collect();
        assert_eq!(
            imported(&tenant, &preview).await?,
            expected,
            "{filter} {attributes:?}"
        );
    }
    Ok(())
}

/// Syncs somebody with such a value in such an attribute; answers the tables that then hold it.
async fn tables_after_sync(word: &str, attribute: &str, value: &str) -> Result<Vec<String>> {
    let (tenant, forest) = office(word, ann_and_bob).await?;
    forest.set("ann", attribute, &[value]).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 2);
    tables_with(value).await
}

fn unheard_of() -> String {
    format!("unheard{}", uuid::Uuid::new_v4().simple())
}

#[tokio::test]
async fn first_and_last_names_are_not_pulled_in() -> Result<()> {
    for attribute in ["givenName", "sn"] {
        assert!(
            tables_after_sync("names", attribute, &unheard_of())
                .await?
                .is_empty(),
            "{attribute}"
        );
    }
    Ok(())
}

// What is the preview and the export showing me?

#[tokio::test]
async fn the_results_preview_lists_the_addresses_that_will_be_imported() -> Result<()> {
    let (tenant, _) = office("results", ann_and_bob).await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        ["ann", "bob"].map(|name| tenant.address(name))
    );
    assert!(tenant.accounts().await?.is_empty(), "it imports nothing itself");
    Ok(())
}

#[tokio::test]
async fn the_export_lists_addresses_with_their_type_and_primary_as_they_are_in_the_directory() -> Result<()> {
    let (tenant, _) = office("export", |tenant| {
        vec![
            person("ann")
                .primary(&tenant.address("ann"))
                .alias(&tenant.address("office")),
        ]
    })
    .await?;
    let preview = tenant.preview().await?;
    let csv = tenant.csv(&preview.run_id).await?;
    let (ann, alias) = (tenant.address("ann"), tenant.address("office"));
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0][..3], ["address", "address_type", "primary_address"]);
    assert_eq!(lines[1][..3], [&*ann, "PRIMARY", &*ann]);
    assert_eq!(lines[2][..3], [&*alias, "ALIAS", &*ann]);
    Ok(())
}

// Can I specify what I want to import?

#[tokio::test]
async fn one_domain_several_or_all_can_be_imported() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("domains").await?;
    let domains = ["a", "b", "c"].map(|name| format!("{name}.{}", tenant.domain));
    let named: Vec<_> = domains.iter().map(|domain| (domain.as_str(), "")).collect();
    tenant.put_domains(&named).await?;
    for domain in &domains {
        forest
            .add(&person(&domain[..1]).primary(&format!("somebody@{domain}")))
            .await?;
    }
    for chosen in [&domains[..1], &domains[..2], &domains[..]] {
        let filter = BuildFilterRequest {
            domains: chosen.to_vec(),
            ..BuildFilterRequest::default()
        };
        let filter = tenant.build_filter(filter).await?.filter;
        let by_filter = Settings {
            directory: Some(Directory {
                filter,
                ..forest.settings()
            }),
            ..tenant.settings(forest.settings())
        };
        let by_choice = Settings {
            import: Some(Import {
                domains: chosen.to_vec(),
                ..Import::default()
            }),
            ..tenant.settings(forest.settings())
        };
        let expected: Vec<_> = chosen.iter().map(|domain| format!("somebody@{domain}")).collect();
        for settings in [by_filter, by_choice] {
            tenant.put(settings).await?;
            assert_eq!(imported(&tenant, &tenant.preview().await?).await?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn one_type_of_object_or_several_can_be_imported() -> Result<()> {
    let (tenant, forest) = office("types", one_of_each).await?;
    for (types, expected) in [
        (vec![ObjectType::User], vec!["user"]),
        (vec![ObjectType::Group], vec!["group"]),
        (vec![ObjectType::User, ObjectType::Group], vec!["group", "user"]),
    ] {
        let types: Vec<i32> = types.into_iter().map(Into::into).collect();
        let request = BuildFilterRequest {
            object_types: types.clone(),
            recipient_types: true,
            ..BuildFilterRequest::default()
        };
        let filtered = Directory {
            filter: tenant.build_filter(request).await?.filter,
            ..forest.settings()
        };
        let chosen = Settings {
            import: Some(Import {
                object_types: types,
                ..Import::default()
            }),
            ..tenant.settings(forest.settings())
        };
        let expected: Vec<_> = expected.into_iter().map(|name| tenant.address(name)).collect();
        for settings in [tenant.settings(filtered), chosen] {
            tenant.put(settings).await?;
            assert_eq!(imported(&tenant, &tenant.preview().await?).await?, expected);
        }
    }
    Ok(())
}

#[tokio::test]
async fn preview_and_export_show_the_results_of_the_filter_string() -> Result<()> {
    let (tenant, forest) = office("shown", ann_and_bob).await?;
    let directory = Directory {
        filter: "(cn=bob)".to_owned(),
        ..forest.settings()
    };
    tenant.put_directory(directory).await?;
    let preview = tenant.preview().await?;
    assert_eq!(imported(&tenant, &preview).await?, [tenant.address("bob")]);
    let csv = tenant.csv(&preview.run_id).await?;
    assert!(
        csv.contains(&tenant.address("bob")) && !csv.contains(&tenant.address("ann")),
        "{csv}"
    );
    Ok(())
}

// How do I create a search base?

#[tokio::test]
async fn a_search_base_pulls_from_a_specific_place() -> Result<()> {
    let (tenant, forest) = office("base", ann_and_bob).await?;
    forest.add_unit("MyBusiness").await?;
    forest.move_to("ann", "MyBusiness").await?;
    let directory = Directory {
        search_base: format!("OU=MyBusiness,{}", forest.base()),
        ..forest.settings()
    };
    tenant.put_directory(directory).await?;
    assert_eq!(
        imported(&tenant, &tenant.preview().await?).await?,
        [tenant.address("ann")]
    );
    Ok(())
}

// What can I expect to be imported, and what not?

/// Somebody with an alias of another username, and one of the same username in another domain.
async fn with_a_duplicate(word: &str) -> Result<(Tenant, String)> {
    let (tenant, forest) = Forest::active_directory(word).await?;
    let second = format!("second.{}", tenant.domain);
    tenant.put_domains(&[(&tenant.domain, ""), (&second, "")]).await?;
    let duplicate = format!("ann@{second}");
    let ann = person("ann")
        .primary(&tenant.address("ann"))
        .alias(&tenant.address("office"));
    forest.add(&ann.alias(&duplicate)).await?;
    tenant.put_directory(forest.settings()).await?;
    Ok((tenant, duplicate))
}

#[tokio::test]
async fn the_preview_has_all_addresses_with_aliases_whose_username_is_no_duplicate() -> Result<()> {
    let (tenant, duplicate) = with_a_duplicate("aliases").await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        ["ann", "office"].map(|name| tenant.address(name))
    );
    let rows = tenant.rows(&preview.run_id).await?;
    let refused = rows
        .iter()
        .find(|row| row.address == duplicate)
        .context("the duplicate")?;
    assert_eq!(
        (refused.verdict(), refused.reason()),
        (Verdict::Skip, Reason::DuplicateUsername)
    );
    Ok(())
}

#[tokio::test]
async fn what_the_preview_does_not_import_is_not_imported() -> Result<()> {
    let (tenant, duplicate) = with_a_duplicate("duplicates").await?;
    let promised = in_short(&tenant.rows(&tenant.preview().await?.run_id).await?);
    let done = in_short(&tenant.rows(&tenant.sync().await?.run_id).await?);
    assert_eq!(promised, done);
    assert_eq!(tenant.account_of(&duplicate).await?, None);
    Ok(())
}

// How soon and frequently can I import?

#[tokio::test]
async fn sync_now_imports_at_once_whatever_the_schedule() -> Result<()> {
    let (tenant, forest) = office("soon", ann_and_bob).await?;
    let scheduled = tenant.put_schedule(forest.settings(), 24).await?;
    tenant.sync().await?;
    assert_eq!(tenant.accounts().await?.len(), 2);
    assert_eq!(tenant.saved().await?.next_run_time, scheduled.next_run_time);
    Ok(())
}

#[tokio::test]
async fn a_schedule_is_every_1_to_24_hours_a_minute_past_the_hour() -> Result<()> {
    let (tenant, forest) = office("hours", |_| Vec::new()).await?;
    for every_hours in 1..=24 {
        let settings = tenant.put_schedule(forest.settings(), every_hours).await?;
        let next = settings.next_run_time.context("a next run")?.seconds;
        assert_eq!(next.rem_euclid(3600), 60, "every {every_hours} hours");
        let hour = next.div_euclid(3600).rem_euclid(24);
        assert_eq!(
            hour % i64::from(every_hours),
            0,
            "every {every_hours} hours from midnight"
        );
    }
    let refusal = refused(tenant.put_schedule(forest.settings(), 25).await);
    assert_eq!(refusal.fields, ["settings.schedule.every_hours"]);
    Ok(())
}

#[tokio::test]
async fn every_24_hours_is_a_minute_past_midnight_of_the_tenants_own_clock() -> Result<()> {
    let (tenant, forest) = office("midnight", |_| Vec::new()).await?;
    let schedule = Schedule {
        every_hours: 24,
        time_zone: "Asia/Kolkata".to_owned(),
    };
    let settings = Settings {
        schedule: Some(schedule),
        ..tenant.settings(forest.settings())
    };
    let next = tenant.put(settings).await?.next_run_time.context("a next run")?;
    // India's clocks are five and a half hours ahead, the whole year.
    assert_eq!((next.seconds + 5 * 3600 + 1800).rem_euclid(86_400), 60);
    Ok(())
}

#[tokio::test]
async fn sync_now_takes_what_is_in_the_directory_and_the_schedule_goes_on_from_there() -> Result<()> {
    let (tenant, forest) = office("then", ann_and_bob).await?;
    tenant.put_schedule(forest.settings(), 12).await?;
    tenant.sync().await?;
    forest.add(&person("eve").primary(&tenant.address("eve"))).await?;
    let run = scheduled_run(&tenant).await?;
    assert_eq!(run.counts.context("counts")?.add, 1);
    assert_eq!(tenant.accounts().await?.len(), 3);
    Ok(())
}

// What does it bring across?

#[tokio::test]
async fn passwords_are_not_brought_across() -> Result<()> {
    let tables = tables_after_sync("password", "userPassword", &unheard_of()).await?;
    assert!(tables.is_empty(), "{tables:?}");
    Ok(())
}

#[tokio::test]
async fn the_last_name_is_the_domain() -> Result<()> {
    let (tenant, forest) = office("lastname", ann_and_bob).await?;
    forest.set("ann", "sn", &["Adler"]).await?;
    tenant.sync().await?;
    assert_eq!(account(&tenant, "ann").await?.last_name, tenant.domain);
    Ok(())
}

#[tokio::test]
async fn permissions_and_group_memberships_are_not_brought_across() -> Result<()> {
    let (tenant, forest) = office("members", ann_and_bob).await?;
    let name = unheard_of();
    forest.add(&group(&name)).await?;
    let ann = forest.dn("ann").await?;
    forest.set(&name, "member", &[&ann]).await?;
    tenant.sync().await?;
    assert_eq!(tables_with(&name).await?, Vec::<String>::new());

    let members = Directory {
        filter: format!("(memberOf=CN={name},{})", forest.base()),
        ..forest.settings()
    };
    tenant.put_directory(members).await?;
    let preview = tenant.preview().await?;
    assert_eq!(
        imported(&tenant, &preview).await?,
        [tenant.address("ann")],
        "the customer's server matches users to groups, and answers a filter on it"
    );
    Ok(())
}

#[tokio::test]
async fn user_aliases_come_with_their_user() -> Result<()> {
    let (tenant, _) = with_a_duplicate("useralias").await?;
    tenant.sync().await?;
    let ann = account(&tenant, "office").await?;
    assert_eq!(ann.primary_address, tenant.address("ann"));
    assert_eq!(ann.addresses[1].address_type(), AddressType::Alias);
    Ok(())
}

#[tokio::test]
async fn domain_aliases_come_if_users_are_listed_with_them() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("domainalias").await?;
    let alias = format!("alias.{}", tenant.domain);
    tenant
        .put_domains(&[(&tenant.domain, ""), (&alias, &tenant.domain)])
        .await?;
    let listed = person("ann").primary(&tenant.address("ann"));
    forest.add(&listed.alias(&format!("ann@{alias}"))).await?;
    forest.add(&person("bob").primary(&tenant.address("bob"))).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let types = |account: Account| -> Vec<_> {
        let addresses = account.addresses.into_iter();
        addresses.map(|address| address.address_type()).collect()
    };
    assert_eq!(
        types(account(&tenant, "ann").await?),
        [AddressType::Primary, AddressType::DomainAlias]
    );
    assert_eq!(types(account(&tenant, "bob").await?), [AddressType::Primary]);
    Ok(())
}

// How often does it check?

#[tokio::test]
async fn it_can_check_as_often_as_every_hour_and_be_delayed_by_hours_up_to_24() -> Result<()> {
    let (tenant, forest) = office("often", |_| Vec::new()).await?;
    for (every_hours, longest) in [(1, 3_600), (2, 7_200), (24, 86_400)] {
        let settings = tenant.put_schedule(forest.settings(), every_hours).await?;
        let next = settings.next_run_time.context("a next run")?.seconds;
        let wait = next - settings.update_time.context("when it was saved")?.seconds;
        assert!(
            (0..=longest).contains(&wait),
            "every {every_hours} hours: in {wait} s"
        );
    }
    Ok(())
}

// Does it automatically remove users?

#[tokio::test]
async fn whoever_left_the_directory_is_not_removed_by_default() -> Result<()> {
    let (tenant, forest) = office("stays", ann_and_bob).await?;
    tenant.sync().await?;
    forest.remove("bob").await?;
    tenant.sync().await?;
    assert!(account(&tenant, "bob").await?.stale_since.is_some());
    Ok(())
}

#[tokio::test]
async fn with_remove_accounts_all_addresses_go_that_the_directory_does_not_hold() -> Result<()> {
    let (tenant, forest) = Forest::active_directory("remove").await?;
    people(&tenant, &forest, 8).await?;
    tenant.put_directory(forest.settings()).await?;
    tenant.sync().await?;
    let by_hand = typed(&tenant.address("typed"), &[]);
    assert_eq!(tenant.put_account(by_hand).await?.origin(), Origin::Manual);
    forest.remove("p7").await?;
    let removal = Removal {
        remove_accounts: true,
        ..Removal::default()
    };
    tenant.put_removal(forest.settings(), removal).await?;
    tenant.preview().await?;
    tenant.sync().await?;
    let left: Vec<_> = (0..7).map(|n| tenant.address(&format!("p{n}"))).collect();
    assert_eq!(tenant.primaries().await?, left, "hand-made ones go too");
    Ok(())
}

#[tokio::test]
async fn there_are_manual_and_automatic_syncs() -> Result<()> {
    let (tenant, forest) = office("both", ann_and_bob).await?;
    tenant.put_schedule(forest.settings(), 6).await?;
    assert_eq!(tenant.sync().await?.trigger(), RunTrigger::Manual);
    assert_eq!(scheduled_run(&tenant).await?.trigger(), RunTrigger::Scheduled);
    Ok(())
}

// Can we see what their login is?

#[tokio::test]
async fn the_username_is_shown_in_plain_text_and_the_password_never() -> Result<()> {
    let (tenant, forest) = office("login", ann_and_bob).await?;
    tenant.sync().await?;
    let shown = tenant.saved().await?;
    let directory = shown.directory.context("a directory")?;
    assert_eq!(directory.bind_username, forest.settings().bind_username);
    assert_eq!((directory.bind_password, shown.credential_set), (None, true));
    let password = forest.settings().bind_password.context("a password")?;
    assert_eq!(tables_with(&password).await?, Vec::<String>::new());
    Ok(())
}

// Is one of their account names interfering?

#[tokio::test]
async fn the_preview_shows_which_address_an_account_of_the_portal_interferes_with() -> Result<()> {
    let (tenant, _) = office("interferes", |tenant| {
        vec![
            person("ann")
                .primary(&tenant.address("ann"))
                .alias(&tenant.address("office")),
        ]
    })
    .await?;
    let by_hand = typed(&tenant.address("desk"), &[&tenant.address("office")]);
    tenant.put_account(by_hand).await?;
    let preview = tenant.preview().await?;
    let rows = tenant.rows(&preview.run_id).await?;
    assert_eq!(imported(&tenant, &preview).await?, [tenant.address("ann")]);
    let row = rows
        .iter()
        .find(|row| row.address == tenant.address("office"))
        .context("the address")?;
    assert_eq!(row.reason(), Reason::InterferesWithPortalAccount);
    assert_eq!(row.other, tenant.address("desk"), "it is said who interferes");
    assert!(
        tenant
            .csv(&preview.run_id)
            .await?
            .contains(&tenant.address("office")),
        "the export has every address that the directory has"
    );
    Ok(())
}

// What options does it apply by default for new users?

#[tokio::test]
async fn new_users_get_hsr_if_the_box_is_checked_and_not_by_default() -> Result<()> {
    let (tenant, forest) = office("hsr", ann_and_bob).await?;
    tenant.sync().await?;
    assert!(!account(&tenant, "ann").await?.hsr_enabled);
    forest.add(&person("eve").primary(&tenant.address("eve"))).await?;
    let new_users = NewUsers {
        send_hsr: true,
        send_welcome: false,
    };
    let settings = Settings {
        new_users: Some(new_users),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    tenant.sync().await?;
    assert!(account(&tenant, "eve").await?.hsr_enabled);
    assert!(!account(&tenant, "ann").await?.hsr_enabled, "ann is not new");
    Ok(())
}

#[tokio::test]
async fn other_types_than_users_get_neither_hsr_nor_a_welcome() -> Result<()> {
    let (tenant, forest) = office("welcome", one_of_each).await?;
    let new_users = NewUsers {
        send_hsr: true,
        send_welcome: true,
    };
    let settings = Settings {
        new_users: Some(new_users),
        ..tenant.settings(forest.settings())
    };
    tenant.put(settings).await?;
    let preview = tenant.preview().await?;
    let run = tenant.sync().await?;
    for run in [preview, run] {
        assert_eq!(run.counts.context("counts")?.welcomes, 1, "the user's");
    }
    let with_hsr: Vec<_> = tenant
        .accounts()
        .await?
        .into_iter()
        .filter(|account| account.hsr_enabled)
        .map(|account| account.primary_address)
        .collect();
    assert_eq!(with_hsr, [tenant.address("user")]);
    Ok(())
}
