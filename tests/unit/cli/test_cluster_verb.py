"""`mofu cluster`: what is refused before anything listens, and certificates."""

from pathlib import Path

import pytest
from cli_calls import Mofu

pytest.importorskip("distributed")
pytest.importorskip("cryptography")


def test_nothing_listens_on_a_network_without_certificates(mofu: Mofu) -> None:
    said = mofu("cluster", "start", "--host", "0.0.0.0")
    assert said.code == 2
    assert "whoever reaches it could run anything on every worker" in said.err
    assert "--plain" in said.err


def test_certificates_that_are_not_there_are_named(mofu: Mofu) -> None:
    said = mofu("cluster", "start", "--set", "cluster.tls=nowhere", "--no-workers")
    assert said.code == 4
    assert "no certificate at nowhere/ca.pem" in said.err


def test_certificates_are_made_and_listed(mofu: Mofu, tmp_path: Path) -> None:
    (made,) = mofu("cluster", "certs", "certificates", "--json").json
    assert [Path(name).name for name in made["certificates"]] == ["ca.pem", "scheduler.pem", "worker.pem", "client.pem"]
    assert all((tmp_path / name).is_file() for name in made["certificates"])


def test_an_address_that_is_none_is_refused(mofu: Mofu) -> None:
    said = mofu("cluster", "status", "--set", "cluster.where=somewhere")
    assert said.code == 2
    assert "cluster.where" in said.err
