//! The engine: its containers, networks, volumes and images, by the `docker` command.

use std::collections::BTreeMap;
use std::fs::File;
use std::process::Child;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::program::{Call, CallError, World};

/// The engine that the caller's variables lead to.
#[derive(Clone, Debug)]
pub(crate) struct Docker {
    program: Vec<String>,
    world: World,
}

/// A container, as `docker inspect` tells it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Container {
    pub(crate) id: String,
    /// With the slash before it that the engine gives it.
    name: String,
    /// The image's id.
    pub(crate) image: String,
    pub(crate) state: State,
    pub(crate) config: Config,
    #[serde(default)]
    pub(crate) mounts: Vec<Mount>,
    #[serde(default)]
    network_settings: NetworkSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct State {
    /// `running`, `exited`, `created` …
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) running: bool,
    #[serde(default)]
    pub(crate) restarting: bool,
    pub(crate) health: Option<Health>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Health {
    /// `starting`, `healthy`, `unhealthy`, `none`.
    pub(crate) status: String,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Config {
    /// The image as it was asked for.
    pub(crate) image: String,
    env: Option<Vec<String>>,
    labels: Option<BTreeMap<String, String>>,
}

// The environment holds passwords.
impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("image", &self.image).finish_non_exhaustive()
    }
}

/// Something mounted into a container.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Mount {
    /// The volume's name; empty for a path of the host.
    #[serde(default)]
    pub(crate) name: String,
    /// The path at the host.
    #[serde(default)]
    pub(crate) source: String,
    /// The path in the container.
    #[serde(default)]
    pub(crate) destination: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct NetworkSettings {
    #[serde(default)]
    networks: BTreeMap<String, Endpoint>,
}

/// A container's place on a network.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Endpoint {
    aliases: Option<Vec<String>>,
    #[serde(default, rename = "IPAddress")]
    pub(crate) address: String,
    #[serde(default, rename = "GlobalIPv6Address")]
    pub(crate) address6: String,
}

impl Container {
    pub(crate) fn name(&self) -> &str {
        self.name.trim_start_matches('/')
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.config.labels.as_ref()?.get(name).map(String::as_str)
    }

    /// Gives the Compose project that it is of.
    pub(crate) fn project(&self) -> Option<&str> {
        self.label("com.docker.compose.project")
    }

    /// Gives the service that it is of.
    pub(crate) fn service(&self) -> Option<&str> {
        self.label("com.docker.compose.service")
    }

    /// Gives a variable that it was started with.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables().find(|(key, _)| *key == name);
        found.map(|(_, value)| value)
    }

    pub(crate) fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.config.env.iter().flatten().filter_map(|pair| pair.split_once('='))
    }

    pub(crate) fn health(&self) -> Option<&str> {
        self.state.health.as_ref().map(|health| health.status.as_str())
    }

    pub(crate) fn networks(&self) -> impl Iterator<Item = (&str, &Endpoint)> {
        self.network_settings.networks.iter().map(|(name, endpoint)| (name.as_str(), endpoint))
    }

    /// Tells whether it answers to a name on a network.
    pub(crate) fn answers_to(&self, network: &str, name: &str) -> bool {
        let aliases = self
            .networks()
            .filter(|(other, _)| *other == network)
            .flat_map(|(_, endpoint)| endpoint.aliases.iter().flatten());
        self.name() == name || aliases.into_iter().any(|alias| alias == name)
    }

    pub(crate) fn is_on(&self, network: &str) -> bool {
        self.networks().any(|(name, _)| name == network)
    }

    /// Tells whether it mounts a volume, by its name, or a path of the host or one above or below.
    pub(crate) fn mounts_data(&self, volume_or_path: &str) -> bool {
        let inside = |path: &str, folder: &str| {
            let rest = path.strip_prefix(folder.trim_end_matches('/'));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.mounts.iter().any(|mount| {
            let path = mount.source.as_str();
            mount.name == volume_or_path
                || (volume_or_path.starts_with('/')
                    && mount.name.is_empty()
                    && (inside(path, volume_or_path) || inside(volume_or_path, path)))
        })
    }
}

impl Docker {
    pub(crate) fn new(world: World) -> Self {
        Self { program: vec!["docker".to_owned()], world }
    }

    /// Gives the engine's version.
    pub(crate) fn version(&self) -> Result<String, CallError> {
        let asked = self.call(&["version", "--format", "{{.Server.Version}}"]);
        let version = asked.limit(Duration::from_secs(20)).text(&self.world)?;
        Ok(version.trim().to_owned())
    }

    /// Gives a container by its id or name; none where there is none.
    pub(crate) fn container(&self, id: &str) -> Result<Option<Container>, CallError> {
        Ok(self.inspect(&[id])?.into_iter().next())
    }

    /// Gives all containers that run.
    pub(crate) fn running(&self) -> Result<Vec<Container>, CallError> {
        self.listed(&["ps", "-q", "--no-trunc"])
    }

    /// Gives all containers, those of a filter: `label=com.docker.compose.project=x`.
    pub(crate) fn all(&self, filters: &[String]) -> Result<Vec<Container>, CallError> {
        let mut args = vec!["ps", "-aq", "--no-trunc"];
        args.extend(filters.iter().flat_map(|filter| ["--filter", filter.as_str()]));
        self.listed(&args)
    }

    fn listed(&self, args: &[&str]) -> Result<Vec<Container>, CallError> {
        let ids = self.call(args).text(&self.world)?;
        self.inspect(&ids.lines().collect::<Vec<_>>())
    }

    /// Gives what can be found of some containers.
    fn inspect(&self, ids: &[&str]) -> Result<Vec<Container>, CallError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let args: Vec<&str> =
            ["container", "inspect"].into_iter().chain(ids.iter().copied()).collect();
        // One of them may be gone by now, which makes the command fail.
        let call = self.call(&args);
        let text = call.lenient(&self.world)?;
        match text.trim() {
            // The engine is asked once more: is it there at all?
            "" => self.version().map(|_| Vec::new()),
            text => parsed(text),
        }
    }

    /// Gives the id of an image; none where it is not here.
    pub(crate) fn image_id(&self, image: &str) -> Result<Option<String>, CallError> {
        let call = self.call(&["image", "inspect", "--format", "{{.Id}}", image]);
        let text = call.lenient(&self.world)?;
        Ok(Some(text.trim().to_owned()).filter(|id| !id.is_empty()))
    }

    /// Runs a program in a container.
    pub(crate) fn exec(&self, container: &str, exec: &Exec<'_>) -> Result<String, CallError> {
        self.exec_call(container, exec).text(&self.world)
    }

    /// Runs a program in a container, with its output in a file.
    pub(crate) fn exec_to_file(
        &self,
        container: &str,
        exec: &Exec<'_>,
        file: File,
    ) -> Result<(), CallError> {
        self.exec_call(container, exec).to_file(&self.world, file)
    }

    fn exec_call(&self, container: &str, exec: &Exec<'_>) -> Call {
        let mut args = vec!["exec"];
        if exec.input.is_some() {
            args.push("-i");
        }
        if exec.password.is_some() {
            args.extend(["-e", "PGPASSWORD"]);
        }
        args.push(container);
        args.extend(exec.words);
        let call = self.call(&args).secret("PGPASSWORD", exec.password).limit(exec.limit);
        match exec.input {
            Some(input) => call.input(input),
            None => call,
        }
    }

    /// Starts a program of an image in a container of its own on a network. The container goes when the
    /// program ends, which is when its input does.
    pub(crate) fn run_on_network(
        &self,
        network: &str,
        image: &str,
        words: &[&str],
        password: Option<&SecretString>,
    ) -> Result<Child, CallError> {
        let (program, args) = words.split_first().unwrap_or((&"", &[]));
        let mut all = vec!["run", "--rm", "-i", "--network", network, "--entrypoint", program];
        // Without these it might write into the image's volumes, or be taken for a server.
        all.extend(["--no-healthcheck", "--label", PROBE]);
        if password.is_some() {
            all.extend(["-e", "PGPASSWORD"]);
        }
        all.push(image);
        all.extend(args);
        self.call(&all).secret("PGPASSWORD", password).start(&self.world)
    }

    /// Stops a container, with time for what runs in it.
    pub(crate) fn stop(&self, container: &str, seconds: u32) -> Result<(), CallError> {
        let (time, limit) = (seconds.to_string(), Duration::from_secs(u64::from(seconds) + 30));
        self.call(&["stop", "-t", &time, container]).limit(limit).text(&self.world).map(drop)
    }

    pub(crate) fn start(&self, container: &str) -> Result<(), CallError> {
        self.call(&["start", container]).text(&self.world).map(drop)
    }

    /// Removes a container that does not run. Its volumes stay.
    pub(crate) fn remove(&self, container: &str) -> Result<(), CallError> {
        self.call(&["rm", container]).text(&self.world).map(drop)
    }

    fn call(&self, args: &[&str]) -> Call {
        Call::new(&self.program, args)
    }
}

/// The label of containers that only ask.
pub(crate) const PROBE: &str = "composemod.probe=1";

/// A program that is run in a container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exec<'a> {
    pub(crate) words: &'a [&'a str],
    pub(crate) input: Option<&'a str>,
    pub(crate) password: Option<&'a SecretString>,
    pub(crate) limit: Duration,
}

fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, CallError> {
    serde_json::from_str(text).map_err(|error| CallError::Failed {
        call: "docker inspect".to_owned(),
        said: format!("its answer is not understood: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSPECTED: &str = r#"[{
        "Id": "abc", "Name": "/db", "Image": "sha256:1",
        "State": {"Status": "running", "Running": true, "Health": {"Status": "healthy"}},
        "Config": {"Image": "postgres:16", "Env": ["POSTGRES_PASSWORD=a=b", "X="],
                   "Labels": {"com.docker.compose.project": "p"}},
        "Mounts": [{"Type": "volume", "Name": "p_data", "Source": "/var/x", "Destination": "/data"},
                   {"Type": "bind", "Source": "/srv/pg/data", "Destination": "/bind"}],
        "NetworkSettings": {"Networks": {"net": {"Aliases": ["old", "abc"], "IPAddress": "10.0.0.2"}}}
    }]"#;

    #[test]
    fn a_container_is_read() {
        let all: Vec<Container> = parsed(INSPECTED).unwrap();
        let one = &all[0];
        assert_eq!(
            (one.name(), one.project(), one.variable("POSTGRES_PASSWORD"), one.health()),
            ("db", Some("p"), Some("a=b"), Some("healthy"))
        );
        for (network, name, expected) in [
            ("net", "old", true),
            ("net", "db", true),
            ("net", "new", false),
            ("other", "old", false),
        ] {
            assert_eq!(one.answers_to(network, name), expected, "{network} {name}");
        }
        for (data, expected) in [
            ("p_data", true),
            ("p_dat", false),
            ("/srv/pg/data", true),
            ("/srv/pg", true),
            ("/srv/pg/data/base", true),
            ("/srv/pg/dat", false),
            ("/var/x", false),
        ] {
            assert_eq!(one.mounts_data(data), expected, "{data}");
        }
        assert!(!format!("{one:?}").contains("a=b"), "no variable is shown");
    }
}
