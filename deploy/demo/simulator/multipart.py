"""Read the file out of a multipart body, with names as raw UTF-8."""

import re


def first_file(raw: bytes, content_type: str, field: str) -> tuple[str, bytes] | None:
    """Return (file name, bytes) of the wanted field; none when there is no usable file.

    The RFC 2231 form ``filename*=`` is not understood, as with the real servers.
    """
    match = re.search(r'boundary="?([^";]+)"?', content_type)
    if match is None:
        return None
    for part in raw.split(b"--" + match.group(1).encode()):
        head, found, data = part.partition(b"\r\n\r\n")
        if not found:
            continue
        text = head.decode("utf-8", "replace")
        name = re.search(r'[; ]name="([^"]*)"', text)
        filename = re.search(r'filename="([^"]*)"', text)
        if name and filename and name.group(1) == field:
            return filename.group(1), data.removesuffix(b"\r\n")
    return None
