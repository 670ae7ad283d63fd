"""Scenario → plan: names become indices, hours become instants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scenes import model

from sim import deadlines
from sim.engine import rules
from sim.plan.model import Channel, Model, QueueName
from sim.scenario.routes import matches

DAY = 1440
TET = range(12, 21)  # days 2 to 10 February of a horizon that begins on 21 January
WORKING = [day for day in range(42) if day % 7 < 5 and day not in TET]


def queues(compiled: Model, numbers: np.ndarray) -> set[str]:
    names = [compiled.queues[number] for number in numbers]
    return {f"{queue.role}:{queue.field}" for queue in names}


def tiers(compiled: Model, team: int) -> list[set[str]]:
    plan = compiled.plan
    return [
        queues(compiled, plan.tier_queue[plan.tier_queue_start[k] : plan.tier_queue_start[k + 1]])
        for k in range(plan.tier_start[team], plan.tier_start[team + 1])
    ]


# --- days and hours ---


def test_horizon_and_warm_up() -> None:
    compiled = model({"horizon.warm_up": "2 weeks"})
    assert compiled.first_day.isoformat() == "2019-01-07"
    assert compiled.window == (14 * DAY, 56 * DAY)
    assert compiled.plan.end == 56 * DAY
    assert compiled.moment(14 * DAY + 450).isoformat() == "2019-01-21T07:30:00"


def test_office_reaches_beyond_the_horizon_for_due_dates() -> None:
    plan = model().plan
    due = deadlines.due(plan.deadlines, plan.end - 1, deadlines.WORKING_DAYS, 700, np.inf)
    assert np.isfinite(due)


def test_closings() -> None:
    """The end of the afternoon of working days, at all three sites; not lunch, not Tết."""
    plan = model().plan
    assert plan.closing_time.tolist() == [day * DAY + 990 for day in WORKING for _ in range(3)]
    assert plan.closing_site.tolist() == [0, 1, 2] * len(WORKING)


def test_an_office_open_at_midnight_does_not_close() -> None:
    hours = {
        "calendar.hours": ["00:00-24:00"],
        "calendar.weekdays": ["Mon", "Tue", "Thu"],
        "calendar.country": "none",
    }
    assert model(hours).plan.closing_time[::3].tolist()[:3] == [2 * DAY, 4 * DAY, 9 * DAY]


def test_rounds_only_on_working_days() -> None:
    """Couriers at 10:00 on weekdays and at 15:00 on every day, if the office opens."""
    plan = model().plan
    assert plan.round_time.tolist() == [day * DAY + t for day in WORKING for t in (600, 900)]
    second = model({"step.board": {"round": ["Tue 09:00"]}}).plan
    tuesdays = second.round_time[second.round_start[1] : second.round_start[2]]
    assert tuesdays.tolist() == [day * DAY + 540 for day in WORKING if day % 7 == 1]


def test_seasons_and_make_up_days() -> None:
    hours = {
        "hours": None,
        "summer": {"from": "02-20", "hours": ["07:00-11:30", "13:30-17:00"]},
        "winter": {"from": "11-01", "hours": ["07:30-12:00", "13:00-16:30"]},
        "make_up_days": ["2019-02-23"],
    }
    closing = model({"calendar": hours}).plan.closing_time[::3].tolist()
    assert [t for t in closing if 28 * DAY <= t < 35 * DAY] == [
        day * DAY + (1020 if day >= 30 else 990) for day in range(28, 34)
    ]


def test_hours_of_a_date_hold_for_every_purpose() -> None:
    """Friday, 1 February 2019 closes at 11:00: sessions, rosters, visits, the last ticket, closings, due dates."""
    friday = 11 * DAY
    changes = {"calendar.date_hours": {"2019-02-01": ["08:00-11:00"]}, "site.centre.last_ticket": "16:00"}
    compiled = model(changes)
    plan, roster = compiled.plan, compiled.rosters[0]
    assert compiled.moment(friday).isoformat() == "2019-02-01T00:00:00"
    assert friday + 660 in plan.closing_time
    assert friday + 990 not in plan.closing_time
    today = (roster.time >= friday) & (roster.time < friday + DAY)
    assert (roster.time[today].min(), roster.time[today].max()) == (friday + 480, friday + 660)
    visits = plan.visit_edge, plan.visit_mass, plan.visit_day
    assert friday + 480 <= rules.next_visit(*visits, friday, 0.99) <= friday + 660
    closes = rules.closing_of(plan.office.first_session, plan.office.closes, 11)
    assert rules.too_late(closes, friday, plan.last_ticket[0], friday + 661)
    assert not rules.too_late(closes, friday, plan.last_ticket[0], friday + 659)
    due = deadlines.due(plan.deadlines, friday - DAY + 600, deadlines.WORKING_DAYS, 1, np.inf)
    assert due == friday + 660
    assert deadlines.add_days(plan.deadlines, friday, 0.5) == friday + 570


def test_an_open_date_has_rounds() -> None:
    saturday = {"calendar.date_hours": {"2019-01-26": ["08:00-10:00"]}, "step.courier.round": ["10:00"]}
    assert 5 * DAY + 600 in model(saturday).plan.round_time


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({}, "serve_all", [True] * 3),
        ({"site.commune.at_closing": "turn-away"}, "serve_all", [True, False, False]),
        ({"site.centre.last_ticket": "16:00"}, "last_ticket", [960.0, np.inf, np.inf]),
        ({}, "balk_above", np.inf),
        ({"citizens.balk_above": 7}, "balk_above", 7),
        ({}, "restart", False),
        ({"rules.supplement": "restart"}, "restart", True),
    ],
)
def test_rules_of_the_house(changes: dict[str, Any], field: str, expected: Any) -> None:
    np.testing.assert_array_equal(getattr(model(changes).plan, field), expected)


# --- visits ---


@pytest.mark.parametrize("moment", [2.0**-53, 1e-6, 0.3, 0.6, 1 - 1e-6, 1 - 2.0**-53])
def test_visits_fall_into_opening_hours(moment: float) -> None:
    plan = model().plan
    for day in WORKING:
        clock = (
            rules.next_visit(plan.visit_edge, plan.visit_mass, plan.visit_day, float(day * DAY), moment)
            - day * DAY
        )
        assert 450 <= clock <= 720 or 780 <= clock <= 990


def test_visits_follow_the_profile_and_skip_days_off() -> None:
    """Weight 3 for two hours and 1 for two: three quarters of the day come in the first two, by 09:30."""
    plan = model({"profile.usual.time_of_day": [("07:30", 3), ("09:30", 1), ("11:30", 0)]}).plan
    for day in (0, 28):
        comes = [
            rules.next_visit(plan.visit_edge, plan.visit_mass, plan.visit_day, float(day * DAY), moment)
            - day * DAY
            for moment in (0.375, 0.75, 0.875)
        ]
        assert comes == pytest.approx([510, 570, 630])
    friday_before_tet = 11.0 * DAY + 991
    assert rules.next_visit(
        plan.visit_edge, plan.visit_mass, plan.visit_day, friday_before_tet, 0.375
    ) == pytest.approx(21 * DAY + 510)


# --- queues and teams ---


def test_queues_of_each_place() -> None:
    compiled = model()
    at_centre = {queue for queue in compiled.queues if queue.site == 0}
    roles = ("intake", "check", "sign", "collect")
    assert at_centre == {QueueName(0, role, field) for role in roles for field in ("land", "civil")}
    for site in (1, 2):
        assert [queue for queue in compiled.queues if queue.site == site] == [
            QueueName(site, "intake", "civil"),
            QueueName(site, "check", "civil"),
        ]
    desk = [queue.role in ("intake", "collect") for queue in compiled.queues]
    assert compiled.plan.queue_desk.tolist() == desk
    assert compiled.plan.queue_site.tolist() == [queue.site for queue in compiled.queues]


def test_places_and_their_teams() -> None:
    """One desk for each commune, with the same staff; each has its own key."""
    compiled = model()
    assert [compiled.place_key(site) for site in range(3)] == [
        "centre/",
        "commune/Đông Ngũ",
        "commune/Hải Lạng",
    ]
    assert [(team.team, team.site) for team in compiled.teams] == [
        ("counter", 0),
        ("leader", 0),
        ("desk", 1),
        ("desk", 2),
    ]
    assert compiled.plan.team_site.tolist() == [0, 0, 1, 2]
    assert compiled.rosters[2].staff.tolist() == compiled.rosters[3].staff.tolist()


def test_tiers_name_queues_of_their_site_once() -> None:
    serves = [["intake:land"], ["*:land", "collect:*"], ["*:*"]]
    compiled = model({"team.counter.serves": serves})
    assert tiers(compiled, 0) == [
        {"intake:land"},
        {"check:land", "sign:land", "collect:land", "collect:civil"},
        {"intake:civil", "check:civil", "sign:civil"},
    ]
    assert tiers(compiled, 3) == [{"intake:civil"}, {"check:civil"}]
    in_tiers = compiled.plan.tier_queue[: compiled.plan.tier_queue_start[compiled.plan.tier_start[1]]]
    assert sorted(in_tiers) == list(range(8))


def test_servers_of_a_queue_in_declared_order() -> None:
    more = {"site": "centre", "staff": 1, "serves": [["sign:land"], ["intake:land"]]}
    compiled = model({"team.more": more})
    plan = compiled.plan
    servers = {
        f"{queue.site} {queue.role}:{queue.field}": plan.server_team[
            plan.server_start[q] : plan.server_start[q + 1]
        ].tolist()
        for q, queue in enumerate(compiled.queues)
    }
    assert servers["0 intake:land"] == [0, 4]
    assert servers["0 sign:land"] == [1, 4]
    assert servers["0 intake:civil"] == [0]
    assert servers["1 intake:civil"] == [2]
    assert servers["2 check:civil"] == [3]


@pytest.mark.parametrize(
    ("pattern", "yes"),
    [
        ("intake:land", True),
        ("*:land", True),
        ("intake:*", True),
        ("*:*", True),
        ("intake:civil", False),
        ("collect:*", False),
    ],
)
def test_patterns(pattern: str, yes: bool) -> None:
    assert matches(pattern, "intake", "land") is yes


def test_earliest_due_by_pattern() -> None:
    compiled = model(
        {"queue": {"check:*": "earliest-due", "sign:land": "earliest-due", "intake:*": "first-come"}}
    )
    by_due = {q for q, due in zip(compiled.queues, compiled.plan.queue_by_due, strict=True) if due}
    assert by_due == {
        q for q in compiled.queues if q.role == "check" or (q.role, q.field) == ("sign", "land")
    }


# --- streams ---


def test_streams() -> None:
    compiled = model({"calendar.cut_off": "15:00", "procedure.birth.cut_off": False, "demand.scale": 2})
    transfer, name, *births = compiled.streams
    assert [(s.procedure, s.site, s.volume) for s in compiled.streams] == [
        ("transfer", 0, 12000),
        ("name-change", 0, 6000),
        ("birth", 1, 6000),
        ("birth", 2, 2000),
    ]
    assert (transfer.unit, transfer.amount, transfer.cut_off) == (deadlines.WORKING_DAYS, 10, 900)
    assert (births[0].unit, births[0].cut_off) == (deadlines.SAME_DAY, np.inf)
    assert set(transfer.ways) == {Channel.COUNTER, Channel.ONLINE, Channel.POST, Channel.APPOINTMENT}
    assert set(births[0].ways) == {Channel.COUNTER, Channel.APPOINTMENT}
    assert compiled.queues[name.queue_of["resubmit"]] == QueueName(0, "intake", "civil")


def test_channels_fall_back_on_each_other() -> None:
    """Post on the online way, appointments on the counter's, unless they have their own."""
    ways = model().streams[0].ways
    assert ways[Channel.POST][0].stages == ways[Channel.ONLINE][0].stages
    assert ways[Channel.APPOINTMENT] == ways[Channel.COUNTER]
    own = (
        model({"journey.long.post": ["check", "ready"], "journey.long.appointment": ["intake", "ready"]})
        .streams[0]
        .ways
    )
    assert own[Channel.POST][0].stages == (("check",), ("ready",))
    assert own[Channel.APPOINTMENT][0].stages == (("intake",), ("ready",))


def test_loops_of_a_way_are_those_that_can_begin_on_it() -> None:
    """A loop after a step of another loop counts; one after a step of another journey does not."""
    loops = {
        "loop.again": {"after": "resubmit", "probability": 0.1, "steps": ["check"]},
        "loop.lost": {"after": "sign", "probability": 0.1, "steps": ["check"], "journeys": ["short"]},
    }
    transfer, *_, birth = model(loops).streams
    assert [loop.name for loop in transfer.ways[Channel.COUNTER][0].loops] == ["supplement", "again"]
    assert birth.ways[Channel.COUNTER][0].loops == ()


def test_profiles_of_procedures() -> None:
    """Births only before 9:00; other visits, and transfers, go by the usual profile."""
    early = {"profile.early": {"time_of_day": [("07:30", 1), ("09:00", 0)]}}
    compiled = model({**early, "procedure.birth.profile": "early"})
    transfer, *_, birth = compiled.streams
    for stream, share in ((transfer, 1.5 / 8), (birth, 1)):
        demand = compiled.intensities[stream.intensity]
        morning, day = (np.interp(t, demand.edge, demand.mass) for t in (540, DAY))
        assert morning / day == pytest.approx(share)
    assert transfer.intensity == 0
    np.testing.assert_array_equal(compiled.plan.visit_mass, compiled.intensities[0].mass)
