use super::check;

#[test]
fn links() {
    const ROWS: &[super::Row] = &[
        (
            "a.md",
            "See [shop-db](https://x.org/t/shop-db).\n",
            &["Identifier Unsure", "Path Likely"],
        ),
        ("a.md", "See [the `shop-db` code](../shop-db.git#readme).\n", &["Identifier Unsure"]),
        (
            "a.md",
            "See [shop-db](#shop-db), [shop-db](x.md).\n",
            &["Prose Likely", "Identifier Unsure", "Prose Likely"],
        ),
        ("a.md", "[x](a/shop-db) starts shop-db\n", &["Path Likely", "Prose Likely"]),
        (
            "a.rst",
            "`shop-db <https://x.org/t/shop-db>`_ and shop-db\n",
            &["Identifier Unsure", "Path Likely", "Prose Likely"],
        ),
        (
            "a.md",
            "<a href=\"https://x.org/shop-db\">shop-db</a> shop-db\n",
            &["Path Certain", "Identifier Unsure", "Prose Likely"],
        ),
    ];
    check("shop-db", ROWS);
}

#[test]
fn blocks() {
    check(
        "db",
        &[
            ("a.md", "```sh\ndocker compose up -d db\n```\n", &["ComposeCommand Likely"]),
            (
                "a.md",
                "```bash\n$ docker compose exec db psql -d db\ndb=# \\d\n```\n",
                &["ComposeCommand Likely", "Database Certain", "Database Likely"],
            ),
            (
                "a.md",
                "```console\n> docker compose stop db\nContainer shop-db-1  Stopped\n```\n",
                &["ComposeCommand Likely", "DerivedName Unsure"],
            ),
            ("a.md", "```\ndocker exec db pg_dump > db.bak\n```\n", &["ContainerCommand Likely"]),
            (
                "a.md",
                "```yaml\nservices:\n  db:\n    image: db:16\n    depends_on: [db]\n    environment:\n      DB_HOST: db\n      X: http://db:1\n    networks:\n      x:\n        aliases: [db]\nvolumes:\n  db:\n```\n",
                &[
                    "Snippet Likely",
                    "Image Certain",
                    "Snippet Likely",
                    "HostSetting Likely",
                    "Host Likely",
                    "Alias Unsure",
                    "Volume Certain",
                ],
            ),
            (
                "a.md",
                "```yaml\ndb:\n  container_name: db\n  links:\n    - db:x\n  network_mode: service:db\n```\n",
                &["Snippet Likely", "Snippet Likely", "Snippet Likely", "ServiceReference Likely"],
            ),
            (
                "a.md",
                "```env\nDB_HOST=db\n```\n```ini\nhost = db\n```\n```json\n{\"host\": \"db\"}\n```\n",
                &["HostSetting Likely", "HostSetting Likely", "HostSetting Likely"],
            ),
            (
                "a.md",
                "```python\nimport db\nh = os.getenv('DB_HOST', 'db')\n```\n",
                &["Identifier Certain", "HostSetting Likely"],
            ),
            (
                "a.md",
                "```nginx\nproxy_pass http://db:80;\n```\n```dockerfile\nFROM db\n```\n",
                &["Host Likely", "Image Certain"],
            ),
            (
                "a.md",
                "```\nDB_HOST=db\nNAME   IMAGE   STATUS\ndb     x:1     Up\n```\n",
                &["HostSetting Likely", "Output Unsure"],
            ),
            (
                "a.md",
                "```sql\ndocker exec db psql -c \"SELECT 1\"\n```\n",
                &["ContainerCommand Likely"],
            ),
            (
                "a.rst",
                ".. code-block:: bash\n\n   docker compose up db\n\nthe db\n",
                &["ComposeCommand Likely", "Prose Unsure"],
            ),
            ("a.adoc", "[source,bash]\n----\ndocker logs db\n----\n", &["ContainerCommand Likely"]),
            (
                "a.md",
                "```yaml\njobs:\n  x:\n    steps:\n    - run: docker compose up db\n```\n",
                &["ComposeCommand Likely"],
            ),
            (
                "a.md",
                "```yaml\njobs:\n  t:\n    services:\n      db:\n        image: x\n```\n",
                &["OtherNamespace Unsure"],
            ),
            (
                "a.md",
                "```yaml\napiVersion: v1\nkind: Pod\nspec:\n  image: db\n  ports: [1]\n```\n",
                &["OtherNamespace Unsure"],
            ),
            (
                "a.md",
                "```bash\n# the db\ndc() { docker compose \"$@\"; }\ndc up db\n```\n",
                &["Comment Unsure", "ComposeCommand Likely"],
            ),
        ],
    );
}

#[test]
fn prose() {
    check(
        "db",
        &[
            (
                "a.md",
                "Start the `db` service, or container `db`.\n",
                &["Prose Likely", "Prose Likely"],
            ),
            ("a.md", "The `db` is here. The db service too.\n", &["Prose Unsure", "Prose Unsure"]),
            ("a.md", "# db\n", &["Prose Unsure"]),
            ("a.md", "Each of `db`, `web` and `api` services.\n", &["Prose Likely"]),
            (
                "a.md",
                "Each of `db` or `web` images; `db` and services.\n",
                &["Image Unsure", "Prose Unsure"],
            ),
            (
                "a.md",
                "The `db` database, the `db` image, user `db`, the `db` volume.\n",
                &["Database Unsure", "Image Unsure", "User Unsure", "Volume Unsure"],
            ),
            (
                "a.md",
                "Run `docker logs db` or `docker compose up -d db`.\n",
                &["ContainerCommand Likely", "ComposeCommand Likely"],
            ),
            (
                "a.md",
                "Set `DB_HOST=db` and `POSTGRES_DB=db`.\n",
                &["HostSetting Likely", "Database Certain"],
            ),
            (
                "a.md",
                "It is at `postgres://u:p@db:5432/db`, or db:5432.\n",
                &["Host Likely", "Path Certain", "Host Unsure"],
            ),
            ("a.md", "Two servers run (web:3000, db:3001).\n", &["Host Unsure"]),
            ("a.md", "It answers on `db:5432`.\n", &["Host Likely"]),
            (
                "a.md",
                "Type `\\c db`, or \\connect db, or USE db;\n",
                &["Database Unsure", "Database Unsure", "Database Unsure"],
            ),
            ("a.md", "You can use db for this.\n", &["Prose Unsure"]),
            ("a.md", "Default: `postgres://u:p@db:5432/x`\n", &["Host Unsure"]),
            ("a.md", "`DB_HOST` defaults to `db`.\n", &["Prose Unsure"]),
            (
                "a.md",
                "See [db](#db) and [x](docs/db/x.md), ./db or db.sql.\n",
                &["Prose Unsure", "Identifier Unsure", "Path Likely", "Path Likely"],
            ),
            ("a.md", "Use db:16 or db://x.\n", &["Image Unsure", "Scheme Certain"]),
            ("a.md", "| `db` | the db |\n", &["Prose Unsure", "Prose Unsure"]),
            (
                "a.md",
                "We renamed `db` to `pg-main`.\n```sh\ndocker logs db\n```\n",
                &["History Unsure", "History Unsure"],
            ),
            ("a.md", "We use `pg-main`.\n\n```sh\ndocker logs db\n```\n", &["History Unsure"]),
            (
                "a.md",
                "- Run docker compose exec db psql to look at the db.\n",
                &["ComposeCommand Likely", "Prose Unsure"],
            ),
        ],
    );
    check(
        "shop-db",
        &[
            (
                "a.md",
                "The shop-db runs. See `shop-db`.\n# shop-db\n",
                &["Prose Likely", "Prose Likely", "Prose Likely"],
            ),
            (
                "a.md",
                "The `shop-db` database.\n- PostgreSQL Database (shop-db:5432)\n",
                &["Database Unsure", "Host Likely"],
            ),
            (
                "a.md",
                "```\npostgres=# \\c shop-db\n```\n```sh\n\\c shop-db\nUSE shop-db;\n```\nThen \\c shop-db.\n",
                &["Database Certain", "Database Certain", "Database Certain", "Database Unsure"],
            ),
            (
                "a.md",
                "```\nshop-db   | LOG: ready\n- ✅ shop-db (healthy)\n```\n",
                &["Output Likely", "Prose Likely"],
            ),
            ("a.md", "File shop-db.bak and /srv/shop-db/x.\n", &["Path Likely"]),
            (
                "a.md",
                "The shop-db runs.\n```sh\npsql -d shop-db\ndocker logs shop-db\n```\nThe `shop-db` container.\n",
                &["Prose Unsure", "Database Certain", "ContainerCommand Likely", "Prose Likely"],
            ),
        ],
    );
}

#[test]
fn products() {
    let subject = super::Subject { product: true, ..super::subject("shop-db", true) };
    let text = "We like shop-db. Start the shop-db service with `docker compose up shop-db`.\n";
    let found: Vec<String> = super::mentions("a.md", text, super::kind("a.md", text), &subject)
        .iter()
        .map(|mention| format!("{:?} {:?}", mention.class, mention.confidence))
        .collect();
    assert_eq!(found, ["Prose Unsure", "Prose Likely", "ComposeCommand Likely"]);
}
