"""A library on a server: the verbs of `mofu.library.Library` over HTTP.

import mofu
library = mofu.connect("https://mofu.example.org", token)
dataset = library.build("もふもふ", n=1000)
dataset.top(100).export("mofumofu.zip")
"""

from __future__ import annotations

from mofu.client.dataset import RemoteDataset
from mofu.client.remote import RemoteLibrary
from mofu.client.wire import Wire

__all__ = ["RemoteDataset", "RemoteLibrary", "connect"]


def connect(url: str, token: str | None = None, *, allow_http: bool = False) -> RemoteLibrary:
    """The library that a server serves.

    Args:
        url: of the server, e.g. https://mofu.example.org.
        token: made on the page Settings, or by `mofu user token`; None: that of MOFU_TOKEN.
        allow_http: whether the token may go over a network in the clear; to this machine itself it always may.

    Raises:
        InvalidInputError: an address that is none, or one that would send the token in the clear.
        MissingKeyError: no token.
    """
    return RemoteLibrary(Wire.to(url, token, allow_http=allow_http))
