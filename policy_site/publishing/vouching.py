"""Who vouches for a site that is being published: signatures, time stamps, and what second places know of its head."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from policy_site.errors import PublishingError, UnreachableError
from policy_site.events.chain import FEED_ADDRESS
from policy_site.publishing.heads import Head, Witness
from policy_site.publishing.signatures import (
    HEAD_NAME,
    MANIFEST_NAME,
    NAMESPACES,
    examine_signature,
    make_stamp_request,
    sign,
)
from policy_site.remote import ask_for_stamp


@dataclass(frozen=True, slots=True)
class Vouching:
    """What the operator asks for."""

    key: Path | None = None
    """Private key, or the public one of a key that an agent holds."""
    authority: str | None = None
    """Address of an authority that stamps times (RFC 3161)."""
    witnesses: tuple[Witness, ...] = ()
    warn: Callable[[str], None] = field(default=lambda _: None)
    """Told of a stamp that could not be had: it keeps no text from taking effect."""

    def is_done(self, site: Path) -> bool:
        """Say whether a site has what is asked for."""
        manifest = (site / MANIFEST_NAME).read_bytes()
        is_stamped = self.authority is None or (site / f"{MANIFEST_NAME}.tsr").is_file()
        return is_stamped and (self.key is None or self._is_signed(site, manifest))

    def vouch(self, site: Path) -> None:
        """Write signatures and time stamps beside the manifest of a site that nobody sees yet."""
        manifest = (site / MANIFEST_NAME).read_bytes()
        if self.key is not None:
            feed = json.loads((site / FEED_ADDRESS).read_bytes())
            head = json.dumps({"feed_url": feed["feed_url"], "head": feed["head"]}, indent=1, sort_keys=True) + "\n"
            (site / HEAD_NAME).write_text(head, encoding="utf-8")
            for name, namespace in NAMESPACES.items():
                content = (site / name).read_bytes()
                (site / f"{name}.sig").write_bytes(sign(content, key=self.key, namespace=namespace))
        if self.authority is not None:
            try:
                stamp = ask_for_stamp(self.authority, make_stamp_request(manifest))
            except UnreachableError as error:
                self.warn(f"The site is not stamped: {error.message} The next build asks again.")
            else:
                (site / f"{MANIFEST_NAME}.tsr").write_bytes(stamp)

    def write_down(self, site: Path) -> None:
        """Write the head of a published site down in the second places."""
        if not self.witnesses:
            return
        head = json.loads((site / FEED_ADDRESS).read_bytes())["head"]
        digest = hashlib.sha256((site / MANIFEST_NAME).read_bytes()).hexdigest()
        for witness in self.witnesses if head else ():
            witness.append(Head(head["seq"], head["hash"]), manifest=digest)

    def _is_signed(self, site: Path, manifest: bytes) -> bool:
        try:
            signature = (site / f"{MANIFEST_NAME}.sig").read_bytes()
        except FileNotFoundError:
            return False
        found = examine_signature(manifest, signature, namespace=NAMESPACES[MANIFEST_NAME], allowed=None)
        return not isinstance(found, str) and (site / f"{HEAD_NAME}.sig").is_file()


def refuse_unsigned(output: Path, vouching: Vouching) -> None:
    """Refuse to put an unsigned site in place of a signed one: :class:`PublishingError`."""
    if vouching.key is None and (output / f"{MANIFEST_NAME}.sig").exists():
        raise PublishingError(
            f"The site in {output} is signed, and this build names no key.",
            remedy=f"Name it with --sign-with, or remove {MANIFEST_NAME}.sig to publish without a signature.",
        )
