"""Requests to a server: tried again where that does no harm, its errors as ours, the token told to nobody else."""

import http.server
import json
import resource
import threading
from dataclasses import dataclass

import pytest

import mofu
from mofu import errors
from mofu.client import wire
from mofu.client.wire import Wire, at


@dataclass(frozen=True)
class Told:
    number: int


class Server(http.server.ThreadingHTTPServer):
    """Answers by a list: each a status, a body and headers, or None, which breaks the connection off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers, self.asked = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request, client_address):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        answer = self.server.answers.pop(0)
        if answer is None:
            return self.connection.close()
        status, body, headers = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        return self.wfile.write(content)

    def do_POST(self):
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(wire, "WAIT_S", 0.001)
    with Server() as served:
        threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield served
        served.shutdown()


@pytest.fixture
def line(server):
    opened = Wire.to(server.url, "mofu_secret", allow_http=False)
    yield opened
    opened.close()


FINE = (200, {"number": 3, "more": "not known here"}, {})


def error(status, kind, message="what to do"):
    return (status, {"error": {"kind": kind, "message": message}}, {})


def test_an_answer_becomes_a_dataclass_without_what_it_does_not_know(server, line):
    server.answers = [FINE]
    assert line.get(Told, "/it.json", a="b", c=None) == Told(3)
    method, path, headers = server.asked[0]
    assert (method, path) == ("GET", "/it.json?a=b")
    assert headers["Authorization"] == "Bearer mofu_secret"


@pytest.mark.parametrize("passing", [None, (503, {}, {}), (429, {}, {"Retry-After": "0"})])
def test_what_is_only_read_is_asked_again_when_that_may_help(server, line, passing):
    server.answers = [passing, passing, FINE]
    assert line.get(Told, "/it.json") == Told(3)
    assert len(server.asked) == 3


def test_a_change_that_is_another_each_time_is_asked_once(server, line):
    server.answers = [None, FINE]
    with pytest.raises(errors.ServiceUnreachableError, match="does not answer"):
        line.post(Told, "/change")
    assert len(server.asked) == 1


def test_a_change_that_is_the_same_twice_is_asked_again(server, line):
    server.answers = [None, FINE]
    assert line.post(Told, "/change", {"id": 1}, can_repeat=True) == Told(3)


def test_a_server_that_stays_away_is_an_error_of_its_own(server, line):
    server.answers = [None] * wire.TRIES
    with pytest.raises(errors.ServiceUnreachableError):
        line.get(Told, "/it.json")
    assert len(server.asked) == wire.TRIES


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (error(404, "UnknownNameError"), errors.UnknownNameError),
        (error(409, "ConflictError"), errors.ConflictError),
        (error(409, "LibraryBusyError"), errors.LibraryBusyError),
        (error(400, "InvalidInputError"), errors.InvalidInputError),
        (error(404, "NotFound"), errors.NothingFoundError),
        (error(401, "Unauthorized"), errors.MissingKeyError),
        (error(403, "Forbidden"), errors.UsageError),
        (error(500, "InternalServerError"), errors.MofuError),
        (error(400, "UnknownNameError.__init__"), errors.UsageError),
        (error(503, "QuotaPausedError"), errors.PartialError),
    ],
)
def test_errors_are_those_of_the_server_with_its_line(server, line, answer, kind):
    server.answers = [answer] * wire.TRIES
    with pytest.raises(errors.MofuError) as raised:
        line.get(Told, "/it.json")
    assert type(raised.value) is kind
    assert str(raised.value) == "what to do"


def test_an_answer_that_is_no_data_says_that_this_is_no_such_server(server, line):
    server.answers = [(200, b"<html>", {})]
    with pytest.raises(errors.ServiceUnreachableError, match="mofu server"):
        line.get(Told, "/it.json")


def test_redirects_are_not_followed_with_the_token(server, line):
    server.answers = [(302, b"", {"Location": server.url + "/elsewhere"})]
    with pytest.raises(errors.MofuError, match="302"):
        line.get(Told, "/it.json")
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_a_server_behind_it_is_a_server_that_stays_away(server, line, status):
    server.answers = [(status, b"<html>", {})] * wire.TRIES
    with pytest.raises(errors.ServiceUnreachableError):
        line.get(Told, "/it.json")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_proxy_of_the_environment_is_not_told_the_token_for_this_machine(server, monkeypatch, host):
    with Server() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        server.answers = [FINE]
        opened = Wire.to(server.url.replace("127.0.0.1", host), "mofu_secret", allow_http=False)
        assert opened.get(Told, "/it.json") == Told(3)
        opened.close()
        assert len(server.asked) == 1


def test_a_full_disk_is_said_and_leaves_nothing_half_made(server, line, tmp_path):
    server.answers = [(200, b"x" * 5000, {})]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(errors.DiskFullError):
            line.download("/it.zip", tmp_path / "it.zip")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_file_takes_its_place_when_it_is_whole(server, line, tmp_path):
    (tmp_path / "it.zip").write_bytes(b"before")
    server.answers = [(200, b"part", {"Content-Length": "100"}), (200, b"whole", {})]
    with pytest.raises(errors.ServiceUnreachableError, match=r"same call again"):
        line.download("/it.zip", tmp_path / "it.zip")
    assert (tmp_path / "it.zip").read_bytes() == b"before"
    line.download("/it.zip", tmp_path / "it.zip")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("it.zip", b"whole")]


@pytest.mark.parametrize("url", ["", "mofu.example.org", "ftp://mofu.example.org", "https://", "http://a:b@127.0.0.1"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(errors.InvalidInputError):
        mofu.connect(url, "mofu_secret")


def test_the_token_goes_over_no_network_in_the_clear_unless_that_is_said():
    with pytest.raises(errors.InvalidInputError, match="in the clear"):
        mofu.connect("http://mofu.example.org", "mofu_secret")
    mofu.connect("http://mofu.example.org", "mofu_secret", allow_http=True).close()
    mofu.connect("https://mofu.example.org", "mofu_secret").close()


def test_the_environment_s_token_is_taken_where_none_is_given(server, monkeypatch):
    monkeypatch.setenv("MOFU_TOKEN", "mofu_of_environment")
    server.answers = [FINE]
    line = Wire.to(server.url, None, allow_http=False)
    line.get(Told, "/it.json")
    line.close()
    assert server.asked[0][2]["Authorization"] == "Bearer mofu_of_environment"
    monkeypatch.delenv("MOFU_TOKEN")
    with pytest.raises(errors.MissingKeyError, match="MOFU_TOKEN"):
        Wire.to(server.url, None, allow_http=False)


def test_no_repr_tells_the_token(line):
    library = mofu.connect("https://mofu.example.org", "mofu_secret")
    assert "secret" not in repr(library) + repr(vars(library)) + repr(line) + repr(vars(line))
    library.close()


def test_parts_of_an_address_are_quoted():
    assert at("words", "a/b c", "もふ.json") == "/words/a%2Fb%20c/%E3%82%82%E3%81%B5.json"
