"""A report as files: all are made before the first is written, each is written whole, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from sim.report.language import Language
from sim.report.paper.document import Document
from sim.scenario import ScenarioError

# Imported when asked for: they are the extra `report`.
FORMATS = {"html": "to_html", "docx": "to_word", "xlsx": "to_excel"}


def formats_of(text: str) -> list[str]:
    """The formats named, each once; ScenarioError names those there are."""
    asked = list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if not asked or not set(asked) <= set(FORMATS):
        raise ScenarioError(f"--to {text}: choose one or more of {','.join(FORMATS)}")
    return asked


def writer_of(name: str) -> Callable[[Document, Language], bytes]:
    """What makes a file of this format; ScenarioError if its library is not installed."""
    module = FORMATS[name]
    try:
        return getattr(import_module(f"sim.report.paper.{module}"), module)
    except ModuleNotFoundError as error:
        raise ScenarioError(
            f"--to {name}: needs the library {error.name}; install it with: pip install 'motcua[report]'"
        ) from None


def write(document: Document, folder: Path, formats: Sequence[str], say: Language) -> list[Path]:
    """The files written; on an error those of before stand as they were."""
    writers = {name: writer_of(name) for name in formats}
    made = {folder / f"report_{say.code}.{name}": write(document, say) for name, write in writers.items()}
    parts = {file.with_name(f"{file.name}.part"): file for file in made}
    try:
        for part, file in parts.items():
            part.write_bytes(made[file])
        for file in filter(Path.exists, made):
            file.open("r+b").close()  # what another program holds is known before the first is replaced
        for part, file in parts.items():
            os.replace(part, file)
    except OSError as error:
        raise ScenarioError(
            f"{error.filename2 or error.filename}: cannot be written: {error.strerror}; "
            "is it open in another program?"
        ) from None
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return list(made)
