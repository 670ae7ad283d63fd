"""The levers of digitisation as a planner writes them; :mod:`sim.plan.digital` says how each one acts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sim import laws
from sim.scenario.values import AnyLaw, Law, Part, Share, Slug, Stage

FURTHEST = 240  # minutes from a slot: half a day, so that nobody comes at night, or on another day and unseen
RARELY = 0.0005  # on either side; so often a law without an end may go further


class DataReuse(Part):
    """A share of citizens whose data are known already; the steps named take them `saves` less time."""

    share: Share
    saves: Share
    steps: Annotated[list[Slug], Field(min_length=1)]


class PreCheck(Part):
    """The online form checks what is handed in: the loops named happen `avoids` less often online."""

    avoids: Share
    loops: Annotated[list[Slug], Field(min_length=1)]


class Signature(Part):
    """What an e-signature changes: these teams sign all day, these steps (couriers, stamps) fall away."""

    teams: list[Slug] = []
    skips: list[Slug] = []


class ResultDelivery(Part):
    """Shares of results not collected at the counter, and the stages that take the place of `instead_of`."""

    instead_of: Slug
    electronic: Share = 0.0
    electronic_steps: list[Stage] = []
    postal: Share = 0.0
    postal_steps: list[Stage] = []

    @model_validator(mode="after")
    def _at_most_all(self) -> ResultDelivery:
        if self.electronic + self.postal > 1:
            raise ValueError("has `electronic` and `postal` shares that together exceed 1")
        return self


class Assisted(Part):
    """A share of online dossiers is filed at the counter with help: a desk step comes first."""

    share: Share
    step: Slug


class Scanning(Part):
    """Paper is scanned at the counter: the steps named take these minutes more when not filed online."""

    minutes: Law
    steps: Annotated[list[Slug], Field(min_length=1)]


class Outage(Part):
    """The system fails: so many times a month, for so many hours, these teams can start nothing."""

    per_month: Annotated[float, Field(ge=0, le=30)]
    hours: Law
    teams: Annotated[list[Slug], Field(min_length=1)]


def _near_the_slot(law: laws.Law) -> laws.Law:
    earliest, latest = law.ppf([RARELY, 1 - RARELY]).tolist()
    if not -FURTHEST <= earliest <= latest <= FURTHEST:
        raise ValueError(
            f"'{law.text}' goes from {earliest:.0f} to {latest:.0f} minutes; "
            f"who has an appointment comes at most {FURTHEST} minutes before or after it"
        )
    return law


class Appointments(Part):
    """Slots for citizens who book, working days ahead at most; punctuality in minutes relative to the slot."""

    slot_minutes: Annotated[int, Field(ge=1, le=480)] = 15
    per_slot: Annotated[int, Field(ge=1, le=1000)] = 1
    punctuality: Annotated[AnyLaw, AfterValidator(_near_the_slot)] = laws.parse("constant(0)")
    no_show: Share = 0.0
    cancel: Share = 0.0
    book_ahead_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    without_slot: Literal["counter", "lost"] = "counter"


class Digital(Part):
    """The levers of digitisation, each a named behaviour (see :mod:`sim.plan.digital`)."""

    online_share: Share | list[tuple[date, Share]] = 0.0
    appointment_share: Share = 0.0
    e_signature: bool = False
    pooled_counters: bool = False
    signature: Signature | None = None
    data_reuse: DataReuse | None = None
    pre_check: PreCheck | None = None
    result: ResultDelivery | None = None
    assisted: Assisted | None = None
    scanning: Scanning | None = None
    outage: Outage | None = None
