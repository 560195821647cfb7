"""What is refused from a picture's header, before a byte of it is decoded."""

from __future__ import annotations

from miwake.data.header import BadPicture, Header, read_header
from miwake.types import Note


def check(data: bytes, *, max_pixels: int, max_frames: int) -> Header:
    """Refuse what would take more memory or time than a picture may.

    Raises:
        BadPicture: no picture of a known format, or one that is too large; says why.
    """
    header = read_header(data, max_pixels=max_pixels)
    if header.frames > max_frames:
        raise BadPicture(Note("serve.frames", {"frames": header.frames, "limit": max_frames}))
    if header.format == "JPEG":
        # each scan of a progressive JPEG may touch every coefficient again
        scans = data.count(b"\xff\xda")
        if scans > max_frames:
            raise BadPicture(Note("serve.scans", {"scans": scans, "limit": max_frames}))
    return header
