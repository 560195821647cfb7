"""Files that are still being written are told from whole ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from miwake.data.decode import decode
from miwake.data.header import BadPicture
from miwake.watching.whole import ends_well

KINDS = ["JPEG", "PNG", "GIF"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_is_taken_at_once(kind: str, encoded, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(encoded(0, kind))
    assert ends_well(tmp_path / "x")


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "WebP"])
def test_formats_without_an_end_are_not(kind: str, encoded, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(encoded(0, kind))
    assert not ends_well(tmp_path / "x")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(KINDS), number=st.integers(0, 9), cut=st.floats(0, 1, exclude_max=True), pad=st.booleans())
def test_no_part_of_a_file_passes_for_all_of_it(
    encoded, tmp_path: Path, kind: str, number: int, cut: float, pad: bool
) -> None:
    """Also where its whole length was set aside before it was written, as copies over a network do."""
    data = encoded(number, kind)
    part = data[: int(cut * len(data))]
    part += bytes(len(data) - len(part)) if pad else b""
    (tmp_path / "x").write_bytes(part)
    if part != data and ends_well(tmp_path / "x"):
        # an end by chance in the midst of the data: decoding tells
        with pytest.raises(BadPicture):
            decode(part, channels=3)
