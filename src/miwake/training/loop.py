"""The only training loop.

It follows a task's phases over numbered batches, judges after every epoch, keeps the best weights, and can be killed
at any moment: everything random is a function of (seed, epoch, step) or saved in the checkpoint.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import accumulate
from typing import Any

import torch
from torch import nn

from miwake.data.loader import mix
from miwake.run import write_table
from miwake.tasks.phases import Phase, Turn
from miwake.tasks.protocols import Meter
from miwake.training import checkpoint, judging, mirror
from miwake.training.clock import Clock
from miwake.training.contest import Contest
from miwake.training.engine import Engine
from miwake.training.job import Fitted, Job, Moment, State, non_finite
from miwake.training.losses import Losses
from miwake.training.optimizer import Average, Statistics, learning, let_learn, make_optimizer, update
from miwake.training.schedule import Course, rate, side
from miwake.training.showing import Showing
from miwake.types import Batch, sentences_from_json

_MIRROR_TEST = 0.15  # share of training after which mirroring is tested


class Trainer:
    """One run of the loop; see `fit`."""

    def __init__(self, job: Job, report: Callable[[Moment], None], stop: Callable[[], bool]) -> None:
        self.job, self.report, self.stop = job, report, stop
        recipe = job.recipe
        torch.manual_seed(mix(recipe.seed, 1))
        self.engine = Engine(recipe, job.model)
        self.steps = max(1, job.train.steps // recipe.accumulate)
        self.ends = list(accumulate(round(phase.share * recipe.epochs) * self.steps for phase in job.phases))
        self.state = State(course=Course(total=self.ends[-1]))
        self.average = Average(job.model, recipe.average, self.ends[-1]) if recipe.average and self.ends[-1] else None
        self.statistics = Statistics(job.model)
        self.state.mirror = job.augmentation.mirror
        self.showing = Showing(job, self.engine.device)
        self.contest = None
        if job.opponent is not None:
            self.contest = Contest(job, job.opponent, self.engine, self.showing.generator)
        self.best = checkpoint.Best()
        self.turns: list[tuple[Turn, dict[str, nn.Parameter], Any]] = []
        self.losses = Losses(self.engine.device)
        self.number = 0
        self.observed = 0.0
        self.clock = Clock()
        self.interrupted = False

    # -- the run as a whole ------------------------------------------------------------------------------------

    def run(self, resume: bool) -> Fitted:
        """Follow the phases to the end, from the last checkpoint where `resume`."""
        if not (resume and self._restore()):
            self._start_phase()
        while self.state.phase < len(self.job.phases) and not self.interrupted:
            phase = self.job.phases[self.state.phase]
            if phase.observes:
                self._observe(phase)
            else:
                self._learn(phase)
        if not self.interrupted:
            self._save()
        self.best.give(self.job.model)
        return Fitted(
            model=self.job.model,
            history=self.state.history,
            best=self.state.best,
            interrupted=self.interrupted,
            augmentation=self.showing.augmentation(self.state.mirror),
            mirror_reason=self.state.mirror_reason,
            careful=self.state.careful,
        )

    def _start_phase(self) -> None:
        """Optimizers of the current phase, on the model as it is set up; what does not learn needs no gradient."""
        self.turns = []
        if self.state.phase >= len(self.job.phases):
            return
        phase, model = self.job.phases[self.state.phase], self.job.model
        for turn in phase.turns:
            if turn.kind == "learn":
                optimizer = make_optimizer(model, turn, self.job.recipe, self.job.groups)
                self.turns.append((turn, learning(model, turn), self.engine.optimizer(optimizer)))
        if len(self.turns) == 1:
            let_learn(self.job.model, self.turns[0][1])
        self.clock.begin_pace(self.state.course.step)

    def _next_phase(self) -> None:
        self.state.phase += 1
        self.state.phase_epoch = 0
        self._start_phase()

    # -- learning ----------------------------------------------------------------------------------------------

    def _learn(self, phase: Phase) -> None:
        """Epochs until the phase's last step; every epoch is judged."""
        state = self.state
        # a checkpoint may lie between an epoch's last step and its judgement
        while state.course.step < self._end() or state.step > 0:
            self._train_mode(phase)
            while state.step < self.steps and state.course.step < self._end():
                self._step(phase)
                if self._tick(phase):
                    self._save()
                    self._complete()
                    self._judge(phase)
                    return
            self._read_losses()
            self._judge(phase)
            state.step = 0
            state.epoch += 1
            state.phase_epoch += 1
            patience = self.job.recipe.patience
            if patience is not None and state.since_best >= patience:
                break
        self._next_phase()

    def _end(self) -> int:
        """Step at which the current phase ends; the last that learns ends with the course, which a time limit moves."""
        return self.state.course.total if self._last() else self.ends[self.state.phase]

    def _last(self) -> bool:
        return all(phase.observes for phase in self.job.phases[self.state.phase + 1 :])

    def _step(self, phase: Phase) -> None:
        """One optimizer step of every turn."""
        state, recipe = self.state, self.job.recipe
        factor = rate(recipe.schedule, recipe.warmup, state.course.done)
        shown = side(recipe.progressive, state.course.done)
        if not phase.frozen_norm:
            self.statistics.warm(state.course.step)
        for turn, parameters, optimizer in self.turns:
            if len(self.turns) > 1:
                let_learn(self.job.model, parameters)
            for part in range(recipe.accumulate):
                self.number = state.step * recipe.accumulate + part
                batch = self._shown(self.number, shown)
                if self.contest is not None:
                    batch = self.contest.change(batch, turn, state, self.number)
                    self._train_mode(phase)
                with self.engine.autocast():
                    loss = self.job.task.step(self.engine.model, batch, turn)["loss"]
                bad = self.losses.add(loss)
                if bad is not None:
                    self._fail(bad)
                self.engine.backward(loss / recipe.accumulate if recipe.accumulate > 1 else loss)
            update(optimizer, parameters.values(), recipe, factor)
        if self.average is not None:
            self.average.update(state.course.step)
        state.learning_rate = self.turns[0][2].param_groups[-1]["lr"]
        state.course.step += 1
        state.step += 1
        if side(recipe.progressive, state.course.done) != shown:
            self.clock.begin_pace(state.course.step)

    def _shown(self, step: int, shown: float = 1.0) -> Batch:
        """Batch number `step` of the epoch, as the network is to see it."""
        state, step = self.state, step % self.job.train.steps
        batch = self.job.train.batch(state.epoch, step)
        return self.showing.batch(batch, mirror=state.mirror, epoch=state.epoch, step=step, shown=shown)

    def _train_mode(self, phase: Phase) -> None:
        self.job.model.train()
        if phase.frozen_norm:
            for module in self.job.model.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()

    # -- observing ---------------------------------------------------------------------------------------------

    @torch.no_grad()
    def _observe(self, phase: Phase) -> None:
        """Go over the data without gradients; a checkpoint holds the phase's start, where it would begin anew."""
        task, model, state, seen, start = self.job.task, self.job.model, self.state, None, self.state.epoch
        steps, began = self.job.train.steps, time.monotonic()
        torch.manual_seed(mix(self.job.recipe.seed, 3, state.phase))
        self._take_average()
        model.eval()
        for number in range(phase.passes * steps):
            state.epoch, step = start + number // steps, number % steps
            seen = self._look(phase, step, seen)
            self.observed = (number + 1) / (phase.passes * steps)
            late = phase.seconds is not None and time.monotonic() - began > phase.seconds
            if self._tick(phase) or late:
                break
        state.epoch = start if self.interrupted else start + phase.passes
        self.clock.looking = (time.monotonic() - began) / (number + 1) * steps
        if self.interrupted:
            self._save()
        task.finish(model, phase.turns[0], seen)
        if self.average is not None:
            self.average.model.load_state_dict(model.state_dict())
        if self.interrupted:
            self._complete()
        if phase.judged or self.interrupted:
            self._judge(phase)
        if not self.interrupted:
            self._next_phase()
            self._save()

    @torch.no_grad()
    def _complete(self) -> None:
        """Let a model that was stopped see once what it lacks for an answer; the checkpoint holds it as it was."""
        if self.job.phases[self.state.phase].judged:
            return
        self._take_average()
        for phase in self.job.phases[self.state.phase + 1 :]:
            if phase.observes:
                self.job.model.eval()
                seen = None
                for step in range(self.job.train.steps):
                    seen = self._look(phase, step, seen)
                self.job.task.finish(self.job.model, phase.turns[0], seen)
        if self.average is not None:
            self.average.model.load_state_dict(self.job.model.state_dict())

    def _take_average(self) -> None:
        """What is observed is to fit the weights that will be kept."""
        if self.average is not None:
            self.job.model.load_state_dict(self.average.model.state_dict())

    def _look(self, phase: Phase, step: int, seen: Any) -> Any:
        """Observe a batch; returns what has been seen so far."""
        batch = self._shown(step)
        with self.engine.autocast():
            return self.job.task.observe(self.job.model, batch, phase.turns[0], seen)

    # -- judging -----------------------------------------------------------------------------------------------

    def _judged(self) -> nn.Module:
        """The model whose weights may be kept."""
        return self.average.model if self.average is not None else self.job.model

    def validate(self, *, mirrored: bool = False) -> Meter:
        """The validation split, judged with the (averaged) weights."""
        return judging.validate(self.job, self._judged(), self.engine, mirrored=mirrored)

    def _read_losses(self) -> None:
        bad = self.losses.read()
        if bad is not None:
            self._fail(bad)

    def _judge(self, phase: Phase) -> None:
        """Write down the epoch, and keep its weights if they give answers and these are the best so far."""
        state = self.state
        batches = (state.step or self.steps) * self.job.recipe.accumulate
        judged = (phase.judged and self._due()) or self.interrupted
        meter = self.validate() if judged else self.job.task.meter()
        figures = meter.compute() if judged else {}
        if self.contest is not None:
            figures |= self.contest.test(self._judged(), self.job.phases[state.phase].turns[0])
        row: dict[str, Any] = {
            "phase": phase.name,
            "epoch": state.epoch,
            "step": state.course.step,
            "train_loss": self.losses.total / batches if self.losses.total else None,
            **{f"val_{name}": value for name, value in figures.items()},
            "learning_rate": state.learning_rate,
            "seconds": round(self.clock.elapsed(), 3),
        }
        state.history.append(row)
        self.losses.total = 0.0
        if not judged:
            self._write_history()
            return
        if not state.best or judging.worth(row, self.job) >= judging.worth(state.best, self.job):
            state.best, state.since_best = row, 0
            self.best.keep(self._judged())
        else:
            state.since_best += self.job.recipe.judge_every
        if self.contest is not None and self.contest.collapsed(row, state):
            self._go_back()
        if state.mirror == "auto" and state.course.done >= _MIRROR_TEST:
            verdict = mirror.verdict(meter, lambda: self.validate(mirrored=True))
            if verdict is not None:
                state.mirror, state.mirror_reason = verdict
        self._write_history()

    def _due(self) -> bool:
        """Whether this epoch is to be judged."""
        every = (self.state.phase_epoch + 1) % self.job.recipe.judge_every == 0
        return every or self.state.course.step >= self._end()

    def _write_history(self) -> None:
        if self.job.folder is not None:
            write_table(self.job.folder / "metrics.csv", self.state.history)

    def _go_back(self) -> None:
        """To the best weights; from now on the opponent tries harder."""
        self.state.careful = self.state.epoch
        for model in (self.job.model, self._judged()):
            self.best.give(model)
        for _, _, optimizer in self.turns:
            optimizer.state.clear()

    # -- time --------------------------------------------------------------------------------------------------

    def _tick(self, phase: Phase) -> bool:
        """Ten times a second: progress, time, checkpoint, and whether to stop."""
        if not self.clock.due():
            return False
        self._tell(phase)
        self._keep_time(phase)
        if self.clock.unsaved() > self.job.recipe.checkpoint_every and not phase.observes:
            self._save()
        self.interrupted = self.stop()
        return self.interrupted

    def _keep_time(self, phase: Phase) -> None:
        recipe = self.job.recipe
        if recipe.seconds is not None and not phase.observes and self._last():
            passes = sum(later.passes for later in self.job.phases[self.state.phase + 1 :])
            course, most = self.state.course, self.ends[-1]
            self.clock.keep(course, recipe.seconds, passes=passes, most=most, progressive=recipe.progressive)

    def _tell(self, phase: Phase) -> None:
        seen = self.state.step * self.job.recipe.accumulate - self.losses.unread
        epochs = round(phase.share * self.job.recipe.epochs)
        done = self.state.done(len(self.job.phases), self.observed)
        self.report(Moment.of(phase.name, self.state, epochs=epochs, loss=self.losses.total / max(seen, 1), done=done))

    def _fail(self, ago: int) -> None:
        """A loss was no number: give back the best weights, and name the step and the pictures.

        Args:
            ago: batches since then.
        """
        if self.best.tensors:
            self.best.give(self.job.model)
        state, train = self.state, self.job.train
        batch = max(self.number - ago, 0)
        step = state.course.step - state.step + batch // self.job.recipe.accumulate
        raise non_finite(
            self.job, step, train.batch(state.epoch, batch % train.steps).rows, kept=bool(self.best.tensors)
        )

    # -- checkpoints -------------------------------------------------------------------------------------------

    def _save(self) -> None:
        """The best weights under a name of their own, then all that points to them, then away with older ones."""
        self._read_losses()
        if self.job.folder is None:
            return
        state, folder = self.state, self.job.folder / "checkpoint"
        if self.best.tensors:
            self.best.save(folder, f"{state.best['step']}-{state.best['epoch']}")
        tensors, random = checkpoint.pack(self.engine.device, self._models(), self._optimizers())
        state.loss_sum = self.losses.total
        facts = asdict(state) | {"seconds": self.clock.elapsed(), "random": random, "best_file": self.best.file}
        checkpoint.save(folder, tensors, facts)
        self.best.tidy(folder)
        self.clock.saved()

    def _restore(self) -> bool:
        """Take up the last checkpoint; False where there is none yet."""
        folder = None if self.job.folder is None else self.job.folder / "checkpoint"
        found = None if folder is None else checkpoint.load(folder)
        if folder is None or found is None:
            return False
        tensors, facts = found
        random, best_file = facts.pop("random"), facts.pop("best_file")
        (reason,) = sentences_from_json([facts.get("mirror_reason", "")])
        self.state = State(**facts | {"course": Course(**facts["course"]), "mirror_reason": reason})
        self.losses.total, self.clock.earlier = self.state.loss_sum, self.state.seconds
        self._start_phase()
        checkpoint.unpack(self.engine.device, self._models(), self._optimizers(), tensors, random)
        if best_file:
            self.best = checkpoint.Best.load(folder, best_file)
        return True

    def _models(self) -> dict[str, nn.Module]:
        average = {} if self.average is None else {"average": self.average.model}
        return {"model": self.job.model, **average}

    def _optimizers(self) -> list[Any]:
        return [optimizer for _, _, optimizer in self.turns]


def fit(job: Job, *, report: Callable[[Moment], None], stop: Callable[[], bool], resume: bool = False) -> Fitted:
    """Train a job's model; the model ends with its best weights.

    Args:
        job: what to work with.
        report: called about ten times a second.
        stop: asked as often; True ends training after the current step, with a usable model.
        resume: go on from the run folder's checkpoint.

    Raises:
        NonFiniteLoss: names the step and the pictures; the model holds the last good weights.
        WriteError: a checkpoint could not be written; the last good one is still there.
    """
    return Trainer(job, report, stop).run(resume)
