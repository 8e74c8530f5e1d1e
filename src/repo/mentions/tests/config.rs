use super::check;

#[test]
fn env_files() {
    check(
        "db",
        &[
            (".env", "DB_HOST=db\n", &["HostSetting Certain"]),
            (".env", "export DB_HOST=\"db\" # note\n", &["HostSetting Certain"]),
            (
                ".env.example",
                "DATABASE_URL=postgres://db:x@db:5432/db\n",
                &["User Certain", "Host Certain", "Database Certain"],
            ),
            (".env", "POSTGRES_DB=db\nPOSTGRES_USER=db\n", &["Database Certain", "User Certain"]),
            (".env", "COMPOSE_PROFILES=db,web\n", &["Profile Certain"]),
            (".env", "ALLOWED_HOSTS=localhost,db\n", &["HostSetting Certain"]),
            (".env", "WAIT_FOR=db:5432\n", &["Host Likely"]),
            (".env", "NAME=db\n", &["Literal Unsure"]),
            (".env", "# DB_HOST=db\n", &["Comment Likely"]),
            (".env", "#export DB_HOST=db   # the host\n", &["Comment Likely"]),
            (".env", "# POSTGRES_DB=db\n", &["Database Certain"]),
            (".env", "# the db must run\n", &["Comment Unsure"]),
            (".env", "# see https://hub.docker.com/_/db\n", &["Path Likely"]),
            (".env", "# DB_PORT of db:\n", &["Comment Unsure"]),
            (".env", "DB_HOST=my-db\nX=db-1\n", &[]),
            (".env", "C=shop-db-1\n", &["DerivedName Unsure"]),
            (".env", "C=shop_db_1 x\n", &["DerivedName Unsure"]),
            (".env", "DB_HOST=${H:-db}\n", &["HostSetting Certain"]),
            (".env", "KEY=\"a\nhttp://db:80\nb\"\n", &["Host Certain"]),
            ("env/web", "DB_HOST: db\n", &["HostSetting Certain"]),
            (".env", "HEALTH_URL=http://db/db\n", &["Host Certain", "Path Certain"]),
        ],
    );
    check(
        "shop-db",
        &[
            (".env", "# the shop-db must run\n", &["Comment Likely"]),
            (".env", "NAME=shop-db\nTARGET=shop-db\n", &["Literal Unsure", "Literal Likely"]),
            (".env", "POSTGRES_DB=shop-db\n", &["Database Certain"]),
            ("rules.yml", "expr: up{job=\"shop-db\"} == 0\n", &["Identifier Unsure"]),
            ("rules.yml", "expr: mem{name=\"shop-db\"} > 9\n", &["Message Likely"]),
        ],
    );
}

#[test]
fn lines() {
    check(
        "db",
        &[
            ("a.ini", "[db]\nhost = db\n", &["Identifier Certain", "HostSetting Certain"]),
            ("a.ini", "host = \"db\" ; note\n", &["HostSetting Certain"]),
            (
                "a.toml",
                "[database]\nhost = 'db'\nname = \"db\"\n",
                &["HostSetting Certain", "Literal Unsure"],
            ),
            ("a.toml", "hosts = [\n  \"db\",\n  \"x\",\n]\n", &["HostSetting Certain"]),
            ("a.toml", "c = { host = \"db\", port = 1 }\n", &["Host Certain"]),
            ("a.toml", "[tool.poetry.dependencies]\ndb = \"1\"\n", &["Image Certain"]),
            ("a.toml", "dependencies = [\"db\"]\n", &["Image Certain"]),
            (
                "app.properties",
                "spring.datasource.url=jdbc:postgresql://db:5432/x\n",
                &["Host Certain"],
            ),
            ("app.properties", "#spring.redis.host=db\n", &["Comment Likely"]),
            ("alembic.ini", "sqlalchemy.url = postgresql://u@db/x\n", &["Host Certain"]),
            (
                "syslog-ng.conf",
                "destination d {\n  redis(\n    host(\"db\")\n    port(6379)\n  );\n};\n",
                &["HostSetting Certain"],
            ),
            ("redis.conf", "replicaof db 6379\n", &["HostSetting Certain"]),
            (
                "pgbouncer.ini",
                "[databases]\ndb = host=db port=5432 dbname=db\n",
                &["Database Certain", "Host Certain", "Database Certain"],
            ),
            (
                ".pgpass",
                "db:5432:db:db:db\n",
                &["HostSetting Certain", "Database Certain", "User Certain", "Unknown Certain"],
            ),
            ("userlist.txt", "\"db\" \"md5\"\n", &["User Certain"]),
            ("requirements.txt", "db==1.0\n# db\n", &["Image Certain", "Comment Unsure"]),
            (
                "app.service",
                "[Service]\nExecStart=/usr/bin/docker start -a db\n",
                &["ContainerCommand Certain"],
            ),
            (
                "app.service",
                "[Service]\nEnvironment=\"DB_HOST=db\" X=1\n",
                &["HostSetting Certain"],
            ),
            ("supervisord.conf", "[program:x]\ncommand=psql -h db\n", &["Host Certain"]),
            ("postgresql.conf", "primary_conninfo = 'host=db user=x'\n", &["Host Certain"]),
            ("pyproject.toml", "[project]\nname = \"db\"\n", &["Image Unsure"]),
            ("sentinel.conf", "sentinel monitor main db 6379 2\n", &["HostSetting Certain"]),
            (
                "pg_hba.conf",
                "host db db db md5 # db\n",
                &["Database Certain", "User Certain", "HostSetting Certain", "Comment Unsure"],
            ),
            (
                "pyproject.toml",
                "[tool.poe.tasks]\nup = \"docker compose up -d db\"\n",
                &["ComposeCommand Certain"],
            ),
            ("hosts", "10.0.0.1 db\n", &["Literal Unsure"]),
        ],
    );
}

#[test]
fn json() {
    check(
        "db",
        &[
            (
                "servers.json",
                "{\"Servers\": {\"1\": {\"Name\": \"db\", \"Host\": \"db\", \"MaintenanceDB\": \"db\", \"Username\": \"db\"}}}",
                &["Literal Unsure", "HostSetting Certain", "Database Likely", "User Likely"],
            ),
            ("a.json", "[{\"targets\": [\"db:5432\"]}]", &["Host Certain"]),
            (
                "a.json",
                "{\"db\": {\"url\": \"http://db:80\"}}",
                &["Identifier Unsure", "Host Certain"],
            ),
            ("a.json", "{\"db\": 1, \"web\": 2, \"api\": 3}", &["Identifier Unsure"]),
            ("a.json", "{\"hosts\": [\"db\", \"x\"]}", &["HostSetting Certain"]),
            ("a.json", "{\"containers\": [\"web\", \"db\", \"api\"]}", &["NameList Likely"]),
            ("a.json", "{\"x\": [\"a\", \"db\", \"b\"]}", &["Literal Unsure"]),
            (
                "package.json",
                "{\"scripts\": {\"up\": \"docker compose up -d db\"}}",
                &["ComposeCommand Certain"],
            ),
            ("package.json", "{\"scripts\": {\"db\": \"x\"}}", &["Identifier Unsure"]),
            (
                "package.json",
                "{\"name\": \"db\", \"dependencies\": {\"db\": \"1\"}}",
                &["Image Unsure", "Image Certain"],
            ),
            (
                ".devcontainer/devcontainer.json",
                "{\"dockerComposeFile\": \"x\", \"service\": \"db\"}",
                &["ContainerReference Likely"],
            ),
            (
                ".devcontainer/devcontainer.json",
                "{\"dockerComposeFile\": \"x\", \"runServices\": [\"db\"]}",
                &["ContainerReference Likely"],
            ),
            (
                ".devcontainer/devcontainer.json",
                "{\"forwardPorts\": [\"db:5432\"]}",
                &["Host Likely"],
            ),
            (
                "a.jsonc",
                "{\n// db here\n\"host\": \"db\"}",
                &["Comment Unsure", "HostSetting Certain"],
            ),
            (
                "a.json",
                "{\"cmd\": [\"docker\", \"exec\", \"db\", \"psql\", \"-d\", \"db\"]}",
                &["ContainerCommand Certain", "Database Certain"],
            ),
            (
                "a.json",
                "{\"image\": \"db:16\", \"type\": \"db\"}",
                &["Image Certain", "Scheme Likely"],
            ),
        ],
    );
}

#[test]
fn yaml() {
    check(
        "db",
        &[
            (
                "prometheus.yml",
                "scrape_configs:\n- job_name: db\n  static_configs:\n  - targets: ['db:9187', \"x:1\"]\n",
                &["Identifier Unsure", "Host Certain"],
            ),
            ("prometheus.yml", "targets:\n  - db:9187\n", &["Host Certain"]),
            (
                "grafana.yml",
                "datasources:\n- name: db\n  type: db\n  url: db:5432\n  user: db\n",
                &["Literal Unsure", "Scheme Certain", "Host Certain", "User Certain"],
            ),
            (
                "traefik.yml",
                "http:\n  services:\n    db:\n      loadBalancer:\n        servers:\n        - url: http://db:80\n",
                &["Identifier Unsure", "Host Certain"],
            ),
            (
                "traefik.yml",
                "http:\n  routers:\n    x:\n      service: db\n",
                &["Identifier Unsure"],
            ),
            (
                "vars.yml",
                "db_host: db\ndb_name: db\n",
                &["HostSetting Certain", "Database Certain"],
            ),
            ("otel.yaml", "receivers:\n  postgresql:\n    endpoint: db:5432\n", &["Host Certain"]),
            (
                "a.yml",
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n  host: db\n",
                &["OtherNamespace Unsure", "OtherNamespace Unsure"],
            ),
            ("charts/x/values.yaml", "host: db\n", &["OtherNamespace Unsure"]),
            (
                "config.yml",
                "database:\n  host: db # the db\n  name: db\n",
                &["HostSetting Certain", "Comment Unsure", "Literal Unsure"],
            ),
            (
                "config/database.yml",
                "default: &d\n  adapter: db\n  host: <%= ENV.fetch('DB_HOST', 'db') %>\n  database: db\n",
                &["Scheme Certain", "HostSetting Certain", "Database Certain"],
            ),
            ("a.yml", "# host: db\n", &["Comment Likely"]),
            (
                "tasks.yml",
                "- name: Start db\n  shell: docker start db\n",
                &["Message Unsure", "ContainerCommand Certain"],
            ),
            (
                "tasks.yml",
                "- docker_compose_v2:\n    services:\n      - db\n",
                &["ContainerReference Likely"],
            ),
            ("a.yml", "# Containers\nlist:\n  - web\n  - db\n  - api\n", &["NameList Unsure"]),
            ("a.yml", "list:\n  - x\n  - db\n", &["Literal Unsure"]),
            ("rules.yml", "- alert: X\n  expr: up{job=\"db\"} == 0\n", &["Identifier Unsure"]),
            ("rules.yml", "expr: x{a=\"b\", service=~\"web|db\"}\n", &["Identifier Unsure"]),
            (
                "play.yml",
                "- hosts: db\n  tasks:\n  - wait_for:\n      host: db\n",
                &["Identifier Certain", "HostSetting Certain"],
            ),
            ("a.yml", "workspaces:\n  - web\n  - db\n  - api\nservices: 1\n", &["Literal Unsure"]),
            ("a.yml", "x:\n  aliases: [db]\n", &["Alias Unsure"]),
            (
                "docker-compose.yml.j2",
                "services:\n  db:\n    image: db:16\n    volumes:\n      - db:/data\n",
                &["Snippet Likely", "Image Certain", "Volume Certain"],
            ),
            (
                "x.yml.j2",
                "services:\n  db:\n    image: db:16\n",
                &["OtherNamespace Unsure", "OtherNamespace Unsure"],
            ),
            ("a.yml", "run: |\n  docker compose stop db\n", &["ComposeCommand Certain"]),
            ("a.yml", "command: [\"psql\", \"-h\", \"db\"]\n", &["Host Certain"]),
            ("a.yml", "path: /srv/db\nimage: db:16\n", &["Path Certain", "Image Certain"]),
        ],
    );
}

#[test]
fn directives() {
    check(
        "db",
        &[
            (
                "nginx.conf",
                "server {\n  location /db {\n    proxy_pass http://db:80/db;\n  }\n}\n",
                &["Path Certain", "Host Certain", "Path Certain"],
            ),
            (
                "nginx.conf",
                "upstream x {\n  server db:80;\n  server db weight=2;\n}\n",
                &["Host Certain", "Host Certain"],
            ),
            (
                "nginx.conf",
                "upstream db {\n  server db:80;\n}\nserver {\n  proxy_pass http://db;\n}\n",
                &["Identifier Certain", "Host Certain", "Identifier Certain"],
            ),
            ("nginx.conf", "upstream x { server db:80; }\n", &["Host Certain"]),
            ("nginx.conf", "location / {\n  fastcgi_pass db:9000;\n}\n", &["Host Certain"]),
            ("nginx.conf", "location / {\n  fastcgi_pass db;\n}\n", &["Host Certain"]),
            (
                "nginx.conf",
                "server {\n  set $up http://db:1;\n  set $upstream db;\n}\n",
                &["Host Certain", "HostSetting Certain"],
            ),
            (
                "nginx.conf",
                "server {\n  server_name db;\n  # the db\n}\n",
                &["Unknown Unsure", "Comment Unsure"],
            ),
            ("Caddyfile", ":80 {\n  reverse_proxy db:3000 web:1\n}\n", &["Host Certain"]),
            (
                "Caddyfile",
                ":80 {\n  php_fastcgi db:9000\n  forward_auth db:1 {\n  }\n}\n",
                &["Host Certain", "Host Certain"],
            ),
            (
                "Caddyfile",
                "a {\n  reverse_proxy {\n    to http://db:1\n  }\n}\n",
                &["Host Certain"],
            ),
            (
                "Caddyfile",
                "db.example.com {\n  reverse_proxy /db/* db\n}\n",
                &["Path Certain", "Host Certain"],
            ),
            (
                "haproxy.cfg",
                "backend db\n  server db db:5432 check\nfrontend f\n  default_backend db\n",
                &["Identifier Certain", "Identifier Certain", "Host Certain", "Identifier Certain"],
            ),
            (
                "httpd.conf",
                "ProxyPass /db http://db:80/\nBalancerMember http://db:1\n",
                &["Path Certain", "Host Certain", "Host Certain"],
            ),
            ("httpd.conf", "Listen 80\nSetHandler \"proxy:fcgi://db:9000\"\n", &["Host Certain"]),
        ],
    );
}

#[test]
fn xml_and_hcl() {
    check(
        "db",
        &[
            (
                "a.xml",
                "<c><host>db</host><database>db</database></c>",
                &["HostSetting Certain", "Database Certain"],
            ),
            ("a.xml", "<c><property name=\"host\" value=\"db\"/></c>", &["HostSetting Certain"]),
            ("a.xml", "<c><entry key=\"host\">db</entry></c>", &["HostSetting Certain"]),
            (
                "web.config",
                "<c><add connectionString=\"Server=db;Database=db\" /></c>",
                &["Host Certain", "Database Certain"],
            ),
            (
                "a.xml",
                "<db><!-- db --></db>",
                &["Identifier Certain", "Comment Unsure", "Identifier Certain"],
            ),
            (
                "main.tf",
                "resource \"x\" \"db\" {\n  host = \"db\"\n  url = \"http://${x}@db:1\"\n}\n",
                &["Identifier Certain", "HostSetting Certain", "Host Certain"],
            ),
            ("main.tf", "x = aws.db.id # db\n", &["Comment Unsure"]),
            (
                "docker-bake.hcl",
                "group \"default\" {\n  targets = [\"web\", \"db\", \"api\"]\n}\n",
                &["Identifier Certain"],
            ),
        ],
    );
}
