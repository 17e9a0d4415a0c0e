"""Requests → answers: the image search in Openverse's documented shape, pictures drawn on demand, pages, robots.txt."""

from __future__ import annotations

import asyncio
import html
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from mofu.demo.pictures import VARIANTS, jpeg
from mofu.demo.world import FAULTS, SUBJECTS, Result

ROBOTS = "User-agent: *\nDisallow: /private/\n"
PAGE_SIZE, LAST_PAGE = 20, 20
_TOKEN = re.compile(r"([a-z]+)-(\d{1,8})")
_PUBLIC_DOMAIN = {"cc0": "zero", "pdm": "mark"}

Search = Callable[[str], tuple[Result, ...]]
Address = Callable[[Result, str], str]


def make_app(search: Search, address: Address, pool: ThreadPoolExecutor) -> web.Application:
    """The application behind every host of a demo's web.

    Args:
        search: a query → its results.
        address: (result, path) → the full address.
        pool: where pictures are drawn.
    """
    sites = _Sites(search, address, pool)
    app = web.Application()
    app.add_routes(
        [
            web.get("/v1/images/", sites.images),
            web.get("/robots.txt", sites.robots),
            web.get("/{shelf:photos|mirror|private}/{treatment}/{token}.jpg", sites.picture),
            web.get("/pages/{token}.html", sites.page),
            web.get("/people/{name}.html", sites.person),
        ]
    )
    return app


class _Sites:
    """The handlers, and which `busy` pictures have been asked for before."""

    def __init__(self, search: Search, address: Address, pool: ThreadPoolExecutor) -> None:
        self._search, self._address, self._pool = search, address, pool
        self._visited: set[str] = set()

    async def images(self, request: web.Request) -> web.Response:
        """The search; 401 past 20 results a page and 400 past 20 pages, as documented for anonymous callers."""
        try:
            page, page_size = int(request.query.get("page", 1)), int(request.query.get("page_size", PAGE_SIZE))
        except ValueError:
            return web.json_response({"detail": "A valid integer is required."}, status=400)
        if page_size > PAGE_SIZE:
            return web.json_response({"detail": f"page_size: at most {PAGE_SIZE} for anonymous requests."}, status=401)
        if not 1 <= page <= LAST_PAGE or page_size < 1:
            return web.json_response({"detail": f"page: 1 to {LAST_PAGE}; page_size: 1 or more."}, status=400)
        rows = self._licensed(request)
        start = (page - 1) * page_size
        answer = {
            "result_count": len(rows),
            "page_count": min(LAST_PAGE, -(-len(rows) // page_size)),
            "page_size": page_size,
            "page": page,
            "results": [_describe(row, self._address) for row in rows[start : start + page_size]],
        }
        return web.json_response(answer)

    def _licensed(self, request: web.Request) -> list[Result]:
        """The results of a request's query under the licences that it asks for (`license`, `license_type`)."""
        codes = set(filter(None, request.query.get("license", "").split(",")))
        kinds = request.query.get("license_type", "").split(",")
        barred = [mark for kind, mark in (("commercial", "nc"), ("modification", "nd")) if kind in kinds]
        rows = self._search(request.query.get("q", ""))
        return [r for r in rows if (not codes or r.license in codes) and not any(b in r.license for b in barred)]

    async def robots(self, request: web.Request) -> web.Response:
        """One folder of every host is closed to robots."""
        del request
        return web.Response(text=ROBOTS)

    async def page(self, request: web.Request) -> web.Response:
        """The page about a picture."""
        subject, picture = _read_token(request)
        return _page(f"{subject} {picture}")

    async def person(self, request: web.Request) -> web.Response:
        """The page about a creator."""
        return _page(request.match_info["name"])

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A picture, or the fault that its address names."""
        subject, picture = _read_token(request)
        treatment = request.match_info["treatment"]
        if treatment == "missing" or treatment not in (*VARIANTS, *FAULTS):
            raise web.HTTPNotFound
        if treatment == "html":
            return web.Response(text="<!doctype html><title>Gone</title>", content_type="image/jpeg")
        if treatment == "busy" and request.path not in self._visited:
            self._visited.add(request.path)
            return web.Response(status=503, headers={"Retry-After": "1"})
        variant = treatment if treatment in VARIANTS else "same"
        body = await asyncio.get_running_loop().run_in_executor(self._pool, jpeg, subject, picture, variant)
        if treatment == "cut":
            return await _cut(request, body)
        headers = {"X-Robots-Tag": "noai, noimageai"} if treatment == "noai" else {}
        return web.Response(body=body, content_type="image/jpeg", headers=headers)


def _page(title: str) -> web.Response:
    name = html.escape(title)
    text = f"<!doctype html><html><head><title>{name}</title></head><body><h1>{name}</h1></body></html>"
    return web.Response(text=text, content_type="text/html")


def _read_token(request: web.Request) -> tuple[str, int]:
    """Subject and seed of an address, or 404."""
    match = _TOKEN.fullmatch(request.match_info["token"])
    if match is None or match[1] not in SUBJECTS:
        raise web.HTTPNotFound
    return SUBJECTS[match[1]], int(match[2])


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    """Half of a body whose full length was promised, then the end of the connection."""
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _describe(row: Result, address: Address) -> dict[str, object]:
    """A result as Openverse writes it."""
    url, page = address(row, row.path), address(row, row.page_path)
    width, height = row.size
    name = "CC0" if row.license == "cc0" else "PDM" if row.license == "pdm" else f"CC {row.license.upper()}"
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, url)),
        "title": row.title,
        "url": url,
        "foreign_landing_url": page,
        "creator": row.creator,
        "creator_url": address(row, f"/people/{row.creator.lower().replace(' ', '-')}.html"),
        "license": row.license,
        "license_version": row.license_version,
        "license_url": _license_url(row),
        "attribution": f'"{row.title}" by {row.creator} is licensed under {name} {row.license_version}.',
        "provider": "demo",
        "source": "demo",
        "category": "photograph",
        "tags": [{"name": tag, "accuracy": None} for tag in row.tags],
        "width": width,
        "height": height,
        "filesize": None,
        "filetype": "jpg",
        "mature": False,
        "fields_matched": ["title"],
        "thumbnail": None,
    }


def _license_url(row: Result) -> str:
    if row.license in _PUBLIC_DOMAIN:
        return f"https://creativecommons.org/publicdomain/{_PUBLIC_DOMAIN[row.license]}/{row.license_version}/"
    return f"https://creativecommons.org/licenses/{row.license}/{row.license_version}/"
