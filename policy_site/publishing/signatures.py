"""What vouches for a site beside its manifest: none of it is named there, since it is made of it."""

from __future__ import annotations

HEAD_NAME = "changes/v1/head.json"
"""The newest event of the change feed, as it is signed."""
SIGNED = ("manifest.json.sig", "manifest.json.tsr", HEAD_NAME, f"{HEAD_NAME}.sig")
"""Signatures (of ``ssh-keygen -Y sign``) and time stamps (RFC 3161)."""
MANIFEST_NAMESPACE = "policy-site-manifest"
HEAD_NAMESPACE = "policy-site-head"
"""What a signature was made for (``-n`` of ssh-keygen): one of a manifest is none of anything else."""
