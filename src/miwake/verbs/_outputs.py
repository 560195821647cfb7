"""Files that a verb writes because a flag says so: never over what it reads, nor over what a run keeps."""

from __future__ import annotations

from pathlib import Path

from miwake.errors import UsageError
from miwake.files import Inputs, make_folder
from miwake.run import belongs_to_run


def check_csv(path: Path | None, inputs: Inputs) -> None:
    """See that --csv does no harm, and make the folder that it lies in.

    Raises:
        UsageError: the file is one that the command reads, or one of a run's own.
        WriteError: the folder cannot be made.
    """
    if path is None:
        return
    if path in inputs:
        raise UsageError(
            f"--csv {path} is a file that this command reads, and would be written over.",
            expected="the name of a new file",
            todo="name another file.",
        )
    if belongs_to_run(path):
        raise UsageError(
            f"--csv {path} is a file of a run, which would be damaged.",
            expected="a name that the run does not use itself",
            todo=f"name another file, such as {path.with_name('answers.csv')}.",
        )
    make_folder(path.parent)


def free_place(folder: Path, stem: str, taken: set[Path], inputs: Inputs) -> Path:
    """A path for a drawn picture: of no other picture of this call, and of none that the command reads.

    Args:
        folder: where it is to lie.
        stem: its name without an ending; a number is added where that is taken.
        taken: paths given away so far; the new one is added.
        inputs: what the command reads.
    """
    place, number = folder / f"{stem}.png", 2
    while place in taken or place in inputs:
        place, number = folder / f"{stem}-{number}.png", number + 1
    taken.add(place)
    return place
