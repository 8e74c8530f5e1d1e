import redis
from redis.asyncio import Redis


def connect(redis_url: str) -> Redis:
    """Opens a connection to the store."""
    redis = Redis.from_url(redis_url)
    redis.ping()
    return redis
