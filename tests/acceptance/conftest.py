"""The loopback web of real photographs, where it stands beside the project; said loudly where it does not."""

import json
import os
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

SHARED_WEB = Path(__file__).resolve().parents[3] / "shared" / "web"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.acceptance)


@dataclass(frozen=True)
class PhotographWeb:
    """A running loopback web: its address, and what it says of itself."""

    base: str

    def ask(self, path):
        with urllib.request.urlopen(f"{self.base}{path}", timeout=60) as answer:
            return json.loads(answer.read() or b"null") if "json" in answer.headers["Content-Type"] else None

    def truth(self, word):
        """What each result of a word is, by address, in the order of search."""
        rows = self.ask(f"/_truth?q={urllib.parse.quote(word)}")
        return dict(sorted(rows.items(), key=lambda item: item[1]["rank"]))

    def log(self):
        return self.ask("/_log")

    def clear_log(self):
        self.ask("/_log/clear")

    @property
    def flags(self):
        services = ("openverse", "commons", "searxng", "brave")
        places = [f"sources.{name}.base_url={self.base}" for name in services]
        return ["crawler.allow_networks=127.0.0.0/8", "sources.brave.key=any", *places]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def start_web():
    """Start loopback webs with given options; all are ended with the session."""
    if not (SHARED_WEB / "serve.py").exists():
        pytest.skip("ACCEPTANCE NOT TESTED: no loopback web of photographs beside the project")
    running = []

    def start(*options):
        port = free_port()
        command = [sys.executable, SHARED_WEB / "serve.py", "--port", str(port), "--size", "400", *options]
        server = subprocess.Popen(command, stdout=subprocess.PIPE)
        running.append(server)
        server.stdout.readline()
        return PhotographWeb(f"http://127.0.0.1:{port}")

    yield start
    for server in running:
        server.terminate()
        server.wait()
        server.stdout.close()


@pytest.fixture(scope="session")
def web(start_web):
    """The loopback web with all its faults."""
    return start_web()


@pytest.fixture(scope="session")
def classes():
    """Word → the class of photographs that show it."""
    if not (SHARED_WEB / "words.json").exists():
        pytest.skip("ACCEPTANCE NOT TESTED: no loopback web of photographs beside the project")
    return {word: about["class"] for word, about in json.loads((SHARED_WEB / "words.json").read_text("utf-8")).items()}


@pytest.fixture(scope="session")
def words(classes):
    return list(classes)


@pytest.fixture(scope="session")
def faults():
    """Every fault that the loopback web can have, and the outcome that it states for it."""
    namespace = {"__name__": "serve", "__file__": str(SHARED_WEB / "serve.py")}
    exec(compile((SHARED_WEB / "serve.py").read_text("utf-8"), "serve.py", "exec"), namespace)
    return dict(namespace["FAULTS"])


@pytest.fixture(scope="session")
def mofu():
    """Run mofu as its users do."""

    def run(*arguments, flags=(), check=True, timeout=600):
        sets = [part for flag in flags for part in ("--set", flag)]
        command = [sys.executable, "-m", "mofu", *map(str, arguments), *sets]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MOFU_")}
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, env=environment)
        if check:
            assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def builds(web, words, mofu, tmp_path_factory):
    """Every word built in one library and exported whole: the library's folder, and what the truth says of each word.

    Tests read this library; one that changes something takes a copy.
    """
    folder = tmp_path_factory.mktemp("builds")
    library, scores = folder / "library", {}
    mofu("build", *words, "-n", 400, "--library", library, flags=web.flags)
    for word in words:
        archive = folder / f"{word}.zip"
        mofu("export", word, "--top", "all", "-o", archive, "--library", library)
        command = [sys.executable, SHARED_WEB / "score.py", archive, word, "--server", web.base]
        scores[word] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return library, scores
