"""What layers look for: the first filters, the bases of layers that learn by themselves, and how many are Gabors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from miwake.explanation.gabor import GOOD, Study
from miwake.look import pictures
from miwake.look.pictures import MOST, Filters, columns, some
from miwake.look.text import Language, share
from miwake.look.words import words
from miwake.report.contents import ReportContents

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEAREST = 12


def filters(contents: ReportContents) -> list[Filters]:
    """The first layer's filters, or what every layer looks for where the network can say; which of them are Gabors."""
    views = [_bases(name, found, contents.language) for name, found in contents.bases.items()]
    first = None if views else pictures.filters(contents.filters, contents.language)
    if first is not None:
        views.append(first)
    if contents.study is not None:
        views.append(_gabors(contents.study, contents.language))
    return views


def _bases(name: str, found: NDArray[Any], language: Language) -> Filters:
    total, _, height, width = found.shape
    shown = min(total, MOST)
    sentence = words("report.bases.sentence", language, n=total, height=height, width=width)
    return Filters(
        title=words("report.bases.layer", language, name=name),
        columns=columns(found[:shown], 96),
        alt=words("report.bases.alt", language, n=shown, name=name),
        sentences=[sentence, *some(shown, total, language)],
    )


def _gabors(study: Study, language: Language) -> Filters:
    """The filters that are most like a Gabor function, each above that function."""
    fits = study.fits["gabor"]
    best = np.argsort(-fits.r2, kind="stable")[:_NEAREST]
    counts = {kind: int(fit.good.sum()) for kind, fit in study.fits.items()}
    chance = {f"random_{kind}": int(fit.good.sum()) for kind, fit in study.control.items()}
    sentence = words(
        "report.gabor.sentence",
        language,
        **counts,
        **chance,
        n=len(study.filters),
        random=len(study.control["gabor"].r2),
        range=share(study.share("gabor"))[1],
        least=f"{GOOD:g}",
    )
    above, below = (columns(shown[best][:, None], 64) for shown in (study.filters, fits.pictures))
    return Filters(
        title=words("report.gabor.title", language),
        columns=[(*one, *other) for one, other in zip(above, below, strict=True)],
        alt=words("report.gabor.alt", language, n=len(best)),
        sentences=[sentence, words("report.gabor.shown", language)],
    )
