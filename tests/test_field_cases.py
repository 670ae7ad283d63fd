"""Cases from the field: small inputs whose right values were worked out elsewhere (tests/field/README.md)."""

from pathlib import Path

FIELD = Path(__file__).parent / "field"


def test_each_case_is_described() -> None:
    described = (FIELD / "README.md").read_text()
    assert all(
        f"`{path.name}" in described or f"`{path.name}/" in described
        for path in FIELD.iterdir()
        if path.suffix != ".md"
    )
