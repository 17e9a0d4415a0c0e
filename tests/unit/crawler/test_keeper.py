"""What arrives is written down, also what still waits when a crawl is interrupted."""

import asyncio

from mofu.crawler.keeper import Arrived, Keeper
from mofu.db import hits, words
from mofu.db.blobs import BlobStore
from mofu.db.engine import Database
from mofu.db.hits import HitResult


def test_what_waits_when_a_crawl_is_cancelled_is_kept(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/library.sqlite", tmp_path)
    with database.write() as session:
        word = words.ensure(session, "もふもふ")
        stream = hits.open_stream(session, word.id, "openverse", word.text, "")
        rows = [{"url": str(number), "license": "unknown"} for number in range(3)]
        _, found = hits.add_page(session, stream, 0, rows, None, None)

    async def interrupted():
        keeper = Keeper(database, BlobStore(tmp_path), 0)
        running = asyncio.create_task(keeper.run())
        await asyncio.sleep(0)
        for hit in found:
            await keeper.put(Arrived(HitResult(hit.id, "http", "HTTP 404")))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(interrupted())
    with database.read() as session:
        assert hits.outcome_counts(session, word.id) == {"http": 3}
    database.close()
