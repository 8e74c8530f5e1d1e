use super::check;

#[test]
fn assigned() {
    check(
        "db",
        &[
            (
                "a.py",
                "import db\nfrom app.db import db\ndb = db.get(db)\n",
                &[
                    "Identifier Certain",
                    "Identifier Certain",
                    "Identifier Certain",
                    "Identifier Certain",
                ],
            ),
            (
                "a.py",
                "connect(host=\"db\", database='db', user=\"db\")\n",
                &["HostSetting Certain", "Database Likely", "User Likely"],
            ),
            (
                "a.py",
                "D = {\"HOST\": os.getenv(\"POSTGRES_HOST\", \"db\")}\n",
                &["HostSetting Certain"],
            ),
            ("a.py", "D = {\"NAME\": os.getenv(\"POSTGRES_DB\", \"db\")}\n", &["Database Likely"]),
            (
                "a.py",
                "H = os.environ.get('ALLOWED_HOSTS', 'db,localhost').split(',')\n",
                &["HostSetting Certain"],
            ),
            (
                "a.py",
                "host = Column(String(255), nullable=False, default='db')\n",
                &["HostSetting Certain"],
            ),
            ("a.py", "class S:\n    db_host: Optional[str] = \"db\"\n", &["HostSetting Certain"]),
            (
                "a.py",
                "class S:\n    x: str = Field(\"db\", env=\"DB_HOST\")\n    db_host: str = Field(\"db\")\n",
                &["Literal Unsure", "HostSetting Certain"],
            ),
            ("a.py", "p.add_argument(\"--db-host\", default=\"db\")\n", &["HostSetting Certain"]),
            ("a.py", "h = os.getenv(\"DB_HOST\") or \"db\"\n", &["HostSetting Certain"]),
            ("a.py", "h = x if y else 'db'\n", &["Literal Unsure"]),
            ("a.py", "db_host = x if y else 'db'\n", &["HostSetting Certain"]),
            (
                "a.py",
                "ALLOWED_HOSTS = [\n    'localhost',\n    'db',\n]\n",
                &["HostSetting Certain"],
            ),
            ("a.py", "if host == \"db\":\n", &["HostSetting Likely"]),
            ("a.py", "x = services[\"db\"]\n", &["Literal Unsure"]),
            ("a.py", "f(\"db\")\n", &["Literal Unsure"]),
            ("a.ts", "const h = process.env.DB_HOST || 'db';\n", &["HostSetting Certain"]),
            ("a.ts", "const h = process.env.X ?? \"db\";\n", &["Literal Unsure"]),
            ("a.ts", "const dbHost: string = process.env.X ?? \"db\";\n", &["HostSetting Certain"]),
            (
                "a.ts",
                "export default { host: \"db\", database: \"db\", dialect: 'db' };\n",
                &["HostSetting Certain", "Database Likely", "Scheme Likely"],
            ),
            (
                "a.ts",
                "const h = p ? 'localhost' : 'db';\nconst host = p ? 'db' : 'x';\n",
                &["Literal Unsure", "HostSetting Certain"],
            ),
            (
                "a.js",
                "import db from 'db';\nconst x = require(\"db\");\nimport('db')\n",
                &[
                    "Identifier Certain",
                    "Identifier Certain",
                    "Identifier Certain",
                    "Identifier Certain",
                ],
            ),
            (
                "a.php",
                "<?php\n$h = env('DB_HOST', 'db');\n$x = getenv('DB_HOST') ?: 'db';\n",
                &["HostSetting Certain", "HostSetting Certain"],
            ),
            (
                "a.php",
                "<?php\nreturn ['host' => 'db', 'database' => 'db'];\n",
                &["HostSetting Certain", "Database Likely"],
            ),
            (
                "a.rb",
                "host = ENV.fetch(\"DB_HOST\", \"db\")\nx = ENV.fetch('DB_HOST') { 'db' }\n",
                &["HostSetting Certain", "HostSetting Certain"],
            ),
            (
                "a.rb",
                "x = ENV['DB_HOST'] || 'db'\nhost 'db'\n",
                &["HostSetting Certain", "HostSetting Certain"],
            ),
            (
                "a.go",
                "viper.SetDefault(\"db.host\", \"db\")\nh := getEnv(\"DB_HOST\", \"db\")\n",
                &["HostSetting Certain", "HostSetting Certain"],
            ),
            (
                "a.go",
                "c := Config{Host: \"db\", Name: \"db\"}\nvar dbHost string = \"db\"\n",
                &["HostSetting Certain", "Literal Unsure", "HostSetting Certain"],
            ),
            (
                "a.rs",
                "let h = env::var(\"DB_HOST\").unwrap_or_else(|_| \"db\".to_string());\n",
                &["HostSetting Certain"],
            ),
            (
                "a.rs",
                "let db = f(&'a x); // db's\nlet s = S { host: \"db\".into() };\n",
                &["Identifier Certain", "Comment Unsure", "HostSetting Certain"],
            ),
            (
                "A.java",
                "String dbHost = System.getenv().getOrDefault(\"DB_HOST\", \"db\");\n",
                &["HostSetting Certain"],
            ),
            ("A.java", "@Value(\"${db.host:db}\") String x;\n", &["HostSetting Certain"]),
            (
                "a.cs",
                "var h = Environment.GetEnvironmentVariable(\"DB_HOST\") ?? \"db\";\n",
                &["HostSetting Certain"],
            ),
            (
                "a.lua",
                "local host = os.getenv(\"DB_HOST\") or \"db\" -- the db\n",
                &["HostSetting Certain", "Comment Unsure"],
            ),
            (
                "a.ex",
                "config :app, Repo, hostname: System.get_env(\"DB_HOST\", \"db\"), database: \"db\"\n",
                &["HostSetting Certain", "Database Likely"],
            ),
            ("a.clj", "{:host \"db\"} ; db\n", &["HostSetting Certain", "Comment Unsure"]),
            (
                "a.ts",
                "url: 'db'\nservice: 'db'\nimage: 'db'\n",
                &["Literal Unsure", "Literal Unsure", "Image Likely"],
            ),
        ],
    );
}

#[test]
fn addresses() {
    check(
        "db",
        &[
            (
                "a.py",
                "U = \"postgresql://db:x@db:5432/db\"\n",
                &["User Certain", "Host Certain", "Database Certain"],
            ),
            (
                "a.py",
                "U = f\"postgresql://{user}:{pw}@db:{port}/db\"\n",
                &["Host Certain", "Database Certain"],
            ),
            ("a.py", "U = f\"http://{os.getenv('DB_HOST', 'db')}:80\"\n", &["HostSetting Certain"]),
            (
                "a.ts",
                "const u = `http://${process.env.DB_HOST || 'db'}:80/db`;\n",
                &["HostSetting Certain", "Path Certain"],
            ),
            (
                "a.ts",
                "fetch('http://db:80/x');\nconst a = 'db:5432';\n",
                &["Host Certain", "Host Likely"],
            ),
            (
                "a.php",
                "<?php\n$d = new PDO('pgsql:host=db;dbname=db');\n",
                &["Host Certain", "Database Certain"],
            ),
            (
                "a.go",
                "dsn := \"host=db user=db dbname=db\"\nx := `http://db:1`\n",
                &["Host Certain", "User Certain", "Database Certain", "Host Certain"],
            ),
            (
                "a.go",
                "sql.Open(\"mysql\", \"u:p@tcp(db:3306)/db\")\n",
                &["Host Certain", "Database Certain"],
            ),
            ("a.py", "p = '/srv/db/x'\nq = \"db/x\"\n", &["Path Certain", "Path Certain"]),
            ("a.py", "image = \"db:16\"\n", &["Image Certain"]),
            (
                "a.py",
                "# postgres://u@db:5432/x\n# host = \"db\"\n# the db\n",
                &["Comment Likely", "Comment Likely", "Comment Unsure"],
            ),
            (
                "a.rb",
                "x = <<~SQL\n  SELECT * FROM db\nSQL\ny = \"http://#{h}/db\"\n",
                &["Identifier Certain", "Path Certain"],
            ),
        ],
    );
}

#[test]
fn containers_and_commands() {
    check(
        "db",
        &[
            ("a.py", "c = client.containers.get('db')\n", &["ContainerCommand Certain"]),
            (
                "a.py",
                "client.containers.list(filters={\"name\": \"db\"})\n",
                &["ContainerCommand Certain"],
            ),
            ("a.js", "docker.getContainer(\"db\").inspect()\n", &["ContainerCommand Certain"]),
            ("a.go", "cli.ContainerInspect(ctx, \"db\")\n", &["ContainerCommand Likely"]),
            ("A.java", "new GenericContainer(\"db\")\n", &["Image Unsure"]),
            (
                "A.java",
                "new DockerComposeContainer(f).withExposedService(\"db\", 5432)\n",
                &["ServiceReference Likely"],
            ),
            (
                "a.py",
                "subprocess.run([\"docker\", \"exec\", \"db\", \"psql\", \"-d\", \"db\"])\n",
                &["ContainerCommand Certain", "Database Certain"],
            ),
            (
                "a.py",
                "run([\"docker\", \"compose\", \"-f\", f, \"up\", \"-d\", \"db\"])\n",
                &["ComposeCommand Certain"],
            ),
            (
                "a.py",
                "os.system(\"docker exec db psql -d db\")\n",
                &["ContainerCommand Certain", "Database Certain"],
            ),
            ("a.js", "execSync(`docker compose up -d db`);\n", &["ComposeCommand Certain"]),
            ("a.js", "spawn('docker', ['exec', 'db', 'psql']);\n", &["ContainerCommand Certain"]),
            (
                "a.go",
                "exec.Command(\"docker\", \"exec\", \"db\", \"ls\")\n",
                &["ContainerCommand Certain"],
            ),
            ("a.ex", "System.cmd(\"docker\", [\"stop\", \"db\"])\n", &["ContainerCommand Certain"]),
            ("a.py", "print(\"Run: docker compose up -d db\")\n", &["ComposeCommand Likely"]),
            (
                "a.py",
                "print(\"db is not running\")\nlog.info(f\"waiting for db {x}\")\n",
                &["Message Unsure", "Message Unsure"],
            ),
            ("a.py", "SERVICES = [\n  'web',\n  'db',\n  'api',\n]\n", &["NameList Unsure"]),
            ("a.py", "X = ['web', 'db', 'x', 'y', 'z']\n", &["Literal Unsure"]),
            ("a.py", "assert is_email(\"user.io@db\")\n", &["Host Unsure"]),
            (
                "a.py",
                "X = {'web': 1, 'db': 2, 'api': 3}\nY = {'db': 1}\n",
                &["Identifier Unsure", "Identifier Unsure"],
            ),
            (
                "a.go",
                "x := []string{\"web\", \"db\", \"api\"}\nservices := []string{\"web\", \"db\"}\n",
                &["NameList Unsure", "NameList Unsure"],
            ),
            ("a.py", "L = ['web', 'db', 'api']\n", &["Literal Unsure"]),
            (
                "a.json",
                "{\"workspaces\": [\"web\", \"db\"], \"x\": \"docker service\"}",
                &["Literal Unsure"],
            ),
            (
                "a.py",
                "socket.create_connection((\"db\", 5432))\nf(\"db\", 3)\n",
                &["HostSetting Likely", "Literal Unsure"],
            ),
            (
                "a.js",
                "new Redis(6379, 'db'); dns.resolve('db'); path.resolve('db')\n",
                &["HostSetting Likely", "HostSetting Likely", "Path Unsure"],
            ),
            (
                "a.py",
                "docker.compose.exec(\"db\", [\"ls\"])\nBASE / 'db'\n",
                &["ServiceReference Likely", "Path Unsure"],
            ),
            ("a.js", "compose.upMany(['db'], {});\n", &["ServiceReference Likely"]),
            (
                ".vscode/tasks.json",
                "{\"command\": \"docker\", \"args\": [\"compose\", \"up\", \"db\"]}",
                &["ComposeCommand Certain"],
            ),
            (
                "a.tsx",
                "const x = <Input name=\"host\" defaultValue=\"db\" />;\n",
                &["HostSetting Certain"],
            ),
            ("a.rs", "let x = String::from(\"db\");\n", &["Literal Unsure"]),
            (
                "Jenkinsfile",
                "sh \"\"\"\n  docker exec db ls\n\"\"\"\n",
                &["ContainerCommand Certain"],
            ),
            ("Tiltfile", "dc_resource('db')\n", &["ServiceReference Likely"]),
            (
                "a.py",
                "T = \"\"\"\nservices:\n  db:\n    image: db:16\n\"\"\"\n",
                &["Snippet Unsure", "Image Certain"],
            ),
            (
                "a.py",
                "E = \"\"\"\nDB_HOST=db\nDB_NAME=db\n\"\"\"\n",
                &["HostSetting Certain", "Database Certain"],
            ),
            ("a.py", "q = \"CREATE DATABASE db\"\n", &["Database Certain"]),
        ],
    );
    check(
        "shop-db",
        &[
            (
                "a.py",
                "x = 'shop-db'\nprint(\"shop-db is down\")\n# shop-db\n",
                &["Literal Likely", "Message Likely", "Comment Likely"],
            ),
            (
                "a.py",
                "X = {'web': 1, 'shop-db': 2, 'api': 3}\ny = {'service': 'shop-db', 'container': 'shop-db'}\n",
                &["NameList Likely", "Literal Unsure", "ContainerReference Likely"],
            ),
            ("a.py", "L = [\n  'shop-db',\n  'web',\n]\n", &["NameList Likely"]),
            (
                "a.py",
                "database = 'shop-db'\nq = 'CREATE DATABASE \"shop-db\"'\n",
                &["Database Likely", "Database Certain"],
            ),
        ],
    );
}

#[test]
fn markup() {
    check(
        "db",
        &[
            (
                "a.html",
                "<p>the db</p><input id=\"dbHost\" value=\"db\" required>\n",
                &["Message Unsure", "HostSetting Likely"],
            ),
            (
                "a.html",
                "<div id=\"db\" class=\"db\">db</div>\n",
                &["Literal Unsure", "Literal Unsure", "Message Unsure"],
            ),
            (
                "a.html",
                "<!-- db --><script>const host = 'db'; let db;</script>\n",
                &["Comment Unsure", "HostSetting Certain", "Identifier Certain"],
            ),
            (
                "a.vue",
                "<template><x :host=\"'db'\" /></template>\n<script>fetch('http://db:1')</script>\n",
                &["HostSetting Certain", "Host Certain"],
            ),
            ("a.html", "<a href=\"http://db:80/db\">x</a>\n", &["Host Certain", "Path Certain"]),
            ("a.html", "<code>docker logs db</code>\n", &["ContainerCommand Likely"]),
            (
                "a.j2",
                "host = {{ h | default('db') }}\nhost = db\n",
                &["HostSetting Certain", "HostSetting Certain"],
            ),
        ],
    );
    check(
        "shop-db",
        &[
            ("a.html", "<small>Allowed hosts: shop-db, localhost</small>\n", &["Message Likely"]),
            ("a.tsx", "const a = <p>Uses shop-db</p>;\n", &["Message Unsure"]),
        ],
    );
}
