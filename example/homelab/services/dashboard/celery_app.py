"""Work that takes longer than a request."""

from celery import Celery

from config import Config

app = Celery("homelab", broker=Config.REDIS_URL, backend=Config.REDIS_URL)
app.conf.task_acks_late = True
