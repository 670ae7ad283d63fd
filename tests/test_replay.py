"""The replay of a day: its page, what may not get into it, and how it behaves in a browser."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import browser
import numpy as np
import pytest
from matplotlib.image import imread
from test_cli import sim as command

import sim
from sim.report.language import LANGUAGES, language
from sim.report.replay import SPEEDS, WORDS, page
from sim.results.day import Where
from sim.study.one_day import SimulatedDay, simulated_day

SCENARIO = Path(__file__).parents[1] / "scenarios" / "tien_yen_2019" / "baseline.toml"
TINY = Path(__file__).parent / "scenarios" / "valid" / "tiny.toml"
DAY = "2019-03-04"
MOST = 2_000_000  # bytes


@pytest.fixture(scope="module")
def fortnight() -> sim.ScenarioFile:
    return sim.load(SCENARIO).change({"horizon.from": "2019-03-01", "horizon.to": "2019-03-15"})


@pytest.fixture(scope="module")
def pages(fortnight: sim.ScenarioFile, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("replay")
    return {
        lang: sim.replay(fortnight, day=DAY, path=folder / f"{lang}.html", lang=lang) for lang in LANGUAGES
    }


def content(text: str) -> dict[str, Any]:
    """What the script is given."""
    found = re.search(r'<script type="application/json" id="day">(.*?)</script>', text, re.DOTALL)
    assert found
    return json.loads(found[1])


# --- the file ---


def test_one_file_that_needs_nothing_else(pages: dict[str, Path]) -> None:
    for lang, file in pages.items():
        text = file.read_text(encoding="utf-8")
        assert len(text.encode()) < MOST
        assert f'<html lang="{lang}">' in text
        assert "@@" not in text
        assert not re.search(r'(?:src|href)=|url\(|@import|https?://(?!www\.w3\.org/2000/svg")', text)
        assert sorted(content(text)["words"]) == sorted(WORDS)
    assert {one.name for one in pages["vi"].parent.iterdir()} == {"vi.html", "en.html"}


def test_the_page_tells_the_day(fortnight: sim.ScenarioFile) -> None:
    shown = simulated_day(fortnight, DAY, seed=1)
    told = content(page(shown, language("en")))
    assert (told["from"], told["to"], told["sessions"]) == (450, 1020, [[450, 720], [780, 990]])
    assert [len(place["movers"]) for place in told["places"]] == [
        len(place.movers) for place in shown.day.places
    ]
    centre = told["places"][0]
    assert centre["title"] == "Trung tâm Hành chính công huyện Tiên Yên"
    for one, mover in zip(centre["movers"], shown.day.places[0].movers, strict=True):
        stream = shown.model.streams[shown.drawn.labels.stream[mover.dossier]]
        assert told["procedures"][one["procedure"]] == shown.model.scenario.procedure[stream.procedure].label
        assert one["times"] == [round(stay.since, 2) for stay in mover.stays]
        for spot, stay in zip(one["spots"], mover.stays, strict=True):
            where, team, seat = centre["spots"][spot]
            assert (where, seat) == (stay.spot.where, stay.spot.seat)
            assert team == -1 or centre["teams"][team]["title"] == title(shown.model, stay.spot.team)


def title(model: Any, team: int) -> str:
    return model.scenario.team[model.teams[team].team].title


def test_a_result_shows_its_own_citizens() -> None:
    result = sim.run(TINY, replications=1, seed=5)
    own, same, other = (
        simulated_day(source, "2019-03-05", seed=seed)
        for source, seed in ((result, None), (TINY, 5), (TINY, None))
    )
    assert own.seed == 5
    assert own.day == same.day != other.day


def titled(text: str) -> SimulatedDay:
    """A day in which everything is called the same, past all checks of scenario files."""
    shown = simulated_day(TINY, "2019-03-05")
    model, scenario = shown.model, shown.model.scenario
    update = {
        "title": text,
        **{name: _titled(getattr(scenario, name), key, text) for name, key in NAMED.items()},
    }
    renamed = replace(
        model,
        scenario=scenario.model_copy(update=update),
        places=tuple(place._replace(title=text) for place in model.places),
    )
    return shown._replace(model=renamed)


NAMED = {"team": "title", "procedure": "name"}


def _titled(nouns: dict[str, Any], key: str, text: str) -> dict[str, Any]:
    return {name: noun.model_copy(update={key: text}) for name, noun in nouns.items()}


def test_nothing_in_a_scenario_can_end_the_script_or_be_one() -> None:
    evil = "</script><script>alert(1)</script><!-- <img src=x onerror=alert(2)> @@day@@ \u2028"
    text = page(titled(evil), language("en"))
    assert text.count("<script") == 2
    assert text.count("</script") == 2
    assert "<img" not in text
    assert "<!--" not in text
    assert html.escape(evil) in text
    assert content(text)["places"][0]["title"] == evil


# --- what is refused ---


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("4/3/2019", "'4/3/2019' is not a date; write year-month-day, for example 2019-03-04"),
        ("2020-01-01", "2020-01-01 is not simulated; choose a day from 2019-02-18 to 2019-03-08"),
        ("2019-03-03", "the office is closed on 2019-03-03; the nearest day it opens is 2019-03-04"),
    ],
)
def test_a_day_that_cannot_be_shown(day: str, message: str, tmp_path: Path) -> None:
    file = sim.load(TINY).change({"horizon.warm_up": "2 weeks"})
    with pytest.raises(sim.ScenarioError) as refused:
        sim.replay(file, day=day, path=tmp_path / "day.html")
    assert str(refused.value) == message
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(sim.ScenarioError, match=r"is a folder; name a file, for example .*day\.html"):
        sim.replay(TINY, day="2019-03-05", path=tmp_path)


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "made" / "day.html"
    done = command(capsys, "replay", str(TINY), "--day", "2019-03-05", "--out", str(out), "--lang", "vi")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"Đã ghi ngày diễn lại vào {out}\n"
    assert "Thứ Ba 05/03/2019" in out.read_text(encoding="utf-8")
    before = out.read_bytes()
    refused = command(capsys, "replay", str(TINY), "--day", "2019-03-10", "--out", str(out), "--lang", "vi")
    assert refused.code == 2
    assert "2019-03-10" in refused.err
    assert command(capsys, "replay", str(TINY), "--day", DAY, "--out", str(out), "--lang", "fr").code == 2
    assert out.read_bytes() == before


# --- in a browser ---


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Page]:
    with browser.page(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


FIGURES = """Object.fromEntries(
    [...document.querySelectorAll('#figures dd')].map((one) => [one.id.slice(7), +one.textContent])
)"""
COUNTS = "[...document.querySelectorAll('#floor .card > .label > b')].map((one) => one.textContent)"
CLOCK = "document.getElementById('clock').textContent"
PLAY = "document.getElementById('play').textContent"
STANDS = "document.getAnimations().every((one) => one.playState === 'finished')"


def expected(fortnight: sim.ScenarioFile, t: float) -> dict[str, int]:
    """The figures of the centre at an instant, from the stays."""
    movers = simulated_day(fortnight, DAY).day.places[0].movers
    now = {id(one): [stay.spot.where for stay in one.stays if stay.since <= t] for one in movers}
    at = [(one, now[id(one)][-1]) for one in movers if now[id(one)]]
    past = [now[id(one)] for one in movers if one.is_citizen]
    ways = [pair for stays in past for pair in itertools.pairwise(stays)]
    late_at = set(Where) - {Where.AWAY, Where.CITIZEN}
    return {
        "waiting": sum(where == Where.LINE for _, where in at),
        "at_counters": sum(one.is_citizen and where == Where.SEAT for one, where in at),
        "served": sum(pair == (Where.SEAT, Where.AWAY) for pair in ways),
        "left": sum(where == Where.DOOR for stays in past for where in stays),
        "in_trays": sum(where == Where.TRAY for _, where in at),
        "late": sum(one.late and not one.is_citizen and where in late_at for one, where in at),
    }


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), [(1200, 950), (375, 2000)])
def test_what_is_seen_at_an_instant(
    lang: str,
    width: int,
    height: int,
    window: browser.Page,
    pages: dict[str, Path],
    fortnight: sim.ScenarioFile,
    tmp_path: Path,
) -> None:
    """The figures are right, what is drawn is as many, within its box, and nothing runs out of the page."""
    window.open(pages[lang], "#15:10", width=width, height=height)
    figures = window.tell(FIGURES)
    assert figures == expected(fortnight, 910.0)
    assert figures["waiting"] > 0
    assert figures["late"] > 0
    assert window.tell(CLOCK) == "15:10"
    assert window.tell("document.querySelectorAll('#floor .citizen').length") == sum(
        figures[name] for name in ("waiting", "at_counters")
    )
    assert window.tell("document.querySelectorAll('#floor .late').length") == figures["late"]
    assert window.tell("document.documentElement.scrollWidth") <= width
    within = """[...document.querySelectorAll('#floor .mover')].every((one) => {
        const box = one.getBoundingClientRect();
        return [...document.querySelectorAll('.card')].some((card) => {
            const { left, right, top, bottom } = card.getBoundingClientRect();
            return left <= box.left && box.right <= right && top <= box.top && box.bottom <= bottom;
        });
    })"""
    assert window.tell(within)
    picture = pixels(window, tmp_path / "page.png")
    assert picture.shape[:2] == (height, width)
    blue, vermillion = shares(picture, (0, 114, 178)), shares(picture, (213, 94, 0))
    assert blue > (figures["waiting"] + figures["at_counters"]) * 100
    assert vermillion > figures["late"] * 30


def test_a_long_tray_is_drawn_in_part_and_counted_whole(
    window: browser.Page, pages: dict[str, Path], fortnight: sim.ScenarioFile, tmp_path: Path
) -> None:
    text = pages["en"].read_text(encoding="utf-8")
    assert "MOST_SHOWN = 96;" in text
    assert "Of a long line or tray only the first are drawn" in text
    short = tmp_path / "short.html"
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)  # it allows one script only
    short.write_text(free.replace("MOST_SHOWN = 96;", "MOST_SHOWN = 3;"), encoding="utf-8")
    window.open(short, "#15:10", width=1200, height=950)
    assert window.tell(FIGURES) == expected(fortnight, 910.0)
    counts = [int(one) for one in window.tell(COUNTS)]
    assert max(counts) > 3
    drawn = "document.querySelectorAll('#floor .mover').length"
    seats = "document.querySelectorAll('#floor .seat.busy').length"
    window.until(f"{drawn} === {sum(min(count, 3) for count in counts)} + {seats}")


def pixels(window: browser.Page, file: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    window.screenshot(file)
    return np.round(255 * imread(file)[:, :, :3])


def shares(picture: np.ndarray[Any, Any], colour: tuple[int, int, int]) -> int:
    """How many pixels have a colour."""
    return int((np.abs(picture - colour).max(axis=2) < 3).sum())


def test_plays_pauses_and_obeys_the_keyboard(window: browser.Page, pages: dict[str, Path]) -> None:
    window.open(pages["en"], "#08:00", width=1200, height=900)
    assert window.tell(PLAY) == "▶ Play"
    window.tell("document.getElementById('play').focus()")
    window.press(" ", 32, " ")
    assert window.tell(PLAY) == "❚❚ Pause"
    window.until(f"{CLOCK} > '08:02'")
    window.press(" ", 32, " ")
    stopped = window.tell(CLOCK)
    assert window.tell(f"new Promise((done) => setTimeout(() => done({CLOCK}), 300))") == stopped
    assert window.tell("document.getElementById('told').textContent").startswith(
        f"{stopped}. Citizens waiting: "
    )
    window.tell("document.getElementById('time').focus()")
    window.press("ArrowRight", 39)
    assert window.tell(CLOCK) == f"08:{int(stopped[3:]) + 1:02}"
    window.press("End", 35)
    assert window.tell(CLOCK) == "17:00"
    window.tell("document.getElementById('play').click()")
    window.until(f"{CLOCK} < '17:00'")  # from the end it begins again


def test_faster_when_asked(window: browser.Page, pages: dict[str, Path]) -> None:
    window.open(pages["vi"], "#15:00", width=1200, height=900)
    choice = "document.getElementById('speed')"
    assert window.tell(f"[...{choice}.options].map((one) => +one.value)") == list(SPEEDS)
    window.tell(f"{choice}.value = {SPEEDS[-1]}; document.getElementById('play').click()")
    window.until(f"{CLOCK} === '17:00'")
    window.until(f"{PLAY} === '▶ Chạy'")


def test_another_place(window: browser.Page, pages: dict[str, Path]) -> None:
    window.open(pages["vi"], "#10:00", width=1200, height=900)
    window.tell(
        "const s = document.getElementById('place'); s.value = 1; s.dispatchEvent(new Event('change'))"
    )
    assert "Công chức tư pháp" in window.tell("document.querySelector('#floor h2').textContent")
    assert window.tell("document.querySelectorAll('#floor .card:not(.outside)').length") == 3


def test_without_movement_for_those_who_ask(window: browser.Page, pages: dict[str, Path]) -> None:
    """Nothing slides, and the clock goes on once a second."""
    calm = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    window.open(pages["en"], "#10:00", width=1200, height=900)
    assert window.tell("getComputedStyle(document.querySelector('#floor .mover')).transitionDuration") != "0s"
    window.call("Emulation.setEmulatedMedia", features=calm)
    window.open(pages["en"], "#10:00", width=1200, height=900)
    assert window.tell("getComputedStyle(document.querySelector('#floor .mover')).transitionDuration") == "0s"
    window.tell("document.getElementById('play').click()")
    assert window.tell(f"new Promise((done) => setTimeout(() => done({CLOCK}), 400))") == "10:00"
    window.until(f"{CLOCK} === '10:05'")
    window.call("Emulation.setEmulatedMedia", features=[])


def test_a_scenario_cannot_run_a_script(window: browser.Page, tmp_path: Path) -> None:
    evil = "</script><script>window.hurt = 1</script><img src=x onerror='window.hurt = 1'>"
    file, seen = tmp_path / "evil.html", len(window.requests)
    file.write_text(page(titled(evil), language("en")), encoding="utf-8")
    window.open(file, width=800, height=600)
    assert window.tell("document.querySelector('#floor h2').textContent") == evil
    assert window.tell("window.hurt") is None
    assert [one for one in window.requests[seen:] if not one.startswith(("file:", "about:"))] == []


def test_the_console_stays_silent(window: browser.Page) -> None:
    """After all of the above."""
    assert window.problems == []
