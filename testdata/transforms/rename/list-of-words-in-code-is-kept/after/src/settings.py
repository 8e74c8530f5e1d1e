# In docker compose the host is the service's name.
INSTALLED_APPS = ["app", "redis"]
LOGGERS = {"app": {"level": "INFO"}}
BACKEND_HOST = "backend"
