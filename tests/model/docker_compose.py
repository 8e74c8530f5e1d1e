"""Answers on stdin and stdout what Debian's docker-compose 1.29 makes of projects.

A line of JSON holds a folder and its files; the answer is a line too: what `config` would print, as
JSON, or why there is nothing to print. One process for many projects: a start takes half a second.
"""

import json
import os
import sys

import yaml
from compose.config import config
from compose.config.environment import Environment
from compose.config.serialize import serialize_config


def answer(folder, files):
    details = config.find(folder, files, Environment({"PWD": folder, "COMPOSE_PROJECT_NAME": "stack"}))
    return yaml.safe_load(serialize_config(config.load(details)))


for line in sys.stdin:
    request = json.loads(line)
    try:
        os.chdir(request["folder"])
        found = {"config": answer(request["folder"], request["files"])}
    except Exception as error:  # Whatever it is, the caller is told.
        found = {"error": f"{type(error).__name__}: {getattr(error, 'msg', error)}"}
    print(json.dumps(found, default=str), flush=True)
