"""HTML written from blocks: the one way in which policy text becomes HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from policy_site.documents.cleaning import VOID
from policy_site.model import Block, Container, Mark, Span


def emit(blocks: Iterable[Block]) -> str:
    """Return the HTML of ``blocks``; neighbours share the containers whose ordinals are equal."""
    parts: list[str] = []
    path: tuple[Container, ...] = ()
    for block in blocks:
        shared = _shared_depth(path, block.containers)
        parts.extend(f"</{container.tag}>" for container in reversed(path[shared:]))
        if parts:
            parts.append("\n")
        parts.extend(f"<{container.tag}{_attributes(container.attributes)}>" for container in block.containers[shared:])
        path = block.containers
        parts.append(emit_block(block))
    parts.extend(f"</{container.tag}>" for container in reversed(path))
    return "".join(parts)


def emit_block(block: Block) -> str:
    """Return the HTML of one block without its containers."""
    if not block.tag:
        return emit_spans(block.spans)
    start = f"<{block.tag}{_attributes(block.attributes)}>"
    if block.tag in VOID:
        return start
    # a parser drops the first line end of a pre
    guard = "\n" if block.tag == "pre" and block.text.startswith("\n") else ""
    return f"{start}{guard}{emit_spans(block.spans)}</{block.tag}>"


def emit_spans(spans: Sequence[Span]) -> str:
    """Return the HTML of spans; neighbours share the marks they begin with."""
    parts: list[str] = []
    path: tuple[Mark, ...] = ()
    for span in spans:
        marks = span.marks if span.text else span.marks[:-1]
        shared = _shared_marks(path, marks)
        parts.extend(f"</{mark.tag}>" for mark in reversed(path[shared:]))
        parts.extend(f"<{mark.tag}{_attributes(mark.attributes)}>" for mark in marks[shared:])
        path = marks
        parts.append(escape(span.text, quote=False) if span.text else _empty_element(span.marks[-1]))
    parts.extend(f"</{mark.tag}>" for mark in reversed(path))
    return "".join(parts)


def _empty_element(mark: Mark) -> str:
    end = "" if mark.tag in VOID else f"</{mark.tag}>"
    return f"<{mark.tag}{_attributes(mark.attributes)}>{end}"


def _attributes(attributes: tuple[tuple[str, str], ...]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes)


def _shared_depth(old: tuple[Container, ...], new: tuple[Container, ...]) -> int:
    depth = 0
    for mine, other in zip(old, new, strict=False):
        if mine.ordinal != other.ordinal:
            break
        depth += 1
    return depth


def _shared_marks(old: tuple[Mark, ...], new: tuple[Mark, ...]) -> int:
    depth = 0
    for mine, other in zip(old, new, strict=False):
        if mine != other:
            break
        depth += 1
    return depth
