//! Hazards of giving a service, volume or secret another name.

use super::{Tree, check, found, planned, rename, renamed};
use crate::compose::names::Namespace;
use crate::transforms::rename::options::Rename;

#[test]
fn stateful_rename() {
    for (service, expected) in [
        (
            "image: postgres:16\n    volumes: ['data:/var/lib/postgresql/data']",
            "Error compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running on the same volume `data`: two Postgres servers on one data directory can destroy it",
        ),
        (
            "image: postgres:16\n    volumes: ['./pg:/var/lib/postgresql/data', './x.conf:/etc/x.conf']",
            "Error compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running on the same folder `./pg`: two Postgres servers on one data directory can destroy it",
        ),
        (
            "image: redis:7",
            "Warning compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running: `db` is answered by both in turn",
        ),
        (
            "image: example/wiki\n    volumes: ['data:/var/www/uploads']",
            "Warning compose.yaml: `up -d` starts `app-db` and leaves the old container of `db` running: both write to the same volume `data`",
        ),
        (
            "image: example/web\n    volumes: ['./src:/app', 'data:/app/node_modules', '/var/run/docker.sock:/var/run/docker.sock']",
            "",
        ),
        ("image: example/web", ""),
    ] {
        let text = format!("services:\n  db:\n    {service}\nvolumes: {{data: }}\n");
        assert_eq!(found(&renamed(&text), "stateful-rename").join("\n"), expected, "{service}");
    }
}

#[test]
fn container_name_in_use() {
    for (name, expected) in [
        (
            "pg",
            "Error compose.yaml: the old container of `db` bears the name `pg`, so `app-db` can't start under it",
        ),
        (
            "${NAME:-pg}",
            "Error compose.yaml: the old container of `db` bears the name `pg`, so `app-db` can't start under it",
        ),
        ("db", ""),
    ] {
        let text =
            format!("services:\n  db:\n    image: example/web\n    container_name: {name}\n");
        assert_eq!(found(&renamed(&text), "container-name-in-use").join("\n"), expected, "{name}");
    }
    // A variable gives another container the name.
    let own = "services: {db: {image: x, container_name: db}}\n";
    let other = "services: {pg: {image: y, container_name: '${NAME}'}}\n";
    check(
        "container-name-in-use",
        &rename("db", "app-db"),
        &[
            (
                &[("a/compose.yaml", own), ("b/compose.yaml", other), ("b/.env", "NAME=app-db\n")],
                "Error a/compose.yaml: service `pg` of b/compose.yaml bears the container name `app-db` too: the second of the two can't start",
            ),
            (&[("a/compose.yaml", own), ("b/compose.yaml", other), ("b/.env", "NAME=pg\n")], ""),
        ],
    );
}

#[test]
fn volume_key_renamed() {
    let volume = Rename { kind: Namespace::Volume, ..rename("data", "pgdata") };
    let text = "services: {db: {image: postgres, volumes: ['data:/var/lib/postgresql/data']}}\nvolumes:\n  data: {}\n";
    assert!(found(&planned(&[("compose.yaml", text)], &volume), "volume-key-renamed").is_empty());
    assert!(
        found(
            &planned(&[("compose.yaml", text), ("compose.dev.yaml", text)], &volume),
            "volume-key-renamed"
        )
        .is_empty()
    );
    // A variant that is loaded alone has the volume without the name that the main file gives it.
    let named = text.replace("data: {}", "data: {name: shop}");
    let tree = [("compose.yaml", named.as_str()), ("compose.dev.yaml", text)];
    assert_eq!(
        found(&planned(&tree, &volume), "volume-key-renamed"),
        [
            "Error compose.dev.yaml: the volume `pgdata` is a new, empty one: the data stay in that of `data`"
        ]
    );
}

#[test]
fn anonymous_volume_lost() {
    let of = |service: &str| format!("services:\n  db: {{{service}}}\n");
    let cases = [
        (
            "image: postgres",
            "Error compose.yaml: `app-db` starts with empty data: those of `db` are in the volume that the Postgres image makes by itself",
        ),
        ("image: redis", "Warning compose.yaml: `app-db` starts with empty data"),
        (
            "image: example/wiki, volumes: [/var/www/uploads]",
            "Warning compose.yaml: `app-db` starts with empty data: those of `db` are in the anonymous volume at /var/www/uploads",
        ),
        (
            "image: postgres, volumes: [/var/lib/postgresql/data]",
            "the anonymous volume at /var/lib/postgresql/data",
        ),
        ("image: postgres, volumes: ['data:/var/lib/postgresql/data']", ""),
        ("image: postgres:18, volumes: ['data:/var/lib/postgresql']", ""),
        ("image: postgres, environment: {PGDATA: /pg/data}, volumes: ['data:/pg']", ""),
        ("image: postgres, tmpfs: [/var/lib/postgresql/data]", ""),
        ("image: elasticsearch:8", ""),
        ("build: ., volumes: ['.:/app', /app/node_modules, /app/src]", ""),
    ];
    for (service, expected) in cases {
        check(
            "anonymous-volume-lost",
            &rename("db", "app-db"),
            &[(&[("compose.yaml", &of(service))], expected)],
        );
    }
}

#[test]
fn a_volume_of_an_overlay_is_seen() {
    let base = "services: {db: {image: postgres}}\n";
    let overlay =
        "services: {db: {volumes: ['data:/var/lib/postgresql/data']}}\nvolumes: {data: }\n";
    check(
        "anonymous-volume-lost",
        &rename("db", "app-db"),
        &[(
            &[("compose.yaml", base), ("compose.prod.yaml", overlay)],
            "which only `db` is handed on, unless compose.prod.yaml is loaded, which mounts a volume",
        )],
    );
}

#[test]
fn a_job_keeps_no_data() {
    let text = |condition: &str| {
        format!(
            "services:\n  db: {{image: postgres}}\n  web:\n    image: x\n    depends_on: {{db: {{condition: {condition}}}}}\n"
        )
    };
    for (condition, expected) in [("service_completed_successfully", 0), ("service_healthy", 2)] {
        let plan = renamed(&text(condition));
        let ids = ["stateful-rename", "anonymous-volume-lost"];
        let found: usize = ids.iter().map(|id| found(&plan, id).len()).sum();
        assert_eq!(found, expected, "{condition}");
    }
}

#[test]
fn alias_impossible() {
    let host = "services: {db: {image: x, network_mode: host}}\n";
    let joined = "services: {db: {image: x, networks: [back]}}\nnetworks: {back: }\n";
    let overlay = "services: {db: {networks: [back]}}\nnetworks: {back: }\n";
    let base = "services: {db: {image: x}}\n";
    check(
        "alias-impossible",
        &rename("db", "app-db"),
        &[
            (
                &[("compose.yaml", host)],
                "Warning compose.yaml: with `network_mode: host` the service joins no network, so it can't keep the alias `db`",
            ),
            (&[("compose.yaml", joined)], ""),
            (&[("compose.yaml", base)], ""),
            (
                &[("compose.yaml", base), ("compose.prod.yaml", overlay)],
                "Warning compose.yaml: loaded by compose.yaml alone, the service does not answer to `db` on the network `default`",
            ),
        ],
    );
    let none = Rename { keep_alias: false, ..rename("db", "app-db") };
    check("alias-impossible", &none, &[(&[("compose.yaml", host)], "")]);
    // What can't be kept is so afterwards too.
    let made = "services: {app-db: {image: x, network_mode: host}}\n";
    check(
        "alias-impossible",
        &rename("db", "app-db"),
        &[(&[("compose.yaml", made)], "Warning compose.yaml: with `network_mode: host`")],
    );
}

#[test]
fn alias_collision() {
    let here = "services: {db: {image: x, networks: [proxy, default]}}\nnetworks: {proxy: {external: true}}\n";
    let there = |network: &str| {
        format!(
            "services: {{app-db: {{image: x, networks: [{network}]}}}}\nnetworks: {{proxy: {{external: true}}, own: }}\n"
        )
    };
    let aliased = "services:\n  db: {image: x}\n  web:\n    image: y\n    networks: {default: {aliases: [db]}}\n";
    let apart = "services:\n  db: {image: x, networks: [a]}\n  web:\n    image: y\n    networks: {b: {aliases: [db]}}\nnetworks: {a: , b: }\n";
    check(
        "alias-collision",
        &rename("db", "app-db"),
        &[
            (
                &[("a/compose.yaml", here), ("b/compose.yaml", &there("proxy"))],
                "Warning a/compose.yaml: on the network `proxy`, `app-db` is also a name of service `app-db` (b/compose.yaml): answers come from all of them in turn",
            ),
            (&[("a/compose.yaml", here), ("b/compose.yaml", &there("own"))], ""),
            (
                &[("compose.yaml", aliased)],
                "Warning compose.yaml: on the network `default`, `db` is also a name of service `web`",
            ),
            (&[("compose.yaml", apart)], ""),
            (
                &[(
                    "compose.yaml",
                    "services:\n  db: {image: x}\n  web: {image: y, hostname: app-db}\n",
                )],
                "Warning compose.yaml: `app-db` is the `hostname` of `web`: inside of it that name is itself, not `app-db`",
            ),
        ],
    );
    // One that was there before is said, too; a copy of the project can't run beside it.
    let copy = |name: &str| {
        format!(
            "services: {{db: {{image: x, container_name: {name}, networks: [proxy]}}}}\nnetworks: {{proxy: {{external: true}}}}\n"
        )
    };
    check(
        "alias-collision",
        &Rename { project: Some("a".to_owned()), ..rename("db", "app-db") },
        &[
            (
                &[("a/compose.yaml", &copy("one")), ("b/compose.yaml", &copy("two"))],
                "Info a/compose.yaml: on the network `proxy`, `db` is also a name of service `db` (b/compose.yaml)",
            ),
            (&[("a/compose.yaml", &copy("one")), ("b/compose.yaml", &copy("one"))], ""),
        ],
    );
}

#[test]
fn external_network_consumers() {
    let external = "services: {db: {image: x, networks: [proxy]}}\nnetworks: {proxy: {external: true, name: web}}\n";
    let named = "services: {db: {image: x, networks: [back]}}\nnetworks: {back: {name: shared}}\n";
    let other = "services: {app: {image: y, networks: [n]}}\nnetworks: {n: {external: true, name: shared}}\n";
    let keep = rename("db", "app-db");
    check(
        "external-network-consumers",
        &keep,
        &[
            (
                &[("compose.yaml", external)],
                "Info compose.yaml: the network `web` is not only this project's: what else is on it may use `db`; the alias goes on answering",
            ),
            (
                &[("a/compose.yaml", named), ("b/compose.yaml", other)],
                "Info a/compose.yaml: the network `shared` is not only this project's: b/compose.yaml and whatever else is on it may use `db`",
            ),
            (&[("compose.yaml", named)], ""),
            (&[("compose.yaml", "services: {db: {image: x}}\n")], ""),
        ],
    );
    let drop = Rename { keep_alias: false, ..keep };
    check(
        "external-network-consumers",
        &drop,
        &[(
            &[("compose.yaml", external)],
            "Warning compose.yaml: the network `web` is not only this project's: what else is on it may use `db`, which nothing answers to afterwards",
        )],
    );
}

#[test]
fn baked_in_host() {
    let with = |client: &str| format!("services:\n  db: {{image: mariadb}}\n  web: {{{client}}}\n");
    let cases = [
        (
            "image: 'adminer:5'",
            "Info compose.yaml: `web` reaches `db` by the default of its image, as no file sets ADMINER_DEFAULT_SERVER; the alias must stay for that",
        ),
        ("image: adminer, environment: {ADMINER_DEFAULT_SERVER: db}", ""),
        ("image: adminer, network_mode: host", ""),
        (
            "image: example/wiki, depends_on: [db]",
            "Info compose.yaml: no file says where `web` finds `db`",
        ),
        ("image: example/wiki, depends_on: [db], environment: ['URL=mysql://db/x']", ""),
        ("image: example/wiki, depends_on: [db], volumes: ['./wiki.ini:/etc/wiki.ini']", ""),
        (
            "image: example/wiki, depends_on: [db], volumes: [{type: bind, source: ./a, target: /a, content: 'host: db'}]",
            "",
        ),
        (
            "image: example/wiki, depends_on: [db]}\n  api: {image: example/api, depends_on: [db]",
            "Info compose.yaml: no file says where `api`, `web` find `db`: their images may do so by that name",
        ),
        // It may be told outside of the tree.
        ("image: example/wiki, depends_on: [db], env_file: wiki.env", ""),
        ("image: example/wiki, depends_on: [db], environment: [DATABASE_URL]", ""),
        ("image: example/wiki, depends_on: [db], environment: ['DB_HOST=${DB_HOST}']", ""),
        ("image: example/wiki, depends_on: [db], volumes: ['./wiki.toml:/etc/wiki.toml']", ""),
        (
            "image: example/wiki, depends_on: [db], volumes: ['./data:/data']",
            "Info compose.yaml: no file says",
        ),
        ("build: ., depends_on: [db]", ""),
        ("image: example/wiki", ""),
    ];
    for (client, expected) in cases {
        let text = with(client);
        let tree = [("compose.yaml", text.as_str()), ("wiki.ini", "[database]\nhost = db\n")];
        check("baked-in-host", &rename("db", "app-db"), &[(&tree, expected)]);
    }
    let drop = Rename { keep_alias: false, ..rename("db", "app-db") };
    check(
        "baked-in-host",
        &drop,
        &[(
            &[("compose.yaml", &with("image: adminer"))],
            "Warning compose.yaml: `web` reaches `db` by the default of its image, as no file sets ADMINER_DEFAULT_SERVER, and nothing answers to it afterwards",
        )],
    );
}

#[test]
fn provider_env() {
    let with = |more: &str| {
        format!("services:\n  db: {{provider: {{type: cloud}}}}\n  web: {{image: x{more}}}\n")
    };
    check(
        "provider-env",
        &rename("db", "app_db"),
        &[
            (
                &[("compose.yaml", &with(", depends_on: [db]"))],
                "Warning compose.yaml: the provider's variables reach `web` as `APP_DB_…`, not as `DB_…`",
            ),
            (&[("compose.yaml", &with(""))], ""),
            (
                &[(
                    "compose.yaml",
                    "services: {db: {image: x}, web: {image: y, depends_on: [db]}}\n",
                )],
                "",
            ),
        ],
    );
}

#[test]
fn derived_names() {
    let plain = "name: shop\nservices:\n  db: {image: x}\n";
    check(
        "derived-names",
        &rename("db", "app-db"),
        &[
            (
                &[("compose.yaml", plain)],
                "Info compose.yaml: container `shop-db-1` becomes `shop-app-db-1`: what uses them outside of the repository must change",
            ),
            (
                &[("compose.yaml", plain), ("alerts.yml", "container: shop-db-1\n")],
                "Warning alerts.yml: container `shop-db-1` becomes `shop-app-db-1`, and alerts.yml may use the old name",
            ),
            (
                &[("compose.yaml", "services: {db: {build: ., container_name: pg}}\n")],
                "Info compose.yaml: image `<project>-db` becomes `<project>-app-db`",
            ),
            (&[("compose.yaml", "services: {db: {image: x, container_name: pg}}\n")], ""),
        ],
    );
}

#[test]
fn secret_path_moved() {
    let secret = Rename { kind: Namespace::Secret, ..rename("pw", "db-pw") };
    let with = |service: &str| {
        format!("services: {{db: {{image: x, {service}}}}}\nsecrets: {{pw: {{file: ./pw}}}}\n")
    };
    for (service, expected) in [
        (
            "secrets: [pw]",
            "Warning compose.yaml: in `db`, /run/secrets/pw becomes /run/secrets/db-pw; no file says where it is read",
        ),
        ("secrets: [pw], environment: {PASSWORD_FILE: /run/secrets/pw}", ""),
        ("secrets: [{source: pw, target: pw}]", ""),
    ] {
        check("secret-path-moved", &secret, &[(&[("compose.yaml", &with(service))], expected)]);
    }
    let tree = [
        ("compose.yaml", with("secrets: [pw]")),
        ("app.py", "open('/run/secrets/pw')\n".to_owned()),
    ];
    let tree: Vec<(&str, &str)> = tree.iter().map(|(path, text)| (*path, text.as_str())).collect();
    check(
        "secret-path-moved",
        &secret,
        &[(
            &tree,
            "Warning app.py: in `db`, /run/secrets/pw becomes /run/secrets/db-pw, and this file names the old path",
        )],
    );
}

#[test]
fn kubernetes_same_name() {
    let compose = ("compose.yaml", "services: {db: {image: x}}\n");
    let manifest = "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n";
    check(
        "kubernetes-same-name",
        &rename("db", "app-db"),
        &[
            (
                &[compose, ("deploy/db.yaml", manifest), ("deploy/web.yaml", manifest)],
                "Info deploy/db.yaml: Kubernetes has a `db` of its own here and 1 more file, which stays",
            ),
            (
                &[
                    compose,
                    (
                        ".github/workflows/ci.yml",
                        "on: push\njobs:\n  t:\n    runs-on: x\n    services:\n      db:\n        image: x\n",
                    ),
                ],
                "",
            ),
        ],
    );
}

#[test]
fn underscore_in_host_name() {
    let tree: Tree<'_> = &[(
        "compose.yaml",
        "services: {db: {image: x}, web: {image: y, environment: {DB_HOST: db}}}\n",
    )];
    check(
        "underscore-in-host-name",
        &rename("db", "app_db"),
        &[
            (tree, "Warning compose.yaml: some clients refuse `app_db` as a host"),
            (&[("compose.yaml", "services: {db: {image: x}}\n")], ""),
        ],
    );
    check("underscore-in-host-name", &rename("db", "app-db"), &[(tree, "")]);
}

#[test]
fn port_in_use() {
    for (service, expected) in [
        (
            "image: x, ports: ['127.0.0.1:8080:80']",
            "Error compose.yaml: the old container of `db` keeps the port 8080, so `app-db` can't start",
        ),
        (
            "image: x, ports: [{target: 80, published: 8080}]",
            "Error compose.yaml: the old container of `db` keeps the port 8080",
        ),
        ("image: x, ports: ['80']", ""),
        ("image: postgres, ports: ['5432:5432']", ""),
        ("image: x, container_name: y, ports: ['80:80']", ""),
    ] {
        let text = format!("services: {{db: {{{service}}}}}\n");
        check("port-in-use", &rename("db", "app-db"), &[(&[("compose.yaml", &text)], expected)]);
    }
}

#[test]
fn clients_drop() {
    let container = Rename { kind: Namespace::Container, ..rename("pg", "shop-pg") };
    check(
        "clients-drop",
        &container,
        &[
            (
                &[("compose.yaml", "services: {db: {image: postgres, container_name: pg}}\n")],
                "Info compose.yaml: `up -d` makes the Postgres container of `db` anew",
            ),
            (&[("compose.yaml", "services: {db: {image: example/web, container_name: pg}}\n")], ""),
        ],
    );
}
