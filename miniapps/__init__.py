"""Let departments make their own small apps: sign-up first, from a template, without code."""

from qingban import Plugin

PLUGIN = Plugin(
    name="miniapps",
    title="科室小应用",
    summary="科室自己做报名：选模板、填几项、打印二维码海报，同事扫码报名，名额不会超",
    icon="checklist",
)
