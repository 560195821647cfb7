"""What can be asked of watching."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class WatchOptions:
    """What is run for which answers, what is logged and kept, and how it looks."""

    run: str | None = None
    """Command for pictures whose answer is chosen by --labels and --threshold, such as 'valve open {label}'. {label},
    {path}, {probability} and {time} are filled in, {{path}} stands for {path}; no shell is involved."""
    labels: tuple[str, ...] = ()
    """Answers for which it is run, such as cat,dog; left away, all but "I don't know"."""
    threshold: float = 0.0
    """Least probability for which it is run; of an anomaly, 1 less its share of false alarms."""
    hold_off: float = 0.0
    """Seconds after a start during which it is not run again."""
    run_timeout: float = 60.0
    """Seconds after which the command is ended, with all that it started."""
    log: str | None = None
    """File to which everything is added as JSON, an object a line."""
    log_limit: int = 10_000_000
    """Bytes of the log, after which a new one is begun: FILE becomes FILE.1, and so on."""
    log_files: int = 5
    """Logs that are kept beside the one that is written to."""
    existing: bool = False
    """Also answer the pictures that are in the folder already."""
    interval: float = 0.1
    """Seconds between two looks at the folder; more where looking itself takes long."""
    settle: float = 1.0
    """Seconds that a file must lie still where its end does not show that it is whole: BMP, TIFF, WebP."""
    patience: float = 10.0
    """Seconds that a file which cannot be read must lie still until that is said."""
    every: float = 1.0
    """Seconds between two pictures of the camera; 0 takes as many as can be answered."""
    keep: str | None = None
    """Folder for those pictures of the camera for which the command is run, as PNG."""
    keep_limit: int = 1_000_000_000
    """Bytes of the folder of --keep; the oldest of its pictures make room for new ones."""
    no_drift: bool = False
    """Do not hold what comes in against the training pictures."""
    false_drift: int = 100_000
    """Pictures that pass at least, on average, between two false warnings that pictures have changed."""
