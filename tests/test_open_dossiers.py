"""The table of open dossiers: read and checked, how its dossiers go on, and what is measured of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scenes import base, dossiers, model, scene
from test_engines_agree import assert_agree

import sim
from sim.engine import compiled
from sim.engine.contract import Log
from sim.plan.draws import draw
from sim.plan.model import Channel, Model, Replication
from sim.plan.onward import Onward, onward
from sim.plan.spent import outlasted
from sim.results import official
from sim.results.groups import Groupings
from sim.results.life import find, life, name_of
from sim.results.observe import Dossiers, Status, observe
from sim.results.totals import dossier_totals
from sim.scenario.checks import check
from sim.scenario.opendossiers import OpenDossier, OpenDossiers, read_open_dossiers

OFFICE = Path(__file__).parent / "scenarios" / "invalid" / "base" / "office.toml"
FULL = Path(__file__).parent / "scenarios" / "valid" / "full.toml"
HEADER = "procedure,site,received,step,due\n"


def row(step: str, received: str, due: str | None = None, of: str = "transfer@centre") -> OpenDossier:
    procedure, _, site = of.partition("@")
    due_at = None if due is None else datetime.fromisoformat(due)
    return OpenDossier(procedure, site, datetime.fromisoformat(received), step, due_at)


def table(*rows: OpenDossier) -> OpenDossiers:
    due = tuple("" if row.due is None else f"{row.due:%Y-%m-%d %H:%M}" for row in rows)
    return OpenDossiers("open.csv", rows, tuple(range(2, 2 + len(rows))), due)


def opened(*rows: OpenDossier, changes: Mapping[str, Any] | None = None) -> Model:
    return model({**(changes or {}), "horizon.open_dossiers": table(*rows)})


def drawn(*rows: OpenDossier, changes: Mapping[str, Any] | None = None) -> tuple[Model, Replication, Log]:
    made = opened(*rows, changes=changes)
    replication = draw(made, 1, 0)
    return made, replication, compiled.simulate(made.plan, replication.draws)


# --- the file ---


def load(tmp_path: Path, text: str | bytes, **changes: Any) -> sim.ScenarioFile:
    (tmp_path / "office.toml").write_text(OFFICE.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "open.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return sim.load(tmp_path / "office.toml").change({"horizon.open_dossiers": "open.csv"} | changes)


def test_a_table_is_read(tmp_path: Path) -> None:
    """Columns in any order; a date alone is noon of receiving and the end of the due day; empty lines are passed."""
    text = "site,procedure,step,due,received\ncentre,transfer,appraise,2018-12-24,2018-12-03\n\n"
    text += " centre , copy ,collect,2019-01-04T11:30,2018-12-20 15:40\n"
    read = load(tmp_path, "\ufeff" + text).scenario.horizon.open_dossiers
    assert read == OpenDossiers(
        "open.csv",
        (
            row("appraise", "2018-12-03 12:00", "2018-12-25 00:00"),
            row("collect", "2018-12-20 15:40", "2019-01-04 11:30", of="copy@centre"),
        ),
        (2, 4),
        ("2018-12-24", "2019-01-04T11:30"),
    )


def test_what_an_export_has_besides_is_read(tmp_path: Path) -> None:
    """Seconds, the number that it calls `number` or `id`, since when a step lasts, how long the clock stood still."""
    text = "number,paused,since,procedure,site,received,step,due\n"
    text += "H49-12,3,2018-12-20 08:00:30,transfer,centre,2018-12-03 15:40:12,gather,\n"
    text += ",,2018-12-21,transfer,centre,2018-12-04,appraise,\n"
    first, second = load(tmp_path, text).scenario.horizon.open_dossiers.rows
    assert first == row("gather", "2018-12-03 15:40:12")._replace(
        id="H49-12", since=datetime(2018, 12, 20, 8, 0, 30), paused=3.0
    )
    assert second == row("appraise", "2018-12-04 12:00")._replace(since=datetime(2018, 12, 21, 12))
    named = load(tmp_path, text.replace("number", "id", 1)).scenario.horizon.open_dossiers
    assert named.rows == (first, second)


def test_the_hash_is_of_the_rows(tmp_path: Path) -> None:
    """Another row is another scenario; an empty line, or another name of the file, is not."""
    line = "transfer,centre,2018-12-03,appraise,\n"
    first = load(tmp_path, HEADER + line)
    assert first.hash == load(tmp_path, HEADER + "\n" + line).hash
    assert first.hash != load(tmp_path, HEADER + line + line).hash
    others = "transfer,centre,2018-12-04,appraise,\n" + line
    assert load(tmp_path, HEADER + line + others).hash == load(tmp_path, HEADER + others + line).hash
    (tmp_path / "other.csv").write_text(HEADER + line, encoding="utf-8")
    assert first.change({"horizon.open_dossiers": "other.csv"}).hash == first.hash
    assert first.resolved["horizon"]["open_dossiers"] == "open.csv"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "open.csv: is empty"),
        ("procedure,site,received,step,due,due\n", "open.csv, line 1: column 'due' stands twice"),
        (
            "procedure,site,received,step\n",
            "open.csv, line 1: the columns are procedure, site, received, step;",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,appraise\n",
            "open.csv, line 2: has 4 cells, but the header has 5",
        ),
        (HEADER + ",centre,2018-12-03,appraise,\n", "open.csv, line 2, column 'procedure': is empty"),
        (
            HEADER + "transfer,centre,3.12.2018,appraise,\n",
            "line 2, column 'received': '3.12.2018' is not a date",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,appraise,2018-02-30\n",
            "line 2, column 'due': '2018-02-30' is not",
        ),
        (HEADER + 'transfer,centre,2018-12-03,"appraise,\n', "open.csv, line 2: is not CSV"),
        (
            HEADER.encode() + b"transfer,centre,2018-12-03,\xff,\n",
            "open.csv: line 2, byte 61 of the file is not UTF-8",
        ),
        (
            HEADER + "transfr,centre,2018-12-03,appraise,\n",
            "open.csv, line 2: there is no procedure 'transfr'; did",
        ),
        (
            HEADER + "transfer,center,2018-12-03,appraise,\n",
            "line 2: 'center' does not receive procedure 'transfer'",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,aprais,\n",
            "open.csv, line 2: there is no step 'aprais'; did you",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,tax,\n",
            "open.csv, line 2: step 'tax' is not on the journey of",
        ),
        (
            HEADER + "transfer,centre,2019-01-02 07:00,appraise,\n",
            "line 2: is received on 2019-01-02, not before",
        ),
        (
            HEADER + "transfer,centre,1918-12-03,appraise,\n",
            "open.csv, line 2: is received on 1918-12-03, more",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,appraise,2018-12-02\n",
            "line 2: is due on 2018-12-02, before it is received",
        ),
        (
            HEADER + "transfer,centre,2018-12-03,appraise,2091-01-02\n",
            "open.csv, line 2: is due on 2091-01-02, more",
        ),
        (HEADER + "\ntransfer,centre,2019-12-03,appraise,\n", "open.csv, line 3: is received on 2019-12-03"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    with pytest.raises(sim.ScenarioError) as refused:
        load(tmp_path, text)
    assert "horizon.open_dossiers: " in str(refused.value)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            "A,transfer,centre,2018-12-03,appraise,,2018-12-02,\n",
            "line 2: is in its step since 2018-12-02 12:00, before",
        ),
        ("A,transfer,centre,2018-12-03,appraise,,2019-01-02 00:00,\n", "or not before the first day"),
        ("A,transfer,centre,2018-12-03,appraise,,soon,\n", "line 2, column 'since': 'soon' is not a date"),
        ("A,transfer,centre,2018-12-03 08:30:1,appraise,,,\n", "write 2019-01-31 or 2019-01-31 08:30"),
        ("A,transfer,centre,2018-12-03,appraise,,,-1\n", "line 2: has stood still for -1; write 0 or more"),
        ("A,transfer,centre,2018-12-03,appraise,,,1.5\n", "stood still for 1.5 days; write whole days"),
        ("A,transfer,centre,2018-12-03,appraise,,,x\n", "line 2, column 'paused': 'x' is not a number"),
        (
            "A,transfer,centre,2018-12-03,appraise,,,\n" * 2,
            "open.csv, line 3: id 'A' stands at step 'appraise' twice",
        ),
        (
            "A,transfer,centre,2018-12-03,appraise,,,\nA,transfer,centre,2018-12-04,collect,,,\n",
            "line 3: id 'A' has another 'received' than in line 2",
        ),
        (
            "A,transfer,centre,2018-12-03,appraise,,,\nA,copy,centre,2018-12-03,collect,2019-02-01,,2\n",
            "line 3: id 'A' has another 'procedure' than in line 2",
        ),
        (
            "A,transfer,centre,2018-12-03,appraise,,,\nA,transfer,centre,2018-12-03,collect,,,\n",
            "id 'A' stands at 'appraise' and 'collect', which are no parallel stage",
        ),
    ],
)
def test_rows_that_cannot_be_one_dossier(tmp_path: Path, rows: str, expected: str) -> None:
    with pytest.raises(sim.ScenarioError) as refused:
        load(tmp_path, "id,procedure,site,received,step,due,since,paused\n" + rows)
    assert expected in "\n".join(refused.value.args)


def test_dates_may_be_written_day_first(tmp_path: Path) -> None:
    """As Vietnamese spreadsheets save them; the month never comes first."""
    text = (
        HEADER
        + "transfer,centre,03/12/2018 15:40:12,appraise,24/12/2018\ncopy,centre,3/12/2018 8:05,collect,\n"
    )
    first, second = load(tmp_path, text).scenario.horizon.open_dossiers.rows
    assert first == row("appraise", "2018-12-03 15:40:12", "2018-12-25 00:00")
    assert second == row("collect", "2018-12-03 08:05", of="copy@centre")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("31/04/2018,appraise,,", "'31/04/2018' is not a date (read as day/month/year): day is out of range"),
        ("12/31/2018,appraise,,", "'12/31/2018' is not a date (read as day/month/year): month must be"),
        ("20181203T083000Z,appraise,,", "'20181203T083000Z' is not a date"),
        ("2018-12-03,appraise,9999-12-31,", "line 2: is due on 9999-12-31, more than 3 years after the last"),
        ("9999-12-31,appraise,,", "line 2: is received on 9999-12-31, not before the first day"),
        ("2018-12-27,appraise,,400", "stood still for 400 days, but its deadline counts only 2 from"),
        ("2018-12-27,appraise,,1e15", "stood still for 1e+15 days, but its deadline counts only 2 from"),
        ("2018-12-27,intake,,1", "stood still for 1, but before step 'intake' its clock has not started"),
    ],
)
def test_dates_and_pauses_that_cannot_be(tmp_path: Path, cells: str, expected: str) -> None:
    """From Thursday 27 December on Friday 28 and 2 January count; the 31st was swapped, the 1st is a holiday."""
    with pytest.raises(sim.ScenarioError) as refused:
        load(tmp_path, f"procedure,site,received,step,due,paused\ntransfer,centre,{cells}\n")
    assert expected in "\n".join(refused.value.args)


@pytest.mark.parametrize(("step", "paused"), [("appraise", 2), ("stamp", 1), ("collect", 2), ("gather", 2)])
def test_a_pause_that_may_have_been(tmp_path: Path, step: str, paused: int) -> None:
    """Also of a clock that has stopped since."""
    text = f"procedure,site,received,step,due,paused\ntransfer,centre,2018-12-27,{step},,{paused}\n"
    assert load(tmp_path, text).scenario.horizon.open_dossiers.rows[0].paused == paused


@pytest.mark.parametrize("unit", ["hours", "calendar days"])
def test_the_longest_pause_is_counted_as_the_deadline_is(tmp_path: Path, unit: str) -> None:
    """From noon of 27 December: an afternoon of 3.5 hours and a Friday of 8, in winter; or six days."""
    most = {"hours": 210 + 480, "calendar days": 6}[unit]
    deadline = {"procedure.transfer.deadline": "8 working hours" if unit == "hours" else "30 calendar days"}
    text = "procedure,site,received,step,due,paused\ntransfer,centre,2018-12-27,appraise,,{}\n"
    load(tmp_path, text.format(most), **deadline)
    with pytest.raises(sim.ScenarioError, match=f"write at most {most}"):
        load(tmp_path, text.format(most + 1), **deadline)


@pytest.mark.parametrize("name", ["=1+1", "@x", "+1", '"a\nb"', "a\0b", "a\u202eb", "<b>", "x" * 101])
def test_an_id_is_plain_text(tmp_path: Path, name: str) -> None:
    with pytest.raises(sim.ScenarioError, match=r"open.csv, line 2, column 'id': "):
        load(tmp_path, f"id,{HEADER}{name},transfer,centre,2018-12-03,appraise,\n")


def test_a_parallel_stage_has_a_row_a_step() -> None:
    rows = [row(step, "2019-01-15 10:00")._replace(id="A") for step in ("check", "agency")]
    (case,) = table(*rows).cases()
    assert (case.steps, case.lines) == (("agency", "check"), (3, 2))
    assert not check(scene({"horizon.open_dossiers": table(*rows)}))
    assert [*opened(*rows).underway.step] == [("agency", "check")]


def test_there_is_no_warm_up_with_a_table(tmp_path: Path) -> None:
    with pytest.raises(sim.ScenarioError, match=r"horizon.warm_up: .* write '0 days'"):
        load(tmp_path, HEADER, **{"horizon.warm_up": "1 week"})
    assert load(tmp_path, HEADER).scenario.horizon.open_dossiers == OpenDossiers("open.csv", (), (), ())


@pytest.mark.parametrize("name", ["../open.csv", "/etc/passwd", "absent.csv", "", "a\nb"])
def test_the_file_lies_in_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(sim.ScenarioError, match=r"horizon\.open_dossiers"):
        load(tmp_path, HEADER, **{"horizon.open_dossiers": name})


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open.csv").write_text(" " * 5_000_001)
    with pytest.raises(ValueError, match="larger than 5 MB"):
        read_open_dossiers(tmp_path, "open.csv")


def test_somebody_serves_what_is_open_of_a_procedure_without_demand() -> None:
    changes = {"procedure.transfer.volume": 0, "team.leader.serves": [["sign:civil"]]}
    assert not check(scene(changes))
    told = check(scene({**changes, "horizon.open_dossiers": table(row("check", "2019-01-15"))}))
    assert [path for path, _ in told] == ["team"]
    assert "nobody serves queue 'sign:land'" in told[0][1]


# --- how they go on ---


def ahead(*steps: str, changes: Mapping[str, Any] | None = None, whole: bool = True) -> Onward:
    scenario = scene(changes)
    return onward(scenario, scenario.procedure["transfer"], steps, whole=whole)


def stages(*steps: str, changes: Mapping[str, Any] | None = None, whole: bool = True) -> list[list[str]]:
    """Each way on, the steps of a parallel stage joined by a plus."""
    ways = ahead(*steps, changes=changes, whole=whole).ways
    return [["+".join(stage) for stage in way.stages] for way in ways]


def test_what_is_left_of_the_journey() -> None:
    assert stages("intake") == [["intake", "courier", "check+agency", "sign", "ready", "collect"]]
    assert stages("agency") == [["check+agency", "sign", "ready", "collect"]]
    assert stages("collect") == [["collect"]]
    assert ahead("agency").behind == ["intake", "courier"]
    assert ahead("agency").channel == Channel.COUNTER
    assert stages("screen") == [["screen", "check", "sign", "ready"]]
    assert ahead("screen").channel == Channel.ONLINE


def test_of_a_parallel_stage_only_the_rows_of_an_id_are_left() -> None:
    """What has no row is done: it lies behind, and with it what it does to the clock."""
    assert stages("check", "agency", whole=False) == stages("check")
    assert stages("agency", whole=False) == [["agency", "sign", "ready", "collect"]]
    assert ahead("agency", whole=False).behind == ["intake", "courier", "check"]
    with pytest.raises(ValueError, match="'agency' and 'sign' in one stage"):
        ahead("agency", "sign", whole=False)


def test_a_loop_is_left_as_it_would_be() -> None:
    """It goes on behind the stage at which it began, counts as taken once, and is rework."""
    (way,) = ahead("home").ways
    assert stages("home") == [["home", "resubmit", "check", "sign", "ready", "collect"]]
    assert (way.rework, way.looped) == (3, ("supplement",))
    assert ahead("home").behind == ["intake", "courier", "check", "agency", "ask"]


def test_a_loop_in_a_loop() -> None:
    changes = {
        "step.mend": {"work": 1, "role": "check"},
        "step.look": {"work": 1, "role": "check"},
        "loop.again": {"after": "resubmit", "probability": 0.1, "steps": ["mend", "look"]},
    }
    (way,) = ahead("look", changes=changes).ways
    assert stages("look", changes=changes) == [["look", "check", "sign", "ready", "collect"]]
    assert (way.rework, way.looped) == (2, ("supplement", "again"))
    assert ahead("look", changes=changes).behind[-4:] == ["ask", "home", "resubmit", "mend"]


DELIVERY = {
    "step.mail": {"waits_for": "agency", "days": 1},
    "digital.result": {
        "instead_of": "collect",
        "electronic": 0.5,
        "postal": 0.2,
        "postal_steps": ["mail"],
    },
}


def test_deliveries_that_have_the_step_remain() -> None:
    assert stages("collect", changes=DELIVERY) == [["collect"]]
    assert stages("mail", changes=DELIVERY) == [["mail"]]
    assert stages("sign", changes=DELIVERY) == [
        ["sign", "ready"],
        ["sign", "ready", "collect"],
        ["sign", "ready", "mail"],
    ]
    assert [way.until for way in ahead("sign", changes=DELIVERY).ways] == pytest.approx([0.5, 0.8, 1.0])


def test_what_a_lever_takes_away_is_passed_by() -> None:
    """Without a courier it goes on with the next step; where nothing is collected any more, with nothing."""
    signed = {"digital.e_signature": True, "digital.signature": {"skips": ["courier"]}}
    assert stages("courier", changes=signed) == [["check+agency", "sign", "ready", "collect"]]
    electronic = {"digital.result": {"instead_of": "collect", "electronic": 1.0}}
    assert stages("collect", changes=electronic) == []
    assert len(opened(row("collect", "2019-01-10"), changes=electronic).underway.stream) == 0


ROWS = (
    row("check", "2019-01-15 10:00"),
    row("home", "2019-01-10 10:00", "2019-01-24 00:00"),
    row("collect", "2019-01-02 10:00", of="name-change@centre"),
    row("check", "2019-01-02 10:00", "2019-01-04 00:00", of="birth@Hải Lạng"),
    row("screen", "2019-01-18 11:00", of="name-change@centre"),
)


def test_their_clock_as_the_run_begins() -> None:
    """Mondays in January 2019: 7, 14, 21; the run begins on the 21st, and ten working days are two weeks.

    Saturday the 5th is worked for 31 December: three working days from Wednesday the 2nd end with it.
    """
    own = opened(*ROWS).underway
    day = 1440.0
    expected = {  # received, due
        "name-change@collect": (-19 * day + 600, -16 * day + 990),
        "birth@check": (-19 * day + 600, -17 * day),
        "transfer@home": (-11 * day + 600, 3 * day),
        "transfer@check": (-6 * day + 600, 8 * day + 990),
    }
    made = opened(*ROWS)
    found = [f"{made.streams[s].procedure}@{step}" for s, (step,) in zip(own.stream, own.step, strict=True)]
    assert found == [
        "birth@check",
        "name-change@collect",
        "transfer@home",
        "transfer@check",
        "name-change@screen",
    ]
    for row, name in enumerate(found[:4]):
        assert (own.clock.received[row], own.clock.due[row]) == expected[name]
    assert math.isnan(own.clock.received[4])
    assert np.isnan(own.clock.paused).tolist() == [True, True, False, True, True]
    assert np.isnan(own.clock.ready).tolist() == [True, False, True, True, True]


def named(made: Model) -> dict[int, Any]:
    """What is drawn for each dossier of a table, by what keys its luck."""
    return {
        int(made.underway.name[-1 - key[2]]): dossier for key, dossier in dossiers(made).items() if key[2] < 0
    }


def test_a_reopened_dossier_was_ready_before_the_run() -> None:
    """What the table says is due is its further count, which is in no measure; queues go by it."""
    changes = {
        "step.again": {"clock": "start"},
        "step.mend": {"work": 1, "role": "check"},
        "step.answered": {"clock": "stop"},
        "loop.complaint": {"after": "collect", "probability": 0.1, "steps": ["again", "mend", "answered"]},
    }
    clock = opened(row("mend", "2019-01-15 10:00", "2019-01-24 00:00"), changes=changes).underway.clock
    assert clock.ready.tolist() == clock.received.tolist() == [-6 * 1440.0 + 600]
    assert clock.due.tolist() == [3 * 1440.0]


def test_those_who_arrive_are_the_same_with_a_table() -> None:
    found = dossiers(opened(*ROWS))
    assert {key: dossier for key, dossier in found.items() if key[2] >= 0} == base()
    assert len(found) == len(base()) + len(ROWS)


def test_those_in_the_table_are_the_same_in_any_order_and_with_others_between() -> None:
    """Rows that say the same are dossiers of their own, and none of them is another when one is added."""
    rows = (*ROWS, ROWS[0])
    own = named(opened(*rows))
    assert len(own) == len(rows)
    assert named(opened(*reversed(rows))) == own
    more = (row("sign", "2019-01-01 10:00"), *rows[3:], row("check", "2019-01-03 10:00"), *rows[:3], ROWS[0])
    assert own.items() < named(opened(*more)).items()


def test_the_order_of_rows_changes_no_number() -> None:
    """Of rows received at the same minute neither, though they wait in one queue."""
    rows = [row("check", "2019-01-15 10:00")._replace(id=f"A-{number}") for number in range(20)]
    logs = [drawn(*some)[2] for some in (rows, rows[::-1], rows[7:] + rows[:7])]
    for log in logs[1:]:
        for one, other in zip(logs[0], log, strict=True):
            np.testing.assert_array_equal(one, other)


def test_an_id_keys_the_luck() -> None:
    """It stays the same when the dossier moves on, and where others stand."""
    one = row("check", "2019-01-15 10:00")._replace(id="A-17")
    (luck,) = opened(one).underway.name
    assert luck in opened(*ROWS, one._replace(step="sign")).underway.name
    assert luck not in opened(*ROWS, one._replace(id="A-18")).underway.name


def test_they_come_before_those_who_arrive_and_citizens_on_a_day_that_suits() -> None:
    made, replication, _ = drawn(*ROWS)
    arrival, number = replication.draws.arrival, replication.labels.number
    assert (np.diff(arrival) >= 0).all()
    assert (number[:4] < 0).all()
    assert (arrival[:4] == 0).all()
    assert (np.diff(replication.draws.received[:3]) >= 0).all()
    (collecting,) = np.flatnonzero((number < 0) & (arrival > 0))
    assert made.moment(arrival[collecting]).isoformat() > "2019-01-21T07:30"
    assert arrival[collecting] < 1440


def test_loops_strike_as_often_as_they_should() -> None:
    """A dossier in its first supplement may have one more, one not in it two."""
    many = [row("check", "2019-01-15 10:00")] * 2000 + [row("home", "2019-01-15 10:00")] * 2000
    made, replication, _ = drawn(*many, changes={"horizon.to": "2019-01-21"})
    step, names = replication.labels.step, tuple(made.steps)
    first = replication.draws.task_start[replication.draws.stage_start]
    own = np.flatnonzero(replication.labels.number < 0)
    asked = np.array([(step[first[d] : first[d + 1]] == names.index("ask")).sum() for d in own])
    from_home = np.array([step[first[d]] == names.index("home") for d in own])
    for times, share, some in ((0, 0.7, ~from_home), (1, 0.21, ~from_home), (2, 0.09, ~from_home)):
        error = math.sqrt(share * (1 - share) / 2000)
        assert (asked[some] == times).mean() == pytest.approx(share, abs=4 * error)
    assert set(asked[from_home]) == {0, 1}
    assert (asked[from_home] == 1).mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 2000))


def test_a_loop_after_a_step_that_is_done_strikes_as_often_and_the_same_dossiers() -> None:
    """Behind the whole stage: who is with the agency only may yet be asked for papers, as if checked in the run."""
    asked = []
    for step in ("check", "agency"):
        rows = [row(step, "2019-01-15 10:00")._replace(id=str(number)) for number in range(2000)]
        if step == "check":
            rows += [one._replace(step="agency") for one in rows]
        made, replication, _ = drawn(*rows, changes={"horizon.to": "2019-01-21"})
        names, draws = tuple(made.steps), replication.draws
        first = draws.task_start[draws.stage_start]
        own = np.flatnonzero(replication.labels.number < 0)
        steps = [replication.labels.step[first[d] : first[d + 1]].tolist() for d in own]
        assert all(names[one[0]] == step and one.count(names.index("agency")) == 1 for one in steps)
        asked.append([one.count(names.index("ask")) for one in steps])
    assert asked[0] == asked[1]
    assert np.mean(np.array(asked[1]) == 2) == pytest.approx(0.09, abs=4 * math.sqrt(0.09 * 0.91 / 2000))


@pytest.mark.parametrize("rules", ["pause", "restart"])
def test_engines_agree(rules: str) -> None:
    made = opened(*ROWS * 20, changes={"rules.supplement": rules, "queue": {"check:*": "earliest-due"}})
    assert_agree(made.plan, draw(made, 3, 1).draws)


def test_engines_agree_on_a_scenario_with_everything(tmp_path: Path) -> None:
    for file in FULL.parent.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    full = sim.load(tmp_path / FULL.name).scenario
    rows = [
        OpenDossier(code, place, datetime(2018, 12, day), step, None)
        for code, procedure in full.procedure.items()
        for place in ([name for name, _ in full.site[procedure.site].places] or [procedure.site])
        for day, step in enumerate(full.step, start=1)
        if step in sim.scenario.routes.steps_of(full, procedure)
    ]
    lines = [f"{r.procedure},{r.site},{r.received:%Y-%m-%d %H:%M},{r.step}," for r in rows]
    (tmp_path / "open.csv").write_text(HEADER + "\n".join(lines), encoding="utf-8")
    changes = {"horizon.open_dossiers": "open.csv", "horizon.warm_up": "0 days"}
    made = sim.plan.compile.compile_scenario(sim.load(tmp_path / FULL.name).change(changes).scenario)
    replication = draw(made, 2, 0)
    assert (replication.labels.number < 0).sum() >= len(rows) * 0.8
    assert_agree(made.plan, replication.draws)


# --- what has lasted for a while ---

AGENCY = "uniform(1, 100)"
WAITS = {"step.agency": {"waits_for": "agency", "days": AGENCY}, "step.home.days": AGENCY}


def spent(*rows: OpenDossier, changes: Mapping[str, Any] | None = None) -> list[tuple[str, float]]:
    """Step and time of each wait of which some has passed, in the order of receiving."""
    made = opened(*rows, changes=changes or WAITS)
    found, steps = made.underway.spent, tuple(made.steps)
    return [(steps[step], time) for step, time in zip(found.step, found.time.tolist(), strict=True)]


def since(step: str, moment: str | None, of: str = "transfer@centre") -> OpenDossier:
    began = None if moment is None else datetime.fromisoformat(moment)
    return row(step, "2019-01-02 10:00", of=of)._replace(since=began, id=f"{step} {moment}")


def test_the_time_spent_is_in_the_unit_of_the_law() -> None:
    """The run begins on Monday 21 January: for a citizen elapsed days, for an agency days that deadlines count.

    Hours are 07:30-12:00 and 13:00-16:30: at noon on Wednesday 4.5 of 8 have passed; Thursday and Friday follow.
    """
    assert spent(since("home", "2019-01-16 12:00")) == [("home", 4.5)]
    assert spent(since("agency", "2019-01-16 12:00")) == [("agency", pytest.approx(2 + 3.5 / 8))]
    assert (
        spent(since("agency", "2019-01-19 12:00")) == []
    )  # on a Saturday: not a day of the agency has passed


def test_work_and_rounds_do_not_remember() -> None:
    steps = ("check", "sign", "courier", "collect", "resubmit")
    assert spent(*(since(step, "2019-01-16 12:00") for step in steps)) == []


def test_without_since_a_step_began_when_received_if_only_a_visit_lies_behind() -> None:
    """The agency of the long journey comes after a courier; behind `home` there is work, too."""
    assert spent(since("agency", None), since("home", None)) == []
    at_once = {**WAITS, "journey.short": {"counter": ["intake", "agency", "ready"]}}
    (found,) = spent(since("agency", None, of="birth@Hải Lạng"), changes=at_once)
    # From Wednesday the 2nd at 10:00 to the 18th: 14 days, with Saturday the 5th, worked for 31 December.
    assert found == ("agency", pytest.approx(14 - 2.5 / 8))


def test_a_wait_goes_on_given_the_time_spent() -> None:
    """Evenly between 1 and 100 days, given 4.5 have passed: evenly between 0 and 95.5 more, each at its own luck."""
    rows = [since("home", "2019-01-16 12:00")._replace(id=str(number)) for number in range(2000)]
    work = []
    for own in (rows, [one._replace(since=datetime(2019, 1, 20, 23, 59)) for one in rows]):
        _, replication, _ = drawn(*own, changes={**WAITS, "horizon.to": "2019-01-21"})
        mine = np.flatnonzero(replication.labels.number < 0)
        first = replication.draws.task_start[replication.draws.stage_start[mine]]
        work.append(replication.draws.work[first] / 1440)
    late, early = work
    assert late.mean() == pytest.approx(95.5 / 2, abs=4 * 95.5 / math.sqrt(12 * 2000))
    assert 0 < late.min() < late.max() < 95.5
    u = (early + 1 / 1440 - 1) / 99
    np.testing.assert_allclose(late, 95.5 * u)


def test_what_is_longer_than_possible_ends_at_once_and_is_named() -> None:
    """Two days given, and five have passed. It ends as the run begins, and the file's line and the id are told."""
    rows = since("home", "2019-01-16 12:00")._replace(id="H49-7"), row("home", "2019-01-02")
    made, replication, log = drawn(*rows, changes={"step.home.days": 2})
    mine = np.flatnonzero(replication.labels.number < 0)
    first = replication.draws.task_start[replication.draws.stage_start[mine]]
    assert sorted(log.ended[first].tolist()) == [0.0, 2 * 1440.0]  # of the second it is not known since when
    assert outlasted(made) == {"home": ["open.csv:2 (H49-7)"]}


def test_explain_and_run_name_them(tmp_path: Path) -> None:
    text = "procedure,site,received,step,due,since\ntransfer,centre,2018-12-03,gather,,2018-12-05\n"
    file = load(tmp_path, text, **{"horizon.to": "2019-01-04", "procedure.transfer.volume": 1})
    (flag,) = [one for one in sim.explain(file).flags() if one.kind == "outlasted"]
    assert flag.place == "open.csv:2"
    result = sim.run(file, replications=1, workers=1)
    assert [one["kind"] for one in result.provenance["flags"]].count("outlasted") == 1


def test_paused_moves_the_due_date() -> None:
    """Ten working days from Monday 7 January end on the 21st, or as given; three days more are the 24th."""
    plain = row("check", "2019-01-07 10:00")
    for due in (None, datetime(2019, 1, 22)):
        own = opened(
            plain._replace(due=due, id="A"), plain._replace(due=due, id="B", paused=3.0)
        ).underway.clock.due
        days = np.ceil(own / 1440)
        assert days[1] - days[0] == 3


# --- what is measured ---


def test_they_are_in_the_backlog_and_in_no_rate() -> None:
    rows = (
        row("check", "2019-01-15 10:00"),
        row("check", "2019-01-02 10:00", "2019-01-04 00:00", of="birth@Hải Lạng"),
        row("collect", "2019-01-02 10:00", of="name-change@centre"),
    )
    made, replication, log = drawn(*rows)
    _, table, reopened, _, demand = observe(made, replication, log)
    mine = replication.labels.number[table.dossier] < 0
    assert mine.sum() == 3
    received_now = Dossiers._make(column[~mine] for column in table)
    groups = Groupings.of_model(made).dossiers
    with_them, without = (
        dossier_totals(made, replication, part, reopened, demand, groups) for part in (table, received_now)
    )
    for name in ("early", "on_time", "late", "open", "overdue", "withdrawn", "late_days"):
        np.testing.assert_array_equal(getattr(with_them, name), getattr(without, name))
    handled = table.ready[mine & (table.ready > 0)]
    assert len(handled) == 2  # the third waits to be collected: its clock has stopped
    assert with_them.in_backlog[0] - without.in_backlog[0] == 2
    assert with_them.backlog[0] - without.backlog[0] == pytest.approx(handled.sum())
    period = official.handled_in_window(made, replication, log, table)
    carried = replication.labels.number[period.dossiers.dossier] < 0
    assert carried.sum() == 2
    assert not period.new[carried].any()
    assert period.new[~carried].all()


def test_one_whose_clock_stands_still_does_not_become_overdue() -> None:
    changes = {"step.home": {"waits_for": "citizen", "days": 400}}
    made, replication, log = drawn(
        *(row("home", "2019-01-10", "2019-01-24") for _ in range(2)),
        row("sign", "2019-01-10"),
        changes=changes,
    )
    found = observe(made, replication, log).dossiers
    status = dict(zip(replication.labels.number[found.dossier].tolist(), found.status.tolist(), strict=True))
    assert status[-1] == status[-2] == Status.OPEN


def test_their_life_is_told() -> None:
    made, replication, log = drawn(ROWS[0]._replace(id="H49/7"), *ROWS[1:])
    own = np.flatnonzero(replication.labels.number < 0)
    names = {name_of(made, replication, dossier) for dossier in own}
    assert names == {"Hải Lạng/birth#-1", "name-change#-2", "transfer#-3", "transfer#H49/7", "name-change#-5"}
    for dossier in own:
        assert find(made, replication, name_of(made, replication, dossier)) == dossier
        lines = life(made, replication, log, dossier)
        assert (lines[0].key, lines[0].time) == ("under_way", 0.0)
        dues = [line.values["due"] for line in lines if "due" in line.values]
        assert not dues or dues[-1] == log.due[dossier]
    paused = life(made, replication, log, find(made, replication, "transfer#-3"))
    assert [line.key for line in paused[:2]] == ["under_way", "paused"]


def test_a_run_begins_with_them(tmp_path: Path) -> None:
    """Forty appraisals keep one person busy for two or three days more: a backlog larger by some over the month."""
    january = {"horizon.to": "2019-01-31"}
    text = HEADER + "transfer,centre,2018-12-03,appraise,\n" * 40
    backlog = [
        float(table.loc[(table["measure"] == "backlog.mean") & (table["site"] == ""), "mean"].iloc[0])
        for rows in (HEADER, text)
        for table in [sim.run(load(tmp_path, rows, **january), replications=2, workers=1).summary()]
    ]
    assert backlog[1] > backlog[0] + 1
