# Made by `composemod scaffold dashboard`, version 1. A later version takes the place
# of the whole file, so changes belong in a class that is derived from this one.
"""Has databases made by the database provisioner, over HTTP.

The provisioner alone knows the Postgres superuser's password. This module knows a
token, with which databases can be made and listed, and needs nothing but Python 3.8
and its standard library::

    result = DatabaseProvisioner().create_database("shop", "shop", None)
    if result["success"]:
        write_env(DATABASE_URL=result["db_url"])
    else:
        show(result["error"])

Settings come from the environment where the constructor is not given them:

DATABASE_PROVISIONER_URL
    Where the provisioner is, http://database-provisioner:8642 by default.
DATABASE_PROVISIONER_TOKEN_FILE
    A file with the token, as Docker's secrets are.
DATABASE_PROVISIONER_TOKEN
    The token itself, where there is no file.
"""

from __future__ import annotations

import http.client
import json
import logging
import os
import random
import socket
import time
import uuid
from typing import Any, Mapping
from urllib.parse import quote, urlsplit

__all__ = ["DatabaseProvisioner"]

logger = logging.getLogger(__name__)

DEFAULT_URL = "http://database-provisioner:8642"

# Answers after which the same request is sent again; and 409 where the answer says
# when, as the attempt before may still be at work.
_RETRIED_STATUSES = frozenset({429, 502, 503, 504})

# An answer is a few hundred bytes.
_LARGEST_ANSWER = 1 << 20

# What another server says is shown up to here.
_LONGEST_MESSAGE = 500


class _CallError(Exception):
    """Why a call did not succeed, in words that may be shown."""


class _TransientError(_CallError):
    """A failure that may pass: the call is made again."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class DatabaseProvisioner:
    """Makes, lists and drops databases by the provisioner's HTTP service.

    No method raises where the provisioner refuses, fails or can't be reached: the
    result says so in ``error``. Neither a password nor the token is ever logged or
    part of an error. An object holds no connection, and may be used by several threads.
    """

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        *,
        token_file: str | None = None,
        timeout: float = 65.0,
        retries: int = 3,
        backoff: float = 0.5,
        longest_wait: float = 10.0,
    ) -> None:
        """Takes the settings; nothing is sent or read before the first call.

        :param base_url: where the provisioner is.
        :param token: the token itself; a file is better, as it can be replaced while
            this runs.
        :param token_file: the file with the token, read anew for each call.
        :param timeout: seconds that one attempt may take; the provisioner itself takes
            60 at most.
        :param retries: attempts after the first one, where the provisioner is busy or
            not reached.
        :param backoff: seconds before the second attempt; each wait is about twice the
            one before.
        :param longest_wait: seconds that any wait takes at most, whatever the
            provisioner asks for.
        """
        self._base_url = (
            base_url or os.environ.get("DATABASE_PROVISIONER_URL") or DEFAULT_URL
        )
        self._token = token
        self._token_file = token_file
        if not token and not token_file:
            self._token_file = os.environ.get("DATABASE_PROVISIONER_TOKEN_FILE") or None
            self._token = os.environ.get("DATABASE_PROVISIONER_TOKEN") or None
        self._timeout = timeout
        self._retries = max(0, retries)
        self._backoff = backoff
        self._longest_wait = longest_wait

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={_shown(self._base_url)!r})"

    def create_database(
        self, db_name: str, db_user: str, db_password: str | None = None
    ) -> dict[str, Any]:
        """Makes a database for an app; repeated, it comes to the same database.

        :param db_name: the database.
        :param db_user: the role that the app connects as.
        :param db_password: the role's password; without one the provisioner makes a
            strong one, which is in ``db_url`` this once and kept nowhere.
        :return: ``success``; ``db_url``, by which the app connects (a secret), or None;
            ``error``, which says why there is none, or None.
        """
        wanted = {"db_name": db_name, "db_user": db_user}
        if db_password is not None:
            wanted["db_password"] = db_password
        failed = {"success": False, "db_url": None}
        wrong = [
            key
            for key, value in wanted.items()
            if not isinstance(value, str) or not value
        ]
        if wrong:
            return {**failed, "error": f"{wrong[0]} must be text that is not empty"}
        try:
            answer = self._call("POST", "/v1/databases", wanted)
            db_url = answer.get("db_url")
            if not isinstance(db_url, str) or not db_url:
                raise _CallError(
                    "the provisioner tells of success, but gives no db_url"
                )
        except _CallError as failure:
            return {**failed, "error": _without(str(failure), db_password)}
        return {"success": True, "db_url": db_url, "error": None}

    def list_databases(self) -> dict[str, Any]:
        """Lists the databases that the provisioner made.

        :return: ``success``; ``databases``, a list of what the provisioner says of
            each; ``error``.
        """
        try:
            databases = self._call("GET", "/v1/databases").get("databases")
            if not isinstance(databases, list):
                raise _CallError("the provisioner tells of success, but gives no list")
        except _CallError as failure:
            return {"success": False, "databases": [], "error": str(failure)}
        return {"success": True, "databases": databases, "error": None}

    def drop_database(self, db_name: str) -> dict[str, Any]:
        """Takes a database of the provisioner's out of use; no data is lost.

        The token must have the scope ``drop``.

        :return: ``success``; ``quarantine``, the name under which the data waits;
            ``error``.
        """
        failed = {"success": False, "quarantine": None}
        if not isinstance(db_name, str) or not db_name:
            return {**failed, "error": "db_name must be text that is not empty"}
        try:
            path = "/v1/databases/" + quote(db_name, safe="", errors="surrogatepass")
            answer = self._call("DELETE", path)
        except _CallError as failure:
            return {**failed, "error": str(failure)}
        return {"success": True, "quarantine": answer.get("quarantine"), "error": None}

    def _call(
        self, method: str, path: str, body: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Sends a request, again where that may help; gives the answer of success."""
        headers = {
            "Accept": "application/json, application/problem+json",
            "Authorization": f"Bearer {self._read_token()}",
            "Connection": "close",
            "User-Agent": "composemod-dashboard/1",
        }
        data = None
        if body is not None:
            data = json.dumps(body).encode("ascii")
            headers["Content-Type"] = "application/json"
        if method != "GET":
            # The same for every attempt: what was done unseen is not done twice.
            headers["Idempotency-Key"] = uuid.uuid4().hex
        attempt = 0
        while True:
            try:
                return self._attempt(method, path, data, headers)
            except _TransientError as failure:
                if attempt >= self._retries:
                    tries = "once" if attempt == 0 else f"{attempt + 1} times"
                    raise _CallError(f"{failure} (tried {tries})") from None
                wait = failure.wait
                if wait is None:
                    wait = (
                        self._backoff
                        * 2**attempt
                        * random.SystemRandom().uniform(0.75, 1.25)
                    )
                wait = min(wait, self._longest_wait)
                attempt += 1
                logger.warning("%s; it is asked again in %.1f s", failure, wait)
                time.sleep(wait)

    def _attempt(
        self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        connection, prefix = self._connection()
        where = _shown(self._base_url)
        deadline = time.monotonic() + self._timeout
        try:
            connection.request(method, prefix + path, data, dict(headers))
            response = connection.getresponse()
            content = _read(response, deadline)
        except socket.timeout:
            message = (
                f"the provisioner at {where} gave no answer within {self._timeout:g} s"
            )
            raise _TransientError(message) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            message = (
                f"the provisioner at {where} can't be reached: {_plain(str(reason))}"
            )
            raise _TransientError(message) from None
        finally:
            connection.close()
        return _answer(response, content)

    def _connection(self) -> tuple[http.client.HTTPConnection, str]:
        """Makes a connection, without proxies, and gives what all paths start with."""
        try:
            url = urlsplit(self._base_url)
            host, port = url.hostname, url.port
        except ValueError:
            url, host, port = None, None, None
        if url is None or not host or url.scheme not in ("http", "https"):
            raise _CallError(
                "DATABASE_PROVISIONER_URL is no http:// or https:// URL, "
                f"such as {DEFAULT_URL}"
            )
        if url.username is not None or url.query or url.fragment:
            raise _CallError(
                "DATABASE_PROVISIONER_URL holds more than scheme, host, port and path: "
                "the token belongs in DATABASE_PROVISIONER_TOKEN_FILE"
            )
        kind = (
            http.client.HTTPSConnection
            if url.scheme == "https"
            else http.client.HTTPConnection
        )
        return kind(host, port, timeout=self._timeout), url.path.rstrip("/")

    def _read_token(self) -> str:
        token = self._token
        if self._token_file:
            try:
                with open(self._token_file, encoding="utf-8") as file:
                    token = file.read(4096)
            except (OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or "it is no text"
                raise _CallError(
                    f"the token's file {_plain(self._token_file)} can't be read: "
                    f"{reason}"
                ) from None
        token = (token or "").strip()
        if not token:
            raise _CallError(
                "there is no token: DATABASE_PROVISIONER_TOKEN_FILE names the file "
                "that holds it, and `composemod serve token --scopes create,read` makes "
                "one"
            )
        if not token.isascii() or not token.isprintable() or " " in token:
            raise _CallError("the token holds characters that no token has")
        return token


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """Reads an answer, at most so long and so much of it."""
    content = b""
    while True:
        part = response.read1(65536)
        content += part
        if len(content) > _LARGEST_ANSWER:
            return content
        if not part:
            if response.length:
                raise http.client.IncompleteRead(b"", response.length)
            return content
        if time.monotonic() > deadline:
            raise socket.timeout


def _answer(response: http.client.HTTPResponse, content: bytes) -> dict[str, Any]:
    """Gives what an answer says where it is one of success."""
    status = response.status
    try:
        answer = json.loads(content) if len(content) <= _LARGEST_ANSWER else None
    except (ValueError, RecursionError):
        answer = None
    if (
        status in (200, 201)
        and isinstance(answer, dict)
        and answer.get("success") is not False
    ):
        return answer
    message = _message(answer)
    wait = _retry_after(response)
    if status in _RETRIED_STATUSES or (status == 409 and wait is not None):
        raise _TransientError(
            message or f"the provisioner is busy (HTTP {status})", wait
        )
    if message:
        raise _CallError(message)
    if 300 <= status < 400:
        raise _CallError(
            f"the provisioner answered with a redirect (HTTP {status}), "
            "which is not followed with a token"
        )
    if status in (401, 403):
        raise _CallError(f"the provisioner does not take the token (HTTP {status})")
    raise _CallError(f"the provisioner's answer is not understood (HTTP {status})")


def _message(answer: Any) -> str:
    """Gives the reason in an answer's body: ours, or a problem's of RFC 9457."""
    if not isinstance(answer, dict):
        return ""
    for key in ("error", "detail", "title"):
        value = answer.get(key)
        if isinstance(value, str) and value.strip():
            return _plain(value.strip())
    return ""


def _retry_after(response: http.client.HTTPResponse) -> float | None:
    value = (response.getheader("Retry-After") or "").strip()
    return (
        float(value) if value.isascii() and value.isdigit() and len(value) < 7 else None
    )


def _plain(text: str) -> str:
    """Gives one line that can be printed, and is not too long for people."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if len(line) <= _LONGEST_MESSAGE else line[:_LONGEST_MESSAGE] + "…"


def _shown(url: str) -> str:
    """Gives a URL without what may be secret in it."""
    bare = url.partition("?")[0].partition("#")[0]
    scheme, mark, rest = bare.rpartition("://")
    return _plain(scheme + mark + rest.rpartition("@")[2])


def _without(message: str, password: str | None) -> str:
    """Gives a message without a password, should the other side have repeated it."""
    if not password:
        return message
    for spelling in (password, quote(password, safe="", errors="surrogatepass")):
        message = message.replace(spelling, "***")
    return message
