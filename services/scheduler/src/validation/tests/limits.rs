use rollcall_proto::v1::{NewUsers, Removal, Settings};

use super::{assert_refused, checked};

fn removing(change: impl FnOnce(&mut Removal)) -> impl FnOnce(&mut Settings) {
    |settings| {
        let removal = settings.removal.get_or_insert_default();
        removal.remove_accounts = true;
        change(removal);
    }
}

fn creating_up_to(limit: i32) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.new_users = Some(NewUsers {
            limit_accounts: Some(limit),
            ..NewUsers::default()
        });
    }
}

#[test]
fn limits_are_kept_as_they_are_given_and_zero_is_one() {
    let kept = checked(removing(|removal| {
        removal.limit_accounts = Some(0);
        removal.limit_percent = Some(100);
    }));
    let removal = kept.settings.removal.unwrap();
    assert_eq!(
        (removal.limit_accounts, removal.limit_percent),
        (Some(0), Some(100))
    );

    let none = checked(removing(|_| {})).settings.removal.unwrap();
    assert_eq!((none.limit_accounts, none.limit_percent), (None, None));

    let asks_always = checked(creating_up_to(0)).settings.new_users.unwrap();
    assert_eq!(asks_always.limit_accounts, Some(0));
}

#[test]
fn limits_out_of_range_are_refused() {
    for percent in [101, -1] {
        assert_refused(
            "settings.removal.limit_percent",
            "0 to 100",
            removing(|removal| removal.limit_percent = Some(percent)),
        );
    }
    for accounts in [1_000_001, -1] {
        assert_refused(
            "settings.removal.limit_accounts",
            "0 to 1000000",
            removing(|removal| removal.limit_accounts = Some(accounts)),
        );
        assert_refused(
            "settings.new_users.limit_accounts",
            "0 to 1000000",
            creating_up_to(accounts),
        );
    }
}
