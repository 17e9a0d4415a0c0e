"""A script works on a server's library as on its own: over real HTTP, and once with a worker that builds."""

import contextlib
import re
import subprocess
import sys
import threading
import zipfile

import pytest
from serving import BUILT, copied, entered, serving
from werkzeug.serving import make_server

import mofu
from mofu import errors
from mofu.db.people import Role
from mofu.library import Library
from mofu.workers import entering

pytestmark = pytest.mark.both_databases

SECONDS = 120
"""Long enough for a build on any machine; nothing is asserted of how long it took."""


def token(library, role):
    owner = entered(library.workshop, "admin", "owner").user
    return entering.make_token(library.workshop, owner.name, owner.id, "script", Role(role)).secret


@pytest.fixture(scope="module")
def served(demo_library, tmp_path_factory):
    """The address of a library without a worker, and the library."""
    folder = copied(demo_library, tmp_path_factory.mktemp("client") / "library")
    with serving(folder) as app:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.port}", app.extensions["mofu"]
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def connected(served):
    """`connected("viewer")`: a client of a role."""
    with contextlib.ExitStack() as stack:
        yield lambda role="curator": stack.enter_context(mofu.connect(served[0], token(served[1], role)))


def test_words_are_those_of_the_library_oldest_first(served, connected):
    assert [word.slug for word in connected("viewer").words()] == [word.slug for word in served[1].words()]


def test_a_word_is_found_by_its_text_or_its_slug(connected):
    library = connected("viewer")
    assert library.word("もふもふ") == library.word(library.word("もふもふ").slug)
    with pytest.raises(errors.UnknownNameError, match="ざらざら"):
        library.word("ざらざら")


def test_a_dataset_is_the_same_as_the_library_s_own(served, connected):
    own, remote = served[1].dataset("もふもふ"), connected("viewer").dataset("もふもふ")
    told = [(i.rank, i.score, i.sha256, i.search_position, i.record.license, i.record.url) for i in own]
    assert [(i.rank, i.score, i.sha256, i.search_position, i.license, i.url) for i in remote] == told
    assert [image.rank for image in remote.top(3)] == [1, 2, 3]
    assert len(remote) == len(own)


def test_a_table_has_the_columns_of_one_s_own_but_the_path(served, connected):
    pandas = pytest.importorskip("pandas")
    own, remote = served[1].dataset("もふもふ").to_pandas(), connected("viewer").dataset("もふもふ").to_pandas()
    pandas.testing.assert_frame_equal(remote, own.drop(columns="path"), check_dtype=False)


def test_verdicts_are_given_read_and_taken_back(served, connected):
    library = connected("annotator")
    image = library.dataset("ぶつぶつ").images[0].sha256
    assert library.verdict("ぶつぶつ", image, "reject").judgement == "reject"
    assert library.verdicts("ぶつぶつ") == {image: "reject"}
    assert served[1].verdicts("ぶつぶつ")[image].who == "owner"
    library.verdict("ぶつぶつ", image, "clear")
    assert library.verdicts("ぶつぶつ") == {}
    with pytest.raises(errors.InvalidInputError):
        library.verdict("ぶつぶつ", "0" * 64, "accept")


def test_a_correction_moves_what_was_judged_and_is_made_current(connected):
    library = connected()
    correction = library.correct("しましま")
    worst = correction.preview().order[-1].image
    assert set(correction.next_to_judge(3)) <= {standing.image for standing in correction.preview().order}
    library.verdict("しましま", worst, "accept")
    corrected = correction.preview()
    rank = next(standing.rank for standing in corrected.order if standing.image == worst)
    assert rank < len(corrected.order)
    correction.save()
    assert next(i.rank for i in library.dataset("しましま") if i.sha256 == worst) == rank


def test_similar_images_come_the_most_similar_first(connected):
    library = connected("viewer")
    image = library.dataset("もふもふ").images[0].sha256
    found = library.similar("もふもふ", image, n=5)
    cosines = [each.cosine for each in found]
    assert len(found) == 5
    assert cosines == sorted(cosines, reverse=True)
    assert image not in [each.sha256 for each in found]


def test_words_are_told_apart(connected):
    found = connected("viewer").discriminate("", ["もふもふ", "しましま"], images=10)
    assert sorted(word.text for word, _ in found.classes) == ["しましま", "もふもふ"]
    assert found.low <= found.by_activations.accuracy <= found.high
    with pytest.raises(errors.MissingError):
        connected("viewer").discriminate("", ["もふもふ", "ざらざら"], images=10)


def test_visualness_is_a_table_of_all_words(connected):
    pytest.importorskip("pandas")
    assert set(connected("viewer").visualness()["word"]) == {"もふもふ", "ぶつぶつ", "しましま"}


def test_jobs_are_asked_for_looked_at_cancelled_and_resumed(connected):
    library = connected()
    job = library.build("きらきら", source="demo", n=5, wait=False)
    assert (job.verb, job.state, library.job(job.id)) == ("build", "queued", job)
    assert library.build("きらきら", source="demo", n=5, wait=False).id == job.id
    assert job in library.jobs(state="queued")
    assert library.cancel_job(job.id).state == "cancelled"
    with pytest.raises(errors.ConflictError):
        library.cancel_job(job.id)
    with pytest.raises(errors.InterruptedWork, match=f"job {job.id}"):
        library.wait(library.job(job.id))
    assert library.resume_job(job.id).state == "queued"
    library.cancel_job(job.id)
    with pytest.raises(errors.UnknownNameError):
        library.job(10**6)


def test_a_word_is_put_away_and_brought_back(connected):
    library = connected()
    library.delete("ぶつぶつ")
    assert [word.text for word in library.deleted()] == ["ぶつぶつ"]
    with pytest.raises(errors.MofuError):
        library.dataset("ぶつぶつ")
    library.restore("ぶつぶつ")
    assert library.dataset("ぶつぶつ").images


def test_purging_takes_an_administrator_and_the_word_itself(connected):
    library = connected()
    library.delete("ぶつぶつ")
    with pytest.raises(errors.UsageError, match="role"):
        library.purge("ぶつぶつ", confirm="ぶつぶつ")
    with pytest.raises(errors.UsageError, match="nothing was purged"):
        connected("admin").purge("ぶつぶつ", confirm="もふもふ")
    library.restore("ぶつぶつ")


def test_a_role_may_no_more_through_the_client_than_on_the_pages(connected):
    library = connected("viewer")
    with pytest.raises(errors.UsageError, match="role"):
        library.build("きらきら", source="demo")
    with pytest.raises(errors.UsageError, match="role"):
        library.verdict("もふもふ", "0" * 64, "accept")


def test_a_token_that_is_none_says_so(served):
    with mofu.connect(served[0], "mofu_nobody") as library, pytest.raises(errors.MissingKeyError):
        library.words()


@contextlib.contextmanager
def server_with_worker(folder):
    """`mofu serve` in a process of its own, with the worker beside it; gives its address."""
    flags = [f"--set={section}.{name}={value}" for section, values in BUILT.items() for name, value in values.items()]
    command = [sys.executable, "-m", "mofu", "serve", "--library", str(folder), "--port", "0", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield re.match(r"http://[^/]+", process.stdout.readline())[0]
        finally:
            process.terminate()
            process.wait(SECONDS)


def test_a_script_builds_and_exports_on_a_server(demo_library, tmp_path):
    folder = copied(demo_library, tmp_path / "library")
    with Library.open(folder, create=False) as own:
        secret = token(own, "curator")
    seen = []
    with server_with_worker(folder) as address, mofu.connect(address, secret) as library:
        dataset = library.build("きらきら", source="demo", n=20, progress=seen.append)
        file = dataset.top(5).export(tmp_path / "きらきら.zip")
    assert seen[-1].state == "done"
    assert len(dataset) >= 5
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert sum(name.startswith("images/") for name in names) == 5
    assert "metadata.jsonl" in names
