"""The way of a training run, from the data to the report."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import torch

from miwake import locks, machine, tasks
from miwake.data.fingerprint import fingerprint
from miwake.data.mask_store import open_masks
from miwake.data.pictures import open_pictures
from miwake.data.split import read_contents, read_split, write_split
from miwake.errors import DataError, UsageError
from miwake.files import write_json
from miwake.look.terminal import progress, say
from miwake.look.text import Language, percent
from miwake.look.words import told, words
from miwake.networks import weights
from miwake.networks.config import ModelOptions
from miwake.prediction import Predictor
from miwake.run import Header, Run, make_latest, new_run, open_run, save_model
from miwake.training import checkpoint
from miwake.training.choice import Choice
from miwake.training.config import check_training
from miwake.training.job import Fitted, Job, Moment, NonFiniteLoss
from miwake.training.loop import fit
from miwake.training.plan import Plan, budget, settle
from miwake.training.prepare import Decoding, Prepared, make_job, prepare, slimmer
from miwake.training.probe import Cost
from miwake.types import TEST, TRAIN, VAL, Dataset, Note, Sentence, sentences_to_json
from miwake.verbs import _judge, _report
from miwake.verbs._options import check_evaluation, check_model
from miwake.verbs._request import Request, chosen_of, listed, request_of, settled

_FINISH = 8.0
"""Seconds that figures and report take, beside the answers themselves."""
_SENTENCES = 2
"""Sentences for the terminal; the report has them all."""


def train(asked: Request, *, out: Path | None, resume: str | None, started: float) -> Run:
    """See `miwake.verbs.train`."""
    machine.calm_allocator()
    if resume is not None:
        if out is not None or asked != Request(data="", lang=asked.lang):
            raise UsageError(
                "A run goes on as it began; it takes no other flags.",
                expected="--resume, and --lang at most",
                todo=f"miwake train --resume {resume}",
            )
        run = open_run(resume)
        with locks.training(run.folder):
            return _resume(run, asked.lang, started)
    check_training(asked.training)
    check_model(asked.model)
    check_evaluation(asked.evaluation)
    asked = settled(asked)
    machine.use_threads(asked.training.threads)
    device = machine.pick_device(asked.training.device)
    dataset = listed(asked)
    _say_data(dataset, asked.language)
    run = new_run(out, dataset.name)
    write_json(run.folder / "config.json", {"request": asked.to_json(), "chosen": None})
    try:
        with locks.training(run.folder):
            return _plan_and_learn(run, asked, dataset, device, started)
    except (DataError, UsageError):
        # nothing was learnt yet: leave no empty run behind
        if run.config()["chosen"] is None:
            for name in ("config.json", "environment.json", "split.csv", "checkpoint/lock"):
                (run.folder / name).unlink(missing_ok=True)
            own = (run.folder.parent,) if run.folder.parent == Path("runs") else ()
            for folder in (run.checkpoint, run.folder, *own):
                with suppress(OSError):
                    folder.rmdir()
        raise


def _plan_and_learn(run: Run, asked: Request, dataset: Dataset, device: torch.device, started: float) -> Run:
    write_json(run.folder / "environment.json", machine.environment())
    kept_back = asked.data_options.val + asked.data_options.test
    given = len(dataset) - len(dataset.rows(VAL)) - len(dataset.rows(TEST))
    kind = tasks.find(dataset.task)
    learnt = round(given if given < len(dataset) else (1 - kept_back) * len(dataset))
    total = budget(asked.training, learnt, kind.effort)

    def left() -> float:
        return total - (time.monotonic() - started)

    _tell(kind.foresee(dataset, asked.evaluation), asked.language)
    prepared = prepare(dataset, asked.asked(), decoding=_decoding(asked.language), seconds=left)
    write_split(run.folder / "split.csv", prepared.dataset, prepared.contents)
    prepared = replace(prepared, sentences=(*prepared.sentences, *_taught(asked.model, prepared)))
    _tell(prepared.sentences, asked.language)
    job, plan = _planned(run, asked, prepared, left())
    slim = slimmer(prepared, asked.asked()) if plan.short else None
    if slim is not None:
        prepared = slim
        job, plan = _planned(run, asked, prepared, left())
    choice = replace(prepared.choice, recipe=plan.recipe, phases=plan.phases).because(*plan.reasons)
    if prepared.learnt is not None:
        checkpoint.save(run.checkpoint, prepared.learnt, {}, checkpoint.TRIAL)
    chosen = {"chosen": choice.to_json(), "split": sentences_to_json(prepared.sentences)}
    write_json(run.folder / "config.json", {"request": asked.to_json()} | chosen)
    make_latest(run)
    prepared = replace(prepared, choice=choice)
    _say_plan(run, prepared, job, plan.cost, asked.language)
    job = make_job(
        choice, prepared.dataset, prepared.pictures, asked.model, run.folder, prepared.learnt, masks=prepared.masks
    )
    return _learn(run, asked, prepared, job, resume=False)


def _planned(run: Run, asked: Request, prepared: Prepared, seconds: float) -> tuple[Job, Plan]:
    job = make_job(
        prepared.choice,
        prepared.dataset,
        prepared.pictures,
        asked.model,
        run.folder,
        prepared.learnt,
        masks=prepared.masks,
    )
    least, most = prepared.epochs
    return job, settle(job, asked.training, seconds=max(seconds - _FINISH, 1.0), least=least, most=most)


def _taught(options: ModelOptions, prepared: Prepared) -> list[Note]:
    """That pictures which are to judge the model have taught the run that it starts from."""
    if options.starting_weights in ("auto", "none", "imagenet"):
        return []
    start = Path(options.starting_weights)
    learnt = read_contents((start if start.is_dir() else start.parent) / "split.csv", (TRAIN,))
    judges = (*prepared.dataset.rows(VAL).tolist(), *prepared.dataset.rows(TEST).tolist())
    count = sum(prepared.contents[row] in learnt for row in judges)
    return [Note("divide.taught", {"n": count, "total": len(judges)})] if count else []


def _resume(run: Run, lang: Language | None, started: float) -> Run:
    """Go on with a run; what was chosen stays chosen, but for the language if it is asked for."""
    config = run.config()
    asked = request_of(run)
    asked = replace(asked, lang=lang or asked.lang)
    if config.get("finished", False):
        say(words("train.finished", asked.language, folder=run.folder, report=run.report))
        return run
    dataset = listed(asked)
    if config["chosen"] is None:
        machine.use_threads(asked.training.threads)
        return _plan_and_learn(run, asked, dataset, machine.pick_device(asked.training.device), started)
    choice, divided = chosen_of(run)
    machine.use_threads(choice.recipe.threads)
    dataset = read_split(run.folder / "split.csv", dataset)
    with _decoding(asked.language)(len(dataset)) as line:
        pictures, _ = open_pictures(dataset, choice.preprocessing, asked.data_options, line)
    masks = open_masks(dataset, choice.preprocessing, asked.data_options) if choice.task.masked else None
    prepared = Prepared(dataset=dataset, pictures=pictures, masks=masks, choice=choice, sentences=divided)
    epoch = min(len(run.history()) + 1, choice.recipe.epochs)
    say(words("train.goes_on", asked.language, run=run.folder, epoch=epoch, epochs=choice.recipe.epochs))
    begun = checkpoint.load(run.checkpoint, checkpoint.TRIAL)
    job = make_job(choice, dataset, pictures, asked.model, run.folder, None if begun is None else begun[0], masks=masks)
    return _learn(run, asked, prepared, job, resume=True)


def _decoding(language: Language) -> Decoding:
    @contextmanager
    def line_for(count: int) -> Iterator[Callable[[int, int], None]]:
        with progress(count, words("train.reading", language), language=language, brief=True) as line:
            yield lambda done, _: line.update(done)

    return line_for


def _tell(sentences: Iterable[Sentence], language: Language) -> None:
    for sentence in sentences:
        say(told(sentence, language))


def _say_data(dataset: Dataset, language: Language) -> None:
    pictures = Note("unit.pictures", {"n": len(dataset)})
    classes = Note("unit.classes", {"n": len(dataset.classes)})
    say(words("train.data", language, name=dataset.name, pictures=pictures, classes=classes), bold=True)
    _tell(dataset.notes, language)


def _say_plan(run: Run, prepared: Prepared, job: Job, cost: Cost, language: Language) -> None:
    """What will be done, and an estimate of time and memory."""
    choice, recipe, steps = prepared.choice, prepared.choice.recipe, job.train.steps
    height, width = choice.preprocessing.size
    alone = all(phase.observes for phase in choice.phases)
    plan = {
        "network": choice.architecture,
        "parameters": sum(parameter.numel() for parameter in job.model.parameters()),
        "height": height,
        "width": width,
        "epochs": Note("unit.epochs", {"n": recipe.epochs}),
        "passes": Note("unit.passes", {"n": sum(phase.passes for phase in choice.phases)}),
        "steps": steps,
        "precision": recipe.precision,
        "seconds": recipe.epochs * steps * cost.step,
        "memory": cost.memory / 2**30,
        "folder": str(run.folder),
    }
    how = {
        "start": Note(f"train.start.{_start(choice)}", {"name": choice.starting_weights}),
        "batch": job.train.batch_size * recipe.accumulate,
        "optimizer": recipe.optimizer,
        "rate": recipe.learning_rate,
        "changes": tuple(Note(f"augment.{name}") for name in choice.augmentation.active) or Note("train.unchanged"),
    }
    ways = [Note("train.plan.alone", plan)] if alone else [Note("train.plan", plan), Note("train.how", how)]
    _tell([*choice.reasons, *ways], language)


def _start(choice: Choice) -> str:
    """How training begins, for the words on it."""
    if not choice.pretrained:
        return "nothing"
    return "weights" if choice.phases[0].observes else "whole"


def _learn(run: Run, asked: Request, prepared: Prepared, job: Job, *, resume: bool) -> Run:
    language = asked.language
    with _stopping() as stop, progress(1000, words("train.training", language), language=language) as line:

        def report(moment: Moment) -> None:
            figure = moment.figures.get(job.task.monitor)
            if not moment.loss:
                text = moment.phase
            elif figure is None:
                text = words("train.moment", language, loss=moment.loss)
            else:
                text = words("train.moment.val", language, loss=moment.loss, figure=figure)
            line.update(round(1000 * moment.done), text)

        try:
            fitted = fit(job, report=report, stop=stop, resume=resume)
            if fitted.interrupted:
                line.stopped()
        except NonFiniteLoss as error:
            if error.kept:
                save_model(run.model_file, job.model, header_of(prepared, job, asked.model))
            raise
    if fitted.interrupted:
        say(words("train.stopped", language, folder=run.folder))
    if fitted.mirror_reason:
        way = "on" if fitted.augmentation.mirror == "horizontal" else "off"
        say(words(f"train.mirror.{way}", language, reason=fitted.mirror_reason))
    if fitted.careful is not None:
        say(words("train.misled", language, epoch=fitted.careful + 1))
    against = fitted.best.get(f"val_robust_{job.task.monitor}")
    if against is not None:
        say(words("train.held", language, value=percent(against)))
    return _finish(run, asked, prepared, job, fitted)


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks for an end after the current step; a second one ends at once."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def note(number: int, frame: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def header_of(prepared: Prepared, job: Job, options: ModelOptions) -> Header:
    """What the model file says, before calibration."""
    choice, dataset = prepared.choice, prepared.dataset
    start = weights.choose(choice.architecture, options) if choice.pretrained else None
    return Header(
        task=choice.task.name,
        settings=choice.task.to_json(),
        architecture=choice.architecture,
        preprocessing=choice.preprocessing,
        dropout=choice.dropout,
        data={
            "name": dataset.name,
            "fingerprint": fingerprint(dataset, prepared.pictures),
            "pictures": len(dataset),
            "training_pictures": len(dataset.rows(TRAIN)),
            "split": sentences_to_json(prepared.sentences),
        },
        starting_weights={} if start is None else start.facts(),
        versions=machine.environment()["versions"],
    )


def _finish(run: Run, asked: Request, prepared: Prepared, job: Job, fitted: Fitted) -> Run:
    """Calibrate, judge, write everything down."""
    dataset, pictures = prepared.dataset, prepared.pictures
    header = header_of(prepared, job, asked.model)
    save_model(run.model_file, fitted.model, header)
    predictor = Predictor(fitted.model, header, torch.device(prepared.choice.recipe.device))
    judged = _judge.judge(predictor, dataset, pictures, asked.evaluation)
    save_model(run.model_file, fitted.model, judged.header)
    _judge.write(run, judged, dataset)
    finished = _report.Finished(
        run=run,
        judged=judged,
        dataset=dataset,
        pictures=pictures,
        fitted=fitted,
        choice=prepared.choice,
        language=asked.language,
    )
    _report.write(finished)
    if not fitted.interrupted:
        write_json(run.folder / "config.json", run.config() | {"finished": True})
    found = judged.evaluations["test"]
    task = predictor.task
    say(task.summary(found, asked.language))
    said = [*task.sentences(found, asked.language)[:_SENTENCES], *task.warnings(found, asked.language)]
    _tell(dict.fromkeys(said), asked.language)
    say(words("train.end", asked.language, model=run.model_file, report=run.report, folder=run.folder))
    return run
