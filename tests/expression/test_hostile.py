"""What strangers type is read or refused, quickly, and never by another exception than ours."""

import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from matcalc.errors import MatcalcError
from matcalc.expression import parse_declarations, read_formula
from matcalc.operations import RULES
from matcalc.variables import Variable

ORACLE = Path(__file__).resolve().parents[3] / "shared" / "oracle"
SECONDS, BYTES = 0.2, 50_000_000
LOOP = 0.022  # seconds of the loop on a machine that does nothing else
VARIABLES = {
    "A": Variable("A", ("n", "n")),
    "B": Variable("B", ("n", "m")),
    "X": Variable("X", (3, 3)),
    "x": Variable("x", ("n",)),
    "y": Variable("y", ("k",)),
    "s": Variable("s", ()),
}
WRITTEN = [
    "(" * 10_000,
    "(" * 10_000 + "x" + ")" * 10_000,
    "x + " * 500_000 + "x",
    "9**9**9",
    "2**(2**(2**64))",
    "9**64**64",
    "(1e300)**64",
    "*".join(["1e300"] * 5000),
    "*".join(["1e-300"] * 5000),
    "((((9**64)**64)**64)**64)**64",
    "((((x**64)**64)**64)**64)**64",
    "; ".join(["a0 = x", *(f"a{k + 1} = a{k}**64" for k in range(500)), "sum(a500)"]),
    "; ".join(["a0 = n", *(f"a{k + 1} = a{k}**64" for k in range(500)), "sum(x) * a500"]),
    "; ".join(["a0 = x", *(f"a{k + 1} = kron(a{k}, a{k})" for k in range(500)), "a500"]),
    "; ".join(["a0 = X", *(f"a{k + 1} = vec(a{k}) @ vec(a{k}).T" for k in range(500)), "a500"]),
    "; ".join(["a0 = y", *(f"a{k + 1} = concatenate(a{k}, x)" for k in range(400)), "a400"]),
    " + ".join(f"1/{10**30 + k}" for k in range(3000)),
    " + ".join(f"x/{10**30 + k}" for k in range(1000)),
    "power(2*x, 1000000000)",
    "pow(2, 1000000000)",
    "matrix_power(2*A, 64) ** 64",
    "matrix_power(A, 10**9)",
    "levi_civita(1000)",
    "ones((" + ", ".join(["n"] * 5000) + "))",
    "а + x",  # a Cyrillic letter
    "x * ３",  # a full-width digit
    "x\u202e + s",
    "x\x00",
    "x" * 99_999,
    "x" + "'" * 50_000,
    "-" * 19_000 + "x",
    "x.T" + ".T" * 9_000,
    "; ".join(f"a{k} = x" for k in range(4000)),
    "f(" * 90 + "x" + ")" * 90,
    'einsum("' + "i" * 50_000 + '->", A)',
    'rearrange(A, "' + "(" * 20_000 + '->", i=3)',
]


def hostile() -> list[str]:
    path = ORACLE / "hostile.txt"
    listed = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [*listed, *WRITTEN]


def outcome(formula: str) -> str:
    try:
        read_formula(formula, VARIABLES)
    except MatcalcError as error:
        return str(error)
    return ""


def seconds(run: Callable[[str], object], formula: str) -> float:
    """The best of four runs, as on a machine that is not busy.

    A processor that is shared is slower at times, which a loop of known length tells. What the
    test runner keeps is not looked through for garbage meanwhile.
    """
    taken = []
    gc.freeze()
    while len(taken) < 4 and min(taken, default=SECONDS) >= SECONDS:
        pace = processor(loop)
        spent = processor(lambda: run(formula))
        taken.append(spent / max(1.0, min(pace, processor(loop)) / LOOP))
    gc.unfreeze()
    return min(taken)


def processor(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def loop() -> None:
    made: dict[int, object] = {}
    for k in range(100_000):
        made[k & 1023] = (k, made.get(k & 511))


@pytest.mark.parametrize("formula", hostile(), ids=lambda formula: ascii(formula[:40]))
def test_what_is_hostile_is_read_or_refused_at_once(formula: str) -> None:
    said = outcome(formula)
    assert seconds(outcome, formula) < SECONDS
    assert all(character.isprintable() or character == "\n" for character in said)


@pytest.mark.parametrize(
    "formula", [one for one in hostile() if len(one) > 40], ids=lambda formula: ascii(formula[:40])
)
def test_what_is_hostile_needs_little_memory(formula: str) -> None:
    tracemalloc.start()
    try:
        outcome(formula)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("formula", hostile(), ids=lambda formula: ascii(formula[:40]))
def test_hostile_declarations_are_read_or_refused_at_once(formula: str) -> None:
    def declared(text: str) -> None:
        with suppress(MatcalcError):
            parse_declarations(text)

    assert seconds(declared, formula) < SECONDS


PIECES = [
    *VARIABLES,
    *("n", "m", "k", "q", "g", "bb", "+", "-", "*", "/", "@", "**", "(", ")", ",", ";", "=", "'"),
    *(".T", '"ij->i"', '"F"', "0", "1", "2", "-1", "64", "1e300", "1e-300", "0.5", "1/3", " ", "."),
    *("axis=", "k=", "order=", "start=", "stop=", "shape=", "i=", "eye(", "ones(", "tr("),
    *(f"{name}(" for name in RULES),
]


@pytest.mark.parametrize("seed", range(8))
def test_random_pieces_are_read_or_refused(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(300):
        outcome(" ".join(chosen.choices(PIECES, k=chosen.randint(1, 14))))


def expression(chosen: random.Random, depth: int) -> str:
    """A formula that can be parsed, of any operations of any arguments."""
    kind = chosen.randrange(8) if depth else 0
    if kind < 2:
        return chosen.choice([*VARIABLES, "n", "k", "2", "0.5", "-1", "1e300", '"F"'])
    inner = [expression(chosen, depth - 1) for _ in range(3)]
    if kind < 4:
        return f"({inner[0]}) {chosen.choice(['+', '-', '*', '/', '@', '**'])} {inner[1]}"
    if kind == 4:
        return f"({inner[0]}).T"
    name = chosen.choice([*RULES, "eye", "ones", "g"])
    taken = len(RULES[name].operands) if name in RULES else chosen.randrange(3)
    parameters = list(RULES[name].parameters) if name in RULES else []
    extra = [f"{one}={inner[2]}" for one in parameters if chosen.random() < 0.5]
    return f"{name}({', '.join([*(inner * 2)[:taken], *extra])})"


@pytest.mark.parametrize("seed", range(8))
def test_random_expressions_are_read_or_refused(seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - nothing secret
    for _ in range(150):
        outcome(expression(chosen, 3))
