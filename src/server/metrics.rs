//! What the service counts, in the text format of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
//!
//! Labels have few values: routes and not paths, the methods that there are, and statuses.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The media type of what [`Metrics::text`] gives.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The bounds of the histogram's buckets, in seconds.
const BOUNDS: [(&str, Duration); 11] = [
    ("0.005", Duration::from_millis(5)),
    ("0.01", Duration::from_millis(10)),
    ("0.025", Duration::from_millis(25)),
    ("0.05", Duration::from_millis(50)),
    ("0.1", Duration::from_millis(100)),
    ("0.25", Duration::from_millis(250)),
    ("0.5", Duration::from_millis(500)),
    ("1", Duration::from_secs(1)),
    ("2.5", Duration::from_millis(2500)),
    ("10", Duration::from_secs(10)),
    ("60", Duration::from_secs(60)),
];

/// Counts since the service began.
#[derive(Debug, Default)]
pub(super) struct Metrics(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    requests: BTreeMap<(String, &'static str, u16), u64>,
    durations: BTreeMap<(String, &'static str), Histogram>,
    creates: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
struct Histogram {
    /// By the first bound that is not below; the last is for what is above all.
    buckets: [u64; BOUNDS.len() + 1],
    sum: Duration,
}

/// What is not counted but seen at the moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gauges {
    /// How many requests are being worked on.
    pub(super) in_flight: usize,
    /// How many answers are kept for repeats.
    pub(super) kept_answers: usize,
}

impl Metrics {
    /// Counts a request that was answered.
    pub(super) fn request(&self, route: &str, method: &'static str, status: u16, took: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((route.to_owned(), method, status)).or_default() += 1;
        let histogram = counts.durations.entry((route.to_owned(), method)).or_default();
        let bucket = BOUNDS.iter().position(|(_, bound)| took <= *bound).unwrap_or(BOUNDS.len());
        if let Some(count) = histogram.buckets.get_mut(bucket) {
            *count += 1;
        }
        histogram.sum += took;
    }

    /// Counts a create that ended.
    pub(super) fn create(&self, outcome: &'static str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.creates.entry(outcome).or_default() += 1;
    }

    /// Gives all as text.
    pub(super) fn text(&self, gauges: Gauges) -> String {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = counts.write(gauges, &mut text);
        text
    }
}

impl Counts {
    fn write(&self, gauges: Gauges, to: &mut String) -> std::fmt::Result {
        family(to, "composemod_build_info", "gauge", "The version that runs.")?;
        writeln!(to, "composemod_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;

        let name = "composemod_http_requests_total";
        family(to, name, "counter", "Requests that were answered.")?;
        for ((route, method, status), count) in &self.requests {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            writeln!(to, "{name}{{{labels}}} {count}")?;
        }

        let name = "composemod_http_request_duration_seconds";
        family(to, name, "histogram", "How long requests took.")?;
        for ((route, method), histogram) in &self.durations {
            let labels = format!("route=\"{route}\",method=\"{method}\"");
            let mut total = 0;
            let bounds = BOUNDS.iter().map(|(bound, _)| *bound).chain(["+Inf"]);
            for (bound, count) in bounds.zip(histogram.buckets) {
                total += count;
                writeln!(to, "{name}_bucket{{{labels},le=\"{bound}\"}} {total}")?;
            }
            writeln!(to, "{name}_sum{{{labels}}} {:.6}", histogram.sum.as_secs_f64())?;
            writeln!(to, "{name}_count{{{labels}}} {total}")?;
        }

        let name = "composemod_http_requests_in_flight";
        family(to, name, "gauge", "Requests that are being worked on.")?;
        writeln!(to, "{name} {}", gauges.in_flight)?;

        let name = "composemod_creates_total";
        family(to, name, "counter", "Creates that ended, by what they came to.")?;
        for (outcome, count) in &self.creates {
            writeln!(to, "{name}{{outcome=\"{outcome}\"}} {count}")?;
        }

        let name = "composemod_idempotency_answers";
        family(to, name, "gauge", "Answers that are kept for repeats.")?;
        writeln!(to, "{name} {}", gauges.kept_answers)
    }
}

fn family(to: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(to, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_route_and_into_growing_buckets() {
        let metrics = Metrics::default();
        for (status, millis) in [(200, 3), (200, 20), (404, 700_000)] {
            metrics.request("/v1/{name}", "GET", status, Duration::from_millis(millis));
        }
        metrics.create("made");
        let text = metrics.text(Gauges { in_flight: 4, kept_answers: 2 });
        for line in [
            "composemod_http_requests_total{route=\"/v1/{name}\",method=\"GET\",status=\"200\"} 2",
            "composemod_http_request_duration_seconds_bucket{route=\"/v1/{name}\",method=\"GET\",le=\"0.005\"} 1",
            "composemod_http_request_duration_seconds_bucket{route=\"/v1/{name}\",method=\"GET\",le=\"0.025\"} 2",
            "composemod_http_request_duration_seconds_bucket{route=\"/v1/{name}\",method=\"GET\",le=\"60\"} 2",
            "composemod_http_request_duration_seconds_bucket{route=\"/v1/{name}\",method=\"GET\",le=\"+Inf\"} 3",
            "composemod_http_request_duration_seconds_sum{route=\"/v1/{name}\",method=\"GET\"} 700.023000",
            "composemod_http_request_duration_seconds_count{route=\"/v1/{name}\",method=\"GET\"} 3",
            "composemod_creates_total{outcome=\"made\"} 1",
            "composemod_http_requests_in_flight 4",
            "composemod_idempotency_answers 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
    }
}
