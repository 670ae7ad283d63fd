"""Values of scenario files: text, numbers and laws with the limits that always hold.

Each alias is a pydantic type; what it refuses, it says in words that follow the value's path.
"""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import core_schema

from sim import laws
from sim.scenario import notation

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
QUEUE = r"^(\*|[a-z0-9-]+):(\*|[a-z0-9-]+)$"
LONGEST_TITLE = 600


class Part(BaseModel):
    """A frozen table of a scenario file; an unknown key is an error."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
        populate_by_name=True,
        arbitrary_types_allowed=True,
    )


def plain(text: str) -> str:
    """One line of visible text that is no formula to a spreadsheet, else `ValueError`."""
    if not text.isprintable() or not text.strip():
        raise ValueError("must be one line of visible text")
    if "<" in text or ">" in text or text.lstrip()[0] in "=+@":
        raise ValueError("must be plain text: no '<' or '>', and no formula sign at the start")
    return text


def _read_law(value: Any, info: ValidationInfo) -> laws.Law:
    if isinstance(value, laws.Law):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(
            f"{value!r} is not a law; write for example 'lognormal(mean=14, sd=6)' or a number of minutes"
        )
    folder: Path | None = (info.context or {}).get("folder")
    return laws.parse(value if isinstance(value, str) else repr(value), folder)


def _not_negative(law: laws.Law) -> laws.Law:
    if float(law.ppf(_ZERO)) < 0:
        raise ValueError(f"'{law.text}' can be negative; handling and waiting take no less than 0")
    return law


def _text_schema(_source: Any, _handler: Any) -> core_schema.CoreSchema:
    text = core_schema.plain_serializer_function_ser_schema(lambda law: law.text, when_used="json")
    return core_schema.no_info_plain_validator_function(lambda value: value, serialization=text)


_ZERO = 2.0**-54
_ONE = {"type": "string", "minLength": 1, "maxLength": LONGEST_TITLE}
_IN_BOTH = {  # what files may say; `sim.scenario.translated` makes one text of it
    "anyOf": [
        _ONE,
        {
            "type": "object",
            "properties": {"vi": _ONE, "en": _ONE},
            "required": ["vi", "en"],
            "additionalProperties": False,
        },
    ]
}

Title = Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE), AfterValidator(plain)]
Text = Annotated[Title, WithJsonSchema(_IN_BOTH)]
Slug = Annotated[str, Field(pattern=SLUG, max_length=80)]
Share = Annotated[float, Field(ge=0, le=1)]
Factor = Annotated[float, Field(gt=0, le=1000)]
AnyLaw = Annotated[
    laws.Law,
    GetPydanticSchema(_text_schema, get_pydantic_json_schema=lambda *_: {"type": ["string", "number"]}),
    BeforeValidator(_read_law),
]
Law = Annotated[AnyLaw, AfterValidator(_not_negative)]
Hours = Annotated[str, AfterValidator(lambda text: (notation.hours(text), text)[1])]
Clock = Annotated[
    str,
    BeforeValidator(lambda value: value.strftime("%H:%M") if isinstance(value, time) else value),
    AfterValidator(lambda text: (notation.clock(text), text)[1]),
]
Weekly = Annotated[str, AfterValidator(lambda text: (notation.weekly(text), text)[1])]
Duration = Annotated[str, AfterValidator(lambda text: (notation.days(text), text)[1])]
Days = Annotated[str, AfterValidator(lambda text: (notation.days_of(text), text)[1])]
DeadlineText = Annotated[str, AfterValidator(lambda text: (notation.deadline(text), text)[1])]
Day = Annotated[str, AfterValidator(lambda text: (notation.day(text), text)[1])]
Weekday = Annotated[str, AfterValidator(lambda text: (notation.weekday(text), text)[1])]
Pattern = Annotated[str, Field(pattern=QUEUE)]
Staff = Annotated[int, Field(ge=0, le=1000)] | list[tuple[Weekly, Annotated[int, Field(ge=0, le=1000)]]]
Stage = Slug | list[Slug]
Weights = list[Annotated[float, Field(ge=0, le=1e6)]]
DayWeights = list[tuple[Clock, Annotated[float, Field(ge=0, le=1e6)]]]
