"""A call → a request to the server, tried again where that does no harm → data, or the error that the server names."""

from __future__ import annotations

import ipaddress
import os
import random
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import requests
from pydantic import TypeAdapter
from requests.auth import AuthBase

from mofu import __version__, errors
from mofu.errors import (
    NO_ROOM,
    ConflictError,
    DiskFullError,
    InvalidInputError,
    MissingKeyError,
    MofuError,
    NothingFoundError,
    ServiceUnreachableError,
    UnknownNameError,
    UsageError,
)

T = TypeVar("T")

TOKEN = "MOFU_TOKEN"  # noqa: S105 - the name of the variable that holds it
TRIES = 5
WAIT_S, LONGEST_WAIT_S = 0.2, 30.0
CONNECT_S, READ_S = 10.0, 120.0
CHUNK_BYTES = 2**18

_PASSING = (429, 502, 503, 504)
_OF_STATUS: Mapping[int, type[MofuError]] = {
    400: UsageError,
    401: MissingKeyError,
    403: UsageError,
    404: NothingFoundError,
    409: ConflictError,
    413: InvalidInputError,
    429: ServiceUnreachableError,
    502: ServiceUnreachableError,
    503: ServiceUnreachableError,
    504: ServiceUnreachableError,
}


class _Bearer(AuthBase):
    """Puts the token on requests; as an object of its own, so that no .netrc replaces it and no repr tells it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Wire:
    """A connection to one server; certificates are always verified, redirects never followed."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        # A proxy of the environment would be told the token in the clear, although the way to this machine needs none.
        self._session.trust_env = not (urlsplit(url).scheme == "http" and _is_here(urlsplit(url).hostname or ""))
        self._session.headers.update({"Accept": "application/json", "User-Agent": f"mofu/{__version__}"})

    @classmethod
    def to(cls, url: str, token: str | None, *, allow_http: bool) -> Wire:
        """Check an address and take the token of the environment where none is given; see `mofu.connect`."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInputError(f"{url[:200]!r}: expected the address of a server, e.g. https://mofu.example.org")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise InvalidInputError("the server's address: expected neither a name, a password nor anything behind ?")
        if parts.scheme == "http" and not allow_http and not _is_here(parts.hostname):
            raise InvalidInputError(
                f"{url!r} would send the token over the network in the clear: use https, or say allow_http=True"
            )
        secret = token or os.environ.get(TOKEN)
        if not secret:
            raise MissingKeyError(f"no token: give one, or set {TOKEN}; make one on {url.rstrip('/')}/settings")
        return cls(url.rstrip("/"), secret)

    def __repr__(self) -> str:
        return f"<connection to {self.url}>"

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def get(self, kind: type[T], path: str, **query: Any) -> T:
        """What an address gives, as a dataclass; `None` in the query is left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self.read(kind, self._ask("GET", path, params=given, can_repeat=True))

    def post(self, kind: type[T], path: str, body: Mapping[str, Any] | None = None, *, can_repeat: bool = False) -> T:
        """What a change gives back; `can_repeat` where the same twice is the same once."""
        return self.read(kind, self._ask("POST", path, json=dict(body or {}), can_repeat=can_repeat))

    def read(self, kind: type[T], answer: requests.Response) -> T:
        """An answer's data as a dataclass; fields that this client does not know are left out."""
        try:
            return TypeAdapter(kind).validate_python(answer.json())
        except ValueError as error:
            raise ServiceUnreachableError(
                f"{self.url} answered what mofu {__version__} does not understand: is it a mofu server of this version?"
            ) from error

    def download(self, path: str, target: Path) -> None:
        """Bring a file; until it is whole, what was at `target` stays. Raises DiskFullError where there is no room."""
        answer = self._ask("GET", path, can_repeat=True, stream=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name[:60]}.{uuid.uuid4().hex[:8]}.part")
        try:
            with temporary.open("xb") as file, answer:
                for chunk in _whole(answer, path):
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except requests.RequestException as error:
            raise ServiceUnreachableError(f"{self.url} broke off in {path}: make the same call again") from error
        except OSError as error:
            if error.errno in NO_ROOM:
                raise DiskFullError(f"no room left at {target}: free some space, then make the same call") from error
            raise
        finally:
            temporary.unlink(missing_ok=True)

    def _ask(self, method: str, path: str, *, can_repeat: bool, **options: Any) -> requests.Response:
        for left in reversed(range(TRIES if can_repeat else 1)):
            try:
                answer = self._session.request(
                    method, self.url + path, timeout=(CONNECT_S, READ_S), allow_redirects=False, **options
                )
            except (requests.ConnectionError, requests.Timeout) as error:
                if not left:
                    raise ServiceUnreachableError(
                        f"{self.url} does not answer: is the server up, and the address right?"
                    ) from error
                _wait(TRIES - left, None)
                continue
            if answer.ok and not answer.is_redirect:
                return answer
            if not left or answer.status_code not in _PASSING:
                break
            _wait(TRIES - left, answer.headers.get("Retry-After"))
        raise error_of(answer)


def at(*parts: str | int) -> str:
    """The address that parts make, each quoted: `/words/a%20b` of "words" and "a b"."""
    return "".join(f"/{quote(str(part), safe='.')}" for part in parts)


def error_of(answer: requests.Response) -> MofuError:
    """The error of mofu's tree that an answer stands for, with the server's own line."""
    try:
        told = answer.json()["error"]
        name, message = str(told["kind"]), str(told["message"])
    except (ValueError, KeyError, TypeError):
        name, message = "", f"{answer.url.partition('?')[0]} answered {answer.status_code} {answer.reason}"
    named = getattr(errors, name, None)
    kind = named if isinstance(named, type) and issubclass(named, MofuError) else _OF_STATUS.get(answer.status_code)
    return _made(kind or MofuError, message)


def _made(kind: type[MofuError], message: str) -> MofuError:
    """An error with a message that is already whole."""
    if issubclass(kind, errors.QuotaPausedError):
        return errors.PartialError(message)
    error = kind.__new__(kind, message)
    Exception.__init__(error, message)
    if isinstance(error, UnknownNameError):
        error.kind, error.value, error.known, error.nearest = "", "", [], None
    return error


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _wait(tried: int, asked: str | None) -> None:
    """Twice as long each time, with jitter, or as long as the server asks."""
    wait_s = float(asked) if asked and asked.isdecimal() else WAIT_S * 2**tried * random.uniform(0.5, 1.0)
    time.sleep(min(wait_s, LONGEST_WAIT_S))


def _whole(answer: requests.Response, path: str) -> Iterator[bytes]:
    """A body's pieces; raises ServiceUnreachableError at their end where there are fewer bytes than announced."""
    got, announced = 0, answer.headers.get("Content-Length")
    for chunk in answer.iter_content(CHUNK_BYTES):
        got += len(chunk)
        yield chunk
    if announced is not None and announced.isdecimal() and int(announced) != got:
        raise ServiceUnreachableError(f"{path}: {got} of {announced} bytes came: make the same call again")
