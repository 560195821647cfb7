"""The interface's answers, as OpenAPI describes them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

_CUCUMBER: dict[str, Any] = {
    "picture": "left.jpg",
    "label": "bad",
    "known": True,
    "probability": 0.93,
    "probabilities": {"bad": 0.93, "good": 0.07},
}


_SCRATCH: dict[str, Any] = {"left": 12, "top": 40, "right": 31, "bottom": 52, "area": 140, "strength": 2.1}


class Region(BaseModel):
    """A place that the answer points out, in pixels of the upright picture."""

    label: str | None = Field(None, description="What is there, of a segmentation.")
    left: int
    top: int
    right: int = Field(description="The first column that is outside.")
    bottom: int = Field(description="The first row that is outside.")
    area: int = Field(description="Pixels inside its outline.")
    probability: float | None = Field(None, description="Mean probability of its class, of a segmentation.")
    strength: float | None = Field(None, description="Highest heat inside, of an anomaly.")


class Answer(BaseModel):
    """What the model says of a picture."""

    picture: str = Field(description="Its name as it was sent; `picture` for a plain body.")
    label: str | None = Field(description="The answer; null is “I don't know”. Several labels are joined by `;`.")
    known: bool = Field(description="False where the model would rather not say.")
    probability: float = Field(description="Calibrated probability of the answer, or of the most probable class.")
    probabilities: dict[str, float] = Field(description="The most probable classes, the first first; see `top`.")
    model_config = {"json_schema_extra": {"examples": [_CUCUMBER]}}


class PlacedAnswer(Answer):
    """What a model says of a picture that says where, too: an anomaly detector, a segmentation."""

    regions: list[Region] = Field(description="What was found where, the largest first.")
    model_config = {"json_schema_extra": {"examples": [{**_CUCUMBER, "regions": [_SCRATCH]}]}}


class Problem(BaseModel):
    """Why there is no answer for a picture."""

    picture: str = Field(description="Its name as it was sent.")
    problem: str = Field(description="What is wrong with it, in the language of `lang` or Accept-Language.")
    model_config = {"json_schema_extra": {"examples": [{"picture": "notes.txt", "problem": "a text, no picture"}]}}


class Answers(BaseModel):
    """Answers in the order of the pictures."""

    request_id: str = Field(description="The X-Request-ID of the request, or a new one; it is in the log, too.")
    model: str = Field(description="Name of the run.")
    answers: list[PlacedAnswer | Answer | Problem]
    model_config = {
        "json_schema_extra": {"examples": [{"request_id": "a1", "model": "cucumbers", "answers": [_CUCUMBER]}]}
    }


class Error(BaseModel):
    """What was found, what was expected, what to do."""

    found: str
    expected: str
    todo: str


class Refused(BaseModel):
    """A request that is not answered as it was asked."""

    request_id: str
    error: Error


class Health(BaseModel):
    """Whether the server is up."""

    status: str = Field(examples=["ready"])


class Reasons(BaseModel):
    """Where the network looked."""

    request_id: str
    target: str | None = Field(description="The class that the map speaks for.")
    method: str | None = Field(description="How the map was made; null where the task draws its own answer.")
    picture: str = Field(description="The picture, scaled, as a data URI.")
    map: str = Field(description="The map over the grey picture, of the same size, as a data URI.")


class Neighbour(BaseModel):
    """A training picture."""

    label: str
    likeness: float = Field(description="Cosine of the angle between the features of the two.")
    picture: str = Field(description="A small copy as a data URI.")


class Neighbours(BaseModel):
    """The training pictures that the network finds most alike."""

    request_id: str
    nearest: list[Neighbour]
    looking: bool = Field(description="Whether more training pictures are still being looked through.")


class Kept(BaseModel):
    """A picture was kept for the next training."""

    request_id: str
    kept: bool = Field(description="False where it had been kept before.")


_PICTURE = {"schema": {"type": "string", "format": "binary"}}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "One picture as it is, or one or many as a form; JPEG, PNG, WebP, BMP, TIFF or GIF.",
        "content": {
            "image/jpeg": _PICTURE,
            "image/png": _PICTURE,
            "application/octet-stream": _PICTURE,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"picture": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
        },
    }
}
ONE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A picture.",
        "content": dict.fromkeys(("image/jpeg", "image/png", "application/octet-stream"), _PICTURE),
    }
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refused, "description": what}
    for status, what in (
        (400, "no picture, or a broken form"),
        (401, "the token is missing or wrong"),
        (403, "sent by another site's page"),
        (408, "the bytes took too long"),
        (413, "too many bytes or pictures"),
        (415, "neither a picture nor a form"),
        (503, "no room now: see Retry-After"),
    )
}
UNREADABLE: dict[int | str, dict[str, Any]] = {422: {"model": Answers, "description": "none of them can be answered"}}
