"""Words for people: `_` marks a sentence, the locale folder may translate it."""

import gettext
from functools import cache
from pathlib import Path

_LOCALE = Path(__file__).parent / "locale"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("qingban", _LOCALE, languages=[language], fallback=True)


def _(sentence: str, **values: object) -> str:
    """Return `sentence` in the reader's language, with `%(name)s` filled in."""
    text = _catalogue("zh_CN").gettext(sentence)
    return text % values if values else text
