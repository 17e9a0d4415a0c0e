"""Kill -9 of workers, schedulers and who asked, at random: the result is that of an undisturbed run; poison is found.

How much, the environment says: `MOFU_CLUSTER_IMAGES` (60), `MOFU_CLUSTER_KILLS` of workers (6), a twentieth of them of
schedulers, a tenth of those who ask; `MOFU_CLUSTER_KILL_EVERY_S` on the average (3); `MOFU_CHAOS_SEED` when and whom.
"""

import os
import random
import shutil
import time

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
    others = IMAGES // 3
    pictures = draw_pictures(folder / "pictures", IMAGES - others, others, poison=True)
    crawled(folder / "undisturbed", pictures, others)
    shutil.copytree(folder / "undisturbed", folder / "disturbed")
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


def attack(cluster, root):
    """Kill at random while the work goes on, and on until it is done; how often whom."""
    rng = random.Random(SEED)
    victims = ["worker"] * KILLS + ["scheduler"] * max(1, KILLS // 20) + ["asked"] * max(1, KILLS // 10)
    rng.shuffle(victims)
    killed = dict.fromkeys(victims, 0)
    command = ("features", WORD, "--backbone", BACKBONE, "--library", root)
    asked = cluster.ask(*command)
    while victims:
        time.sleep(rng.uniform(0.3, 1.7) * EVERY_S)
        victim = victims[-1]
        if victim == "worker" and not cluster.kill_a_worker(rng):
            continue
        if victim == "scheduler":
            cluster.kill("scheduler")
            cluster.begin_scheduler()
        if victim == "asked" and asked.poll() is None:
            cluster.kill("asked")
            asked = cluster.ask(*command)
        if asked.poll() is not None:  # done before all were killed: there is nothing to disturb but to find it done
            assert asked.returncode == 0, cluster.log("asked")
            asked = cluster.ask(*command)
        killed[victims.pop()] += 1
    until(lambda: asked.poll() is not None, "the end of the work", patience_s=3600)
    assert asked.returncode == 0, cluster.log("asked")
    return killed


def test_a_cluster_under_attack_ends_where_an_undisturbed_run_does(libraries):
    began = time.monotonic()
    poison = undisturbed(libraries / "undisturbed")
    disturbed = libraries / "disturbed"
    with Shaken(libraries, flags=FLAGS, poison=True) as cluster:
        cluster.begin_scheduler()
        cluster.begin_workers()
        killed = attack(cluster, disturbed)
    with Library.open(disturbed, create=False) as library:
        assert [(row.image_sha256, row.stage) for row in library.quarantined()] == [(poison, "features")]
        library.rank(WORD, backbone=BACKBONE)
        report = library.check()
        assert report.is_sound, report.findings
    expected, found = order(libraries / "undisturbed"), order(disturbed)
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert [score for _, score in found] == pytest.approx([score for _, score in expected], abs=1e-4)
    (one, count), (other, again) = activations_of(libraries / "undisturbed"), activations_of(disturbed)
    assert count == again
    assert one.keys() == other.keys()
    assert all(np.allclose(one[name], other[name], atol=1e-4) for name in one)
    assert poison not in other
    print(f"{IMAGES} images, killed: {killed}, {time.monotonic() - began:.0f} s")
