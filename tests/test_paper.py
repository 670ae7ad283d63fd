"""Reports: sentences follow the tables, no text of a scenario becomes code, forms are laid out as printed."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from types import SimpleNamespace

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from test_cli import TINY
from test_result import results

from sim.analysis.intervals import t_interval
from sim.report.drawing import contrast
from sim.report.language import LANGUAGES, language
from sim.report.paper import benefit, values, writing
from sim.report.paper.answer import answer, compared
from sim.report.paper.chapters import document
from sim.report.paper.document import Document, Estimate, Picture, Table, shown
from sim.report.paper.effects import effects
from sim.report.paper.inputs import Change, changed, together
from sim.report.paper.pictures import pictures
from sim.report.paper.retold import retold
from sim.report.paper.robustness import robustness
from sim.report.paper.study import Study
from sim.report.paper.targets import targets
from sim.report.paper.to_excel import to_excel
from sim.report.paper.to_html import to_html
from sim.report.paper.to_word import to_word
from sim.report.paper.translation import in_language
from sim.report.paper.validation import held
from sim.results.comparison import Comparison
from sim.results.estimates import grouped_by
from sim.scenario import ScenarioError
from sim.scenario.filenames import files_read
from sim.study.questions import run

EN, VI = language("en"), language("vi")
FIXED = "\u00a0"
EVIL = "=cmd|' /C calc'!A0 <script>alert(1)</script> \"&amp; \x07{x}"


def scenario_of(result, name, **tables):
    """The result with other texts in its scenario."""
    about = result.provenance | {"name": name, "scenario": result.provenance["scenario"] | tables}
    return replace(result, name=name, title=tables.get("title", result.title), provenance=about)


@pytest.fixture(scope="module")
def study() -> Study:
    base, plus = results()
    found = Comparison((scenario_of(base, "base"), scenario_of(plus, "plus", title="Two clerks")))
    return Study.of(found, EN)


@pytest.fixture(scope="module")
def evil() -> Document:
    """A document of which every text that a scenario file chooses is meant to do harm."""
    base, plus = results()
    tables = {
        "title": EVIL,
        "source": EVIL,
        "origin": {"team.clerk.staff": f"reported: {EVIL}"},
        "site": {"commune": base.provenance["scenario"]["site"]["commune"] | {"title": EVIL}},
        "field": {"civil": {"title": EVIL}},
    }
    base, plus = (scenario_of(one, name, **tables) for one, name in ((base, "base"), (plus, EVIL)))
    base, plus = (replace(one, provenance=one.provenance | {"question": EVIL}) for one in (base, plus))
    return document(Study.of(Comparison((base, plus)), VI))


@pytest.fixture(scope="module")
def page(evil) -> str:
    return to_html(evil, VI).decode()


@pytest.fixture(scope="module")
def told(study) -> Document:
    return document(study)


def typed(text: str) -> str:
    """A text with the spaces and hyphens of a keyboard."""
    return text.replace(FIXED, " ").replace("\u2212", "-")


def section(found: Document, name: str):
    return next(one for one in found.sections if one.name == name)


# --- sentences ---


def doctored(study: Study, **figures: object) -> Study:
    """The study with other figures for the alternative's wait."""
    rows = (study.verdicts["measure"] == "wait.mean").to_numpy()
    table = study.verdicts.copy()
    for name, value in figures.items():
        table.loc[rows, name] = value
    return replace(study, verdicts=table)


BETTER = {"difference": -7.25, "low": -8.5, "high": -6.0, "verdict": "better"}
WORSE = {"difference": 7.25, "low": 6.0, "high": 8.5, "verdict": "worse"}
UNDECIDED = {"difference": 0.25, "low": -1.0, "high": 1.5, "verdict": "undecided"}
SAME = {"difference": 0.0, "low": -0.1, "high": 0.1, "verdict": "no practical difference"}


@pytest.mark.parametrize(
    ("figures", "words", "numbers"),
    [
        (BETTER, "best is “Two clerks”", "-7.2 [-8.5; -6.0] min"),
        (
            WORSE,
            "no alternative is clearly better than the baseline",
            "clearly worse: “Two clerks”: +7.2 [+6.0; +8.5] min",
        ),
        (UNDECIDED, "no alternative is clearly better than the baseline", "min."),
        (SAME, "no alternative is clearly better than the baseline", "min."),
    ],
)
def test_sentences_follow_the_tables(study, figures, words, numbers):
    changed_study = doctored(study, **figures)
    told = typed(compared(changed_study, "wait.mean", "commune"))
    assert words in told
    assert numbers in told
    assert ("worse" in told) == (figures is WORSE)
    cells = [
        typed(shown(cell, EN))
        for block in effects(changed_study).blocks
        if isinstance(block, Table)
        for row in block.rows
        for cell in row
    ]
    assert any(EN.difference(figures["difference"], "min") in cell for cell in cells)
    verdict = {"better": "better", "worse": "worse", "undecided": "undecided"}.get(
        figures["verdict"], "no practical difference"
    )
    assert any(cell.endswith(f"] {verdict}") for cell in cells)


@pytest.mark.parametrize(
    ("high", "said"), [(-6.0, "5.8 times its margin"), (-0.1, "only 1.0 times its margin")]
)
def test_how_firm_a_lead_is(study, high, said):
    low = -14.5 - high
    texts = robustness(doctored(study, **(BETTER | {"low": low, "high": high}))).blocks[0].texts
    assert [text for text in texts if said in text and "Mean wait" in text]


def test_what_makes_averages_mean_little_is_told_first(study):
    flag = {"kind": "overloaded", "place": "Commune", "queue": None, "load": 1.25}
    plus = study.results[1]
    quiet, flagged = (
        replace(one, provenance=one.provenance | {"flags": flags})
        for one, flags in ((study.baseline, []), (plus, [flag]))
    )
    texts = robustness(replace(study, results=(quiet, flagged))).blocks[0].texts
    assert texts[0].startswith("“Two clerks”: UNSTABLE: Commune: the busiest team is offered 125 %")


def test_undecided_is_told_among_what_could_overturn(study):
    texts = robustness(doctored(study, **UNDECIDED)).blocks[0].texts
    assert "Mean wait (Commune): neither better nor worse than the baseline for certain: Two clerks." in texts
    assert not any("Mean wait" in text and "lead" in text for text in texts)


@pytest.mark.parametrize("say", [VI, EN])
def test_every_number_of_the_answer_stands_in_a_table(study, say):
    found = document(doctored(replace(study, say=say), **BETTER))
    tables = [block for part in found.sections for block in part.blocks if isinstance(block, Table)]
    cells = {
        re.sub(r"\] .*", "]", typed(shown(cell, say)))
        for table in tables
        for row in table.rows
        for cell in row
    }
    numbers = re.findall(
        r"[-+]?[\d.,]+(?: %)? \[[^]]*\]", typed(" ".join(section(found, "answer").blocks[0].texts))
    )
    assert len(numbers) >= 4
    assert set(numbers) <= cells


def test_one_run_has_three_sentences_and_no_comparison():
    base = scenario_of(results()[0], "base", target={"wait": {"measure": "wait.mean", "at_most": 0.5}})
    study = Study.of(base, EN)
    texts = answer(study).blocks[0].texts
    assert len(texts) == 3
    assert typed(texts[2]) == "0 of 1 targets are met; missed: mean wait (whole network): at most 0.5 min."
    names = [one.name for one in document(study).sections]
    assert "inputs" not in names
    assert names[:2] == ["answer", "effects"]


def test_only_inputs_that_differ_are_listed(study):
    assert [row[:3] for row in changed(study, study.alternatives[0])] == [("team.clerk.staff", "1", "2")]


def test_lists_show_where_they_differ(study):
    inputs = study.inputs.assign(baseline='["a", "b", "c"]', value='["a", "x", "y", "c"]')
    (row,) = changed(replace(study, inputs=inputs), study.alternatives[0])
    assert row[1:3] == ("… b …", "… x; y …")


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (True, "có", "yes"),
        (0.15, "0,15", "0.15"),
        (60_000, "60.000", "60,000"),
        ("2019-02-11", "11/02/2019", "11 Feb 2019"),
        ([["Mon 07:00", 3]], "Mon 07:00: 3", "Mon 07:00: 3"),
        ([["2019-12-31", 0.05]], "31/12/2019: 0,05", "31 Dec 2019: 0.05"),
        (["a", ["b", "c"]], "a; (b; c)", "a; (b; c)"),
        ("lognormal(mean=15, sd=6)",) * 3,
    ],
)
def test_values_of_files_are_written_as_the_language_does(value, vi, en):
    assert (values.told(value, VI), values.told(value, EN)) == (vi, en)


def test_durations_are_told_in_words():
    assert [values.period(text, VI) for text in ("8 weeks", "1 day", "a while")] == [
        "8 tuần",
        "1 ngày",
        "a while",
    ]


def test_the_same_change_of_several_is_told_once():
    rows = [Change(f"team.{name}.absence", "0", after, "") for name, after in zip("abc", "112", strict=True)]
    told = [row.path for row in together([*rows, Change("digital.e_signature", "no", "yes", "")])]
    assert told == ["team.*.absence (a; b)", "team.c.absence", "digital.e_signature"]


def test_what_an_alternative_takes_away_is_told_once(study):
    one = study.inputs.iloc[0].to_dict() | {"value": ""}
    rows = [
        one | {"path": f"team.{name}", "baseline": f'{{"staff": {staff}}}'} for name, staff in ("a1", "b2")
    ]
    (row,) = together(changed(replace(study, inputs=type(study.inputs)(rows)), study.alternatives[0]))
    assert row[:3] == ("team.* (a; b)", "…", "nothing")


def test_rates_of_one_estimate_have_the_same_decimals():
    assert typed(shown(Estimate(0.9995, 0.998, 1.0, "fraction"), EN)) == "99.95 % [99.80; 100.00]"
    assert typed(shown(Estimate(0.95, 0.9, 1.0, "fraction"), VI)) == "95,0 % [90,0; 100,0]"


# --- targets, and what was reported ---


def test_each_scenario_has_a_row_and_each_target_a_column():
    base, plus = results()
    tight = {"wait": {"measure": "wait.mean", "at_most": 0.001}}
    loose = {
        "wait": {"measure": "wait.mean", "at_most": 1e6},
        "late": {"measure": "late.rate", "at_most": 1.0},
    }
    pair = (scenario_of(base, "base", target=tight), scenario_of(plus, "plus", target=tight | loose))
    (table,) = targets(Study.of(Comparison(pair), EN)).blocks
    assert [typed(head) for head in table.heads[1:]] == [
        "Mean wait (whole network): at most 0.0 min",
        "Mean wait (whole network): at most 1,000,000 min",
        "Late (whole network): at most 100.0 %",
    ]
    shown_rows = [["–" if cell == "–" else cell.verdict for cell in row[1:]] for row in table.rows]
    assert shown_rows == [["MISSED", "–", "–"], ["–", "met", "met"]]


def validated(**figures: object):
    base = scenario_of(results()[0], "base", reported={"one": {"measure": "on_time.rate", **figures}})
    study = Study.of(base, EN)
    return study, next(iter(held(study)))


def test_a_reported_figure_agrees_within_the_interval_or_what_matters():
    study, _ = validated(value=0.5)
    mean, low, high = study.value(study.baseline, "on_time.rate")[:3]
    assert low < mean < high
    matters = max(mean + 0.005, high)  # half a point makes no difference in practice
    for figure, agrees in ((low, True), (high, True), (matters - 1e-6, True), (matters + 1e-6, False)):
        assert validated(value=figure)[1].agrees == agrees
    assert validated(above=mean - 0.001)[1].agrees
    assert not validated(above=mean)[1].agrees


def test_reported_figures_stand_beside_the_simulation_in_a_table_and_a_picture():
    study, one = validated(above=0.25)
    blocks = document(study)
    _, table, picture = section(blocks, "validation").blocks
    (row,) = table.rows
    assert typed(row[1]) == "above 25.0 %"
    assert row[2][:3] == study.value(study.baseline, "on_time.rate")[:3] == one.simulated[:3]
    assert row[2].verdict == "agrees"
    assert "reported above 25 %" in picture.told


# --- the first replication again ---


@pytest.fixture(scope="module")
def again() -> Study:
    return Study.of(run(TINY, replications=2, seed=3, workers=1), VI)


def test_single_cases_are_told_of_the_replication_that_was_saved(again):
    names = [block.name for block in pictures(again).blocks if isinstance(block, Picture)]
    assert names[-3:] == ["dossier_life", "day_at_counters", "journey"]
    assert "people_needed" in names
    subjects = retold(again)
    first = again.baseline.dossiers.query("replication == 0")
    name = subjects["trace"][1]
    assert name.rpartition("#")[2] in set(first["number"].astype(str))


def test_nothing_is_retold_of_other_citizens(again):
    measured = again.baseline.measured
    other = replace(again.baseline, measured=measured._replace(value=measured.value + 1e-9))
    told = pictures(replace(again, results=(other,)))
    assert VI("report.not_retold") in told.blocks
    assert "journey" not in [block.name for block in told.blocks if isinstance(block, Picture)]


def test_files_that_results_do_not_keep_are_named(again):
    tables = again.baseline.provenance["scenario"]
    laws = {
        "a": "empirical('times.csv', 'minutes')",
        "b": ['empirical(file="more.csv")', "exponential(mean=1)"],
    }
    read = {**tables, "horizon": tables["horizon"] | {"open_dossiers": "open.csv"}, "step": {"x": laws}}
    saved = replace(again.baseline, provenance=again.baseline.provenance | {"scenario": read})
    assert files_read(read) == ["open.csv", "times.csv", "more.csv"]
    assert (
        VI("report.not_kept", files="open.csv, times.csv, more.csv")
        in pictures(replace(again, results=(saved,))).blocks
    )


# --- the other language ---


def test_a_folder_is_told_in_either_language():
    base, plus = results()
    texts = {
        "vi": {"title": "Hai xã", "site.commune.title": "Cấp xã"},
        "en": {"title": "Two", "site.commune.title": "Hall"},
    }
    flag = {"kind": "overloaded", "place": "Commune", "queue": None, "load": 1.25}
    base = replace(base, provenance=base.provenance | {"translations": texts, "flags": [flag]})
    told = in_language(base, "en")
    assert (told.title, told.titles("site"), told.provenance["flags"][0]["place"]) == (
        "Two",
        {"commune": "Hall"},
        "Hall",
    )
    both = in_language(Comparison((scenario_of(base, "base"), scenario_of(plus, "plus"))), "vi")
    assert [one.titles("site")["commune"] for one in both.results] == ["Cấp xã", "Commune"]


# --- money ---


def test_payback_is_what_the_savings_make_of_an_investment(study):
    saving = Estimate(100.0, 50.0, 200.0, "VND", True)
    assert benefit.payback(study, 300.0, saving) == "3.0 [1.5; 6.0]"
    assert benefit.payback(study, 300.0, saving._replace(low=-1.0)) == "3.0 [1.5; never]"
    assert benefit.payback(study, 300.0, saving._replace(mean=-1.0, low=-2.0)) == "never [1.5; never]"
    assert benefit.payback(study, 300.0, saving._replace(low=math.nan, high=math.nan)) == "3.0"


def test_savings_are_staff_cost_and_citizens_hours_at_their_value(study):
    base, plus = (one.measured.table() for one in study.results)

    def network(table, measure):
        return table[grouped_by(table, []) & (table["measure"] == measure)]["value"].to_numpy()

    cost, hours = (network(base, name) - network(plus, name) for name in ("staff.cost", "citizen.hours"))
    first, last = date(2019, 1, 9), date(2019, 1, 11)
    yearly = (cost + 25_000 * hours) * 365.25 / ((last - first).days + 1)
    found = benefit.yearly_saving(replace(study, hour_value=25_000.0), study.alternatives[0])
    assert found[:3] == pytest.approx(tuple(map(float, t_interval(yearly))))
    assert found.mean > 0


# --- HTML ---


class Page(HTMLParser):
    """Tags with their attributes, and the texts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


def test_no_text_of_a_scenario_becomes_code(page):
    text, page = page, Page(page)
    assert not {tag for tag, _ in page.tags} & {"script", "iframe", "object", "embed", "link", "img", "base"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert "alert(1)" in "".join(page.texts)  # shown, not run
    assert "<script" not in text
    assert "\x07" not in text


def test_the_page_needs_nothing_else(page):
    text, page = page, Page(page)
    loads = [
        value for _, x in page.tags for name, value in x.items() if name in ("src", "href", "xlink:href")
    ]
    assert all(value.startswith("#") for value in loads)
    assert "@import" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    policy = next(x["content"] for tag, x in page.tags if tag == "meta" and "http-equiv" in x)
    assert policy.startswith("default-src 'none'")


def test_the_page_is_told_to_those_who_do_not_see_it(page):
    page = Page(page)
    ids = [x["id"] for _, x in page.tags if "id" in x]
    assert len(ids) == len(set(ids))
    pictures = [x for _, x in page.tags if x.get("role") == "img"]
    assert len(pictures) == sum(tag == "svg" for tag, _ in page.tags) > 2
    captions = {x["id"] for tag, x in page.tags if tag == "figcaption"}
    assert {x["aria-labelledby"] for x in pictures} == captions
    assert len(captions) == len(pictures)
    assert dict(page.tags)["html"]["lang"] == "vi"
    targets = {x["href"].removeprefix("#") for tag, x in page.tags if tag == "a"}
    assert targets <= set(ids)


def test_colours_of_the_page_are_readable(page):
    """A contrast of 4.5 : 1 for text (WCAG 2.1, 1.4.3), on the page and on tinted cells."""
    colours = dict(re.findall(r"--(\w+): (#\w{6});", page))
    for text in ("ink", "faint", "accent"):
        assert min(contrast(colours[text], ground) for ground in ("#ffffff", colours["tint"])) >= 4.5


@pytest.mark.slow
def test_the_same_study_makes_the_same_page(study, told):
    assert to_html(document(study), EN) == to_html(told, EN)


# --- Excel ---


@pytest.fixture(scope="module")
def workbook(evil):
    return openpyxl.load_workbook(io.BytesIO(to_excel(evil, VI)))


def test_texts_are_never_formulas(workbook):
    cells = [cell for sheet in workbook for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=cmd")]


def test_sheets_are_named_framed_and_sourced(workbook):
    assert {"Tóm tắt", "Nguồn số liệu", "Tiết kiệm mỗi năm", "07a base", "II.06a base"} <= set(
        workbook.sheetnames
    )
    for sheet in workbook.worksheets[1:]:
        assert len(sheet.title) <= 31
        assert sheet.freeze_panes is not None
        assert sheet.page_setup.fitToWidth == 1
    sources = [row[0].value for row in workbook["Nguồn số liệu"].iter_rows()]
    assert "Hạt giống" in sources


def test_numbers_are_numbers(study, told):
    book = openpyxl.load_workbook(io.BytesIO(to_excel(told, EN)))
    sheet = book["Values commune"]
    heads = [cell.value for cell in sheet[3]]
    at = heads.index("Early or on time (%)") + 1
    assert heads[at] == "Early or on time (%) – lower bound"
    cell = sheet.cell(4, at)
    assert cell.value == pytest.approx(study.value(study.baseline, "on_time.rate", "commune").mean)
    assert cell.number_format == "0.0%"
    sheet = book["Differences commune"]
    heads = [cell.value for cell in sheet[3]]
    cell = sheet.cell(4, heads.index("Early or on time (points)") + 1)
    assert cell.value == pytest.approx(
        100 * study.difference(study.results[1], "on_time.rate", "commune").mean
    )


def test_names_of_sheets_are_allowed_and_differ(told):
    long = "[a]:*?/\\" + "x" * 40
    forms = tuple(form._replace(name=f"{long}{number}") for number, form in enumerate(told.forms))
    book = openpyxl.load_workbook(io.BytesIO(to_excel(told._replace(forms=forms), EN)))
    assert len({name.lower() for name in book.sheetnames}) == len(book.sheetnames)


# --- Word ---


def test_word_has_styles_captions_fields_and_alternative_texts(evil):
    made = docx.Document(io.BytesIO(to_word(evil, VI)))
    headings = [one.text for one in made.paragraphs if one.style.name == "Heading 1"]
    assert headings[:2] == ["1. Câu hỏi", "2. Trả lời"]
    codes = [one.text for one in made.element.iter(qn("w:instrText"))]
    assert any(code.startswith("TOC") for code in codes)
    captions = [one for one in made.paragraphs if one.style.name == "Caption"]
    assert sum(code.startswith("SEQ") for code in codes) == len(captions)
    drawn = list(made.element.iter(qn("wp:docPr")))
    assert drawn
    assert all(len(one.get("descr")) > 20 for one in drawn)
    assert [(one.orientation, round(one.page_width.mm)) for one in made.sections] == [(0, 210), (1, 297)]
    assert made.styles["Normal"].font.name == "Times New Roman"


# --- files ---


def test_files_are_written_whole_or_not_at_all(tmp_path, monkeypatch, study):
    made = SimpleNamespace()  # never looked at: what writes is replaced
    monkeypatch.setattr(writing, "writer_of", lambda name: lambda *_: name.encode())
    written = writing.write(made, tmp_path, ["html", "xlsx"], EN)
    assert [file.name for file in written] == ["report_en.html", "report_en.xlsx"]

    monkeypatch.setattr(writing, "writer_of", lambda _: lambda *_: b"new")

    def refuse(*_):
        raise PermissionError(13, "Permission denied", "a", None, str(tmp_path / "report_en.html"))

    monkeypatch.setattr(writing.os, "replace", refuse)
    with pytest.raises(
        ScenarioError, match=r"report_en\.html: cannot be written: .*; is it open in another program\?"
    ):
        writing.write(made, tmp_path, ["html", "xlsx"], EN)
    assert sorted(file.read_bytes() for file in tmp_path.iterdir()) == [b"html", b"xlsx"]


def test_a_file_that_cannot_be_replaced_leaves_the_others_as_they_were(tmp_path, monkeypatch):
    """As on Windows, where a program that shows a file holds it; here a folder has its name."""
    monkeypatch.setattr(writing, "writer_of", lambda _: lambda *_: b"new")
    (tmp_path / "report_en.html").write_bytes(b"old")
    (tmp_path / "report_en.xlsx").mkdir()
    with pytest.raises(ScenarioError, match=r"report_en\.xlsx: cannot be written: .* another program\?"):
        writing.write(SimpleNamespace(), tmp_path, ["html", "xlsx"], EN)
    assert (tmp_path / "report_en.html").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("text", ["pdf", "", "html,pdf"])
def test_unknown_formats_are_refused_with_the_choices(text):
    with pytest.raises(ScenarioError, match="choose one or more of html,docx,xlsx"):
        writing.formats_of(text)


def test_formats_are_taken_once():
    assert writing.formats_of(" HTML,docx,html") == ["html", "docx"]


def test_a_missing_library_is_named_with_what_to_do(monkeypatch):
    def missing(_):
        raise ModuleNotFoundError("No module named 'docx'", name="docx")

    monkeypatch.setattr(writing, "import_module", missing)
    with pytest.raises(
        ScenarioError, match=r"needs the library docx; install it with: pip install 'motcua\[report\]'"
    ):
        writing.writer_of("docx")


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_words_are_there(study, code):
    found = document(replace(study, say=language(code), investment={"plus": 1e6}, hour_value=20_000.0))
    assert found.language == code
    assert all(part.blocks for part in found.sections)
