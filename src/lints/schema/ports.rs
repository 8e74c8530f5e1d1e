//! How docker compose reads ports (go-connections, `nat.ParsePortSpec`).

use std::net::IpAddr;

use crate::lints::schema::reading::Unreadable;

/// Reads `[[IP:]HOST:]CONTAINER[/PROTOCOL]`, where each port may be a range.
pub(super) fn short(text: &str) -> Result<(), Unreadable> {
    let mut parts = text.rsplitn(3, ':');
    let container = parts.next().unwrap_or_default();
    let host = parts.next().unwrap_or_default();
    let ip = parts.next().unwrap_or_default();
    let (container, protocol) = match container.split_once('/') {
        Some((container, protocol)) if !protocol.is_empty() => (container, protocol),
        _ => (container.strip_suffix('/').unwrap_or(container), "tcp"),
    };
    if !ip.is_empty() {
        address(ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(ip))?;
    }
    if container.is_empty() {
        return Err(Unreadable::refused("has no port of the container"));
    }
    if !PROTOCOLS.contains(&protocol.to_ascii_lowercase().as_str()) {
        return Err(Unreadable::refused(format!("has the protocol `{protocol}`")));
    }
    let inside = range(container).ok_or_else(|| not_a_port(container))?;
    if inside.0 == 0 {
        return Err(Unreadable::refused("has port 0 of the container"));
    }
    if host.is_empty() {
        return Ok(());
    }
    let outside = range(host).ok_or_else(|| not_a_port(host))?;
    let (inside, outside) = (inside.1 - inside.0, outside.1 - outside.0);
    if inside != outside && inside != 0 {
        return Err(Unreadable::refused("has ranges of different length"));
    }
    Ok(())
}

const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];

/// Reads `PORT[-PORT][/PROTOCOL]`, which docker compose itself passes on unread.
pub(super) fn exposed(text: &str) -> Result<(), Unreadable> {
    let (port, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !PROTOCOLS.contains(&protocol.to_ascii_lowercase().as_str()) {
        return Err(Unreadable::late(format!("has the protocol `{protocol}`")));
    }
    let is_port = range(port).is_some_and(|(first, _)| first > 0);
    if is_port { Ok(()) } else { Err(Unreadable::late(not_a_port(port).reason)) }
}

/// Reads the port inside the container.
pub(super) fn target(text: &str) -> Result<(), Unreadable> {
    match text.parse::<i64>() {
        Err(_) => Err(Unreadable::refused("is no whole number")),
        Ok(1..=65535) => Ok(()),
        Ok(_) => Err(Unreadable::late("is no port, of which there are 65535")),
    }
}

/// Reads the port of the host, or a range of which one is taken.
pub(super) fn published(text: &str) -> Result<(), Unreadable> {
    let is_port = text.is_empty() || range(text).is_some();
    if is_port { Ok(()) } else { Err(Unreadable::late("is neither a port nor a range of ports")) }
}

/// Reads an IP address.
pub(super) fn address(text: &str) -> Result<(), Unreadable> {
    // Go takes a zone for no part of an address, as Rust does.
    let is_address = text.parse::<IpAddr>().is_ok();
    if is_address { Ok(()) } else { Err(Unreadable::refused("has no IP address before the ports")) }
}

/// Reads `PORT` or `PORT-PORT`, the lesser first.
fn range(text: &str) -> Option<(u16, u16)> {
    let port = |text: &str| {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| is_plain)
    };
    match text.split_once('-') {
        None => port(text).map(|only| (only, only)),
        Some((first, last)) => Some((port(first)?, port(last)?)).filter(|(a, b)| a <= b),
    }
}

fn not_a_port(text: &str) -> Unreadable {
    let reason = match text.split_once('-') {
        Some(_) => format!("has `{text}` for a range of ports"),
        None => format!("has `{text}` for a port"),
    };
    Unreadable::refused(reason)
}

#[cfg(test)]
mod tests {
    use super::{address, exposed, published, short, target};

    /// Each verdict is docker compose's own.
    #[test]
    fn short_ports() {
        for good in [
            "80",
            "80-82:90-92",
            "80-82:90",
            "80:80/TCP",
            "80:80/sctp",
            "127.0.0.1:80:80",
            ":80",
            "[::1]:80:80",
            "::1:80:80",
            "127.0.0.1::80",
            "0:80",
            "8000-8010",
            "53:53/udp",
            "80:80/",
        ] {
            assert_eq!(short(good), Ok(()), "{good}");
        }
        for bad in [
            "80:90:100:110",
            "abc:80",
            "80-82:90-91",
            "80:90-91",
            "90-80:90-80",
            "80:80/tcp/udp",
            "80:80/foo",
            "localhost:80:80",
            "127.0.0.256:80:80",
            "80:",
            "",
            " 80:80",
            "80:80 ",
            "80:0",
            "65536:80",
            "80:65536",
            "80.5",
            "8080:80-",
            "+80:80",
        ] {
            assert!(short(bad).is_err_and(|error| error.is_refused), "{bad}");
        }
    }

    #[test]
    fn long_ports_and_exposed_ones() {
        assert!(target("80").is_ok() && target("80-90").is_err_and(|error| error.is_refused));
        assert!(target("99999").is_err_and(|error| !error.is_refused));
        assert!(published("8080-8090").is_ok() && published("abc").is_err());
        assert!(exposed("80-90/udp").is_ok() && exposed("abc").is_err());
        assert!(address("::1").is_ok() && address("localhost").is_err());
    }
}
