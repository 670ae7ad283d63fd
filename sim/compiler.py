"""Numba, or plain Python where Numba is missing or broken: the same numbers, slowly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast, overload

import numpy as np

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


def lowest_bit(bits: np.uint64) -> np.uint64:
    """Which is the lowest bit set, 0 for the first: one instruction where it is compiled. `bits` is not 0."""
    whole = int(bits)
    return np.uint64((whole & -whole).bit_length() - 1)


try:
    from numba import extending, types
    from numba import njit as _njit

    njit, register_jitable = cast(Decorator, _njit), cast(Decorator, extending.register_jitable)

    def _one_instruction(_typing: Any, bits: Any) -> Any:
        def code(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

        return bits(bits), code

    _trailing_zeros: Any = extending.intrinsic(_one_instruction)

    def _compiled(bits):  # type: ignore[no-untyped-def]  # as Numba asks of what stands for another function
        return lambda bits: _trailing_zeros(bits)

    extending.overload(lowest_bit)(_compiled)
except Exception as error:  # a broken installation may raise anything
    MISSING = f"{type(error).__name__}: {error}"

    def _plain(function: Any = None, **_options: Any) -> Any:
        return _plain if function is None else function

    njit = register_jitable = _plain
