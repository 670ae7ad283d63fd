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


def test_the_hash_is_of_the_rows(tmp_path: Path) -> None:
    """Another row is another scenario; an empty line, or another name of the file, is not."""
    line = "transfer,centre,2018-12-03,appraise,\n"
    first = load(tmp_path, HEADER + line)
    assert first.hash == load(tmp_path, HEADER + "\n" + line).hash
    assert first.hash != load(tmp_path, HEADER + line + line).hash
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
            HEADER + "transfer,centre,3/12/2018,appraise,\n",
            "line 2, column 'received': '3/12/2018' is not a date",
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


def ahead(step: str, changes: Mapping[str, Any] | None = None) -> Onward:
    scenario = scene(changes)
    return onward(scenario, scenario.procedure["transfer"], step)


def stages(step: str, changes: Mapping[str, Any] | None = None) -> list[list[str]]:
    """Each way on, the steps of a parallel stage joined by a plus."""
    return [["+".join(stage) for stage in way.stages] for way in ahead(step, changes).ways]


def test_what_is_left_of_the_journey() -> None:
    assert stages("intake") == [["intake", "courier", "check+agency", "sign", "ready", "collect"]]
    assert stages("agency") == [["check+agency", "sign", "ready", "collect"]]
    assert stages("collect") == [["collect"]]
    assert ahead("agency").behind == ["intake", "courier"]
    assert ahead("agency").channel == Channel.COUNTER
    assert stages("screen") == [["screen", "check", "sign", "ready"]]
    assert ahead("screen").channel == Channel.ONLINE


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
    (way,) = ahead("look", changes).ways
    assert stages("look", changes) == [["look", "check", "sign", "ready", "collect"]]
    assert (way.rework, way.looped) == (2, ("supplement", "again"))
    assert ahead("look", changes).behind[-4:] == ["ask", "home", "resubmit", "mend"]


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
    assert stages("collect", DELIVERY) == [["collect"]]
    assert stages("mail", DELIVERY) == [["mail"]]
    assert stages("sign", DELIVERY) == [
        ["sign", "ready"],
        ["sign", "ready", "collect"],
        ["sign", "ready", "mail"],
    ]
    assert [way.until for way in ahead("sign", DELIVERY).ways] == pytest.approx([0.5, 0.8, 1.0])


def test_what_a_lever_takes_away_is_passed_by() -> None:
    """Without a courier it goes on with the next step; where nothing is collected any more, with nothing."""
    signed = {"digital.e_signature": True, "digital.signature": {"skips": ["courier"]}}
    assert stages("courier", signed) == [["check+agency", "sign", "ready", "collect"]]
    electronic = {"digital.result": {"instead_of": "collect", "electronic": 1.0}}
    assert stages("collect", electronic) == []
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
    assert own.clock.received.tolist()[:4] == [
        -19 * day + 600,
        -19 * day + 600,
        -11 * day + 600,
        -6 * day + 600,
    ]
    assert math.isnan(own.clock.received[4])
    assert own.clock.due.tolist()[:4] == [-16 * day + 990, -17 * day, 3 * day, 8 * day + 990]
    assert np.isnan(own.clock.paused).tolist() == [True, True, False, True, True]
    assert np.isnan(own.clock.ready).tolist() == [False, True, True, True, True]


def test_those_who_arrive_are_the_same_with_a_table() -> None:
    """And those in the table are the same with other rows below, or with others between."""
    found = dossiers(opened(*ROWS))
    own = {key: dossier for key, dossier in found.items() if key[2] < 0}
    assert {key: dossier for key, dossier in found.items() if key[2] >= 0} == base()
    assert len(own) == len(ROWS)
    more = (*ROWS, row("check", "2019-01-03 10:00"), row("sign", "2019-01-01 10:00"))
    assert own.items() <= dossiers(opened(*more)).items()


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


# --- what is measured ---


def test_they_are_in_the_backlog_and_in_no_rate() -> None:
    rows = (
        row("check", "2019-01-15 10:00"),
        row("check", "2019-01-02 10:00", "2019-01-04 00:00", of="birth@Hải Lạng"),
        row("collect", "2019-01-02 10:00", of="name-change@centre"),
    )
    made, replication, log = drawn(*rows)
    table = observe(made, replication, log).dossiers
    mine = replication.labels.number[table.dossier] < 0
    assert mine.sum() == 3
    received_now = Dossiers._make(column[~mine] for column in table)
    groups = Groupings.of_model(made).dossiers
    with_them, without = (dossier_totals(made, replication, part, groups) for part in (table, received_now))
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
    made, replication, log = drawn(*ROWS)
    own = np.flatnonzero(replication.labels.number < 0)
    names = {name_of(made, replication, dossier) for dossier in own}
    assert names == {"transfer#-1", "transfer#-2", "name-change#-1", "name-change#-2", "Hải Lạng/birth#-1"}
    for dossier in own:
        assert find(made, replication, name_of(made, replication, dossier)) == dossier
        lines = life(made, replication, log, dossier)
        assert (lines[0].key, lines[0].time) == ("under_way", 0.0)
        dues = [line.values["due"] for line in lines if "due" in line.values]
        assert not dues or dues[-1] == log.due[dossier]
    paused = life(made, replication, log, find(made, replication, "transfer#-2"))
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
