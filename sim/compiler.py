"""Numba, or plain Python where Numba is missing or broken: the same numbers, slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast, overload

Function = TypeVar("Function", bound=Callable[..., Any])


class Decorator(Protocol):
    """A decorator that changes how a function runs, not what it is; with or without options."""

    @overload
    def __call__(self, function: Function, /) -> Function: ...
    @overload
    def __call__(self, **options: Any) -> Callable[[Function], Function]: ...


MISSING = ""  # why Numba cannot be loaded; empty: it can
njit: Decorator
register_jitable: Decorator

try:
    from numba import extending
    from numba import njit as _njit

    njit, register_jitable = cast(Decorator, _njit), cast(Decorator, extending.register_jitable)
except Exception as error:  # a broken installation may raise anything
    MISSING = f"{type(error).__name__}: {error}"

    def _plain(function: Any = None, **_options: Any) -> Any:
        return _plain if function is None else function

    njit = register_jitable = _plain
