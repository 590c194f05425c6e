"""Prove the trail whole: the chain against its key and its checkpoints, the checkpoints themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from core import clock
from core.audit import checkpoints, trail
from core.audit.checkpoints import Checkpoint


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What was found."""

    count: int
    """So many rows are sound, counted from the first."""
    head: str
    """The link of the last sound row."""
    until: datetime | None
    """When that row happened."""
    first_bad: int | None = None
    """The first row that was changed or is missing."""
    matched: int = 0
    """So many checkpoints agree with the rows."""
    faults: tuple[str, ...] = ()
    """What is wrong, in sentences."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def whole(
    audit_key: bytes,
    lines: Sequence[Checkpoint | None],
    elsewhere: Sequence[Checkpoint | None] = (),
) -> Proof:
    """Walk every row; compare with the checkpoints, and with a copy of them kept elsewhere.

    Args:
        lines: The file, as `checkpoints.read` gives it.
        elsewhere: The copy; it may be older than the file.
    """
    kept = checkpoints.trusted(lines, audit_key)
    copied = checkpoints.trusted(elsewhere, audit_key)
    heads: dict[int, set[str]] = {}
    for one in (*kept, *copied):
        if one:
            heads.setdefault(one.count, set()).add(one.head)
    found = _compare(audit_key, heads)
    files = [*_file_faults("校验点文件", kept), *_file_faults("校验点副本", copied)]
    if found.count and not lines:
        files.append("没有校验点文件，尾部有没有被截断看不出来")
    if files and (other := _other_key(audit_key, (*lines, *elsewhere))):
        files = [f"密钥 audit 不是写校验点的那一个：现在是 {checkpoints.key_id(audit_key)}，当时是 {other}"]
    return replace(found, faults=(*found.faults, *files))


def since(audit_key: bytes, start: Checkpoint | None, *, most: int = 2**62) -> Proof:
    """Walk the rows behind a checkpoint, at most so many; the checkpoint itself must agree too."""
    if start and start.key != checkpoints.key_id(audit_key):
        return Proof(count=0, head="", until=None, first_bad=1, faults=("密钥 audit 换过了",))
    if start and trail.link_of(start.count) != start.head:
        count = min(trail.head()[0], start.count - 1)
        reason = f"第 {start.count:,} 条和校验点对不上，尾部被截断或改写"
        return Proof(count=count, head="", until=None, first_bad=start.count, faults=(reason,))
    after, chain = (start.count, start.head) if start else (0, "")
    return _walk(islice(trail.walk(audit_key, after=after, chain=chain), most), {}, after, chain)


def _compare(audit_key: bytes, heads: dict[int, set[str]]) -> Proof:
    found = _walk(trail.walk(audit_key), heads, 0, "")
    longest = max(heads, default=0)
    if found.is_whole and longest > found.count:
        reason = f"尾部被截断：校验点记到第 {longest:,} 条，现在只有 {found.count:,} 条"
        return replace(found, first_bad=found.count + 1, faults=(reason,))
    return found


def _walk(links: Iterable[trail.Link], heads: dict[int, set[str]], count: int, head: str) -> Proof:
    """Follow the links as far as they are sound and agree with the heads known for their numbers."""
    at_ms, matched, agreed = None, 0, count
    bad: int | None = None
    faults: tuple[str, ...] = ()
    for link in links:
        if not link.is_sound:
            bad, faults = link.number, (f"第 {link.number:,} 条对不上：它被改过、删过，或前面插进了别的",)
            break
        if known := heads.get(link.number):
            if known != {link.head}:
                bad, faults = agreed + 1, (f"第 {agreed + 1:,} 至 {link.number:,} 条里有被截断后重写的",)
                break
            matched, agreed = matched + 1, link.number
        count, at_ms, head = link.number, link.at_ms, link.head
    until = clock.from_ms(at_ms) if at_ms is not None else None
    return Proof(count=count, head=head, until=until, first_bad=bad, matched=matched, faults=faults)


def _file_faults(name: str, kept: Sequence[Checkpoint | None]) -> list[str]:
    bad = [number for number, line in enumerate(kept, start=1) if line is None]
    return [f"{name}第 {bad[0]} 行被改过，或它前面少了一行"] if bad else []


def _other_key(audit_key: bytes, lines: Iterable[Checkpoint | None]) -> str:
    known = {line.key for line in lines if line}
    return "" if checkpoints.key_id(audit_key) in known else "、".join(sorted(known))
