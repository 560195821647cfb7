"""Which language somebody is spoken to in."""

from __future__ import annotations

import pytest

from miwake.errors import UsageError
from miwake.look.language import spoken

NAMES = ("MIWAKE_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@pytest.fixture(autouse=True)
def _no_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "JA_JP.eucJP"}, "ja"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, "ja"),
        ({"LC_ALL": "C", "LC_MESSAGES": "ja_JP.UTF-8", "LANG": "ja_JP.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LC_ALL": "en_US.UTF-8", "MIWAKE_LANG": "ja"}, "ja"),
        ({"LC_ALL": "ja_JP.UTF-8", "MIWAKE_LANG": "en"}, "en"),
        ({"LC_ALL": "ja_JP.UTF-8", "MIWAKE_LANG": ""}, "ja"),
    ],
)
def test_the_environment_says_it(environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert spoken() == language
    # whoever asks is answered in what they ask for
    assert (spoken("en"), spoken("ja")) == ("en", "ja")


def test_a_language_that_there_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no language named 'jp'.*'ja'"):
        spoken("jp")
    monkeypatch.setenv("MIWAKE_LANG", "fr")
    with pytest.raises(UsageError, match=r"MIWAKE_LANG.*'fr'"):
        spoken()
