"""Texts that a scenario file gives in both languages: ``title = { vi = "…", en = "…" }``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sim.scenario.layers import Tables, leaves
from sim.scenario.messages import ScenarioError

LANGUAGES = ("vi", "en")
TEXTS = ("title", "question", "source")


class Translated(str):
    """The text in the language read; it merges, travels and is written as one text. `texts` has it in each."""

    texts: Mapping[str, str]

    def __new__(cls, text: str, texts: Mapping[str, str] | None = None) -> Translated:
        """`texts` is missing where a copy is made, which gets it afterwards."""
        made = super().__new__(cls, text)
        made.texts = dict(texts or {})
        return made


def told_in(tables: Tables, language: str, where: str) -> Tables:
    """The tables with every text in a language; ScenarioError, begun with `where`, for one that lacks a language."""
    return {key: _told(key, value, language, f"{where}: {key}") for key, value in tables.items()}


def _told(key: str, value: Any, language: str, where: str) -> Any:
    if not isinstance(value, dict):
        return value
    if key not in TEXTS or not value.keys() & set(LANGUAGES):
        return {
            name: _told(name, part, language, f"{where}.{name}") if isinstance(part, dict) else part
            for name, part in value.items()
        }
    if value.keys() != set(LANGUAGES) or not all(isinstance(text, str) for text in value.values()):
        raise ScenarioError(
            f'{where}: has texts in {" and ".join(value)}; write one text, or {{ vi = "…", en = "…" }}'
        )
    return Translated(value[language], value)


def translations(tables: Tables) -> dict[str, dict[str, str]]:
    """Of each language the texts that are given in both, by their dotted paths."""
    found = {".".join(leaf): text.texts for leaf, text in leaves(tables) if isinstance(text, Translated)}
    return {code: {path: texts[code] for path, texts in found.items()} for code in LANGUAGES}


def in_each(text: str, change: Callable[[str], str]) -> str:
    """The text changed, in both languages if it has both."""
    if not isinstance(text, Translated):
        return change(text)
    return Translated(change(text), {code: change(own) for code, own in text.texts.items()})
