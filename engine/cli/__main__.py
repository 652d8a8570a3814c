"""Where the command begins: it imports everything else inside, so that Ctrl-C during the start is no traceback."""

from __future__ import annotations

import contextlib
import os
import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """The console script."""
    try:
        from engine.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("aeroflow: interrupted\n")
        _leave()
    except SystemExit as ended:
        if ended.code == EXIT_INTERRUPTED:
            _leave()
        raise


def _leave() -> None:
    """Ends the process. Python would end it by the signal instead, with another exit code, if Ctrl-C had come while it
    compiled a text, as each dataclass that is imported does."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(EXIT_INTERRUPTED)


if __name__ == "__main__":
    main()
