use super::*;

/// Spells an endpoint as `form host user= port= db= scheme=`, absent parts left out.
fn spelled(value: &str) -> Vec<String> {
    endpoints(value)
        .iter()
        .map(|endpoint| {
            let mut out = match endpoint.form {
                Form::Word => "word ",
                Form::Login => "login ",
                Form::HostPort => "port ",
                Form::KeyValue => "pair ",
                Form::Authority => "url ",
            }
            .to_owned();
            out.push_str(&value[endpoint.host.clone()]);
            let parts = [
                (" u=", &endpoint.user),
                (" p=", &endpoint.port),
                (" d=", &endpoint.database),
                (" s=", &endpoint.scheme),
            ];
            for (label, part) in parts {
                if let Some(range) = part {
                    out.push_str(label);
                    out.push_str(&value[range.clone()]);
                }
            }
            out
        })
        .collect()
}

fn check(table: &[(&str, &[&str])]) {
    let wrong: Vec<_> = table
        .iter()
        .filter(|(value, expected)| spelled(value) != *expected)
        .map(|(value, expected)| format!("{value}\n  {expected:?}\n  {:?}", spelled(value)))
        .collect();
    assert!(wrong.is_empty(), "expected, found:\n{}", wrong.join("\n"));
}

#[test]
fn urls() {
    check(&[
        ("http://web", &["url web s=http"]),
        ("http://web.", &["url web s=http"]),
        ("http://web:80/metrics", &["url web p=80 d=metrics s=http"]),
        ("postgres://u:p@db:5432/app?x=1", &["url db u=u p=5432 d=app s=postgres"]),
        ("postgres://db@db/db", &["url db u=db d=db s=postgres"]),
        ("postgresql+asyncpg://u:p@db/a", &["url db u=u d=a s=postgresql+asyncpg"]),
        ("redis://:secret@cache:6379/0", &["url cache p=6379 d=0 s=redis"]),
        ("redis://default:p@ss@cache:6379", &["url cache u=default p=6379 s=redis"]),
        ("smtp://me@x.org:p@mail:587", &["url mail u=me@x.org p=587 s=smtp"]),
        ("amqp://guest:guest@mq:5672//", &["url mq u=guest p=5672 s=amqp"]),
        ("postgres://u:pa/ss#w@db:5432/app", &["url db u=u p=5432 d=app s=postgres"]),
        ("tcp://dind:2376", &["url dind p=2376 s=tcp"]),
        ("http://db.internal:80", &["url db.internal p=80 s=http"]),
        ("http://[::1]:80/x", &["url ::1 p=80 d=x s=http"]),
        ("http://u@[fe80::1]/x", &["url fe80::1 u=u d=x s=http"]),
        ("://web:80", &["url web p=80"]),
        ("//web:80/x", &["url web p=80 d=x"]),
        ("//web/x", &["url web d=x"]),
        ("// web", &[]),
        ("//web", &[]),
        ("HTTP://WEB", &["url WEB s=HTTP"]),
        ("http://proxy/http://web:1/x", &["url proxy d=http s=http", "url web p=1 d=x s=http"]),
        ("http://web?next=http://other/", &["url web s=http", "url other s=http"]),
        ("http://web/x?host=db&port=1", &["url web d=x s=http", "pair db p=1"]),
        ("http://web/x?db=a&y=b:1&c:2", &["url web d=x s=http"]),
        ("postgres:///app?host=db", &["pair db"]),
        ("http://web/#host:80", &["url web s=http"]),
        ("http://web:PORT/", &["url web p=PORT s=http"]),
        ("http://web:/x", &[]),
        ("http://web/a:1,b:2", &["url web d=a:1 s=http", "port b p=2"]),
    ]);
}

#[test]
fn several_hosts() {
    check(&[
        (
            "mongodb://u:p@a:1,b:2,c/db?replicaSet=rs",
            &["url a u=u p=1 d=db s=mongodb", "url b p=2 d=db s=mongodb", "url c d=db s=mongodb"],
        ),
        ("http://a:1,http://b:2", &["url a p=1 s=http", "url b p=2 s=http"]),
        ("http://a:1/x, http://b:2/y", &["url a p=1 d=x s=http", "url b p=2 d=y s=http"]),
        ("nats://u:p@a:1,nats://v:q@b:2", &["url a u=u p=1 s=nats", "url b u=v p=2 s=nats"]),
        ("nats://u:p@a:1,v:q@b:2", &["url a u=u p=1 s=nats", "url b u=v p=2 s=nats"]),
        (
            "IN://kafka:29092,OUT://localhost:9092",
            &["url kafka p=29092 s=IN", "url localhost p=9092 s=OUT"],
        ),
        ("SASL_SSL://kafka:9092", &["url kafka p=9092 s=SASL_SSL"]),
        ("PLAINTEXT://:9092", &[]),
        ("1@kafka:9093,2@kafka2:9093", &["pair kafka u=1 p=9093", "pair kafka2 u=2 p=9093"]),
        ("a:1,b:2 c:3;d:4", &["port a p=1", "port b p=2", "port c p=3", "port d p=4"]),
        ("server.1=zoo1:2888:3888;2181", &["port zoo1 p=2888 d=3888"]),
        (
            "etcd0=http://etcd0:2380,e1=http://e1:2380",
            &["url etcd0 p=2380 s=http", "url e1 p=2380 s=http"],
        ),
        ("[\"http://es:9200\"]", &["url es p=9200 s=http"]),
        (
            "['http://es:9200', 'http://es2:9200']",
            &["url es p=9200 s=http", "url es2 p=9200 s=http"],
        ),
        (
            "see http://web, (http://api:80) and <http://x/>.",
            &["url web s=http", "url api p=80 s=http", "url x s=http"],
        ),
        ("wait-for-it.sh db:5432 --", &["port db p=5432"]),
        ("reach `db:5432`, or db:5433.", &["port db p=5432", "port db p=5433"]),
    ]);
}

#[test]
fn jdbc_and_friends() {
    check(&[
        ("jdbc:postgresql://db:5432/app", &["url db p=5432 d=app s=jdbc:postgresql"]),
        ("jdbc:mysql://db/app?user=root", &["url db u=root d=app s=jdbc:mysql"]),
        (
            "jdbc:sqlserver://db:1433;databaseName=app;user=sa;password=p@w;x=1",
            &["url db u=sa p=1433 d=app s=jdbc:sqlserver"],
        ),
        ("jdbc:oracle:thin:@//db:1521/x", &["url db p=1521 d=x s=jdbc:oracle:thin:"]),
        ("jdbc:oracle:thin:@db:1521:x", &["url db p=1521 s=jdbc:oracle:thin"]),
        (
            "jdbc:oracle:thin:scott/tiger@db:1521/x",
            &["url db u=scott p=1521 d=x s=jdbc:oracle:thin"],
        ),
        ("jdbc:oracle:thin:@(ADDRESS=(HOST=db)(PORT=1521))", &["pair db p=1521"]),
        ("jdbc:h2:mem:db", &[]),
        ("r2dbc:postgresql://db/app", &["url db d=app s=r2dbc:postgresql"]),
        ("url=jdbc:mysql://db/app", &["url db d=app s=jdbc:mysql"]),
        ("mysql:host=db;port=3306;dbname=app", &["pair db p=3306 d=app s=mysql"]),
        ("u:p@tcp(db:3306)/app?x=y", &["pair db u=u p=3306 d=app"]),
        ("u:p@s@tcp(db)/app", &["pair db u=u d=app"]),
        ("u:p@unix(/tmp/db.sock)/app", &[]),
        ("u:p@db/app", &["pair db u=u d=app"]),
        ("me@db", &["login db u=me"]),
        ("me@db:/srv/x", &["login db u=me"]),
        (":pw@db:6379", &["pair db p=6379"]),
        ("@db:5432", &["pair db p=5432"]),
        ("rabbit@mq", &["login mq u=rabbit"]),
        ("@scope/db", &[]),
        ("actions/checkout@db", &[]),
        ("postgres@sha256:0123", &[]),
    ]);
}

#[test]
fn pairs() {
    check(&[
        ("host=db port=5432 user=x dbname=y", &["pair db u=x p=5432 d=y"]),
        ("user=x password=a@b:1 host=db", &["pair db u=x"]),
        ("host='db' password='a b@c'", &["pair db"]),
        ("Server=db,1433;Database=x;User Id=sa;Password=a b@c:1;", &["pair db u=sa p=1433 d=x"]),
        ("Data Source=tcp:db,1433;Initial Catalog=x", &["pair db p=1433 d=x"]),
        ("Server=db\\SQLEXPRESS;Database=x", &["pair db d=x"]),
        ("Host=db;Port=5432;Username=u", &["pair db u=u p=5432"]),
        ("Data Source=/data/app.db", &[]),
        ("host=/var/run/postgresql", &[]),
        ("--host=db --port=1", &["pair db p=1"]),
        ("--hostname=db", &[]),
        ("--add-host=db:10.0.0.1", &[]),
        ("-Des.host=db", &["pair db"]),
        ("PGHOST=db psql", &["pair db"]),
        ("DB_HOST=db ./run", &["pair db"]),
        ("hosts=a,b:2, c", &["pair a", "pair b p=2", "pair c"]),
        ("server=db, user=x", &["pair db u=x"]),
        ("host=http://db:1", &["url db p=1 s=http"]),
        ("DATABASE=postgres://u@db/x", &["url db u=u d=x s=postgres"]),
        ("a=b c=d:1", &["port d p=1"]),
        ("host = \"db\"", &["pair db"]),
        ("server = app", &[]),
        ("host == db", &[]),
        ("user=db", &[]),
    ]);
}

#[test]
fn addresses_and_words() {
    check(&[
        ("db", &["word db"]),
        (" db ", &["word db"]),
        ("\"db\"", &["word db"]),
        ("db.internal", &["word db.internal"]),
        ("db,redis", &["word db", "word redis"]),
        ("db redis", &["word db", "word redis"]),
        ("[db, \"redis\"]", &["word db", "word redis"]),
        ("db:1,redis", &["port db p=1", "word redis"]),
        ("http://db:1,redis", &["url db p=1 s=http", "url redis s=http"]),
        ("curl http://db:1", &["url db p=1 s=http"]),
        ("db:5432", &["port db p=5432"]),
        ("db:5432/app", &["port db p=5432 d=app"]),
        ("db:9187/metrics", &["port db p=9187 d=metrics"]),
        ("db:5432:app:me:pw", &["port db u=me p=5432 d=app"]),
        ("postgres:16", &["port postgres p=16"]),
        ("postgres:16-alpine", &[]),
        ("redis:7.2", &[]),
        ("db:99999", &[]),
        ("db:/var/lib", &[]),
        ("db:ro", &[]),
        ("db: 5432", &[]),
        ("8080:80", &[]),
        ("order:5:1,mail:1:1", &[]),
        ("order:1:1:compact", &[]),
        ("db:5432:1", &["port db p=5432 d=1"]),
        ("web:80:1", &["port web p=80 d=1"]),
        ("12:30", &[]),
        ("127.0.0.1:80:80", &["port 127.0.0.1 p=80 d=80"]),
        ("TCP:db:5432", &["port db p=5432"]),
        ("service:db", &[]),
        ("./db", &[]),
        ("/db/", &[]),
        ("db/app", &[]),
        ("C:\\db\\x", &[]),
        ("len(db)", &[]),
        ("Start the db now.", &[]),
        ("Host(`db`)", &[]),
        ("db|redis", &[]),
        ("", &[]),
        (" ,;: ", &[]),
    ]);
}

#[test]
fn no_hosts() {
    check(&[
        ("unix:/run/x.sock", &[]),
        ("unix:///run/x.sock", &[]),
        ("unix://db", &[]),
        ("sqlite:///db.sqlite3", &[]),
        ("file://db/x", &[]),
        ("docker-image://postgres:16", &[]),
        ("s3://db/x", &[]),
        ("postgres://", &[]),
        ("postgres://postgres:", &[]),
        ("postgres://postgres:secret", &[]),
        ("mailto:me", &[]),
    ]);
}

#[test]
fn opaque_parts() {
    check(&[
        ("$DB_HOST:5432", &["port $DB_HOST p=5432"]),
        ("db:$PORT", &["port db p=$PORT"]),
        ("db:${PORT:-5432}", &["port db p=${PORT:-5432}"]),
        ("postgres:${POSTGRES_TAG}", &[]),
        ("db:${DATA_DIR}/x", &[]),
        ("postgres://${U}:${P:-x@y}@db:${PORT}/app", &["url db u=${U} p=${PORT} d=app s=postgres"]),
        (
            "postgres://${{ env.U }}:${{ env.P }}@db/${{ env.D }}",
            &["url db u=${{ env.U }} d=${{ env.D }} s=postgres"],
        ),
        ("postgres://{{ u }}:{{ p | default('a@b') }}@db/x", &["url db u={{ u }} d=x s=postgres"]),
        (
            "postgres://{user}:{password}@db:{port}/{name}",
            &["url db u={user} p={port} d={name} s=postgres"],
        ),
        ("postgres://<user>:<your password>@db/x", &["url db u=<user> d=x s=postgres"]),
        ("mysql://%s:%s@db/%(name)s", &["url db u=%s d=%(name)s s=mysql"]),
        ("postgres://u:$(cat /run/pw)@db/x", &["url db u=u d=x s=postgres"]),
        ("$${PROTO}://db", &["url db s=$${PROTO}"]),
        ("http://${SUB}.db:80", &["url ${SUB}.db p=80 s=http"]),
        ("http://$host$uri", &["url $host$uri s=http"]),
    ]);
}

#[test]
fn defaults() {
    check(&[
        ("${DB_HOST:-db}", &["word db"]),
        ("${DB_HOST-db}", &["word db"]),
        ("${DB_HOST:+db}", &["word db"]),
        ("${DB_HOST:?db}", &["word ${DB_HOST:?db}"]),
        ("${db.host:db}", &["word db"]),
        ("${A:-${B:-db}}", &["word db"]),
        ("${HOSTS:-a,b}", &["word a", "word b"]),
        ("${URL:-postgres://u:p@db/app}", &["url db u=u d=app s=postgres"]),
        ("${URL:-postgres://u:${P:-x@y}@${H:-db}/app}", &["url db u=u d=app s=postgres"]),
        ("http://${HOST:-db}:${PORT:-80}/", &["url db p=${PORT:-80} s=http"]),
        ("${HOST:-db}:${PORT:-80}", &["port db p=${PORT:-80}"]),
        ("http://${ADDRESS:-db:80}/x", &["url db p=80 d=x s=http"]),
        ("host=${H:-db} user=${U:-me}", &["pair db u=${U:-me}"]),
        ("http://x/?host=${H:-db}&u=${U:-me}", &["url x s=http", "pair db"]),
        ("a,${H:-db}", &["word a", "word db"]),
        ("${REG:-hub}/app", &[]),
        ("${P:-app}_db", &["word ${P:-app}_db"]),
        ("http://${P:-db}.x", &["url ${P:-db}.x s=http"]),
        ("postgres://${U:-db}:x@h/${D:-db}", &["url h u=${U:-db} d=${D:-db} s=postgres"]),
        ("run ${URL:-http://db:1}/x now", &["url db p=1 s=http"]),
        ("http://${H:-}/x", &["url ${H:-} d=x s=http"]),
    ]);
}

#[test]
fn any_input_takes_little_time() {
    let starts = [
        "${A:-",
        "${",
        "$(",
        "x://a:b/",
        "a,",
        "user=a ",
        "{",
        "<",
        "a@",
        "x://a,",
        "http://a:1/b://",
        "%(",
    ];
    for start in starts {
        let value = start.repeat(50_000 / start.len());
        let before = std::time::Instant::now();
        let _ = endpoints(&value);
        assert!(before.elapsed().as_secs() < 5, "{start}");
    }
}

proptest::proptest! {
    #[test]
    fn ranges_fit(value in "[a-c:/@,;=?&${}\\[\\]()<>.%# é\"-]{0,40}") {
        for endpoint in endpoints(&value) {
            let parts = [Some(endpoint.host), endpoint.user, endpoint.port, endpoint.database, endpoint.scheme];
            for range in parts.into_iter().flatten() {
                proptest::prop_assert!(value.get(range).is_some());
            }
        }
    }
}
