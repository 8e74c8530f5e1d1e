"""Settings, all from the environment."""

import os


def _list(name: str, default: str) -> list[str]:
    return [item.strip() for item in os.getenv(name, default).split(",") if item.strip()]


class Config:
    DB_HOST = os.environ.get("DB_HOST", "discord-bot-db")
    DATABASE_URL = os.environ.get(
        "DASHBOARD_DATABASE_URL",
        f"postgresql://dashboard@{DB_HOST}:5432/homelab_dashboard",
    )
    REDIS_URL = os.environ.get("REDIS_URL", "redis://redis:6379/0")

    # The database page connects to these hosts only.
    DB_ADMIN_ALLOWED_HOSTS = os.getenv('DB_ADMIN_ALLOWED_HOSTS', 'discord-bot-db,localhost').split(',')

    # Containers whose logs the dashboard collects.
    LOGGED_CONTAINERS = [
        "caddy",
        "discord-bot",
        "discord-bot-db",
        "homelab-celery-worker",
        "homelab-redis",
        "stream-bot",
    ]

    FEATURES = _list("FEATURES", "marketplace,database-page")
