"""The other policies, each by its own rule: retries, opt-outs, redirects, robots.txt, slots."""

import asyncio
from datetime import UTC, datetime

import pytest
from yarl import URL

from mofu.crawler.hits import HitFailure, Outcome
from mofu.crawler.policies.hosts import Hosts
from mofu.crawler.policies.opt_outs import check_opt_out
from mofu.crawler.policies.redirects import RedirectPolicy
from mofu.crawler.policies.retries import RetryPolicy, Transient, retry_after
from mofu.crawler.policies.robots import RobotsAnswer, RobotsPolicy

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
FAILURE = HitFailure(Outcome.HTTP, "HTTP 503")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("0", 0), ("120", 120), (" 7 ", 7), ("Sat, 21 Nov 2026 12:01:30 GMT", 90), ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
     ("soon", None), ("-5", None), ("1.5", None), ("", None), (None, None), ("²", None),
     ("Sat, 21 Nov 99999999999999999999 12:00:00 GMT", None), ("Sat, 21 Nov 2026 12:00:00 +99999999999999", None)],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after(header, NOON) == seconds


def test_a_host_s_wish_is_waited_for_within_its_cap():
    policy = RetryPolicy(retries=2, longest_wait_s=60)
    assert policy.wait(0, Transient(FAILURE, 5.0)) == 5.0
    assert policy.wait(0, Transient(FAILURE, 61.0)) is None
    assert policy.wait(2, Transient(FAILURE, 5.0)) is None


def test_without_a_wish_the_wait_doubles_with_jitter():
    policy = RetryPolicy(retries=9, longest_wait_s=60)
    for attempt in range(4):
        for _ in range(20):
            assert 0.25 * 2**attempt <= policy.wait(attempt, Transient(FAILURE)) <= 0.75 * 2**attempt


@pytest.mark.parametrize(
    "value",
    [
        "noai",
        "noimageai, nofollow",
        "NOINDEX",
        "mofu: noai",
        "none",
        "all, noimageindex",
        "max-image-preview:large, noindex",
        "max-snippet:-1,noai",
        "googlebot: nofollow, mofu: noai",
        "*: noai",
        "unavailable_after: 25 Jun 2030 15:00:00 PST, noindex",
        "unavailable_after: Tue, 25 Jun 2030 15:00:00, noai",
    ],
)
def test_an_owner_s_no_is_honoured(value):
    with pytest.raises(HitFailure) as caught:
        check_opt_out([value])
    assert caught.value.kind is Outcome.OPT_OUT


@pytest.mark.parametrize(
    "value",
    ["all", "nofollow", "googlebot: noindex", "googlebot: nofollow, noindex", "max-image-preview:large", "", "a: , :"],
)
def test_what_is_said_of_other_things_or_to_others_is_no_no(value):
    check_opt_out([value])


def test_redirects_are_followed_to_new_addresses_only_and_not_for_ever():
    here = URL("http://a/1")
    policy = RedirectPolicy(2, here)
    assert policy.next_hop(here, "/2") == URL("http://a/2")
    assert policy.next_hop(URL("http://a/2"), "//b/3#top") == URL("http://b/3")
    for location, why in (
        (None, "without"),
        ("http://a/1", "circle"),
        ("http://c/4", "more than 2"),
        ("http://[x", "redirect"),
    ):
        with pytest.raises(HitFailure, match=why) as caught:
            policy.next_hop(URL("http://b/3"), location)
        assert caught.value.kind is Outcome.REDIRECT


def robots(answer, delays=None):
    asked = []

    async def get(url):
        asked.append(str(url))
        return answer

    return RobotsPolicy(get, lambda host, delay: (delays if delays is not None else {}).update({host: delay})), asked


def judged(policy, *urls):
    async def judge():
        verdicts = []
        for url in urls:
            try:
                await policy.check(URL(url))
                verdicts.append(None)
            except HitFailure as failure:
                verdicts.append(failure.kind)
        return [verdict is not Outcome.ROBOTS for verdict in verdicts]

    return asyncio.run(judge())


def test_robots_txt_is_asked_once_a_site_and_obeyed_by_path():
    policy, asked = robots(RobotsAnswer(200, "User-agent: *\nDisallow: /private/\n"))
    assert judged(policy, "http://a/x", "http://a/private/x", "http://a:81/private/") == [True, False, False]
    assert asked == ["http://a/robots.txt", "http://a:81/robots.txt"]


def test_rules_for_mofu_go_before_rules_for_all():
    policy, _ = robots(RobotsAnswer(200, "User-agent: *\nDisallow: /\n\nUser-agent: mofu\nDisallow: /no\n"))
    assert judged(policy, "http://a/yes", "http://a/no") == [True, False]


@pytest.mark.parametrize(
    ("status", "allowed"), [(404, True), (403, True), (429, False), (500, False), (503, False), (0, False)]
)
def test_no_robots_txt_means_yes_and_an_unreachable_one_means_no(status, allowed):
    policy, _ = robots(RobotsAnswer(status, "User-agent: *\nDisallow: /\n"))
    assert judged(policy, "http://a/x") == [allowed]


def test_a_byte_order_mark_hides_no_rule():
    policy, _ = robots(RobotsAnswer(200, "\ufeffUser-agent: *\nDisallow: /\n"))
    assert judged(policy, "http://a/x") == [False]


def test_rules_that_are_all_wildcards_are_judged_at_once():
    rules = f"Disallow: /{'*a' * 60}b\n" * 100
    policy, _ = robots(RobotsAnswer(200, f"User-agent: *\n{rules}"))
    assert judged(policy, f"http://a/{'a' * 4000}") == [True]


def test_a_crawl_delay_is_told_and_bounded():
    delays = {}
    policy, _ = robots(RobotsAnswer(200, "User-agent: *\nCrawl-delay: 5000\n"), delays)
    assert judged(policy, "http://a/x") == [True]
    assert delays == {"a": 60.0}


def at_once(hosts, names, hold_s=0.01, abort=False):
    """The most slots held at once, by host and in all, while every name asks for one."""
    held, most = {}, {}

    async def ask(name):
        async with hosts.slot(name) as slot:
            slot.aborted = abort
            held[name] = held.get(name, 0) + 1
            for key, value in ((name, held[name]), ("all", sum(held.values()))):
                most[key] = max(most.get(key, 0), value)
            await asyncio.sleep(hold_s)
            held[name] -= 1

    async def main():
        await asyncio.gather(*(ask(name) for name in names))

    asyncio.run(main())
    return most


def test_a_host_is_asked_by_its_slots_and_all_hosts_by_theirs():
    async def make():
        return Hosts(per_host=2, total=3)

    most = at_once(asyncio.run(make()), ["a"] * 6 + ["b"] * 6)
    assert most == {"a": 2, "b": 2, "all": 3}


def test_a_paused_host_waits_and_another_does_not():
    async def main():
        hosts, order = Hosts(per_host=2, total=4), []
        hosts.pause("slow", 0.2)

        async def ask(name):
            async with hosts.slot(name):
                order.append(name)

        await asyncio.gather(ask("slow"), ask("quick"), ask("slow"))
        return order

    assert asyncio.run(main()) == ["quick", "slow", "slow"]
