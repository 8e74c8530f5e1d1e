use super::{
    Chars, Ci, Code, Config, Dashes, Directives, Dockerfile, Docs, Env, FileKind, Generated, Hcl,
    History, Json, Language, Lines, Make, Markup, Other, Semicolons, Shell, Slashes, Sql, Xml,
    Yaml, kind,
};

#[test]
fn paths_tell() {
    let table: &[(FileKind, &str)] = &[
        (Yaml, "compose.yaml docker-compose.yml.example a/prometheus.yml values.yaml.j2"),
        (Yaml, "config/database.yml.erb .pre-commit-config.yaml .github/dependabot.yml"),
        (Yaml, "playbooks/main.yml k8s/app.yaml docker-compose.override.yml.dist"),
        (Env, ".env .env.example .env.unified.example app.env prod.env.template env.example"),
        (Env, "env-example env/web .envs/.local/.postgres .env-sample .ENV.Test .flaskenv"),
        (Env, "deploy/env.sample env/postgres.env .env.prod .envs/.production/.django"),
        (Shell, "run.sh a/b.bash x.ps1 .husky/pre-commit hooks/post-merge .envrc crontab"),
        (Shell, "env.sh backup/backup.sh run.sh.tmpl cron.d/backup migrations/apply.sh"),
        (Make, "Makefile makefile.dev rules.mk justfile Taskfile.yml Procfile Procfile.dev"),
        (Dockerfile, "Dockerfile Dockerfile.dev web.dockerfile Containerfile dockerfile.j2"),
        (Ci, ".github/workflows/a.yml .gitlab-ci.yml .circleci/config.yml .drone.yml"),
        (Ci, "azure-pipelines.yml bitbucket-pipelines.yml .travis.yml .github/actions/x/a.yml"),
        (Ci, "action.yml ci/test.gitlab-ci.yml .gitlab/ci/build.yml cloudbuild.yaml"),
        (Config(Lines), "php.ini pyproject.toml app.properties .pgpass pgbouncer.ini redis.conf"),
        (Config(Lines), "requirements.txt requirements/dev.txt userlist.txt my.cnf app.service"),
        (Config(Lines), "config.toml.example go.mod setup.cfg .npmrc"),
        (Config(Json), "package.json servers.json tsconfig.jsonc .eslintrc config.json5"),
        (Config(Xml), "pom.xml web.config App.csproj"),
        (Config(Hcl), "main.tf prod.tfvars docker-bake.hcl"),
        (Config(Directives), "Caddyfile Caddyfile.dev haproxy.cfg .htaccess x.nginx"),
        (Config(Directives), "etc/nginx/sites-available/app"),
        (Code(Language::Hash), "a.py b.rb c.pl d.exs Rakefile Vagrantfile CMakeLists.txt"),
        (Code(Language::Hash), "alembic/env.py migrations/env.py src/archive/mod.py Tiltfile"),
        (Code(Slashes), "a.js b.ts c.tsx d.php Jenkinsfile x.groovy build.gradle s.scss .env.js"),
        (Code(Chars), "migrate/main.go a.go b.rs C.java d.kt e.cs f.cpp default.vcl"),
        (Code(Dashes), "a.lua b.hs"),
        (Code(Semicolons), "a.clj b.el"),
        (Code(Markup), "a.html b.vue c.html.erb d.j2 x/e.ejs mail.tmpl index.html.twig"),
        (Sql, "init.sql schema.psql db/seed.sql"),
        (Docs, "README.md a.rst b.adoc README INSTALL docs/guide.txt README.txt Dockerfile.md"),
        (Docs, "docs/upgrade.mdx .env.md"),
        (History, "CHANGELOG.md CHANGELOG NEWS.rst release-notes.md HISTORY.txt app.log"),
        (History, "pasted/out.txt archive/run.sh docs/archive/a.md old/Makefile nginx.conf.bak"),
        (History, "alembic/versions/1_a.py app/migrations/0001_initial.py db/migrate/1_x.rb"),
        (History, "prisma/migrations/1/migration.sql sql/V1__init.sql release-notes/1.0.md"),
        (History, "archive/tool.py a.patch"),
        (Generated, "package-lock.json yarn.lock pnpm-lock.yaml bun.lock Cargo.lock uv.lock"),
        (Generated, "go.sum a.min.js a.js.map node_modules/x/a.js vendor/a.go dist/a.js x.svg"),
        (Generated, "n.ipynb flake.lock .terraform.lock.hcl"),
        (Other, "LICENSE x.bin data.csv .gitignore .dockerignore robots.txt"),
    ];
    let wrong: Vec<_> = table
        .iter()
        .flat_map(|(expected, paths)| paths.split(' ').map(move |path| (path, *expected)))
        .map(|(path, expected)| (path, expected, kind(path, "")))
        .filter(|(_, expected, found)| expected != found)
        .collect();
    assert!(wrong.is_empty(), "path, expected, found: {wrong:#?}");
}

#[test]
fn texts_tell() {
    let table: &[(FileKind, &str, &str)] = &[
        (Shell, "run", "#!/usr/bin/env bash\nset -e"),
        (Shell, "bin/deploy", "#!/bin/sh\n"),
        (Shell, "entry", "#!/usr/bin/with-contenv sh\n"),
        (Code(Language::Hash), "manage", "#!/usr/bin/env python3.12\n"),
        (Code(Slashes), "cli", "#!/usr/bin/env -S node --no-warnings\n"),
        (Make, "tasks", "#!/usr/bin/make -f\n"),
        (Other, "notes-x", "bash"),
        (Config(Directives), "nginx.conf", "http {\n  server {\n    listen 80;\n  }\n}\n"),
        (Config(Directives), "a.conf.template", "upstream x {\n  server web:80;\n}\n"),
        (Config(Directives), "httpd.conf", "Listen 80\nProxyPass / http://web:80/\n"),
        (Config(Directives), "lb.cfg", "defaults\n  mode http\nbackend b\n  server s web:80\n"),
        (Config(Lines), "redis.conf", "bind 0.0.0.0\nport 6379\n"),
        (Config(Lines), "a.conf", "[main]\nhost = web\n"),
        (Config(Lines), "postgresql.conf", "# a;\nlisten_addresses = '*'\n"),
        (Generated, "a.go", "// Code generated by x. DO NOT EDIT.\n"),
    ];
    for (expected, path, text) in table {
        assert_eq!(kind(path, text), *expected, "{path}");
    }
}

proptest::proptest! {
    #[test]
    fn any_path_and_text_has_a_kind(path in "\\PC{0,40}", text in "\\PC{0,80}") {
        let _ = kind(&path, &text);
    }
}
