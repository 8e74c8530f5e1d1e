//! Hosts in values: their ranges are text, in order, and apart unless one is a default in another.

use composemod::compose::endpoint::endpoints;

pub fn holds(text: &str) {
    let found = endpoints(text);
    for endpoint in &found {
        let parts = [&endpoint.user, &endpoint.port, &endpoint.database, &endpoint.scheme];
        for range in parts.into_iter().flatten().chain([&endpoint.host]) {
            assert!(text.get(range.clone()).is_some(), "{range:?} in {text:?}");
        }
    }
    for pair in found.windows(2) {
        let (first, second) = (&pair[0].host, &pair[1].host);
        assert!(first.start <= second.start, "{first:?}, {second:?} in {text:?}");
        let is_default = text[first.clone()].contains('$') && second.end <= first.end;
        assert!(
            first.end <= second.start || is_default,
            "{first:?} and {second:?} overlap in {text:?}"
        );
    }
}
