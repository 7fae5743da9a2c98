# ruff: noqa: T201 - a script that prints

"""Writes formulas as people do, reads them, and says what was refused or read as something else.

    python tests/run_renderings.py FILE.jsonl... --each 3 --notations latex,plain --out failed.jsonl

Each record has an ``expression``, or a ``claim`` that is right, and ``variables``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.renderings import NOTATIONS, Case, cases, outcome


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--each", type=int, default=1)
    options.add_argument("--notations", default=",".join(NOTATIONS))
    options.add_argument("--share", default="0/1")
    options.add_argument("--seed", default="")
    options.add_argument("--out", type=Path)
    options.add_argument("--shown", type=int, default=10)
    chosen = options.parse_args()
    records = [json.loads(line) for file in chosen.files for line in file.open(encoding="utf-8")]
    part, parts = map(int, chosen.share.split("/"))
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    constructs: dict[str, Counter[str]] = defaultdict(Counter)
    failed: list[tuple[str, str, Case]] = []
    for case in cases(records[part::parts], chosen.notations.split(","), chosen.each, chosen.seed):
        kind, said = outcome(case)
        row = f"{case.notation}{'' if case.variables else ', nothing declared'}"
        counted[row][kind] += 1
        for one in case.used:
            constructs[f"{case.notation}: {one}"][kind] += 1
        if kind != "same":
            failed.append((kind, said, case))
    for row, counts in counted.items():
        total = sum(counts.values())
        print(f"{row:30} {100 * counts['same'] / total:5.1f} % of {total:5}", dict(counts))
    print("\nconstructs")
    worst = sorted(constructs.items(), key=lambda one: -(one[1].total() - one[1]["same"]))
    for construct, counts in worst[:60]:
        bad = counts.total() - counts["same"]
        if bad > 0.06 * counts.total():
            print(f"{100 * bad / counts.total():5.1f} % of {counts.total():5}  {construct}")
    if chosen.out:
        with chosen.out.open("w", encoding="utf-8") as out:
            for kind, said, case in sorted(
                failed, key=lambda one: (one[0], one[2].notation, one[1])
            ):
                out.write(
                    json.dumps(
                        {"kind": kind, "said": said, **case._asdict()},
                        default=sorted,
                        ensure_ascii=False,
                    )
                    + "\n"
                )


if __name__ == "__main__":
    main()
