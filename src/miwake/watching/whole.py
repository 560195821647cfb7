"""Whether a file that somebody may still be writing is whole, by how it ends."""

from __future__ import annotations

import os
from pathlib import Path

_IEND = b"\0\0\0\0IEND\xaeB`\x82"


def ends_well(path: Path) -> bool:
    """Whether a file ends as its format ends: the picture may be decoded at once, without waiting whether it grows.

    Says nothing of BMP, TIFF and WebP, which have no end that could be told from any other bytes; and where a file's
    room was set aside before it was written, what is missing is decoded as if it were zeros.

    Args:
        path: of the file.

    Returns:
        True for a JPEG that ends with EOI (ITU-T T.81, B.1.1.3), a PNG that ends with IEND (ISO/IEC 15948, 11.2.5),
        and a GIF that ends with its trailer (GIF89a, 27).

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(16)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 12))
        end = file.read(12)
    if start.startswith(b"\xff\xd8\xff"):
        return end.endswith(b"\xff\xd9")
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return end == _IEND
    if start.startswith((b"GIF87a", b"GIF89a")):
        return end.endswith(b";")
    return False
