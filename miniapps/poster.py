"""The code on the poster: level M, a quiet zone of four modules, as SVG for print and PNG for documents."""

import io
from functools import lru_cache

import segno
from markupsafe import Markup

from qingban import address

PNG_MODULE = 24


def link(code: str) -> str:
    """Return what the code says: the absolute address of the sign-up page."""
    return address(f"/miniapps/q/{code}")


@lru_cache(maxsize=256)
def inline(text: str) -> Markup:
    """Return an SVG element for a page."""
    return Markup(_qr(text).svg_inline(border=4, omitsize=True, svgclass=None, lineclass=None))  # noqa: S704 - made by segno from our own address


@lru_cache(maxsize=64)
def svg(text: str) -> bytes:
    """Return an SVG file; 40 mm wide when it is put into a document unscaled."""
    out = io.BytesIO()
    qr = _qr(text)
    qr.save(out, kind="svg", border=4, scale=40 / qr.symbol_size(border=4)[0], unit="mm", xmldecl=True)
    return out.getvalue()


@lru_cache(maxsize=64)
def png(text: str) -> bytes:
    """Return a PNG file, sharp at ten centimetres and more."""
    out = io.BytesIO()
    _qr(text).save(out, kind="png", border=4, scale=PNG_MODULE)
    return out.getvalue()


def _qr(text: str) -> segno.QRCode:
    return segno.make_qr(text, error="m", boost_error=False)
