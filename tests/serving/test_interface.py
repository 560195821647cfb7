"""The interface for programs: a server in its own process, asked over the loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import miwake as mw
from miwake.run import Run


@pytest.fixture(scope="module")
def client(server: Any) -> Any:
    with server.client() as client:
        yield client


def raw(client: Any, data: bytes, kind: str = "image/png", path: str = "/predict", **headers: str) -> Any:
    return client.post(path, content=data, headers={"content-type": kind, **headers})


def test_a_picture_is_answered_as_predict_answers(client: Any, toy: Path, toy_run: Path) -> None:
    answer = raw(client, toy.read_bytes())
    assert answer.status_code == 200
    (found,), (expected,) = answer.json()["answers"], mw.predict(toy_run, [toy])
    assert found["label"] == expected.label == "lower-left"
    assert found["known"] is True
    assert found["probability"] == pytest.approx(expected.probability, abs=1e-5)
    classes = Run(toy_run).header().settings["classes"]
    shares = dict(zip(classes, expected.probabilities, strict=True))
    assert found["probabilities"] == pytest.approx(shares, abs=1e-5)
    order = list(found["probabilities"].values())
    assert order == sorted(order, reverse=True)
    assert answer.json()["model"] == toy_run.name


def test_many_pictures_are_answered_in_order_and_each_for_itself(client: Any, place: Path) -> None:
    names = ["upper-right/003.png", "lower-left/000.png", "upper-left/002.png"]
    files = [("picture", (name, (place / "toy" / name).read_bytes(), "image/png")) for name in names]
    files.insert(1, ("other", ("notes.txt", b"not a picture, but a text of some length", "image/png")))
    answer = client.post("/predict", files=files, params={"top": 1})
    assert answer.status_code == 200
    found = answer.json()["answers"]
    assert [one["picture"] for one in found] == [names[0], "notes.txt", *names[1:]]
    assert [one.get("label") for one in found] == ["upper-right", None, "lower-left", "upper-left"]
    assert found[1] == {"picture": "notes.txt", "problem": "not a picture (text)"}
    assert all(len(one["probabilities"]) == 1 for one in found if "label" in one)


def test_what_is_wrong_with_a_picture_is_said_in_the_language_asked_for(client: Any) -> None:
    text = b"not a picture, but a text of some length"
    assert raw(client, text).status_code == 422
    assert raw(client, text).json()["answers"][0]["problem"] == "not a picture (text)"
    for answer in (
        raw(client, text, path="/predict?lang=ja"),
        raw(client, text, **{"accept-language": "ja-JP,en;q=0.5"}),
    ):
        assert "画像ではありません" in answer.json()["answers"][0]["problem"]


@pytest.mark.parametrize(
    ("data", "kind", "status", "said"),
    [
        (b"", "image/png", 400, "no picture"),
        (b"x=1", "application/x-www-form-urlencoded", 415, "x-www-form-urlencoded"),
        (b"{}", "application/json", 415, "application/json"),
        (b"--x", "multipart/form-data", 400, "form"),
        (b"rubbish", "multipart/form-data; boundary=x", 400, ""),
        (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=x", 400, ""),
        (bytes(300_001), "image/png", 413, "too large"),
    ],
)
def test_requests_that_are_none_are_refused_in_words(
    client: Any, data: bytes, kind: str, status: int, said: str
) -> None:
    answer = raw(client, data, kind)
    assert answer.status_code == status
    assert said in answer.json()["error"]["found"]
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_too_much_is_refused_however_it_comes(client: Any, toy: Path) -> None:
    def drip(parts: int, size: int) -> Any:
        for _ in range(parts):
            yield bytes(size)

    # many parts, and one that is the last and too much at once
    for parts, size in ((400, 1000), (1, 400_000), (2, 150_001)):
        refused = client.post("/predict", content=drip(parts, size), headers={"content-type": "image/png"})
        assert refused.status_code == 413
    files = [("picture", (f"{number}.png", toy.read_bytes())) for number in range(9)]
    refused = client.post("/predict", files=files)
    assert refused.status_code == 413
    assert "8 at most" in refused.json()["error"]["expected"]
    assert client.post("/predict", files=files[:8]).status_code == 200


def test_unknown_addresses_methods_and_values_are_refused_in_the_same_form(client: Any, toy: Path) -> None:
    for answer, status in (
        (client.get("/nothing"), 404),
        (client.get("/predict"), 405),
        (raw(client, toy.read_bytes(), path="/predict?top=0"), 400),
        (raw(client, toy.read_bytes(), path="/predict?top=many"), 400),
    ):
        assert answer.status_code == status
        assert set(answer.json()) == {"request_id", "error"}
        assert set(answer.json()["error"]) == {"found", "expected", "todo"}


def test_a_request_keeps_its_id_where_that_is_harmless(client: Any, server: Any, toy: Path) -> None:
    answer = raw(client, toy.read_bytes(), **{"x-request-id": "belt-7.1"})
    assert answer.headers["x-request-id"] == answer.json()["request_id"] == "belt-7.1"
    for strange in ("a b", "x" * 65, '"}{'):
        found = raw(client, toy.read_bytes(), **{"x-request-id": strange}).headers["x-request-id"]
        assert len(found) == 32
        assert found.isalnum()


def test_the_log_is_json_and_tells_nothing_of_pictures(client: Any, server: Any, toy: Path) -> None:
    client.post(
        "/predict", files=[("picture", ("secret-name.png", toy.read_bytes()))], headers={"x-request-id": "log1"}
    )
    import time

    time.sleep(0.3)  # a thread writes
    lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    (line,) = (line for line in lines if line.get("request_id") == "log1")
    assert line.keys() == {
        "time", "level", "event", "request_id", "method", "path", "status", "seconds", "pictures", "bytes",
    }  # fmt: skip
    assert (line["event"], line["status"], line["pictures"]) == ("request", 200, 1)
    assert "secret-name" not in server.log()
    assert "lower-left" not in server.log()
    assert "Traceback" not in server.log()


def test_health_and_metrics(client: Any, toy: Path) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    def read() -> dict[tuple[str, frozenset[Any]], float]:
        found = client.get("/metrics")
        assert found.headers["content-type"].startswith("text/plain")
        families = text_string_to_metric_families(found.text)
        return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}

    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    before = read()
    raw(client, toy.read_bytes())
    raw(client, b"not a picture, but a text of some length")
    client.get("/a-path-of-a-stranger")
    after = read()

    def grew(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        return after.get(key, 0) - before.get(key, 0)

    assert grew("miwake_pictures_total", outcome="answered") == 1
    assert grew("miwake_pictures_total", outcome="unreadable") == 1
    assert grew("miwake_answers_total", label="lower-left") == 1
    assert grew("miwake_requests_total", path="/predict", status="200") == 1
    assert grew("miwake_requests_total", path="other", status="404") == 1
    assert after["miwake_workers", frozenset({("kind", "predict")})] == 1
    assert after["miwake_waiting_pictures", frozenset({("kind", "predict")})] == 0
    assert "stranger" not in client.get("/metrics").text


def test_openapi_tells_what_is_true(client: Any, toy: Path) -> None:
    told = client.get("/openapi.json").json()
    assert set(told["paths"]) == {
        "/predict", "/health/live", "/health/ready", "/metrics", "/why", "/nearest", "/wrong",
    }  # fmt: skip
    post = told["paths"]["/predict"]["post"]
    assert set(post["requestBody"]["content"]) >= {"image/jpeg", "multipart/form-data"}
    assert {"200", "413", "415", "422", "503"} <= set(post["responses"])
    schemas = told["components"]["schemas"]
    assert schemas["Answer"]["examples"]
    # the answers have the fields that the schema says, and the examples, too
    answer = raw(client, toy.read_bytes()).json()
    assert answer.keys() == schemas["Answers"]["properties"].keys()
    assert answer["answers"][0].keys() == schemas["Answer"]["properties"].keys()
    assert schemas["Answer"]["examples"][0].keys() == schemas["Answer"]["properties"].keys()
    from miwake.serving.schemas import Answers, Refused

    Answers.model_validate(answer, strict=True)
    Refused.model_validate(client.get("/nothing").json(), strict=True)


def test_why_and_nearest(client: Any, toy: Path) -> None:
    import base64
    import io
    import time

    found = raw(client, toy.read_bytes(), path="/why").json()
    assert (found["target"], found["method"]) == ("lower-left", "gradcam")
    sizes = set()
    for key in ("picture", "map"):
        image = Image.open(io.BytesIO(base64.b64decode(found[key].partition(",")[2])))
        sizes.add(image.size)
    assert len(sizes) == 1  # they lie over each other
    for _ in range(100):
        near = raw(client, toy.read_bytes(), path="/nearest").json()
        if not near["looking"]:
            break
        time.sleep(0.1)
    assert len(near["nearest"]) == 6
    likeness = [one["likeness"] for one in near["nearest"]]
    assert likeness == sorted(likeness, reverse=True)
    assert near["nearest"][0]["label"] == "lower-left"
    refused = raw(client, b"not a picture, but a text of some length", path="/why")
    assert refused.status_code == 422


def test_wrong_answers_are_kept_as_a_data_set(client: Any, kept: Path, place: Path) -> None:
    for name in ("upper-left/002.png", "upper-left/006.png", "lower-right/001.png"):
        data = (place / "toy" / name).read_bytes()
        answer = raw(client, data, path=f"/wrong?label={name.partition('/')[0]}")
        assert answer.json()["kept"] is True
        assert raw(client, data, path=f"/wrong?label={name.partition('/')[0]}").json()["kept"] is False
    dataset = mw.open_dataset(kept)
    assert dataset.classes == ("lower-right", "upper-left")
    assert sorted(dataset.targets.tolist()) == [0, 1, 1]
    for strange in ("", "?label=", "?label=../etc", "?label=upper-left&label=lower-left", "?label=new"):
        refused = raw(client, (place / "toy" / "upper-left" / "010.png").read_bytes(), path=f"/wrong{strange}")
        assert refused.status_code == 400
    assert raw(client, b"a text of some length, really", path="/wrong?label=upper-left").status_code == 422
    assert sum(1 for file in kept.rglob("*") if file.is_file()) == 3
