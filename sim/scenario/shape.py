"""The shape of scenario files: what may stand at a path, read from the nouns themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from sim.scenario.domain import Procedure, Scenario
from sim.scenario.values import Part

Path = tuple[str | int, ...]


def kind_at(path: Iterable[str | int], root: type[Part] = Scenario) -> Any:
    """The annotation of the value at a path, or None where nothing can stand."""
    kind: Any = root
    for key in path:
        kind = _inside(kind, key)
    return kind


def part_at(path: Iterable[str | int], root: type[Part] = Scenario) -> type[Part] | None:
    """The noun whose table stands at a path, if it is one."""
    return next((kind for kind in _alternatives(kind_at(path, root)) if _is_part(kind)), None)


def keys_at(path: Iterable[str | int], root: type[Part] = Scenario) -> list[str]:
    """The keys that a table at a path knows, spelled as in files; none where names are free."""
    part = part_at(path, root)
    return keys(part) if part else []


def keys(part: type[Part]) -> list[str]:
    """The keys of a noun, spelled as in files."""
    return [field.alias or name for name, field in part.model_fields.items()]


def holds_tables(path: Iterable[str | int]) -> bool:
    """Whether the table at a path has named tables of one noun, such as `team`."""
    kinds = [get_args(kind)[1] for kind in _alternatives(kind_at(path)) if get_origin(kind) is dict]
    return any(_is_part(kind) for kind in kinds)


def is_whole(path: Iterable[str | int]) -> bool:
    """Whether a number at a path must be a whole one."""
    kinds = set(_alternatives(kind_at(path)))
    return int in kinds and float not in kinds


def procedure_columns() -> dict[str, tuple[Any, bool]]:
    """What a catalogue row can say of a procedure beside its code: key to (type, required)."""
    fields = Procedure.model_fields.items()
    return {
        name: (field.annotation, field.is_required())
        for name, field in fields
        if name not in ("site", "factor")
    }


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def _inside(kind: Any, key: str | int) -> Any:
    for option in _alternatives(kind):
        if _is_part(option):
            fields = option.model_fields.items()
            return next((field.annotation for name, field in fields if (field.alias or name) == key), None)
        if get_origin(option) is dict:
            return get_args(option)[1]
        if get_origin(option) is list and isinstance(key, int):
            return get_args(option)[0]
        if get_origin(option) is tuple and isinstance(key, int):
            return get_args(option)[key] if key < len(get_args(option)) else None
    return None


def _alternatives(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _alternatives(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for option in get_args(kind):
            yield from _alternatives(option)
    else:
        yield kind
