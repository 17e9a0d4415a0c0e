"""Work in a thread of its own: when its result is there, nothing of it is left."""

import asyncio
import threading

import pytest

from mofu.crawler.apart import run_apart


def threads():
    return {thread for thread in threading.enumerate() if thread.name.startswith(("crawl", "asyncio"))}


@pytest.mark.parametrize("fails", [False, True])
def test_what_the_work_left_running_has_ended_when_its_result_is_given(fails):
    ended = threading.Event()

    async def work():
        asyncio.get_running_loop().run_in_executor(None, ended.wait)
        threading.Timer(0.5, ended.set).start()
        if fails:
            raise ValueError("as asked")
        return "done"

    before = threads()
    if fails:
        with pytest.raises(ValueError, match="as asked"):
            run_apart(work())
    else:
        assert run_apart(work()) == "done"
    assert ended.is_set()
    assert threads() == before
