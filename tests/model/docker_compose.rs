//! Whether Debian's docker-compose sees a project after a rename as the model does.
//!
//! With `COMPOSEMOD_TEST_DOCKER_COMPOSE` set, it must be there; without, the test says that it was
//! skipped where it is not.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value as Json, json};

use crate::case::{arguments, ordered, run, tree_of, write};
use crate::generate::Profile;
use crate::project::{Project, SECTIONS};
use crate::properties::{check_with, differing, refusal, told};
use crate::reading;

/// The project's name, as docker_compose.py has it.
const PROJECT: &str = "stack";

/// A process that answers for docker-compose.
struct DockerCompose {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl DockerCompose {
    fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/model/docker_compose.py");
        let python = "/usr/bin/python3";
        let known = Command::new(python).args(["-c", "import compose"]).output().ok()?;
        if !known.status.success() {
            return None;
        }
        let mut child = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let (stdin, stdout) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        Some(Self { child, stdin, stdout })
    }

    fn config(&mut self, folder: &Path, project: &Project) -> Result<Json, String> {
        let request = json!({"folder": folder, "files": project.loaded()});
        writeln!(self.stdin, "{request}").expect("asked");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("answered");
        let answer: Json = serde_json::from_str(&line).expect("JSON");
        match answer.get("config") {
            Some(Json::Object(config)) => Ok(normal(config.clone(), folder)),
            _ => Err(answer["error"].as_str().unwrap_or_default().to_owned()),
        }
    }
}

impl Drop for DockerCompose {
    fn drop(&mut self) {
        // The process ends with its input; where it does not, nothing is lost.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn debians_docker_compose_agrees() {
    let is_wanted = std::env::var_os("COMPOSEMOD_TEST_DOCKER_COMPOSE").is_some();
    let Some(mut docker_compose) = DockerCompose::start() else {
        assert!(!is_wanted, "docker-compose is missing: apt-get install docker-compose");
        println!("skipped: docker-compose is not here");
        return;
    };
    check_with(Profile::DockerCompose, "docker-compose", 5, 25, |mut case, tally| {
        let keeps_alias = case.choices.chance(50);
        let rename = case.rename(keeps_alias);
        let folder = tempfile::tempdir().expect("a folder");
        let before = case.tree(&case.project.names);
        write(&before, folder.path());
        let model = |project: Json| comparable(ordered(project));
        if links_share_a_name(&case.project.effective()) {
            tally.count("refused: docker-compose takes one of two links by one name");
            return Ok(());
        }
        let seen = docker_compose.config(folder.path(), &case.project).map(comparable);
        let expected = model(case.project.effective());
        if seen.as_ref() != Ok(&expected) {
            // It has ways of its own, which are no matter of a rename; `finish` says how many.
            tally.count("refused: docker-compose reads the project otherwise before the rename");
            if std::env::var_os("COMPOSEMOD_MODEL_TELL").is_some() {
                println!("{}", differing(&seen, &expected));
            }
            return Ok(());
        }
        let arguments = arguments(&case.project, &rename);
        let (code, out, err) = run(folder.path(), &arguments, &["--write"]);
        if let Some(why) = refusal(&case, &rename, code, &(out + &err)) {
            if why.starts_with('!') {
                return Err(told(&case, &rename, &why));
            }
            tally.count(format!("refused: {why}"));
            return Ok(());
        }
        let seen = docker_compose.config(folder.path(), &case.project).map(comparable);
        let expected = model(case.project.effective_after(&rename));
        if seen.as_ref() != Ok(&expected) {
            let files = format!("{:#?}", tree_of(folder.path()));
            return Err(told(&case, &rename, &(differing(&seen, &expected) + &files)));
        }
        tally.count(format!("held, {:?}", rename.id.kind));
        Ok(())
    });
}

/// Whether two links of a service give one name. Which of them docker-compose takes goes by the order of
/// the names that they lead to.
fn links_share_a_name(project: &Json) -> bool {
    let services = project["services"].as_object().into_iter().flat_map(Map::values);
    services.filter_map(|service| service["links"].as_array()).any(|links| {
        let names = links.iter().filter_map(Json::as_str);
        let mut names: Vec<&str> =
            names.map(|link| link.split_once(':').map_or(link, |(_, name)| name)).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() < all
    })
}

/// Brings what docker-compose prints into the form of the model.
fn normal(mut config: Map<String, Json>, folder: &Path) -> Json {
    let services = config.get_mut("services").and_then(Json::as_object_mut);
    for service in services.into_iter().flat_map(Map::values_mut) {
        if let Some(body) = service.as_object_mut() {
            reading::service_in_long_form(body);
        }
    }
    let mut whole = reading::normal(config);
    let prefix = folder.to_str().expect("UTF-8");
    relative(&mut whole, prefix);
    reading::sort(&mut whole, "");
    whole
}

/// Makes texts of all scalars, and paths relative again.
fn relative(value: &mut Json, folder: &str) {
    match value {
        Json::Object(entries) => entries.values_mut().for_each(|value| relative(value, folder)),
        Json::Array(items) => items.iter_mut().for_each(|value| relative(value, folder)),
        Json::String(text) => {
            if let Some(rest) = text.strip_prefix(folder) {
                *text = format!(".{rest}");
            }
        }
        Json::Number(number) => *value = number.to_string().into(),
        Json::Bool(is_so) => *value = is_so.to_string().into(),
        Json::Null => {}
    }
}

/// What both can be asked for: docker-compose reads env files, and says the name of what is external.
fn comparable(mut whole: Json) -> Json {
    for (section, _) in SECTIONS {
        for (key, thing) in whole[section].as_object_mut().into_iter().flatten() {
            if let Some(name) = thing["name"].as_str() {
                thing["name"] = name.replace("${COMPOSE_PROJECT_NAME}", PROJECT).into();
            } else if thing["external"] == "true" {
                thing["name"] = key.clone().into();
            }
            if let Some(settings) = thing.as_object_mut() {
                settings.retain(|_, value| !value.is_null());
            }
        }
    }
    if let Some(services) = whole["services"].as_object_mut() {
        for service in services.values_mut().filter_map(Json::as_object_mut) {
            service.remove("env_file");
            for port in service.get_mut("ports").and_then(Json::as_array_mut).into_iter().flatten()
            {
                *port = port.as_str().unwrap_or_default().trim_end_matches("/tcp").into();
            }
            let sources = service.get_mut("volumes_from").and_then(Json::as_array_mut);
            for source in sources.into_iter().flatten() {
                let text = source.as_str().unwrap_or_default();
                let text = text.trim_start_matches("service:").trim_end_matches(":rw");
                *source = text.into();
            }
            // A link by the service's own name is a bare one.
            for link in service.get_mut("links").and_then(Json::as_array_mut).into_iter().flatten()
            {
                let text = link.as_str().unwrap_or_default();
                if let Some((name, alias)) = text.split_once(':')
                    && name == alias
                {
                    *link = name.to_owned().into();
                }
            }
            service.retain(|_, value| *value != json!({}) && *value != json!([]));
        }
    }
    reading::sort(&mut whole, "");
    whole
}
