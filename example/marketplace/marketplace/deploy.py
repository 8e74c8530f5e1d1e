"""Deploys an app of the marketplace: its database, its .env, and its containers.

    python3 deploy.py shop              makes the database and writes apps/shop/.env
    python3 deploy.py shop --execute    and starts the app

The database's URL goes to the app's .env and nowhere else: it is never printed.
Whatever ends a run midway, the next one goes on: the password is in .env before the
database is asked for.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from database_provisioner import DatabaseProvisioner

# What the app reads, and what is kept for a repeat until the database is there.
URL = "DATABASE_URL"
PENDING = "DATABASE_PASSWORD_PENDING"


class DeploymentError(Exception):
    """Why an app can't be deployed, in words for people."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Deploys an app of the marketplace.")
    parser.add_argument("app", help="the app, as its folder is called")
    parser.add_argument(
        "--apps", type=Path, default=Path("apps"), help="the folder of all apps"
    )
    parser.add_argument("--execute", action="store_true", help="starts the app, too")
    arguments = parser.parse_args()
    try:
        deploy(arguments.app, arguments.apps / arguments.app, arguments.execute)
    except DeploymentError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def deploy(app: str, folder: Path, execute: bool) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,30}", app):
        raise DeploymentError(
            f"{app!r} is no app: small letters, digits and - only, a letter first"
        )
    if not (folder / "compose.yaml").is_file():
        raise DeploymentError(f"there is no {folder / 'compose.yaml'}")
    env = folder / ".env"
    if read(env).get(URL):
        print(f"{app} has its database already")
    else:
        make_database(app, env)
        print(f"{app} has its database now; {env} says where")
    command = [
        "docker",
        "compose",
        "--project-directory",
        str(folder),
        "up",
        "-d",
        "app",
    ]
    if not execute:
        print(f"run this, or run me with --execute:\n  {shlex.join(command)}")
    elif subprocess.run(command, check=False).returncode != 0:
        raise DeploymentError(
            "docker compose could not start the app; its database stays"
        )


def make_database(app: str, env: Path) -> None:
    password = read(env).get(PENDING)
    if not password:
        # Kept first: should the answer be lost, a repeat gets the same URL by it.
        password = secrets.token_urlsafe(32)
        write(env, {PENDING: password})
    name = app.replace("-", "_")
    result = DatabaseProvisioner().create_database(name, f"{name}_app", password)
    if not result["success"]:
        raise DeploymentError(f"the database could not be made: {result['error']}")
    write(env, {URL: result["db_url"], PENDING: None})


def read(env: Path) -> dict[str, str]:
    """Gives what a .env sets; nothing where there is none."""
    if not env.exists():
        return {}
    lines = [
        line.partition("=") for line in env.read_text(encoding="utf-8").splitlines()
    ]
    return {
        name.strip(): value.strip().strip("'") for name, mark, value in lines if mark
    }


def write(env: Path, settings: dict[str, str | None]) -> None:
    """Sets variables of a .env, or takes them out: whole or not at all."""
    if any(set(value or "") & set("'\n\r\0") for value in settings.values()):
        raise DeploymentError("a value can't be written to .env")
    old = env.read_text(encoding="utf-8").splitlines() if env.exists() else []
    lines = [line for line in old if line.partition("=")[0].strip() not in settings]
    # In single quotes nothing is filled in.
    lines += [
        f"{name}='{value}'" for name, value in settings.items() if value is not None
    ]
    # mkstemp makes a file that its owner alone can read, as it stays: mode 0600.
    handle, new = tempfile.mkstemp(prefix=".env-", dir=env.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, env)
    except BaseException:
        os.unlink(new)
        raise


if __name__ == "__main__":
    sys.exit(main())
