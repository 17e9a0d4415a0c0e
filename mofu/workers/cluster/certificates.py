"""A folder → an authority of one's own, and the certificates by which a cluster's parts know each other."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mofu.errors import InvalidInputError
from mofu.workers.cluster.tls import AUTHORITY, ROLES, certificate_file, key_file

VALID = timedelta(days=825)
"""As long as browsers accept certificates of one's own; then all are made anew, together."""


def make_certificates(folder: Path) -> None:
    """Make an authority and a certificate for each role; the authority's key is thrown away, so that it signs no more.

    Raises:
        InvalidInputError: the folder holds certificates already: whoever has a copy of them would be shut out.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = [name for name in (AUTHORITY, *ROLES) if certificate_file(folder, name).exists()]
    if there:
        raise InvalidInputError(
            f"{certificate_file(folder, there[0])} exists: name another folder, or remove it and give the new "
            "certificates to every machine"
        )
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _signed(AUTHORITY, authority_key, None, authority_key)
    for role in ROLES:
        key = ec.generate_private_key(ec.SECP256R1())
        _write_key(key_file(folder, role), key)
        _write(certificate_file(folder, role), _signed(role, key, authority, authority_key))
    _write(certificate_file(folder, AUTHORITY), authority)


def _signed(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate | None,
    authority_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"mofu {name}")])
    public, now = key.public_key(), datetime.now(UTC)
    signer = authority_key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(authority.subject if authority else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(ca=authority is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
        .add_extension(_usage(is_authority=authority is None), critical=True)
    )
    return builder.sign(authority_key, hashes.SHA256())


def _usage(*, is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _write(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
