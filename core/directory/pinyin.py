"""Names as they are typed: full pinyin and initials."""

from functools import cache

LONGEST = 160

_SURNAMES = {
    "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "曾": "zeng", "盖": "ge", "朴": "piao",
    "任": "ren", "尉迟": "yuchi", "万俟": "moqi", "翟": "zhai", "覃": "qin", "乐": "yue", "折": "she",
    "缪": "miao", "洗": "xian", "召": "shao", "黑": "he", "繁": "po", "员": "yun", "秘": "bi",
    "长孙": "zhangsun",
}  # fmt: skip
"""Characters read differently in a surname."""


@cache
def searchable(name: str) -> str:
    """Return full pinyin and initials, `zhangsan zs`; names in Latin letters come back in lower case."""
    from pypinyin import lazy_pinyin  # a large dictionary only syncs need

    surname = next((part for part in (name[:2], name[:1]) if part in _SURNAMES), "")
    syllables = [_SURNAMES[surname]] if surname else []
    initials = [syllable[:1] for syllable in syllables]
    if len(surname) > 1:
        initials = [part[:1] for part in lazy_pinyin(surname)]
    for syllable in lazy_pinyin(name[len(surname) :]):
        clean = syllable.strip().lower().replace(" ", "")
        syllables.append(clean)
        initials.append(clean[:1])
    full = "".join(syllables)
    short = "".join(initials)
    return f"{full} {short}"[:LONGEST] if short != full else full[:LONGEST]
