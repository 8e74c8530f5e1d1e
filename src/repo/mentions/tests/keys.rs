//! Which of several names around a string decides.

use super::check;

#[test]
fn the_nearest_decides() {
    check(
        "shop",
        &[
            (
                "a.py",
                "u = f(username=cfg[\"server\"][\"DATABASE_USER\"] or \"shop\", host=h)\n",
                &["User Likely"],
            ),
            (
                "a.py",
                "username = cfg[\"server\"][\"DATABASE_USER\"] or \"shop\"\n",
                &["User Likely"],
            ),
            (
                "a.py",
                "database=cfg[\"server\"][\"DATABASE_NAME\"] or \"shop\"\n",
                &["Database Likely"],
            ),
            ("a.py", "x=cfg[\"server\"][\"X\"] or \"shop\"\n", &["Literal Unsure"]),
            ("a.py", "host = make(username=\"shop\")\n", &["User Likely"]),
            ("a.py", "host = make(label=\"shop\")\n", &["Literal Unsure"]),
            ("a.py", "servers = {\"user\": \"shop\"}\n", &["User Likely"]),
            ("a.py", "servers = {\"name\": \"shop\"}\n", &["Literal Unsure"]),
            ("a.py", "hosts = {\"x\": {\"password\": \"shop\"}}\n", &["Unknown Unsure"]),
            (
                "a.py",
                "f(username=cast(cfg[\"server\"][\"DATABASE_USER\"]) or \"shop\")\n",
                &["User Likely"],
            ),
            ("a.py", "f(x=cast(cfg[\"server\"][\"X\"]) or \"shop\")\n", &["Literal Unsure"]),
            (
                "a.py",
                "f(x=cast(cfg[\"x\"][\"DB_HOST\"], 1) or \"shop\")\n",
                &["HostSetting Certain"],
            ),
            ("a.py", "cfg.get(\"server\", \"user\", fallback=\"shop\")\n", &["User Likely"]),
            ("a.py", "url = URL(username=x or \"shop\")\n", &["User Likely"]),
            ("a.js", "const server = { user: process.env.X || 'shop' };\n", &["User Likely"]),
            ("a.js", "const hosts = load({ table: 'shop' });\n", &["Literal Unsure"]),
            ("a.js", "connect(host, 'shop');\n", &["Literal Unsure"]),
        ],
    );
}
