"""An address and a folder of certificates → how a cluster's connections are secured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mofu.errors import InvalidSettingError, MissingError

ENCRYPTED = "tls://"
AUTHORITY = "ca"
ROLES = ("scheduler", "worker", "client")


def certificate_file(folder: Path, name: str) -> Path:
    """Where the certificate of a role, or of the authority, lies."""
    return folder / f"{name}.pem"


def key_file(folder: Path, name: str) -> Path:
    """Where its key lies, readable by its owner alone."""
    return folder / f"{name}.key"


def security_of(address: str, folder: Path | None, roles: tuple[str, ...]) -> Any:
    """Dask's `Security` for a scheduler's address: encryption required, both sides prove themselves; or None for tcp.

    Args:
        address: tcp://… or tls://….
        folder: cluster.tls.
        roles: what this process is: its certificates must be there.

    Raises:
        InvalidSettingError: the address and cluster.tls contradict each other.
        MissingError: a certificate is not in the folder.
    """
    from distributed import Security

    if not address.startswith(ENCRYPTED):
        if folder is not None:
            meant = ENCRYPTED + address.partition("://")[2]
            raise InvalidSettingError(f"{address} with cluster.tls={folder}: say {meant}, or unset cluster.tls")
        return None
    if folder is None:
        raise InvalidSettingError(f"{address} without cluster.tls: set it to a folder made by `mofu cluster certs`")
    files: dict[str, str] = {"tls_ca_file": _existing(certificate_file(folder, AUTHORITY))}
    for role in roles:
        files[f"tls_{role}_cert"] = _existing(certificate_file(folder, role))
        files[f"tls_{role}_key"] = _existing(key_file(folder, role))
    return Security(require_encryption=True, **files)


def _existing(file: Path) -> str:
    if not file.is_file():
        made = f"{AUTHORITY}.pem and those of {', '.join(ROLES)}"
        raise MissingError(f"no certificate at {file}: `mofu cluster certs` makes {made}; copy them there")
    return str(file.resolve())
