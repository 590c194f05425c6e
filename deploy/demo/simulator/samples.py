"""Photos a simulated phone holds, drawn on first use."""

import functools
import glob
import io
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SIZE = (1080, 1440)
TITLES = ("病区走廊", "诊断证明", "增值税发票", "输液泵故障", "交班白板", "消防通道")
FONTS = "/usr/share/fonts/**/*CJK*"


@functools.cache
def _font(size: int) -> Any:
    for path in sorted(glob.glob(FONTS, recursive=True)):
        if "Regular" in path:
            return ImageFont.truetype(path, size, index=2 if path.endswith(".ttc") else 0)
    return ImageFont.load_default(size)


@functools.cache
def photo(number: int) -> bytes:
    """Return the JPEG of one sample photo."""
    image = Image.new("RGB", SIZE, "#dfe6ee")
    painters = (_corridor, _certificate, _invoice, _pump, _board, _exit)
    painters[number](ImageDraw.Draw(image))
    ImageDraw.Draw(image).text((44, 1376), f"样张 · {TITLES[number]}", font=_font(30), fill="#00000066")
    out = io.BytesIO()
    image.resize((810, 1080)).save(out, "JPEG", quality=84)
    return out.getvalue()


def _corridor(draw: Any) -> None:
    draw.rectangle((0, 0, 1080, 1440), fill="#e9eff2")
    draw.polygon([(0, 1440), (1080, 1440), (660, 720), (420, 720)], fill="#b8cbd3")
    draw.polygon([(0, 0), (420, 420), (420, 720), (0, 1440)], fill="#d5e2e6")
    draw.polygon([(1080, 0), (660, 420), (660, 720), (1080, 1440)], fill="#cddbe0")
    draw.rectangle((420, 420, 660, 720), fill="#f8fbfc")
    for x, y, w, h in ((60, 430, 130, 640), (250, 500, 80, 380), (750, 500, 80, 380), (890, 430, 130, 640)):
        draw.rectangle((x, y, x + w, y + h), fill="#8fb2a5")
        draw.ellipse((x + w - 26, y + h // 2, x + w - 10, y + h // 2 + 16), fill="#f5f0d8")
    for y in (120, 230, 320):
        draw.rounded_rectangle((440 - y // 4, y, 640 + y // 4, y + 20), 10, fill="#ffffff")
    draw.rounded_rectangle((400, 340, 680, 404), 12, fill="#1f6c9e")
    draw.text((452, 350), "心内科病区", font=_font(34), fill="white")


def _paper(draw: Any, title: str, rows: list[str]) -> None:
    draw.rectangle((0, 0, 1080, 1440), fill="#a88f74")
    draw.rectangle((92, 106, 1008, 1356), fill="#00000033")
    draw.rectangle((80, 90, 996, 1340), fill="#fdfcf7")
    draw.text((538, 190), title, font=_font(60), fill="#222222", anchor="mm")
    draw.line((150, 260, 926, 260), fill="#222222", width=3)
    for place, row in enumerate(rows):
        draw.text((160, 310 + place * 96), row, font=_font(38), fill="#333333")
        draw.line((150, 376 + place * 96, 926, 376 + place * 96), fill="#d8d3c8", width=2)
    draw.ellipse((640, 1010, 880, 1250), outline="#c8372d", width=8)
    draw.text((760, 1130), "样章", font=_font(64), fill="#c8372d", anchor="mm")


def _certificate(draw: Any) -> None:
    _paper(
        draw,
        "疾病诊断证明书",
        ["姓名：（样张）", "科室：呼吸内科", "诊断：上呼吸道感染", "建议：休息三天", "医师：（样张）"],
    )


def _invoice(draw: Any) -> None:
    _paper(
        draw,
        "电子发票（样张）",
        ["名称：会议注册费", "数量：1", "金额：¥ 1,200.00", "税率：6%", "价税合计：¥ 1,272.00"],
    )


def _pump(draw: Any) -> None:
    draw.rectangle((0, 0, 1080, 1440), fill="#c9d3da")
    draw.rectangle((520, 0, 556, 1440), fill="#8d989f")
    draw.rounded_rectangle((240, 380, 850, 1050), 46, fill="#f4f7f8", outline="#9aa6ad", width=6)
    draw.rounded_rectangle((300, 450, 790, 740), 20, fill="#17313d")
    draw.text((545, 545), "E-04 阻塞报警", font=_font(56), fill="#ffb020", anchor="mm")
    draw.text((545, 655), "0.0 ml/h", font=_font(64), fill="#7be0c0", anchor="mm")
    for x, fill in ((340, "#c8372d"), (500, "#1f6ce6"), (660, "#0b7a43")):
        draw.rounded_rectangle((x, 830, x + 110, 930), 24, fill=fill)


def _board(draw: Any) -> None:
    draw.rectangle((0, 0, 1080, 1440), fill="#d9dee2")
    draw.rounded_rectangle((70, 200, 1010, 1220), 18, fill="#ffffff", outline="#8b959c", width=14)
    draw.text((540, 290), "今日交班", font=_font(70), fill="#1f4fa0", anchor="mm")
    for place, row in enumerate(
        [
            "在院 42   新入 5   出院 3",
            "手术 6   危重 2",
            "3 床  22:00 复查血气",
            "11 床  禁食水",
            "设备：输液泵 2 台报修",
        ]
    ):
        draw.text((140, 390 + place * 140), row, font=_font(50), fill=("#222222", "#c8372d")[place == 2])


def _exit(draw: Any) -> None:
    draw.rectangle((0, 0, 1080, 1440), fill="#e3e1da")
    draw.polygon([(0, 1440), (1080, 1440), (1080, 1130), (0, 1130)], fill="#b9b3a6")
    draw.rectangle((250, 430, 830, 1130), fill="#7d8f86")
    draw.line((540, 430, 540, 1130), fill="#5d6b64", width=8)
    draw.rounded_rectangle((310, 270, 770, 380), 14, fill="#0b7a43")
    draw.text((540, 325), "安全出口", font=_font(62), fill="white", anchor="mm")
    for x, y in ((120, 930), (60, 1050), (230, 1040)):
        draw.rectangle((x, y, x + 220, y + 170), fill="#c79b62", outline="#9b743f", width=5)


def warm_up() -> None:
    """Draw all photos ahead of time."""
    for number in range(len(TITLES)):
        photo(number)
