"""Commands with places: no picture's name and no answer can become anything but an argument."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miwake.errors import UsageError
from miwake.watching.command import chosen, parse

ECHO = f"{shlex.quote(sys.executable)} -c 'import json, sys; print(json.dumps(sys.argv[1:]))'"
NASTY = ["-rf", "a b", "$(touch x)", "`id`", "new\nline", "{label}", "'", '"', ";", "|", "*", "~", "猫", "", "\\", "%s"]


def values(label: str, path: str = "/p") -> dict[str, str]:
    return {"label": label, "path": path, "probability": "0.9", "time": "1.5"}


def test_nasty_texts_reach_a_real_process_as_they_are() -> None:
    command = parse(f"{ECHO} {{path}} --what={{label}} '{{probability}} {{{{path}}}}'")
    for text in NASTY:
        done = subprocess.run(command.filled(values(text, f"/in/{text}")), capture_output=True, check=True)
        assert json.loads(done.stdout) == [f"/in/{text}", f"--what={text}", "0.9 {path}"]


PLACES = parse("true {label} x{path}y {label}{path} plain")


@settings(max_examples=200)
@given(label=st.text(), path=st.text())
def test_a_value_never_leaves_its_argument(label: str, path: str) -> None:
    assert PLACES.filled(values(label, path))[1:] == [label, f"x{path}y", label + path, "plain"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("'open", "cannot be divided"),
        ("no-such-program-here {path}", "which is not there"),
        ("true {lable}", "Did you mean {label}"),
        ("awk '{print}'", "{{print}}"),
        ("{path} now", "would run what is filled into"),
        ("sh -c 'rm {path}'", "could be run"),
        ("bash -ec 'echo {label}'", "could be run"),
        ("env X=1 sh -c 'rm {path}'", "could be run"),
        ("python3 -c 'print(\"{label}\")'", "could be run"),
        ("perl -e 'unlink {path}'", "could be run"),
    ],
)
def test_commands_that_cannot_be_meant_are_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in str(caught.value)


def test_a_shell_may_be_given_places_as_arguments() -> None:
    command = parse("sh -c 'printf %s \"$1\"' sh {path}")
    done = subprocess.run(command.filled(values("", "$(id); -n")), capture_output=True, check=True)
    assert done.stdout == b"$(id); -n"


def test_what_is_advised_instead_works(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        parse("sh -c 'mv {path} bad/'")
    advised = shlex.split(caught.value.todo)
    assert advised[0] == "--run"
    (tmp_path / "bad").mkdir()
    (tmp_path / "$(id).png").touch()
    subprocess.run(parse(advised[1]).filled(values("", str(tmp_path / "$(id).png"))), cwd=tmp_path, check=True)
    assert (tmp_path / "bad" / "$(id).png").exists()


def test_an_answer_that_looks_like_a_flag_is_refused_where_it_stands_alone() -> None:
    with pytest.raises(UsageError, match="taken for a flag"):
        parse("true {label}", ["cat", "-rf"])
    parse("true --label={label}", ["cat", "-rf"])


def test_answers_are_named_one_by_one_or_with_commas() -> None:
    classes = ("cat", "dog", "fox, red")
    assert chosen(("cat,dog",), classes) == {"cat", "dog"}
    assert chosen(("fox, red", "cat"), classes) == {"fox, red", "cat"}
    assert chosen((), classes) is None
    with pytest.raises(UsageError, match="Did you mean 'cat'"):
        chosen(("cta",), classes)
