"""A web of one test on loopback: routes given as functions, requests recorded."""

import asyncio
import socket
import socketserver
import threading
from contextlib import contextmanager

import cv2
import numpy as np
from aiohttp import web

PATIENCE_S = 120
"""How long a test waits for what must come: no test expects it sooner."""


def jpeg(seed=0, width=96, height=80):
    """A small photograph-like JPEG; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    pixels = cv2.resize(rng.integers(0, 256, (8, 8, 3), dtype=np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", pixels)[1].tobytes()


class LoopbackWeb:
    """What was asked of it, and where it is."""

    def __init__(self):
        self.requests = []
        self.at_once = 0
        self.most_at_once = 0
        self.base = ""
        self.robots = "User-agent: *\nDisallow: /private/\n"

    def paths(self, prefix=""):
        return [path for path, _ in self.requests if path.startswith(prefix)]


@contextmanager
def serve(routes):
    """Serve `routes` ({path pattern: async handler}) on a free port of 127.0.0.1 in a thread of its own."""
    site, ready, loop = LoopbackWeb(), threading.Event(), asyncio.new_event_loop()

    @web.middleware
    async def record(request, handler):
        site.requests.append((request.path_qs, dict(request.headers)))
        site.at_once += 1
        site.most_at_once = max(site.most_at_once, site.at_once)
        try:
            return await handler(request)
        finally:
            site.at_once -= 1

    async def robots(_request):
        return web.Response(text=site.robots)

    async def start():
        app = web.Application(middlewares=[record])
        app.add_routes([web.get("/robots.txt", robots), *(web.get(path, handler) for path, handler in routes.items())])
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    def live():
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.call_soon(ready.set)  # from here on a call to stop is heard: before, it would be for naught
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=live, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE_S)
    try:
        yield site
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@contextmanager
def away():
    """The address of a service that is away: nobody listens there, and nobody else can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@contextmanager
def serve_bytes(answer):
    """A server that answers every request with these bytes and hangs up: its address, and each connection made."""
    connections = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            connections.append(self.client_address)
            self.request.recv(1 << 16)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", connections
        finally:
            server.shutdown()
            thread.join()
