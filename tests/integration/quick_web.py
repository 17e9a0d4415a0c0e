"""A search service with small pictures, any query's own, on loopback: a word is built from it in a moment."""

import contextlib
import zlib

from aiohttp import web
from loopback_web import jpeg, serve

WORD, N = "もふもふ", 12
SETTINGS = {
    "build": {"sources": "openverse"},
    "background": {"size": 20, "queries": "photo"},
    "crawler": {
        "allow_networks": "127.0.0.0/8", "retries": 0, "min_free_mb": 0, "decoder_processes": 1, "robots": False,
    },
}  # fmt: skip


@contextlib.contextmanager
def quick_web(size=20):
    """Settings by section for a library that is built from it: `size` pictures a query, of 96 × 80 pixels."""

    async def search(request):
        query = zlib.crc32(request.query["q"].encode())
        rows = [
            {
                "id": f"{query}-{number}", "title": f"picture {number}", "url": f"{site.base}/i/{query}/{number}.jpg",
                "foreign_landing_url": f"{site.base}/page/{number}", "creator": "someone", "license": "by",
                "license_version": "4.0", "license_url": "https://creativecommons.org/licenses/by/4.0/",
                "attribution": None, "tags": [], "width": 96, "height": 80,
            }
            for number in range(size)
        ]  # fmt: skip
        page = int(request.query["page"])
        answer = {"result_count": size, "page_count": -(-size // 20), "page_size": 20, "page": page}
        return web.json_response(answer | {"results": rows[(page - 1) * 20 : page * 20]})

    async def image(request):
        return web.Response(body=jpeg(int(request.match_info["query"]) % 1000 + 1000 * int(request.match_info["n"])))

    with serve({"/v1/images/": search, "/i/{query}/{n}.jpg": image}) as site:
        yield SETTINGS | {"sources": {"openverse.base_url": site.base}}


def flags(settings):
    """The same settings as `--set` takes them."""
    return [f"{section}.{name}={value}" for section, values in settings.items() for name, value in values.items()]


def outcome(library):
    """A word's ranking: addresses, times and row ids are left out."""
    return [
        (image.rank, image.sha256, image.search_position, image.duplicates, round(image.score, 3))
        for image in library.dataset(WORD)
    ]
