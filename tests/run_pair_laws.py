# ruff: noqa: S311, BLE001 - random for tests; a script that prints and goes on

"""Runs the law of pairs whole, or a share of it, and says which forms of which pairs fail.

    python tests/run_pair_laws.py --share 0/8 --forms text,einsum,unicode --out faults.jsonl

Pairs come in a random order, so that a run that is stopped was a sample. Each line of ``--out``
is one pair with what failed; ``progress`` lines say how many were held.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

from pair_laws import FORMS, LAYOUTS, faults, measured_case, varied
from rule_pairs import Nested, pairs, triple


def formulas(arguments: argparse.Namespace) -> Iterator[tuple[str, Nested | None]]:
    """The pairs of a share in random order, or triples."""
    part, parts = map(int, arguments.share.split("/"))
    if arguments.triples:
        for k in range(part, arguments.triples, parts):
            yield f"triple {k}", triple(Random(f"triple {k}"))
        return
    every = list(pairs())
    Random(0).shuffle(every)
    for pair in every[part::parts]:
        yield str(pair), pair.nested()


def checked(name: str, found: Nested, forms: list[str], seed: int) -> tuple[dict[str, str], str]:
    """What fails for one formula, and what it was; the last is empty where it is not held."""
    random = Random(f"{seed} {name}")
    found = varied(found, random)
    wrt, layout = random.choice(list(found.variables)), random.choice(LAYOUTS)
    about = f"{found.text} | {found.declarations} | {wrt} | {layout}"
    try:
        case = measured_case(found, wrt, layout, seed)
    except Exception as error:
        return {"derive": f"{type(error).__name__}: {error}"}, about
    return (faults(case, forms), about) if case else ({}, "")


def main() -> None:
    """Run, print progress, and write what fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", default="0/1")
    parser.add_argument("--forms", default="node,text,einsum,unicode,products,numpy,compiled")
    parser.add_argument("--triples", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    forms = arguments.forms.split(",")
    assert set(forms) <= set(FORMS)
    counts: Counter[str] = Counter()
    start = time.monotonic()
    with arguments.out.open("a", encoding="utf-8") as out:
        for name, found in formulas(arguments):
            failed, about = checked(name, found, forms, arguments.seed) if found else ({}, "")
            counts["held" if about else "no point"] += 1
            counts.update(list(failed))
            if failed:
                print(json.dumps({"pair": name, "formula": about, "failed": failed}), file=out)
            if sum(counts[k] for k in ("held", "no point")) % 200 == 0:
                print(json.dumps({"progress": counts, "s": time.monotonic() - start}), file=out)
                out.flush()
        print(json.dumps({"progress": counts, "s": time.monotonic() - start}), file=out)


if __name__ == "__main__":
    main()
