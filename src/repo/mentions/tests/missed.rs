//! References that are easily missed.

use super::check;

#[test]
fn commands_in_arrays() {
    check(
        "db",
        &[
            (
                "run.sh",
                "docker=(docker compose)\n\"${docker[@]}\" exec db psql\n",
                &["ComposeCommand Certain"],
            ),
            (
                "run.sh",
                "DC=(docker compose -f a.yml)\n\"${DC[@]}\" exec -T db psql\n",
                &["ComposeCommand Certain"],
            ),
            ("run.sh", "cmd=(docker exec -i)\n${cmd[@]} db psql\n", &["ContainerCommand Certain"]),
            (
                "run.sh",
                "declare -a run=(docker compose)\n\"${run[@]}\" up -d db\n",
                &["ComposeCommand Certain"],
            ),
            (
                "run.sh",
                "compose=(docker compose)\ncompose+=(--profile x)\n\"${compose[@]}\" up -d db\n",
                &["ComposeCommand Certain"],
            ),
            (
                "run.sh",
                "compose=()\nif x; then compose=(docker compose); else compose=(docker-compose); fi\n\"${compose[@]}\" up -d db\n",
                &["ComposeCommand Certain"],
            ),
        ],
    );
}

#[test]
fn snippets_in_heredocs() {
    check(
        "db",
        &[
            (
                "run.sh",
                "cat > override.yml <<EOF\nservices:\n  db:\n    image: db:16\nEOF\n",
                &["Snippet Likely", "Image Certain"],
            ),
            (
                "run.sh",
                "cat <<EOF > \"$DIR/docker-compose.override.yml\"\nservices:\n  db:\n    ports: [\"1:1\"]\n  web:\n    depends_on:\n      - db\nEOF\n",
                &["Snippet Likely", "Snippet Likely"],
            ),
            (
                "run.sh",
                "tee x.yaml <<-'EOF'\n\tservices:\n\t  db:\n\t    environment:\n\t      DB_HOST: db\n\tEOF\n",
                &["Snippet Likely", "HostSetting Certain"],
            ),
        ],
    );
}

#[test]
fn keys_without_a_mark() {
    check(
        "db",
        &[
            ("a.py", "f(DBHOST=\"db\")\n", &["HostSetting Certain"]),
            ("a.py", "C = {\"MAINDBHOST\": \"db\"}\n", &["HostSetting Certain"]),
            (
                "a.py",
                "C = {\"XHOST\": \"db\", \"ghost\": \"db\"}\n",
                &["HostSetting Certain", "Literal Unsure"],
            ),
            ("a.py", "d['DBHOST'] = 'db'\n", &["HostSetting Certain"]),
            (".env", "APPHOST=db\nGHOST=db\n", &["HostSetting Certain", "Literal Unsure"]),
            ("a.php", "define('DBHOST', 'db');\n", &["HostSetting Certain"]),
            ("a.php", "$cfg['dbserver'] = 'db';\n", &["HostSetting Certain"]),
        ],
    );
}

#[test]
fn clients() {
    check(
        "db",
        &[
            (
                "docker/msmtprc",
                "account default\nhost db\nport 25\nuser db\n",
                &["HostSetting Certain", "User Certain"],
            ),
            ("app/.msmtprc", "host           db\n", &["HostSetting Certain"]),
            ("conf/ssmtp.conf", "mailhub=db:25\n", &["Host Likely"]),
            (
                "ssh/ssh_config",
                "Host x\n  HostName db\n  User db\n",
                &["HostSetting Likely", "User Certain"],
            ),
        ],
    );
}

#[test]
fn lists_of_arguments() {
    check(
        "db",
        &[(
            "Dockerfile",
            "ENTRYPOINT [\"/wait-for\", \"${DB_HOST:-db}:${DB_PORT:-5432}\", \"--\", \"x\"]\n",
            &["HostSetting Certain"],
        )],
    );
}

#[test]
fn wrappers_built_on_those_of_other_files() {
    let mut subject = super::subject("db", false);
    let words = ["docker", "compose"].map(str::to_owned).to_vec();
    subject.wrappers.insert("dc".to_owned(), words);
    let text = "list=\"$dc ps -a\"\nif $list | grep -q db; then :; fi\n";
    let found: Vec<_> = super::mentions("a.sh", text, super::kind("a.sh", text), &subject)
        .iter()
        .map(|mention| format!("{:?} {:?}", mention.class, mention.confidence))
        .collect();
    assert_eq!(found, ["ContainerPattern Certain"]);
}

#[test]
fn beside_other_uses_of_the_name() {
    check(
        "db",
        &[(
            "run.sh",
            "psql -U db -d db\nstart_service_and_wait db\n",
            &["User Certain", "Database Certain", "Literal Likely"],
        )],
    );
}

#[test]
fn helpers() {
    check(
        "db",
        &[
            ("run.sh", "id=$(container_id db)\n", &["Literal Likely"]),
            ("run.sh", "get_container_id db\n", &["Literal Likely"]),
            ("run.sh", "compose_exec db psql -U x\n", &["Literal Likely"]),
            ("run.sh", "in_container db psql\n", &["Literal Likely"]),
            ("a.py", "container_id(\"db\")\n", &["Literal Likely"]),
            ("a.py", "self.get_container_id('db')\n", &["Literal Likely"]),
            ("a.py", "compose_exec(\"db\", [\"ls\"])\n", &["Literal Likely"]),
            ("a.ts", "await composeExec('db', 'ls')\n", &["Literal Likely"]),
            ("a.rb", "container_id('db')\n", &["Literal Likely"]),
            ("a.js", "containerName('db')\n", &["Literal Unsure"]),
        ],
    );
}
