//! What docker compose reads values into that are text to the schema, and how it does so.
//!
//! Each reader takes what docker compose takes and refuses what it refuses (compose-go 2.9:
//! `loader/interpolate.go`, `types/`, `transform/`, `format/volume.go`; go-units and str2duration for
//! sizes and durations, go-connections for ports), tried on docker compose 2.40.3.

use crate::lints::schema::ports;

/// What docker compose reads a value into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// `true` or `false`, in YAML 1.1's spellings too.
    Flag,
    /// A whole number.
    Whole,
    /// A number.
    Fraction,
    /// A number, or `all`.
    Count,
    /// `1m30s`.
    Duration,
    /// `512m`.
    Size,
    /// A short port; a mapping there must have a `target`.
    Port,
    /// A port that is exposed.
    Exposed,
    /// A long port's `target`.
    Target,
    /// A long port's `published`.
    Published,
    /// An IP address.
    Address,
    /// A short volume; a mapping there must have a `target`.
    Volume,
    /// `host:address`.
    HostEntry,
    /// A health check's command as a list.
    Test,
    /// A list whose repetitions are dropped.
    Set,
}

/// Why a text can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// What is wrong with it, to be said after the text: `has no unit`.
    pub(super) reason: String,
    /// Whether docker compose refuses the file, and does not find out later.
    pub(super) is_refused: bool,
}

impl Unreadable {
    /// It is refused.
    pub(super) fn refused(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_refused: true }
    }

    /// It is found out only when a container is made, or never.
    pub(super) fn late(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_refused: false }
    }
}

/// Where values are read so, as [`Spec::at`](super::spec::Spec::at) takes it.
pub(super) const READINGS: &[(Reading, &[&str])] = &[
    (
        Reading::Flag,
        &[
            "services.*.attach",
            "services.*.build.no_cache",
            "services.*.build.privileged",
            "services.*.build.pull",
            "services.*.depends_on.*.required",
            "services.*.depends_on.*.restart",
            "services.*.env_file.[].required",
            "services.*.healthcheck.disable",
            "services.*.init",
            "services.*.oom_kill_disable",
            "services.*.post_start.[].privileged",
            "services.*.pre_stop.[].privileged",
            "services.*.privileged",
            "services.*.read_only",
            "services.*.stdin_open",
            "services.*.tty",
            "services.*.volumes.[].bind.create_host_path",
            "services.*.volumes.[].read_only",
            "services.*.volumes.[].volume.nocopy",
            "networks.*.attachable",
            "networks.*.enable_ipv4",
            "networks.*.enable_ipv6",
            "networks.*.external",
            "networks.*.internal",
            "volumes.*.external",
            "secrets.*.external",
            "configs.*.external",
        ],
    ),
    (
        Reading::Whole,
        &[
            "services.*.cpu_count",
            "services.*.cpu_period",
            "services.*.cpu_quota",
            "services.*.cpu_rt_period",
            "services.*.cpu_rt_runtime",
            "services.*.cpu_shares",
            "services.*.deploy.placement.max_replicas_per_node",
            "services.*.deploy.replicas",
            "services.*.deploy.resources.limits.pids",
            "services.*.deploy.restart_policy.max_attempts",
            "services.*.deploy.rollback_config.parallelism",
            "services.*.deploy.update_config.parallelism",
            "services.*.healthcheck.retries",
            "services.*.oom_score_adj",
            "services.*.pids_limit",
            "services.*.scale",
            "services.*.ulimits.*",
            "services.*.ulimits.*.hard",
            "services.*.ulimits.*.soft",
        ],
    ),
    (
        Reading::Fraction,
        &[
            "services.*.cpu_percent",
            "services.*.cpus",
            "services.*.deploy.resources.limits.cpus",
            "services.*.deploy.resources.reservations.cpus",
            "services.*.deploy.rollback_config.max_failure_ratio",
            "services.*.deploy.update_config.max_failure_ratio",
        ],
    ),
    (
        Reading::Count,
        &["services.*.deploy.resources.reservations.devices.[].count", "services.*.gpus.[].count"],
    ),
    (
        Reading::Duration,
        &[
            "services.*.deploy.restart_policy.delay",
            "services.*.deploy.restart_policy.window",
            "services.*.deploy.rollback_config.delay",
            "services.*.deploy.rollback_config.monitor",
            "services.*.deploy.update_config.delay",
            "services.*.deploy.update_config.monitor",
            "services.*.healthcheck.interval",
            "services.*.healthcheck.start_interval",
            "services.*.healthcheck.start_period",
            "services.*.healthcheck.timeout",
            "services.*.stop_grace_period",
        ],
    ),
    (
        Reading::Size,
        &[
            "services.*.blkio_config.device_read_bps.[].rate",
            "services.*.blkio_config.device_read_iops.[].rate",
            "services.*.blkio_config.device_write_bps.[].rate",
            "services.*.blkio_config.device_write_iops.[].rate",
            "services.*.build.shm_size",
            "services.*.deploy.resources.limits.memory",
            "services.*.deploy.resources.reservations.memory",
            "services.*.mem_limit",
            "services.*.mem_reservation",
            "services.*.mem_swappiness",
            "services.*.memswap_limit",
            "services.*.shm_size",
            "services.*.volumes.[].tmpfs.size",
        ],
    ),
    (Reading::Port, &["services.*.ports.[]"]),
    (Reading::Exposed, &["services.*.expose.[]"]),
    (Reading::Target, &["services.*.ports.[].target"]),
    (Reading::Published, &["services.*.ports.[].published"]),
    (Reading::Address, &["services.*.ports.[].host_ip"]),
    (Reading::Volume, &["services.*.volumes.[]"]),
    (Reading::HostEntry, &["services.*.extra_hosts.[]", "services.*.build.extra_hosts.[]"]),
    (Reading::Test, &["services.*.healthcheck.test"]),
    (
        // compose-go's `override/uncity.go`.
        Reading::Set,
        &[
            "networks.*.labels",
            "services.*.annotations",
            "services.*.build.additional_contexts",
            "services.*.build.args",
            "services.*.build.labels",
            "services.*.cap_add",
            "services.*.cap_drop",
            "services.*.deploy.labels",
            "services.*.dns",
            "services.*.dns_opt",
            "services.*.dns_search",
            "services.*.environment",
            "services.*.expose",
            "services.*.labels",
            "services.*.links",
            "services.*.networks.*.aliases",
            "services.*.networks.*.link_local_ips",
            "services.*.ports",
            "services.*.profiles",
            "services.*.sysctls",
            "services.*.tmpfs",
            "services.*.volumes",
        ],
    ),
];

impl Reading {
    /// Tells whether text is read into another type before it is held against the schema.
    pub(super) fn casts(self) -> bool {
        matches!(self, Self::Flag | Self::Whole | Self::Fraction)
    }

    /// Gives the key that a long form must have, though the schema does not ask for it.
    pub(super) fn needs(self) -> Option<&'static str> {
        matches!(self, Self::Port | Self::Volume).then_some("target")
    }

    /// Reads a text as docker compose does.
    pub(super) fn check(self, text: &str) -> Result<(), Unreadable> {
        match self {
            Self::Flag => flag(text).map(drop),
            Self::Whole => whole(text),
            Self::Fraction => fraction(text),
            Self::Count if text == "all" => Ok(()),
            Self::Count => whole(text),
            Self::Duration => duration(text),
            Self::Size => size(text),
            Self::Port => ports::short(text),
            Self::Exposed => ports::exposed(text),
            Self::Target => ports::target(text),
            Self::Published => ports::published(text),
            Self::Address => ports::address(text),
            Self::Volume => volume(text),
            Self::HostEntry => host_entry(text),
            // What is read as a whole.
            Self::Test | Self::Set => Ok(()),
        }
    }
}

fn flag(text: &str) -> Result<bool, Unreadable> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "y" | "yes" | "on" => Ok(true),
        "false" | "n" | "no" | "off" => Ok(false),
        _ => Err(Unreadable::refused("is neither `true` nor `false`")),
    }
}

fn whole(text: &str) -> Result<(), Unreadable> {
    // Go takes a sign, and no blanks.
    text.parse::<i64>().map(drop).map_err(|_| Unreadable::refused("is no whole number"))
}

fn fraction(text: &str) -> Result<(), Unreadable> {
    text.parse::<f64>().map(drop).map_err(|_| Unreadable::refused("is no number"))
}

/// Units of a duration.
const UNITS: [&str; 10] = ["ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "d", "w"];

/// Reads `[+-]`, then one or more numbers, each with its unit; or `0`.
fn duration(text: &str) -> Result<(), Unreadable> {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return Err(Unreadable::refused("is empty"));
    }
    while !rest.is_empty() {
        let number = rest.len() - rest.trim_start_matches(|ch: char| ch.is_ascii_digit()).len();
        let (whole, after) = rest.split_at(number);
        let after_point = after.strip_prefix('.').unwrap_or(after);
        let after_number = after_point.trim_start_matches(|ch: char| ch.is_ascii_digit());
        if whole.is_empty() && after_number.len() == after_point.len() {
            return Err(Unreadable::refused("has no number where one is due"));
        }
        let end = after_number.find(|ch: char| ch == '.' || ch.is_ascii_digit());
        let (unit, next) = after_number.split_at(end.unwrap_or(after_number.len()));
        match unit {
            "" => return Err(Unreadable::refused("has no unit")),
            unit if UNITS.contains(&unit) => rest = next,
            unit => return Err(Unreadable::refused(format!("has `{unit}` for a unit"))),
        }
    }
    Ok(())
}

/// Reads a number and its unit: `b`, or one of `k`, `m`, `g`, `t`, `p` with or without `b` or `ib`.
fn size(text: &str) -> Result<(), Unreadable> {
    if text.parse::<i64>().is_ok() {
        return Ok(());
    }
    let is_number = |ch: char| ch.is_ascii_digit() || ch == '.' || ch == ' ';
    let Some(last) = text.rfind(is_number) else {
        return Err(Unreadable::refused("has no number"));
    };
    let (number, unit) = text.split_at(last + 1);
    let number = number.strip_suffix(' ').unwrap_or(number);
    if !number.parse::<f64>().is_ok_and(|number| number >= 0.0) {
        return Err(Unreadable::refused("does not begin with a number"));
    }
    let unit = unit.to_ascii_lowercase();
    let is_known = match unit.strip_prefix(['k', 'm', 'g', 't', 'p']) {
        Some(rest) => matches!(rest, "" | "b" | "ib"),
        None => matches!(unit.as_str(), "" | "b"),
    };
    if is_known { Ok(()) } else { Err(Unreadable::refused(format!("has `{unit}` for a unit"))) }
}

/// Options of a short volume that docker compose knows, or that others do.
const OPTIONS: [&str; 24] = [
    "ro",
    "rw",
    "nocopy",
    "z",
    "Z",
    "shared",
    "rshared",
    "slave",
    "rslave",
    "private",
    "rprivate",
    // Of Docker Desktop once, and of no effect today.
    "cached",
    "delegated",
    "consistent",
    "default",
    // Of Podman.
    "U",
    "O",
    "copy",
    "exec",
    "noexec",
    "dev",
    "nodev",
    "suid",
    "nosuid",
];

/// Reads `[SOURCE:]TARGET[:OPTIONS]`, where a drive's letter and its colon are of one part.
fn volume(text: &str) -> Result<(), Unreadable> {
    if text.is_empty() {
        return Err(Unreadable::refused("is empty"));
    }
    if text.len() <= 2 {
        return Ok(());
    }
    let mut parts: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(':') {
        let part = &text[start..at];
        let mut letters = part.chars();
        let is_drive = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        if !is_drive {
            parts.push(part);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    if parts.iter().any(|part| part.is_empty()) {
        return Err(Unreadable::refused("has nothing on one side of a colon"));
    }
    match parts.as_slice() {
        [_] | [_, _] => Ok(()),
        [_, _, options] => match options.split(',').find(|option| !is_option(option)) {
            None => Ok(()),
            Some(option) => Err(Unreadable::late(format!("has the option `{option}`"))),
        },
        _ => Err(Unreadable::refused("has more than two colons")),
    }
}

fn is_option(option: &str) -> bool {
    OPTIONS.contains(&option) || option.starts_with("idmap")
}

fn host_entry(text: &str) -> Result<(), Unreadable> {
    let has_address = text.contains(['=', ':']);
    if has_address { Ok(()) } else { Err(Unreadable::refused("has no address")) }
}

#[cfg(test)]
mod tests {
    use super::Reading::{self, Count, Duration, Flag, Fraction, HostEntry, Size, Volume, Whole};

    /// Each verdict is docker compose's own.
    #[test]
    fn what_docker_compose_reads() {
        let good: &[(Reading, &[&str])] = &[
            (Flag, &["yes", "TRUE", "off", "n"]),
            (Whole, &["12", "-1", "+3"]),
            (Fraction, &["0.5", "1e3", "2"]),
            (Count, &["all", "2"]),
            (Duration, &["1.5m", "1d", "0", "-5s", "1w2d", ".5s", "5\u{b5}s", "1h30m", "1ms"]),
            (Size, &["5gb", "5 gib", "1.5g", "-1", "1Tb", "10 b", "64", "10MiB", "1.5"]),
            (Volume, &["/x", "a", "data:/x", "./a:/b:ro", "./a:/b:rw,z", "C:\\a:/b:ro", "d:e:f:g"]),
            (HostEntry, &["a:1.2.3.4", "a=1.2.3.4"]),
        ];
        for (reading, texts) in good {
            for text in *texts {
                assert_eq!(reading.check(text), Ok(()), "{reading:?} {text}");
            }
        }
        let bad: &[(Reading, &[&str])] = &[
            (Flag, &["maybe", "", "1"]),
            (Whole, &["x", "1.5", "", " 1"]),
            (Fraction, &["0,5", ""]),
            (Count, &["one"]),
            (Duration, &["10", "", "10sec", "1h30", "1h 30m", "1 s", "5S", "1y", "x"]),
            (Size, &["5x", "", "1 . 5g", "10bytes", "-5g", "abc", "12q"]),
            (Volume, &["", "./a::ro", ":/bc", "data:/b:ro:rw"]),
            (HostEntry, &["foo"]),
        ];
        for (reading, texts) in bad {
            for text in *texts {
                let found = reading.check(text);
                assert!(found.is_err_and(|error| error.is_refused), "{reading:?} {text}");
            }
        }
        assert!(Volume.check("./a:/b:readonly").is_err_and(|error| !error.is_refused));
    }
}
