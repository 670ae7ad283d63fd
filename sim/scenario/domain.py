"""The nouns of a scenario: what a planner means, with strict types and no arrays.

A :class:`Scenario` is the resolved, checked form of a scenario file (:mod:`sim.scenario.files`). Every class is
frozen and refuses unknown keys. Times of handling are minutes, shares and probabilities fractions, costs VND.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from sim.scenario.horizon import Horizon
from sim.scenario.levers import Appointments, Digital
from sim.scenario.values import (
    Clock,
    Day,
    DayWeights,
    DeadlineText,
    Factor,
    Hours,
    Law,
    Part,
    Pattern,
    Share,
    Slug,
    Staff,
    Stage,
    Text,
    Title,
    Weekday,
    Weekly,
    Weights,
)
from sim.scenario.yardsticks import Reported, Target


class Season(Part):
    """Opening sessions in force from a month and day (``"04-01"``) until the other season starts."""

    starts: Annotated[str, Field(alias="from", pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
    hours: Annotated[list[Hours], Field(min_length=1)]


class Calendar(Part):
    """When the office is open, and which days deadlines count."""

    country: str = "VN"
    subdivision: str | None = None
    hours: list[Hours] | None = None
    summer: Season | None = None
    winter: Season | None = None
    weekdays: list[Weekday] = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    weekday_hours: dict[Weekday, list[Hours]] = {}
    date_hours: dict[Day, Annotated[list[Hours], Field(min_length=1)]] = {}
    days_off: list[date] = []
    make_up_days: list[date] = []
    closures: list[date] = []
    deadline_days: Annotated[list[Weekday], Field(min_length=1)] = ["Mon", "Tue", "Wed", "Thu", "Fri"]
    cut_off: Clock | Literal["none"] = "15:00"

    @model_validator(mode="after")
    def _hours_once(self) -> Calendar:
        seasons = (self.summer is not None) + (self.winter is not None)
        if (self.hours is None) == (seasons == 0) or seasons == 1:
            raise ValueError("gives opening hours once: either `hours`, or both `summer` and `winter`")
        return self


class Site(Part):
    """A counter hall, or with `places` one desk of the same kind in each place, sharing the volume."""

    title: Text
    places: list[tuple[Title, Annotated[float, Field(gt=0, le=1)]]] = []
    last_ticket: Clock | None = None
    at_closing: Literal["serve-all", "turn-away"] = "serve-all"


class Period(Part):
    """A stretch of days, both included, on which a team's staff or absence differs."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    staff: Staff | None = None
    absence: Share | None = None


class Team(Part):
    """People who serve the same queues of a site, in tiers: the first tier first."""

    site: Slug
    title: Text | None = None
    staff: Staff
    serves: Annotated[list[Annotated[list[Pattern], Field(min_length=1)]], Field(min_length=1)]
    absence: Share = 0.0
    cost_per_hour: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    period: dict[Slug, Period] = {}


class Step(Part):
    """One step of a journey.

    With `work` it is done by people: at the counter with the citizen (`desk`) or as office work. With `days`
    nobody does it: the dossier waits for the citizen (calendar days) or another agency (days that deadlines
    count). With `round` it waits for the next courier run or other fixed time. With none of these it is a milestone.
    The clock mark takes effect when the step ends; `deadline` is for a start after a stop.
    """

    title: Text | None = None
    desk: bool = False
    role: Slug | None = None
    work: Law | None = None
    waits_for: Literal["citizen", "agency"] | None = None
    days: Law | None = None
    round: list[Weekly] | None = None
    clock: Literal["start", "pause", "resume", "stop"] | None = None
    deadline: DeadlineText | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Step:
        if sum(x is not None for x in (self.work, self.days, self.round)) > 1:
            raise ValueError("has more than one of `work`, `days` and `round`; split it into two steps")
        if (self.days is None) != (self.waits_for is None):
            raise ValueError("needs `waits_for` and `days` together")
        if self.desk and self.work is None:
            raise ValueError("is desk work and needs `work`, a law in minutes")
        if self.role and self.work is None:
            raise ValueError("has a `role` but no `work` for it to do")
        if self.round == []:
            raise ValueError("has an empty `round`; name at least one time such as 'Mon-Fri 10:00'")
        return self


class Journey(Part):
    """The stages a dossier goes through, per channel; a list inside the list is done in parallel."""

    title: Text | None = None
    counter: Annotated[list[Stage], Field(min_length=1)]
    online: list[Stage] | None = None
    post: list[Stage] | None = None
    appointment: list[Stage] | None = None


class Loop(Part):
    """After a step, with a probability, further steps are inserted, at most so many times a dossier."""

    after: Slug
    probability: Share
    by_field: dict[Slug, Share] = {}
    steps: Annotated[list[Stage], Field(min_length=1)]
    at_most: Annotated[int, Field(ge=1, le=10)] = 1
    journeys: list[Slug] | None = None


class FieldOfWork(Part):
    """A field of administration (lĩnh vực), with factors on the work of steps."""

    title: Text
    factor: dict[Slug, Factor] = {}


class Procedure(Part):
    """An administrative procedure (thủ tục hành chính) received at one kind of site."""

    name: Title
    national_code: Title | None = None
    site: Slug
    field: Slug
    level: Slug | None = None
    journey: Slug
    deadline: DeadlineText
    volume: Annotated[float, Field(ge=0, le=1e8)]
    profile: Slug = "usual"
    work_factor: Factor = 1.0
    factor: dict[Slug, Factor] = {}
    cut_off: bool = True
    online: bool = True

    @property
    def label(self) -> str:
        """What people call it: the name, behind the national code if it has one."""
        return f"{self.national_code}: {self.name}" if self.national_code else self.name


class AfterClosure(Part):
    """A surge on the working days that follow a closure of more than so many days."""

    longer_than: Annotated[int, Field(ge=1)]
    factors: Annotated[list[Factor], Field(min_length=1)]


class Profile(Part):
    """Relative weights of demand over the year, the week and the day; `online_*` for online and post."""

    month: Annotated[Weights, Field(min_length=12, max_length=12)] = [1.0] * 12
    weekday: Annotated[Weights, Field(min_length=7, max_length=7)] = [1.0] * 7
    time_of_day: Annotated[DayWeights, Field(min_length=1)] = [("00:00", 1.0)]
    online_weekday: Annotated[Weights, Field(min_length=7, max_length=7)] = [1.0] * 7
    online_time_of_day: Annotated[DayWeights, Field(min_length=1)] = [("00:00", 1.0)]
    after_closure: AfterClosure | None = None


class Surge(Part):
    """Demand multiplied by a factor from one day to another, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    factor: Annotated[float, Field(ge=0, le=100)]


class Demand(Part):
    """What holds for the demand of all procedures."""

    scale: Annotated[float, Field(ge=0, le=1000)] = 1.0
    day_cv: Annotated[float, Field(ge=0, le=5)] = 0.0
    post_share: Share = 0.0
    surge: dict[Slug, Surge] = {}
    added_days: Literal["own-demand", "same-demand"] = "own-demand"
    calendar: Calendar | None = None  # under which the volumes were counted; see :mod:`sim.scenario.counted`


class Citizens(Part):
    """How citizens behave at the counter."""

    priority_share: Share = 0.0
    patience: Law | None = None
    balk_above: Annotated[int, Field(ge=0)] | None = None
    come_back: Share = 1.0
    come_back_at_most: Annotated[int, Field(ge=0, le=10)] = 0
    travel_minutes: Annotated[float, Field(ge=0, le=1440)] = 0.0


class Survey(Part):
    """An estimate of satisfaction: the burden, in minutes, up to which a citizen is satisfied, and very satisfied.

    The burden of a visit is its wait; a late result and each needless visit so far count as further minutes of it.
    """

    satisfied: Law
    very_satisfied: Law
    late_counts_as: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    again_counts_as: Annotated[float, Field(ge=0, le=1e6)] = 0.0


class Rules(Part):
    """Choices among the legal and house rules."""

    supplement: Literal["pause", "restart"] = "pause"


class Scenario(Part):
    """One resolved scenario; an option may be chosen, a stress test befalls the office."""

    title: Text
    kind: Literal["option", "stress"] = "option"
    question: Text | None = None
    source: Text | None = None
    horizon: Horizon
    calendar: Calendar
    site: Annotated[dict[Slug, Site], Field(min_length=1)]
    team: Annotated[dict[Slug, Team], Field(min_length=1)]
    step: Annotated[dict[Slug, Step], Field(min_length=1)]
    journey: Annotated[dict[Slug, Journey], Field(min_length=1)]
    procedure: Annotated[dict[Slug, Procedure], Field(min_length=1)]
    field: Annotated[dict[Slug, FieldOfWork], Field(min_length=1)]
    loop: dict[Slug, Loop] = {}
    profile: Annotated[dict[Slug, Profile], AfterValidator(lambda own: {"usual": Profile()} | own)] = {
        "usual": Profile()
    }
    queue: dict[Pattern, Literal["first-come", "earliest-due"]] = {}
    demand: Demand = Demand()
    citizens: Citizens = Citizens()
    appointments: Appointments = Appointments()
    digital: Digital = Digital()
    survey: Survey | None = None
    rules: Rules = Rules()
    target: dict[Slug, Target] = {}
    reported: dict[Slug, Reported] = {}
    origin: dict[str, Title] = {}
