"""Scenario files: merging, origins, what differs, changes, and the hash."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import Scenario, ScenarioError, ScenarioFile, estimate_events, load, schema
from sim.scenario.layers import Layer, leaves, merge, merged, setters
from sim.scenario.translated import translations
from sim.scenario.values import Part

FOLDER = Path(__file__).parent / "scenarios" / "valid"
TINY_TEXT = (FOLDER / "tiny.toml").read_text(encoding="utf-8")
CATALOGUE = "code,name,field,journey,deadline,volume\nseal,Đóng dấu,land,simple,same day,100\n"

# A path is a table's or a value's in every file: the nouns say which. Capitals stand for tables.
scalars = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
)
tables = st.recursive(
    st.dictionaries(st.sampled_from("abc"), scalars, max_size=3),
    lambda inner: st.builds(dict.__or__, inner, st.dictionaries(st.sampled_from("ABC"), inner, max_size=3)),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def tiny() -> ScenarioFile:
    return load(FOLDER / "tiny.toml")


@pytest.fixture(scope="module")
def full() -> ScenarioFile:
    return load(FOLDER / "full.toml")


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        suffix = "csv" if text.startswith("code,") else "toml"
        (folder / f"{name}.{suffix}").write_text(text, encoding="utf-8")
    return folder / "x.toml"


# --- reading ---


def test_every_valid_scenario_loads_and_says_where_it_is_from() -> None:
    for path in FOLDER.glob("*.toml"):
        file = load(path)
        assert (file.path, file.name) == (path.resolve(), path.stem)
        assert json.loads(json.dumps(file.resolved)) == file.resolved


def test_the_full_scenario_uses_every_key(full: ScenarioFile) -> None:
    def parts(value: Any) -> list[Part]:
        if isinstance(value, Part):
            return [
                value,
                *(part for name in type(value).model_fields for part in parts(getattr(value, name))),
            ]
        return [part for item in value.values() for part in parts(item)] if isinstance(value, dict) else []

    everything = parts(full.scenario)
    used = {(type(part).__name__, name) for part in everything for name in part.model_fields_set}
    known = {(type(part).__name__, name) for part in everything for name in type(part).model_fields}
    # hours are given by season instead, the run begins with a warm-up, all of it is measured, no part of Vietnam has
    # holidays of its own, and volumes were counted on the days on which the office opens
    assert known - used == {
        ("Calendar", "hours"),
        ("Horizon", "open_dossiers"),
        ("Horizon", "during"),
        ("Calendar", "subdivision"),
        ("Demand", "calendar"),
    }


def test_the_resolved_form_is_a_scenario_by_itself(full: ScenarioFile) -> None:
    again = Scenario.model_validate_json(json.dumps(full.resolved), strict=True, by_alias=True, by_name=False)
    assert again == full.scenario


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    ],
    ids=["bom", "crlf", "both"],
)
def test_byte_order_marks_and_line_ends_do_not_matter(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    for name in ("full.toml", "communes.csv"):
        (tmp_path / name).write_bytes(encode((FOLDER / name).read_text(encoding="utf-8")))
    assert load(tmp_path / "full.toml").scenario == load(FOLDER / "full.toml").scenario


def test_a_catalogue_row_is_a_procedure(full: ScenarioFile) -> None:
    residence = full.scenario.procedure["residence"]
    assert (residence.site, residence.volume, residence.work_factor) == ("commune", 800, 1.2)
    assert (residence.cut_off, residence.online, residence.profile) == (False, False, "usual")
    assert residence.factor == {"intake": 1.5}
    birth = full.scenario.procedure["birth"]
    assert birth.name == "Đăng ký khai sinh, bản chính"
    assert birth.label == "1.001193.000.00.00.H49: Đăng ký khai sinh, bản chính"
    assert residence.label == residence.name == "Xác nhận nơi cư trú"


def test_a_file_overrides_its_catalogue_and_children_inherit_it(tmp_path: Path) -> None:
    own = "\n[procedure.seal]\nvolume = 5\n"
    parent = f'{TINY_TEXT}{own}\n[catalogue]\ncentre = "table.csv"\n'
    child = 'extends = "parent.toml"\ntitle = "Child"\n[procedure.seal]\nwork_factor = 2\n'
    file = load(write(tmp_path, table=CATALOGUE, parent=parent, x=child))
    seal = file.scenario.procedure["seal"]
    assert (seal.name, seal.volume, seal.work_factor) == ("Đóng dấu", 5, 2)
    sources = {key: file.sources[f"procedure.seal.{key}"] for key in ("name", "volume", "work_factor")}
    assert sources == {"name": "table.csv, line 2", "volume": "parent.toml", "work_factor": "x.toml"}


def test_a_parent_and_its_tables_may_lie_below(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", base=f'{TINY_TEXT}\n[catalogue]\ncentre = "table.csv"\n', table=CATALOGUE)
    file = load(write(tmp_path, x='extends = "below/base.toml"\ntitle = "Above"\n'))
    assert file.sources["procedure.seal.volume"] == "below/table.csv, line 2"
    assert file.parent
    assert file.parent.path == tmp_path.resolve() / "below" / "base.toml"


def test_laws_read_columns_of_the_scenario_folder(tmp_path: Path) -> None:
    text = TINY_TEXT.replace("exponential(mean=10)", "empirical(file='times.csv', column='volume')")
    rows = "code,volume\na,{}\nb,9\n"
    before = load(write(tmp_path, x=text, times=rows.format(5)))
    after = load(write(tmp_path, x=text, times=rows.format(6)))
    assert before.scenario.step["intake"].work
    assert before.scenario.step["intake"].work.mean == 7
    assert before.hash != after.hash


# --- merging ---


@given(tables, tables, tables)
def test_merging_is_associative(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(st.lists(tables, min_size=1, max_size=4))
def test_each_merged_value_is_that_of_the_layer_said_to_set_it(written: list[dict[str, Any]]) -> None:
    layers = [Layer(str(number), table) for number, table in enumerate(written)]
    by_layer = [dict(leaves(table)) for table in written]
    values = dict(leaves(merged(layers)))
    assert {leaf: by_layer[layer][leaf] for leaf, layer in setters(layers).items()} == values


def test_tables_merge_and_values_are_replaced() -> None:
    below = {"team": {"a": {"staff": 1, "serves": [["x"]]}}, "title": "t"}
    above = {"team": {"a": {"serves": [["y"]]}, "b": {}}}
    expected = {"team": {"a": {"staff": 1, "serves": [["y"]]}, "b": {}}, "title": "t"}
    assert merge(below, above) == expected


def test_a_chain_of_files() -> None:
    file = load(FOLDER / "grandchild.toml")
    assert [file.name, file.parent and file.parent.name] == ["grandchild", "child"]
    assert file.scenario.team["counter"].staff == 2
    assert file.scenario.step["intake"].work == load(FOLDER / "child.toml").scenario.step["intake"].work
    assert file.sources["team.counter.staff"] == "grandchild.toml"
    assert file.sources["step.intake.work"] == "child.toml"
    assert file.sources["horizon.from"] == "tiny.toml"


# --- origins ---


def test_the_longest_path_tells_the_origin(full: ScenarioFile) -> None:
    assert full.origins["team.counter.staff"] == "reported, 2019"
    assert full.origins["team.counter.absence"] == "assumed"
    assert full.origins["team.leader.staff"] == ""
    assert full.origins["procedure.birth.volume"] == 'register of 2018, "A3"'
    assert full.origins["procedure.residence.volume"] == "assumed"


def test_dotted_keys_need_no_quotes_in_origins(full: ScenarioFile) -> None:
    assert full.origins["calendar.cut_off"] == "Decree 61/2018"


def test_an_origin_does_not_speak_for_the_value_that_replaces_it(tmp_path: Path) -> None:
    parent = f'{TINY_TEXT}\n[origin]\n"procedure.copy.volume" = "reported"\nprocedure = "register"\n'
    child = 'extends = "parent.toml"\ntitle = "More"\n[procedure.copy]\nvolume = 9\n'
    file = load(write(tmp_path, parent=parent, x=child))
    assert file.parent
    assert file.parent.origins["procedure.copy.volume"] == "reported"
    assert file.origins["procedure.copy.volume"] == ""
    assert file.origins["procedure.copy.deadline"] == "register"


def test_the_last_file_tells_the_origin_of_a_value_it_keeps(tmp_path: Path) -> None:
    parent = f'{TINY_TEXT}\n[origin]\nprocedure = "register"\n'
    child = 'extends = "parent.toml"\ntitle = "Child"\n[origin]\nprocedure = "register, checked"\n'
    assert (
        load(write(tmp_path, parent=parent, x=child)).origins["procedure.copy.volume"] == "register, checked"
    )


# --- differences and changes ---


def test_differences_are_just_what_differs() -> None:
    child = load(FOLDER / "child.toml")
    assert child.differences() == [
        ("team.counter.staff", 1, [["Mon-Fri 07:30", 1], ["Mon 07:30", 2], ["Mon 10:00", 1]]),
        ("step.intake.work", "exponential(mean=10)", "exponential(mean=12)"),
    ]
    assert load(FOLDER / "tiny.toml").differences() == []


def test_a_default_written_out_is_no_difference(tiny: ScenarioFile) -> None:
    same = tiny.change({"demand.scale": 1, "calendar.cut_off": "15:00"})
    assert same.differences() == []
    assert same.hash == tiny.hash


def test_differences_tell_the_default(tiny: ScenarioFile) -> None:
    assert tiny.change({"demand.scale": 0.5}).differences() == [("demand.scale", 1.0, 0.5)]


def test_a_change_is_a_file_that_extends_another() -> None:
    child = load(FOLDER / "child.toml")
    told = {name: new for name, _, new in child.differences()}
    changed = load(FOLDER / "tiny.toml").change(told, title=child.scenario.title)
    assert changed.hash == child.hash
    assert changed.differences() == child.differences()
    assert changed.scenario.title == child.scenario.title


@given(st.integers(0, 1000), st.floats(0, 1000), st.floats(0, 1))
def test_changes_there_and_back(staff: int, scale: float, share: float) -> None:
    tiny = load(FOLDER / "tiny.toml")
    there = tiny.change({"team.counter.staff": staff, "demand.scale": scale, "citizens.come_back": share})
    assert there.scenario.team["counter"].staff == staff
    assert there.scenario.demand.scale == scale
    back = there.change({name: old for name, old, _ in there.differences()})
    assert back.hash == tiny.hash
    assert {name: (old, new) for name, old, new in back.differences()} == {
        name: (new, old) for name, old, new in there.differences()
    }


def test_a_change_names_itself(tiny: ScenarioFile) -> None:
    changed = tiny.change({"team.counter.staff": 3}).change({"demand.scale": 2})
    assert changed.name == "tiny; team.counter.staff = 3; demand.scale = 2"
    assert changed.scenario.title == "One counter, one procedure; team.counter.staff = 3; demand.scale = 2"
    assert changed.parent
    assert changed.parent.parent == tiny
    assert changed.sources["demand.scale"].endswith("(changed)")


def test_values_of_python_and_numpy_can_be_changed_to(tiny: ScenarioFile) -> None:
    changed = tiny.change(
        {"horizon.to": date(2019, 3, 9), "team.counter.staff": np.int64(2), "demand.scale": np.float32(2)}
    )
    assert changed.scenario.horizon.last == date(2019, 3, 9)
    assert changed.resolved["team"]["counter"]["staff"] == 2
    assert changed.change({"citizens.patience": 30}).change({"citizens.patience": None}).hash == changed.hash


def test_a_change_can_add_a_table(tiny: ScenarioFile) -> None:
    more = tiny.change({"team.extra": {"site": "centre", "staff": 1, "serves": [["intake:*"]]}})
    assert list(more.scenario.team) == ["counter", "extra"]
    assert ("team.extra.staff", None, 1) in more.differences()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("team.conter.staff", "tiny: team: 'conter' is not known; did you mean 'counter'?"),
        ("team.counter.stuff", "tiny: team.counter: 'stuff' is not known; did you mean 'staff'?"),
        ("teams.counter.staff", "tiny: 'teams' is not known; did you mean 'team'?"),
        ("team.counter.staff.more", "tiny: team.counter.staff: 'more' is not known"),
        (
            "horizon.first",
            "tiny: horizon: 'first' is not known; write one of during, from, open_dossiers, to, warm_up",
        ),
        ("extends", "tiny: 'extends' is not known"),
        ("digital.outage.team", "tiny: digital.outage: 'team' is not known; did you mean 'teams'?"),
        ("", "tiny: '' is not known"),
    ],
)
def test_an_unknown_path_is_refused(tiny: ScenarioFile, path: str, words: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        tiny.change({path: 1})
    assert str(refused.value).startswith(words)


def test_a_change_is_checked(tiny: ScenarioFile) -> None:
    with pytest.raises(ScenarioError, match="outside opening hours 07:30–17:00"):
        tiny.change({"team.counter.staff": [["Mon 19:00", 1]]})
    with pytest.raises(ScenarioError, match="is not a value of scenario files"):
        tiny.change({"team.counter.staff": object()})
    with pytest.raises(ScenarioError) as refused:
        tiny.change({"site.centre.title": "<b>"})
    assert len(refused.value.args) == 1


# --- hash ---


@given(st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_the_order_of_keys(tmp_path_factory: Any, order: random.Random) -> None:
    sections = [section.splitlines() for section in TINY_TEXT.split("\n\n")[1:]]
    for section in sections:
        section[1:] = order.sample(section[1:], len(section) - 1)
    steps = [section for section in sections if section[0].startswith("[step.")]
    others = order.sample(
        [section for section in sections if section not in steps], len(sections) - len(steps)
    )
    text = "\n".join("\n".join(section) for section in [['title = "In another order"'], *others, *steps])
    path = write(tmp_path_factory.mktemp("order"), x=text)
    assert load(path).hash == load(FOLDER / "tiny.toml").hash


def test_the_hash_does_not_depend_on_titles_sources_and_origins(tiny: ScenarioFile) -> None:
    labels = {
        "title": "Other",
        "question": "Why?",
        "source": "A book",
        "site.centre.title": "Other",
        "field.land.title": "Other",
        "step.intake.title": "Other",
        "procedure.copy.name": "Other",
        "procedure.copy.national_code": "2.000815.000.00.00.H49",
        "origin": {"team.counter.staff": "a guess"},
    }
    relabelled = tiny.change(labels)
    assert relabelled.hash == tiny.hash
    assert relabelled.differences() == []


def test_names_that_look_like_labels_count(tiny: ScenarioFile) -> None:
    surge = {"from": "2019-03-04", "to": "2019-03-05", "factor": 2}
    assert tiny.change({"demand.surge.title": surge}).hash != tiny.hash


def test_the_order_of_teams_counts(tiny: ScenarioFile) -> None:
    team = {"site": "centre", "staff": 1, "serves": [["intake:*"]]}
    ab, ba = (tiny.change({f"team.{name}": team for name in names}) for names in ("ab", "ba"))
    assert ab.scenario.team == ba.scenario.team
    assert ab.hash != ba.hash


def test_every_number_counts(full: ScenarioFile) -> None:
    changes = {
        "team.desk.staff": 2,
        "step.sign.work": 4,
        "digital.e_signature": False,
        "horizon.to": "2019-12-30",
        "queue": {"appraise:*": "first-come"},
        "site.commune.places": [["Đông Ngũ", 0.5], ["Hà Lâu", 0.5]],
    }
    hashes = {full.change({path: value}).hash for path, value in changes.items()}
    assert len(hashes | {full.hash}) == len(changes) + 1


# --- the rest ---


def test_errors_and_files_travel_between_processes(full: ScenarioFile) -> None:
    error = ScenarioError("one", "two")
    assert str(pickle.loads(pickle.dumps(error))) == "one\ntwo"
    assert pickle.loads(pickle.dumps(full)).hash == full.hash


def test_the_schema_knows_every_key_and_requires_none() -> None:
    written = schema()
    json.dumps(written)
    assert {"extends", "catalogue", "title", "team"} <= set(written["properties"])
    assert "from" in written["$defs"]["Horizon"]["properties"]
    assert "required" not in written
    assert not any("required" in noun for noun in written["$defs"].values())


def test_events_grow_with_volume_steps_and_time(tiny: ScenarioFile) -> None:
    one_week = 5_000 * 5 / 365 * 2 * 3  # dossiers × steps × events a step
    assert estimate_events(tiny.scenario) == pytest.approx(one_week)
    assert estimate_events(tiny.change({"demand.scale": 2}).scenario) == pytest.approx(2 * one_week)
    assert estimate_events(tiny.change({"horizon.warm_up": "5 days"}).scenario) == pytest.approx(2 * one_week)


def test_a_question_is_not_inherited() -> None:
    """A parent's question is not what its children ask; a change asks none."""
    full = load(FOLDER / "full.toml")
    assert full.question == full.scenario.question is not None
    assert full.change({"demand.scale": 1.1}).question is None


BOTH = """extends = "tiny.toml"
title.vi = "Một cửa"
title.en = "One-stop"
question = "Why?"

[site.centre.title]
vi = "Trung tâm"
en = "Centre"
"""


@pytest.fixture
def in_both(tmp_path: Path) -> Path:
    (tmp_path / "tiny.toml").write_text(TINY_TEXT, encoding="utf-8")
    file = tmp_path / "both.toml"
    file.write_text(BOTH, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("code", "titles"), [("vi", ("Một cửa", "Trung tâm")), ("en", ("One-stop", "Centre"))]
)
def test_texts_in_both_languages_are_read_in_one(in_both: Path, code: str, titles: tuple[str, str]) -> None:
    read = load(in_both, code)
    assert (read.scenario.title, read.scenario.site["centre"].title) == titles
    assert read.question == "Why?"
    assert read.resolved["title"] == titles[0]
    assert read.hash == load(in_both.parent / "tiny.toml").hash
    again = pickle.loads(pickle.dumps(read))
    assert translations(again.resolved) == {
        "vi": {"title": "Một cửa", "site.centre.title": "Trung tâm"},
        "en": {"title": "One-stop", "site.centre.title": "Centre"},
    }


def test_a_title_in_one_language_replaces_both_of_the_parent(in_both: Path) -> None:
    child = in_both.with_name("child.toml")
    child.write_text('extends = "both.toml"\ntitle = "Mine"\n', encoding="utf-8")
    read = load(child, "vi")
    assert read.scenario.title == "Mine"
    assert "title" not in translations(read.resolved)["vi"]


def test_a_change_is_told_in_both_languages(in_both: Path) -> None:
    changed = load(in_both).change({"demand.scale": 2})
    assert changed.scenario.title == "One-stop; demand.scale = 2"
    assert translations(changed.resolved)["vi"]["title"] == "Một cửa; demand.scale = 2"


def test_an_unknown_language_is_refused(in_both: Path) -> None:
    with pytest.raises(ValueError, match="'fr' is no language"):
        load(in_both, "fr")
