"""How far a study is, while it runs: a bar with rate and time left, warnings, and after a stop how to go on."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn, TextIO

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from sim.report.console import console
from sim.report.language import Language
from sim.study.campaign import Progress as Report

STOPPED = 130  # exit code of a command that Ctrl-C ended


@contextmanager
def progress(say: Language, store: Path | None = None) -> Iterator[Report]:
    """A bar on the standard error; after Ctrl-C, what is kept in the store is told, and the command ends."""
    screen = console(stderr=True)
    columns = (
        TextColumn(say("run.progress")),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(say),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal)
    with warnings.catch_warnings(), bar:
        warnings.showwarning = lambda message, *_, **__: screen.print(str(message), soft_wrap=True)
        task = bar.add_task("", total=None)
        try:
            yield lambda done, total: bar.update(task, completed=done, total=total)
        except KeyboardInterrupt:
            screen.print(_stopped(bar.tasks[task], store, say), soft_wrap=True)
            raise SystemExit(STOPPED) from None


def end_at_once(*screens: TextIO) -> NoReturn:
    """End this process without waiting for what threads are still at: replications, or compiling the engine.

    Nothing is to be kept any more: the store is closed, and it is whole.
    """
    with suppress(OSError):
        for screen in screens:
            screen.flush()
    os._exit(STOPPED)


def _stopped(task: Task, store: Path | None, say: Language) -> str:
    if not task.completed:
        return say("run.stopped_early")
    told = say("run.stopped", done=f"{task.completed:.0f}", total=f"{task.total or 0:.0f}")
    return f"{told} {say('run.not_kept') if store is None else say('run.kept', store=str(store))}"


class _Rate(ProgressColumn):
    """Replications per second, over the last half minute."""

    def __init__(self, say: Language) -> None:
        super().__init__()
        self._say = say

    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{self._say.number(task.speed)}/s")
