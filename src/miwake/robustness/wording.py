"""What attacks have shown, in plain sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

from miwake.evaluation.wording import counted
from miwake.look.text import Language, clean, natural, percent
from miwake.look.words import words
from miwake.robustness.masking import LOOKS
from miwake.robustness.results import Corruptions, Level, Patch, Robustness, Smallest, Texture
from miwake.robustness.strength import LEVELS

_UNSEEN, _HARDLY = 8.0, 16.0  # grey levels a value


def sentences(found: Robustness, language: Language = "en") -> list[str]:
    """A sentence for each thing that was found out, the most important first."""
    said = [
        *_attack(found, language),
        *(_masking(found, language) if found.masking else ()),
        *(_smallest(found.smallest, found.target, language) if found.smallest else ()),
        *(_patch(found.patch, language) if found.patch else ()),
        *(_corruptions(found.corruptions, language) if found.corruptions else ()),
        *(_texture(found.texture, language) if found.texture else ()),
    ]
    if found.left_out:
        names = words("report.and", language).join(words(f"attack.nav.{name}", language) for name in found.left_out)
        said.append(words("attack.left_out", language, names=names))
    return said


def grey(levels: float) -> str:
    """Grey levels in at most four digits."""
    return f"{levels:.0f}" if levels >= 100 else f"{levels:.3g}"


def attack_name(name: str) -> str:
    """An attack as papers write it: PGD, APGD-CE; those with a word for a name as they are."""
    return name.upper().replace("_", "-") if name in ("pgd", "fgsm", "apgd_ce", "apgd_dlr") else name


def doubts(found: Robustness, language: Language) -> list[str]:
    """What makes the attack itself suspicious, a few words each."""
    return [words(f"attack.check.short.{check.name}", language) for check in found.masking if not check.passed]


def _attack(found: Robustness, language: Language) -> Iterator[str]:
    level = found.attacked
    if math.isfinite(level.rate.value):
        yield _fools(found, level, language)
    if found.bound is not None and found.target is None:
        names = dict.fromkeys([attack_name(found.attack).partition("-")[0], "APGD"])
        yield counted("attack.held", found.bound.accuracy, language, attack=" + ".join(names))
    if level.fooled and found.rounded < level.fooled:
        yield words("attack.rounded", language, fooled=f"{level.fooled:,}", rounded=f"{found.rounded:,}")
    if found.hardened is not None:
        yield words("attack.hardened", language, levels=grey(found.hardened))


def _fools(found: Robustness, level: Level, language: Language) -> str:
    levels = grey(level.strength)
    if found.target is not None:
        return counted("attack.fools.target", level.rate, language, levels=levels, target=clean(found.target))
    if found.norm == "l2":
        values = f"{(level.strength / LEVELS) ** 2:.2g}"
        return counted("attack.fools.l2", level.rate, language, levels=levels, values=values)
    seen = "unseen" if level.strength <= _UNSEEN else "hardly" if level.strength <= _HARDLY else ""
    return counted(
        "attack.fools",
        level.rate,
        language,
        levels=levels,
        unseen=words(f"attack.{seen}", language) if seen else "",
    )


def _masking(found: Robustness, language: Language) -> Iterator[str]:
    names, between = doubts(found, language), words("report.and", language)
    made = {check.name for check in found.masking}
    late = [words(f"attack.check.short.{name}", language) for name in LOOKS if name not in made]
    if names:
        yield words("attack.doubtful", language, names=between.join(names))
    elif not late:
        yield words("attack.trusted", language, n=len(made))
    else:
        yield words("attack.trusted.partly", language, made=len(made), n=len(LOOKS), names=between.join(late))


def _smallest(smallest: Smallest, target: str | None, language: Language) -> Iterator[str]:
    if not smallest.values:
        return
    wanted, values = "" if target is None else ".target", {} if target is None else {"target": clean(target)}
    if math.isfinite(smallest.median):
        yield words(f"attack.smallest{wanted}", language, levels=grey(smallest.median), **values)
    else:
        yield words(f"attack.smallest.none{wanted}", language, levels=grey(smallest.most), **values)


def _patch(patch: Patch, language: Language) -> Iterator[str]:
    figure = dict(patch.conditions)["all"]
    if patch.target is None:
        said = counted("attack.patch.sentence", figure, language, area=percent(patch.area, 0))
    else:
        wanted = clean(patch.target)
        said = counted("attack.patch.target", figure, language, area=percent(patch.area, 0), target=wanted)
    if said:
        yield said


def _corruptions(found: Corruptions, language: Language) -> Iterator[str]:
    of = natural(found.mean)[0]
    worst = sorted(found.each, key=lambda one: sum(figure.value for figure in one.accuracy))[:3]
    names = words("report.and", language).join(words(f"attack.corruption.{one.name}", language) for one in worst)
    yield counted("attack.corruptions.sentence", found.mean, language, plain=round(found.plain.value * of), worst=names)


def _texture(texture: Texture, language: Language) -> Iterator[str]:
    either = texture.shape + texture.texture
    if texture.decided:
        yield counted("attack.texture.sentence", texture.bias, language)
    else:
        yield words("attack.texture.few", language, made=either + texture.neither, either=either)
    yield told(texture, language)


def told(texture: Texture, language: Language) -> str:
    """On how many pictures shape and texture could be judged at all."""
    return words("attack.texture.told", language, told=f"{texture.told:,}", pictures=f"{texture.pictures:,}")
