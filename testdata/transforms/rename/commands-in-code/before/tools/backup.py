import subprocess

import docker


def dump(path):
    subprocess.run(["docker", "compose", "exec", "-T", "shop_db", "pg_dump", "shop_db"], check=True)
    subprocess.check_output("docker exec shop_db psql -U shop shop_db", shell=True)
    container = docker.from_env().containers.get("shop_db")
    return container.name
