"""Gives each program of the marketplace a database and a role of its own."""

import re

import docker

NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")


class Marketplace:
    def __init__(self) -> None:
        self.docker_client = docker.from_env()

    def create_database(self, program: str, password: str) -> str:
        """Creates both where they are missing, and returns the URL to connect with."""
        if not NAME.match(program):
            raise ValueError(f"{program!r} can't name a database")
        postgres = self.docker_client.containers.get('discord-bot-db')
        if postgres.status != "running":
            raise RuntimeError("Postgres is not running: docker compose up -d discord-bot-db")
        for statement in (f'CREATE ROLE "{program}" LOGIN', f'CREATE DATABASE "{program}" OWNER "{program}"'):
            postgres.exec_run(["psql", "-U", "ticketbot", "-d", "postgres", "-c", statement])
        return f"postgresql://{program}:{password}@discord-bot-db:5432/{program}"
