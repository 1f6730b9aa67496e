"""What vouches for a site beside its manifest: signatures and time stamps. The only door to ssh-keygen and openssl.

None of it is named in the manifest, since it is made of it. Keys are the operator's: this program is told where one is,
hands it to ``ssh-keygen -Y sign``, and never reads it.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from policy_site.errors import UsageError

MANIFEST_NAME = "manifest.json"
HEAD_NAME = "changes/v1/head.json"
"""The newest event of the change feed, as it is signed."""
SIGNED = (f"{MANIFEST_NAME}.sig", f"{MANIFEST_NAME}.tsr", HEAD_NAME, f"{HEAD_NAME}.sig")
"""Signatures (of ``ssh-keygen -Y sign``) and time stamps (RFC 3161)."""
NAMESPACES = {MANIFEST_NAME: "policy-site-manifest", HEAD_NAME: "policy-site-head"}
"""What a signature was made for (``-n`` of ssh-keygen): one of a manifest is none of anything else."""
_SECONDS = 60
"""Of one run: whoever waits for a passphrase that nobody types is stopped."""
_KEY = re.compile(r"with (?P<kind>[\w-]+) key (?P<print>SHA256:[\w+/=]+)")
_STAMPED = re.compile(r"^Time stamp: (?P<at>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that fits what was signed."""

    key: str
    """Fingerprint: ``SHA256:…``."""
    signer: str | None
    """As the list of allowed signers names whoever signed; ``None`` where no list was given."""


def sign(content: bytes, *, key: Path, namespace: str) -> bytes:
    """Sign with a private key, or with the one that an agent has for a public key; :class:`UsageError` where not."""
    done = _run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", namespace], content)
    if done.returncode != 0 or not done.stdout.startswith(b"-----BEGIN SSH SIGNATURE-----"):
        raise UsageError(
            f"{key} does not sign: ssh-keygen says {_last_line(done.stderr)!r}.",
            remedy="Name a private key without a passphrase that only its owner can read, or the public key of one that"
            " ssh-agent holds.",
        )
    return done.stdout


def examine_signature(content: bytes, signature: bytes, *, namespace: str, allowed: Path | None) -> Signature | str:
    """Return a signature that fits, or why it does not: a part of a sentence.

    ``allowed``: a list of allowed signers, as ssh-keygen(1) describes it. Without one, anybody's key is enough.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "signature"
        place.write_bytes(signature)
        if allowed is None:
            done = _run(["ssh-keygen", "-Y", "check-novalidate", "-n", namespace, "-s", str(place)], content)
            found = _KEY.search(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None
            return Signature(found["print"], None) if found else f"ssh-keygen says {_last_line(done.stderr)!r}"
        named = _run(["ssh-keygen", "-Y", "find-principals", "-f", str(allowed), "-s", str(place)], b"")
        for signer in named.stdout.decode("utf-8", "replace").splitlines() if named.returncode == 0 else ():
            command = [
                "ssh-keygen",
                "-Y",
                "verify",
                "-f",
                str(allowed),
                "-I",
                signer,
                "-n",
                namespace,
                "-s",
                str(place),
            ]
            done = _run(command, content)
            found = _KEY.search(done.stdout.decode("utf-8", "replace")) if done.returncode == 0 else None
            if found:
                return Signature(found["print"], signer)
        return "nobody on the list of allowed signers signed this"


def make_stamp_request(content: bytes) -> bytes:
    """Return what an authority is asked with for a time stamp (RFC 3161), by SHA-256, its certificate included."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "content"
        place.write_bytes(content)
        done = _run(["openssl", "ts", "-query", "-data", str(place), "-sha256", "-cert"], b"")
    if done.returncode != 0 or not done.stdout:
        raise UsageError(
            f"openssl makes no request: {_last_line(done.stderr)!r}.", remedy="Install OpenSSL 1.1 or newer."
        )
    return done.stdout


def examine_stamp(content: bytes, stamp: bytes, *, authorities: Path | None) -> tuple[str, str]:
    """Return when an authority saw ``content``, as openssl writes it, and why that is not proven; empty where it is.

    ``authorities``: certificates in PEM of those who are believed. Without them, nothing but the form is looked at.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer, data = Path(folder) / "answer", Path(folder) / "content"
        answer.write_bytes(stamp)
        data.write_bytes(content)
        shown = _run(["openssl", "ts", "-reply", "-in", str(answer), "-text"], b"")
        found = _STAMPED.search(shown.stdout.decode("utf-8", "replace")) if shown.returncode == 0 else None
        if found is None:
            return "", "it is no time stamp"
        if authorities is None:
            return found["at"], "nobody said which authority is believed"
        command = ["openssl", "ts", "-verify", "-data", str(data), "-in", str(answer), "-CAfile", str(authorities)]
        done = _run(command, b"")
        return found["at"], "" if done.returncode == 0 else f"openssl says {_last_line(done.stderr)!r}"


def _run(command: Sequence[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "SSH_ASKPASS": "false", "SSH_ASKPASS_REQUIRE": "force", "LC_ALL": "C", "TZ": "UTC"}
    with suppress(KeyError):
        del environment["OPENSSL_CONF"]  # what another program set for itself
    try:
        return subprocess.run(  # noqa: S603 - a list of ours, no shell; paths are the operator's
            command, input=content, capture_output=True, check=False, timeout=_SECONDS, env=environment
        )
    except FileNotFoundError:
        raise UsageError(
            f"{command[0]} is not installed.", remedy="Install OpenSSH 8.2 or newer, and OpenSSL."
        ) from None
    except subprocess.TimeoutExpired:
        raise UsageError(f"{command[0]} does not answer.", remedy="Name a key without a passphrase.") from None


def _last_line(complaint: bytes) -> str:
    return (complaint.decode("utf-8", "replace").strip().splitlines() or ["nothing"])[-1][:200]
