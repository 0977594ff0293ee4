use super::{assert_directory_refused, directory};

fn certificate() -> String {
    rcgen::generate_simple_self_signed(["ca.example".to_owned()])
        .unwrap()
        .cert
        .pem()
}

#[test]
fn each_certificate_is_kept_and_the_text_around_it_is_not() {
    let (first, second) = (certificate(), certificate());
    let tidy = format!("{first}{second}").replace("\r\n", "\n");
    let messy = format!("subject=CN = ca\n\n{first}\n# the next\n{second}\n").replace('\n', "\r\n");
    assert_eq!(
        directory(|directory| directory.ca_certificates_pem = messy).ca_certificates_pem,
        tidy
    );
}

#[test]
fn blank_means_the_systems_trust_store() {
    assert_eq!(
        directory(|directory| directory.ca_certificates_pem = " \n".to_owned()).ca_certificates_pem,
        ""
    );
}

#[test]
fn what_is_no_certificate_is_refused() {
    let good = certificate();
    let truncated: String = good.lines().take(3).collect::<Vec<_>>().join("\n");
    let not_x509 = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
    for (pem, words) in [
        ("hello".to_owned(), "expected PEM"),
        (truncated, "damaged"),
        (format!("{good}{not_x509}"), "certificate 2 is not an X.509"),
        (format!("{good}{key}"), "block 2 is not a certificate"),
        ("x".repeat(200_000), "128 KiB"),
    ] {
        assert_directory_refused("ca_certificates_pem", words, |directory| {
            directory.ca_certificates_pem = pem;
        });
    }
}
