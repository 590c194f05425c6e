"""What a restore did, in sentences for the operator."""

from core.backup.restore import SAMPLE, Restored


def report(done: Restored) -> list[str]:
    """Say what was put back, what was checked, what to do next."""
    told = done.manifest
    checked = min(SAMPLE, len(told.attachments))
    lines = [
        f"恢复了 {told.made_at} 的备份：{sum(told.counts.values())} 行，{len(told.attachments)} 个附件",
        f"迁移：{'、'.join(done.migrations)}" if done.migrations else "数据库结构已经是最新",
        _trail(done),
        f"抽查附件 {checked} 个，{len(done.bad_files)} 个对不上"
        if done.bad_files
        else f"抽查附件 {checked} 个，都对",
    ]
    if told.damaged:
        lines.append(f"备份时就缺 {len(told.damaged)} 个附件，名单在清单的 damaged 里")
    if done.lost_keys:
        lines.append(f"密钥 {'、'.join(done.lost_keys)} 是新的：用旧密钥密封的内容打不开，秘密设置请重填")
    lines.append("所有登录已失效，路上的卡片不再补发。核对后运行 qingban restore --release 开始发卡片")
    return lines


def _trail(done: Restored) -> str:
    if not done.is_proven:
        return "留痕没有验证：没有原来的 audit 密钥"
    if done.bad_row is not None:
        return f"留痕从第 {done.bad_row} 行起和写下时不一致"
    return f"留痕 {done.manifest.audit_rows} 行，全部验证通过"
