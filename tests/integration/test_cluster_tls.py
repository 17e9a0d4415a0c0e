"""A cluster with certificates: who has those of its authority works with it, everybody else is turned away unheard."""

import socket
import ssl
import stat

import pytest

from mofu.errors import InvalidInputError, InvalidSettingError, MissingError
from mofu.settings import load_settings

distributed = pytest.importorskip("distributed")
pytest.importorskip("cryptography")

from mofu.workers.cluster import placement  # noqa: E402 - they need the extra
from mofu.workers.cluster.certificates import make_certificates  # noqa: E402
from mofu.workers.cluster.tasks import mofu_version  # noqa: E402
from mofu.workers.cluster.tls import AUTHORITY, ROLES, certificate_file, key_file, security_of  # noqa: E402


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    """Certificates of another authority."""
    folder = tmp_path_factory.mktemp("foreign")
    make_certificates(folder)
    return folder


@pytest.fixture(scope="module")
def port(certificates):
    """Where a cluster with certificates listens."""
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tls", host="127.0.0.1", scheduler_port=0,
        dashboard_address="127.0.0.1:0", security=security_of("tls://127.0.0.1:0", certificates, ROLES),
    ) as cluster:  # fmt: skip
        yield int(cluster.scheduler_address.rsplit(":", 1)[1])


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Whoever is turned away would try again for some seconds."""
    monkeypatch.setattr(placement, "CONNECT_S", 2.0)
    yield
    placement.close_all()


def settings(address, folder=None):
    return load_settings(None, [f"cluster.where={address}", *([f"cluster.tls={folder}"] if folder else [])])


def test_whoever_has_the_certificates_works_with_it(port, certificates):
    connection = placement.connected(settings(f"tls://127.0.0.1:{port}", certificates))
    assert connection.is_private
    assert list(connection.client.run(mofu_version).values()) == [mofu_version()]


def test_a_plain_client_is_turned_away(port):
    with pytest.raises(MissingError, match="no scheduler answers"):
        placement.connected(settings(f"tcp://127.0.0.1:{port}"))


def test_a_client_of_another_authority_is_turned_away(port, foreign):
    with pytest.raises(MissingError, match="no scheduler answers"):
        placement.connected(settings(f"tls://127.0.0.1:{port}", foreign))


def test_a_client_without_a_certificate_is_turned_away(port, certificates):
    context = ssl.create_default_context(cafile=certificate_file(certificates, AUTHORITY))
    context.check_hostname = False
    with socket.create_connection(("127.0.0.1", port), 30) as plain:
        try:
            with context.wrap_socket(plain) as wrapped:
                assert wrapped.recv(1) == b""
        except (ssl.SSLError, ConnectionError):
            pass  # turned away in the handshake, or right after it as TLS 1.3 has it


def test_keys_are_for_their_owner_alone(certificates):
    assert {stat.S_IMODE(key_file(certificates, role).stat().st_mode) for role in ROLES} == {0o600}


def test_no_key_of_the_authority_is_kept(certificates):
    assert sorted(path.name for path in certificates.iterdir()) == sorted(
        [f"{AUTHORITY}.pem", *(f"{role}{suffix}" for role in ROLES for suffix in (".key", ".pem"))]
    )


def test_certificates_are_not_overwritten(certificates):
    before = certificate_file(certificates, AUTHORITY).read_bytes()
    with pytest.raises(InvalidInputError, match=r"ca\.pem exists: name another folder"):
        make_certificates(certificates)
    assert certificate_file(certificates, AUTHORITY).read_bytes() == before


def test_tls_without_certificates_and_certificates_without_tls_are_contradictions(certificates):
    with pytest.raises(InvalidSettingError, match=r"without cluster\.tls: set it to a folder"):
        security_of("tls://host:1", None, ("client",))
    with pytest.raises(InvalidSettingError, match="say tls://host:1, or unset cluster"):
        security_of("tcp://host:1", certificates, ("client",))


def test_a_certificate_that_is_not_there_is_named(tmp_path):
    with pytest.raises(MissingError, match=r"no certificate at .*ca\.pem: `mofu cluster certs` makes"):
        security_of("tls://host:1", tmp_path, ("client",))
