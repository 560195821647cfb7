"""What strangers send: OWASP's file-upload cheat sheet and ASVS 5 (chapter V5), item by item; mutated pictures."""

from __future__ import annotations

import io
import os
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

ANSWERED = {200, 400, 413, 415, 422}


@pytest.fixture(scope="module")
def client(server: Any) -> Any:
    with server.client() as client:
        yield client


def predict(client: Any, data: bytes, **headers: str) -> Any:
    return client.post("/predict", content=data, headers={"content-type": "application/octet-stream", **headers})


def problem(client: Any, data: bytes) -> str:
    answer = predict(client, data)
    assert answer.status_code == 422, answer.text
    return str(answer.json()["answers"][0]["problem"])


def picture(form: str = "PNG", size: tuple[int, int] = (40, 30), **settings: Any) -> bytes:
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **settings)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + header + body + chunk(b"IEND", b"")


# -- OWASP: an allow-list of types, checked by content; the content type and the name are not trusted ------------------


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.png", bytes(1_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "text"),
        (b"<!doctype html><script>alert(1)</script><p>and some more text</p>", "text"),
        (b"#!/bin/sh\nrm -rf somewhere/that/is/long/enough\n", "text"),
        (zipped(), "ZIP"),
        (b"%PDF-1.7\n" + bytes(100), "PDF"),
        (b"%!PS-Adobe-3.0\n" + bytes(100), "PostScript"),
        (b"\x1f\x8b" + bytes(100), "gzip"),
        (b"MZ" + bytes(range(256)), "picture"),
        (b"\x7fELF" + bytes(range(256)), "picture"),
    ],
)
def test_only_pictures_are_read_whatever_they_are_called(client: Any, data: bytes, said: str) -> None:
    assert said in problem(client, data)
    files = [("picture", ("innocent.jpg", data, "image/jpeg"))]
    assert client.post("/predict", files=files).status_code == 422


def test_the_content_type_decides_nothing(client: Any) -> None:
    answer = client.post("/predict", content=picture("JPEG"), headers={"content-type": "image/tiff"})
    assert answer.status_code == 200


# -- OWASP: names; ASVS 5.3.2, 5.4.1 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "a\x00.png", "..\\..\\x.png", "x" * 5000, "\u202egnp.exe", "<b>.png", "con", "."]
)
def test_a_senders_name_is_made_harmless_and_decides_nothing(client: Any, name: str, kept: Path, toy: Path) -> None:
    before = set(kept.parent.rglob("*"))
    encoded = name.encode("utf-8", "replace").replace(b"\x00", b"%00").replace(b'"', b"%22")
    body = (
        b'--x\r\nContent-Disposition: form-data; name="p"; filename="' + encoded + b'"\r\n\r\n' + toy.read_bytes()
    ) + b"\r\n--x--\r\n"
    answer = client.post("/predict", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
    assert set(kept.parent.rglob("*")) == before
    if len(name) > 4000:
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    shown = answer.json()["answers"][0]["picture"]
    assert len(shown) <= 130
    assert "\u202e" not in shown
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


# -- OWASP: storage; ASVS 5.3.1, 5.3.2 ---------------------------------------------------------------------------------


def test_what_is_kept_is_rewritten_and_cannot_be_fetched(client: Any, kept: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "a secret description"
    hidden = picture("JPEG", (60, 50), exif=exif) + b"<?php system($_GET['c']); ?>"
    answer = client.post(
        "/wrong?label=upper-left", content=hidden, headers={"content-type": "application/octet-stream"}
    )
    assert answer.status_code == 200
    newest = max((file for file in kept.rglob("*.png")), key=lambda file: file.stat().st_mtime_ns)
    data = newest.read_bytes()
    assert b"php" not in data
    assert b"secret" not in data
    assert len(newest.stem) == 32
    assert not newest.stat().st_mode & 0o111
    assert Image.open(newest).size == (60, 50)
    for path in (f"/{newest.name}", f"/wrong/upper-left/{newest.name}", f"/../{newest.name}", "/%2e%2e/etc/passwd"):
        assert client.get(path).status_code in (404, 405)
    newest.unlink()


# -- OWASP and ASVS 5.2.1, 5.2.3, 5.2.6: sizes, from the header, before anything is decoded ----------------------------


def test_bombs_are_refused_from_their_headers(client: Any) -> None:
    started = time.monotonic()
    assert "pixels" in problem(client, png_that_says(3001, 1000))
    assert "pixels" in problem(client, png_that_says(2**31 - 1, 2**31 - 1))
    gif = picture("GIF", (8, 8))
    gif = gif[:6] + struct.pack("<HH", 65535, 65535) + gif[10:]
    assert "pixels" in problem(client, gif)
    frames = [Image.new("L", (2, 2), number % 256) for number in range(1200)]
    many = io.BytesIO()
    frames[0].save(many, "GIF", save_all=True, append_images=frames[1:], disposal=2)
    assert "frames" in problem(client, many.getvalue())
    jpeg = picture("JPEG", (8, 8), progressive=True)
    place = jpeg.rindex(b"\xff\xda")
    assert "scans" in problem(client, jpeg[:-2] + jpeg[place:-2] * 1100 + b"\xff\xd9")
    assert time.monotonic() - started < 30  # none of them was decoded: some would take minutes


@pytest.mark.parametrize("where", ["iCCP", "zTXt", "eXIf"])
def test_what_unfolds_in_metadata_does_no_harm(client: Any, where: str) -> None:
    bomb = zlib.compress(bytes(100_000_000), 9)
    body = {"iCCP": b"icc\0\0" + bomb, "zTXt": b"key\0\0" + bomb, "eXIf": b"II*\0" + bytes(60_000)}[where]
    png = picture("PNG")
    answer = predict(client, png[:33] + chunk(where.encode(), body) + png[33:])
    assert answer.status_code in (200, 422)


# -- OWASP: who may upload; CSRF ---------------------------------------------------------------------------------------


def test_other_sites_pages_are_refused(client: Any, server: Any, toy: Path) -> None:
    host = server.url.partition("://")[2]
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": f"http://{host}"},
    ):
        assert predict(client, toy.read_bytes(), **headers).status_code == 403, headers
    fine = {"origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert predict(client, toy.read_bytes(), **fine).status_code == 200
    # no other site may read an answer
    assert not any(name.startswith("access-control") for name in predict(client, toy.read_bytes()).headers)


def test_a_strangers_name_for_this_computer_is_refused(client: Any, toy: Path) -> None:
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert predict(client, toy.read_bytes(), host=host).status_code == 421, host
        assert client.get("/", headers={"host": host}).status_code == 421
    for host in ("localhost:1", "[::1]:8000", "127.0.0.1"):
        assert client.get("/health/live", headers={"host": host}).status_code == 200


# -- mutated pictures --------------------------------------------------------------------------------------------------


def seeds() -> list[bytes]:
    exif = Image.Exif()
    exif[274] = 6
    return [
        picture("PNG"),
        picture("JPEG", exif=exif),
        picture("JPEG", progressive=True),
        picture("WebP"),
        picture("GIF"),
        picture("BMP"),
        picture("TIFF"),
        picture("TIFF", compression="tiff_lzw"),
        zipped(),
        png_that_says(70_000, 70_000),
    ]


SEEDS = seeds()
MAGIC = [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"BM", b"RIFF\xff\xff\0\0WEBP", b"PK\3\4"]
SIZES = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]


def mutated(chance: random.Random) -> bytes:
    """A picture, and one to four things that are wrong with it."""
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(max(1, len(data)))
        kind = chance.randrange(6)
        if kind == 0:
            del data[place:]
        elif kind == 1 and data:
            data[place % len(data)] ^= 1 << chance.randrange(8)
        elif kind == 2:
            data[: chance.choice((2, 4, 8))] = chance.choice(MAGIC)
        elif kind == 3:
            data[place : place + 4] = struct.pack(chance.choice(("<I", ">I")), chance.choice(SIZES))
        elif kind == 4:
            data[place:place] = chance.randbytes(chance.randint(1, 64))
        else:
            other = chance.choice(SEEDS)
            data[place:] = other[chance.randrange(len(other)) :]
    return bytes(data)


@given(st.randoms(use_true_random=False))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_mutated_pictures_are_answered_or_refused(client: Any, chance: random.Random) -> None:
    answer = predict(client, mutated(chance))
    assert answer.status_code in ANSWERED
    assert answer.json()["request_id"]


def test_no_worker_died_of_all_this(client: Any, server: Any, toy: Path) -> None:
    deaths = [
        line for line in client.get("/metrics").text.splitlines() if line.startswith("miwake_worker_deaths_total")
    ]
    assert deaths
    assert all(float(line.split()[-1]) == 0 for line in deaths)
    assert predict(client, toy.read_bytes()).status_code == 200
    assert "could not be answered" not in server.log()


@pytest.mark.long
def test_ten_thousand_mutated_pictures(start: Callable[..., Any], toy: Path) -> None:
    served = start("--workers", 1, "--max-pixels", 1_000_000)
    count = int(os.environ.get("MIWAKE_MUTATIONS", "10000"))
    chance, good = random.Random(7), toy.read_bytes()
    with served.client() as client:
        for _ in range(500):
            predict(client, mutated(chance))
        workers, memory = served.workers(), served.memory()
        for number in range(count):
            status = predict(client, mutated(chance)).status_code
            assert status in ANSWERED | {503}, status
            if number % 500 == 0:
                assert predict(client, good).json()["answers"][0]["label"] == "lower-left"
    assert served.workers() == workers
    assert served.memory() <= 1.05 * memory
