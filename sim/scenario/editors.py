"""What may stand in scenario files, for editors."""

from __future__ import annotations

from typing import Any

from sim.scenario.domain import Scenario


def schema() -> dict[str, Any]:
    """JSON schema of scenario files for editors; nothing is required, since a file may extend another."""
    tables = Scenario.model_json_schema(by_alias=True)
    for noun in (tables, *tables["$defs"].values()):
        noun.pop("required", None)
    names = {"type": "string", "minLength": 1}
    tables = _or_belief(tables)
    tables["properties"]["extends"] = names | {"description": "The parent scenario's file name."}
    tables["properties"]["without"] = {
        "type": "array",
        "description": "What is taken away from the parent, by its path; a star stands for any letters.",
        "items": names,
    }
    tables["properties"]["catalogue"] = {
        "type": "object",
        "description": "For a site, the CSV file with its procedures.",
        "additionalProperties": names,
    }
    return tables


def _or_belief(node: Any) -> Any:
    """The schema where beliefs stand for numbers, too."""
    if isinstance(node, list):
        return [_or_belief(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") in ("number", "integer"):
        inner = {key: value for key, value in node.items() if key != "default"}
        outer = {key: value for key, value in node.items() if key == "default"}
        return outer | {"anyOf": [inner, {"type": "string", "pattern": r"^belief\(.*\)$"}]}
    return {key: _or_belief(value) for key, value in node.items()}
