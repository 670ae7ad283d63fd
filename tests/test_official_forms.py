"""Official forms are laid out as printed, and say what the tables of results say."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace

import openpyxl
import pytest
from test_result import SCENARIO, results, run

from sim.report.language import language
from sim.report.paper import evaluation_forms, official_forms
from sim.report.paper.document import Document, Form, Number, shown
from sim.report.paper.study import Study
from sim.report.paper.to_excel import to_excel
from sim.results.comparison import Comparison
from sim.scenario import load

EN, VI = language("en"), language("vi")


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(Comparison(results()), EN)


@pytest.fixture(scope="module")
def workbook(study):
    forms = official_forms.forms(replace(study, say=VI))
    return openpyxl.load_workbook(io.BytesIO(to_excel(Document("", "", "vi", (), forms, ()), VI)))


def texts_of(sheet, first: int, last: int) -> list[list[str | None]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]


def printed(*lines: str) -> list[list[str | None]]:
    """Rows of a form's head; what is empty is joined to another cell."""
    return [[text or None for text in line.split("|")] for line in lines]


def test_form_ii06a_is_laid_out_as_printed(workbook):
    sheet = workbook["II.06a base"]
    assert [[cell.value for cell in row if cell.value] for row in sheet.iter_rows(max_row=5)] == [
        ["Biểu số II.06a/VPCP/KSTT"],
        ["TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH", "- Đơn vị báo cáo: …"],
        ["TẠI TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", "- Đơn vị nhận báo cáo: …"],
        ["Kỳ báo cáo: … (Từ ngày 09/01/2019 đến ngày 11/01/2019)", "Đơn vị tính: Số hồ sơ TTHC."],
        [],
    ]
    assert texts_of(sheet, 6, 9) == printed(
        "TT|Lĩnh vực, công việc giải quyết theo cấp|Tiếp nhận||||"
        "Số lượng hồ sơ đã giải quyết||||Số lượng hồ sơ đang giải quyết||",
        "||Tổng số|Trong đó||Từ kỳ trước|Tổng số|Trước hạn|Đúng hạn|Quá hạn|Tổng số|Trong hạn|Quá hạn",
        "|||Trực tuyến|Trực tiếp, dịch vụ bưu chính||||||||",
        "(1)|(2)|(3)|(4)|(5)|(6)|(7)|(8)|(9)|(10)|(11)|(12)|(13)",
    )
    joined = {str(area) for area in sheet.merged_cells.ranges}
    assert {"A6:A8", "B6:B8", "C6:F6", "G6:J6", "K6:M6", "D7:E7", "C7:C8", "F7:F8"} <= joined
    assert {f"{column}7:{column}8" for column in "GHIJKLM"} <= joined
    counts = results()[0].form_ii06a(0)
    for row, expected in zip(
        sheet.iter_rows(min_row=10, min_col=3), counts.iloc[:, 2:].to_numpy(), strict=False
    ):
        assert [cell.value for cell in row] == expected.tolist()
        assert {cell.number_format for cell in row} == {"#,##0"}
    assert [cell.value for cell in sheet[9 + len(counts)]][:2] == [None, "Tổng số"]
    for row in sheet.iter_rows(min_row=10, max_row=12, min_col=3, max_col=13, values_only=True):
        received, online, direct, before, finished, early, on_time, late, still, within, overdue = row
        assert received == online + direct + before == finished + still
        assert finished == early + on_time + late
        assert still == within + overdue


def test_form_07a_is_laid_out_as_printed(workbook):
    sheet = workbook["07a base"]
    assert [sheet.cell(row, 1).value for row in (1, 2)] == [
        "TÌNH HÌNH, KẾT QUẢ GIẢI QUYẾT TTHC TẠI CƠ QUAN, ĐƠN VỊ TRỰC TIẾP GIẢI QUYẾT TTHC",
        "(Từ ngày 09/01/2019 đến ngày 11/01/2019)",
    ]
    assert texts_of(sheet, 4, 6) == printed(
        "STT|Lĩnh vực|Số hồ sơ nhận giải quyết|||Kết quả giải quyết||||||Bổ sung|Trả lại",
        "||Tổng số|Trong đó||Số hồ sơ đã giải quyết|||Số hồ sơ đang giải quyết||||",
        "|||Số kỳ trước chuyển qua|Số mới tiếp nhận|Tổng số|Trả đúng thời hạn|Trả quá hạn|"
        "Tổng số|Chưa đến hạn|Quá hạn||",
    )
    joined = {str(area) for area in sheet.merged_cells.ranges}
    assert {
        "A4:A6",
        "B4:B6",
        "C4:E4",
        "F4:K4",
        "L4:L6",
        "M4:M6",
        "C5:C6",
        "D5:E5",
        "F5:H5",
        "I5:K5",
    } <= joined
    counts = results()[0].form_07a(0)
    for row, expected in zip(
        sheet.iter_rows(min_row=7, min_col=3), counts.iloc[:, 2:].to_numpy(), strict=False
    ):
        assert [cell.value for cell in row] == expected.tolist()
        assert {cell.number_format for cell in row} == {"#,##0"}
    assert [cell.value for cell in sheet[6 + len(counts)]][:2] == [None, "Tổng số"]


def test_dossiers_are_whole_in_texts_too():
    assert [shown(Number(count, "whole"), VI) for count in (3.0, 124.0, 1234.0)] == ["3", "124", "1.234"]


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory) -> Study:
    """One run of which the citizens were asked."""
    file = tmp_path_factory.mktemp("surveyed") / "base.toml"
    file.write_text(SCENARIO, "utf-8")
    survey = {"satisfied": "constant(20)", "very_satisfied": "constant(4)"}
    return Study.of(run(load(file).change({"survey": survey})), VI)


def form_named(study: Study, name: str) -> Form:
    return next(form for form in official_forms.forms(study) if form.name == name)


def value_of(cell):
    return cell.value if isinstance(cell, Number) else cell


def test_form_1_is_laid_out_as_printed(surveyed):
    form = form_named(surveyed, "Mẫu 1 commune")
    assert form.left == ("Mẫu 1",)
    assert form.titles[0] == "BẢNG ĐÁNH GIÁ VIỆC GIẢI QUYẾT TTHC"
    assert "|".join(head.text for head in form.heads) == (
        "TT|Hồ sơ|Chỉ số 1|Chỉ số 2|Chỉ số 3|Chỉ số 4|Chỉ số 6|Chỉ số 7|Tổng điểm đánh giá CBCC (1+2+3+4+7)|"
        "Xếp loại hoàn thành nhiệm vụ|Không hài lòng|Hài lòng|Rất hài lòng"
    )
    assert [row[1] for row in form.rows[-3:]] == ["Tổng số", "Điểm bình quân chỉ số", "Tỷ lệ % hài lòng"]


def test_form_1_scores_each_dossier(surveyed):
    """The first replication's; what is not known stays empty."""
    scores = surveyed.baseline.scores.query("replication == 0")
    rows = form_named(surveyed, "Mẫu 1 commune").rows[:-3]
    assert len(rows) == len(scores) > 20
    for number, (row, one) in enumerate(zip(rows, scores.itertuples(), strict=True), start=1):
        assert row[:2] == (str(number), f"mô phỏng: {one.place}/{one.procedure}#{one.number}")
        given = [one.indicator_1, "", one.indicator_3, one.indicator_4, "", one.indicator_7]
        assert [value_of(cell) for cell in row[2:8]] == given
        assert row[8:10] == ("", "")
        levels = ("not_satisfied", "satisfied", "very_satisfied")
        assert row[10:] == tuple("x" if one.satisfaction == level else "" for level in levels)
    assert scores["satisfaction"].nunique() == 3


def test_the_last_rows_of_form_1_are_of_all_dossiers(surveyed, monkeypatch):
    whole = form_named(surveyed, "Mẫu 1 commune")
    monkeypatch.setattr(evaluation_forms, "LISTED", 3)
    form = form_named(surveyed, "Mẫu 1 commune")
    assert form.rows[-3:] == whole.rows[-3:]
    assert [row[1] for row in form.rows[:3:2]] == [whole.rows[0][1], whole.rows[-4][1]]
    assert f"liệt kê 3 trong {len(whole.rows) - 3} hồ sơ" in form.note
    points = [[value_of(cell) for cell in row[2:8]] for row in whole.rows[:-3]]
    total, mean, rate = form.rows[-3:]
    for column in (0, 2, 3, 5):
        given = [row[column] for row in points]
        assert total[2 + column] == Number(sum(given), "whole")
        assert mean[2 + column].value == pytest.approx(sum(given) / len(given))
    marks = [sum(row[column] == "x" for row in whole.rows[:-3]) for column in (10, 11, 12)]
    assert [value_of(cell) for cell in total[10:]] == marks
    assert [value_of(cell) for cell in rate[10:]] == pytest.approx([count / sum(marks) for count in marks])


def test_form_1_agrees_with_form_02(surveyed):
    """Points of the period are means of those of its dossiers: both are of the same replication."""
    mean = form_named(surveyed, "Mẫu 1 commune").rows[-2]
    scored = {row[0]: row[3] for row in form_named(surveyed, "Mẫu 02 commune").rows}
    for number, column in ((1, 2), (3, 4), (4, 5), (7, 7)):
        assert round(mean[column].value, 1) == scored[str(number)].value


def test_each_form_says_whose_dossiers_it_counts(surveyed):
    """Of which replication, of how many, and that none of them is real."""
    notes = [form.note for form in official_forms.forms(surveyed)]
    assert len(notes) == 5
    assert all("lần lặp" in note and "mô phỏng" in note.lower() for note in notes)
    whose = "một lần lặp, lần thứ nhất trong {} lần (hạt giống 7). Không có hồ sơ nào là hồ sơ thật"
    assert all(whose.format(surveyed.replications) in note for note in notes[:-1])


def test_without_a_survey_nobody_is_satisfied_or_not(study):
    form = form_named(replace(study, say=VI), "Mẫu 1 commune")
    assert {row[10:] for row in form.rows} == {("", "", "")}
    rows = form_named(replace(study, say=VI), "Mẫu 02 commune").rows
    assert rows[11][5] == "Kịch bản không có khảo sát."


def test_form_02_is_laid_out_as_printed(surveyed):
    form = form_named(surveyed, "Mẫu 02 commune")
    assert "|".join(head.text for head in form.heads) == (
        "Chỉ số|Tên chỉ số|Điểm chuẩn (2)|Điểm tự chấm|Điểm thẩm định|Ghi chú"
    )
    assert [row[0] for row in form.rows] == [*map(str, range(1, 10)), "", "", "II", *[""] * 5]
    assert [row[1] for row in form.rows[9:11]] == ["Tổng cộng", "Xếp loại"]
    assert form.rows[9][2] == Number(18, "whole")
    assert [row[1] for row in form.rows[12:]] == [
        "Rất không hài lòng",
        "Không hài lòng",
        "Bình thường",
        "Hài lòng",
        "Rất hài lòng",
    ]
    assert re.search(
        r"không hài lòng [\d,]+\s%, hài lòng [\d,]+\s%, rất hài lòng [\d,]+\s%; không quy đổi",
        form.rows[11][5],
    )


def test_form_3_is_laid_out_as_printed(surveyed):
    form = form_named(surveyed, "Mẫu 3")
    assert "|".join(head.text for head in form.heads) == (
        "TT|Tên cơ quan|Chỉ số 1|Chỉ số 2|Chỉ số 3|Chỉ số 4|Chỉ số 5|Chỉ số 6|Chỉ số 7|Chỉ số 8|Chỉ số 9|"
        "Tổng điểm|Xếp loại|Xếp hạng|Không hài lòng|Hài lòng|Rất hài lòng"
    )
    (row,) = form.rows
    assert row[12:14] == ("", "")
    assert sum(cell.value for cell in row[14:]) == pytest.approx(1)


def test_evaluation_forms_add_up_what_is_simulated(study):
    rows = form_named(study, "Form 02 commune").rows
    points = [row[3].value for row in rows[:9] if not math.isnan(row[3].value)]
    assert len(points) == 6
    assert rows[9][3].value == pytest.approx(sum(points))
    assert len(form_named(study, "Form 3").rows) == 2
