DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("DB_NAME", "db"),
        "HOST": os.environ.get("DB_HOST", "app-db"),
    }
}
