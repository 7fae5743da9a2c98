"""Compare random chains with dense NumPy references: ``run_random_chains.py 10000 [seed]``."""

# ruff: noqa: S311, T201, BLE001 - a script that prints, and goes on after a failure

import sys
import time
from random import Random

from random_chains import check, random_chain


def main(count: int, first: int) -> int:
    """Check ``count`` chains; the seed of each one that fails is printed."""
    began = time.perf_counter()
    failed = [seed for seed in range(first, first + count) if not _passes(seed)]
    took = time.perf_counter() - began
    print(f"{count - len(failed)} of {count} random chains agree, in {took:.0f} s")
    return 1 if failed else 0


def _passes(seed: int) -> bool:
    random = Random(seed)
    try:
        check(random_chain(random), random)
    except Exception as error:
        print(f"seed {seed}: {type(error).__name__}: {str(error)[:600]}", flush=True)
        return False
    return True


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [1000, 0][len(arguments) :])))
