"""What all tests share: no test reaches beyond this machine."""

import ipaddress
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from serving import Web, build_library, copied, serving

# how long an example takes is the machine's affair: no test asserts a wall time
settings.register_profile("mofu", deadline=None)
settings.load_profile("mofu")

SHARED_WEB = Path(__file__).resolve().parents[2] / "shared" / "web"


class OutsideConnectionError(AssertionError):
    """A test tried to connect to an address that is not this machine's."""


def _refuse_outside(event: str, args: tuple[object, ...]) -> None:
    if event != "socket.connect" or not isinstance(args[1], tuple):
        return
    try:
        inside = ipaddress.ip_address(str(args[1][0]).partition("%")[0]).is_loopback
    except ValueError:
        inside = args[1][0] == "localhost"
    if not inside:
        raise OutsideConnectionError(f"a test connects to {args[1]}")


sys.addaudithook(_refuse_outside)


@pytest.fixture(scope="session")
def demo_library(tmp_path_factory):
    """A library of three words of the embedded web, ranked; whoever writes to it takes a copy (`serving.copied`)."""
    return build_library(tmp_path_factory.mktemp("built") / "library", ("もふもふ", "ぶつぶつ", "しましま"))


@pytest.fixture
def web(demo_library, tmp_path):
    """The application of a library of one's own, and clients of every role: `web.client("annotator")`."""
    with serving(copied(demo_library, tmp_path / "library")) as app:
        yield Web(app)
