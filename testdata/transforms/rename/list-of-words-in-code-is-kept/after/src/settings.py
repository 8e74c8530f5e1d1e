INSTALLED_APPS = ["app", "redis"]
LOGGERS = {"app": {"level": "INFO"}}
BACKEND_HOST = "backend"
