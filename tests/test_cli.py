"""The command: what it prints, leaves behind and exits with."""

import json
from pathlib import Path

import pandas as pd
import pytest

from sim import cli, explain, load

VALID = Path(__file__).parent / "scenarios" / "valid"
TINY = str(VALID / "tiny.toml")
CHILD = str(VALID / "child.toml")


class Outcome:
    """Exit code and texts of one call."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.argv", ["sim", *arguments])
            with pytest.raises(SystemExit) as stopped:
                cli.main()
        self.code = stopped.value.code or 0
        self.out, self.err = capsys.readouterr()


def sim(capsys: pytest.CaptureFixture[str], *arguments: str) -> Outcome:
    return Outcome(capsys, *arguments)


def test_run_prints_figures_with_intervals(capsys: pytest.CaptureFixture[str]) -> None:
    ran = sim(capsys, "run", TINY, "--replications", "2", "--workers", "1", "--lang", "en")
    assert ran.code == 0
    assert "2 replications of 4 Mar 2019 to 8 Mar 2019, seed 1, engine compiled" in ran.out
    line = next(line for line in ran.out.splitlines() if line.startswith("mean wait"))
    assert "[" in line
    assert "–" in line


def test_run_in_vietnamese(capsys: pytest.CaptureFixture[str]) -> None:
    ran = sim(capsys, "run", TINY, "--replications", "1", "--lang", "vi")
    assert "thời gian chờ trung bình" in ran.out
    assert "Một lần lặp không cho khoảng tin cậy" in ran.out
    assert "1 lần lặp cùng lúc" in ran.out  # there is nothing else to do, however many could be at work


def test_what_is_asked_of_a_group_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row of its own; and a target names its site as people do."""
    file = tmp_path / "aimed.toml"
    target = '[target.short]\nmeasure = "wait.mean"\nsite = "centre"\nat_most = 1000\n'
    file.write_text(f"{Path(TINY).read_text('utf-8')}\n{target}", "utf-8")
    asked = ("--measure", "wait.within_20@site=centre,priority=ordinary")
    told = sim(capsys, "run", str(file), *asked, "--replications", "2", "--workers", "1", "--lang", "vi").out
    title = load(TINY).scenario.site["centre"].title
    assert f"được phục vụ trong 20 phút, {title}, không ưu tiên" in " ".join(told.split())
    assert f"thời gian chờ trung bình, {title}" in told
    assert "bộ mô phỏng biên dịch" in told


def test_which_replications_have_rows_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = (TINY, "--replications", "3", "--workers", "1", "--lang", "en")
    line = (
        "Measures are of all 3 replications; rows and views of the first 2, official forms of the first one."
    )
    some = ("--rows", "2")
    assert "Measures are of all" not in sim(capsys, "run", *arguments).out
    assert "Measures are of all" not in sim(capsys, "run", *arguments, "--rows", "all").out
    ran = sim(capsys, "run", *arguments, *some, "--out", str(tmp_path))
    assert line in ran.out
    assert "rows are of the first" not in ran.err  # once is enough
    assert line in sim(capsys, "compare", CHILD, *arguments, *some).out
    told = json.loads((tmp_path / "provenance.json").read_text("utf-8"))
    assert told["rows_of"] == 2


@pytest.mark.parametrize("rows", ["0", "-1", "every", "1.5"])
def test_rows_of_no_number_of_replications(capsys: pytest.CaptureFixture[str], rows: str) -> None:
    for more in ((), ("--precision", "wait.mean=5%")):
        ran = sim(capsys, "run", TINY, f"--rows={rows}", *more)
        assert ran.code == 2
        assert ran.err == f"rows: '{rows}' is no number of replications; write 1 or more, or all\n"


def test_logs_are_left_if_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--replications", "2", "--workers", "1", "--lang", "en")
    assert sim(capsys, "run", TINY, *arguments, "--out", str(tmp_path / "without")).code == 0
    assert not (tmp_path / "without" / "log.parquet").exists()
    assert sim(capsys, "run", TINY, *arguments, "--keep-log", "--out", str(tmp_path)).code == 0
    assert sim(capsys, "compare", TINY, CHILD, *arguments, "--keep-log", "--out", str(tmp_path)).code == 0
    log = pd.read_parquet(tmp_path / "log.parquet")
    assert {"replication", "task", "step", "team", "started", "outcome"} <= set(log)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "tiny" / "log.parquet"), log)


def test_run_json_has_the_agreed_form(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(sim(capsys, "run", TINY, "--replications", "2", "--workers", "1", "--json").out)
    assert told["provenance"]["seed"] == 1
    assert told["provenance"]["replications"] == 2
    whole = {row["measure"]: row for row in told["measures"] if row["group"] == {}}
    assert set(whole["wait.mean"]) == {"measure", "unit", "group", "mean", "low", "high", "n"}
    assert whole["wait.mean"]["unit"] == "min"
    assert 0 <= whole["on_time.rate"]["mean"] <= 1
    assert any(row["group"] == {"site": "centre"} for row in told["measures"])


def test_a_missed_target_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, bound, code in (("met", "at_most = 1000", 0), ("missed", "at_most = 0", 1)):
        file = tmp_path / f"{name}.toml"
        text = Path(TINY).read_text("utf-8")
        file.write_text(f'{text}\n[target.short]\nmeasure = "wait.mean"\n{bound}\n', "utf-8")
        ran = sim(capsys, "run", str(file), "--replications", "1", "--lang", "en")
        assert ran.code == code
        assert ("MISSED" in ran.out) == (code == 1)


def test_tables_and_figures_are_left_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    arguments = ("compare", TINY, CHILD, "--replications", "2", "--workers", "1", "--lang", "en")
    ran = sim(capsys, *arguments, "--out", str(out))
    assert ran.code == 0
    assert str(out) in ran.err.replace("\n", "")
    assert "team.counter.staff" in ran.out  # what differs
    left = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {"comparison.csv", "comparison.parquet", "provenance.json", "differences.png"} <= left
    assert {"tiny/visits.parquet", "child/summary.csv", "wait_over_day.png"} <= left
    assert "tiny/visits.csv" not in left  # of several scenarios too long for a sheet
    assert not [name for name in left if name.endswith(".part")]
    csv, parquet = pd.read_csv(out / "comparison.csv"), pd.read_parquet(out / "comparison.parquet")
    assert list(csv.columns) == list(parquet.columns)
    assert set(csv["scenario"]) == {"tiny", "child"}


def test_compare_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(
        sim(capsys, "compare", TINY, CHILD, "--replications", "2", "--workers", "1", "--json").out
    )
    assert set(told["provenance"]) == {"tiny", "child"}
    row = next(row for row in told["measures"] if row["scenario"] == "child")
    assert {"difference", "difference_low", "difference_high", "better"} <= set(row)


def test_explain_takes_a_path_like_its_siblings() -> None:
    assert explain(TINY).to_json() == explain(Path(TINY)).to_json() == explain(load(TINY)).to_json()


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_explain(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = sim(capsys, "explain", CHILD, "--lang", lang)
    assert told.code == 0
    for expected in ("team.counter.staff", "exponential(mean=12)", "assumed", "tiny.toml", "child.toml"):
        assert expected in told.out


def test_explain_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(sim(capsys, "explain", CHILD, "--json").out)
    assert told["differences"][0]["path"] == "team.counter.staff"
    assert told["working_days"] == 5
    assert told["teams"][0]["team"] == "counter"
    assert len(told["teams"][0]["load_by_hour_of_week"]) == 168


def test_warnings_of_what_cannot_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "overload.toml"
    text = Path(TINY).read_text("utf-8")
    file.write_text(text.replace("5_000", "50_000"), "utf-8")
    assert "UNSTABLE" in sim(capsys, "explain", str(file), "--lang", "en").out
    assert "UNSTABLE" in sim(capsys, "run", str(file), "--replications", "1", "--lang", "en").out
    file.write_text(text.replace("staff = 1", "staff = 0"), "utf-8")
    assert "NOBODY SERVES intake:land" in sim(capsys, "explain", str(file), "--lang", "en").out


def test_trace(capsys: pytest.CaptureFixture[str]) -> None:
    told = sim(capsys, "run", TINY, "--trace", "copy#3", "--lang", "en")
    assert told.code == 0
    for expected in ("Dossier copy#3: Certified copy", "filed at the counter", "received; due", "on time"):
        assert expected in told.out


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert "extends" in json.loads(sim(capsys, "schema").out)["properties"]


def test_selftest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Few replications are quick; what they say is in the table, the exit code and the file."""
    told = sim(capsys, "selftest", "--replications", "2", "--out", str(tmp_path), "--lang", "en")
    checks = json.loads((tmp_path / "selftest.json").read_text("utf-8"))
    assert len(checks) > 20
    assert told.code == (0 if all(check["passed"] for check in checks) else 1)
    assert all(f"{check['name']}: {check['what']}" in told.out for check in checks)
    assert sim(capsys, "selftest", "--engine", "quick").code == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere.toml"), "no such file"),
        (("run", TINY, "--engine", "quick"), "is not an engine"),
        (("run", TINY, "--lang", "fr"), "choose vi or en"),
        (("run", TINY, "--trace", "copy#99999"), "there is no dossier"),
        (("run", TINY, "--replications", "0"), "--replications"),
        (("compare", TINY), "two or more"),
        (("compare", TINY, TINY), "names of their own"),
        (("run",), "Missing argument"),
        (("run", TINY, "--precision", "wait.p9=5%"), "did you mean 'wait.p9"),
        (("run", TINY, "--precision", "wait.p90"), "write MEASURE=VALUE"),
        (("run", TINY, "--precision", "wait.p90=5 min"), "is no half-width"),
        (("run", TINY, "--precision", "wait.p90=5%", "--most", "20"), "at least 30 replications"),
        (("compare", TINY, CHILD, "--measure", "wait.men"), "did you mean 'wait.mean'"),
        (
            ("compare", TINY, CHILD, "--threshold", "wait.mean=much"),
            "'wait.mean=much' ends in no number; write MEASURE=NUMBER",
        ),
        (
            ("compare", TINY, CHILD, "--threshold", "wait.p90"),
            "'wait.p90' cannot be read; write MEASURE=NUMBER",
        ),
        (
            ("compare", TINY, CHILD, "--threshold", "wait.p90@site=centre"),
            "'wait.p90@site=centre' ends in no number; write MEASURE=NUMBER",
        ),
        (("best", TINY, CHILD, "--measure", "on_time.rat"), "did you mean 'on_time.rate'"),
        (("best", TINY, CHILD, "--measure", "wait.p90", "--subject-to", "on_time.rate 0.95"), "is no limit"),
        (("best", TINY, CHILD), "--measure"),
        (("explain", str(VALID)), "is a folder"),
    ],
)
def test_wrong_input_is_told_in_a_line(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = sim(capsys, *arguments)
    assert told.code == 2
    assert message in told.err
    assert "Traceback" not in told.err
    assert told.out == ""


def test_an_unwritable_folder_is_told_before_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("not a folder")
    told = sim(capsys, "run", TINY, "--out", str(occupied / "results"))
    assert told.code == 2
    assert "--out" in told.err


# --- studies ---


def test_a_precision_is_reached_or_said_to_be_missed(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("run", TINY, "--lang", "en", "--workers", "1", "--precision")
    reached = sim(capsys, *arguments, "visits.count@site=centre=20 absolute")
    assert reached.code == 0
    assert "40 replications were enough" in reached.out
    unsure = sim(capsys, *arguments, "visits.count@site=centre=20 absolute", "--most", "35")
    assert unsure.code == 1
    assert "NOT MET" not in unsure.out
    assert "As precise as asked after 35 replications" in unsure.out
    missed = sim(capsys, *arguments, "wait.mean=1%", "--most", "31")
    assert missed.code == 1  # the figures are there, as wide as they are
    assert "NOT MET" in missed.out
    assert "not reached within 31 replications" in missed.out
    assert "31 replications of" in missed.out


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """One officer, and two."""
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text((VALID / "tiny.toml").read_text("utf-8"), "utf-8")
    other.write_text('extends = "one.toml"\ntitle = "Two"\nteam.counter.staff = 2\n', "utf-8")
    return str(one), str(other)


def test_compare_gives_verdicts(
    two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--replications", "30", "--workers", "1", "--lang", "en", "--out", str(tmp_path / "out"))
    chosen = ("--measure", "wait.p90@site=centre", "--measure", "on_time.rate", "--threshold", "wait.p90=2")
    told = sim(capsys, "compare", *two, *arguments, *chosen)
    assert told.code == 0
    assert "within ± 2.00" in told.out
    assert "other is better than one: wait, 9 of 10 within" in told.out
    verdicts = pd.read_csv(tmp_path / "out" / "verdicts.csv")
    assert verdicts["measure"].tolist() == ["wait.p90", "on_time.rate"]
    assert verdicts["threshold"].tolist() == [2, 0.005]
    assert pd.read_csv(tmp_path / "out" / "inputs.csv")["path"].tolist() == ["team.counter.staff"]


def test_pairing_is_exact_where_nothing_differs(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--replications", "4", "--workers", "1", "--lang", "en")
    told = sim(
        capsys, "compare", *two, *arguments, "--measure", "dossiers.received", "--measure", "wait.mean"
    )
    received, wait = [line for line in told.out.splitlines() if line.startswith("other  ")][-2:]
    assert "exact" in received
    assert " ×" in wait


def test_the_best_is_told(two: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("best", *two, "--measure", "wait.p90", "--workers", "1")
    found = sim(
        capsys,
        *arguments,
        "--lang",
        "en",
        "--out",
        str(tmp_path / "out"),
        "--subject-to",
        "on_time.rate >= 50%",
    )
    assert found.code == 0
    assert "other is the best by wait, 9 of 10 within: right with probability 95 %" in found.out
    assert "Limit: early or on time at least 50.0 %" in found.out
    assert (tmp_path / "out" / "best.csv").exists()
    none = sim(capsys, *arguments, "--json", "--subject-to", "utilisation >= 99%")
    assert none.code == 1
    assert json.loads(none.out)["best"] is None


def test_a_selection_among_beliefs_says_that_it_is_of_chance_only(
    two: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("--measure", "wait.p90", "--workers", "1", "--lang", "en")
    warning = "one: beliefs among the inputs: 1, taken at their medians here; the intervals show chance only."
    assert warning not in sim(capsys, "best", *two, *arguments).out
    believed = (
        Path(two[0]).read_text("utf-8").replace("volume = 5_000", 'volume = "belief(uniform(4500, 5500))"')
    )
    Path(two[0]).write_text(believed, "utf-8")
    assert warning in sim(capsys, "best", *two, *arguments).out


def test_strict_refuses_what_is_unstable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "busy.toml"
    file.write_text((VALID / "tiny.toml").read_text("utf-8").replace("volume = ", "volume = 9"), "utf-8")
    arguments = ("--replications", "2", "--workers", "1", "--lang", "en")
    assert sim(capsys, "run", str(file), *arguments).code == 0
    refused = sim(capsys, "run", str(file), *arguments, "--strict")
    assert refused.code == 1
    assert "UNSTABLE" in refused.out
    assert sim(capsys, "run", TINY, *arguments, "--strict").code == 0
    assert sim(capsys, "compare", TINY, str(file), *arguments, "--strict").code == 1
