"""Method, size and memory of an anomaly detector, and why."""

from __future__ import annotations

import pytest

from miwake.anomaly.config import AnomalyOptions, parse_bytes
from miwake.data.config import DataOptions
from miwake.errors import UsageError
from miwake.networks.config import ModelOptions
from miwake.training import choose_anomaly
from miwake.training.config import AugmentOptions, Training
from miwake.training.prepare import Asked, Look


def asked(**changes: object) -> Asked:
    rooms: dict[str, object] = {
        "data": DataOptions(),
        "model": ModelOptions(),
        "augment": AugmentOptions(),
        "training": Training(),
        "anomaly": AnomalyOptions(),
    }
    return Asked(**{**rooms, **changes})


def look(side: int = 400, channels: int = 3) -> Look:
    return Look(size=(side, side), channels=channels, pictures=200)


def test_patchcore_where_there_are_weights_else_an_autoencoder(in_both) -> None:
    for options, channels, method in (
        (ModelOptions(), 3, "patchcore"),
        (ModelOptions(), 1, "patchcore"),
        (ModelOptions(), 9, "autoencoder"),
        (ModelOptions(starting_weights="none"), 3, "autoencoder"),
    ):
        way = choose_anomaly._way(asked(model=options), look(channels=channels), 200, 600.0)
        assert way.method == method
        in_both(way.reasons)
        assert way.reasons


def test_a_method_that_needs_weights_says_so() -> None:
    with pytest.raises(UsageError, match="looks through a network"):
        choose_anomaly._way(asked(anomaly=AnomalyOptions(method="padim")), look(channels=9), 200, 600.0)


def test_sizes(in_both) -> None:
    assert choose_anomaly._way(asked(), look(400), 200, 600.0).side == 256
    assert choose_anomaly._way(asked(), look(32), 200, 600.0).side == 128
    assert choose_anomaly._way(asked(model=ModelOptions(image_size=96)), look(), 200, 600.0).side == 96
    short = asked(training=Training(time_limit="20s"))
    way = choose_anomaly._way(short, look(), 20_000, 20.0)
    assert way.side == 128
    in_both(way.reasons)
    assert choose_anomaly._way(short, look(), 10, 20.0).side == 256


@pytest.mark.parametrize("count", [1, 5, 8, 31, 97, 619, 10_007])
def test_few_pictures_are_left_over_where_each_is_seen_once(count: int) -> None:
    size = choose_anomaly._batch(count, learns=False)
    assert 1 <= size <= min(24, count)
    assert count % size <= max(2, 0.05 * count)


@pytest.mark.parametrize(
    ("text", "value"), [("500M", 500 * 2**20), ("2G", 2**31), ("1.5gb", 3 * 2**29), ("1024", 1024)]
)
def test_memory_as_people_write_it(text: str, value: int) -> None:
    assert parse_bytes(text) == value


@pytest.mark.parametrize("text", ["", "much", "-1G", "0", "1T"])
def test_other_memory_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no amount of memory"):
        AnomalyOptions(memory=text)
