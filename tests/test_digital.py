"""The levers of digitisation, each as documented, with the numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scenes import Dossier, Key, base, dossiers, model, scene
from scipy import stats

from sim.plan import digital
from sim.plan.model import Channel
from sim.scenario.levers import Digital

SURELY = 1e-4  # p value below which a fixed seed is taken to contradict the model
ONLINE = {"digital.online_share": 0.5}


def at_centre(drawn: dict[Key, Dossier]) -> dict[Key, Dossier]:
    return {key: dossier for key, dossier in drawn.items() if key[1] == "centre/"}


def share(found: list[bool], probability: float) -> bool:
    return bool(stats.binomtest(sum(found), len(found), probability).pvalue > SURELY)


@pytest.mark.parametrize(
    ("day", "expected"), [("01-01", 0.1), ("02-01", 0.1), ("02-11", 0.2), ("02-21", 0.3), ("12-31", 0.3)]
)
def test_ramp_is_linear_between_its_dates_and_flat_outside(day: str, expected: float) -> None:
    ramp = Digital(online_share=[(date(2019, 2, 1), 0.1), (date(2019, 2, 21), 0.3)])
    assert digital.online_share(ramp, [date.fromisoformat(f"2019-{day}")])[0] == pytest.approx(expected)


def test_constant_share() -> None:
    assert digital.online_share(Digital(online_share=0.25), [date(2019, 1, 1)] * 3).tolist() == [0.25] * 3


def test_e_signature_drops_paper_steps_and_signing_hours() -> None:
    """No courier; in the parallel stage the agency is skipped and the check stays; the leader signs all day."""
    lever = {"digital.signature": {"teams": ["leader"], "skips": ["courier", "agency"]}}
    before, off = base(), dossiers(model(lever))
    assert off == before
    signed = model({**lever, "digital.e_signature": True})
    for key, dossier in dossiers(signed).items():
        kept = tuple(tuple(t for t in s if t.step not in ("courier", "agency")) for s in before[key].stages)
        assert dossier.stages == tuple(stage for stage in kept if stage)
    leader, signing = model(lever).rosters[1], signed.rosters[1]
    changes = list(zip(leader.time.tolist(), leader.staff.tolist(), strict=True))
    assert changes[:6] == [(450, 0), (720, 0), (780, 0), (900, 1), (960, 0), (990, 0)]
    changes = list(zip(signing.time.tolist(), signing.staff.tolist(), strict=True))
    assert changes[:4] == [(450, 1), (720, 0), (780, 1), (990, 0)]
    np.testing.assert_array_equal(signed.rosters[0].staff, model().rosters[0].staff)


def test_pre_check_avoids_loops_online_only() -> None:
    """Of the loops of 30 % online, half are avoided; whoever still loops looped before."""
    before = at_centre(dossiers(model(ONLINE)))
    after = at_centre(
        dossiers(model({**ONLINE, "digital.pre_check": {"avoids": 0.5, "loops": ["supplement"]}}))
    )
    online = [key for key, dossier in before.items() if dossier.channel == Channel.ONLINE]
    assert all(after[key] == before[key] for key in before if key not in online)
    assert all("ask" in before[key].steps for key in online if "ask" in after[key].steps)
    assert share(["ask" in before[key].steps for key in online], 0.3)
    assert share(["ask" in after[key].steps for key in online], 0.15)


DELIVERY = {"instead_of": "collect", "electronic_steps": ["screen"], "postal_steps": ["home", "screen"]}


def test_results_by_wire_and_by_post() -> None:
    """A quarter electronic and a tenth by post; who collects collects as before."""
    before = at_centre(base())
    after = at_centre(dossiers(model({"digital.result": {**DELIVERY, "electronic": 0.25, "postal": 0.1}})))
    ends = {key: dossier.steps[len(before[key].steps) - 1 :] for key, dossier in after.items()}
    assert set(ends.values()) == {("collect",), ("screen",), ("home", "screen")}
    assert all(after[key] == before[key] for key, end in ends.items() if end == ("collect",))
    assert share([end == ("screen",) for end in ends.values()], 0.25)
    assert share([end == ("home", "screen") for end in ends.values()], 0.1)


def test_raising_one_share_of_delivery_moves_nobody_between_the_others() -> None:
    few, many = (
        at_centre(dossiers(model({"digital.result": {**DELIVERY, "electronic": electronic, "postal": 0.3}})))
        for electronic in (0.2, 0.6)
    )
    moves = {(few[key].steps[-2:], many[key].steps[-2:]) for key in few}
    by_post, collected, by_wire = ("home", "screen"), ("ready", "collect"), ("ready", "screen")
    assert moves == {(by_post, by_post), (collected, collected), (collected, by_wire), (by_wire, by_wire)}


@pytest.mark.parametrize("shares", [{"electronic": 1.0}, {"postal": 1.0}])
def test_nobody_is_left_out_of_a_full_share(shares: dict[str, float]) -> None:
    assert len(dossiers(model({"digital.result": {**DELIVERY, **shares}}))) == len(base())
    assert not any(
        "collect" in d.steps for d in dossiers(model({"digital.result": {**DELIVERY, **shares}})).values()
    )


def test_data_reuse_shortens_named_steps_of_those_who_are_known() -> None:
    """0.4 of the citizens are known, and then every check, also the second one, takes 0.25 less."""
    lever = {"share": 0.4, "saves": 0.25, "steps": ["check"]}
    before, after = base(), dossiers(model({"digital.data_reuse": lever}))
    known = []
    for key, dossier in after.items():
        pairs = list(zip(before[key].tasks, dossier.tasks, strict=True))
        assert all(was == now for was, now in pairs if was.step != "check")
        (factor,) = {round(now.work / was.work, 9) for was, now in pairs if was.step == "check"}
        assert factor in (0.75, 1.0)
        known.append(factor == 0.75)
    assert share(known, 0.4)


def test_assisted_filing_is_a_desk_step_before_the_online_way() -> None:
    """A third of those online; they come in opening hours, with the numbers of their online steps."""
    steps = {"step.help": {"desk": True, "work": 15, "role": "intake"}}
    lever = {"digital.assisted": {"share": 1 / 3, "step": "help"}}
    before, after = dossiers(model({**steps, **ONLINE})), dossiers(model({**steps, **ONLINE, **lever}))
    online = {key for key, dossier in before.items() if dossier.channel == Channel.ONLINE}
    helped = {key for key, dossier in after.items() if dossier.channel == Channel.ASSISTED}
    assert helped < online
    assert share([key in helped for key in online], 1 / 3)
    for key, dossier in after.items():
        if key in helped:
            assert dossier.steps == ("help", *before[key].steps)
            assert dossier.stages[1:] == before[key].stages
            assert dossier.arrival == base()[key].arrival
        else:
            assert dossier == before[key]


def test_scanning_takes_its_minutes_from_those_who_file_on_paper() -> None:
    lever = {"digital.scanning": {"minutes": "uniform(2, 6)", "steps": ["check"]}}
    before, after = dossiers(model(ONLINE)), dossiers(model({**ONLINE, **lever}))
    extra: list[float] = []
    for key, dossier in after.items():
        for was, now in zip(before[key].tasks, dossier.tasks, strict=True):
            if was.step == "check" and dossier.channel == Channel.COUNTER:
                extra.append(now.work - was.work)
            else:
                assert now == was
    assert stats.kstest(extra, "uniform", (2, 4)).pvalue > SURELY


def test_pooled_counters_serve_every_field_after_their_own() -> None:
    """Whoever does desk work does all of it, before office work; the leader, who does none, does not."""
    serves = {"team.counter.serves": [["intake:land"], ["check:*"]], "digital.pooled_counters": True}
    pooled = model(serves)
    names = [f"{queue.role}:{queue.field}" for queue in pooled.queues]
    plan = pooled.plan
    tiers = [
        {names[q] for q in plan.tier_queue[plan.tier_queue_start[k] : plan.tier_queue_start[k + 1]]}
        for k in range(plan.tier_start[0], plan.tier_start[2])
    ]
    others = {"intake:civil", "collect:land", "collect:civil"}
    assert tiers == [{"intake:land"}, others, {"check:land", "check:civil"}, {"sign:land", "sign:civil"}]
    unchanged = scene({**serves, "digital.pooled_counters": False})
    assert digital.pooled(unchanged, unchanged.team["counter"].serves) == [["intake:land"], ["check:*"]]


def test_nothing_is_known_before_without_the_lever() -> None:
    assert digital.known_before(Digital(), "check") == 1.0
