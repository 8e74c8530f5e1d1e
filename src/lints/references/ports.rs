//! The host's ports that a service takes.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::compose::value::{Origin, Value};

/// One entry of `ports` that takes ports of the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Published {
    /// The address of the host; all of them where there is none.
    pub(super) address: Option<IpAddr>,
    /// The host's ports.
    pub(super) host: RangeInclusive<u16>,
    /// The container's ports.
    pub(super) container: RangeInclusive<u16>,
    /// `tcp`, `udp` …
    pub(super) protocol: String,
}

impl Published {
    /// Reads an entry, short or long. Nothing where the engine chooses the port, or a variable that
    /// no file gives does.
    pub(super) fn read(port: &Value) -> Option<Self> {
        match port.text() {
            Some(text) => Self::short(text),
            None => Self::long(port),
        }
    }

    /// Tells whether two entries take the same port of the same address.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let is_any =
            |address: Option<IpAddr>| address.is_none_or(|address| address.is_unspecified());
        let is_one_address =
            is_any(self.address) || is_any(other.address) || self.address == other.address;
        self.protocol == other.protocol
            && is_one_address
            && !self.is_choice()
            && !other.is_choice()
            && self.host.start() <= other.host.end()
            && other.host.start() <= self.host.end()
    }

    /// Whether the engine chooses one of several ports of the host.
    fn is_choice(&self) -> bool {
        self.host.start() != self.host.end() && self.container.start() == self.container.end()
    }

    /// Tells whether only one container can have it.
    pub(super) fn is_for_one(&self) -> bool {
        !self.is_choice()
    }

    /// `[ADDRESS:]HOST:CONTAINER[/PROTOCOL]`.
    fn short(text: &str) -> Option<Self> {
        let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let (host, container) = ports.rsplit_once(':')?;
        let (address, host) = match host.rsplit_once(':') {
            Some((address, host)) => (Some(address), host),
            None => (None, host),
        };
        let address = match address {
            Some(address) => {
                Some(address.trim_start_matches('[').trim_end_matches(']').parse().ok()?)
            }
            None => None,
        };
        let (host, container) = (range(host)?, range(container)?);
        Some(Self { address, host, container, protocol: protocol.to_ascii_lowercase() })
    }

    fn long(port: &Value) -> Option<Self> {
        let host = range(port.text_of("published")?)?;
        let container = range(port.text_of("target")?)?;
        let address = match port.text_of("host_ip").filter(|text| !text.is_empty()) {
            Some(address) => Some(address.parse().ok()?),
            None => None,
        };
        let protocol = port.text_of("protocol").unwrap_or("tcp").to_ascii_lowercase();
        Some(Self { address, host, container, protocol })
    }
}

/// The text of the entry's host port as it is written.
pub(super) fn raw(port: &Value) -> &str {
    let value = port.get("published").unwrap_or(port);
    value.origin.as_ref().map_or("", Origin::raw)
}

/// `8080` or `8080-8090`; not 0, for which the engine chooses.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first > 0 && first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::Published;

    #[test]
    fn ports_meet_where_they_overlap() {
        for (a, b, expected) in [
            ("80:80", "80:8080", true),
            ("80:80", "81:80", false),
            ("80:80/udp", "80:80", false),
            ("53:53/udp", "53:53/UDP", true),
            ("127.0.0.1:80:80", "80:80", true),
            ("127.0.0.1:80:80", "127.0.0.2:80:80", false),
            ("0.0.0.0:80:80", "127.0.0.2:80:80", true),
            ("[::1]:80:80", "127.0.0.1:80:80", false),
            ("3000-3005:3000-3005", "3005:80", true),
            ("3000-3005:80", "3005:80", false),
        ] {
            let read = |text| Published::short(text).expect("a port");
            assert_eq!(read(a).meets(&read(b)), expected, "{a} {b}");
        }
        for text in ["80", "0:80", "${P}:80", ":80", "x:80:80"] {
            assert_eq!(Published::short(text), None, "{text}");
        }
    }
}
