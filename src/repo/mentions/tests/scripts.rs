use super::check;

#[test]
fn shell() {
    check(
        "db",
        &[
            (
                "run.sh",
                "docker compose exec db psql -d db\n",
                &["ComposeCommand Certain", "Database Certain"],
            ),
            (
                "run.sh",
                "#!/bin/sh\nDC=\"docker compose\"\n$DC up -d db\n",
                &["ComposeCommand Certain"],
            ),
            ("run.sh", "# docker compose up db\n# the db\n", &["Comment Likely", "Comment Unsure"]),
            ("run.sh", "echo \"db is up\"\n", &["Message Unsure"]),
            (
                "crontab",
                "0 3 * * * docker exec db pg_dump\n@daily docker exec db x\n",
                &["ContainerCommand Certain", "ContainerCommand Certain"],
            ),
            (".husky/pre-push", "docker compose up -d db\n", &["ComposeCommand Certain"]),
            (".envrc", "export DB_HOST=db\n", &["HostSetting Certain"]),
        ],
    );
    check(
        "shop-db",
        &[("run.sh", "echo \"shop-db is up\" # shop-db\n", &["Message Likely", "Comment Likely"])],
    );
}

#[test]
fn make() {
    check(
        "db",
        &[
            (
                "Makefile",
                "db: web\n\tdocker compose up -d db\n",
                &["Identifier Certain", "ComposeCommand Certain"],
            ),
            ("Makefile", ".PHONY: up db\nup: db\n", &["Identifier Certain", "Identifier Certain"]),
            (
                "Makefile",
                "DB_HOST ?= db\nDB_NAME := db\n",
                &["HostSetting Certain", "Database Certain"],
            ),
            (
                "Makefile",
                "DC = docker compose\nx:\n\t@$(DC) exec db sh\n",
                &["ComposeCommand Certain"],
            ),
            ("Makefile", "x:\n\t-@docker exec -it \\\n\t  db sh\n", &["ContainerCommand Certain"]),
            ("Makefile", "x: ; docker logs db\n", &["ContainerCommand Certain"]),
            ("Makefile", "x: ## starts the db\n", &["Comment Unsure"]),
            ("Makefile", "x:\n\tpsql postgres://u@db/x\n", &["Host Certain"]),
            (
                "justfile",
                "logs service='db':\n  docker compose logs {{service}} db\n",
                &["ContainerReference Likely", "ComposeCommand Certain"],
            ),
            (
                "Makefile",
                "SERVICE ?= db\nx:\n\tdeploy $(SERVICE)\n",
                &["ContainerReference Unsure"],
            ),
            (
                "Procfile",
                "db: docker compose up db\n",
                &["Identifier Certain", "ComposeCommand Certain"],
            ),
            (
                "Taskfile.yml",
                "tasks:\n  db:\n    cmds:\n      - docker compose up -d db\n",
                &["Identifier Certain", "ComposeCommand Certain"],
            ),
            (
                "Taskfile.yml",
                "tasks:\n  x:\n    deps: [db]\n    cmds:\n    - cmd: docker stop db\n",
                &["Identifier Certain", "ContainerCommand Certain"],
            ),
        ],
    );
}

#[test]
fn dockerfile() {
    check(
        "db",
        &[
            (
                "Dockerfile",
                "FROM db:16 AS db\nCOPY --from=db /db /x\n",
                &["Image Certain", "Identifier Certain", "Identifier Certain", "Path Certain"],
            ),
            (
                "Dockerfile",
                "ENV DB_HOST=db DB_NAME=db\nARG DB_HOST=db\nENV DB_HOST db\n",
                &[
                    "HostSetting Certain",
                    "Database Certain",
                    "HostSetting Certain",
                    "HostSetting Certain",
                ],
            ),
            ("Dockerfile", "CMD [\"wait-for\", \"db:5432\", \"--\", \"x\"]\n", &["Host Certain"]),
            (
                "Dockerfile",
                "CMD [\"psql\", \"-h\", \"db\", \"-d\", \"db\"]\n",
                &["Host Certain", "Database Certain"],
            ),
            (
                "Dockerfile",
                "RUN x && \\\n  # the db\n  psql -h db\n",
                &["Comment Unsure", "Host Certain"],
            ),
            ("Dockerfile", "HEALTHCHECK --interval=1s CMD pg_isready -h db\n", &["Host Certain"]),
            (
                "Dockerfile",
                "WORKDIR /db\nUSER db\n# db\n",
                &["Path Certain", "User Certain", "Comment Unsure"],
            ),
            (
                "Dockerfile",
                "RUN <<EOF\npsql -h db\nEOF\nUSER db\n",
                &["Host Likely", "User Certain"],
            ),
        ],
    );
}

#[test]
fn ci() {
    check(
        "db",
        &[
            (
                ".github/workflows/a.yml",
                "jobs:\n  db:\n    steps:\n    - name: Start db\n      run: docker compose up -d db\n",
                &["Identifier Certain", "Message Unsure", "ComposeCommand Certain"],
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  t:\n    services:\n      db:\n        image: db:16\n    env:\n      DB_HOST: db\n    steps:\n    - run: docker compose up -d db\n",
                &[
                    "OtherNamespace Unsure",
                    "OtherNamespace Unsure",
                    "OtherNamespace Unsure",
                    "ComposeCommand Certain",
                ],
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  t:\n    env:\n      DB_HOST: db\n",
                &["HostSetting Certain"],
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  t:\n    steps:\n    - run: |\n        docker compose exec -T db \\\n          psql -d db\n",
                &["ComposeCommand Certain", "Database Certain"],
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  t:\n    steps:\n    - with:\n        driver-opts: |\n          network=container:db\n        build-args: |\n          DATABASE_URL=postgresql://${{ env.U }}:${{ env.P }}@db/${{ env.D }}\n",
                &["ContainerReference Certain", "Host Certain"],
            ),
            (
                ".github/workflows/a.yml",
                "env:\n  DC: docker compose\njobs:\n  t:\n    needs: [db]\n    strategy:\n      matrix:\n        s: [web, db, api]\n",
                &["Identifier Certain", "NameList Unsure"],
            ),
            (
                ".github/workflows/a.yml",
                "on:\n  push:\n    paths:\n    - 'db/**'\n    - db\n",
                &["Path Certain", "Path Certain"],
            ),
            (
                ".gitlab-ci.yml",
                "test:\n  services:\n    - name: postgres:16\n      alias: db\n  variables:\n    DB_HOST: db\n  script:\n    - psql -h db\n",
                &["OtherNamespace Unsure", "OtherNamespace Unsure", "OtherNamespace Unsure"],
            ),
            (
                ".gitlab-ci.yml",
                "test:\n  script:\n    - docker compose up -d db\n    - psql -h db\n",
                &["ComposeCommand Certain", "Host Certain"],
            ),
            (
                ".gitlab-ci.yml",
                "stages: [db]\nx:\n  stage: db\n  image: db:16\n",
                &["Identifier Certain", "Identifier Certain", "Image Certain"],
            ),
            (
                ".drone.yml",
                "kind: pipeline\nservices:\n- name: db\n  image: db\nsteps:\n- name: x\n  commands:\n  - psql -h db\n",
                &["OtherNamespace Unsure", "OtherNamespace Unsure", "OtherNamespace Unsure"],
            ),
            (
                ".circleci/config.yml",
                "jobs:\n  x:\n    steps:\n    - run:\n        name: up\n        command: docker-compose up -d db\n    - run: docker logs db\n",
                &["ComposeCommand Certain", "ContainerCommand Certain"],
            ),
            (
                ".github/workflows/a.yml",
                "jobs:\n  t:\n    strategy:\n      matrix:\n        service: [web, db]\n    steps:\n    - run: docker build ./${{ matrix.service }}\n",
                &["Path Unsure"],
            ),
            (
                ".circleci/config.yml",
                "jobs:\n  x:\n    docker:\n    - image: y\n      name: db\n    steps:\n    - run: psql -h db\n",
                &["OtherNamespace Unsure", "OtherNamespace Unsure"],
            ),
            (
                ".github/workflows/a.yml",
                "# the db\n# run: docker compose up db\n",
                &["Comment Unsure", "Comment Likely"],
            ),
        ],
    );
}

#[test]
fn sql() {
    check(
        "db",
        &[
            ("a.sql", "CREATE DATABASE db OWNER db;\n", &["Database Certain", "User Certain"]),
            (
                "a.sql",
                "\\c db\n\\connect db\nUSE db;\n",
                &["Database Certain", "Database Certain", "Database Certain"],
            ),
            ("a.sql", "GRANT ALL ON DATABASE db TO db;\n", &["Database Certain", "User Certain"]),
            (
                "a.sql",
                "CREATE SERVER s OPTIONS (host 'db', dbname 'db');\n",
                &["HostSetting Certain", "Database Certain"],
            ),
            (
                "a.sql",
                "SELECT dblink('host=db dbname=db', 'SELECT 1');\n",
                &["Host Certain", "Database Certain"],
            ),
            (
                "a.sql",
                "-- the db\nSELECT db.x FROM db;\n",
                &["Comment Unsure", "Identifier Certain"],
            ),
            (
                "a.sql",
                "INSERT INTO x VALUES ('db', 'http://db:1');\n",
                &["Literal Unsure", "Host Certain"],
            ),
            (
                "a.sql",
                "SELECT 1 WHERE datname = 'db' AND rolname = 'db';\n",
                &["Database Certain", "User Certain"],
            ),
            (
                "a.sql",
                "DROP DATABASE IF EXISTS db;\nDROP ROLE IF EXISTS db;\n",
                &["Database Certain", "User Certain"],
            ),
        ],
    );
}
