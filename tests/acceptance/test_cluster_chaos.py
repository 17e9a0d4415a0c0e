"""Kill -9 of workers, schedulers and who asked, at random: the result is that of an undisturbed run; poison is found.

How much, the environment says: `MOFU_CLUSTER_IMAGES` (60), `MOFU_CLUSTER_KILLS` of workers (6), a twentieth of them of
schedulers, a tenth of those who ask; `MOFU_CLUSTER_KILL_EVERY_S` on the average (3); `MOFU_CHAOS_SEED` when and whom.
"""

import os
import random
import shutil
import time
from collections import Counter

import numpy as np
import pytest
from shaken import WORD, Shaken, activations_of, crawled, draw_pictures, order, until

from mofu.db import quarantine
from mofu.library import Library

pytest.importorskip("distributed")

IMAGES = int(os.environ.get("MOFU_CLUSTER_IMAGES", "60"))
KILLS = int(os.environ.get("MOFU_CLUSTER_KILLS", "6"))
EVERY_S = float(os.environ.get("MOFU_CLUSTER_KILL_EVERY_S", "3"))
SEED = int(os.environ.get("MOFU_CHAOS_SEED", "0"))
BACKBONE = os.environ.get("MOFU_CLUSTER_BACKBONE", "fisher")
FLAGS = ("cluster.task_images=16", "cluster.patience_s=600")


@pytest.fixture(scope="module")
def libraries(tmp_path_factory):
    """Twice the same pictures: to be worked on undisturbed, and under attack."""
    folder = tmp_path_factory.mktemp("chaos")
    others = min(150, IMAGES // 3)
    crawled(folder / "raw", draw_pictures(folder / "pictures", IMAGES - others, poison=True), others)
    shutil.copytree(folder / "raw", folder / "undisturbed")
    shutil.copytree(folder / "raw", folder / "disturbed")
    return folder


def poison_of(library):
    """The SHA-256 of the one image that kills."""
    with library.database.read() as session:
        from mofu.db import hits

        rows = hits.of_word(session, library.word(WORD).id)
    (found,) = [row.image_sha256 for row in rows if "poison" in row.url]
    return found


def undisturbed(root):
    """Features and ranking in this process, the poison left out as the other run is to leave it out."""
    with Library.open(root, create=False) as library:
        poison = poison_of(library)
        with library.database.write() as session:
            quarantine.note_deaths(session, poison, "features", quarantine.FATAL, "known before")
        library.features(WORD, backbone=BACKBONE)
        library.rank(WORD, backbone=BACKBONE)
    return poison


def assert_same(found, expected, poison):
    """What an attacked library has become is what the undisturbed one is; the one image that kills is set aside."""
    with Library.open(found, create=False) as library:
        assert [(row.image_sha256, row.stage) for row in library.quarantined()] == [(poison, "features")]
        library.rank(WORD, backbone=BACKBONE)
        report = library.check()
        assert report.is_sound, report.findings
    mine, theirs = order(found), order(expected)
    assert [name for name, _ in mine] == [name for name, _ in theirs]
    assert [score for _, score in mine] == pytest.approx([score for _, score in theirs], abs=1e-4)
    (rows, count), (others, again) = activations_of(found), activations_of(expected)
    assert (count, rows.keys()) == (again, others.keys())
    assert all(np.allclose(rows[name], others[name], atol=1e-4) for name in rows)
    assert poison not in rows


class Attack:
    """Kills at random while work goes on; work that is done meanwhile is looked at, and begun anew."""

    def __init__(self, cluster, folder, poison):
        self.cluster, self.folder, self.poison = cluster, folder, poison
        self.rng = random.Random(SEED)
        self.victims = ["worker"] * KILLS + ["scheduler"] * max(1, KILLS // 20) + ["asked"] * max(1, KILLS // 10)
        self.killed, self.runs = Counter(), 0
        self.rng.shuffle(self.victims)

    def ask(self):
        self.asked = self.cluster.ask("features", WORD, "--backbone", BACKBONE, "--library", self.folder / "disturbed")

    def finish(self):
        until(lambda: self.asked.poll() is not None, "the end of the work", patience_s=3600)
        assert self.asked.returncode == 0, self.cluster.log("asked")
        assert_same(self.folder / "disturbed", self.folder / "undisturbed", self.poison)
        self.runs += 1

    def begin_anew(self):
        self.finish()
        shutil.rmtree(self.folder / "disturbed")
        shutil.copytree(self.folder / "raw", self.folder / "disturbed")
        self.ask()

    def strike(self, victim):
        """Kill one, if it is there to be killed."""
        if victim == "worker":
            return self.cluster.kill_a_worker(self.rng)
        self.cluster.kill(victim)
        if victim == "scheduler":
            self.cluster.begin_scheduler()
        else:
            self.ask()
        return True

    def run(self):
        self.ask()
        while self.victims:
            time.sleep(self.rng.uniform(0.3, 1.7) * EVERY_S)
            if self.asked.poll() is not None:
                self.begin_anew()
            elif self.strike(self.victims[-1]):
                self.killed[self.victims.pop()] += 1
        self.finish()


def test_a_cluster_under_attack_ends_where_an_undisturbed_run_does(libraries):
    began = time.monotonic()
    poison = undisturbed(libraries / "undisturbed")
    with Shaken(libraries, flags=FLAGS, poison=True) as cluster:
        cluster.begin_scheduler()
        cluster.begin_workers()
        attack = Attack(cluster, libraries, poison)
        attack.run()
    print(f"{IMAGES} images, killed {dict(attack.killed)}, {attack.runs} runs done, {time.monotonic() - began:.0f} s")
