"""Trees and Compose files to measure on: made up, the same each time, of the size that is asked for."""
import subprocess

# Names that no file holds, a few files hold, and every file holds.
ABSENT, RARE, BUSY = "absent-db", "rare-db", "busy-db"

FILE = """# {n}: a small file of the usual sort.
import os

DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://app@{name}:5432/app_{n}")


def connect_{n}(retries={n}):
    \"\"\"Opens a connection, and tries again some times.\"\"\"
    for attempt in range(retries):
        yield DATABASE_URL, attempt
"""

SERVICE = """  service-{n}:
    image: "registry.example.com/team/service-{n}:1.{n}"
    restart: unless-stopped
    {depends}
    environment:
      - DATABASE_URL=postgresql://app@service-{before}:5432/app_{n}
      - LOG_LEVEL=info
    networks:
      - backend
    ports: ["127.0.0.1:{port}:8080"]  # as the proxy has it
    volumes:
      - data:/var/lib/service-{n}:rw
    healthcheck:
      test: ["CMD-SHELL", "curl -fsS http://localhost:8080/healthz || exit 1"]
      interval: 30s
"""


def compose(services):
    """One Compose file; each service connects to the one before it."""
    depends = "depends_on:\n      service-{}: {{condition: service_started}}"
    each = (
        SERVICE.format(
            n=n, before=max(0, n - 1), port=10_000 + n, depends=depends.format(n - 1) if n else "init: true"
        )
        for n in range(services)
    )
    return "name: generated\n\nservices:\n" + "".join(each) + "\nnetworks:\n  backend:\n\nvolumes:\n  data:\n"


def commit(folder):
    """Makes the folder a git repository that tracks all of it."""
    git = ["git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A", "-f"], check=True, stderr=subprocess.DEVNULL)
    subprocess.run([*git, "commit", "-qm", "all"], check=True)


def small_files(folder, count):
    """A tree of small files in folders of 100, each of which holds BUSY, and five RARE; one Compose file defines both."""
    for n in range(count):
        path = folder / f"part_{n // 100:04}" / f"module_{n}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = FILE.format(n=n, name=BUSY)
        if n % max(1, count // 5) == 0:
            text += f"\nOTHER = 'postgresql://app@{RARE}:5432/app'\n"
        path.write_text(text)
    services = "".join(f"  {name}:\n    image: postgres:16\n" for name in (BUSY, RARE))
    (folder / "compose.yaml").write_text("services:\n" + services)
    commit(folder)


def project(folder, count):
    """One project of that many files of ten services, all but the first of which it includes."""
    folder.mkdir(parents=True)
    paths = [folder / f"part-{n}.yaml" for n in range(1, count)]
    for path in paths:
        text = compose(10).replace("service-", f"{path.stem}-service-").replace("127.0.0.1:1", f"127.0.0.1:{path.stem[5:]}1")
        path.write_text(text.replace("name: generated\n\n", ""))
    include = "include:\n" + "".join(f"  - {path.name}\n" for path in paths) if paths else ""
    (folder / "compose.yaml").write_text(include + compose(10))
    commit(folder)
