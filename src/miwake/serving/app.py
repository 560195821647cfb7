"""The interface for programs, and the page for people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from miwake.look.language import spoken
from miwake.look.text import LANGUAGES, Language
from miwake.look.words import words
from miwake.serving import page, schemas
from miwake.serving.config import ServeOptions
from miwake.serving.keep import Keeper, NoRoom
from miwake.serving.metrics import CONTENT_TYPE, Metrics
from miwake.serving.pool import Answer, Full, Lost, Pool, TooSlow
from miwake.serving.refusals import Refusal, full, lost
from miwake.serving.upload import Memory, Upload, pictures
from miwake.version import __version__

TOP = 10


@dataclass(kw_only=True)
class Desk:
    """What the routes share."""

    options: ServeOptions
    pool: Pool
    reasons: Pool
    """A worker that says why; started when it is first asked."""
    metrics: Metrics
    memory: Memory
    lang: Language | None
    """The language that was asked for; None: the browser's."""
    token: bool
    asked_why: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        """Of the model.

        Raises:
            Refusal: no worker has opened it yet.
        """
        if self.pool.facts is None:
            raise lost()
        return self.pool.facts

    @cached_property
    def keeper(self) -> Keeper | None:
        """Where wrongly answered pictures are kept."""
        if self.options.keep is None:
            return None
        facts = self.facts
        return Keeper(Path(self.options.keep), self.options.keep_limit, facts["classes"], facts["several"])

    def language(self, request: Request, asked: str | None = None) -> Language:
        """By the query, the command's flag, the browser, the surroundings."""
        for language in LANGUAGES:
            if asked == language:
                return language
        if self.lang is not None:
            return self.lang
        for part in request.headers.get("accept-language", "").lower().split(","):
            for language in LANGUAGES:
                if part.strip().startswith(language):
                    return language
        return spoken()


def create(desk: Desk) -> FastAPI:
    """The application."""
    app = FastAPI(
        title="Miwake",
        summary="Answers of a trained model.",
        version=__version__,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        responses=schemas.REFUSALS,
    )
    _refusals(app)
    _predict(app, desk)
    _health(app, desk)
    if not desk.options.no_page:
        _page(app, desk)
        _reasons(app, desk)
    if desk.options.keep is not None:
        _wrong(app, desk)
    return app


def _id(request: Request) -> str:
    return str(request.scope["state"]["request_id"])


def _json(content: Any, status: int = 200) -> Response:
    # already plain and of the form that the schema says: checking it again would cost more than the rest
    return Response(json.dumps(content, ensure_ascii=False), status, media_type="application/json")


def _refusals(app: FastAPI) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return Response(error.body(_id(request)), error.status, error.headers, "application/json")

    async def unknown(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        todo = "GET /openapi.json tells what there is."
        refusal = Refusal(error.status_code, str(error.detail), todo=todo, headers=error.headers)
        return await refused(request, refusal)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        return await refused(request, Refusal(400, found, todo="GET /openapi.json tells what there is."))

    async def gone(request: Request, error: Exception) -> Response:
        return await refused(request, Refusal(400, "The sender went away.", headers={"connection": "close"}))

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, unknown)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(ClientDisconnect, gone)


async def _ask(pool: Pool, do: str, uploads: Sequence[Upload], lang: Language) -> list[Answer]:
    """Answers, or why there are none.

    Raises:
        Refusal: no room, or the process died.
    """
    try:
        return await pool.ask(do, [upload.data for upload in uploads], lang)
    except Full as error:
        raise full(error.after) from None
    except Lost:
        raise lost() from None
    except TooSlow:
        return [({"problem": words("serve.slow", lang)}, b"") for _ in uploads]


# -- the interface -----------------------------------------------------------------------------------------------------


def _predict(app: FastAPI, desk: Desk) -> None:
    @app.post(
        "/predict",
        response_model=schemas.Answers,
        responses=schemas.UNREADABLE,
        openapi_extra=schemas.BODY,
        summary="Answer for one or many pictures",
    )
    async def predict(
        request: Request,
        top: Annotated[int, Query(ge=1, description="Classes whose probabilities are told.")] = TOP,
        lang: Annotated[str | None, Query(description="en or ja, of what is wrong with a picture.")] = None,
    ) -> Response:
        facts, language = desk.facts, desk.language(request, lang)
        with desk.memory.borrowed() as share:
            desk.pool.arriving += 1
            try:
                uploads = await pictures(request, desk.options, share)
            finally:
                desk.pool.arriving -= 1
            request.scope["state"]["facts"].update(pictures=len(uploads), bytes=share.bytes)
            found = await _ask(desk.pool, "predict", uploads, language)
        answers = [
            _told(upload.name, answer, facts["classes"], top)
            for upload, (answer, _) in zip(uploads, found, strict=True)
        ]
        for answer in answers:
            desk.metrics.pictures.labels("unreadable" if "problem" in answer else "answered").inc()
            if "label" in answer:
                desk.metrics.answers.labels(answer["label"] or "").inc()
        status = 422 if all("problem" in answer for answer in answers) else 200
        return _json({"request_id": _id(request), "model": facts["run"], "answers": answers}, status)


def _told(name: str, answer: dict[str, Any], classes: Sequence[str], top: int) -> dict[str, Any]:
    if "problem" in answer:
        return {"picture": name, "problem": str(answer["problem"])}
    shares = answer["probabilities"]
    order = sorted(range(len(shares)), key=lambda place: -shares[place])[:top]
    return {
        "picture": name,
        "label": answer["label"],
        "known": answer["label"] is not None,
        "probability": round(answer["probability"], 6),
        "probabilities": {
            (classes[place] if len(classes) == len(shares) else str(place)): round(shares[place], 6) for place in order
        },
        **({"regions": answer["regions"]} if "regions" in answer else {}),
    }


def _health(app: FastAPI, desk: Desk) -> None:
    @app.get("/health/live", response_model=schemas.Health, summary="Whether the server runs")
    async def live() -> Response:
        return _json({"status": "live"})

    @app.get("/health/ready", response_model=schemas.Health, summary="Whether a worker can answer; 503 where none can")
    async def ready() -> Response:
        return _json({"status": "ready"}) if desk.pool.ready else _json({"status": "starting"}, 503)

    @app.get("/metrics", summary="Counters for Prometheus", response_class=Response)
    async def metrics() -> Response:
        return Response(desk.metrics.text(), media_type=CONTENT_TYPE)


# -- the page ----------------------------------------------------------------------------------------------------------


def _page(app: FastAPI, desk: Desk) -> None:
    def get(path: str, kind: str, text: Callable[[], str]) -> None:
        @app.get(path, include_in_schema=False)
        async def file() -> Response:
            return Response(text(), media_type=kind)

    get("/page.css", "text/css", page.style)
    get("/page.js", "text/javascript", page.script)

    @app.get("/", include_in_schema=False)
    async def shown(request: Request, lang: str | None = None) -> Response:
        language = desk.language(request, lang)
        facts = desk.facts if desk.pool.facts is not None and not desk.token else None
        text = page.html(facts, desk.options, language, token=desk.token)
        return Response(text, media_type="text/html", headers={"vary": "accept-language"})

    @app.get("/model", include_in_schema=False)
    async def model() -> Response:
        facts = desk.facts
        return _json({key: facts[key] for key in ("run", "classes", "several")})


def _reasons(app: FastAPI, desk: Desk) -> None:
    async def asked(request: Request, do: str, lang: str | None) -> dict[str, Any]:
        language = desk.language(request, lang)
        with desk.memory.borrowed() as share:
            upload = (await pictures(request, desk.options, share))[:1]
            if not desk.asked_why:
                desk.asked_why = True
                desk.reasons.start()
            await desk.reasons.until_ready(desk.options.timeout)
            ((answer, _),) = await _ask(desk.reasons, do, upload, language)
        if "problem" in answer:
            raise Refusal(422, str(answer["problem"]))
        return {"request_id": _id(request), **answer}

    @app.post(
        "/why",
        response_model=schemas.Reasons,
        openapi_extra=schemas.ONE,
        summary="Where the network looked in a picture",
    )
    async def why(request: Request, lang: str | None = None) -> Response:
        return _json(await asked(request, "why", lang))

    @app.post(
        "/nearest",
        response_model=schemas.Neighbours,
        openapi_extra=schemas.ONE,
        summary="The training pictures that are most like a picture",
    )
    async def nearest(request: Request, lang: str | None = None) -> Response:
        return _json(await asked(request, "nearest", lang))


def _wrong(app: FastAPI, desk: Desk) -> None:
    @app.post(
        "/wrong",
        response_model=schemas.Kept,
        responses={507: {"model": schemas.Refused, "description": "the folder is full"}},
        openapi_extra=schemas.ONE,
        summary="Keep a picture with its right answer for the next training",
    )
    async def wrong(
        request: Request,
        label: Annotated[list[str], Query(description="The right answer; several where the model knows several.")] = [],  # noqa: B006
        lang: str | None = None,
    ) -> Response:
        keeper = desk.keeper
        assert keeper is not None
        with desk.memory.borrowed() as share:
            upload = (await pictures(request, desk.options, share))[:1]
            ((answer, png),) = await _ask(desk.pool, "decode", upload, desk.language(request, lang))
        if "problem" in answer:
            raise Refusal(422, str(answer["problem"]))
        try:
            kept = await asyncio.to_thread(keeper.keep, png, label)
        except ValueError:
            raise Refusal(400, "The right answer is none that the model knows.", expected="label=CLASS") from None
        except NoRoom:
            raise Refusal(507, "The folder for kept pictures is full.") from None
        if kept:
            desk.metrics.kept.inc()
        return _json({"request_id": _id(request), "kept": kept})
