DATABASES = {"default": {"USER": "shopbot", "HOST": "db"}}
DSN = "host=db user=shopbot dbname=shop"
