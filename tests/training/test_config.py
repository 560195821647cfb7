"""Lengths of time, and values that cannot be meant."""

from __future__ import annotations

import pytest

from miwake.errors import UsageError
from miwake.training.config import Training, check_training, parse_time


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("90s", 90), ("10m", 600), ("10min", 600), ("1.5h", 5400), ("1h30m", 5400), ("2M", 120)],
)
def test_times(text, seconds):
    assert parse_time(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-5", "0", "10 minutes ago", "1.2.3m", "h"])
def test_no_times(text):
    with pytest.raises(UsageError, match="no length of time"):
        parse_time(text)


@pytest.mark.parametrize(
    ("training", "flag"),
    [
        (Training(epochs=0), "--epochs"),
        (Training(batch_size=0), "--batch-size"),
        (Training(learning_rate=0.0), "--learning-rate"),
        (Training(label_smoothing=1.0), "--label-smoothing"),
        (Training(clip=-1.0), "--clip"),
        (Training(time_limit="never"), "never"),
        (Training(seed=-1), "--seed"),
    ],
)
def test_refuses_and_names_the_flag(training, flag):
    with pytest.raises(UsageError) as caught:
        check_training(training)
    assert flag in str(caught.value)


def test_defaults_are_allowed():
    check_training(Training())
