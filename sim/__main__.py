"""The command `sim` and ``python -m sim``: nothing is imported before Ctrl-C can be answered."""

from __future__ import annotations

import gc

STOPPED = 130  # exit code of a command that Ctrl-C ended
GARBAGE = 10_000  # objects more than before, when the collector looks among the young ones; Python's own: 700


def main() -> None:
    """Run the command."""
    # Modules live as long as the process: looking for garbage in them took a fifth of the time to the first result.
    gc.disable()
    try:
        from sim.cli import main as command
    except KeyboardInterrupt:
        raise SystemExit(STOPPED) from None
    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    try:
        command()
    finally:
        gc.freeze()  # nor is anything looked for among what ends with the process


if __name__ == "__main__":
    main()
