use super::*;

#[test]
fn subjects() {
    let table: &[(Subject, &str)] = &[
        (
            Subject::Host,
            "HOST host DB_HOST db.host dbHost db-host DBHost PGHOST MYSQL_HOST WORDPRESS_DB_HOST \
             GF_DATABASE_HOST KC_DB_URL_HOST AUTHENTIK_POSTGRESQL__HOST database__connection__host \
             CR_CONF_Database.Host POSTGRES_SERVER ME_CONFIG_MONGODB_SERVER PMA_HOST PMA_HOSTS \
             hostname DB_HOSTNAME SEARCH_BACKEND_HOST_NAME ALLOWED_HOSTS upstream ES_SEEDS \
             bootstrap.servers DB_PORT_5432_TCP_ADDR POSTGRES_IP NO_PROXY no_proxy DB_HOST_1 \
             DB_HOST2 REDIS_HOST_MASTER DATABASE_HOST_DEFAULT spring.redis.host redisHost \
             --db-host dbhost GUACD_HOSTNAME KAFKA_HOSTS server CLICKHOUSE_HOST_LIST",
        ),
        (
            Subject::Container,
            "POSTGRES_CONTAINER DB_CONTAINER_NAME container_name containerName DB_SERVICE \
             PHP_UPSTREAM_CONTAINER dbService containers COMPOSE_SERVICE \
             com.docker.compose.service docker_service DB_SERVICE_NAME",
        ),
        (
            Subject::Service,
            "SERVICE_NAME service SERVICES services serviceName service_name APP_SERVICE \
             MY_SERVICE servicename",
        ),
        (
            Subject::Foreign,
            "service.name app.service.name traefik.http.routers.web.service OTEL_SERVICE_NAME \
             DD_SERVICE DD_SERVICE_NAME CONSUL_SERVICE_NAME K8S_SERVICE com.datadoghq.ad.service \
             traefik.tcp.routers.db.service spring.cloud.consul.discovery.service-name \
             SYSTEMD_SERVICE EMAIL_SERVICE AWS_SERVICE ELASTIC_APM_SERVICE_NAME \
             app.kubernetes.io/service X-Service-Name kubernetes_pod_container_name \
             trivy-operator.container.name io.kubernetes.container.name k8s.container.name \
             container.name ECS_CONTAINER_NAME",
        ),
        (
            Subject::Address,
            "DATABASE_URL REDIS_URI DSN SQLALCHEMY_DATABASE_URI MINIO_ENDPOINT BROKERS \
             CELERY_BROKER_URL CONNECTION_STRING REDIS_CONN_STRING mongoUrl spring.datasource.url \
             SMTP_ADDRESS MEILI_ADDR HTTP_PROXY KAFKA_ADVERTISED_LISTENERS DOCKER_HOST targets \
             ConnectionStrings__DefaultConnection DATABASE_URL_TEST KAFKA_ZOOKEEPER_CONNECT dburl \
             DATABASE_DIRECT_URL ETCD_INITIAL_CLUSTER",
        ),
        (
            Subject::Database,
            "POSTGRES_DB DB_NAME DATABASE database PGDATABASE dbname MYSQL_DATABASE \
             POSTGRES_DB_NAME DB_DATABASE_NAME databaseName DB_SCHEMA POSTGRES_INITDB_DATABASE \
             MB_DB_DBNAME GF_DATABASE_NAME",
        ),
        (
            Subject::User,
            "POSTGRES_USER DB_USERNAME PGUSER user login DB_USER_NAME dbUser \
             MONGO_INITDB_ROOT_USERNAME pguser ROLE",
        ),
        (
            Subject::Secret,
            "POSTGRES_PASSWORD PGPASSWORD API_KEY token DB_PASS SECRET_KEY dbpass REDISCLI_AUTH",
        ),
        (Subject::Image, "image POSTGRES_IMAGE DB_IMAGE_TAG IMAGE_NAME VERSION pgVersion package"),
        (Subject::Profile, "COMPOSE_PROFILES profiles SPRING_PROFILES_ACTIVE AWS_PROFILE"),
        (
            Subject::Driver,
            "DB_TYPE DB_CONNECTION DB_ENGINE DB_DRIVER adapter dialect DB_CLIENT provider \
             DATABASE_TYPE CACHE_DRIVER SESSION_DRIVER QUEUE_CONNECTION CACHE_STORE \
             EMAIL_BACKEND MM_SQLSETTINGS_DRIVER_NAME vendor FORGEJO__database__DB_TYPE dbtype",
        ),
        (
            Subject::Path,
            "BACKUP_DIR DATA_PATH POSTGRES_PASSWORD_FILE WEB_ROOT volume COMPOSE_FILE PGDATA \
             DB_FILENAME DB_HOST_FILE dataDir VOLUME_NAME",
        ),
        (
            Subject::Object,
            "KAFKA_CREATE_TOPICS TOPIC QUEUE_NAME SQS_QUEUES S3_BUCKET bucketName ES_INDEX \
             topic_orders QUEUE_DEFAULT index indices",
        ),
        (
            Subject::Other,
            "DB_HOST_PORT POSTGRES_HOST_AUTH_METHOD HOST_UID SERVER_NAME name APP_NAME CLIENT_ID \
             VIRTUAL_HOST backend target POSTGRES_INITDB_ARGS PORT \
             _ 1 KEY_NAME superghost WEB_SERVER",
        ),
        (Subject::Other, ""),
    ];
    for (expected, keys) in table {
        for key in keys.split_whitespace() {
            assert_eq!(subject(key), *expected, "{key}");
        }
    }
    assert_eq!(subject(""), Subject::Other);
}

#[test]
fn engines_are_no_hosts_where_a_key_may_mean_either() {
    let table = [
        ("DB_CONN", "postgres", "Scheme Unsure"),
        ("DB_CONN", "mysql", "Scheme Unsure"),
        ("DB_CONN", "shop", "HostSetting Likely"),
        ("DB_CONN", "mysql:3306", "Host Certain"),
        ("DB_CONN", "mysql://mysql/x", "Scheme Certain"),
        ("DB_CONNECTION", "mysql", "Scheme Certain"),
        ("DB_CLIENT", "mysql", "Scheme Certain"),
        ("CELERY_BROKER", "redis", "Scheme Unsure"),
        ("MESSAGE_BROKER", "rabbitmq", "Scheme Unsure"),
        ("KAFKA_BROKERS", "kafka", "HostSetting Likely"),
        ("DATASOURCE", "mysql", "Scheme Unsure"),
        ("REDIS_ADDR", "redis", "HostSetting Likely"),
        ("DB_HOST", "mysql", "HostSetting Certain"),
    ];
    for (key, value, expected) in table {
        let name = value.split(':').next().unwrap_or_default();
        let found = classify(key, value, name);
        let spelled =
            found.first().map(|usage| format!("{:?} {:?}", usage.class, usage.confidence));
        assert_eq!(spelled.as_deref(), Some(expected), "{key}={value}");
    }
}

/// Classifies `db` in settings; each judgement is spelled `Class Confidence`.
#[test]
fn classifies() {
    let table: &[(&str, &str, &[&str])] = &[
        // URLs and connections say it themselves.
        ("X", "postgres://u:p@db:5432/app", &["Host Certain"]),
        (
            "X",
            "db://db:p@db/db",
            &["Scheme Certain", "User Certain", "Host Certain", "Database Certain"],
        ),
        ("X", "db+db://h/x", &["Scheme Certain", "Scheme Certain"]),
        ("X", "postgres://u:db@h/x", &["Unknown Unsure"]),
        (
            "X",
            "http://h/db/db?db=db",
            &["Path Certain", "Path Certain", "Unknown Unsure", "Database Certain"],
        ),
        ("X", "http://db/db", &["Host Certain", "Path Certain"]),
        ("X", "postgres:///db", &["Path Certain"]),
        ("X", "db://", &["Scheme Certain"]),
        ("X", "jdbc:db:thin:@h", &["Scheme Certain"]),
        ("X", "host=db user=db dbname=db", &["Host Certain", "User Certain", "Database Certain"]),
        (
            "X",
            "Server=db;Database=db;User Id=db;Password=db",
            &["Host Certain", "Database Certain", "User Certain", "Unknown Unsure"],
        ),
        ("X", "db:host=db;dbname=db", &["Scheme Certain", "Host Certain", "Database Certain"]),
        // A user and a host alone may be a mail address, a job, a provider, a package.
        ("X", "db@db", &["User Certain", "Host Unsure"]),
        ("X", "user.io@db", &["Host Unsure"]),
        ("X", "git@db:x/y.git", &["Host Unsure"]),
        ("X", "rabbit@db", &["Host Unsure"]),
        ("X", "web-service@db", &["Host Unsure"]),
        ("X", "api@docker,db@docker", &["User Certain"]),
        ("X", "mail to user@db, please", &["Host Unsure"]),
        ("X", "${USER:-x}@db", &["Host Unsure"]),
        ("X", "u:p@db", &["Host Certain"]),
        ("X", "u@db:5432", &["Host Certain"]),
        ("X", "u@db:5432/x", &["Host Certain"]),
        ("X", ":p@db:6379", &["Host Certain"]),
        ("X", "@db:6379", &["Host Certain"]),
        ("X", "${USER}:${PASS}@db/x", &["Host Certain"]),
        ("X", "1@db:9093,2@x:9093", &["Host Certain"]),
        ("DATABASE_DSN", "u@db", &["Host Certain"]),
        ("DATABASE_DSN", "u@db/x", &["Host Certain"]),
        ("DB_HOST", "u@db", &["Host Certain"]),
        ("EMAIL_ADDRESS", "me@db", &["Host Unsure"]),
        ("EMAIL_HOST_USER", "me@db", &["Host Unsure"]),
        ("SSH_HOST", "me@db", &["Host Certain"]),
        ("X", "u:p@tcp(db:3306)/db", &["Host Certain", "Database Certain"]),
        ("NOTE", "see http://db.", &["Host Certain"]),
        ("IMAGE", "docker-image://db:16", &["Image Certain"]),
        // Addresses ask the setting.
        ("DB_HOST", "db:5432", &["Host Certain"]),
        ("ADDRESS", "db:5432", &["Host Certain"]),
        ("WAIT_FOR", "db:5432", &["Host Likely"]),
        ("BACKEND", "db:8000", &["Host Likely"]),
        ("DB_DRIVER", "db:8000", &["Host Likely"]),
        ("image", "db:16", &["Image Certain"]),
        ("KAFKA_CREATE_TOPICS", "web:1:1,db:5:1", &["Unknown Unsure"]),
        ("KAFKA_CREATE_TOPICS", "db:12", &["Identifier Unsure"]),
        ("SQS_QUEUES", "db:80", &["Identifier Unsure"]),
        ("REDIS_QUEUE", "db:6379", &["Host Likely"]),
        ("REDIS_QUEUE", "${Q:-db:6379}", &["Host Likely"]),
        ("TOPIC", "db", &["Identifier Unsure"]),
        ("QUEUE_HOST", "db:5672", &["Host Certain"]),
        ("QUEUE_URL", "db:5672", &["Host Certain"]),
        ("IMAGE_WEB", "db:5", &["Image Certain"]),
        ("APP_DATABASE", "db:5", &["Database Certain"]),
        ("image", "db:16-alpine", &["Image Certain"]),
        ("image", "docker.io/db:16", &["Image Certain"]),
        ("image", "db/db:${TAG:-16}", &["Image Certain", "Image Certain"]),
        ("image", "${IMAGE:-db:16}", &["Image Certain"]),
        ("POSTGRES_USER", "db:1", &["User Certain"]),
        ("MONGO_ADDRESS", "rs0/db:27017,db:27017", &["Host Certain", "Host Certain"]),
        // Words too.
        ("DB_HOST", "db", &["HostSetting Certain"]),
        ("DB_HOST", "\"db\"", &["HostSetting Certain"]),
        ("ALLOWED_HOSTS", "web,db, api", &["HostSetting Certain"]),
        (
            "NO_PROXY",
            "localhost,127.0.0.1,::1,10.0.0.0/8,db,.local,*.lan",
            &["HostSetting Certain"],
        ),
        ("SMTP_ADDRESS", "db", &["HostSetting Likely"]),
        ("POSTGRES_CONTAINER", "db", &["ContainerReference Certain"]),
        ("DB_SERVICES", "web db", &["ContainerReference Certain"]),
        ("DB_SERVICES", "(\"web\" 'db' api)", &["ContainerReference Certain"]),
        ("SERVICES", "web db", &["ContainerReference Unsure"]),
        ("SERVICES", "f(db)", &["Unknown Unsure"]),
        ("service", "db", &["ContainerReference Unsure"]),
        ("service_name", "db", &["ContainerReference Unsure"]),
        ("traefik.http.routers.x.service", "db", &["OtherNamespace Unsure"]),
        ("traefik.http.services.x.loadbalancer.server.url", "http://db:80", &["Host Certain"]),
        ("app.service.name", "db", &["OtherNamespace Unsure"]),
        ("X", "sum(up{service_name=\"db\"})", &["ContainerReference Unsure"]),
        ("X", "--service=db --x", &["ContainerReference Unsure"]),
        ("POSTGRES_DB", "db", &["Database Certain"]),
        ("POSTGRES_USER", "db", &["User Certain"]),
        ("POSTGRES_PASSWORD", "db", &["Unknown Unsure"]),
        ("IMAGE", "db", &["Image Certain"]),
        ("COMPOSE_PROFILES", "web,db", &["Profile Certain"]),
        ("DB_CONNECTION", "db", &["Scheme Certain"]),
        ("BACKUP_DIR", "db", &["Path Certain"]),
        ("BACKUP_DIR", "./db", &["Path Certain"]),
        ("WHATEVER", "db", &["Literal Unsure"]),
        ("WHATEVER", "the db is up.", &["Unknown Unsure"]),
        ("OTEL_SERVICE_NAME", "db", &["OtherNamespace Unsure"]),
        // Paths, variables, modes.
        ("X", "/srv/db/x", &["Path Certain"]),
        ("X", "./db", &["Path Certain"]),
        ("X", "db/", &["Path Certain"]),
        ("X", "C:\\db", &["Path Certain"]),
        ("X", "db:/var/lib", &["Unknown Unsure"]),
        ("X", "$db ${db} ${db:-1} {db}", &["Identifier Certain"; 4]),
        ("NETWORK", "container:db", &["ContainerReference Certain"]),
        ("NETWORK", "service:db", &["ServiceReference Certain"]),
        ("X", "--profile=db --x", &["Profile Certain"]),
        ("X", "--x=db --profile", &["Unknown Unsure"]),
        // Longer names are no uses.
        ("DB_HOST", "db-1 my_db db.local xdb", &[]),
        ("DB_HOST", "x", &[]),
        ("URL", "https://db.[your domain].com/db.{{x}}", &[]),
        ("URL", "http://${H:-db.$DOMAIN}:80 ${DB_HOST:-db.${DOMAIN}}", &[]),
        // Defaults ask both names.
        ("DB_HOST", "${X:-db}", &["HostSetting Certain"]),
        ("X", "${DB_HOST:-db}", &["HostSetting Certain"]),
        ("X", "${DB_HOST-db}", &["HostSetting Certain"]),
        ("DB_URL", "${DB_HOST:-db}", &["HostSetting Certain"]),
        ("DB_HOST", "${DB_NAME:-db}", &["HostSetting Certain"]),
        ("POSTGRES_DB", "${DB_HOST:-db}", &["Database Certain"]),
        ("X", "${POSTGRES_DB:-db}", &["Database Certain"]),
        ("X", "${A:-${DB_HOST:-db}}", &["HostSetting Certain"]),
        ("X", "${A:-x} db", &["Literal Unsure"]),
        ("X", "http://${H:-db}:80", &["Host Certain"]),
        ("X", "postgres://${U:-db}:x@h/${N:-db}", &["User Certain", "Database Certain"]),
        ("X", "${DATABASE_URL:-postgres://u:p@db/x}", &["Host Certain"]),
        ("X", "${H:-db-1}", &[]),
        (
            "X",
            "pg_isready -h ${DB_HOST:-db} -d $${DB_NAME:-db}",
            &["HostSetting Certain", "Database Certain"],
        ),
        ("X", "ping ${DB_HOST:-db}.lan", &["Unknown Unsure"]),
        ("X", "ping x${DB_HOST:-db}", &["Unknown Unsure"]),
        ("X", "ping ${DB_HOST:?no db}", &["Unknown Unsure"]),
        ("db.host", "${db.host:db}", &["HostSetting Certain"]),
        ("X", "x:-db", &[]),
    ];
    let wrong: Vec<_> = table
        .iter()
        .map(|(key, value, expected)| {
            let found: Vec<_> = classify(key, value, "db")
                .iter()
                .map(|usage| format!("{:?} {:?}", usage.class, usage.confidence))
                .collect();
            (key, value, expected, found)
        })
        .filter(|(_, _, expected, found)| found != *expected)
        .map(|(key, value, expected, found)| format!("{key}={value}\n  {expected:?}\n  {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "expected, found:\n{}", wrong.join("\n"));
}

#[test]
fn long_values_take_little_time() {
    for item in ["db:1,", "postgres://db:x@db/db,", "${A:-db}", "user=db ", "db "] {
        let value = item.repeat(50_000 / item.len());
        let before = std::time::Instant::now();
        let _ = classify("X", &value, "db");
        assert!(before.elapsed().as_secs() < 5, "{item}");
    }
}

proptest::proptest! {
    #[test]
    fn gives_the_name_only(key in "[A-Z_]{0,8}", value in "[db:/@,=?&${}. é\"-]{0,40}") {
        for usage in classify(&key, &value, "db") {
            proptest::prop_assert_eq!(value.get(usage.range), Some("db"));
        }
    }
}
