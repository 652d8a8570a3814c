"""Where the command begins: it imports everything else inside, so that Ctrl-C during the start is no traceback."""

from __future__ import annotations

import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """The console script."""
    try:
        from engine.cli.main import main as run
    except KeyboardInterrupt:
        sys.stderr.write("aeroflow: interrupted\n")
        sys.exit(EXIT_INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
