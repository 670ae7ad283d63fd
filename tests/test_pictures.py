"""Every picture, in both languages and sizes, of nothing, of one thing and of many: it can be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
import pictured
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.report import drawing
from sim.report.drawing import HALF_PAGE, SLIDE, Size
from sim.report.figures import PICTURES
from sim.report.language import Language, language

Make = Callable[[int], pd.DataFrame]

LANGUAGES = [language("vi"), language("en")]
CASES = [(name, make) for name, makers in pictured.TABLES.items() for make in makers]
COLORS = [
    drawing.BLACK,
    drawing.GREY,
    drawing.BLUE,
    drawing.ORANGE,
    drawing.GREEN,
    drawing.VERMILLION,
    drawing.PURPLE,
]

in_both_languages = pytest.mark.parametrize("say", LANGUAGES, ids=lambda say: say.code)
every_case = pytest.mark.parametrize(("name", "make"), CASES, ids=lambda x: getattr(x, "__name__", x))
every_count = pytest.mark.parametrize("count", [0, 1, 2, 9, 20])


def drawn(figure: Figure) -> FigureCanvasAgg:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def texts(figure: Figure) -> Iterator[tuple[Text, Bbox]]:
    """The texts that can be seen, and where they are; the figure has been drawn."""
    hidden = {text for axes in figure.axes if not axes.get_visible() for text in axes.findobj(Text)}
    hidden |= {text for axes in figure.axes for text in _of_no_axis(axes)}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in hidden:
            yield text, Text.get_window_extent(text)


def _of_no_axis(axes: Axes) -> list[Text]:
    return [] if axes.axison else [*axes.xaxis.findobj(Text), *axes.yaxis.findobj(Text)]


def overlapping(figure: Figure) -> Iterator[tuple[str, str]]:
    """Pairs of texts that lie on one another by more than a pixel, and texts that leave the figure."""
    drawn(figure)
    boxes = [(text.get_text(), box) for text, box in texts(figure)]
    for text, box in boxes:
        if min(box.x0, box.y0, figure.bbox.x1 - box.x1, figure.bbox.y1 - box.y1) < -1:
            yield text, "outside"
    for (one, box), (other, beside) in combinations(boxes, 2):
        common = Bbox.intersection(box, beside)
        if common is not None and min(common.width, common.height) > 1:
            yield one, other


def faint(figure: Figure) -> Iterator[tuple[str, float]]:
    """Texts whose contrast to what lies behind them is below 4.5 : 1 (WCAG 2.1, 1.4.3)."""
    drawn(figure)
    found = [(text, box) for text, box in texts(figure)]
    figure.set_layout_engine("none")
    for text, _ in found:
        text.set_visible(False)
    pixels = np.asarray(drawn(figure).buffer_rgba())[::-1, :, :3] / 255
    for text, box in found:
        x0, x1, y0, y1 = (max(0, int(x)) for x in (box.x0, box.x1, box.y0, box.y1))
        behind = np.median(pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3), axis=0)
        if (ratio := drawing.contrast(text.get_color(), behind)) < 4.5:
            yield text.get_text(), ratio


def test_every_picture_is_tried() -> None:
    assert set(PICTURES) == set(pictured.TABLES)


@every_case
def test_many_can_be_read(name: str, make: Make) -> None:
    figure = PICTURES[name].draw(make(9), LANGUAGES[0])
    assert not list(overlapping(figure))
    assert not list(faint(figure))


@pytest.mark.slow
@in_both_languages
@every_case
@every_count
@pytest.mark.parametrize("size", [HALF_PAGE, SLIDE], ids=["half-page", "slide"])
def test_no_text_lies_on_another(say: Language, name: str, make: Make, count: int, size: Size) -> None:
    figure = PICTURES[name].draw(make(count), say, size)
    assert not list(overlapping(figure))
    assert figure.get_figwidth() == size.width


@in_both_languages
@every_case
@every_count
def test_alternative_texts_are_sentences(say: Language, name: str, make: Make, count: int) -> None:
    told = PICTURES[name].alt(make(count), say)
    assert told.startswith(f"{say(f'figure.{name}')}: ")
    assert told.endswith(".")
    assert not re.search(r"\bnan\b|[{}]|\n", told)
    assert (say("figure.empty") in told) == (count == 0)


def test_marks_have_contrast_to_white() -> None:
    assert all(drawing.contrast(color, "white") >= 3 for color in COLORS)


def test_twenty_scenarios_look_different() -> None:
    look = drawing.styles(f"s{i}" for i in range(20))
    assert len(set(look.values())) == 20
    assert look["s0"].color == drawing.BLACK
    assert drawing.styles(["s0", "s1"]) == {name: look[name] for name in ("s0", "s1")}


def test_contrast_is_that_of_the_guideline() -> None:
    assert drawing.contrast("black", "white") == pytest.approx(21)
    assert drawing.contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)
    assert drawing.readable_on("#FFFF00") == "black"


def test_overlaps_and_faint_letters_are_found() -> None:
    figure = Figure(figsize=(3, 2))
    figure.text(0.5, 0.5, "one")
    figure.text(0.52, 0.52, "other", color="0.7")
    figure.text(0.99, 0.1, "outside")
    assert set(overlapping(figure)) == {("one", "other"), ("outside", "outside")}
    assert [text for text, _ in faint(figure)] == ["other"]


def test_labels_keep_apart_and_in_order() -> None:
    wished = [0.5, 0.52, 0.0, 0.99, 1.0]
    placed = drawing.spread(wished, [1, 1, 1, 1, 1], 0.1)
    gaps = np.diff(np.sort(placed))
    assert (gaps >= 0.1 - 1e-9).all()
    assert np.argsort(placed).tolist() == np.argsort(wished).tolist()
    assert max(placed) <= 1
    assert drawing.spread([0.2, 0.7], [1, 2], 0.1) == [0.2, 0.7]


# --- what alternative texts say is what the picture shows ---


def test_alternative_text_of_differences() -> None:
    say = LANGUAGES[1]
    table = pictured.paired_differences(9)
    told = PICTURES["differences"].alt(table, say)
    assert (
        f"of 9 alternatives 5 differ clearly from the baseline in mean wait ({pictured.SITES['centre']})"
        in told
    )
    assert f"most of all {pictured.SCENARIOS[0]}: -3.0 min [-3.5; -2.5]." in told
    unclear = table.assign(verdict="undecided")
    assert "none of 9 alternatives differs clearly" in PICTURES["differences"].alt(unclear, say)


def test_alternative_text_of_a_sweep_counts_what_meets_the_target() -> None:
    table = pictured.sweep_grid(9)
    met = int((table["value"] <= 15).sum())
    assert f"{met} of them meet the target" in PICTURES["sweep"].alt(table, LANGUAGES[1])


def test_missing_columns_are_named() -> None:
    for name in ("sweep", "tornado", "reported"):
        with pytest.raises(ValueError, match=r"needs? the columns .*title"):
            PICTURES[name].data(pd.DataFrame({"value": [1.0]}))


@every_case
def test_dollar_signs_are_no_formulas(name: str, make: Make) -> None:
    """Not even broken ones, such as a title may hold."""
    table = make(2)
    titles = [column for column in table if str(column).endswith(("title", "procedure", "panel", "place"))]
    for column in titles:
        table[column] = [rf"$\bad{{$ {text}" if isinstance(text, str) else text for text in table[column]]
    figure = PICTURES[name].draw(table, LANGUAGES[0])
    drawn(figure)
    assert any(r"$\bad{$" in text.get_text() for text, _ in texts(figure)) or not titles
