//! Env files, scripts, code, configuration and documentation with secrets beside the name.

/// Files by path.
pub(crate) const FILES: [(&str, &str); 24] = [
    (".env", DOTENV),
    (
        ".env.example",
        "DB_HOST=main-db\nDB_PASSWORD=«example password»\nplain=«example plain» # main-db\n",
    ),
    ("env/web.env", WEB_ENV),
    ("secrets/web.txt", "«secret file»\n"),
    (
        ".pgpass",
        "main-db:5432:*:u:«pgpass»\n# main-db:5432:*:u:«pgpass comment»\nmain-db:*:x:u:«pgpass second»\n",
    ),
    (".pg_service.conf", "[main]\nhost=main-db\npassword=«pg service»\n"),
    (".netrc", "machine main-db login u password «netrc»\n"),
    ("scripts/backup.sh", SCRIPT),
    (
        "Makefile",
        "export DB_PASSWORD := «make export»\nPLAIN = «make plain»\nup:\n\tPGPASSWORD=«make command» psql -h main-db\n\tdocker compose exec -e TOKEN=«make exec» main-db psql\n",
    ),
    (
        "web/Dockerfile",
        "FROM example/web\nENV DB_HOST=main-db DB_PASSWORD=«dockerfile env» PLAIN=«dockerfile plain»\nENV DB_SECRET «dockerfile legacy env»\nARG TOKEN=«dockerfile arg»\nRUN PGPASSWORD=«dockerfile run» psql -h main-db\n",
    ),
    ("web/app.py", PYTHON),
    ("web/config.js", SCRIPTED),
    (
        "web/config.json",
        "{\n  \"before_token\": \"«json before»\",\n  \"host\": \"main-db\", \"password\": \"«json password»\", \"APP_PLAIN_KEY\": \"«json plain»\",\n  \"escaped_password\": \"«json escaped|\\\"»\", \"db\": \"postgres://u:«json url»@main-db/x\"\n}\n",
    ),
    (
        "web/settings.toml",
        "[db]\nsecret = \"«toml secret»\"\nhost = \"main-db\"\npassword = \"«toml password»\"\nurl = 'postgres://u:«toml url»@main-db/x'\ndb = { host = \"main-db\", password = \"«toml inline»\" }\n",
    ),
    (
        "web/settings.ini",
        "[db]\nhost = main-db\npassword = «ini password»\ntoken = «ini token»\ndsn = host=main-db password=«ini dsn»\n",
    ),
    (
        "web/application.properties",
        "spring.datasource.url=jdbc:postgresql://main-db/x\nspring.datasource.password=«properties password»\napi.key=«properties key»\n",
    ),
    (
        "web/settings.xml",
        "<db><host>main-db</host><password>«xml password»</password></db>\n<add name=\"x\" connectionString=\"Server=main-db;Password=«xml connection»\"/>\n",
    ),
    (
        "web/values.yaml",
        "db:\n  host: main-db\n  password: «yaml password»\n  url: postgres://u:«yaml url»@main-db/x\n  env:\n    - name: DB_PASSWORD\n      value: «yaml name and value»\n",
    ),
    ("docs/setup.md", DOCS),
    (
        "docs/log.txt",
        "$ docker compose logs main-db\nmain-db | FATAL: password \"«log password»\" for main-db\nmain-db | DATABASE_URL=postgres://u:«log url»@main-db/x\n",
    ),
    (
        ".github/workflows/ci.yml",
        "on: push\njobs:\n  test:\n    runs-on: x\n    env:\n      DB_PASSWORD: «workflow env»\n      PLAIN: «workflow plain»\n      DB_HOST: main-db\n    steps:\n      - run: PGPASSWORD=«workflow run» docker compose exec main-db psql\n",
    ),
    (
        "init.sql",
        "CREATE ROLE app PASSWORD '«sql password»'; -- for main-db\nCREATE USER MAPPING FOR app SERVER x OPTIONS (host 'main-db', password '«sql option»');\n",
    ),
    ("composemod.yaml", CONFIGURATION),
    (
        ".dclintrc.yaml",
        "rules:\n  no-version-field: 0\n  service-image-require-explicit-tag: 1\n  \"no-such-rule\": 2\nquiet: [1]\nPASSWORD: «dclint password»\n",
    ),
];

const DOTENV: &str = "# DB_PASSWORD=«dotenv comment» for main-db
# PLAIN=«dotenv plain comment» main-db
DB_PASSWORD=«dotenv password»
POSTGRES_PASSWORD='«dotenv single»'
export EXPORTED_TOKEN=\"«dotenv export»\"
PLAIN=«dotenv plain»
lower_case=«dotenv lower case»
BEFORE=«dotenv before»
DB_HOST=main-db # was HOST_B=«dotenv comment beside»
AFTER=«dotenv after»
COLON: «dotenv colon»
DATABASE_URL=postgres://app:«dotenv url»@main-db:5432/app
LIBPQ=\"host=main-db password=«dotenv libpq»\"
MULTI=\"-----BEGIN-----
«dotenv second line» main-db
main-db «dotenv after the name»
-----END-----\"
MIXED=«dotenv before the name»main-db
WEB_SECRET=«dotenv web secret»
SPACED = «dotenv spaced»
EMPTY=
INTERPOLATED=${DB_PASSWORD}-«dotenv interpolated»
SET_VALUE=«dotenv set value»
PLAIN_VALUE=«dotenv plain value»
";

const WEB_ENV: &str = "APP_SECRET=«env file secret»
APP_PLAIN=«env file plain»
APP_DB=mysql://u:«env file url»@main-db/x
APP_HOST=main-db
app.dotted=«env file dotted» main-db
APP_HOST=main-db2
APP_PLAIN=«env file plain again»
";

const SCRIPT: &str = "#!/bin/sh
export PGPASSWORD=«shell export»
PLAIN=«shell plain»
psql postgres://u:«shell url»@main-db/x
PGPASSWORD='«shell quoted»' pg_dump -h main-db -U u x
docker exec -e PGPASSWORD=«shell docker exec» main-db psql
docker compose exec -e OTHER=«shell compose exec» main-db psql
psql \"host=main-db password=«shell libpq»\"
mysql -h main-db -u root -p«shell mysql»
mysqldump --password=«shell mysqldump» -h main-db
curl -u admin:«shell curl» http://main-db:8080
curl -H 'Authorization: Bearer «shell bearer»' http://main-db:8080
sshpass -p «shell sshpass» ssh main-db
docker login -u u -p «shell docker login» main-db
echo \"main-db:5432:*:u:«shell pgpass»\" > ~/.pgpass # TOKEN=«shell comment»
other=«shell lower case» ping main-db
for db in main-db other; do echo \"$db\"; done # --token «shell loop comment»
";

const PYTHON: &str = "import os
PASSWORD = \"«python constant»\"
URL = \"postgresql+asyncpg://u:«python url»@main-db/x\"
conn = connect(host=\"main-db\", password=\"«python keyword»\", user='u')
config = {\"host\": \"main-db\", \"password\": \"«python mapping»\", 'api_key': '«python api key»'}
os.environ[\"TOKEN\"] = \"«python environ»\"  # main-db
os.environ.setdefault(\"DB_PASSWORD\", \"«python setdefault»\")  # main-db
host = os.getenv(\"DB_HOST\", \"main-db\"); secret = os.getenv(\"DB_SECRET\", \"«python getenv»\")
";

const SCRIPTED: &str = "const password = '«javascript constant»';
module.exports = { host: 'main-db', password: '«javascript mapping»', apiKey: \"«javascript api key»\" };
const url = `postgres://u:«javascript url»@main-db/x`;
const env = process.env.DB_PASSWORD || '«javascript default»'; // main-db
const client = new Client({ host: process.env.DB_HOST ?? 'main-db', password: process.env.PW ?? '«javascript fallback»' });
";

const DOCS: &str = "# Set-up of main-db

Put `POSTGRES_PASSWORD=«docs inline»` beside main-db.

```sh
export PGPASSWORD=«docs snippet»
psql postgres://u:«docs url»@main-db/x
docker compose exec -e TOKEN=«docs exec» main-db psql
```

| host | password |
| --- | --- |
| main-db | PASSWORD=«docs table» |
";

const CONFIGURATION: &str = "# main-db has PASSWORD=«configuration comment»
renames:
  - from: main-db
    to: app-db
    aliases: [pg] # TOKEN=«configuration comment beside»
superusers:
  - service: app-db
    from: admin
    to: postgres
    split-password: SUPER_PASSWORD
lint:
  options: {}
";
