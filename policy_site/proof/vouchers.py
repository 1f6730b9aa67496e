"""What others vouch for: signatures, time stamps, and heads that were written down elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from policy_site.errors import UnreachableError
from policy_site.events.chain import FEED_ADDRESS
from policy_site.events.published import PublishedFeed
from policy_site.proof.differences import Cause, Difference
from policy_site.proof.files import SiteFiles
from policy_site.publishing.heads import Witness, find_forks
from policy_site.publishing.signatures import (
    HEAD_NAME,
    MANIFEST_NAME,
    NAMESPACES,
    examine_signature,
    examine_stamp,
)


def examine_vouchers(
    files: SiteFiles, *, signers: Path | None = None, authorities: Path | None = None
) -> Iterator[Difference]:
    """Say where a signature or time stamp does not fit; of ``signers`` and ``authorities``, there must be one."""
    for name, namespace in NAMESPACES.items():
        yield from _examine_signature(files, name, namespace, signers)
    yield from _compare_signed_head(files)
    manifest, stamp = _read(files, MANIFEST_NAME), _read(files, f"{MANIFEST_NAME}.tsr")
    if stamp is None or manifest is None:
        if authorities is not None:
            yield Difference(Cause.SIGNATURE, f"{MANIFEST_NAME}.tsr", "There is no time stamp.")
        return
    at, fault = examine_stamp(manifest, stamp, authorities=authorities)
    if fault and (authorities is not None or not at):
        yield Difference(Cause.SIGNATURE, f"{MANIFEST_NAME}.tsr", f"The time stamp does not hold: {fault}.")
    else:
        told = f"An authority saw the manifest on {at}{'; ' + fault if fault else ''}."
        yield Difference(Cause.SIGNATURE, f"{MANIFEST_NAME}.tsr", told, counts=False)


def compare_heads(witnesses: Sequence[Witness], feed: PublishedFeed | None) -> Iterator[Difference]:
    """Say where heads that others wrote down are not in the change feed."""
    for witness in witnesses:
        heads = witness.read()
        if not heads:
            yield Difference(Cause.FORK, FEED_ADDRESS, f"No head is written down at {witness.place}.", counts=False)
        for fork in find_forks(heads, feed.records if feed else ()):
            yield Difference(Cause.FORK, FEED_ADDRESS, f"{witness.place} was shown another change feed: {fork}")


def _examine_signature(files: SiteFiles, name: str, namespace: str, signers: Path | None) -> Iterator[Difference]:
    content, signature = _read(files, name), _read(files, f"{name}.sig")
    if signature is None or content is None:
        is_torn = content is None and signature is not None
        if signers is not None or is_torn or (content is not None and name == HEAD_NAME):
            fact = "What it signs is not there." if is_torn else f"There is no signature of {name}."
            yield Difference(Cause.SIGNATURE, f"{name}.sig", fact)
        return
    found = examine_signature(content, signature, namespace=namespace, allowed=signers)
    if isinstance(found, str):
        yield Difference(Cause.SIGNATURE, f"{name}.sig", f"The signature does not hold: {found}.")
    elif signers is None:
        told = f"The key {found.key} signed it; nobody said who is believed (--signed-by)."
        yield Difference(Cause.SIGNATURE, f"{name}.sig", told, counts=False)


def _compare_signed_head(files: SiteFiles) -> Iterator[Difference]:
    signed, feed = _read(files, HEAD_NAME), _read(files, FEED_ADDRESS)
    if signed is None or feed is None:
        return
    try:
        pair = [json.loads(content) for content in (signed, feed)]
        heads = [one.get("head") if isinstance(one, dict) else None for one in pair]
    except (ValueError, RecursionError):
        heads = [None, ""]
    if heads[0] != heads[1]:
        yield Difference(Cause.ALTERED, HEAD_NAME, "The head that is signed is not the head of the change feed.")


def _read(files: SiteFiles, name: str) -> bytes | None:
    if files.names is not None and name not in files.names:
        return None
    try:
        return files.read(name)
    except UnreachableError:
        return None
