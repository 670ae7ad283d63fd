"""Invalid scenarios are refused in words a planner can act on.

Each file of `scenarios/invalid` names on its first line what the message must say, fragments in order between
` ... `. Bytes that an editor would mend, links and odd files are made here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load

FOLDER = Path(__file__).parent / "scenarios"
INVALID = sorted((FOLDER / "invalid").glob("*.toml"))
TINY = (FOLDER / "valid" / "tiny.toml").read_text(encoding="utf-8")
CATALOGUE = "code,name,field,journey,deadline,volume\nseal,Đóng dấu,land,simple,same day,100\n"
JARGON = re.compile(r"pydantic|traceback|input should|errors\.|https?:|validator|constrained", re.IGNORECASE)


def refusal(path: Path | str) -> str:
    """The message with which a file is refused; it must be readable whatever it says."""
    with pytest.raises(ScenarioError) as refused:
        load(path)
    text, problems = str(refused.value), refused.value.args
    assert len(text.splitlines()) == min(len(problems), 5) + (len(problems) > 5)
    assert not JARGON.search(text)
    assert all(len(line) < 400 and line.isprintable() for line in text.splitlines())
    return text


def says(text: str, expected: str) -> bool:
    """The fragments of the expectation stand in the text, in order."""
    return (
        re.search(".*".join(re.escape(part.strip()) for part in expected.split(" ... ")), text, re.DOTALL)
        is not None
    )


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_refused_as_its_first_line_says(path: Path) -> None:
    first_line = path.read_text(encoding="utf-8").splitlines()[0]
    expected = first_line.removeprefix("# expect: ")
    assert expected != first_line
    text = refusal(path)
    assert says(text, expected), text


def test_what_the_invalid_files_build_on_is_valid() -> None:
    load(FOLDER / "invalid" / "base" / "office.toml")


@pytest.mark.parametrize(
    "changes",
    [
        {"team.counter.staff": [["Mon-Fri 07:00", 2], ["Mon-Fri 16:59", 1], ["17:00", 0]]},
        {"team.counter.staff": [["07:30", 2]]},
        {"team.counter.staff": [["Sat 08:00", 1]], "calendar.make_up_days": ["2019-05-04"]},
        {"team.counter.staff": [["Sat 08:00", 1]], "calendar.weekday_hours": {"Sat": ["07:30-11:00"]}},
        {"team.counter.staff": 0},
        {"site.centre.last_ticket": "17:00"},
        {"profile.morning.time_of_day": [["08:00", 0], ["20:00", 5]]},
        {"procedure.copy.volume": 0, "procedure.transfer.volume": 0, "team.office.serves": [["appraise:*"]]},
        {"digital.online_share": 0, "team.counter.serves": [["intake:*", "collect:*"]]},
        {
            "digital.e_signature": True,
            "digital.signature": {"skips": ["stamp"]},
            "team.office.serves": [["appraise:*"]],
        },
        {"queue": {"appraise:*": "earliest-due"}},
        {"digital.online_share": 0.6, "digital.appointment_share": 0.4},
        {"horizon.to": "2028-12-31"},
    ],
    ids=str,
)
def test_what_is_just_right_is_accepted(changes: dict[str, object]) -> None:
    load(FOLDER / "invalid" / "base" / "office.toml").change(changes)


def test_keys_are_those_of_files_only(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(TINY.replace("from =", "first ="), encoding="utf-8")
    assert "x.toml: horizon: 'from' is missing" in refusal(tmp_path / "x.toml")


def test_more_than_five_problems_are_counted() -> None:
    text = refusal(FOLDER / "invalid" / "missing_tables.toml")
    assert text.splitlines()[5:] == ["and 3 more"]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (
            lambda path: path.write_bytes(TINY.encode("utf-16")),
            "x.toml: line 1, byte 1 of the file is not UTF-8; save as",
        ),
        (
            lambda path: path.write_bytes(
                TINY.replace("Land", "Đất").encode().replace("Đất".encode(), b"\xd0\xea")
            ),
            "x.toml: line 15, byte ... is not UTF-8; save as UTF-8",
        ),
        (lambda path: path.write_bytes(b""), "x.toml: 'title' is missing"),
        (lambda path: path.write_bytes(b"a = " + b"[" * 100_000), "x.toml: is nested too deeply"),
        (
            lambda path: path.write_bytes(b"a = " + b"1" * 5000),
            "x.toml: is nested too deeply, or has a number",
        ),
        (lambda path: path.write_bytes(b"#" * 5_000_001), "x.toml: is larger than 5 MB"),
        (lambda path: path.write_bytes(b"\x00"), "x.toml: line 1, column 1: is not TOML"),
        (lambda path: path.mkdir(), "x.toml: is a folder, not a file"),
        (lambda path: os.mkfifo(path), "x.toml: is not a plain file"),
        (
            lambda path: path.with_name("y.toml").touch(),
            "x.toml: no such file 'x.toml'; did you mean 'y.toml'?",
        ),
        (lambda path: path.symlink_to(path), "x.toml: no such file 'x.toml'"),
    ],
)
def test_odd_files(tmp_path: Path, make: Callable[[Path], object], expected: str) -> None:
    make(tmp_path / "x.toml")
    text = refusal(tmp_path / "x.toml")
    assert says(text, expected), text


@pytest.mark.parametrize(
    "name", ["", ".", "..", "/", "a\0b.toml", "no such folder/x.toml", "x" * 300, "ngõ\n.toml"]
)
def test_odd_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(name)


def test_a_file_one_may_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbid(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "x.toml").touch()
    monkeypatch.setattr(Path, "read_bytes", forbid)
    assert refusal(tmp_path / "x.toml") == "x.toml: cannot be read: permission denied"


@pytest.mark.parametrize("key", ["extends", "catalogue"])
def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text(TINY if key == "extends" else CATALOGUE, encoding="utf-8")
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    named = 'extends = "link"\n' if key == "extends" else f'{TINY}\n[catalogue]\ncentre = "link"\n'
    (folder / "x.toml").write_text(named, encoding="utf-8")
    assert "'link' leaves the scenario folder" in refusal(folder / "x.toml")


def test_a_catalogue_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(CATALOGUE.encode("utf-16"))
    (tmp_path / "x.toml").write_text(f'{TINY}\n[catalogue]\ncentre = "x.csv"\n', encoding="utf-8")
    assert refusal(tmp_path / "x.toml") == "x.csv: line 1, byte 1 of the file is not UTF-8; save as UTF-8"


def test_a_changed_value_is_blamed_on_the_change() -> None:
    with pytest.raises(ScenarioError, match=r"^tiny \(changed\): team.counter.staff: -1 is negative"):
        load(FOLDER / "valid" / "tiny.toml").change({"team.counter.staff": -1})
