"""Pictures made again on arrival: upright, small enough, without place, camera and other hidden data."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageOps, ImageSequence, UnidentifiedImageError

from core.errors import Invalid

MOST_PIXELS = 40_000_000
MOST_FRAMES = 100
PHOTO_SIDE = 1600
THUMB_SIDE = 240

_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 86, "optimize": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 86, "method": 3},
    "GIF": {},
}
_BROKEN = (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError)
_UNREADABLE = "这张图片打不开，请换一张，或截屏后再传"
_HEIC = "服务器读不了 HEIC 图片。请在手机相机设置里选“兼容性最佳”，或截屏后再传"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as we keep it."""

    content: bytes
    """The file."""
    mime: str
    """Its media type."""
    thumb: bytes
    """A small JPEG."""
    width: int
    """In pixels, upright."""
    height: int
    """In pixels, upright."""


def remake(path: Path, mime: str, *, is_photo: bool) -> Picture:
    """Read a picture and write it again.

    Args:
        is_photo: Photos are shown, not printed: their longer side is cut to 1600 pixels.

    Raises:
        Invalid: It is broken, too large, or of a kind this server cannot read.
    """
    if mime == "image/heic" and not _reads_heic():
        raise Invalid({"file": _HEIC}, reason="heic")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            with Image.open(path, formats=(_FORMATS.get(mime, "HEIF"),)) as opened:
                return _remake(opened, _FORMATS.get(mime, "JPEG"), is_photo=is_photo)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
    ) as error:
        raise Invalid({"file": _UNREADABLE}, reason=type(error).__name__) from None


def _remake(opened: Image.Image, form: str, *, is_photo: bool) -> Picture:
    if opened.width * opened.height > MOST_PIXELS:
        raise Invalid({"file": "图片太大，请缩小到 4000 万像素以内"}, reason="pixels")
    frames = getattr(opened, "n_frames", 1)
    is_moving = form in ("GIF", "WEBP") and frames > 1
    if is_moving and (frames > MOST_FRAMES or opened.width * opened.height * frames > MOST_PIXELS):
        raise Invalid({"file": "动图太大，请换静态图片"}, reason="frames")
    if is_moving:
        return _moving(opened, form)
    if is_photo and opened.format in ("JPEG", "MPO"):
        opened.draft("RGB", (PHOTO_SIDE, PHOTO_SIDE))  # decodes at a fraction of the size: four times faster
    picture = _clean(opened, form)
    if is_photo:
        picture.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    return Picture(
        content=_save(picture, form),
        mime=f"image/{form.lower()}",
        thumb=_thumb(picture),
        width=picture.width,
        height=picture.height,
    )


def _clean(opened: Image.Image, form: str) -> Image.Image:
    """Turn upright, bring colours to sRGB, keep pixels only."""
    picture = ImageOps.exif_transpose(opened)
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    mode = "RGBA" if has_alpha and form != "JPEG" else "L" if picture.mode == "L" else "RGB"
    profile = picture.info.get("icc_profile")
    picture = picture.convert(mode)
    if profile and mode != "L":
        picture = _to_srgb(picture, profile)
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    return bare


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB")) or picture
    except (ImageCms.PyCMSError, OSError, ValueError):  # an odd profile: colours stay as they are
        return picture


def _moving(opened: Image.Image, form: str) -> Picture:
    frames = [frame.convert("RGBA") for frame in ImageSequence.Iterator(opened)]
    first, *rest = frames
    pause = opened.info.get("duration", 100)
    content = _save(first, form, save_all=True, append_images=rest, duration=pause, loop=0)
    return Picture(
        content=content,
        mime=f"image/{form.lower()}",
        thumb=_thumb(first),
        width=first.width,
        height=first.height,
    )


def _thumb(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    if small.mode == "RGBA":
        white = Image.new("RGB", small.size, "white")
        white.paste(small, mask=small.getchannel("A"))
        small = white
    return _save(small, "JPEG")


def _save(picture: Image.Image, form: str, **more: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **_OPTIONS[form], **more)
    return target.getvalue()


def _reads_heic() -> bool:
    """Tell whether the optional decoder is installed, and use it."""
    try:
        import pi_heif  # type: ignore[import-not-found]
    except ImportError:
        return False
    pi_heif.register_heif_opener()
    return True
