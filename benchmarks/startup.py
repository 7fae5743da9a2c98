"""How long it takes to start, beside what it is compared with.

The claims: ``matcalc shape 'z[3] / x[2]'`` takes at most 1.3 times as long as importing typer,
and ``import matcalc`` at most 5 ms longer than importing NumPy. Each pair runs in turns, so that
a busy machine slows both; the median of the runs counts.

Run it with ``python benchmarks/startup.py``.
"""

import os
import subprocess
import sys
from compileall import compile_dir
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter

RUNS = 41
SHAPE = (
    "import sys; sys.argv[1:] = ['shape', 'z[3] / x[2]']; from matcalc_cli.app import main; main()"
)


def milliseconds(program: str) -> float:
    """One run of a program in a fresh Python."""
    started = perf_counter()
    subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True
    )
    return 1000 * (perf_counter() - started)


def medians(*programs: str) -> list[float]:
    """The median time of each program, run in turns after one run to warm up."""
    runs = [[milliseconds(program) for program in programs] for _ in range(RUNS + 1)][1:]
    return [median(column) for column in zip(*runs, strict=True)]


def compile_packages() -> None:
    """Write bytecode, as installing a package does."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in ("matcalc", "matcalc_cli"):
        spec = find_spec(name)
        if spec is not None and spec.origin is not None:
            compile_dir(Path(spec.origin).parent, quiet=1)


def main() -> None:
    compile_packages()
    shape, typer = medians(SHAPE, "import typer")
    print(f"matcalc shape {shape:.1f} ms, import typer {typer:.1f} ms: {shape / typer:.2f} ×")
    matcalc, numpy = medians("import matcalc", "import numpy")
    more = matcalc - numpy
    print(f"import matcalc {matcalc:.1f} ms, import numpy {numpy:.1f} ms: {more:+.1f} ms")
    if shape > 1.3 * typer or more > 5:
        sys.exit("slower than claimed")


if __name__ == "__main__":
    main()
