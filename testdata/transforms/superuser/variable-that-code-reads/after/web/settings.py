import os
USER = os.environ["DB_USER"]
