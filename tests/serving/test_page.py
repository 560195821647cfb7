"""The page in a real browser: drop, paste, choose, camera; telephones, the keyboard, both languages, the dark."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from miwake.look.style import DARK, LIGHT

Show = Callable[..., Any]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def show(browser: Any, server: Any) -> Iterator[Show]:
    """Open the page; errors, refused styles or scripts and requests to elsewhere fail the test."""
    contexts, wrong = [], []

    # the browser's own line about a picture that is none
    expected = ["status of 422"]

    def fine(text: str) -> bool:
        return any(words in text for words in expected)

    def load(*, address: str = "", url: str = server.url, expect: str = "status of 422", **options: Any) -> Any:
        expected.append(expect)
        context = browser.new_context(locale=options.pop("locale", "en-GB"), permissions=["camera"], **options)
        context.set_default_timeout(30_000)
        contexts.append(context)
        tab = context.new_page()
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on(
            "console",
            lambda message: wrong.append(message.text) if message.type == "error" and not fine(message.text) else None,
        )
        tab.on(
            "request",
            lambda request: None if request.url.startswith((url, "data:", "blob:")) else wrong.append(request.url),
        )
        tab.goto(f"{url}/{address}")
        return tab

    yield load
    for context in contexts:
        context.close()
    assert not wrong


def choose(page: Any, *files: Path) -> None:
    page.locator("#files").set_input_files([str(file) for file in files])


DROP = """([text, name, type, event]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(text), (char) => char.charCodeAt(0))], name, { type }));
  const happened = event === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  document.getElementById("drop").dispatchEvent(happened);
}"""


def bring(page: Any, file: Path, event: str = "drop") -> None:
    page.evaluate(DROP, [base64.b64encode(file.read_bytes()).decode(), file.name, "image/png", event])


def verdict(page: Any, nth: int = 0) -> str:
    return str(page.locator(".answer .verdict").nth(nth).inner_text())


def narrow(page: Any, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# -- pictures in -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_dropped_or_pasted_picture_is_answered(show: Show, toy: Path, event: str) -> None:
    page = show()
    bring(page, toy, event)
    page.locator(".shares").wait_for()
    assert verdict(page) == "lower-left"
    assert re.fullmatch(r"Probability \d+\.\d%", page.locator(".sure").inner_text())
    assert page.locator(".shares li").count() == 4
    assert page.locator("#status").inner_text().startswith("lower-left. Probability")
    assert page.evaluate("document.querySelector('.stack img').naturalWidth") > 0


def test_many_pictures_and_a_file_that_is_none(show: Show, place: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("not a picture, but a text of some length")
    (tmp_path / "large.png").write_bytes(bytes(300_001))
    page = show()
    names = ["lower-left/000.png", "upper-right/003.png"]
    choose(page, *(place / "toy" / name for name in names), tmp_path / "notes.jpg", tmp_path / "large.png")
    page.get_by_text("4 answers.").wait_for()
    assert [verdict(page, number) for number in range(4)] == ["lower-left", "upper-right", "No answer", "No answer"]
    assert "not a picture (text)" in page.locator(".problem").nth(0).inner_text()
    assert "larger than 0 MB" in page.locator(".problem").nth(1).inner_text()
    # what comes later stands above
    choose(page, place / "toy" / "upper-left" / "002.png")
    page.wait_for_function("() => document.querySelectorAll('.answer').length === 5")
    page.locator(".answer").first.locator(".verdict").wait_for()
    assert verdict(page) == "upper-left"


def test_a_wrong_file_that_is_dropped_does_not_leave_the_page(show: Show, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<script>document.title = 'gone'</script> and some more text")
    page = show()
    bring(page, tmp_path / "page.html")
    page.locator(".problem").wait_for()
    assert "Miwake" in page.title()
    assert "not a picture" in page.locator(".problem").inner_text()


def test_the_camera(show: Show) -> None:
    page = show()
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_role("button", name="Take a picture").wait_for()
    page.wait_for_function("() => document.getElementById('video').videoWidth > 0")
    page.get_by_role("button", name="Take a picture").click()
    page.locator(".shares").wait_for()
    assert page.locator(".answer .path").inner_text().startswith("camera-")
    page.keyboard.press("Escape")
    assert page.locator("#lens").is_hidden()
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert page.evaluate("document.activeElement.id") == "camera"


def test_no_camera_is_said(show: Show) -> None:
    page = show()
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('none')); }")
    page.get_by_role("button", name="Use the camera").click()
    page.get_by_text("There is no camera").wait_for()


# -- answers -----------------------------------------------------------------------------------------------------------


def test_why_with_a_slider_and_the_nearest_training_pictures(show: Show, toy: Path) -> None:
    page = show()
    choose(page, toy)
    page.get_by_role("button", name="Show why").click()
    map_ = page.get_by_role("img", name="Where it looked for “lower-left”")
    map_.wait_for()
    slider = page.get_by_role("slider", name="Strength of the map")
    assert page.evaluate("document.querySelector('.map').style.opacity") == "0.75"
    slider.fill("20")
    assert page.evaluate("getComputedStyle(document.querySelector('.map')).opacity") == "0.2"
    slider.press("ArrowRight")
    assert slider.get_attribute("aria-valuetext") == "21%"
    # one lies exactly over the other
    boxes = [page.locator(f".stack img >> nth={number}").bounding_box() for number in (0, 1)]
    assert boxes[0] == boxes[1]
    page.get_by_text("1.00 is the same").wait_for()
    assert page.locator(".near li").count() == 6
    assert page.locator(".near li").first.inner_text().startswith("lower-left")


def test_i_do_not_know_is_shown(
    start: Callable[..., Any], show: Show, toy_run: Path, toy: Path, tmp_path: Path
) -> None:
    import json
    import shutil
    from dataclasses import replace

    import torch

    from miwake.networks import build
    from miwake.run import load_weights, read_header, save_model

    run = tmp_path / "run"
    shutil.copytree(toy_run, run)
    header = read_header(run / "model.safetensors")
    count = len(header.settings["classes"])
    costs = [[float(row != column) for column in range(count)] for row in range(count)]
    doubting = replace(header, decision={"costs": costs, "unknown_cost": 0.0, "highest_cost": -1.0})
    shape = header.preprocessing
    model = build(header.architecture, channels=shape.channels, classes=count, size=shape.size, dropout=header.dropout)
    load_weights(run / "model.safetensors", model)
    save_model(run / "model.safetensors", model, doubting)
    json.dumps(costs)
    torch.manual_seed(0)
    served = start("--workers", 1, run=run)
    page = show(url=served.url)
    choose(page, toy)
    page.locator(".shares").wait_for()
    assert verdict(page) == "I don’t know"
    assert page.locator(".sure").inner_text().startswith("The most probable answer has only")
    assert page.get_by_role("button", name="This is wrong").count() == 0  # nothing is kept unless it was asked for


def test_this_is_wrong_keeps_the_picture(show: Show, place: Path, kept: Path) -> None:
    before = set(kept.rglob("*.png"))
    page = show()
    choose(page, place / "toy" / "lower-right" / "005.png")
    page.get_by_role("button", name="This is wrong").click()
    keep = page.get_by_role("button", name="Keep for the next training")
    assert keep.is_disabled()
    page.get_by_label("The right class").select_option("upper-left")
    keep.click()
    page.locator(".right").get_by_text("Kept for the next training").wait_for()
    (new,) = set(kept.rglob("*.png")) - before
    assert new.parent.name == "upper-left"
    new.unlink()


# -- for everybody -----------------------------------------------------------------------------------------------------


def _tab_to(page: Any, wanted: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
    raise AssertionError(f"{wanted} is not reached with the Tab key")


def test_everything_with_the_keyboard_alone(show: Show, toy: Path) -> None:
    page = show()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    _tab_to(page, "#choose")
    page.wait_for_timeout(500)  # Chromium opens no chooser in the moment in which the place in the page has changed
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(str(toy))
    page.locator(".shares").wait_for()
    page.wait_for_function("() => document.activeElement.matches('.answer')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Show why"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.right select')")
    page.keyboard.press("u")  # the first class of that letter
    assert page.evaluate("document.activeElement.value").startswith("upper")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Keep for the next training"


NAMELESS = """() => [...document.querySelectorAll('button, input:not([hidden]), select, img, video, section')]
  .filter(part => !(part.getAttribute('aria-label') || part.textContent.trim() || part.labels?.length
    || part.hasAttribute('alt')))
  .map(part => part.outerHTML)"""


def test_everything_has_a_name_and_what_happens_is_said(show: Show, toy: Path) -> None:
    page = show()
    choose(page, toy)
    page.get_by_role("button", name="Show why").click()
    page.get_by_text("1.00 is the same").wait_for()
    page.get_by_role("button", name="This is wrong").click()
    page.locator(".right select").wait_for()
    assert page.evaluate(NAMELESS) == []
    assert page.locator("#status").get_attribute("aria-live") == "polite"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate("document.querySelectorAll('[style]:not(.map)').length") == 0


def test_a_telephone_is_wide_enough(show: Show, toy: Path) -> None:
    page = show(**PHONE)
    narrow(page, 360)
    choose(page, toy)
    page.get_by_role("button", name="Show why").tap()
    page.get_by_text("1.00 is the same").wait_for()
    page.get_by_role("button", name="This is wrong").tap()
    page.locator(".right select").wait_for()
    narrow(page, 360)
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, select, [type=range]')]
          .map(part => [part.textContent, part.getBoundingClientRect()])
          .filter(([, box]) => box.width && Math.min(box.width, box.height) < 24).map(([name]) => name)"""
    )
    assert not small


def test_japanese_by_the_browser_and_by_the_link(show: Show, toy: Path) -> None:
    page = show(locale="ja-JP")
    assert page.evaluate("document.documentElement.lang") == "ja"
    choose(page, toy)
    page.get_by_role("button", name="理由を見る").click()
    page.get_by_text("1.00 はモデルから見て").wait_for()
    page.get_by_role("button", name="間違いを報告").click()
    page.locator(".right select").wait_for()
    text = page.locator("main").inner_text()
    text = re.sub(r"(upper|lower)-(left|right)|JPEG|PNG|WebP|BMP|TIFF|GIF|000\.png", "", text)
    assert not re.findall(r"[A-Za-z]{3,}", text)
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Choose pictures").wait_for()
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize(("scheme", "theme"), [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark(scheme: str, theme: Any, show: Show) -> None:
    page = show(color_scheme=scheme)
    red, green, blue = (int(theme.paper[place : place + 2], 16) for place in (1, 3, 5))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb({red}, {green}, {blue})"


def test_the_policy_lets_nothing_else_run(show: Show) -> None:
    page = show(expect="violates the following Content Security Policy")
    page.evaluate(
        """() => { window.refused = [];
          addEventListener('securitypolicyviolation', (event) => window.refused.push(event.effectiveDirective));
          const script = document.createElement('script'); script.textContent = 'window.bad = 1';
          const style = document.createElement('style'); style.textContent = 'body { opacity: 0.5 }';
          document.head.append(script, style); }"""
    )
    page.wait_for_function("() => window.refused.length === 4")  # by the header and by the page
    assert page.evaluate("window.bad") is None
    assert page.evaluate("getComputedStyle(document.body).opacity") == "1"


def test_a_token_and_https(start: Callable[..., Any], browser: Any, toy: Path, tmp_path: Path) -> None:
    import shutil
    import subprocess

    import httpx

    if shutil.which("openssl") is None:
        pytest.skip("needs openssl, to make a certificate")
    secret = "a-secret-of-some-length"
    (tmp_path / "token").write_text(secret + "\n")
    (tmp_path / "token").chmod(0o600)
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", key, "-out", certificate], check=True, capture_output=True,
    )  # fmt: skip
    served = start(
        "--workers", 1, "--token-file", tmp_path / "token", "--tls-certificate", certificate, "--tls-key", key
    )
    assert served.url.startswith("https://")
    data, kind = toy.read_bytes(), {"content-type": "image/png"}
    with httpx.Client(base_url=served.url, verify=False, timeout=60) as client:
        assert client.get("/health/ready").status_code == 200
        for path in ("/predict", "/why", "/nearest"):
            for given in ({}, {"authorization": "Bearer wrong"}, {"authorization": secret}):
                refused = client.post(path, content=data, headers={**kind, **given})
                assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert client.get("/metrics").status_code == client.get("/model").status_code == 401
        answer = client.post("/predict", content=data, headers={**kind, "authorization": f"Bearer {secret}"})
        assert answer.status_code == 200
        assert "lower-left" not in client.get("/").text  # nothing of the model before the token
    assert secret not in served.log() + served.out.read_text()
    context = browser.new_context(ignore_https_errors=True, locale="en-GB")
    page = context.new_page()
    page.goto(served.url)
    assert page.get_by_role("button", name="Choose pictures").is_hidden()
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    page.get_by_text("The token is wrong.").wait_for()
    page.get_by_label("Token").fill(secret)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Choose pictures").wait_for()
    choose(page, toy)
    page.locator(".shares").wait_for()
    assert verdict(page) == "lower-left"
    context.close()
