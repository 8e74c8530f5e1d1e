import subprocess

import docker


def dump(path):
    subprocess.run(["docker", "compose", "exec", "-T", "pg", "pg_dump", "shop_db"], check=True)
    subprocess.check_output("docker exec pg psql -U shop shop_db", shell=True)
    container = docker.from_env().containers.get("pg")
    return container.name
