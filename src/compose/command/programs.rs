//! Command lines of other programs: clients that take hosts, programs that run other programs,
//! and programs whose arguments are surely no service (packages, users, paths, clusters).
//!
//! Sources: the manuals of the programs (PostgreSQL 18, MySQL 9, Redis 8, MongoDB tools, curl 8,
//! OpenBSD and GNU tools). Deliberately absent: programs whose arguments tell nothing.

use super::docker;
use super::grammar::Flag;
use super::grammar::Grammar;
use super::grammar::Input;
use super::grammar::Slot;
use crate::compose::usage::Class;

const PLAIN: Slot = Slot::Plain;
const HOST: Slot = Slot::Host;
const ADDRESS: Slot = Slot::Address;
const REMOTE: Slot = Slot::Remote;
const DATABASE: Slot = Slot::Database;
const SETTING: Slot = Slot::Setting;
const SQL: Slot = Slot::Sql;
const SHELL: Slot = Slot::Shell;
const COMMAND: Slot = Slot::Command;
const MESSAGE: Slot = Slot::Message;
const PATTERN: Slot = Slot::Pattern;
const PATH: Slot = Slot::Holds(Class::Path);
const USER: Slot = Slot::Holds(Class::User);
const PACKAGE: Slot = Slot::Holds(Class::Image);
const FOREIGN: Slot = Slot::Holds(Class::OtherNamespace);
const NAME: Slot = Slot::Holds(Class::Identifier);
/// What a program's own configuration calls a server, or its address.
const NAMED: Slot = Slot::Is(Class::Identifier);
const PROGRAM: Slot = Slot::Holds(Class::Program);
const SCRIPT: Slot = Slot::Holds(Class::Unknown);

/// A program's command line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Program {
    names: &'static str,
    /// Which words stand for what.
    pub(super) grammar: Grammar,
    /// What its input is.
    pub(super) input: Input,
    /// Whether it passes lines of its input on.
    pub(super) filters: bool,
}

const fn program(
    names: &'static str,
    flags: &'static [Flag],
    operands: &'static [Slot],
) -> Program {
    Program { names, grammar: Grammar { flags, operands }, input: Input::Text, filters: false }
}

impl Program {
    const fn takes(self, input: Input) -> Self {
        Self { input, ..self }
    }

    const fn filtering(self) -> Self {
        Self { filters: true, ..self }
    }
}

const PSQL: &[Flag] = &[
    ("h host", HOST),
    ("U username", USER),
    ("d dbname", DATABASE),
    ("c command", SQL),
    ("v set variable", SETTING),
    ("f file o output L log-file", PATH),
    ("p port F field-separator P pset R record-separator T table-attr", PLAIN),
];

const PG_DUMP: &[Flag] = &[
    ("h host", HOST),
    ("U username role S superuser", USER),
    ("d dbname l database", DATABASE),
    ("f file", PATH),
    ("p port F format t table n schema N exclude-schema T exclude-table", PLAIN),
    ("exclude-table-data exclude-database j jobs Z compress E encoding section", PLAIN),
    ("lock-wait-timeout", PLAIN),
];

/// `pg_restore -l` lists an archive, and `-c` takes no value.
const PG_RESTORE: &[Flag] = &[
    ("h host", HOST),
    ("U username role S superuser", USER),
    ("d dbname", DATABASE),
    ("f file L use-list", PATH),
    ("p port F format t table n schema N exclude-schema j jobs section", PLAIN),
    ("I index P function T trigger", PLAIN),
];

const PG_BASEBACKUP: &[Flag] = &[
    ("h host", HOST),
    ("U username", USER),
    ("d dbname", DATABASE),
    ("D pgdata", PATH),
    ("p port F format X wal-method c checkpoint r max-rate Z compress l label S slot", PLAIN),
];

const PG_CREATE: &[Flag] = &[
    ("h host", HOST),
    ("U username O owner", USER),
    ("maintenance-db", DATABASE),
    ("p port E encoding l locale lc-collate lc-ctype T template D tablespace", PLAIN),
];

/// `pg_isready -t 5`, `pgbench -c 10 -s 50`: as above, with other meanings of a few letters.
const PG_OTHERS: &[Flag] = &[
    ("h host", HOST),
    ("U username", USER),
    ("d dbname maintenance-db", DATABASE),
    ("p port t timeout c client j jobs T time s scale", PLAIN),
    ("D pgdata", PATH),
];

const MYSQL: &[Flag] = &[
    ("h host", HOST),
    ("u user", USER),
    ("D database", DATABASE),
    ("e execute", SQL),
    ("p password", Slot::Attached),
    ("P port S socket protocol default-character-set", PLAIN),
    ("ssl-mode ssl-ca ssl-cert ssl-key where connect-timeout", PLAIN),
    ("r result-file defaults-file defaults-extra-file", PATH),
];

const MONGO: &[Flag] = &[
    ("host h uri", HOST),
    ("u username", USER),
    ("d db authenticationDatabase", DATABASE),
    ("p password port c collection", PLAIN),
    ("eval", SQL),
    ("o out gzip archive f file", PATH),
];

const CURL: &[Flag] = &[
    ("o output T upload-file cacert cert key E c cookie-jar K config D dump-header", PATH),
    ("H header d data data-raw data-binary data-urlencode json F form b cookie A", PLAIN),
    ("user-agent e referer X request m max-time w write-out connect-timeout retry", PLAIN),
    ("retry-delay retry-max-time u user range r resolve C limit-rate interface unix-socket", PLAIN),
    ("x proxy url connect-to", ADDRESS),
];

const WGET: &[Flag] = &[
    ("O output-document P directory-prefix o output-file a i input-file", PATH),
    ("T timeout t tries U user-agent header post-data method body-data user password", PLAIN),
    ("wait waitretry", PLAIN),
];

const NET: &[Flag] = &[
    ("c i w W t s p P q I m l T timeout count interval type port x X", PLAIN),
    ("h H host server", HOST),
];

const WAIT: &[Flag] = &[
    ("t timeout p port interval i delay d", PLAIN),
    ("h host wait", ADDRESS),
    ("template stdout stderr wait-timeout wait-retry-interval wait-http-header", PLAIN),
    ("--", COMMAND),
];

const SSH: &[Flag] =
    &[("p P o l c m e F b w Q O D W", PLAIN), ("i S E", PATH), ("J", REMOTE), ("L R", ADDRESS)];

const GREP: &[Flag] = &[
    ("e regexp Pattern", PATTERN),
    ("f file include exclude exclude-dir Path", PATH),
    ("A B C m max-count context after-context before-context Context", PLAIN),
];

const KUBE: &[Flag] =
    &[("--", COMMAND), ("f filename values", PATH), ("n namespace l c o", FOREIGN)];

const MESSAGES: &[Flag] = &[("ForegroundColor BackgroundColor f b t p", PLAIN)];

const PROGRAMS: &[Program] = &[
    // Clients that take hosts.
    program("psql", PSQL, &[DATABASE, USER]).takes(Input::Code),
    program("pg_dump pg_dumpall", PG_DUMP, &[DATABASE, PLAIN]).takes(Input::Code),
    program("pg_restore", PG_RESTORE, &[PATH]).takes(Input::Code),
    program("pg_basebackup", PG_BASEBACKUP, &[PLAIN]),
    program("createdb dropdb reindexdb clusterdb", PG_CREATE, &[DATABASE, PLAIN]),
    program("pg_isready pgbench vacuumdb pg_receivewal pg_recvlogical pgloader pgcli", PG_OTHERS, &[DATABASE]),
    program("createuser dropuser", PG_OTHERS, &[USER]),
    program("mysql mariadb mycli", MYSQL, &[DATABASE]).takes(Input::Code),
    program("mysqldump mariadb-dump mysqlimport mysqlcheck mariadb-check", MYSQL, &[DATABASE, PLAIN]),
    program("mysqladmin mariadb-admin mysqlshow", MYSQL, &[PLAIN]),
    program("redis-cli valkey-cli keydb-cli redis-benchmark", &[("h", HOST), ("u", ADDRESS), ("a pass user p n s r i x", PLAIN)], &[SCRIPT]).takes(Input::Code),
    program("mongo mongosh mongodump mongorestore mongoexport mongoimport", MONGO, &[DATABASE]).takes(Input::Code),
    program("cqlsh", &[("u username p password k keyspace f file e execute", PLAIN)], &[HOST, PLAIN]).takes(Input::Code),
    program("clickhouse-client influx rabbitmqadmin etcdctl nats consul vault", &[("h H host hostname endpoints server s http-addr address addr", HOST), ("u user username", USER), ("d database", DATABASE), ("port p password V vhost format query q", PLAIN)], &[PLAIN]).takes(Input::Code),
    program("kafka-topics kafka-console-consumer kafka-console-producer kafka-configs kafka-consumer-groups kafka-broker-api-versions kcat kafkacat", &[("bootstrap-server broker-list zookeeper b", HOST), ("topic t group partitions replication-factor", NAME)], &[PLAIN]),
    program("curl", CURL, &[ADDRESS]),
    program("wget", WGET, &[ADDRESS]),
    program("http https httpie xh hurl ab wrk hey siege k6 lynx w3m iwr irm invoke-webrequest invoke-restmethod", &[("uri", ADDRESS), ("o output outfile outputfile", PATH), ("n c t d method body headers timeoutsec", PLAIN)], &[ADDRESS]),
    program("nc ncat netcat telnet nmap mosquitto_pub mosquitto_sub", NET, &[HOST, PLAIN]),
    program("ping ping6 traceroute tracepath mtr arping fping test-connection test-netconnection", &[("c i w W t s I m count computername", PLAIN), ("n", Slot::Attached), ("port", PLAIN)], &[HOST, PLAIN]),
    program("nslookup dig host drill resolve-dnsname", &[("t type p c", PLAIN)], &[HOST]),
    program("getent", &[], &[PLAIN, HOST]),
    program("wait-for-it wait-for wait_for_it wait_for wait-on wait4x wait-until waitforit wait4ports dockerize wait-port", WAIT, &[ADDRESS]),
    program("openssl", &[("connect host", HOST), ("servername", HOST), ("in out key cert CAfile", PATH)], &[PLAIN]),
    program("mc mcli", &[], &[NAMED]),
    program("ssh sshpass-ssh autossh mosh", SSH, &[REMOTE, COMMAND]).takes(Input::Shell),
    program("scp rsync sftp ssh-copy-id", SSH, &[REMOTE]),
    // Programs that run others.
    program("sudo doas", &[("u user g group h host C p r t T U D R", USER)], &[COMMAND]),
    program("env cross-env cross-env-shell", &[("u unset C chdir", PLAIN), ("S", SHELL)], &[COMMAND]),
    program("nice ionice chrt stdbuf", &[("n c p i o e adjustment", PLAIN)], &[COMMAND]),
    program("docker-entrypoint entrypoint nohup time command builtin exec setsid unbuffer catchsegv dumb-init tini then else do busybox winpty call start-process sh-c @call", &[("a f o", PLAIN), ("--", COMMAND)], &[COMMAND]),
    program("timeout gtimeout retry", &[("k kill-after s signal d delay t tries max interval", PLAIN)], &[PLAIN, COMMAND]),
    program("xargs parallel", &[("I n P L d a s E max-args max-procs arg-file delimiter", PLAIN)], &[COMMAND]),
    program("watch entr", &[("n interval", PLAIN)], &[COMMAND]),
    program("flock chroot", &[("w timeout E conflict-exit-code", PLAIN), ("userspec groups", USER)], &[PATH, COMMAND]),
    program("gosu su-exec setuidgid s6-setuidgid setuser", &[("u", USER)], &[USER, COMMAND]),
    program("setpriv chpst s6-applyuidgid pkexec", &[("reuid ruid euid regid rgid egid groups inh-caps bounding-set ambient-caps u g G U user", USER)], &[COMMAND]),
    program("start-stop-daemon", &[("c chuid u user g group", USER), ("x exec p pidfile chroot d chdir", PATH), ("n name", PROGRAM), ("--", PLAIN)], &[PLAIN]),
    program("crontab", &[("u", USER)], &[PATH]),
    program("su runuser", &[("c command", SHELL), ("s shell g group G u user", USER), ("--", COMMAND)], &[USER]),
    program("sh bash zsh ash dash ksh fish powershell pwsh", &[("c command", SHELL), ("o O rcfile init-file", PLAIN)], &[COMMAND]).takes(Input::Shell),
    program("cmd", &[], &[PLAIN, COMMAND]),
    program("eval trap concurrently npm-run-all start-server-and-test", &[("n names c k", PLAIN)], &[SHELL]),
    program("npx bunx pnpx uvx pipx direnv dotenvx env-cmd dotenv doppler infisical chamber aws-vault op", &[("e env-file p package f", PATH), ("--", COMMAND)], &[SCRIPT]),
    program("if while until", &[], &[COMMAND]),
    program("RUN CMD ENTRYPOINT HEALTHCHECK", &[("mount network interval timeout start-period retries start-interval shell", PLAIN)], &[COMMAND]),
    // Programs that show or match text.
    program("echo printf print puts write-host write-output write-error write-warning write-information write-verbose logger notify-send figlet banner say", MESSAGES, &[MESSAGE]),
    program("read", &[("p", MESSAGE), ("t n d u a i", PLAIN)], &[NAME]),
    program("read-host throw", &[("prompt", MESSAGE)], &[MESSAGE]),
    program("grep egrep fgrep rg ag ack zgrep select-string findstr", GREP, &[PATTERN, PATH]).filtering(),
    program("awk gawk mawk sed gsed perl", &[("e", PATTERN), ("F v f", PLAIN)], &[PATTERN, PATH]).filtering(),
    program("jq gron", &[("arg argjson", PLAIN)], &[Slot::JsonQuery, PATH]).filtering(),
    program("yq dasel", &[("arg argjson", PLAIN)], &[Slot::Query, Slot::QueryOrPath]).filtering(),
    program("where-object sort-object select-object foreach-object measure-object", &[("like match", PATTERN)], &[PATTERN]).filtering(),
    program("head tail sort uniq cut tr tee column wc fold nl rev less more", &[("n c d f k t b s o", PLAIN)], &[PATH]).filtering(),
    // Programs whose words are surely other things.
    program("cd ls ll cat touch mkdir rmdir rm cp mv ln pushd popd tree du df stat file find source . less vi vim nano code open readlink realpath basename dirname tar gzip gunzip unzip zip md5sum sha256sum diff patch truncate shred test-path remove-item new-item set-location get-content copy-item COPY ADD WORKDIR VOLUME", &[("name iname path type maxdepth C f S t", PATH), ("from", NAME), ("chown user group", USER)], &[PATH]),
    program("install", &[("o owner g group", USER), ("m mode S suffix t target-directory", PATH)], &[PATH]),
    program("python python3 python2 node deno ruby php perl5 java go-run ts-node tsx bun-run", &[("c e m", SCRIPT)], &[COMMAND]).takes(Input::Code),
    program("chown chgrp", &[("R", Slot::Attached)], &[USER, PATH]),
    program("useradd adduser usermod userdel groupadd addgroup id passwd chpasswd getfacl USER", &[("g G s d u U", USER)], &[USER]),
    program("systemctl service rc-service rc-update supervisorctl pm2 launchctl sv initctl chkconfig update-rc.d s6-svc journalctl pkill pgrep killall which type whereis hash pidof command-v ps", &[("u unit n since", PROGRAM)], &[PROGRAM]),
    program("apt apt-get aptitude apk yum dnf pacman brew port snap zypper choco winget scoop dpkg rpm nix nix-env pip pip3 pipenv poetry uv conda mamba gem bundle cargo composer go pear pecl npm pnpm yarn bun lerna nx turbo rustup asdf mise sdk nvm", &[("r requirement f file o output", PATH), ("t virtual", NAME), ("--", COMMAND)], &[PACKAGE]),
    program("git gh glab svn hg", &[("m message", MESSAGE), ("b B c C", NAME)], &[NAME]),
    program("kubectl k kubectx kubens helm helmfile oc k9s kustomize minikube kind k3d k3s skaffold tilt argocd flux eksctl gcloud aws az doctl fly flyctl heroku dokku railway vercel netlify nomad multipass vagrant lxc incus virsh terraform tofu pulumi ansible ansible-playbook supabase lando ddev", KUBE, &[FOREIGN]).takes(Input::Foreign),
    program("make gmake just task rake invoke mage tox nox grunt gulp", &[("C directory f file", PATH), ("j", Slot::Attached)], &[NAME]),
    program("FROM", &[("platform", PLAIN)], &[PACKAGE, PLAIN, NAME]),
    program("unset shift exit return sleep set shopt ulimit umask wait kill true false break continue", &[], &[NAME]),
    program("pg_ctl pg_ctlcluster initdb postgres mysqld mongod redis-server nginx httpd", &[("D pgdata c f g config", PLAIN), ("U username", USER)], &[PLAIN]),
];

/// Finds a program by its name without folder and `.exe`.
pub(super) fn find(name: &str) -> Option<&'static Program> {
    let named = |program: &&Program| program.names.split(' ').any(|known| known == name);
    PROGRAMS.iter().find(named).or_else(|| {
        let lower = name.to_ascii_lowercase();
        let powershell = lower != name && lower.contains('-');
        PROGRAMS
            .iter()
            .find(|program| powershell && program.names.split(' ').any(|known| known == lower))
    })
}

/// Programs that other commands often run, and that take a flag or URL first.
const INNER_WITH_FLAGS: &str = "psql pg_dump pg_restore pg_isready createdb dropdb mysql \
    mysqladmin mysqldump mariadb mongosh mongodump mongorestore redis-cli valkey-cli curl wget";

/// Programs that other commands often run, and that no service is named after.
const INNER: &str = "chown bash sh ping nc telnet nslookup getent kubectl";

/// Tells whether a command that is not known runs a word that follows it as a program.
pub(super) fn is_inner(word: &str, next: &str) -> bool {
    let name = base_name(word);
    let listed = |list: &str| list.split_ascii_whitespace().any(|inner| inner == name);
    listed(INNER) && !next.is_empty()
        || listed(INNER_WITH_FLAGS) && (next.starts_with('-') || next.contains("://"))
}

/// Tells whether a word is the name of a program, so that a command is likely to start with it.
pub(super) fn is_program(word: &str) -> bool {
    let name = base_name(word);
    docker::engine(name).is_some() || find(name).is_some()
}

/// Gives a program's name without its folder and ending.
pub(super) fn base_name(word: &str) -> &str {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let name = name.strip_suffix(".exe").unwrap_or(name);
    name.strip_suffix(".sh").unwrap_or(name)
}
