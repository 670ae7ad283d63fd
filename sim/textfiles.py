"""Text files that a scenario names: where they may lie, of bounded size, in UTF-8, their letters composed.

They lie beside the file that names them, or below. A name that begins with `scenarios/` is that of a file in the
folder of this name around it, as one types it in the project's folder: so an own office, in a folder of its own, may
extend what lies in another. Nothing else is reached: no absolute path, no `..`, no link out.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

LARGEST_FILE = 5_000_000  # bytes
LONGEST_SHOWN = 60
BASES = "scenarios"


def composed(text: str) -> str:
    """The text in Unicode's composed form (NFC): `ầ` is one letter, however it was typed."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def quoted(text: str) -> str:
    """A text in quotes, on one line, shortened to 60 characters."""
    return shortened(repr(text))


def shortened(text: str) -> str:
    """At most 60 characters, the last of them `…` if there were more."""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def inside(folder: Path, named: str, start: Path | None = None) -> Path | None:
    """The file that a name means, from `start` (else `folder`) on; None if it would lie outside of `folder`.

    `scenarios/…` lies in the folder of that name around `start`. Raises `ValueError` for what is no file name.
    """
    if PurePosixPath(named).is_absolute() or PureWindowsPath(named).anchor:
        return None
    if ".." in re.split(r"[/\\]", named):
        return None
    try:
        start = start or folder
        if bases := _named_bases(start, named):
            folder, start, named = bases, bases, named.removeprefix(f"{BASES}/")
        found = as_spelt(start, named).resolve()
        return found if found.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):
        raise ValueError(f"{quoted(named)} is not a file name") from None


def bases_around(folder: Path) -> Path | None:
    """The folder of bases that a folder is, or lies in."""
    return next((each for each in (folder, *folder.parents) if each.name == BASES), None)


def as_spelt(folder: Path, named: str) -> Path:
    """A path below a folder with the letters that the disk has: some systems take `ầ` apart, others do not."""
    for part in PurePath(named).parts:
        folder = _entry(folder, part)
    return folder


def read_text(file: Path, name: str) -> str:
    """What a file says, in composed letters; `ValueError`, begun with `name`, if it cannot be read."""
    content = _content(file, name)
    try:
        return composed(content.decode("utf-8").removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        where = f"line {line}, byte {error.start + 1} of the file"
        raise ValueError(f"{name}: {where} is not UTF-8; save as UTF-8") from None


def _named_bases(start: Path, named: str) -> Path | None:
    is_below = not named.startswith(f"{BASES}/") or (start / BASES).is_dir()
    return None if is_below else bases_around(start)


def _entry(folder: Path, name: str) -> Path:
    plain = folder / name
    if plain.exists() or not folder.is_dir():
        return plain
    return next((entry for entry in folder.iterdir() if composed(entry.name) == composed(name)), plain)


def _content(file: Path, name: str) -> bytes:
    try:
        if not file.is_file():
            kind = "is a folder, not a file" if file.is_dir() else "is not a plain file"
            raise ValueError(f"{name}: {kind}")
        if file.stat().st_size > LARGEST_FILE:
            raise ValueError(f"{name}: is larger than {LARGEST_FILE // 1_000_000} MB")
        return file.read_bytes()
    except OSError as error:
        refusal = (error.strerror or "the system refuses").lower()
        raise ValueError(f"{name}: cannot be read: {refusal}") from None
