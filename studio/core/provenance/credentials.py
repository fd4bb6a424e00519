"""Content credentials (C2PA): a picture signed on this machine, with a certificate of its own.

Optional: signing makes bytes that differ each time. No connection is opened, so the signature has
no trusted time, and readers say truthfully that they do not know the signer.
"""

import datetime
import io
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from studio import paths
from studio.core.events import Refused
from studio.core.provenance.record import Record
from studio.core.provenance.xmp import source_type

KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".mp4": "video/mp4",
}
CHAIN, KEY = "certificates.pem", "key.pem"
YEARS = 10
NAME = "Atelier local signer"
SETTINGS = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
_making = threading.Lock()  # two exports at once make one certificate


@dataclass(frozen=True)
class Seal:
    """What a reader found in a file: whether its credentials are "valid" (nothing was changed since
    they were written), "invalid", or "none" are there; that in a sentence; and the source type.
    """

    state: Literal["valid", "invalid", "none"]
    text: str
    source: str = ""


def mime_of(name: str) -> str | None:
    """Return the kind of a file by its name, None where such files are not signed."""
    return KINDS.get(Path(name).suffix.lower())


def signed(data: bytes, mime: str, record: Record) -> bytes:
    """Return a file's bytes with content credentials: what was done, of what, by which program.

    Raises Refused where the certificate can't be made or the file can't be signed.
    """
    import c2pa

    chain, key = certificate(paths.settings() / "credentials")
    info = c2pa.C2paSignerInfo(b"es256", chain, key, None)
    made = io.BytesIO()
    try:
        with (
            _context() as context,
            c2pa.Signer.from_info(info) as signer,
            c2pa.Builder(manifest(record, mime), context) as builder,
        ):
            builder.sign(signer, mime, io.BytesIO(data), made)
    except c2pa.C2paError as error:
        raise Refused(f"The file can't be signed: {str(error)[:200]}.") from None
    return made.getvalue()


def _context() -> Any:
    import c2pa

    return c2pa.Context(c2pa.Settings.from_dict(SETTINGS))


def manifest(record: Record, mime: str) -> dict[str, Any]:
    """Return what is signed. It names no user, no host and no path."""
    action: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": source_type(record)}
    actions = [action]
    if record.sources:
        actions.append({"action": "c2pa.edited", "parameters": {"description": record.title}})
    name, _, version = record.program.partition(" ")
    said = record.brief().model_copy(update={"sources": ()})
    hashes = [source.pixels for source in record.sources if source.pixels]
    return {
        "claim_generator_info": [{"name": name, "version": version}],
        "title": record.title or "Picture",
        "format": mime,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {
                "label": "org.atelier.record",
                "data": {"record": said.text(), "made_from_pixels_sha256": hashes},
            },
        ],
    }


def certificate(folder: Path) -> tuple[bytes, bytes]:
    """Return the certificates and the key of this installation, PEM; made when first asked for.

    The key is readable by its owner only. Raises Refused where the folder refuses.
    """
    with _making:
        try:
            if not (folder / CHAIN).is_file() or not (folder / KEY).is_file():
                _make(folder)
            return (folder / CHAIN).read_bytes(), (folder / KEY).read_bytes()
        except OSError as error:
            raise Refused(
                f"The certificate for content credentials can't be kept in {folder}:"
                f" {error.strerror or error}."
            ) from None


def _make(folder: Path) -> None:
    chain, key = _certificates()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / KEY).unlink(missing_ok=True)
    handle = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
    (folder / CHAIN).write_bytes(chain)


def _certificates() -> tuple[bytes, bytes]:
    """Return PEM of an end-entity certificate and its authority (P-256), and the former's key.

    The authority's key is thrown away: nothing else can ever be signed by it.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate(f"{NAME} authority", root, f"{NAME} authority", root, None)
    own = _certificate(NAME, leaf, f"{NAME} authority", root, authority)
    pem = serialization.Encoding.PEM
    key = leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return own.public_bytes(pem) + authority.public_bytes(pem), key


def _certificate(subject: str, key: Any, issuer: str, signer: Any, authority: Any) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    root = authority is None
    usage = x509.KeyUsage(
        digital_signature=not root, key_cert_sign=root, crl_sign=root, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=root, path_length=0 if root else None), True)
        .add_extension(usage, True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
    )
    if not root:
        email = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(email, False)
    return made.sign(signer, hashes.SHA256())


def _name(text: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, text),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Atelier"),
        ]
    )


def sealed(path: Path) -> Seal:
    """Return what the content credentials of a file say; raise Refused for one not there."""
    import c2pa

    mime = mime_of(path.name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} can't be read: {error.strerror or error}.") from None
    if mime is None or b"c2pa" not in data:
        return Seal("none", "It has no content credentials.")
    try:
        with _context() as context, c2pa.Reader(mime, io.BytesIO(data), None, context) as reader:
            found = json.loads(reader.json())
    except (c2pa.C2paError, ValueError):
        return Seal("invalid", "Its content credentials can't be read.")
    return _told(found)


def _told(found: dict[str, Any]) -> Seal:
    active = found.get("manifests", {}).get(found.get("active_manifest"), {})
    source = ""
    for assertion in active.get("assertions", []):
        for action in assertion.get("data", {}).get("actions", []):
            source = source or str(action.get("digitalSourceType", ""))
    if found.get("validation_state") not in ("Valid", "Trusted"):
        codes = [str(each.get("code", "")) for each in found.get("validation_status", [])]
        told = [code for code in codes if code != "signingCredential.untrusted"]
        words = f"Its content credentials do not fit: {', '.join(told[:3]) or 'it was changed'}."
        return Seal("invalid", words, source)
    known = "" if found.get("validation_state") == "Trusted" else " by a signer nobody vouches for"
    return Seal("valid", f"Its content credentials fit: signed{known}, unchanged since.", source)
