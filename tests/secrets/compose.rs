//! Compose files with a secret in every place that can hold one.

/// Compose files by path.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("compose.yaml", BASE),
    ("compose.override.yaml", OVERRIDE),
    ("compose.prod.yaml", PROD),
    ("stack/docker-compose.yml", STACK),
    ("include/common.yaml", COMMON),
];

const BASE: &str = r#"name: vault
include: [include/common.yaml]
x-shared: &shared
  SHARED_TOKEN: «anchor token»
  SHARED_PLAIN: «anchor plain»
services:
  # main-db had POSTGRES_PASSWORD=«comment above the service» once.
  main-db:
    image: postgres:16
    container_name: main-db
    ports: ["5432:5432"]
    environment:
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: «mapping password» # of main-db, once PLAIN=«comment beside a password»
      POSTGRES_INITDB_ARGS: «innocent mapping»
      FOO: «mapping FOO»
      lower_case: «mapping lower case»
      QUOTED: "«mapping double quoted»"
      SINGLE: '«mapping single quoted»'
      TAGGED: !!str «mapping tagged»
      ANCHORED: &pw «mapping anchored»
      ALIASED: *pw
      EMPTY:
      PIN: 0123
      FLAG: yes
      BLOCK: |
        -----BEGIN KEY-----
        «block scalar» for main-db
        main-db «block scalar after the name»
      FOLDED: >-
        «folded scalar»
        main-db
      PLAIN_LINES: «plain first line»
        «plain second line» main-db
      DEFAULTED: ${DB_PASSWORD:-«default of a password»}
      DEFAULTED_PLAIN: ${PLAIN_VALUE-«default plain»}
      REQUIRED: ${REQUIRED_VALUE:?«message of required»}
      ALTERNATIVE: ${SET_VALUE:+«alternative»}
      NESTED: ${A:-${B:-«nested default»}}
      DOLLARS: pa$$«after dollars»
      DOLLAR: "«before a dollar»$unset_here"
      <<: *shared
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck:
      test: ["CMD-SHELL", "PGPASSWORD=«healthcheck PGPASSWORD» psql -h main-db -U admin -c 'select 1'"]
    labels:
      traefik.http.middlewares.auth.basicauth.users: "admin:«label basic auth»"
      com.example.url: "postgres://u:«label url»@main-db/x"
      com.example.token: «label token»
    networks: {back: {aliases: [old-db, quiet-db]}}
  web:
    build:
      context: web
      args:
        NPM_TOKEN: «build arg token»
        BUILD_PLAIN: «build arg plain»
        DB_URL: postgres://u:«build arg url»@main-db/x
      secrets: [web_secret]
    image: example/web
    depends_on: [main-db]
    env_file:
      - .env
      - env/web.env
      - path: env/absent.env
        required: false
    environment:
      - LIST_PASSWORD=«list password»
      - LIST_PLAIN=«list plain»
      - "LIST_QUOTED=«list quoted»"
      - DATABASE_URL=postgres://app:«list url»@main-db:5432/app
      - ENCODED_URL=postgres://app:«list url encoded|%40%2F»@main-db:5432/app
      - RAW_URL=postgres://app:«list url raw|/#»@main-db:5432/app
      - AT_URL=postgres://app:«list url with at|@»@main-db:5432/app
      - QUERY_URL=postgres://main-db/app?user=u&password=«list url query»&sslmode=disable
      - LIBPQ=host=main-db user=u password=«list libpq» dbname=x
      - LIBPQ_QUOTED=host=main-db password='«list libpq quoted| »' dbname=x
      - JDBC_URL=jdbc:postgresql://main-db:5432/app?user=u&password=«list jdbc»
      - ADO=Server=main-db;User Id=u;Password=«list ado»;Database=x
      - GO_DSN=u:«list go dsn»@tcp(main-db:3306)/x
      - REDIS_URL=redis://:«list redis»@main-dbb:6379/0
      - USERINFO_URL=https://«list userinfo token»@main-db/x
      - OLD_URL=postgres://u:«retired url»@old-db/x
      - OLD_HOSTS=«retired before»,old-db # PGPASSWORD=«retired comment»
      - DB_HOST=main-db
      - HOSTS=main-db,«list beside the host»
      - PASSED_THROUGH
      - UNSET=${NOT_SET_ANYWHERE}
    command: ["sh", "-c", "psql postgres://u:«command url»@main-db/x; PGPASSWORD=«command PGPASSWORD» pg_dump -h main-db"]
    entrypoint: sh -c "mysql -h main-db -p«entrypoint mysql» && curl -u u:«entrypoint curl» http://main-db:80 && redis-cli -h main-db -a «entrypoint redis»"
    secrets: [web_secret]
    configs: [web_config]
    networks: [back, front]
  worker:
    image: example/worker
    environment: {FLOW_PASSWORD: «flow password», FLOW_PLAIN: «flow plain», DB_HOST: main-db, FLOW_LAST: «flow last»}
    extends: {file: include/common.yaml, service: base}
    depends_on: {main-dbb: {condition: service_started}}
    command: worker --db main-db --password «worker flag» --token=«worker flag equals»
    develop:
      watch:
        - {action: sync+exec, path: ., target: /x, exec: {command: "echo TOKEN=«watch exec»", environment: {HOOK_TOKEN: «watch environment»}}}
    post_start:
      - command: ["sh", "-c", "TOKEN=«hook command» ping main-db"]
        environment:
          HOOK_PASSWORD: «hook environment»
          HOOK_PLAIN: «hook plain»
    logging: {driver: gelf, options: {api-key: «logging option»}}
    networks: {back: {}}
  main-db-backup:
    image: postgres:16
    environment:
      PGHOST: main-db
      PGPASSWORD: «mapping PGPASSWORD»
      PGPASSFILE: /pass
      URL: "postgres://u:«mapping url»@main-db:5432/x"
    privileged: true
secrets:
  web_secret:
    environment: WEB_SECRET
  content_secret:
    content: |
      «secret content»
      main-db «secret content second line»
  file_secret:
    file: secrets/web.txt
  bad_secret:
    file: ./nowhere.txt
    content: «secret content plain»
configs:
  web_config:
    content: |
      [db]
      host = main-db
      password = «config content password»
      plain = «config content plain»
volumes:
  data:
    driver_opts: {type: cifs, o: "username=u,password=«driver opts»", device: "//main-db/x"}
networks:
  back:
  front:
  unused:
"#;

const OVERRIDE: &str = "services:
  main-db:
    environment:
      - POSTGRES_PASSWORD=«override password»
      - FOO=«override FOO»
      - FOO=«override FOO again»
    command: postgres -c password_encryption=scram-sha-256 # TOKEN=«override comment»
  web:
    environment:
      LIST_PLAIN: «override list plain»
      DATABASE_URL: postgres://app:«override url»@main-db:5432/app
";

const PROD: &str = "services:
  main-db:
    image: postgres:15
    environment: {POSTGRES_PASSWORD: «prod password», POSTGRES_USER: other, FOO: «prod FOO»}
    env_file: env/web.env
  web:
    environment:
      NEW_URL: amqp://u:«prod amqp»@main-db
      MONGO: mongodb+srv://u:«prod mongo»@main-db/x?authSource=admin
      NEW_PLAIN: «prod plain»
";

const STACK: &str = r#"version: "3.8"
services:
  app:
    image: example/app
    links: ["main-db:db"]
    environment:
      DB_HOST: main-db
      APP_KEY: «stack key»
      "QUOTED_KEY_NAME": «stack quoted key»
      SPRING_DATASOURCE_PASSWORD: «stack spring»
  main-db:
    image: mysql
    ports: [ 3306:3306 ]
    environment:
      MYSQL_ROOT_PASSWORD: «stack mysql root»
      MYSQL_PASSWORD: «stack mysql»
      OTHER: «stack other»   
    restart: no
"#;

const COMMON: &str = "services:
  base:
    image: example/base
    environment:
      COMMON_TOKEN: «common token»
      COMMON_PLAIN: «common plain»
      DB_URL: postgres://u:«common url»@main-db/x
";
