"""Figures show the numbers they are given, in the reader's language, and no text lies on another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from sim.report import figures
from sim.report.language import Language, language
from sim.results.measured import KEY, Measured
from sim.results.result import Comparison, Result

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
    vars(made)["visits"] = visits
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
    return table.assign(place="", team="")


def visits(replications: int, rng: np.random.Generator) -> pd.DataFrame:
    """Visits from 7:00 to 11:00 and 14:00 to 16:00; a quarter of them served elsewhere, so not waited."""
    n = 600 * replications
    minute = np.where(rng.random(n) < 0.7, rng.uniform(420, 660, n), rng.uniform(840, 960, n))
    return pd.DataFrame(
        {
            "entered": np.datetime64("2019-04-01", "us") + (minute * 6e7).astype("timedelta64[us]"),
            "site": rng.choice(list(SITES), n),
            "wait": rng.exponential(6, n),
            "waited": rng.random(n) < 0.75,
        }
    )


@cache
def comparison(alternatives: int, replications: int = 3) -> Comparison:
    return Comparison(tuple(result(number, replications) for number in range(alternatives + 1)))


def marker(axes: Axes, row: int) -> str:
    """The marker of a row of a forest plot; the first line is the one at zero."""
    return str(axes.get_lines()[1 + row].get_marker())


# --- what they show ---


def test_waits_are_the_quantiles_of_each_half_hour() -> None:
    one = result()
    waited = one.visits[one.visits["waited"] & (one.visits["site"] == "centre")]
    light, dark, median = patches(figures.wait_over_day(one, LANGUAGES[0]).axes[0])
    edges = median.get_data().edges
    minute = (waited["entered"] - np.datetime64("2019-04-01")).dt.total_seconds() / 60
    for number, start in enumerate(edges[:-1]):
        waits = waited.loc[(minute >= start) & (minute < start + 30), "wait"]
        drawn = [light.get_data().baseline, dark.get_data().baseline, median.get_data().values]
        drawn += [dark.get_data().values, light.get_data().values]
        expected = np.quantile(waits, [0.05, 0.25, 0.5, 0.75, 0.95]) if len(waits) else [np.nan] * 5
        np.testing.assert_allclose([line[number] for line in drawn], expected)


def patches(axes: Axes) -> list[StepPatch]:
    return [patch for patch in axes.patches if isinstance(patch, StepPatch)]


def test_half_hours_with_few_visits_are_left_out() -> None:
    one = result()
    few = one.visits.head(figures.LEAST_VISITS - 1).assign(
        entered=np.datetime64("2019-04-01T12:10", "us"), site="centre", waited=True
    )
    more = pd.concat([few, few.head(1)])
    for added, shown in ((few, False), (more, True)):
        found = told("s", "t", one.measured, pd.concat([one.visits, added]), one.provenance)
        median = patches(figures.wait_over_day(found, LANGUAGES[0]).axes[0])[-1].get_data()
        assert np.isfinite(median.values[list(median.edges).index(720)]) == shown


def test_one_site_alone() -> None:
    (axes,) = figures.wait_over_day(result(), LANGUAGES[0], site="commune").axes
    assert axes.get_title() == SITES["commune"]


def test_targets_are_drawn_where_they_hold() -> None:
    figure = figures.wait_over_day(result(), LANGUAGES[1])
    levels = [{float(line.get_ydata()[0]) for line in axes.get_lines()} for axes in figure.axes]
    assert levels == [{30.0, 7.5}, {30.0}]
    key = [text.get_text() for text in figure.legends[0].get_texts()]
    assert key[3:] == [
        "target: at most 30 min (wait, 9 of 10 within)",
        "target: at most 7.5 min (mean wait)",
    ]


@pytest.mark.parametrize("alternatives", [1, 8])
def test_differences_are_those_of_the_comparison(alternatives: int) -> None:
    compared = comparison(alternatives)
    table = compared.table(group=["site"]).set_index(["measure", "site", "scenario"])
    panels = [("wait.mean", "centre", 1), ("on_time.rate", "centre", 100), ("on_time.rate", "commune", 100)]
    figure = figures.differences(compared, LANGUAGES[0])
    for axes, (measure, site, scale) in zip(figure.axes, panels, strict=True):
        _, *lines = axes.get_lines()
        rows = [table.loc[(measure, site, one.name)] for one in compared.results[1:]]
        expected = [[row[f"difference{end}"] * scale for end in ("_low", "", "_high")] for row in rows]
        np.testing.assert_allclose([line.get_xdata() for line in lines], expected)
        assert len([text for text in axes.texts if isinstance(text, Annotation)]) == alternatives


def test_a_shorter_wait_is_better_and_a_lower_rate_worse() -> None:
    figure = figures.differences(comparison(1), LANGUAGES[1])
    assert [marker(axes, 0) for axes in figure.axes] == ["o", "D", "o"]
    faces = [axes.get_lines()[1].get_markerfacecolor() for axes in figure.axes]
    assert faces == [figures.BETTER.face, figures.WORSE.face, "white"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "better",
        "worse",
        "no clear difference",
    ]


def test_one_replication_shows_points_only() -> None:
    figure = figures.differences(comparison(3, replications=1), LANGUAGES[1])
    for axes in figure.axes:
        for line in axes.get_lines()[1:]:
            assert np.isfinite(line.get_xdata()).tolist() == [False, True, False]
    assert not figure.legends[0].get_texts()
    assert "no intervals" in figure.get_supxlabel()


@pytest.mark.parametrize("replications", [1, 3])
def test_dots_are_the_rates_of_fields_with_enough_dossiers(replications: int) -> None:
    one = result(replications=replications)
    summary = one.summary(group=["site", "field"]).set_index(["site", "field"])
    figure = figures.on_time_by_field(one, LANGUAGES[0])
    for axes, site in zip(figure.axes, SITES, strict=True):
        named = [label.get_text() for label in axes.get_yticklabels()]
        assert named[0] == FIELDS["land"], "the worst on top"
        assert sorted(named) == sorted(FIELDS[field] for field in FIELDS if field != "rare")
        by_title = {title: summary.loc[(site, field)] for field, title in FIELDS.items()}
        np.testing.assert_allclose(
            axes.get_lines()[0].get_xdata(), [100 * by_title[name]["mean"] for name in named]
        )
        segments = axes.collections[0].get_segments()
        bounds = [[100 * by_title[name][end] for end in ("low", "high")] for name in named]
        np.testing.assert_allclose([segment[:, 0] for segment in segments], bounds)
        low, high = axes.get_xlim()
        assert low < min(bounds)[0]
        assert high == 100


@in_both_languages
def test_nothing_to_show(say: Language) -> None:
    one = result()
    nobody = one.measured._replace(n=0 * one.measured.n)
    empty = told("s", "t", nobody, one.visits.head(0), one.provenance)
    assert not list(overlapping(figures.wait_over_day(empty, say)))
    assert not list(overlapping(figures.on_time_by_field(empty, say)))


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
        assert figure.get_supxlabel().startswith(say("figure.replications", count=3))
    waits, forest, rates = (figure.axes for figure in made.values())
    assert waits[0].get_ylabel() == say("figure.wait_axis")
    assert [axes.get_title() for axes in waits] == list(SITES.values())
    assert forest[0].get_title().lower().startswith(say("measure.wait.mean"))
    assert [axes.get_xlabel() for axes in forest] == [
        say("figure.lower_is_better", unit=say("unit.min")),
        *[say("figure.higher_is_better", unit=say("unit.points"))] * 2,
    ]
    assert rates[-1].get_xlabel() == say("figure.on_time_axis")


@in_both_languages
def test_numbers_are_written_as_the_language_does(say: Language) -> None:
    wait, _, rate = figures.differences(comparison(1), say).axes
    ticks = zip(rate.get_xticks(), rate.get_xticklabels(), strict=True)
    assert all(label.get_text() == say.number(x, 1) for x, label in ticks)
    (label,) = wait.texts
    assert label.get_text() == say.difference(wait.get_lines()[1].get_xdata()[1], "min")


def test_titles_made_by_change_leave_out_the_baseline() -> None:
    base = result()
    changed = replace(result(1), name="c", title=f"{base.title}; team.desk.staff = 2")
    axes = figures.differences(Comparison((base, changed)), LANGUAGES[1]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["team.desk.staff = 2"]


# --- pictures ---


def overlapping(figure: Figure, size: float = 1.0) -> Iterator[tuple[str, str]]:
    """Pairs of texts that lie on one another by more than a pixel, and texts that leave the figure."""
    figure.set_size_inches(*(size * figure.get_size_inches()))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [(text.get_text(), text.get_window_extent(canvas.get_renderer())) for text in shown]
    for text, box in boxes:
        if min(box.x0, box.y0, figure.bbox.x1 - box.x1, figure.bbox.y1 - box.y1) < -1:
            yield text, "outside"
    for (one, box), (other, beside) in combinations(boxes, 2):
        common = Bbox.intersection(box, beside)
        if common is not None and min(common.width, common.height) > 1:
            yield one, other


@in_both_languages
@pytest.mark.parametrize(("size", "replications"), [(0.8, 3), (1.3, 1)])
def test_no_text_lies_on_another(say: Language, size: float, replications: int) -> None:
    one = result(replications=replications)
    made = [figures.wait_over_day(one, say), figures.on_time_by_field(one, say)]
    made += [figures.differences(comparison(count, replications), say) for count in (1, 8)]
    for figure in made:
        assert not list(overlapping(figure, size))


def test_twenty_alternatives_are_readable() -> None:
    assert not list(overlapping(figures.differences(comparison(20), LANGUAGES[0])))


def test_saved_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = figures.on_time_by_field(result(), LANGUAGES[0])
    file = tmp_path / "new" / "figure.png"
    figures.save(figure, file)
    picture = file.read_bytes()
    assert picture.startswith(b"\x89PNG")

    def half_done(self: Figure, path: Path, **_: object) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", half_done)
    with pytest.raises(OSError, match="disk full"):
        figures.save(figure, file)
    assert file.read_bytes() == picture
