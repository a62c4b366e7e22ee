"""The downloader against a server on this computer; no test asks anybody else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from defease.errors import ModelError
from defease.market.download import FetchRules, download, refuse_address
from defease.market.providers import PROVIDERS, address_book


@dataclass
class Server:
    """A publisher on this computer: its address, the rules that allow it, what was asked."""

    address: str
    rules: FetchRules
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Server]:
    asked: list[str] = []

    class Publisher(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            kind = urlsplit(self.path).path.strip("/")
            if kind.startswith("to-"):
                self.send_response(302)
                self.send_header("Location", TARGETS[kind])
                self.end_headers()
                return
            self.send_response({"absent": 404}.get(kind, 200))
            length = {"cut": 100, "empty": 0}.get(kind, 9)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            if kind != "empty":
                self.wfile.write(b"some,data")

        def log_message(self, *_: object) -> None:
            """Keep the output of the tests clean."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{running.server_address[1]}"
    rules = FetchRules(hosts=frozenset({host}), scheme="http", timeout=5.0)
    yield Server(f"http://{host}", rules, asked)
    running.shutdown()
    thread.join()
    running.server_close()


TARGETS = {
    "to-here": "/file",
    "to-elsewhere": "http://localhost:9/file",
    "to-disk": "file:///etc/hostname",
    "to-itself": "/to-itself",
}


def failure(server: Server, path: str, rules: FetchRules | None = None) -> str:
    with pytest.raises(ModelError) as caught:
        download(f"{server.address}/{path}", rules=rules or server.rules)
    (problem,) = caught.value.problems
    assert "--file" in problem.remedy
    return problem.what


def test_a_listed_address_is_fetched_also_behind_a_redirect(server: Server) -> None:
    assert download(f"{server.address}/file", rules=server.rules) == b"some,data"
    assert download(f"{server.address}/to-here", rules=server.rules) == b"some,data"


@pytest.mark.parametrize("path", ["to-elsewhere", "to-disk"])
def test_a_redirect_off_the_list_is_not_followed(server: Server, path: str) -> None:
    assert "redirects to an address that is never asked" in failure(server, path)
    assert server.asked == [f"/{path}"]


def test_a_circle_of_redirects_ends(server: Server) -> None:
    assert "in a circle" in failure(server, "to-itself")
    assert len(server.asked) <= 10


def test_failures_of_the_publisher_have_words(server: Server) -> None:
    assert failure(server, "absent") == "the publisher answered with status 404"
    assert "broke off after 9 of 100 bytes" in failure(server, "cut")
    assert failure(server, "empty") == "is empty"


def test_a_file_above_the_cap_is_not_read_to_its_end(server: Server) -> None:
    small = replace(server.rules, largest=4)
    assert "is larger than" in failure(server, "file", small)


def test_without_a_network_it_says_so_and_what_to_do() -> None:
    # Port 9 of this computer: nobody answers there.
    rules = FetchRules(hosts=frozenset({"127.0.0.1:9"}), scheme="http", timeout=2.0)
    with pytest.raises(ModelError, match=r"cannot be reached .*; nothing was stored") as caught:
        download("http://127.0.0.1:9/file", rules=rules)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://home.treasury.gov/a.csv",
        "file:///etc/passwd",
        "ftp://home.treasury.gov/a.csv",
        "https://home.treasury.gov:8443/a.csv",
        "https://user@home.treasury.gov/a.csv",
        "https://home.treasury.gov.example.org/a.csv",
        "https://169.254.169.254/latest",
        "//home.treasury.gov/a.csv",
        "",
    ],
)
def test_nothing_but_https_to_a_listed_host_is_asked(address: str) -> None:
    rules = FetchRules(hosts=address_book().hosts)
    assert refuse_address(address, rules)
    with pytest.raises(ModelError, match="is never asked"):
        download(address, rules=rules)


def test_every_address_of_the_book_is_allowed_and_every_provider_has_a_page() -> None:
    book = address_book()
    assert set(book.providers) == set(PROVIDERS)
    rules = FetchRules(hosts=book.hosts)
    used = set()
    for place in book.providers.values():
        assert place.page.startswith("https://")
        if place.download:
            assert refuse_address(place.in_year(2026), rules) == ""
            assert "{" not in place.in_year(2026)
            used.add(urlsplit(place.download).netloc)
    assert used == book.hosts
