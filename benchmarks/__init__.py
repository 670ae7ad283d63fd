"""How fast is it, beside the field's other engines? `make bench` measures; `docs/performance.md` shows."""
