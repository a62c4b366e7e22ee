"""Fetching a publisher's file: listed hosts only, https only, with limits; nothing is stored."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import IO, TYPE_CHECKING, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from defease import __version__
from defease.errors import ModelError, Problem

if TYPE_CHECKING:
    from http.client import HTTPMessage, HTTPResponse

_PIECE = 2**16
_MOST_REDIRECTS = 5
_REASON_LENGTH = 120
_REDIRECTS = range(300, 400)


class Fetch(Protocol):
    """Gets the bytes of an address, or raises `ModelError` in words."""

    def __call__(self, address: str, /) -> bytes:
        """The bytes at an address of the allow-list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """What may be asked, and how much may come back.

    Attributes
    ----------
    hosts
        Hosts that may be asked, redirects included; compared as a whole, without port or user.
    scheme
        Always https, but for tests against this computer.
    timeout, deadline
        Seconds for one step of the connection, and for the whole file.
    largest
        Bytes of a file.
    """

    hosts: frozenset[str]
    scheme: str = "https"
    timeout: float = 30.0
    deadline: float = 300.0
    largest: int = 64 * 2**20


def refuse_address(address: str, rules: FetchRules) -> str:
    """Why an address may not be asked; empty when it may.

    Examples
    --------
    >>> rules = FetchRules(hosts=frozenset({"home.treasury.gov"}))
    >>> refuse_address("https://home.treasury.gov/x.csv", rules)
    ''
    >>> refuse_address("https://home.treasury.gov@evil.example/x.csv", rules)
    "the host 'home.treasury.gov@evil.example' is not on the list of publishers"
    >>> refuse_address("http://home.treasury.gov/x.csv", rules)
    'it is not an https address'
    """
    parts = urlsplit(address)
    if parts.scheme != rules.scheme:
        return f"it is not an {rules.scheme} address"
    if parts.netloc.lower() not in rules.hosts:
        return f"the host {parts.netloc[:80]!r} is not on the list of publishers"
    return ""


def download(address: str, *, rules: FetchRules) -> bytes:
    """The bytes of a listed address; every failure is a `ModelError` with what to do instead."""
    if reason := refuse_address(address, rules):
        raise _failed(address, f"is never asked: {reason}")
    request = Request(  # noqa: S310 - the scheme was checked above
        address, headers={"User-Agent": f"defease/{__version__}", "Accept-Encoding": "identity"}
    )
    try:
        with _opener(rules).open(request, timeout=rules.timeout) as answer:
            return _body(answer, address, rules)
    except HTTPError as error:
        error.close()
        raise _failed(address, _status(error.code)) from None
    except URLError as error:
        raise _no_network(address, error.reason) from None
    except (OSError, HTTPException) as error:
        raise _no_network(address, str(error) or type(error).__name__) from None


def _body(answer: HTTPResponse, address: str, rules: FetchRules) -> bytes:
    started = time.monotonic()
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read1(_PIECE):
        size += len(piece)
        if size > rules.largest:
            raise _failed(address, f"is larger than {rules.largest / 2**20:g} MiB")
        if time.monotonic() - started > rules.deadline:
            raise _failed(address, f"took longer than {rules.deadline:g} seconds")
        pieces.append(piece)
    promised = answer.headers.get("Content-Length", "")
    if promised.isdigit() and int(promised) != size:
        raise _failed(address, f"broke off after {size:,} of {int(promised):,} bytes")
    if not size:
        raise _failed(address, "is empty")
    return b"".join(pieces)


class _ListedRedirects(HTTPRedirectHandler):
    """Follows a redirect only to an address that could have been asked itself."""

    max_redirections = _MOST_REDIRECTS

    def __init__(self, rules: FetchRules) -> None:
        self.rules = rules

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """Refuse a redirect off the list."""
        if reason := refuse_address(newurl, self.rules):
            fp.close()
            raise _failed(req.full_url, f"redirects to an address that is never asked: {reason}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener(rules: FetchRules) -> OpenerDirector:
    """Only http(s): no file, ftp or data addresses, no cookies, no authentication."""
    opener = OpenerDirector()
    carrier = HTTPSHandler() if rules.scheme == "https" else HTTPHandler()
    proxy = [ProxyHandler()] if rules.scheme == "https" else []
    errors = [HTTPDefaultErrorHandler(), HTTPErrorProcessor(), _ListedRedirects(rules)]
    for handler in (*proxy, carrier, *errors):
        opener.add_handler(handler)
    return opener


def _status(code: int) -> str:
    if code in _REDIRECTS:
        return "redirects to an address that is never asked, or in a circle"
    return f"the publisher answered with status {code}"


def _failed(address: str, what: str) -> ModelError:
    remedy = "download the file by hand and add it: defease market update NAME --file FILE"
    return ModelError(Problem(address, what, remedy))


def _no_network(address: str, reason: object) -> ModelError:
    words = str(reason)[:_REASON_LENGTH]
    return _failed(address, f"cannot be reached ({words}); nothing was stored")
