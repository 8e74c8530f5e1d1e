//! The name stands between `«` and `»`; it is what is expected of that use. Other services of the
//! project are `web` and `redis`.

use super::Context;
use super::classify;
use super::classify_words;
use super::wrappers;
use crate::compose::usage::Class;
use crate::compose::usage::Class::Alias;
use crate::compose::usage::Class::Comment;
use crate::compose::usage::Class::ComposeCommand;
use crate::compose::usage::Class::ContainerCommand;
use crate::compose::usage::Class::ContainerPattern;
use crate::compose::usage::Class::ContainerReference;
use crate::compose::usage::Class::Database;
use crate::compose::usage::Class::Host;
use crate::compose::usage::Class::HostSetting;
use crate::compose::usage::Class::Identifier;
use crate::compose::usage::Class::Image;
use crate::compose::usage::Class::Literal;
use crate::compose::usage::Class::LongerName;
use crate::compose::usage::Class::Message;
use crate::compose::usage::Class::NameList;
use crate::compose::usage::Class::Network;
use crate::compose::usage::Class::OtherNamespace;
use crate::compose::usage::Class::Output;
use crate::compose::usage::Class::Path;
use crate::compose::usage::Class::Profile;
use crate::compose::usage::Class::Program;
use crate::compose::usage::Class::Scheme;
use crate::compose::usage::Class::ServiceReference;
use crate::compose::usage::Class::Snippet;
use crate::compose::usage::Class::Unknown;
use crate::compose::usage::Class::User;
use crate::compose::usage::Class::Volume;
use crate::compose::usage::Confidence;
use crate::compose::usage::Confidence::Certain;
use crate::compose::usage::Confidence::Likely;
use crate::compose::usage::Confidence::Unsure;

type Row = (&'static str, Class, Confidence);

fn check(rows: &[Row]) {
    let context = Context { services: vec!["web".into(), "redis".into()], ..Context::default() };
    let mut wrong = Vec::new();
    for (marked, class, confidence) in rows {
        let start = marked.find('«').expect("a mark");
        let end = marked.find('»').expect("a mark's end");
        let name = &marked[start + '«'.len_utf8()..end];
        let text = marked.replace(['«', '»'], "");
        let usages = classify(&text, name, &context);
        let found = usages.iter().find(|usage| usage.range == (start..start + name.len()));
        match found {
            Some(found) if (found.class, found.confidence) == (*class, *confidence) => {}
            Some(found) => wrong.push(format!(
                "{marked}\n    {:?} {:?} ({}), not {class:?} {confidence:?}",
                found.class, found.confidence, found.reason
            )),
            None => wrong.push(format!("{marked}\n    no use there: {usages:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn compose_commands() {
    check(&[
        ("docker compose exec «db» psql", ComposeCommand, Certain),
        ("docker compose up -d web «db»", ComposeCommand, Certain),
        ("docker compose up «db» -d", ComposeCommand, Certain),
        ("docker-compose -f a.yml -f b.yml logs --tail 100 -f «db»", ComposeCommand, Certain),
        ("docker compose --env-file .env --profile x -p y restart «db»", ComposeCommand, Certain),
        ("docker compose --profile «db» up web", Profile, Certain),
        ("docker compose -p «db» up web", Identifier, Certain),
        ("docker compose up --scale «db»=2", ComposeCommand, Certain),
        ("docker compose up --scale=«db»=2 web", ComposeCommand, Certain),
        ("docker compose up --exit-code-from «db»", ComposeCommand, Certain),
        ("docker compose up --attach «db» --no-attach web", ComposeCommand, Certain),
        ("docker compose scale «db»=3", ComposeCommand, Certain),
        ("docker compose cp «db»:/dump.sql .", ComposeCommand, Certain),
        ("docker compose cp ./«db» web:/db", Path, Certain),
        ("docker compose cp dump.sql web:/«db»/x", Path, Certain),
        ("docker compose run --rm -e A=b --name tmp «db» sh", ComposeCommand, Certain),
        ("docker compose run --rm -v «db»:/data web sh", Volume, Certain),
        ("docker compose exec -T -u postgres «db» pg_dump", ComposeCommand, Certain),
        ("docker compose exec -u «db» web sh", User, Certain),
        ("docker compose exec web psql -h «db»", Host, Certain),
        ("docker compose exec web psql -U «db»", User, Certain),
        ("docker compose exec web psql -d «db»", Database, Certain),
        ("docker compose exec db psql «db»", Database, Certain),
        ("docker compose exec web bash -c 'pg_isready -h «db»'", Host, Certain),
        ("docker compose exec web rails «db»:migrate", Program, Unsure),
        ("docker compose exec «db» createdb db", ComposeCommand, Certain),
        ("docker compose exec db createdb «db»", Database, Certain),
        ("docker compose port «db» 5432", ComposeCommand, Certain),
        ("docker compose config --hash web,«db»", ComposeCommand, Certain),
        ("docker compose build --build-arg DB_HOST=«db» web", HostSetting, Certain),
        ("docker compose rm -sfv «db»", ComposeCommand, Certain),
        ("docker compose kill -s SIGINT «db»", ComposeCommand, Certain),
        ("docker compose stop -t 3 «db»", ComposeCommand, Certain),
        ("docker compose watch «db»", ComposeCommand, Certain),
        ("podman-compose up -d «db»", ComposeCommand, Certain),
        ("podman compose logs «db»", ComposeCommand, Certain),
        ("nerdctl compose up «db»", ComposeCommand, Certain),
        ("docker --context remote compose up «db»", ComposeCommand, Certain),
        ("sudo docker compose up «db»", ComposeCommand, Certain),
        ("sudo -E -u deploy docker compose up «db»", ComposeCommand, Certain),
        ("COMPOSE_PROFILES=a FOO=b docker compose up «db»", ComposeCommand, Certain),
        ("env A=b docker compose up «db»", ComposeCommand, Certain),
        ("time docker compose up «db»", ComposeCommand, Certain),
        ("timeout 60 docker compose up «db»", ComposeCommand, Certain),
        ("exec docker compose up «db»", ComposeCommand, Certain),
        ("cd app && docker compose up «db»", ComposeCommand, Certain),
        ("if ! docker compose ps «db» | grep -q Up; then", ComposeCommand, Certain),
        ("until docker compose exec «db» pg_isready; do sleep 1; done", ComposeCommand, Certain),
        ("X=$(docker compose ps -q «db»)", ComposeCommand, Certain),
        ("echo \"id: $(docker compose ps -q «db»)\"", ComposeCommand, Certain),
        ("X=`docker compose ps -q «db»`", ComposeCommand, Certain),
        ("docker compose exec ${TTY} «db» psql", ComposeCommand, Certain),
        ("docker compose $FILES up «db»", ComposeCommand, Certain),
        ("docker compose \\\n  up -d \\\n  «db»", ComposeCommand, Certain),
        ("docker compose `\n  up -d `\n  «db»", ComposeCommand, Certain),
        ("docker compose up -d ${SERVICE:-«db»}", ComposeCommand, Certain),
        ("docker compose up -d ${X:-«db»}", ComposeCommand, Certain),
        ("(docker compose up «db»)", ComposeCommand, Certain),
        ("{ docker compose up «db»; }", ComposeCommand, Certain),
        ("retry 5 docker compose up «db»", ComposeCommand, Certain),
        ("run_logged docker compose up «db»", ComposeCommand, Certain),
        (
            "wait-until \"docker compose exec -T -e A=$B «db» psql -c 'SELECT 1'\"",
            ComposeCommand,
            Likely,
        ),
        ("$ docker compose up «db»", ComposeCommand, Certain),
        ("> docker compose up «db»", ComposeCommand, Certain),
        ("dev@box:~$ docker compose up «db»", ComposeCommand, Certain),
        ("- docker compose up «db»", ComposeCommand, Certain),
        ("docker compose up -d «db» # start it", ComposeCommand, Certain),
        ("docker compose -f ${{ inputs.file }} up «db»", ComposeCommand, Certain),
        ("docker compose -f {{ compose_file }} up «db»", ComposeCommand, Certain),
        ("docker compose -f <file> up «db»", ComposeCommand, Certain),
    ]);
}

#[test]
fn wrappers_of_compose() {
    check(&[
        ("DC=\"docker compose -f a.yml\"\n$DC up «db»", ComposeCommand, Certain),
        (
            "doco=\"docker compose --file a.yml --project-name b\"\ngo() {\n  $doco start «db»\n}",
            ComposeCommand,
            Certain,
        ),
        ("DC=\"docker compose\"\nEX=\"$DC exec -T\"\n$EX «db» psql", ComposeCommand, Certain),
        ("DC=(docker compose -f a.yml)\n\"${DC[@]}\" up «db»", ComposeCommand, Certain),
        ("alias dc='docker compose'\ndc logs «db»", ComposeCommand, Certain),
        ("dc() { docker compose -f a.yml \"$@\"; }\ndc up «db»", ComposeCommand, Certain),
        (
            "DC=\"${DC:-exec}\"\n_dc() {\n  docker compose \"${DC}\" ${TTY} \"${@}\"\n}\n_dc «db» psql",
            ComposeCommand,
            Certain,
        ),
        (
            "DC=\"${DC:-exec}\"\n_dc() { docker compose \"${DC}\" ${TTY} \"${@}\"; }\n_dc web psql -h «db»",
            Host,
            Certain,
        ),
        (
            "DC=\"${DC:-exec}\"\n_dc() { docker compose \"${DC}\" ${TTY} \"${@}\"; }\n_run() { DC=\"run\" _dc --no-deps --rm \"${@}\"; }\n_run «db» sh",
            ComposeCommand,
            Certain,
        ),
        ("dexec() { docker exec -it \"$@\"; }\ndexec «db» sh", ContainerCommand, Certain),
        (
            "COMPOSE ?= docker compose -f a.yml\nup:\n\t@$(COMPOSE) up -d «db»",
            ComposeCommand,
            Certain,
        ),
        ("COMPOSE := docker compose\nup:\n\t-$(COMPOSE) up -d «db»", ComposeCommand, Certain),
        (
            "DOCKER_COMPOSE=docker compose\nup: build\n\t$(DOCKER_COMPOSE) up -d «db»",
            ComposeCommand,
            Certain,
        ),
        ("export DC := docker compose\nup:\n\t${DC} up «db»", ComposeCommand, Certain),
        ("dc := \"docker compose\"\nup:\n  {{dc}} up «db»", ComposeCommand, Certain),
        ("function dc { docker compose @args }\ndc up «db»", ComposeCommand, Certain),
        ("alias dc 'docker compose'\ndc up «db»", ComposeCommand, Certain),
        ("function dc\n  docker compose $argv\nend\ndc up «db»", ComposeCommand, Certain),
        ("set DC=docker compose\n%DC% up «db»", ComposeCommand, Certain),
        (
            "if docker compose version; then DC=\"docker compose\"; else DC=docker-compose; fi\n$DC up «db»",
            ComposeCommand,
            Certain,
        ),
        ("C=${C:-docker compose}\n$C up «db»", ComposeCommand, Certain),
        (
            "compose := docker-compose -f $(file)\nup:\n\t$(compose) up «db»",
            ComposeCommand,
            Certain,
        ),
        (
            "DC=$(command -v docker-compose || echo docker compose)\n$DC up «db»",
            ComposeCommand,
            Certain,
        ),
        ("$COMPOSE_CMD up -d «db»", ComposeCommand, Likely),
        ("${DOCKER_COMPOSE} exec «db» sh", ComposeCommand, Likely),
        ("$(DOCKER_COMPOSE) -f a.yml exec «db» sh", ComposeCommand, Likely),
        ("$dc logs -f «db»", ComposeCommand, Likely),
        ("./bin/dc logs -f «db»", ComposeCommand, Likely),
        ("./docker-compose.sh restart «db»", ComposeCommand, Certain),
        ("$DOCKER exec «db» sh", ContainerCommand, Likely),
        ("$(CONTAINER_ENGINE) exec «db» sh", ContainerCommand, Likely),
        ("$SUDO docker exec «db» sh", ContainerCommand, Certain),
        ("docker compose $ACTION «db»", ComposeCommand, Likely),
    ]);
}

#[test]
fn docker_commands() {
    check(&[
        ("docker exec -it «db» psql -U db -d db", ContainerCommand, Certain),
        ("docker exec -it db psql -U «db» -d app", User, Certain),
        ("docker exec -it db psql -U app -d «db»", Database, Certain),
        ("docker exec -e A=b -w /x -u me «db» sh", ContainerCommand, Certain),
        ("docker exec -it web sh -c \"ping -c 3 «db»\"", Host, Certain),
        ("docker container logs --tail 5 «db»", ContainerCommand, Certain),
        ("docker inspect -f '{{.State.Status}}' «db»", ContainerCommand, Certain),
        ("docker inspect --format='{{.State.Status}}' «db»", ContainerCommand, Certain),
        ("docker cp a.sql «db»:/tmp/", ContainerCommand, Certain),
        ("docker cp web:/«db» .", Path, Certain),
        ("docker rm -f «db» || true", ContainerCommand, Certain),
        ("docker stats web «db»", ContainerCommand, Certain),
        ("docker port «db» 5432", ContainerCommand, Certain),
        ("docker commit «db» db:backup", ContainerCommand, Certain),
        ("docker commit db «db»:backup", Image, Certain),
        ("docker run --rm --network container:«db» alpine sh", ContainerCommand, Certain),
        ("docker run --net=container:«db» alpine sh", ContainerCommand, Certain),
        ("docker run --pid container:«db» alpine", ContainerCommand, Certain),
        ("docker run --volumes-from «db»:ro alpine tar c /x", ContainerCommand, Certain),
        ("docker run --link «db»:postgres web", ContainerCommand, Certain),
        ("docker run -d --name «db» postgres:16", ContainerCommand, Unsure),
        ("docker run --network «db» alpine", Network, Certain),
        ("docker run --network-alias «db» alpine", Alias, Unsure),
        ("docker run -v «db»:/data alpine", Volume, Certain),
        ("docker run -v $PWD/«db»:/data alpine", Volume, Certain),
        ("docker run --mount type=volume,source=«db»,target=/x alpine", Volume, Certain),
        ("docker run --mount type=bind,source=/x,target=/«db» alpine", Path, Certain),
        ("docker run --rm «postgres»:16 psql -h db", Image, Certain),
        ("docker run --rm postgres:16 psql -h «db» -U app", Host, Certain),
        ("docker run --rm «postgres» psql", Image, Certain),
        ("docker run -e DB_HOST=«db» web", HostSetting, Certain),
        ("docker run -e DATABASE_URL=postgres://u:${{ env.P }}@«db»/app web", Host, Certain),
        ("docker run -e POSTGRES_USER=«db» web", User, Certain),
        ("docker volume rm «db»", Volume, Certain),
        ("docker network inspect «db»", Network, Certain),
        ("docker network connect net «db»", ContainerCommand, Certain),
        ("docker network connect «db» web", Network, Certain),
        ("docker network connect --alias pg net «db»", ContainerCommand, Certain),
        ("docker network disconnect -f net «db»", ContainerCommand, Certain),
        ("docker pull «postgres»", Image, Certain),
        ("docker build -t «db» .", Image, Certain),
        ("docker build --build-arg DB_HOST=«db» .", HostSetting, Certain),
        ("docker tag a/«db» b", Image, Certain),
        ("docker service logs «db»", OtherNamespace, Certain),
        ("docker stack deploy -c a.yml «db»", OtherNamespace, Certain),
        ("docker buildx create --driver-opt network=container:«db»", ContainerCommand, Certain),
        ("docker wait «db» && docker start x", ContainerCommand, Certain),
        ("podman exec «db» sh", ContainerCommand, Certain),
        ("curl --unix-socket /s http:/v1/containers/«db»/json", ContainerCommand, Likely),
        ("docker stop $(docker ps -qf name=«db»)", ContainerPattern, Certain),
    ]);
}

#[test]
fn patterns_for_containers() {
    check(&[
        ("docker ps --filter name=«db»", ContainerPattern, Certain),
        ("docker ps -f name=^/«db»$ -q", ContainerPattern, Certain),
        ("docker ps -qf \"name=«db»\"", ContainerPattern, Certain),
        ("docker container ls --filter \"name=web|«db»|redis\"", ContainerPattern, Certain),
        ("docker ps --filter=name=«db»", ContainerPattern, Certain),
        ("docker ps --filter label=com.docker.compose.service=«db»", ContainerPattern, Certain),
        ("docker ps --filter volume=«db»", Volume, Certain),
        ("docker ps --filter network=«db»", Network, Certain),
        ("docker ps --filter ancestor=«postgres»", Image, Certain),
        ("docker volume ls --filter name=«db»", Volume, Certain),
        ("docker ps | grep «db»", ContainerPattern, Certain),
        (
            "if ! docker ps --format '{{.Names}}' | grep -q '^«db»$'; then",
            ContainerPattern,
            Certain,
        ),
        ("docker ps | grep -E \"web|«db»|redis\" | wc -l", ContainerPattern, Certain),
        ("docker ps -a | awk '/«db»/ {print $1}'", ContainerPattern, Certain),
        ("docker ps | sort | grep -v web | grep -q «db»", ContainerPattern, Certain),
        ("docker compose ps | grep «db»", ContainerPattern, Certain),
        ("docker compose ps --services | grep -qx «db»", ContainerPattern, Certain),
        ("docker compose config --services | grep «db»", ContainerPattern, Certain),
        ("docker ps |\n  grep «db»", ContainerPattern, Certain),
        ("docker images | grep «db»", Image, Certain),
        ("docker volume ls | grep «db»", Volume, Certain),
        ("docker network ls | grep «db»", Network, Certain),
        (
            "RUNNING=$(docker ps --format '{{.Names}}')\necho \"$RUNNING\" | grep -q «db»",
            ContainerPattern,
            Certain,
        ),
        (
            "RUNNING=$(docker ps --format '{{.Names}}')\nif grep -q «db» <<< \"$RUNNING\"; then",
            ContainerPattern,
            Certain,
        ),
        ("R=$(docker ps)\nif [[ \"$R\" == *«db»* ]]; then", ContainerPattern, Likely),
        (
            "for c in $(docker ps --format '{{.Names}}'); do\n  if [ \"$c\" = \"«db»\" ]; then echo; fi\ndone",
            Literal,
            Certain,
        ),
        ("docker ps | Select-String «db»", ContainerPattern, Certain),
        ("grep «db» docker-compose.yml", ServiceReference, Likely),
        ("grep -q '^  «db»:' docker-compose.yml", ServiceReference, Likely),
        ("sed -n '/«postgres»:/p' compose.yml", Unknown, Unsure),
        ("grep -r «db» src", Unknown, Unsure),
        ("cat requirements.txt | grep «redis»", Unknown, Unsure),
        ("grep -E 'https://«api»\\.x\\.org' x", LongerName, Certain),
        ("ps aux | grep «postgres»", Unknown, Unsure),
        (
            "curl --unix-socket /s http://x/containers/json | jq '.[] | contains(\"«db»\")'",
            ContainerPattern,
            Certain,
        ),
    ]);
}

#[test]
fn queries_for_services() {
    check(&[
        ("yq '.services.«db».image' docker-compose.yml", ServiceReference, Likely),
        ("yq -i \".services.«db».image = \\\"x\\\"\" a.yml", ServiceReference, Likely),
        ("yq eval '.services[\"«db»\"]' docker-compose.yml", ServiceReference, Likely),
        ("docker compose config | yq .services.«db»", ServiceReference, Likely),
        ("docker compose config | jq '.services[\"«db»\"]'", ServiceReference, Likely),
        ("docker compose config | jq '.services.«db».image'", ServiceReference, Unsure),
        ("dasel -f a.yml 'services.«db».image'", ServiceReference, Likely),
        ("yq '.x' «db»/docker-compose.yml", Path, Certain),
        ("jq '.«db»' a.json", Unknown, Unsure),
    ]);
    for text in ["echo .services.db.image", "yq '.volumes.db' a.yml", "yq '.services.db-x' a.yml"] {
        assert_eq!(classify(text, "db", &Context::default()).len(), 0, "{text}");
    }
}

#[test]
fn hosts_of_clients() {
    check(&[
        ("psql -h «db» -U app", Host, Certain),
        ("psql -h«db» -U app", Host, Certain),
        ("psql --host=«db» app", Host, Certain),
        ("PGPASSWORD=x psql -h «db»", Host, Certain),
        ("psql postgres://u:p@«db»:5432/app", Host, Certain),
        ("psql \"host=«db» dbname=app\"", Host, Likely),
        ("psql postgres://u:p@h:5432/«db»", Database, Certain),
        ("psql «postgres»://u:p@h:5432/x", Scheme, Certain),
        ("pg_dump -h h -U u «db» > x.sql", Database, Certain),
        ("pg_dump -Fc -h «db» -f out.sql app", Host, Certain),
        ("while ! pg_isready -h «db» -p 5432; do sleep 1; done", Host, Certain),
        ("createdb -h h -U u «db»", Database, Certain),
        ("createdb -O «db» app", User, Certain),
        ("dropuser «db»", User, Certain),
        ("mysql -h «db» -u root -psecret app", Host, Certain),
        ("mysql -h h -u root -p «db»", Database, Certain),
        ("mysqladmin ping -h «db» --silent", Host, Certain),
        ("mysqldump -h h -u root -psecret «db» > x", Database, Certain),
        ("redis-cli -h «redis» ping", Host, Certain),
        ("redis-cli -u redis://«cache»:6379 ping", Host, Certain),
        ("mongosh --host «db» --eval 'x'", Host, Certain),
        ("mongosh mongodb://«db»:27017/app", Host, Certain),
        ("nc -z «db» 5432", Host, Certain),
        ("while ! nc -z -w 1 «db» 5432; do sleep 1; done", Host, Certain),
        ("telnet «db» 23", Host, Certain),
        ("ping -c 3 «db»", Host, Certain),
        ("nslookup «db»", Host, Certain),
        ("getent hosts «db»", Host, Certain),
        ("curl -fsS http://«db»:8080/health", Host, Certain),
        ("curl -o «db» http://x", Path, Certain),
        ("curl -H 'A: b' -X POST «web»:80/x", Host, Certain),
        ("curl telnet://«db»:5432", Host, Certain),
        ("curl http://localhost/«db»", Path, Certain),
        ("wget -qO- http://«db»/x", Host, Certain),
        ("ssh user@host \"docker exec «db» sh\"", ContainerCommand, Certain),
        ("ssh user@host docker exec «db» sh", ContainerCommand, Certain),
        ("ssh «db»", Host, Unsure),
        ("scp a.sql me@«db»:/tmp", Host, Unsure),
        ("./wait-for-it.sh «db»:5432 -- ./start.sh", Host, Certain),
        ("wait-for «db»:5432 -t 30", Host, Certain),
        ("./wait-for-it.sh h:1 -- psql -h «db»", Host, Certain),
        ("dockerize -wait tcp://«db»:5432 -timeout 60s ./run", Host, Certain),
        ("timeout 5 bash -c '</dev/tcp/«db»/5432'", Host, Certain),
        ("(echo > /dev/tcp/«db»/5432) 2>/dev/null", Host, Certain),
        ("kafka-topics --bootstrap-server «kafka»:9092 --list", Host, Certain),
        ("kafka-topics.sh --bootstrap-server «kafka»:9092 --list", Host, Certain),
        ("mc alias set x http://«minio»:9000 a b", Host, Certain),
        ("clickhouse-client --host «db» -q 'x'", Host, Certain),
        ("cqlsh «db» 9042", Host, Certain),
        ("openssl s_client -connect «db»:443", Host, Certain),
        ("some-tool --url http://«db»:80/", Host, Certain),
        ("some-tool «db»:5432", Host, Likely),
        ("some-tool --host «db»", HostSetting, Likely),
        ("mysqld --report-host=«db» --port 1", Host, Certain),
        ("mysqld --no-host --user «db»", Literal, Unsure),
        ("some-tool --db-host=«db»", HostSetting, Likely),
        ("some-tool «redis»:7", Unknown, Unsure),
        ("some-tool -h «db» -p 5432", Host, Likely),
    ]);
}

#[test]
fn settings() {
    check(&[
        ("DB_HOST=«db»", HostSetting, Certain),
        ("export DB_HOST=«db»", HostSetting, Certain),
        ("export DB_HOST=\"«db»\" DB_PORT=1", HostSetting, Certain),
        ("DB_HOST=«db» ./start.sh", HostSetting, Certain),
        ("env DB_HOST=«db» ./start.sh", HostSetting, Certain),
        ("ENV DB_HOST=«db»", HostSetting, Certain),
        ("ENV DB_HOST «db»", HostSetting, Certain),
        ("ARG DB_HOST=«db»", HostSetting, Certain),
        ("$env:DB_HOST = \"«db»\"", HostSetting, Certain),
        ("set -x DB_HOST «db»", HostSetting, Certain),
        ("set -gx DB_HOST «db»", HostSetting, Certain),
        (": ${DB_HOST:=«db»}", HostSetting, Certain),
        ("psql -h \"${DB_HOST:-«db»}\"", HostSetting, Certain),
        ("HOST=\"${DB_HOST:-«db»}\"", HostSetting, Certain),
        ("POSTGRES_USER=${POSTGRES_USER:-«postgres»}", User, Certain),
        ("POSTGRES_DB=«db»", Database, Certain),
        ("DATABASE_URL=postgresql://u:$P@«db»:5432/x", Host, Certain),
        ("make test DB_HOST=«db»", HostSetting, Likely),
        ("echo \"DB_HOST=«db»\" >> .env", HostSetting, Certain),
        ("echo \"DB_HOST=«db»\" >> $GITHUB_ENV", HostSetting, Certain),
        ("cat > .env <<EOF\nA=1\nDB_HOST=«db»\nEOF\n", HostSetting, Certain),
        ("cat > .env <<EOF\nPOSTGRES_DB=«db»\nEOF\n", Database, Certain),
        ("tee .env > /dev/null <<'EOF'\nDB_HOST=«db»\nEOF", HostSetting, Certain),
        ("X=«db»", Literal, Unsure),
        ("«db»=5", Identifier, Certain),
        ("echo $«db»", Identifier, Likely),
        ("echo ${«db»}", Identifier, Likely),
    ]);
}

#[test]
fn what_variables_are_used_for() {
    check(&[
        ("C=\"«db»\"\ndocker exec \"$C\" psql", ContainerCommand, Certain),
        ("NAME=«db»\ndocker compose logs $NAME", ComposeCommand, Certain),
        ("readonly X=\"«db»\"\ndocker restart ${X}", ContainerCommand, Certain),
        ("X=${X:-«db»}\ndocker restart ${X}", ContainerCommand, Certain),
        (
            "case $choice in\n 5|db) s=\"«db»\" ;;\n *) s=$choice ;;\nesac\ndocker compose restart $s",
            ComposeCommand,
            Certain,
        ),
        (
            "case $choice in\n 5|«db») s=\"db\" ;;\n *) s=$choice ;;\nesac\ndocker compose restart $s",
            NameList,
            Likely,
        ),
        ("for c in web «db» redis; do docker logs $c; done", NameList, Certain),
        (
            "L=(\"a\" \"«db»\")\nfor c in \"${L[@]}\"; do docker logs \"$c\"; done",
            NameList,
            Certain,
        ),
        ("local L=(\"a\" \"«db»\")\ndocker compose up -d \"${L[@]}\"", NameList, Certain),
        ("L=\"a «db» c\"\ndocker compose up -d $L", NameList, Certain),
        (
            "L=\"a «db» c\"\nfor x in $L; do if docker ps | grep -q \"^$x\\$\"; then :; fi; done",
            NameList,
            Certain,
        ),
        (
            "$services = @(\"a\", \"«db»\")\nforeach ($s in $services) { docker logs $s }",
            NameList,
            Certain,
        ),
        ("foreach ($s in @(\"a\", \"«db»\")) { docker logs $s }", NameList, Certain),
        ("for s in a «db»\n  docker logs $s\nend", NameList, Certain),
        ("for c in web «db»; do :; done", NameList, Likely),
        ("for c in x «db»; do :; done", NameList, Unsure),
        ("SERVICES=\"x «db»\"", NameList, Unsure),
        ("SERVICES=\"x «db»\"\ndocker compose ps", NameList, Likely),
        ("SERVICES=\"x «db»\"\n$COMPOSE_CMD ps", NameList, Likely),
        ("SERVICES=\"web «db»\"", NameList, Likely),
        ("CONTAINERS=\"x «db»\"", ContainerReference, Certain),
        ("SERVICE_NAME=«db»", ContainerReference, Unsure),
        ("SERVICE_NAME=«db»\ndocker compose ps", ContainerReference, Likely),
        ("export DD_SERVICE=«db»\ndocker compose ps", OtherNamespace, Unsure),
        (
            "check() {\n  local name=$1\n  local c=$3\n  docker logs \"$c\"\n}\ncheck \"Database\" \"\" \"«db»\"",
            ContainerCommand,
            Certain,
        ),
        ("check() { docker ps | grep -q \"^$1$\"; }\ncheck «db»", ContainerPattern, Certain),
        ("check() { shift; docker logs \"$1\"; }\ncheck x «db»", ContainerCommand, Certain),
        (
            "all() { for c in \"$@\"; do docker logs $c; done; }\nall web «db»",
            ContainerCommand,
            Certain,
        ),
        ("f() { echo \"$1\"; }\nf «db»", Literal, Unsure),
        ("wait_for() { nc -z \"$1\" \"$2\"; }\nwait_for «db» 5432", HostSetting, Certain),
        ("s=$1\ndocker compose logs $s\nif [ \"$s\" = \"«db»\" ]; then :; fi", Literal, Certain),
        ("if [ \"$1\" = \"«db»\" ]; then :; fi", Unknown, Unsure),
        ("[[ $c == «db» && -n $x ]]", Unknown, Unsure),
        ("N=«db»\ndocker exec $N createdb $N", Unknown, Unsure),
        ("H=«db»\npsql -h $H", HostSetting, Certain),
        (
            "services=(«db» x)\nfor s in \"${services[@]}\"; do (cd \"$BASE/$s\" && docker compose up -d); done",
            Path,
            Certain,
        ),
        ("S=\"«nginx» web\"\nfor s in $S; do systemctl restart $s; done", Program, Certain),
        ("for s in «db» x; do docker logs $s > logs/$s; done", NameList, Certain),
        (
            "a() { local s=$1; cd \"d/$s\"; }\nb() { local s=\"«db»\"; docker logs $s; }",
            ContainerCommand,
            Certain,
        ),
        ("a() { S=\"«db»\"; }\nb() { docker logs $S; }", ContainerCommand, Likely),
        ("R=$(docker ps)\nup() { [[ $R != *\"$1\"* ]]; }\nup «db»", ContainerPattern, Certain),
        (
            "param([string]$Service = \"«db»\")\ndocker compose logs $Service",
            ComposeCommand,
            Certain,
        ),
        (
            "param(\n  [string]$S = \"«db»\",\n  [int]$N = 1\n)\ndocker compose logs $S",
            ComposeCommand,
            Certain,
        ),
        ("P=\"-h «db» -U app\"\npsql $P", Host, Likely),
        ("if [ \"$DB_HOST\" = \"«db»\" ]; then :; fi", HostSetting, Likely),
        ("if [ \"$COMPOSE_PROFILES\" = \"«db»\" ]; then :; fi", Profile, Likely),
        ("B=\"look at the «db» first\"", Message, Unsure),
        ("C=$(run_it a «db» | tail)\n", Literal, Unsure),
        ("s=«db»\ndocker compose exec -T $s bash -c 'x' -- \"$s\"", ComposeCommand, Certain),
        (
            "declare -A P=([web]=80 [«db»]=5432)\nfor s in \"${!P[@]}\"; do docker logs $s; done",
            NameList,
            Certain,
        ),
        ("S=\"$dc exec «db» sh\"", ComposeCommand, Likely),
        ("up() {\r\n  docker compose up «db»\r\n}\r\n", ComposeCommand, Certain),
        ("CMD=\"docker exec «db» psql\"\n$CMD -c x", ContainerCommand, Certain),
        ("case $1 in\n web) a ;;\n «db») b ;;\nesac", NameList, Unsure),
        ("case $1 in\n web|«db») b ;;\nesac", NameList, Likely),
        ("case $1 in\n mysql|web|«db») b ;;\nesac", NameList, Unsure),
        ("for t in web «worker» cron mail; do :; done", NameList, Unsure),
        ("if [[ \"$c\" =~ ^(web|«db»|x)$ ]]; then a; fi", NameList, Likely),
        ("[[ $c =~ ^(«db»|x)$ ]] && docker logs db", Unknown, Unsure),
        ("[[ $c =~ ^(x|y)$ ]] && docker logs «db»", ContainerCommand, Certain),
        ("[[ $c == @(«db»|web) ]] || a", NameList, Likely),
        ("( [[ $c == x ]] ); docker logs «db»", ContainerCommand, Certain),
    ]);
}

#[test]
fn arguments_of_unknown_commands() {
    check(&[
        ("check_service \"PostgreSQL\" \"\" \"«db»\"", Literal, Likely),
        ("wait_healthy «db»", Literal, Likely),
        ("restart_container «db»", Literal, Likely),
        ("waitForService «db»", Literal, Likely),
        ("frobnicate «db»", Literal, Unsure),
        ("check_command «psql»", Literal, Unsure),
        ("exec docker-entrypoint.sh «postgres» -c x=1", Program, Certain),
        ("docker-php-ext-install «redis»", Literal, Unsure),
        ("wait_for_service «mysql» 3306", Literal, Likely),
        ("exec_sql «db»", Literal, Unsure),
        ("clean_up «db»", Literal, Unsure),
        ("./manage.sh logs «db»", Literal, Likely),
        ("./manage.sh «db»", Literal, Unsure),
        ("./manage.py -cb up --force-recreate «db»", Literal, Likely),
        ("python3 run.py stop «db»", Literal, Likely),
        ("bash manage.sh logs «db»", Literal, Likely),
        ("my-docker run «db» sh", Literal, Likely),
        ("bin/root chown «db»:db /x", User, Certain),
        ("bin/cli mysql -h «db»", Host, Certain),
        ("check_tcp -4 -H «db» -p 80", Host, Likely),
        ("docker exec \"$mongo_container\" «mongo» --eval x", Program, Certain),
        ("./«db»", Path, Certain),
        ("«db» --help", Program, Certain),
        ("«postgres» -c fsync=off", Program, Certain),
        ("flask «db» upgrade", Literal, Unsure),
        ("pip install «redis»", Image, Certain),
        ("apt-get install -y «postgresql»", Image, Certain),
        ("npm run «db»:migrate", Image, Certain),
        ("git checkout «db»", Identifier, Certain),
        ("make «db»", Identifier, Certain),
        ("cd «db»", Path, Certain),
        ("cat «db»/x", Path, Certain),
        ("rm -rf ./«db»/", Path, Certain),
        ("psql -f «db»/x.sql", Path, Certain),
        ("psql < «db»", Path, Certain),
        ("su - «postgres» -c 'psql'", User, Certain),
        ("su postgres -c 'psql -h «db»'", Host, Certain),
        ("gosu «postgres» psql", User, Certain),
        ("mc admin config set «minio» api x=y", Identifier, Certain),
        ("mc alias set «minio» http://minio:9000 u p", Identifier, Certain),
        ("mc alias set minio http://«minio»:9000 u p", Host, Certain),
        ("mc mb --ignore-existing «minio»/media", Path, Certain),
        ("pass() {\n  docker logs \"$1\"\n}\npass \"«web» Access\" \"is up\"", Unknown, Unsure),
        ("pass() {\n  docker logs $1\n}\npass \"x «web»\"", NameList, Certain),
        ("sudo -u «postgres» psql", User, Certain),
        ("chown «postgres»:postgres /x", User, Certain),
        ("su -s /bin/sh -c id «zulip»", User, Certain),
        ("runuser -u «zulip» -- psql", User, Certain),
        ("runuser -u zulip -- psql -h «db»", Host, Certain),
        ("runuser -l «zulip» -c id", User, Certain),
        ("su-exec «zulip»:zulip psql", User, Certain),
        ("setpriv --reuid=«zulip» --init-groups psql", User, Certain),
        ("setpriv --reuid «zulip» --clear-groups psql", User, Certain),
        ("setpriv --reuid=zulip --init-groups psql -h «db»", Host, Certain),
        ("chroot --userspec=«zulip»:zulip /srv id", User, Certain),
        ("s6-setuidgid «zulip» id", User, Certain),
        ("sudo -iu «zulip» id", User, Certain),
        ("sudo --user=«zulip» id", User, Certain),
        ("crontab -u «zulip» -l", User, Certain),
        ("start-stop-daemon --start --chuid «zulip» --exec /x", User, Certain),
        ("install -d -o «zulip» -g zulip /x", User, Certain),
        ("DB_HOST=$(su «zulip» -c 'get host')", User, Certain),
        ("DB_HOST=${1:-$(su «zulip» -c 'get host')}", User, Certain),
        ("DB_HOST=\"${1:-$(su «zulip» -c 'get host')}\"", User, Certain),
        ("DB_HOST=${1:-`su «zulip» -c 'get host'`}", User, Certain),
        ("DB_HOST=${A:-${B:-$(su «zulip» -c 'get host')}}", User, Certain),
        ("DB_HOST=${A:-$(psql -h «db» -c x)}", Host, Certain),
        ("DB_HOST=${A:-$(frobnicate web «db»)}", Literal, Unsure),
        ("SERVICES=${1:-$(frobnicate web «db»)}", Literal, Unsure),
        ("SERVICES=${1:-web «db»}", NameList, Likely),
        ("systemctl restart «redis»", Program, Certain),
        ("service «redis» restart", Program, Certain),
        ("kubectl exec -it «db» -- psql", OtherNamespace, Certain),
        ("kubectl exec -it x -- psql -h «db»", Host, Certain),
        ("helm install «db» repo/db", OtherNamespace, Certain),
        ("FROM «postgres»:16 AS x", Image, Certain),
        ("RUN apt-get install «redis»", Image, Certain),
        ("[ -d «db» ] && echo", Path, Certain),
        ("«db»: up\n\tdocker compose up", Identifier, Certain),
        ("«db»() {\n  :\n}", Identifier, Certain),
    ]);
}

#[test]
fn text_in_commands() {
    check(&[
        ("adduser user.io@«db»", User, Certain),
        ("frobnicate user.io@«db»", Host, Unsure),
        ("echo \"write to user@«db»\"", Host, Unsure),
        ("frobnicate u:p@«db»/x", Host, Likely),
        ("frobnicate u@«db»:5432", Host, Likely),
        ("echo \"  Fix: docker compose restart «db»\"", ComposeCommand, Likely),
        ("echo \"Run: docker exec -it «db» psql\"", ContainerCommand, Likely),
        ("echo 'see docker logs «db».'", ContainerCommand, Likely),
        ("echo \"Use \\`docker compose up «db»\\` first\"", ComposeCommand, Likely),
        ("log_error \"run docker-compose up -d «db»\"", ComposeCommand, Likely),
        ("Write-Host \"docker logs «db»\" -ForegroundColor Red", ContainerCommand, Likely),
        ("DC='docker compose'\necho \"Run $DC logs «db»\"", ComposeCommand, Likely),
        ("echo \"  $dc run --rm «web» createuser\"", ComposeCommand, Likely),
        ("echo \"docker compose up to start the «db»\"", Message, Unsure),
        ("echo \"docker compose logs web, then look at «db»\"", Message, Unsure),
        ("echo \"the «db» is ready\"", Message, Unsure),
        ("echo \"  5) «db»\"", Message, Unsure),
        ("echo \"connect to postgres://u@«db»:5432/x\"", Host, Likely),
        ("echo \"waiting for «db»:5432\"", Host, Likely),
        ("echo \"set DB_HOST=«db» first\"", Host, Likely),
        ("printf '%s\\n' \"«db» is down\"", Message, Unsure),
        ("die \"no «db»\"", Message, Unsure),
        ("print_status \"starting «db»\"", Message, Unsure),
        ("read -p \"Restart «db»? \" x", Message, Unsure),
        ("# the «db» is slow", Comment, Unsure),
        ("# quick ping «test» first", Comment, Unsure),
        ("# docker compose exec «db» psql", Comment, Likely),
        ("x=1 # docker logs «db»", Comment, Likely),
        ("#docker logs «db»", Comment, Likely),
        ("# psql -U «postgres»", User, Likely),
        ("ssh host <<EOF\ndocker exec «db» sh\nEOF", ContainerCommand, Certain),
        ("ssh host << 'EOF'\n  cd x\n  docker compose up «db»\nEOF\n", ComposeCommand, Certain),
        ("bash <<'EOF'\ndocker restart «db»\nEOF", ContainerCommand, Certain),
        ("docker exec -i web bash <<EOF\npg_isready -h «db»\nEOF", Host, Certain),
        ("docker exec -i web psql <<EOF\nCREATE DATABASE «db»;\nEOF", Database, Unsure),
        (
            "docker exec -i web psql <<-EOSQL\n\tGRANT ALL ON DATABASE x TO «db»;\n\tEOSQL\n",
            User,
            Unsure,
        ),
        ("psql -c \"ALTER USER «db» WITH SUPERUSER\"", User, Unsure),
        ("psql -c \"SELECT * FROM x WHERE datname='«db»'\"", Database, Unsure),
        ("psql -tAc \"CREATE SERVER s OPTIONS (host '«db»', port '5432')\"", Host, Likely),
        ("docker exec «db» psql -c \"\nSELECT 1;\n\"", ContainerCommand, Certain),
        ("cat <<EOF\nRun docker compose logs «db» now\nEOF", ComposeCommand, Likely),
        ("cat <<EOF\nthe «db»\nEOF", Message, Unsure),
        (
            "cat > docker-compose.override.yml <<EOF\nservices:\n  «db»:\n    ports: []\nEOF",
            Snippet,
            Likely,
        ),
        (
            "cat > docker-compose.override.yml <<EOF\nservices:\n  web:\n    depends_on:\n      - «db»\nEOF",
            Snippet,
            Likely,
        ),
        (
            "cat > docker-compose.override.yml <<EOF\nservices:\n  web:\n    image: «db»\nEOF",
            Image,
            Certain,
        ),
        ("cat > docker-compose.override.yml <<EOF\nvolumes:\n  «db»:\nEOF", Volume, Likely),
        ("cat > nginx.conf <<EOF\nproxy_pass http://«web»:80;\nEOF", Host, Certain),
        ("kubectl apply -f - <<EOF\nname: «db»\nEOF", OtherNamespace, Certain),
        ("cat > up.sh <<'EOF'\ndocker logs «db»\nEOF", ContainerCommand, Certain),
        ("$ docker compose ps\n«db»  running", Output, Unsure),
        (" ✔ Container «db»  Started", Output, Unsure),
        ("root@«db»:/# psql", Output, Unsure),
        ("$box> docker compose up «db»", ComposeCommand, Certain),
        ("\t@echo \"$(call format,db,'Open the «db» container.')\"", Message, Unsure),
        ("trap 'docker compose stop «db»' EXIT", ComposeCommand, Certain),
        ("eval \"docker logs «db»\"", ContainerCommand, Certain),
        ("watch -n 1 \"docker logs «db»\"", ContainerCommand, Certain),
        ("concurrently \"docker compose up «db»\" \"npm run dev\"", ComposeCommand, Certain),
        ("npx dotenv -e .env -- docker compose up «db»", ComposeCommand, Certain),
        ("find . -exec docker cp {} «db»:/x \\;", ContainerCommand, Certain),
    ]);
}

#[test]
fn gives_every_whole_use_once_and_in_order() {
    let text =
        "db=1; echo 'db db-x' \"unclosed db\n<<db $(db ${db:-db} `db`) # db\n\0db\u{fe}db db/db";
    let usages = classify(text, "db", &Context::default());
    let expected = super::whole_uses(text, "db");
    let found: Vec<_> = usages.into_iter().map(|usage| usage.range).collect();
    assert_eq!(found, expected);
}

#[test]
fn words_of_an_argument_list() {
    let rows: &[(&[&str], usize, Class, Confidence)] = &[
        (&["CMD", "pg_isready", "-h", "db"], 3, Host, Certain),
        (&["CMD-SHELL", "pg_isready -h db || exit 1"], 1, Host, Certain),
        (&["docker", "exec", "db", "psql"], 2, ContainerCommand, Certain),
        (&["docker", "compose", "up", "-d", "db"], 4, ComposeCommand, Certain),
        (&["sh", "-c", "docker logs db"], 2, ContainerCommand, Certain),
        (&["./wait-for-it.sh", "db:5432", "--", "run"], 1, Host, Certain),
        (&["db", "-c", "x"], 0, Program, Certain),
        (&["--database-host", "db"], 1, HostSetting, Likely),
        (&["--name", "db"], 1, Literal, Unsure),
        (&["mysqld", "--source-host", "db"], 2, Host, Certain),
        (&["curl", "-f", "http://db:80"], 2, Host, Certain),
    ];
    for (words, index, class, confidence) in rows {
        let mut at = 10;
        let mut placed = Vec::new();
        for word in *words {
            // Quotes and a comma around each.
            placed.push(((*word).to_owned(), at..at + word.len() + 2));
            at += word.len() + 4;
        }
        let usages = classify_words(&placed, "db", &Context::default());
        let start = placed[*index].1.start + 1 + words[*index].find("db").expect("the name");
        let found = usages.iter().find(|usage| usage.range == (start..start + 2));
        let found = found.map(|usage| (usage.class, usage.confidence));
        assert_eq!(found, Some((*class, *confidence)), "{words:?}");
    }
}

#[test]
fn finds_wrappers() {
    let rows: &[(&str, &[(&str, &str)])] = &[
        ("DC=\"docker compose -f x.yml\"", &[("DC", "docker compose -f x.yml")]),
        ("dc() { docker compose \"$@\"; }", &[("dc", "docker compose")]),
        ("DOCKER_COMPOSE ?= docker compose", &[("DOCKER_COMPOSE", "docker compose")]),
        ("alias dc='sudo docker-compose'", &[("dc", "docker-compose")]),
        (
            "A=\"docker compose\"\nB=\"$A exec\"",
            &[("A", "docker compose"), ("B", "docker compose exec")],
        ),
        ("a() { b \"$@\"; }\nb() { a \"$@\"; }", &[]),
        ("X=1\nfoo() { echo \"$@\"; }", &[]),
        ("docker() { sudo docker \"$@\"; }", &[]),
        ("docker=(docker compose)", &[("$docker", "docker compose")]),
        (
            "dc() { DC=run _dc \"$@\"; }\n_dc() { docker compose \"$DC\" \"$@\"; }",
            &[("_dc", "docker compose $DC"), ("dc", "docker compose run")],
        ),
    ];
    for (text, expected) in rows {
        let found: Vec<_> =
            wrappers(text).into_iter().map(|(name, words)| (name, words.join(" "))).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, words)| ((*name).to_owned(), (*words).to_owned()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn wrappers_of_the_context_count() {
    let mut context = Context::default();
    context.wrappers.insert("dcx".into(), vec!["docker".into(), "compose".into(), "exec".into()]);
    for (text, class) in [
        ("dcx db sh", ComposeCommand),
        ("$dcx db sh", ComposeCommand),
        ("bin/dcx db sh", ComposeCommand),
    ] {
        let found = classify(text, "db", &context);
        assert_eq!(found.first().map(|usage| usage.class), Some(class), "{text}");
    }
}

#[test]
fn deep_and_long_text_is_read_to_its_end() {
    for unit in [
        "$(",
        "\"$(",
        "`",
        "${x:-",
        "db \"",
        "<<EOF\n",
        "echo docker ps db ",
        "'db",
        "((",
        "{{db",
        "( ;; } ",
        "{ ;; ",
        "sudo ",
        "x=$(y) ",
        "case x in ",
        "a=db;b=$a;",
        "f() { ",
        "$x db ",
        "docker exec db ",
        "psql db ",
        "db:1,",
    ] {
        for before in ["", "\"", "echo \""] {
            let text = format!("{before}{}\" db", unit.repeat(32_000 / unit.len()));
            let uses = classify(&text, "db", &Context::default());
            let is_name =
                |usage: &crate::compose::usage::Usage| text.get(usage.range.clone()) == Some("db");
            assert!(uses.iter().all(is_name), "{before}{unit}");
            assert!(uses.len() <= text.matches("db").count(), "{before}{unit}: a use twice");
        }
    }
}

proptest::proptest! {
    #[test]
    fn takes_any_text(text in "\\PC*") {
        let usages = classify(&text, "d", &Context::default());
        let whole = super::whole_uses(&text, "d").len();
        proptest::prop_assert_eq!(usages.len(), whole);
    }

    #[test]
    fn takes_any_mixture_of_shell(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "db", " ", "\n", "\t", "'", "\"", "`", "$", "(", ")", "{", "}", "<<", "EOF", ";", "|", "&", "#", "\\", "=",
                "[", "]", "docker ", "compose ", "exec ", "for x in ", "do ", "done", "case x in ", "esac", "f() ", "${x:-",
                "$(", "{{", "}}", "${{", "echo ", "psql ", "-h", "--", "é", "\r\n", "$1", "\"$@\"", "%x%", "<x>", "--host=", "a=",
            ]),
            0..60,
        )
    ) {
        let text = pieces.concat();
        let usages = classify(&text, "db", &Context::default());
        let whole = super::whole_uses(&text, "db").len();
        proptest::prop_assert_eq!(usages.len(), whole);
        let _ = wrappers(&text);
    }
}
