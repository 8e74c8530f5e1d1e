//! Command lines of `docker`, `podman`, `nerdctl` and of Compose.
//!
//! Sources: the reference of the docker and docker compose command lines (2026), Compose 1.29 for
//! `docker-compose`. Deliberately absent: what an argument does; only what it names.

use super::grammar::Flag;
use super::grammar::Grammar;
use super::grammar::Plan;
use super::grammar::Reading;
use super::grammar::Slot;
use super::word::Word;
use crate::compose::usage::Class;

const PLAIN: Slot = Slot::Plain;
const PATH: Slot = Slot::Holds(Class::Path);
const USER: Slot = Slot::Holds(Class::User);
const IMAGE: Slot = Slot::Holds(Class::Image);
const VOLUME: Slot = Slot::Holds(Class::Volume);
const NETWORK: Slot = Slot::Holds(Class::Network);
const FOREIGN: Slot = Slot::Holds(Class::OtherNamespace);
const PROFILE: Slot = Slot::List(Class::Profile);
const PROGRAM: Slot = Slot::Is(Class::Program);
const SERVICE: Slot = Slot::Is(Class::ComposeCommand);
const CONTAINER: Slot = Slot::Is(Class::ContainerCommand);
const SETTING: Slot = Slot::Setting;
const COMMAND: Slot = Slot::Command;

/// Flags between `docker` and its command.
const DOCKER: &[Flag] = &[
    ("H host", Slot::Remote),
    ("c context config l log-level tlscacert tlscert tlskey namespace n url identity", PLAIN),
    ("connection root runroot storage-driver", PLAIN),
];

/// Flags between `docker compose` and its command.
const COMPOSE: &[Flag] = &[
    ("f file env-file project-directory workdir", PATH),
    ("profile", PROFILE),
    ("p project-name", Slot::Holds(Class::Identifier)),
    ("ansi progress parallel c context log-level tlscacert tlscert tlskey", PLAIN),
    ("podman-args podman-run-args podman-build-args podman-pull-args in-pod", PLAIN),
    ("H host", Slot::Remote),
];

/// Commands of Compose, what their flags take, and their operands.
const COMPOSE_COMMANDS: &[(&str, Grammar)] = &[
    (
        "exec",
        Grammar {
            flags: &[
                ("e env", SETTING),
                ("u user", USER),
                ("w workdir", PATH),
                ("index detach-keys", PLAIN),
            ],
            operands: &[SERVICE, COMMAND],
        },
    ),
    (
        "run",
        Grammar {
            flags: &[
                ("e env", SETTING),
                ("u user", USER),
                ("w workdir env-from-file", PATH),
                ("name", Slot::NewContainer),
                ("v volume", Slot::Volume),
                ("entrypoint", PROGRAM),
                ("l label p publish cap-add cap-drop pull", PLAIN),
            ],
            operands: &[SERVICE, COMMAND],
        },
    ),
    (
        "up create",
        Grammar {
            flags: &[
                ("attach no-attach exit-code-from", SERVICE),
                ("scale", Slot::Scale),
                ("t timeout wait-timeout pull", PLAIN),
            ],
            operands: &[SERVICE],
        },
    ),
    ("scale", Grammar { flags: &[("t timeout", PLAIN)], operands: &[Slot::Scale] }),
    (
        "cp",
        Grammar { flags: &[("index", PLAIN)], operands: &[Slot::Operand(Class::ComposeCommand)] },
    ),
    ("port", Grammar { flags: &[("protocol index", PLAIN)], operands: &[SERVICE, PLAIN] }),
    (
        "commit",
        Grammar {
            flags: &[("a author c change m message index", PLAIN)],
            operands: &[SERVICE, IMAGE],
        },
    ),
    (
        "config convert",
        Grammar {
            flags: &[
                ("hash", Slot::List(Class::ComposeCommand)),
                ("o output", PATH),
                ("format", PLAIN),
            ],
            operands: &[SERVICE],
        },
    ),
    (
        "build",
        Grammar {
            flags: &[("build-arg", SETTING), ("m memory ssh builder progress", PLAIN)],
            operands: &[SERVICE],
        },
    ),
    (
        "attach down events export images kill logs pause ps pull push restart rm start stats stop \
         top unpause volumes wait watch",
        Grammar {
            flags: &[
                ("o output", PATH),
                ("n tail since until index t timeout wait-timeout s signal status filter", PLAIN),
                ("format rmi policy detach-keys", PLAIN),
            ],
            operands: &[SERVICE],
        },
    ),
];

/// Commands of Compose that list containers or services.
const COMPOSE_LISTS: &[&str] = &["ps", "top", "stats", "config", "convert", "images", "ls"];

const RUN: Grammar = Grammar {
    flags: &[
        ("e env build-arg", SETTING),
        ("env-file cidfile w workdir label-file", PATH),
        ("u user group-add", USER),
        ("name", Slot::NewContainer),
        ("hostname h network-alias net-alias add-host", Slot::Alias),
        ("network net", Slot::Network),
        ("pid ipc uts userns", Slot::Namespace),
        ("volumes-from link", Slot::First(Class::ContainerCommand)),
        ("v volume", Slot::Volume),
        ("mount", Slot::Mount),
        ("entrypoint", PROGRAM),
        ("a attach blkio-weight c cpu-shares cap-add cap-drop cgroup-parent cgroupns", PLAIN),
        ("cpu-period cpu-quota cpus cpuset-cpus cpuset-mems detach-keys device", PLAIN),
        ("device-cgroup-rule dns dns-option dns-search domainname expose gpus", PLAIN),
        ("health-cmd", Slot::Shell),
        ("health-interval health-retries health-start-period health-timeout", PLAIN),
        ("ip ip6 isolation kernel-memory l label log-driver log-opt mac-address", PLAIN),
        ("m memory memory-reservation memory-swap memory-swappiness oom-score-adj", PLAIN),
        ("p publish pids-limit platform pull restart runtime security-opt shm-size", PLAIN),
        ("stop-signal stop-timeout storage-opt sysctl tmpfs ulimit volume-driver pod", PLAIN),
    ],
    operands: &[IMAGE, COMMAND],
};

/// Commands on containers, alone or after `container`.
const CONTAINER_COMMANDS: &[(&str, Grammar)] = &[
    (
        "exec",
        Grammar {
            flags: &[
                ("e env", SETTING),
                ("u user", USER),
                ("w workdir env-file", PATH),
                ("detach-keys", PLAIN),
            ],
            operands: &[CONTAINER, COMMAND],
        },
    ),
    ("run create", RUN),
    ("logs", Grammar { flags: &[("n tail since until", PLAIN)], operands: &[CONTAINER] }),
    ("inspect", Grammar { flags: &[("f format type", PLAIN)], operands: &[CONTAINER] }),
    ("cp", Grammar { flags: &[], operands: &[Slot::Operand(Class::ContainerCommand)] }),
    (
        "commit",
        Grammar { flags: &[("a author c change m message", PLAIN)], operands: &[CONTAINER, IMAGE] },
    ),
    ("top port", Grammar { flags: &[], operands: &[CONTAINER, PLAIN] }),
    ("export", Grammar { flags: &[("o output", PATH)], operands: &[CONTAINER, PLAIN] }),
    (
        "rm stop start restart stats wait update attach kill pause unpause rename diff",
        Grammar {
            flags: &[
                ("t time timeout s signal format detach-keys checkpoint checkpoint-dir", PLAIN),
                ("blkio-weight cpu-period cpu-quota cpu-shares cpus cpuset-cpus", PLAIN),
                ("m memory memory-reservation memory-swap pids-limit", PLAIN),
            ],
            operands: &[CONTAINER],
        },
    ),
];

const LIST: &[Flag] =
    &[("f filter", Slot::Filter(Class::ContainerPattern)), ("format n last sort", PLAIN)];

const CONNECT: Grammar = Grammar {
    flags: &[
        ("alias", Slot::Alias),
        ("link", Slot::First(Class::ContainerCommand)),
        ("ip ip6 driver-opt link-local-ip gw-priority", PLAIN),
    ],
    operands: &[PLAIN, NETWORK, CONTAINER],
};

const OTHERS: &[(&str, Grammar)] = &[
    ("ps", Grammar { flags: LIST, operands: &[PLAIN] }),
    (
        "events",
        Grammar {
            flags: &[
                ("f filter", Slot::Filter(Class::ContainerPattern)),
                ("since until format", PLAIN),
            ],
            operands: &[PLAIN],
        },
    ),
    (
        "volume",
        Grammar {
            flags: &[
                ("f filter", Slot::Filter(Class::Volume)),
                ("d driver o opt format", PLAIN),
                ("label", PLAIN),
            ],
            operands: &[PLAIN, VOLUME],
        },
    ),
    (
        "network",
        Grammar {
            flags: &[
                ("f filter", Slot::Filter(Class::Network)),
                ("alias", Slot::Alias),
                ("link", Slot::First(Class::ContainerCommand)),
                ("d driver o opt format ip ip6 subnet gateway ip-range label", PLAIN),
            ],
            operands: &[PLAIN, NETWORK],
        },
    ),
    (
        "image images pull push tag rmi save load import history manifest search buildx builder login",
        Grammar {
            flags: &[
                ("f filter", Slot::Filter(Class::Image)),
                ("build-arg", SETTING),
                ("driver-opt", Slot::Network),
                ("o output i input file", PATH),
                ("format platform u username p password", PLAIN),
            ],
            operands: &[IMAGE],
        },
    ),
    (
        "build",
        Grammar {
            flags: &[
                ("build-arg", SETTING),
                ("t tag cache-from cache-to", IMAGE),
                ("network", Slot::Network),
                ("f file iidfile o output metadata-file", PATH),
                ("build-context", SETTING),
                ("add-host", Slot::Alias),
                ("target", Slot::Holds(Class::Identifier)),
                ("label platform progress secret ssh builder m memory shm-size ulimit", PLAIN),
            ],
            operands: &[PATH],
        },
    ),
    (
        "service stack swarm node secret config context plugin pod",
        Grammar {
            flags: &[("c compose-file", PATH), ("network", NETWORK), ("e env-add env", SETTING)],
            operands: &[FOREIGN],
        },
    ),
    (
        "system info version login logout",
        Grammar { flags: &[("f filter format", PLAIN)], operands: &[PLAIN] },
    ),
];

/// Tells whether a word is a command of Compose.
pub(super) fn is_compose_command(word: &str) -> bool {
    compose_command(word).is_some() || matches!(word, "ls" | "version" | "publish")
}

/// Tells whether a word is a command of docker.
pub(super) fn is_docker_command(word: &str) -> bool {
    matches!(word, "compose" | "container")
        || find(CONTAINER_COMMANDS, word).or_else(|| find(OTHERS, word)).is_some()
}

/// Tells what a program of this name is to Docker.
pub(super) fn engine(program: &str) -> Option<Engine> {
    match program {
        "docker" | "podman" | "nerdctl" | "finch" => Some(Engine::Docker),
        "docker-compose" | "podman-compose" | "nerdctl-compose" => Some(Engine::Compose),
        _ => None,
    }
}

/// A program that handles containers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    /// `docker` and what takes the same commands.
    Docker,
    /// `docker-compose` and what takes the same commands.
    Compose,
}

/// Reads the words after `docker` or `docker-compose`.
pub(super) fn plan(engine: Engine, words: &[&Word], from: usize, reading: Reading) -> Plan {
    let mut plan = Plan::default();
    match engine {
        Engine::Compose => compose(words, from, reading, &mut plan),
        Engine::Docker => docker(words, from, reading, &mut plan),
    }
    plan
}

fn docker(words: &[&Word], from: usize, reading: Reading, plan: &mut Plan) {
    let Some(at) = command(DOCKER, words, from, reading, plan) else { return };
    let Some(word) = words.get(at) else { return };
    let text = word.as_str();
    match text {
        "compose" => return compose(words, at + 1, reading, plan),
        "container" => return container(words, at + 1, reading, plan),
        "network" => {
            let verb = words.get(at + 1).map_or("", |word| word.as_str());
            if matches!(verb, "connect" | "disconnect") {
                return CONNECT.read(words, at + 1, reading, plan);
            }
        }
        _ => {}
    }
    plan.lists = match text {
        "images" | "image" => Some(Class::Image),
        "volume" => Some(Class::Volume),
        // `docker network inspect` lists the containers in it.
        "network" if words.get(at + 1).is_some_and(|word| word.as_str() == "inspect") => {
            Some(Class::ContainerPattern)
        }
        "network" => Some(Class::Network),
        _ => None,
    };
    if let Some(grammar) = find(OTHERS, text) {
        if text == "ps" {
            plan.lists = Some(Class::ContainerPattern);
        }
        return grammar.read(words, at + 1, reading, plan);
    }
    container(words, at, reading, plan);
}

fn container(words: &[&Word], at: usize, reading: Reading, plan: &mut Plan) {
    let Some(word) = words.get(at) else { return };
    let text = word.as_str();
    if matches!(text, "ls" | "list" | "ps") {
        plan.lists = Some(Class::ContainerPattern);
        return Grammar { flags: LIST, operands: &[PLAIN] }.read(words, at + 1, reading, plan);
    }
    if matches!(text, "stats" | "inspect" | "top") {
        plan.lists = Some(Class::ContainerPattern);
    }
    let Some(grammar) = find(CONTAINER_COMMANDS, text) else {
        // A command in a variable: `docker "$action" NAME`.
        if word.parts.iter().any(|part| part.variable().is_some()) {
            plan.guessed = true;
            let grammar = Grammar { flags: &[], operands: &[CONTAINER] };
            grammar.read(words, at + 1, reading, plan);
        }
        return;
    };
    plan.container = matches!(text, "exec" | "run" | "create");
    grammar.read(words, at + 1, reading, plan);
}

fn compose(words: &[&Word], from: usize, reading: Reading, plan: &mut Plan) {
    let Some(at) = command(COMPOSE, words, from, reading, plan) else { return };
    let Some(word) = words.get(at) else { return };
    let of_variable = word
        .variable(&(0..word.text.len()))
        .and_then(|name| reading.values.get(name))
        .and_then(|values| values.iter().find_map(|value| compose_command(value.trim())));
    let (text, grammar) = match compose_command(word.as_str()).or(of_variable) {
        Some(found) => found,
        None if word.parts.iter().any(|part| part.variable().is_some()) => {
            plan.guessed = true;
            ("", Grammar { flags: &[], operands: &[SERVICE] })
        }
        None => return,
    };
    if COMPOSE_LISTS.contains(&text) {
        plan.lists = Some(Class::ContainerPattern);
    }
    plan.container = matches!(text, "exec" | "run");
    grammar.read(words, at + 1, reading, plan);
}

fn compose_command(word: &str) -> Option<(&str, Grammar)> {
    find(COMPOSE_COMMANDS, word).map(|grammar| (word, grammar))
}

fn find(commands: &[(&str, Grammar)], word: &str) -> Option<Grammar> {
    let named =
        |command: &&(&str, Grammar)| command.0.split_ascii_whitespace().any(|name| name == word);
    commands.iter().find(named).map(|command| command.1)
}

/// Skips flags and gives the number of the word that is the command.
fn command(
    flags: &'static [Flag],
    words: &[&Word],
    from: usize,
    reading: Reading,
    plan: &mut Plan,
) -> Option<usize> {
    let operands = &[COMMAND];
    // `logs` is a command here, and no word of a sentence.
    let reading = Reading { prose: false, ..reading };
    let mut at = from;
    loop {
        let mut head = Plan::default();
        Grammar { flags, operands }.read(words, at, reading, &mut head);
        plan.slots.append(&mut head.slots);
        at = head.inner?;
        let word = words.get(at)?;
        let next = words.get(at + 1).map_or("", |word| word.as_str());
        // Flags in a variable: `docker compose $FILES up`, `docker-compose $(FILES) -p x up`.
        let variable = word.variable(&(0..word.text.len())).is_some();
        let goes_on = next.starts_with('-') || is_compose_command(next) || is_docker_command(next);
        let holds_command =
            |values: &Vec<String>| values.iter().any(|v| is_compose_command(v.trim()));
        let is_command = word
            .variable(&(0..word.text.len()))
            .and_then(|name| reading.values.get(name))
            .is_some_and(holds_command);
        if !(variable && goes_on && !is_command) {
            return Some(at);
        }
        at += 1;
    }
}
