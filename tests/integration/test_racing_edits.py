"""Two people judge the same word at the same time, through a real server that is killed in the middle of it twice.

What the server has acknowledged stands in the log of verdicts, once each, and nothing else does; nobody's verdict was
overwritten by somebody who had not seen it; what was sent again is stored once; both see the same in the end.

    MOFU_RACING_EDITS=10000 pytest tests/integration/test_racing_edits.py
"""

import os
import random
import signal
import threading
import uuid
from dataclasses import dataclass, field

import pytest
import requests
from serving import copied, entered, running

from mofu.db import verdicts
from mofu.library import Library
from mofu.workers import entering

pytestmark = pytest.mark.both_databases

EDITS = int(os.environ.get("MOFU_RACING_EDITS", "400"))
WORD = "もふもふ"
IMAGES = 20
"""So few that both are at the same ones all the time."""
AT_ONCE = 5
JUDGEMENTS = ("accept", "reject", "unsure", "clear")
PEOPLE = ("ada", "bob")
PATIENCE_S = 300


class Course:
    """How far the race is, and whether there is a server to ask."""

    def __init__(self):
        self.answered, self.up, self.fell = 0, threading.Event(), threading.Event()
        self._changed = threading.Condition()
        self.up.set()

    def count(self, number):
        with self._changed:
            self.answered += number
            self._changed.notify_all()

    def wait_for(self, number, racers):
        """Until so many edits are answered, or a racer has fallen."""
        with self._changed:
            while self.answered < number and all(racer.is_alive() for racer in racers):
                self._changed.wait(1)


@dataclass
class Client:
    """A script of somebody who judges; what it sent, and what it was told."""

    name: str
    token: str
    address: str
    images: list
    course: Course
    edits: int
    sent: dict = field(default_factory=dict)
    accepted: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    resent: int = 0
    fault: BaseException | None = None

    def race(self):
        try:
            self._race()
        except BaseException as error:
            self.fault = error
            raise

    def _race(self):
        chance, seen = random.Random(self.name), dict.fromkeys(self.images, 0)
        while len(self.sent) < self.edits:
            count = min(chance.randint(1, AT_ONCE), self.edits - len(self.sent))
            batch = str(uuid.uuid4())
            edits = [
                {"id": str(uuid.uuid4()), "image": image, "judgement": chance.choice(JUDGEMENTS),
                 "expects": seen[image], "batch": batch}
                for image in chance.sample(self.images, count)
            ]  # fmt: skip
            self.sent |= {edit["id"]: edit for edit in edits}
            self._note(self.send(edits), seen)
            self.course.count(count)

    def send(self, edits):
        """Send verdicts until there is an answer."""
        while True:
            assert self.course.up.wait(PATIENCE_S)
            try:
                answer = self._post(edits)
            except requests.RequestException:
                self.resent += 1
                self.course.fell.set()
                continue
            told = answer.json()
            assert answer.status_code == (409 if told.get("conflicts") else 200), told
            assert {row["uid"] for row in told["accepted"] + told["conflicts"]} == {edit["id"] for edit in edits}
            return told

    def _post(self, edits):
        with requests.Session() as session:
            session.trust_env = False
            return session.post(
                f"{self.address}/words/{WORD}/verdicts", json={"verdicts": edits},
                headers={"Authorization": f"Bearer {self.token}"}, timeout=PATIENCE_S,
            )  # fmt: skip

    def _note(self, told, seen):
        for row in told["accepted"]:
            self.accepted[row["uid"]] = seen[row["image"]] = row["number"]
        for row in told["conflicts"]:
            edit = self.sent[row["uid"]]
            assert (row["image"], row["yours"]) == (edit["image"], edit["judgement"])
            assert row["theirs"]["who"] != self.name
            assert row["theirs"]["number"] > edit["expects"]
            self.refused.append(row)
            seen[row["image"]] = row["theirs"]["number"]

    def grid(self):
        """What stands on each image, as this client sees it."""
        with requests.Session() as session:
            session.trust_env = False
            page = session.get(
                f"{self.address}/words/{WORD}.json", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
            )
        return {tile["image"]: (tile["state"], tile["verdict"]) for tile in page.json()["tiles"]}


@dataclass(frozen=True)
class Race:
    """What was left when it was over."""

    clients: list
    log: list
    """Every row of the word, the oldest first."""
    server: object

    @property
    def accepted(self):
        return self.clients[0].accepted | self.clients[1].accepted

    @property
    def sent(self):
        return self.clients[0].sent | self.clients[1].sent


@pytest.fixture(scope="module")
def race(demo_library, tmp_path_factory):
    """Run to its end, over two kills; the server is still there."""
    folder = copied(demo_library, tmp_path_factory.mktemp("racing") / "library")
    course = Course()
    with running(folder, "--no-worker") as server:
        clients = [
            Client(name, token, server.address, images, course, EDITS // 2) for name, token, images in racers(folder)
        ]
        threads = [threading.Thread(target=client.race) for client in clients]
        for thread in threads:
            thread.start()
        for third in (1, 2):
            course.wait_for(third * EDITS // 3, threads)
            server.stop(signal.SIGKILL)
            course.fell.clear()
            assert course.fell.wait(PATIENCE_S)  # somebody had no answer
            course.up.clear()
            server.start()
            course.up.set()
        for thread in threads:
            thread.join()
        assert [client.fault for client in clients] == [None, None]
        yield Race(clients, history(folder), server)


def racers(folder):
    """Who races, by which token, on which images."""
    with Library.open(folder) as library:
        images = [image.sha256 for image in library.dataset(WORD)][:IMAGES]
        for name in PEOPLE:
            user = entered(library.workshop, "annotator", name).user
            yield name, entering.make_token(library.workshop, name, user.id, "race").secret, images


def history(folder):
    with Library.open(folder) as library, library.database.read() as session:
        word = library.word(WORD)
        found = verdicts.of_images(session, word.id, [image.sha256 for image in library.dataset(word)])
    return sorted((row for rows in found.values() for row in rows), key=lambda row: row.id)


def test_the_log_holds_exactly_what_was_acknowledged(race):
    assert {row.verdict.uid: row.id for row in race.log} == race.accepted
    assert len(race.log) == len(race.accepted)


def test_each_row_says_what_its_giver_sent(race):
    for row in race.log:
        sent = race.sent[row.verdict.uid]
        assert (row.verdict.image_sha256, row.verdict.judgement) == (sent["image"], sent["judgement"])


def test_every_edit_is_either_stored_or_told_of_with_what_stands_instead(race):
    refused = [row["uid"] for client in race.clients for row in client.refused]
    assert sorted([*race.accepted, *refused]) == sorted(race.sent)
    assert len(race.sent) == EDITS // 2 * 2
    assert refused
    stored = {row.id: (row.verdict.image_sha256, row.verdict.judgement, row.verdict.who) for row in race.log}
    for row in (row for client in race.clients for row in client.refused):
        theirs = row["theirs"]
        assert stored[theirs["number"]] == (row["image"], theirs["judgement"], theirs["who"])


def test_nobody_s_verdict_is_followed_by_one_whose_giver_had_not_seen_it(race):
    last = {}
    for row in race.log:
        before = last.get(row.verdict.image_sha256)
        if before is not None and before.verdict.who != row.verdict.who:
            assert race.sent[row.verdict.uid]["expects"] == before.id
        last[row.verdict.image_sha256] = row


def test_what_had_no_answer_was_sent_again(race):
    assert sum(client.resent for client in race.clients) >= 2


def test_what_is_sent_again_is_answered_the_same_and_stored_once(race):
    for client in race.clients:
        again = [client.sent[uid] for uid in list(client.accepted)[-100:]]
        told = client.send(again)
        assert {row["uid"]: row["number"] for row in told["accepted"]} == {
            edit["id"]: client.accepted[edit["id"]] for edit in again
        }
    assert [row.id for row in history(race.server.folder)] == [row.id for row in race.log]


def test_both_see_what_the_log_says(race):
    newest = {row.verdict.image_sha256: row for row in race.log}
    expected = {
        image: (None if row.verdict.judgement == "clear" else row.verdict.judgement, row.id)
        for image, row in newest.items()
    }
    seen = [client.grid() for client in race.clients]
    assert seen[0] == seen[1]
    assert {image: seen[0][image] for image in newest} == expected
