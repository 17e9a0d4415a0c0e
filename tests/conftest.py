"""What all tests share: no test reaches beyond this machine."""

import ipaddress
import sys
from pathlib import Path

from hypothesis import settings

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
