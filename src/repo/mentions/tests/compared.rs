//! What is compared with the name: edited only where the other side is known to hold it.

use super::check;

#[test]
fn in_scripts() {
    check(
        "shop-db",
        &[
            ("run.sh", "if [ \"$MODULE_NAME\" = 'shop-db' ]; then :; fi\n", &["Unknown Unsure"]),
            ("run.sh", "[[ $1 == shop-db ]] && x\n", &["Unknown Unsure"]),
            ("run.sh", "case \"$MODULE\" in\n  shop-db) x ;;\nesac\n", &["Unknown Unsure"]),
            ("run.sh", "[ \"$DB_HOST\" = shop-db ]\n", &["HostSetting Likely"]),
            ("run.sh", "[ \"$container\" = shop-db ]\n", &["ContainerReference Likely"]),
            ("run.sh", "[ \"$service\" = shop-db ]\n", &["ContainerReference Unsure"]),
            (
                "run.sh",
                "docker compose ps\n[ \"$service\" = shop-db ]\n",
                &["ContainerReference Likely"],
            ),
            ("run.sh", "[ \"$DB_USER\" = shop-db ]\n", &["User Likely"]),
            (
                "run.sh",
                "M=shop-db\nif [ \"$M\" = shop-db ]; then :; fi\n",
                &["Literal Likely", "Literal Likely"],
            ),
            (
                "run.sh",
                "docker logs \"$1\"\nif [ \"$1\" = shop-db ]; then :; fi\n",
                &["Literal Certain"],
            ),
            ("run.sh", "case \"$1\" in\n  shop-db|web) x ;;\nesac\n", &["NameList Likely"]),
        ],
    );
}

#[test]
fn in_code() {
    check(
        "shop-db",
        &[
            ("a.py", "if module == \"shop-db\":\n    x()\n", &["Unknown Unsure"]),
            ("a.py", "if \"shop-db\" == module:\n    x()\n", &["Unknown Unsure"]),
            ("a.py", "if module in (\"shop-db\", \"x\"):\n    x()\n", &["Unknown Unsure"]),
            ("a.py", "if sys.argv[1] != \"shop-db\":\n    x()\n", &["Unknown Unsure"]),
            ("a.py", "if db_host == \"shop-db\":\n    x()\n", &["HostSetting Likely"]),
            ("a.py", "if \"shop-db\" == cfg.db_host:\n    x()\n", &["HostSetting Likely"]),
            (
                "a.py",
                "m = \"shop-db\"\nif m == \"shop-db\":\n    x()\n",
                &["Literal Likely", "Literal Likely"],
            ),
            ("a.py", "for m in [\"shop-db\", \"x\"]:\n    x()\n", &["Literal Likely"]),
            ("a.js", "if (req.name === 'shop-db') x();\n", &["Unknown Unsure"]),
            (
                "a.js",
                "switch (mode) {\n  case 'a': y();\n  case 'shop-db': x();\n}\n",
                &["Unknown Unsure"],
            ),
            (
                "a.js",
                "switch (dbHost) {\n  case 'a': y();\n  case 'shop-db': x();\n}\n",
                &["HostSetting Likely"],
            ),
            ("a.js", "if (container.name === 'shop-db') x();\n", &["ContainerReference Likely"]),
            ("a.js", "expect(x.host).toBe('shop-db');\n", &["HostSetting Likely"]),
            ("a.js", "expect(x.label).toBe('shop-db');\n", &["Unknown Unsure"]),
            ("a.py", "self.assertEqual(m.label, \"shop-db\")\n", &["Unknown Unsure"]),
            ("a.py", "if \"shop-db\" in labels:\n    x()\n", &["Unknown Unsure"]),
            ("a.py", "if \"shop-db\" in containers:\n    x()\n", &["ContainerReference Likely"]),
            ("a.js", "if (['x', 'shop-db'].includes(label)) y();\n", &["Unknown Unsure"]),
            ("a.js", "if (['web', 'shop-db'].includes(label)) y();\n", &["NameList Likely"]),
        ],
    );
}
