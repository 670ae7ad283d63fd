"""Figures made of results show their numbers, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from sim.report import figures
from sim.report.drawing import digits_of, styles
from sim.report.figures.costs import efficient
from sim.report.figures.ontime import nines
from sim.report.figures.waiting import LEAST_VISITS
from sim.report.language import Language, language
from sim.results.comparison import Comparison
from sim.results.measured import KEY, Measured
from sim.results.result import Result

SITES = {
    "centre": "Trung tâm Hành chính công huyện Tiên Yên",
    "commune": "Bộ phận Tiếp nhận và Trả kết quả cấp xã",
}
FIELDS = {
    "secured": "Đăng ký biện pháp bảo đảm",
    "civil": "Hộ tịch",
    "land": "Đất đai",
    "goods": "Lưu thông hàng hóa (rượu, thuốc lá)",
    "rare": "Nuôi con nuôi",
}
TARGETS = {
    "wait-2022": {"measure": "wait.p90", "at_most": 30},
    "wait-here": {"measure": "wait.mean", "at_most": 7.5, "site": "centre"},
    "on-time": {"measure": "on_time.rate", "at_least": 0.9},
}
LONG = "Thêm một cán bộ ở quầy tư pháp – hộ tịch, bốn trong mười hồ sơ nộp trực tuyến và trả kết quả tại nhà"
TITLES = ("Quầy đất đai có hai người", LONG, "digital.online_share = 0.4")
LANGUAGES = [language("vi"), language("en")]

in_both_languages = pytest.mark.parametrize("say", LANGUAGES, ids=lambda say: say.code)


@cache
def result(number: int = 0, replications: int = 3) -> Result:
    """An office of two kinds of site; number 0 is the baseline, the others wait less and less."""
    rng = np.random.default_rng([number, replications])
    title = TITLES[number % len(TITLES)] if number else "Năm 2019"
    provenance = {
        "scenario": {
            "site": {name: {"title": title} for name, title in SITES.items()},
            "field": {name: {"title": title} for name, title in FIELDS.items()},
            "target": TARGETS,
        },
        "replications": replications,
        "rows_of": replications,
        "seed": 1,
    }
    tables = [measured(number, rng) for _ in range(replications)]
    columns = (np.array([table[name] for table in tables]) for name in ("value", "n"))
    return told(
        f"s{number}", title, Measured(tables[0][KEY], *columns), visits(replications, rng), provenance
    )


def told(name: str, title: str, measured: Measured, visits: pd.DataFrame, provenance: dict) -> Result:
    """A result whose visits are given as a table."""
    made = Result(name, title, measured, provenance, None, [])
    made._held["visits"] = visits
    visits.attrs = {"rows_of": 1, "replications": 1}
    return made


def measured(number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Waits and rates by kind of site, rates by field; of the rare field too few."""
    rows = [
        ("wait.mean", "min", "centre", "", 9.0 - 3 * (number > 0) + rng.normal(0, 0.1), 900),
        ("wait.mean", "min", "commune", "", 2.0, 900),
        ("on_time.rate", "fraction", "centre", "", 0.97 - 0.05 * (number > 0) + rng.normal(0, 0.001), 900),
        ("on_time.rate", "fraction", "commune", "", 0.995, 900),
    ]
    for site in SITES:
        rows += [("on_time.rate", "fraction", site, field, 1.0, 500) for field in FIELDS if field != "rare"]
        rows += [("on_time.rate", "fraction", site, "rare", 0.5, 3)]
    table = pd.DataFrame(rows, columns=["measure", "unit", "site", "field", "value", "n"])
    table.loc[table["field"] == "land", "value"] = 0.80 + rng.normal(0, 0.01, 2)
    return table.assign(**dict.fromkeys(set(KEY) - set(table), ""))


def visits(replications: int, rng: np.random.Generator) -> pd.DataFrame:
    """Visits from 7:00 to 11:00 and 14:00 to 16:00; a quarter of them served elsewhere, so not waited."""
    n = 600 * replications
    minute = np.where(rng.random(n) < 0.7, rng.uniform(420, 660, n), rng.uniform(840, 960, n))
    return pd.DataFrame(
        {
            "weekday": "Mon",
            "hour": (minute // 60).astype(int),
            "entered": np.datetime64("2019-04-01", "us") + (minute * 6e7).astype("timedelta64[us]"),
            "site": rng.choice(list(SITES), n),
            "wait": rng.exponential(6, n),
            "waited": rng.random(n) < 0.75,
        }
    )


@cache
def comparison(alternatives: int, replications: int = 3) -> Comparison:
    return Comparison(tuple(result(number, replications) for number in range(alternatives + 1)))


# --- what they show ---


def test_waits_are_the_quantiles_of_each_half_hour() -> None:
    one = result()
    table = figures.wait_over_day.data(one)
    waited = one.visits[one.visits["waited"]]
    minute = (waited["entered"] - np.datetime64("2019-04-01")).dt.total_seconds() / 60
    lines = table[table["line"] != "target"]
    assert set(lines["minute"]) == {*range(420, 660, 30), *range(840, 960, 30)}
    for row in lines.itertuples():
        own = waited[(waited["site"] == row.site) & (minute >= row.minute) & (minute < row.minute + 30)]
        assert row.visits == len(own)
        assert row.wait == pytest.approx(np.quantile(own["wait"], int(row.line[1:]) / 100))


def test_waits_are_drawn_as_steps_with_a_gap() -> None:
    figure = figures.wait_over_day(result(), LANGUAGES[0])
    table = figures.wait_over_day.data(result())
    own = table[(table["site"] == "centre") & (table["line"] == "p50")].set_index("minute")["wait"]
    median = [patch for patch in figure.axes[0].patches if isinstance(patch, StepPatch)][-1].get_data()
    np.testing.assert_array_equal(median.values, own.reindex(median.edges[:-1]))
    assert np.isnan(median.values[list(median.edges).index(720)])


def test_half_hours_with_few_visits_are_left_out() -> None:
    one = result()
    few = one.visits.head(LEAST_VISITS - 1).assign(
        entered=np.datetime64("2019-04-01T12:10", "us"), site="centre", waited=True
    )
    more = pd.concat([few, few.head(1)])
    for added, shown in ((few, False), (more, True)):
        found = told("s", "t", one.measured, pd.concat([one.visits, added]), one.provenance)
        assert (720 in set(figures.wait_over_day.data(found)["minute"])) == shown


def test_targets_are_drawn_where_they_hold() -> None:
    figure = figures.wait_over_day(result(), LANGUAGES[1])
    levels = [{float(line.get_ydata()[0]) for line in axes.get_lines()} for axes in figure.axes]
    assert levels == [{30.0, 7.5}, {30.0}]
    named = [{text.get_text() for text in axes.texts if "target" in text.get_text()} for axes in figure.axes]
    assert named[0] == {"target:\n30 min (9 of 10)", "target:\n7.5 min (mean)"}
    assert named[1] == {"target:\n30 min (9 of 10)"}


def test_mean_waits_by_weekday_and_hour() -> None:
    one = result()
    table = figures.wait_by_hour.data(one)
    waited = one.visits[one.visits["waited"]]
    assert table["weekday"].unique().tolist() == [0]
    for row in table.itertuples():
        own = waited[(waited["site"] == row.site) & (waited["entered"].dt.hour == row.hour)]
        assert (row.visits, row.wait) == (len(own), pytest.approx(own["wait"].mean()))
    texts = [
        [text.get_text() for text in axes.texts] for axes in figures.wait_by_hour(one, LANGUAGES[1]).axes
    ]
    assert texts == [[f"{wait:.1f}" for wait in table.loc[table["site"] == site, "wait"]] for site in SITES]


@pytest.mark.parametrize("alternatives", [1, 8])
def test_differences_are_those_decided(alternatives: int) -> None:
    compared = comparison(alternatives)
    judged = compared.verdicts.set_index(["measure", "site", "scenario"])
    panels = [("wait.mean", "centre", 1), ("on_time.rate", "centre", 100), ("on_time.rate", "commune", 100)]
    figure = figures.differences(compared, LANGUAGES[0])
    for axes, (measure, site, scale) in zip(figure.axes, panels, strict=True):
        _, *lines = axes.get_lines()
        rows = [judged.loc[(measure, site, one.name)] for one in compared.results[1:]]
        expected = [[row[name] * scale for name in ("low", "difference", "high")] for row in rows]
        np.testing.assert_allclose([line.get_xdata() for line in lines], expected)
        (zone,) = axes.patches
        assert zone.get_x() + zone.get_width() == pytest.approx(rows[0]["threshold"] * scale)


def test_a_shorter_wait_is_better_and_a_lower_rate_worse() -> None:
    compared = comparison(1, replications=5)
    figure = figures.differences(compared, LANGUAGES[1])
    marks = [axes.get_lines()[1] for axes in figure.axes]
    assert [mark.get_marker() for mark in marks] == ["o", "D", "s"]
    color = styles(["s0", "s1"])["s1"].color
    assert [mark.get_markerfacecolor() for mark in marks] == [color, color, "white"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "better",
        "worse",
        "no practical difference",
    ]


def test_one_replication_shows_points_only() -> None:
    figure = figures.differences(comparison(3, replications=1), LANGUAGES[1])
    for axes in figure.axes:
        for line in axes.get_lines()[1:]:
            assert np.isfinite(line.get_xdata()).tolist() == [False, True, False]
    assert not figure.legends[0].get_texts()
    assert "no intervals" in figure.get_supxlabel()


def test_titles_leave_out_what_the_baseline_says() -> None:
    base = result()
    titles = [f"{base.title}; team.desk.staff = 2", "Năm 2019: nhiều việc", "Quầy: hai người"]
    others = [
        replace(result(number), name=f"c{number}", title=title) for number, title in enumerate(titles, 1)
    ]
    found = figures.differences.data(Comparison((base, *others)))["title"].unique()
    assert found.tolist() == ["team.desk.staff = 2", "nhiều việc", "Quầy: hai người"]


@pytest.mark.parametrize("replications", [1, 3])
def test_rates_on_time_are_those_of_fields_with_enough_dossiers(replications: int) -> None:
    one = result(replications=replications)
    summary = one.summary().set_index(["measure", "site", "field"])
    table = figures.on_time_by_field.data(one)
    assert table["field"].tolist() == ["", "land", "secured", "civil", "goods"] * 2
    assert table["site"].tolist() == ["centre"] * 5 + ["commune"] * 5
    for row in table.itertuples():
        wanted = summary.loc[("on_time.rate", row.site, row.field)]
        assert [row.rate, row.low, row.high] == pytest.approx(
            list(wanted[["mean", "low", "high"]]), nan_ok=True
        )
    assert table["at_least"].unique().tolist() == [0.9]


def test_rates_stand_where_their_nines_are() -> None:
    np.testing.assert_allclose(nines([0.0, 0.9, 0.99, 0.9997, 1.0]), [0, 1, 2, 3.523, 5], atol=1e-3)
    axes = figures.on_time_by_field(result(), LANGUAGES[0]).axes[-1]
    shown = {label.get_text(): x for label, x in zip(axes.get_xticklabels(), axes.get_xticks(), strict=True)}
    assert {"90": 1, "99,9": 3, "100": 5}.items() <= {name: round(x, 6) for name, x in shown.items()}.items()


def test_efficient_is_what_no_other_beats() -> None:
    table = pd.DataFrame({"cost": [1.0, 2, 2, 3, 1], "service": [9.0, 5, 6, 5, 9], "measure": "wait.p90"})
    assert efficient(table).tolist() == [True, True, False, False, True]
    more_is_better = table.assign(measure="on_time.rate")
    assert efficient(more_is_better).tolist() == [True, False, False, False, True]


@in_both_languages
def test_nothing_to_show(say: Language) -> None:
    one = result()
    nobody = one.measured._replace(n=0 * one.measured.n)
    empty = told("s", "t", nobody, one.visits.head(0), one.provenance)
    for picture in (figures.wait_over_day, figures.wait_by_hour, figures.on_time_by_field):
        table = picture.data(empty)
        assert table.empty
        assert say("figure.empty") in [text.get_text() for text in picture.draw(table, say).axes[0].texts]


# --- words ---


@in_both_languages
def test_words_are_those_of_the_language(say: Language) -> None:
    made = {
        "wait_over_day": figures.wait_over_day(result(), say),
        "differences": figures.differences(comparison(1), say),
        "on_time_by_field": figures.on_time_by_field(result(), say),
    }
    for name, figure in made.items():
        assert figure.legends[0].get_title().get_text() == say(f"figure.{name}")
    waits, forest, rates = (figure.axes for figure in made.values())
    assert waits[0].get_ylabel() == say("figure.wait_axis")
    assert [axes.get_title(loc="left") for axes in waits] == list(SITES.values())
    assert forest[0].get_title().lower().startswith(say("measure.wait.mean")[:10])
    assert [axes.get_xlabel() for axes in forest] == [
        say("figure.lower_is_better", unit=say("unit.min")),
        *[say("figure.higher_is_better", unit=say("unit.points"))] * 2,
    ]
    assert rates[-1].get_xlabel() == say("figure.on_time_axis")


@in_both_languages
def test_numbers_are_written_as_the_language_does(say: Language) -> None:
    wait, _, rate = figures.differences(comparison(1), say).axes
    ticks = list(zip(rate.get_xticks(), rate.get_xticklabels(), strict=True))
    digits = digits_of([x for x, _ in ticks])
    assert all(label.get_text() == say.number(x, digits) for x, label in ticks)
    (label,) = wait.texts
    assert label.get_text() == say.difference(wait.get_lines()[1].get_xdata()[1], "min")


def test_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = figures.on_time_by_field(result(), LANGUAGES[0])
    file = tmp_path / "new" / "figure.png"
    figures.save(figure, file)
    picture = file.read_bytes()
    assert picture.startswith(b"\x89PNG")
    figures.save(figure, tmp_path / "figure.svg")
    assert "<svg" in (tmp_path / "figure.svg").read_text("utf-8")

    def half_done(self: Figure, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", half_done)
    with pytest.raises(OSError, match="disk full"):
        figures.save(figure, file)
    assert file.read_bytes() == picture
