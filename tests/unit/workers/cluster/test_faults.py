"""Errors that travel: each arrives as what it was, or as the nearest that a message alone can make."""

import inspect

import pytest

from mofu import errors
from mofu.errors import MofuError, QuotaPausedError, UnknownNameError, UsageError
from mofu.workers.cluster.tasks import REGISTRY, Fault, load_tasks, task

PLAIN = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, MofuError) and kind not in (QuotaPausedError, UnknownNameError)
]  # fmt: skip


@pytest.mark.parametrize("kind", PLAIN)
def test_an_error_arrives_as_what_it_was(kind):
    arrived = Fault.of(kind("what went wrong")).error()
    assert (type(arrived), str(arrived)) == (kind, "what went wrong")


def test_a_quota_keeps_its_end():
    arrived = Fault.of(QuotaPausedError("later", 99.5)).error()
    assert isinstance(arrived, QuotaPausedError)
    assert arrived.until == 99.5


def test_an_error_made_of_more_than_a_message_arrives_as_its_parent():
    arrived = Fault.of(UnknownNameError("word", "fluffy", ["furry"])).error()
    assert type(arrived) is UsageError
    assert "unknown word 'fluffy'" in str(arrived)


def test_an_error_of_another_place_arrives_as_the_root():
    assert type(Fault("NotOfTheTree", "odd").error()) is MofuError


def test_a_name_can_be_taken_once():
    load_tasks()
    with pytest.raises(ValueError, match="task 'features' is registered twice"):
        task("features")(REGISTRY["features"])
