"""The keys stay out of the backup: copied to a medium of their own, known again by a mark."""

import hashlib
import hmac
import os
from pathlib import Path

from core.config import KEY_PURPOSES, Config, make_keys
from core.errors import Conflict, Misconfigured

MARK_CHARS = 16


def marks(config: Config) -> dict[str, str]:
    """Give a mark of each key: the same key, the same mark, and no way back."""
    return {purpose: _mark(config.key(purpose)) for purpose in KEY_PURPOSES}


def export_keys(config: Config, target: Path) -> list[Path]:
    """Copy the key files to a folder, readable by us alone; never over another key.

    Raises:
        Misconfigured: A key is missing or weak.
        Conflict: There is another key of that name in the folder.
    """
    config.check_keys()
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = []
    for purpose in KEY_PURPOSES:
        path, value = target / purpose, config.key(purpose)
        if path.exists():
            if path.read_bytes() != value:
                raise Conflict(f"{path} 是另一把密钥，没有覆盖。请换一个空文件夹")
            continue
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(value)
            file.flush()
            os.fsync(descriptor)
        written.append(path)
    return written


def settle_keys(config: Config, known: dict[str, str], *, new_keys: bool) -> list[str]:
    """Make sure there are keys to start with; name those that are not the ones of the backup.

    Args:
        known: Marks of the keys at the time of the backup.
        new_keys: Go on with new ones where the old are lost.

    Raises:
        Misconfigured: Keys are missing or others, and nobody said to go on without them.
    """
    missing = [purpose for purpose in KEY_PURPOSES if not (config.keys_dir / purpose).exists()]
    if missing and not new_keys:
        raise Misconfigured(
            f"缺少密钥文件 {'、'.join(missing)}。"
            f"先把密钥的副本放回 {config.keys_dir}；确实丢了，加 --new-keys 继续"
        )
    if missing:
        make_keys(config.keys_dir)
    config.check_keys()
    lost = [purpose for purpose, mark in known.items() if _mark(config.key(purpose)) != mark]
    if lost and not new_keys:
        raise Misconfigured(
            f"密钥 {'、'.join(lost)} 不是备份时的那一把。换回原来的；确实丢了，加 --new-keys 继续"
        )
    return lost


def _mark(key: bytes) -> str:
    return hmac.digest(key, b"qingban.backup.mark", hashlib.sha256).hex()[:MARK_CHARS]
