"""Writes what the programs of corpus files do into these files, to be read by a person before it is committed.

python -m tests.conformance.write tests/conformance/section_3_types_and_values/slices_are_copies.aefl
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.conformance.corpus import build, observed, problems_in_words, read_corpus_file, rewritten


def main(paths: list[str]) -> None:
    """Rewrites the files, and shows what changed."""
    for path in map(Path, paths):
        file = read_corpus_file(path.resolve())
        lines = observed(file)
        print(f"{file.name}: {'as before' if lines == file.expected else 'changed'}")
        for line in (*lines, *problems_in_words(build(file))):
            print(f"    {line}")
        path.write_text(rewritten(file, lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
