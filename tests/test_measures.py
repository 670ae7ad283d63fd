"""Every measure on a week worked out by hand, and against pandas on a simulated one."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import numpy as np
import pandas as pd
import pytest
from handmade import (
    CLERK_DONG_NGU,
    CLERK_YEN_THAN,
    COPY_DONG_NGU,
    COPY_YEN_THAN,
    COUNTER,
    EXPERTS,
    TABLES,
    TRANSFER,
    Dossier,
    Task,
    at,
    desk,
    model,
    told,
)
from test_attribution import busy_week

from sim.engine.contract import Log, Reason
from sim.plan.model import Bookings, Channel, Model, Priority, Replication
from sim.results import measured
from sim.results.estimates import grouped_by
from sim.results.groups import Groupings, Label
from sim.results.measures import MEASURES
from sim.results.observe import VisitKind, VisitOutcome, dossiers, observe, unreceived, visits
from sim.scenario.domain import Survey

REOPENING = {
    "step": TABLES["step"] | {"again": {"clock": "start"}, "answered": {"clock": "stop"}},
    "loop": {"complaint": {"after": "collect", "probability": 0.1, "steps": ["again", "answered"]}},
}
BOOKING = {"digital": {"appointment_share": 0.1}}
MODEL = model(**REOPENING, **BOOKING)
DUE = at(9, "16:30")
OPENING = at(7, "07:30")


def measure(model: Model, replication: Replication, log: Log) -> pd.DataFrame:
    """All measures of one replication as a table."""
    groups = Groupings.of_model(model)
    observed = observe(model, replication, log)
    figures = measured.measure(model, groups, replication, observed, measured.names(model))
    return measured.key(model, groups).assign(value=figures.value, n=figures.n)


def week() -> pd.DataFrame:
    """Centre: waits 0, 10, 20, 40 and one visit before the window. Yên Than: one wait of 6, others gave up."""

    def served(wait: float, ready: float, **more) -> Dossier:
        entered = at(7, "08:00")
        task = desk(entered, entered + wait, entered + wait + 10)
        return Dossier(entered, [task], received=entered + wait + 10, due=DUE, ready=ready, **more)

    before = Dossier(
        at(4, "08:00"),
        [desk(at(4, "08:00"), at(4, "10:00"), at(4, "10:10"))],
        received=at(4, "10:10"),
        due=at(4, "16:30"),
        ready=at(8, "00:00"),  # late, and in the backlog for the window's first day
    )
    twice = served(0, at(8, "10:00"))  # early
    twice.stages.append(desk(at(10, "09:00"), at(10, "09:10"), at(10, "09:15"), role="collect"))
    gave_up = Task(
        entered=at(8, "09:00"),
        left=[
            (at(8, "08:00"), at(8, "08:00"), Reason.NO_SHOW),
            (at(8, "09:00"), at(8, "09:30"), Reason.PATIENCE),
        ],
        lost=True,
        team=CLERK_YEN_THAN,
    )
    balked = Task(entered=at(8, "09:10"), left=[(at(8, "09:10"), at(8, "09:10"), Reason.BALKED)], lost=True)
    commune = desk(at(8, "08:00"), at(8, "08:06"), at(8, "08:10"), team=CLERK_YEN_THAN, overtime=30)
    cases = [
        before,
        twice,
        served(
            20,
            at(11, "10:00"),  # late by 2 days
            satisfied_within=20,
            very_satisfied_within=19,
            channel=Channel.APPOINTMENT,
            priority=Priority.BOOKED,
        ),
        served(40, nan, priority=Priority.PRIORITY_GROUP),  # overdue by 5 days
        Dossier(
            at(8, "08:00"),
            [commune],
            stream=COPY_YEN_THAN,
            received=at(8, "08:10"),
            due=inf,
            ready=at(8, "09:00"),
            satisfied_within=5,
            very_satisfied_within=5,
        ),
        Dossier(
            at(8, "08:30"), [gave_up], stream=COPY_YEN_THAN, received=at(8, "08:30"), due=DUE
        ),  # withdrawn
        Dossier(at(8, "09:10"), [balked], stream=COPY_YEN_THAN),
        Dossier(at(13, "08:00"), stream=COPY_DONG_NGU, received=at(13, "08:00"), due=inf),  # open
    ]
    roster = [
        (OPENING, COUNTER, 2),
        (OPENING + 120, COUNTER, 0),
        (OPENING, EXPERTS, 1),
        (OPENING + 60, EXPERTS, 0),
        (OPENING, CLERK_YEN_THAN, 1),
        (OPENING + 90, CLERK_YEN_THAN, 0),
        (OPENING, CLERK_DONG_NGU, 1),
        (OPENING + 30, CLERK_DONG_NGU, 0),
    ]
    asked = Bookings(
        np.array([TRANSFER, TRANSFER, COPY_YEN_THAN, TRANSFER], np.int32),
        np.array(
            [at(6, "23:59"), at(7, "08:00"), at(8, "09:00"), at(9, "09:00")]
        ),  # the first before the window
        np.array([9, 1, inf, 4]),
    )
    return measure(MODEL, *told(MODEL, cases, roster, asked))


def figure(name: str, **group: str) -> tuple[float, int]:
    """Value and n of one measure in one group."""
    rows = WEEK[WEEK["measure"] == name]
    for part in Label._fields:
        rows = rows[rows[part] == group.get(part, "")]
    assert len(rows) == 1
    return rows["value"].item(), rows["n"].item()


WEEK = week()
COMMUNE = {"site": "commune"}
YEN_THAN = {"site": "commune", "place": "Yên Than"}
DONG_NGU = {"site": "commune", "place": "Đông Ngũ"}


@pytest.mark.parametrize(
    ("name", "group", "value", "n"),
    [
        # waits: centre 0, 10, 20, 40; commune 6 and, out of patience, 30
        ("wait.mean", {}, 106 / 6, 6),
        ("wait.hours", {}, 106 / 60, 6),
        ("wait.mean", {"site": "centre"}, 17.5, 4),
        ("wait.mean", {"site": "centre", "field": "land"}, 17.5, 4),
        ("wait.mean", COMMUNE, 18, 2),
        ("wait.mean", YEN_THAN, 18, 2),
        ("wait.mean", DONG_NGU, nan, 0),
        ("wait.mean", {"site": "centre", "priority": "ordinary"}, 5, 2),
        ("wait.mean", {"site": "centre", "priority": "priority_group"}, 40, 1),
        ("wait.mean", {"site": "centre", "priority": "booked"}, 20, 1),
        ("wait.mean", {"site": "centre", "channel": "counter"}, 50 / 3, 3),
        ("wait.max", {"site": "centre", "channel": "appointment"}, 20, 1),
        ("wait.p50", {"site": "centre", "visit": "filing"}, 20, 3),
        ("wait.mean", {"site": "centre", "visit": "collecting"}, 10, 1),
        ("wait.mean", {"site": "centre", "visit": "again"}, nan, 0),
        ("wait.p50", {"site": "centre"}, 15, 4),
        ("wait.p90", {"site": "centre"}, 34, 4),
        ("wait.p95", {"site": "centre"}, 37, 4),
        ("wait.max", {"site": "centre"}, 40, 4),
        ("wait.max", DONG_NGU, nan, 0),
        ("wait.within_15", {}, 3 / 6, 6),
        ("wait.within_30", {}, 4 / 6, 6),  # one left unserved
        ("stay.mean", {"site": "centre"}, (70 + 35) / 4, 4),
        ("stay.mean", COMMUNE, (6 + 4 + 30) / 2, 2),
        ("gave_up.rate", {}, 3 / 8, 8),
        ("gave_up.rate", COMMUNE, 3 / 4, 4),
        ("gave_up.rate", {"site": "centre"}, 0, 4),
        ("sent_away.rate", {}, 0, 8),  # see test_neglect.py
        (
            "demand.met",
            {},
            1,
            5,
        ),  # one came when the last day of opening was over; who balked has no clock to start
        ("visits.count", {}, 7, 7),
        ("visits.count", DONG_NGU, 0, 0),
        ("visits.per_dossier", {"site": "centre"}, 4 / 3, 3),
        ("visits.per_dossier", COMMUNE, 1, 3),
        ("visits.per_dossier", {"site": "centre", "priority": "ordinary"}, 2, 1),
        ("visits.per_dossier", {"site": "centre", "visit": "collecting"}, 1, 1),
        ("visits.per_dossier", {"site": "centre", "visit": "filing"}, 1, 3),
        ("citizen.hours", {"site": "centre"}, (105 + 4 * 30) / 60, 4),
        ("citizen.hours", COMMUNE, (40 + 3 * 30) / 60, 3),
        ("satisfied.rate", {}, 4 / 6, 6),  # 6 > 5, and one left
        ("very_satisfied.rate", {}, 3 / 6, 6),  # 6 > 5, 20 > 19, and one left
        # the centre gives slots 1 and 4 days ahead, the commune none; one booked and did not come
        ("slot.days", {}, 2.5, 2),
        ("slot.days", {"site": "centre", "field": "land"}, 2.5, 2),
        ("slot.days", COMMUNE, nan, 0),
        ("no_slot.rate", {}, 1 / 3, 3),
        ("no_slot.rate", YEN_THAN, 1, 1),
        ("slots.lost", {}, 1, 1),
        ("slots.lost", {"site": "centre"}, 0, 0),
        # centre: early, late, overdue; commune: no deadline, withdrawn, open
        ("on_time.rate", {}, 2 / 4, 4),
        ("on_time.rate", {"site": "centre"}, 1 / 3, 3),
        ("on_time.rate", {"site": "commune", "field": "civil"}, 1, 1),
        ("on_time.rate", DONG_NGU, nan, 0),
        ("on_time.rate", {"site": "centre", "channel": "counter"}, 1 / 2, 2),
        ("on_time.rate", {"site": "centre", "channel": "appointment"}, 0, 1),
        ("on_time.rate", {"site": "centre", "priority": "ordinary"}, 1, 1),
        ("dossiers.received", {"site": "centre", "priority": "priority_group"}, 1, 1),
        ("early.rate", {}, 1 / 4, 4),
        ("late.rate", {}, 2 / 4, 4),
        ("late.days", {}, 3.5, 2),
        ("late.days", COMMUNE, nan, 0),
        ("open.overdue", {}, 1, 1),
        ("dossiers.received", {}, 6, 6),
        ("dossiers.finished", {}, 3, 3),
        ("dossiers.open", {}, 2, 2),
        ("dossiers.open", DONG_NGU, 1, 1),
        ("reopened.count", {}, 0, 0),
        ("reopened.rate", {}, 0, 3),
        ("reopened.on_time", {}, nan, 0),
        ("backlog.mean", DONG_NGU, 16 / 168, 1),
        ("backlog.mean", YEN_THAN, 50 / 60 / 168, 1),
        ("backlog.mean", {"site": "centre"}, (24 + 25 + 5 / 6 + 97.5 + 159 + 1 / 6) / 168, 4),
        # present: counter 240 min, experts 60, clerks 90 and 30; worked: 10 + 10 + 10 + 5 and 4
        ("utilisation", {}, 39 / 420, 420),
        ("utilisation", {"site": "centre", "team": "counter"}, 35 / 240, 240),
        ("utilisation", {"site": "centre", "team": "leader"}, nan, 0),
        ("utilisation", {"site": "commune", "team": "clerk"}, 4 / 120, 120),
        ("utilisation", YEN_THAN | {"team": "clerk"}, 4 / 90, 90),
        ("utilisation", YEN_THAN, 4 / 90, 90),
        ("overtime.hours", {}, 0.5, 5),
        ("overtime.hours", {"site": "centre"}, 0, 3),
        ("overtime.hours", DONG_NGU, 0, 1),
        ("present.hours", {}, 7, 5),
        ("present.hours", COMMUNE, 2, 2),
        # on the roster, 8 hours on 5 days: counter 2, experts 1, leader 1, each commune's clerk 1
        ("rostered.hours", {}, 6 * 40, 5),
        ("rostered.hours", YEN_THAN, 40, 1),
        # paid as on the roster, though nearly nobody was there; overtime is extra
        ("staff.cost", {"site": "centre"}, 80 * 60_000 + 40 * 100_000, 3),
        ("staff.cost", COMMUNE, (80 + 1.5 * 0.5) * 50_000, 2),
    ],
)
def test_by_hand(name, group, value, n):
    assert figure(name, **group) == (pytest.approx(value, nan_ok=True), n)


def test_every_measure_is_tested_by_hand_and_described():
    by_hand = {case[0] for mark in test_by_hand.pytestmark for case in mark.args[1]}
    assert by_hand == set(MEASURES) == set(WEEK["measure"])
    assert all(one.figure.__doc__ for one in MEASURES.values())


def test_groups_are_those_of_the_scenario():
    def groups(name: str) -> list[tuple[str, ...]]:
        rows = WEEK[WEEK["measure"] == name]
        return list(rows[["site", "place", "field", "team"]].itertuples(index=False, name=None))

    assert groups("wait.mean")[:7] == groups("on_time.rate")[:7]
    assert groups("wait.mean")[:7] == [
        ("", "", "", ""),
        ("centre", "", "", ""),
        ("commune", "", "", ""),
        ("commune", "Yên Than", "", ""),
        ("commune", "Đông Ngũ", "", ""),
        ("centre", "", "land", ""),
        ("commune", "", "civil", ""),
    ]
    assert groups("utilisation")[5:] == [
        ("centre", "", "", "counter"),
        ("centre", "", "", "experts"),
        ("centre", "", "", "leader"),
        ("commune", "", "", "clerk"),
        ("commune", "Yên Than", "", "clerk"),
        ("commune", "Đông Ngũ", "", "clerk"),
    ]


def test_groups_of_citizens_are_those_that_can_be_at_a_kind_of_site():
    def groups(name: str) -> list[str]:
        rows = WEEK[(WEEK["measure"] == name) & (WEEK["site"] == "centre")]
        return [text for text in (rows["priority"] + rows["channel"] + rows["visit"]) if text]

    of_dossiers = ["ordinary", "priority_group", "booked", "counter", "appointment"]
    assert (
        groups("on_time.rate") == of_dossiers
    )  # nobody files online, or by post, where no journey is for that
    assert groups("wait.mean") == [*of_dossiers, "filing", "collecting", "again"]
    assert groups("utilisation") == []


def test_the_window_ends_before_its_end():
    first = desk(at(7, "08:00"), at(7, "08:00"), at(7, "08:10"))
    after = desk(at(8, "00:00"), at(8, "08:00"), at(8, "08:10"))
    both = told(MODEL, [Dossier(0, [first, after], received=at(8, "00:00"), due=inf)])
    found = measure(replace(MODEL, window=(at(7, "00:00"), at(8, "00:00"))), *both)
    network = found[found["site"] == ""].set_index("measure")["value"]
    assert network["visits.count"] == 1
    assert network["dossiers.received"] == 0


BURDENED = {"survey": {"satisfied": 15, "very_satisfied": 5, "late_counts_as": 30, "again_counts_as": 10}}


def served(start: float, wait: float = 0, **more) -> Task:
    return desk(start, start + wait, start + wait + 5, **more)


def estimate(*tasks: Task, survey=BURDENED, ready: float = nan, within=inf, very=inf) -> tuple[float, float]:
    """The shares satisfied and very satisfied, of the visits of one dossier due on day 8."""
    told_here = model(**survey)
    one = Dossier(
        at(7, "08:00"),
        list(tasks),
        received=at(7, "08:00"),
        due=at(8, "16:30"),
        ready=ready,
        satisfied_within=within,
        very_satisfied_within=very,
    )
    found = measure(told_here, *told(told_here, [one]))
    network = found[found["site"] == ""].set_index("measure")["value"]
    return network["satisfied.rate"], network["very_satisfied.rate"]


@pytest.mark.parametrize(
    ("tasks", "ready", "burden"),
    [
        ([served(at(7, "08:00"), wait=4)], nan, 4),
        ([served(at(8, "16:00"), wait=4)], nan, 4),  # on the due date
        ([served(at(9, "08:00"), wait=4)], nan, 34),  # not ready although due
        ([served(at(9, "08:00"), wait=4)], at(11, "10:00"), 34),
        ([served(at(11, "11:00"), wait=4)], at(11, "10:00"), 34),  # ready late
        ([served(at(11, "11:00"), wait=4)], at(8, "23:59"), 4),  # ready in time, collected later
        ([served(at(7, "08:00"), wait=4, rework=True)], nan, 14),
        ([served(at(9, "08:00"), wait=4, rework=True)], nan, 44),
    ],
)
def test_burden_of_a_visit(tasks, ready, burden):
    assert estimate(*tasks, ready=ready, within=burden, very=burden) == (1, 1)
    assert estimate(*tasks, ready=ready, within=burden, very=burden - 0.1) == (1, 0)
    assert estimate(*tasks, ready=ready, within=burden - 0.1, very=inf) == (0, 0)


def test_longer_waits_satisfy_fewer():
    shares = [estimate(served(at(7, "08:00"), wait), within=10, very=5) for wait in (0, 5, 6, 10, 11)]
    assert shares == [(1, 1), (1, 1), (1, 0), (1, 0), (0, 0)]


def test_needless_visits_add_up_over_the_dossier():
    """Intake in vain for want of patience, again with papers missing, again complete, and the result: 10, 20, 20."""
    left = [
        (at(7, "08:00"), at(7, "08:00"), Reason.NO_SHOW),
        (at(7, "08:10"), at(7, "09:00"), Reason.PATIENCE),
    ]
    tasks = [
        served(at(7, "10:00"), left=left),  # the fourth row: 10
        served(at(8, "08:00"), rework=True),  # 20
        served(at(8, "10:00")),  # 20
    ]
    shares = {within: estimate(*tasks, within=within)[0] for within in (9, 10, 19, 20)}
    assert shares == {9: 0, 10: 1 / 4, 19: 1 / 4, 20: 3 / 4}  # who left is never satisfied


def test_rework_that_is_tried_again_is_one_needless_visit_each_time():
    again = served(at(7, "10:00"), rework=True, left=[(at(7, "08:00"), at(7, "08:30"), Reason.PATIENCE)])
    assert [estimate(again, within=within)[0] for within in (19, 20)] == [0, 1 / 2]


def test_needless_visits_of_another_dossier_are_not_ones_own():
    left = [(at(7, hour), at(7, hour) + 30, Reason.PATIENCE) for hour in ("08:00", "10:00")]
    careless = Dossier(at(7, "08:00"), [Task(entered=at(7, "10:00"), left=left, lost=True)])
    calm = Dossier(at(7, "09:00"), [served(at(7, "09:00"))])
    seen = visits(MODEL, *told(MODEL, [careless, calm, careless, calm]))
    assert seen.again.tolist() == [0, 1, 0, 0, 1, 0]
    assert [VisitKind(kind).name for kind in seen.kind] == ["FILING", "AGAIN", "FILING"] * 2


def test_what_a_visit_is_for():
    """No-show, out of patience, again; a supplement; between; when the result is ready; when that visit failed."""
    left = [
        (at(7, "08:00"), at(7, "08:00"), Reason.NO_SHOW),
        (at(7, "08:10"), at(7, "09:00"), Reason.PATIENCE),
    ]
    balked = [(at(9, "10:00"), at(9, "10:00"), Reason.BALKED)]
    tasks = [
        served(at(7, "10:00"), left=left),
        served(at(8, "08:00"), rework=True),
        served(at(8, "10:00")),  # neither a loop's, nor after the result
        served(at(9, "11:00"), left=balked),
    ]
    seen = visits(MODEL, *told(MODEL, [Dossier(at(7, "08:00"), tasks, ready=at(9, "10:00"))]))
    kinds = ["FILING", "FILING", "AGAIN", "AGAIN", "FILING", "COLLECTING", "AGAIN"]
    assert [VisitKind(kind).name for kind in seen.kind] == kinds


def test_a_repair_in_the_same_visit_is_no_further_visit():
    fixed = desk(at(7, "08:05"), at(7, "08:05"), at(7, "08:10"), rework=True)
    assert estimate(served(at(7, "08:00")), fixed, within=0) == (1, 1)


def test_without_the_two_keys_only_the_wait_counts():
    late_again = served(at(9, "08:00"), wait=4, rework=True)
    plain = {"survey": {"satisfied": 15, "very_satisfied": 5}}
    assert estimate(late_again, survey=plain, within=4, very=3) == (1, 0)


def test_heavier_burdens_satisfy_fewer():
    """In a simulated week, the same citizens judging; the very satisfied are among the satisfied."""
    busy, replication, log = busy_week()
    rng = np.random.default_rng(4)
    tolerance = rng.exponential(20, len(replication.draws.arrival))
    labels = replication.labels._replace(satisfied_within=2 * tolerance, very_satisfied_within=tolerance)

    def rates(late: float = 0, again: float = 0) -> tuple[float, float]:
        survey = Survey(satisfied=1, very_satisfied=1, late_counts_as=late, again_counts_as=again)
        asked = replace(busy, scenario=busy.scenario.model_copy(update={"survey": survey}))
        found = measure(asked, replication._replace(labels=labels), log)
        network = found[found["site"] == ""].set_index("measure")["value"]
        return network["satisfied.rate"], network["very_satisfied.rate"]

    calm = rates()
    heavier = [rates(late=10), rates(late=40), rates(again=10), rates(again=40)]
    assert calm[0] > heavier[0][0] > heavier[1][0]
    assert calm[1] > heavier[0][1] > heavier[1][1]
    assert calm[0] > heavier[2][0] > heavier[3][0]
    assert calm[1] > heavier[2][1] > heavier[3][1]
    assert all(satisfied >= very for satisfied, very in [calm, *heavier])


def test_what_a_scenario_has_not_is_not_measured():
    """A survey, appointments, and a clock that starts again after its stop."""
    quiet = model(survey=None)
    names = set(measure(quiet, *told(quiet, []))["measure"])
    assert set(MEASURES) - names == {
        "satisfied.rate",
        "very_satisfied.rate",
        "reopened.count",
        "reopened.rate",
        "reopened.on_time",
        "slot.days",
        "no_slot.rate",
        "slots.lost",
    }


def test_who_is_early_waits_from_the_slot_on():
    """Booked for 08:30: served at 08:40, at 08:20, out of patience at 08:45, and there at 08:50 only."""
    slot = at(7, "08:30")
    out_of_patience = Task(
        entered=at(7, "08:00"), left=[(at(7, "08:00"), at(7, "08:45"), Reason.PATIENCE)], lost=True
    )
    tasks = [
        desk(at(7, "08:00"), at(7, "08:40"), at(7, "08:50")),
        desk(at(7, "08:00"), at(7, "08:20"), at(7, "08:30")),
        out_of_patience,
        desk(at(7, "08:50"), at(7, "08:55"), at(7, "09:00")),
    ]
    seen = visits(MODEL, *told(MODEL, [Dossier(at(7, "08:00"), [task], slot=slot) for task in tasks]))
    assert seen.wait.tolist() == [10, 0, 15, 5]
    assert seen.waited.all()


def test_an_empty_week_has_the_same_rows():
    empty = measure(MODEL, *told(MODEL, []))
    keys = measured.KEY
    pd.testing.assert_frame_equal(empty[keys], WEEK[keys])
    paid = empty["measure"].isin(["rostered.hours", "staff.cost"])
    assert (empty["value"][~paid].fillna(0) == 0).all()


def test_a_simulated_week_agrees_with_pandas():
    busy, replication, log = busy_week()
    seen, found = visits(busy, replication, log), measure(busy, replication, log)
    waits = pd.DataFrame({"wait": seen.wait, "stream": replication.labels.stream[seen.dossier]})
    waits["site"] = [busy.places[busy.streams[stream].site].site for stream in waits["stream"]]
    waits["within"] = (seen.wait <= 15) & (seen.outcome == VisitOutcome.SERVED)
    within = waits[seen.waited].groupby("site")["within"].mean()
    waits = waits[seen.waited].groupby("site")["wait"]
    for name, expected in {
        "wait.mean": waits.mean(),
        "wait.p90": waits.quantile(0.9),
        "wait.max": waits.max(),
        "wait.within_15": within,
    }.items():
        rows = found[(found["measure"] == name) & (found["site"] != "")]
        rows = rows[grouped_by(rows, ["site"])].set_index("site")["value"]
        pd.testing.assert_series_equal(rows, expected, check_names=False)


def test_dossiers_are_conserved():
    """Arrived = received + never received; received = finished + open + withdrawn."""
    busy, replication, log = busy_week()
    found = measure(busy, replication, log)
    network = found[found["site"] == ""].set_index("measure")["value"]
    table = dossiers(busy, replication, log)
    withdrawn = int((table.status == 5).sum())
    assert withdrawn > 0
    assert network["dossiers.received"] == (
        network["dossiers.finished"] + network["dossiers.open"] + withdrawn
    )
    assert len(replication.draws.arrival) == len(table.dossier) + sum(unreceived(busy, replication, log))
    assert network["on_time.rate"] + network["late.rate"] == pytest.approx(1)


def test_little_law_holds_for_the_backlog():
    """The area under the backlog is the time spent in it, dossier by dossier."""
    busy, replication, log = busy_week()
    table = dossiers(busy, replication, log)
    staying = table.status != 5
    minutes = (np.where(np.isnan(table.ready), busy.plan.end, table.ready) - table.received)[staying].sum()
    found = measure(busy, replication, log)
    backlog = found[(found["measure"] == "backlog.mean") & (found["site"] == "")]["value"].item()
    assert backlog * (busy.window[1] - busy.window[0]) == pytest.approx(minutes)


def reopened(ready: float, *counts: tuple[float, float, float]) -> Dossier:
    """Received on day 7, due on day 9; received, due and ready once more."""
    return Dossier(at(7, "08:00"), received=at(7, "08:00"), due=DUE, ready=ready, reopened=list(counts))


def test_what_is_reopened_has_measures_of_its_own():
    """One late and answered in time; one early, answered late and open once more; one early; one not yet ready."""
    cases = [
        reopened(at(10, "08:00"), (at(11, "08:00"), at(12, "16:30"), at(12, "09:00"))),
        reopened(
            at(8, "08:00"),
            (at(9, "08:00"), at(9, "16:30"), at(10, "08:00")),
            (at(11, "08:00"), at(15, "16:30"), nan),
        ),
        reopened(at(8, "08:00")),
        reopened(nan),
    ]
    found = measure(MODEL, *told(MODEL, cases))
    network = found[found["site"] == ""].set_index("measure")[["value", "n"]]
    assert network.loc["reopened.count"].tolist() == [3, 3]
    assert network.loc["reopened.rate"].tolist() == [2 / 3, 3]
    assert network.loc["reopened.on_time"].tolist() == [1 / 2, 2]
    assert network.loc["on_time.rate"].tolist() == [2 / 4, 4]
    plain = model(**BOOKING)
    without = measure(plain, *told(plain, [replace(one, reopened=[]) for one in cases]))
    same = found[~found["measure"].str.startswith("reopened")].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, without)


def test_visits_of_a_reopened_dossier_are_late_if_the_first_result_was():
    for ready, burden in ((at(10, "08:00"), 34), (at(8, "08:00"), 4)):
        one = reopened(ready, (at(11, "10:00"), at(11, "16:30"), nan))
        one = replace(
            one,
            stages=[served(at(12, "11:00"), wait=4)],
            satisfied_within=burden,
            very_satisfied_within=burden - 1,
        )
        found = measure(model(**BURDENED), *told(model(**BURDENED), [one]))
        network = found[found["site"] == ""].set_index("measure")["value"]
        assert (network["satisfied.rate"], network["very_satisfied.rate"]) == (1, 0)
