//! Connections that stay on this machine.

use std::net::IpAddr;

/// True if the host of this URL is this machine: `localhost`, or an address of the loopback. A URL that cannot be read
/// is not.
pub fn is_loopback(url: &str) -> bool {
    host(url).is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.to_canonical().is_loopback())
    })
}

/// The host of a URL, without the brackets of an IPv6 address.
fn host(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if let Some(bracketed) = place.strip_prefix('[') {
        return bracketed.split_once(']').map(|(host, _)| host);
    }
    place.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_decides_and_no_other_part_of_the_url() {
        for url in [
            "http://127.0.0.1:7103",
            "http://LOCALHOST",
            "amqp://guest:guest@127.9.8.7:5672/%2f",
            "postgres://role:p%40ss@[::1]:5432/rollcall?sslmode=disable",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://10.0.0.1:7103",
            "http://127.0.0.1.example:7103",
            "http://localhost.example",
            "amqp://127.0.0.1:5672@broker.example",
            "postgres://broker.example/127.0.0.1",
            "http://broker.example#@127.0.0.1",
            "http://[2001:db8::1]:7103",
            "postgres:///rollcall",
            "127.0.0.1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
