"""The command `sim` and ``python -m sim``: nothing is imported before Ctrl-C can be answered."""

from __future__ import annotations

import gc
import os
import signal

STOPPED = 130  # exit code of a command that Ctrl-C ended
GARBAGE = 10_000  # objects more than before, when the collector looks among the young ones; Python's own: 700


def main() -> None:
    """Run the command."""
    answered = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if answered:  # and not ignored, as in the background of a script
        # Nothing is to be tidied up yet; an exception would be lost in a callback, such as those of locks on modules.
        signal.signal(signal.SIGINT, lambda *_: os._exit(STOPPED))
    # Modules live as long as the process: looking for garbage in them took a fifth of the time to the first result.
    gc.disable()
    from sim.cli import main as command

    gc.freeze()
    gc.set_threshold(GARBAGE)
    gc.enable()
    if answered:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        command()
    finally:
        gc.freeze()  # nor is anything looked for among what ends with the process


if __name__ == "__main__":
    main()
