use rollcall_domain::{PermittedAttributes, Ports};
use rollcall_proto::v1::{Directory, Security};

use super::{assert_directory_refused, deployment, domains, good};
use crate::validation::{Deployment, check};

#[test]
fn a_malformed_host_is_refused() {
    for (host, words) in [
        ("", "host name"),
        ("ldaps://dc1.example", "not a URL"),
        ("dc1.example:636", "without a port"),
        ("[2001:db8::1]", "without brackets"),
        ("[2001:db8::1]:636", "without brackets"),
        ("dc 1", "host name"),
        ("dc1.example, dc2.example", "one host"),
        ("dc1 192.0.2.1;dc2", "one host"),
        ("-dc.example", "host name"),
        ("dc..example", "host name"),
        ("256.1.1.1", "host name"),
        ("fe80::1%eth0", "host name"),
        ("dc1.example\0", "U+0000"),
        (
            "dc\u{200b}1.example",
            r"the invisible character U+200B: dc\u{200b}1.example",
        ),
        (&"a".repeat(64), "host name"),
    ] {
        assert_directory_refused("hosts[0]", words, |directory| {
            directory.hosts = vec![host.to_owned()];
        });
    }
    assert_directory_refused("hosts[1]", "twice", |directory| {
        directory.hosts.push("DC1.corp.example".to_owned());
    });
    assert_directory_refused("hosts", "1 to 8", |directory| directory.hosts.clear());
    assert_directory_refused("hosts", "1 to 8", |directory| {
        directory.hosts = (0..9).map(|number| format!("dc{number}")).collect();
    });
}

#[test]
fn a_port_out_of_range_is_refused() {
    for port in [65_536, -1] {
        assert_directory_refused("port", "1 to 65535", |directory| directory.port = port);
    }
}

#[test]
fn a_port_that_the_operator_does_not_list_is_refused_with_those_that_are() {
    for port in [22, 5_432, 8_636] {
        assert_directory_refused("port", "expected 389, 636, 3268 or 3269", |directory| {
            directory.port = port;
        });
    }
    let ports = Ports::try_from(vec!["1024-65535".to_owned()]).unwrap();
    let deployment = Deployment {
        ports,
        ..deployment()
    };
    let with = |port| {
        let mut settings = good();
        settings.directory.as_mut().unwrap().port = port;
        check(settings, &domains(), &deployment)
    };
    assert!(with(8_636).is_ok());
    assert!(with(0).is_err(), "the port of the security mode is no exception");
}

#[test]
fn plaintext_is_refused_unless_the_deployment_allows_it() {
    let plaintext = |directory: &mut Directory| directory.set_security(Security::Plaintext);
    assert_directory_refused("security", "not allowed here", plaintext);

    let mut settings = good();
    plaintext(settings.directory.as_mut().unwrap());
    let deployment = Deployment {
        allow_plaintext: true,
        ..deployment()
    };
    assert_eq!(
        check(settings, &domains(), &deployment)
            .unwrap()
            .settings
            .directory
            .unwrap()
            .port,
        389
    );
}

#[test]
fn a_bind_username_is_required_and_bounded() {
    for (name, words) in [
        ("", "required"),
        ("  ", "required"),
        ("a\nb", "control"),
        (&"x".repeat(1_025), "1024"),
    ] {
        assert_directory_refused("bind_username", words, |directory| {
            name.clone_into(&mut directory.bind_username);
        });
    }
}

#[test]
fn an_empty_or_endless_password_is_refused() {
    for (password, words) in [("", "must not be empty"), (&"x".repeat(1_025), "1024 bytes")] {
        assert_directory_refused("bind_password", words, |directory| {
            directory.bind_password = Some(password.to_owned());
        });
    }
}

fn bases(bases: &[&str]) -> impl FnOnce(&mut Directory) {
    let bases: Vec<_> = bases.iter().map(|base| (*base).to_owned()).collect();
    |directory| directory.search_bases = bases
}

#[test]
fn a_malformed_search_base_is_refused_with_its_position() {
    for base in [
        "OU=People,,DC=example",
        r#"OU="Sales, East",DC=corp,DC=example"#,
        "OU=Staff;DC=corp;DC=example",
    ] {
        assert_directory_refused("search_bases[0]", "at character", bases(&[base]));
    }
    let long = format!("CN={}", "x".repeat(5_000));
    assert_directory_refused("search_bases[1]", "4096", bases(&["", &long]));
}

#[test]
fn a_search_base_in_another_notation_is_refused_with_the_dn_that_is_expected() {
    for (base, expected) in [
        ("corp.example/Staff", "enter it as OU=Staff,DC=corp,DC=example"),
        ("corp.example", "enter it as DC=corp,DC=example"),
        (
            "LDAP://OU=Staff,DC=corp,DC=example",
            "enter it as OU=Staff,DC=corp,DC=example",
        ),
        (
            "<GUID=11111111-2222-3333-4444-555555555555>",
            "expected a DN such as OU=Staff,DC=corp,DC=example",
        ),
    ] {
        assert_directory_refused("search_bases[0]", expected, bases(&[base]));
    }
}

#[test]
fn only_a_base_without_a_character_is_the_root_of_the_tree() {
    for base in [" ", "\u{a0}", "\u{200b}"] {
        assert_directory_refused("search_bases[0]", "cannot be seen", bases(&[base]));
    }
}

#[test]
fn search_bases_are_few_and_none_is_given_twice() {
    let many: Vec<_> = (0..17).map(|number| format!("OU={number},DC=corp")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_directory_refused("search_bases", "at most 16", bases(&many));
    assert_directory_refused(
        "search_bases[1]",
        "twice",
        bases(&["DC=corp,DC=a", "dc=CORP, dc=a"]),
    );
    assert_directory_refused("search_bases[1]", "twice", bases(&["", ""]));
}

#[test]
#[expect(deprecated, reason = "it is about callers that know only one search base")]
fn the_one_base_of_older_callers_stands_beside_no_others() {
    assert_directory_refused("search_base", "search_bases", |directory| {
        directory.search_bases = vec!["DC=a".to_owned()];
        directory.search_base = "DC=b".to_owned();
    });
}

#[test]
fn a_malformed_filter_is_refused_with_its_position() {
    for filter in [
        "(mail=*",
        "(&(mail=*)(cn=",
        "mail",
        "(cn=\\zz)",
        &"(".repeat(20_000),
    ] {
        assert_directory_refused("filter", "at character", |directory| {
            filter.clone_into(&mut directory.filter);
        });
    }
}

#[test]
fn malformed_attributes_are_refused() {
    let set = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        move |directory: &mut Directory| directory.attributes = names
    };
    assert_directory_refused("attributes[0]", "at character", set(&["e mail"]));
    assert_directory_refused("attributes[1]", "without options", set(&["mail", "cn;lang-de"]));
    assert_directory_refused(
        "attributes[0]",
        "name, not its object identifier",
        set(&["2.5.4.3"]),
    );
    assert_directory_refused("attributes[1]", "twice", set(&["mail", "MAIL"]));
    let permitted = PermittedAttributes::default();
    let many: Vec<String> = permitted.names().take(17).map(str::to_owned).collect();
    assert_directory_refused("attributes", "at most 16", |directory| {
        directory.attributes = many;
    });
}

#[test]
fn an_attribute_that_is_not_on_the_operators_list_is_refused_with_the_list() {
    for refused in [
        "sn",
        "givenName",
        "userPassword",
        "description",
        "memberOf",
        "mailRoutingAddress",
    ] {
        for words in [
            format!("{refused} may not be read for addresses"),
            "an operator can add it to directory.address_attributes, which has proxyAddresses, mail, "
                .to_owned(),
        ] {
            assert_directory_refused("attributes[1]", &words, |directory| {
                directory.attributes = vec!["mail".to_owned(), refused.to_owned()];
            });
        }
    }
    let mut settings = good();
    settings.directory.as_mut().unwrap().attributes = vec!["WORKMAIL".to_owned()];
    let deployment = Deployment {
        permitted_attributes: PermittedAttributes::parse(["proxyAddresses", "workMail"]).unwrap(),
        ..deployment()
    };
    assert!(check(settings, &domains(), &deployment).is_ok());
}

#[test]
fn proxy_addresses_is_no_primary_attribute_because_its_prefixes_say_it() {
    assert_directory_refused("primary_attribute", "by SMTP:", |directory| {
        directory.primary_attribute = "PROXYaddresses".to_owned();
    });
}

#[test]
fn a_primary_attribute_that_carries_no_addresses_is_refused() {
    assert_directory_refused("primary_attribute", "one of the attributes", |directory| {
        directory.primary_attribute = "mail".to_owned();
    });
}
