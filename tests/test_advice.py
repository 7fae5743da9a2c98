"""Advice holds: each suggestion that an error makes is applied, and what comes out reads and fits.

A corpus of wrong inputs is made from right ones by the slips that people make. MATCALC_LAW_CASES
sets how many are drawn.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import matcalc as mc
from matcalc.errors import MatcalcError, ShapeError, Suggestion
from matcalc.expression import Formula, read_formula
from matcalc.variables import Variable, parse_variable

CASES = int(os.environ.get("MATCALC_LAW_CASES", "300"))
ORACLE = Path(__file__).resolve().parents[2] / "shared" / "oracle" / "open.jsonl"
RIGHT = [
    ("x.T @ A @ x + b.T @ x", "x[n] A[n,n] b[n]"),
    ("norm(X @ b - y)**2", "X[m,n] b[n] y[m]"),
    ("tr(A.T @ B)", "A[m,n] B[m,n]"),
    ("sum((W3 @ a2 - y)**2) / 2", "W3[2,3] a2[3] y[2]"),
    ("(W3.T @ ((a3 - y) * a3 * (1 - a3))) @ a1.T", "W3[2,3] a3[2] y[2] a1[4]"),
    ("logdet(W @ W.T + s**2 * eye(n))", "W[n,k] s"),
    ("softmax(W @ x + b)", "W[m,n] x[n] b[m]"),
    ("sum(log(1 + exp(-t * (X @ w))))", "X[m,n] w[n] t[m]"),
    ("a.T @ inv(X) @ b", "a[n] X[n,n] b[n]"),
    ("d.T @ x * sqrt(a.T @ X @ b) * y.T", "d[n] x[n] a[m] X[m,p] b[p] y[q]"),
    ("tanh(V @ tanh(W @ x))", "V[p,m] W[m,n] x[n]"),
    ("norm(x) / (norm(x) + eps)", "x[n] eps"),
    ("kron(A, B) @ vec(X)", "A[m,n] B[p,q] X[q,n]"),
    ("mean((y - X @ w)**2) + lam * w.T @ w", "y[m] X[m,n] w[n] lam"),
]


def right() -> list[tuple[str, str]]:
    """Formulas in columns with their declarations."""
    if not ORACLE.exists():
        return RIGHT
    found = list(RIGHT)
    for line in ORACLE.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        shapes = {
            name: one["shape"] if isinstance(one, dict) else one
            for name, one in record["variables"].items()
        }
        declared = " ".join(
            f"{name}[{','.join(map(str, shape))}]" if shape else name
            for name, shape in shapes.items()
        )
        found.append((record.get("columns", record["expression"]), declared))
    return found


# The slips, each of a formula and its declarations.

Slip = Callable[[random.Random, str, list[str]], tuple[str, list[str]]]


def _replaced(rng: random.Random, formula: str, pattern: str, text: str) -> str:
    """One of the places that match, replaced."""
    places = list(re.finditer(pattern, formula))
    if not places:
        return formula
    one = rng.choice(places)
    return formula[: one.start()] + one.expand(text) + formula[one.end() :]


def _substitution(pattern: str, text: str) -> Slip:
    return lambda rng, formula, declared: (_replaced(rng, formula, pattern, text), declared)


def _misspelt(rng: random.Random, formula: str, declared: list[str]) -> tuple[str, list[str]]:
    names = list(re.finditer(r"[A-Za-z_]\w*", formula))
    one = rng.choice(names)
    word, k = one[0], rng.randrange(len(one[0]))
    changed = rng.choice([word[:k] + word[k + 1 :], word[:k] + word[k] + word[k:], word.title()])
    return formula[: one.start()] + changed + formula[one.end() :], declared


def _undeclared(rng: random.Random, formula: str, declared: list[str]) -> tuple[str, list[str]]:
    gone = rng.randrange(len(declared))
    return formula, declared[:gone] + declared[gone + 1 :]


def _resized(rng: random.Random, formula: str, declared: list[str]) -> tuple[str, list[str]]:
    k = rng.randrange(len(declared))
    changed = _replaced(rng, declared[k], r"(?<=[\[,])\w+(?=[\],])", rng.choice(["7", "u", "n"]))
    return formula, [*declared[:k], changed, *declared[k + 1 :]]


OTHER_NAMES = [
    (r"\btr\(", "Trace("),
    (r"\btr\(", "Tr("),
    (r"\binv\(", "inverse("),
    (r"\bdet\(", "Determinant("),
    (r"\blog\(", "Ln("),
    (r"\beye\(", "Identity("),
    (r"\bsigmoid\(", "expit("),
    (r"\bnorm\(", "norm2("),
]
SLIPS: dict[str, Slip] = {
    "a transpose left out": _substitution(r"\.T\b", ""),
    "a transpose too many": _substitution(r"\b([A-Za-z]\w?)\b(?![\w(])", r"\1.T"),
    "* for @": _substitution(r" @ ", r" * "),
    "@ for *": _substitution(r" \* ", r" @ "),
    "no operator": _substitution(r" [@*] ", " "),
    "a parenthesis left out": _substitution(r"[()]", ""),
    "^ for **": _substitution(r"\*\*", "^"),
    "' for .T": _substitution(r"\.T\b", "'"),
    "^T for .T": _substitution(r"\.T\b", "^T"),
    "a module": _substitution(r"\b(exp|log|sum|tanh|sqrt|norm)\(", r"np.\1("),
    "a name in other words": lambda rng, formula, declared: (
        _replaced(rng, formula, *rng.choice(OTHER_NAMES)),
        declared,
    ),
    "keepdims": _substitution(r"\b(sum|mean)\(([A-Za-z]\w?)\)", r"\1(\2, axis=1, keepdims=True)"),
    "dot": _substitution(r"\b([A-Za-z]\w?)(?:\.T)? @ ([A-Za-z]\w?)\b", r"dot(\1, \2)"),
    "a misspelt name": _misspelt,
    "nothing declared": _undeclared,
    "another size": _resized,
}


def wrong(count: int) -> list[tuple[str, str, list[str], tuple[str, list[str]]]]:
    """Slips of right formulas: the slip, formula and declarations, and both as they were."""
    rng, found = random.Random(4), right()  # noqa: S311 - repeatable draws
    drawn = []
    for _ in range(count):
        formula, declared = rng.choice(found)
        slip = rng.choice(list(SLIPS))
        words = declared.split()
        if words:
            drawn.append((slip, *SLIPS[slip](rng, formula, words), (formula, words)))
    return drawn


def read(formula: str, declared: list[str]) -> Formula:
    variables = [parse_variable(word) for word in declared]
    return read_formula(formula, {one.name: one for one in variables})


def assumed(formula: str, declared: list[str]) -> tuple[str, ...]:
    """What is assumed of a formula."""
    try:
        return read(formula, declared).assumptions
    except MatcalcError:
        return ()


def faults(
    error: MatcalcError, formula: str, declared: list[str], usual: Sequence[str] = ()
) -> list[str]:
    """What is wrong with an error and its suggestions."""
    found = [
        f"a line of {len(line)}: {line}" for line in str(error).split("\n")[1:] if len(line) > 80
    ]
    if isinstance(error, ShapeError) and error.stated.count("(") != error.stated.count(")"):
        found.append(f"a formula was cut: {error.stated}")
    for one in error.suggestions:
        found += [f"{one}: {fault}" for fault in _faults_of(one, formula, declared, usual)]
    return found


def _faults_of(
    one: Suggestion, formula: str, declared: list[str], usual: Sequence[str]
) -> list[str]:
    """What is wrong with the input that a suggestion makes; another mistake may stand elsewhere."""
    if one.kind == "declare":
        mended, words = formula, [*declared, *one.text.split()]
        names = {word.partition("[")[0] for word in one.text.split()}
        spans = [m.span() for m in re.finditer(r"[^\W\d]\w*", formula) if m[0] in names]
    else:
        mended, words = one.mended or "", declared
        start = one.place.start if one.place else 0
        spans = [(start, start + max(1, len(one.text)))]
    try:
        found = read(mended, words)
    except MatcalcError as error:
        met = any(p.start < stop and start < p.stop for p in error.places for start, stop in spans)
        return [f"{mended!r} does not read: {error}"] if met or not error.places else []
    said = [f"{mended!r} is read as one-dimensional arrays"] if not found.columns else []
    sizes = {str(size) for word in declared for size in parse_variable(word).shape}
    said += [f"{mended!r} forces {size}" for size in found.forced if size in sizes]
    notes = [note for note in found.assumptions if "every" in note and note not in usual]
    return said + [f"{mended!r}: {note}" for note in notes]


def test_every_suggestion_reads_and_fits() -> None:
    count: Counter[str] = Counter()
    found: list[str] = []
    for slip, formula, declared, right_one in wrong(CASES):
        try:
            read(formula, declared)
        except MatcalcError as error:
            count["refused"] += 1
            count["advised"] += bool(error.suggestions)
            count["suggestions"] += len(error.suggestions)
            found += [
                f"{slip}: {formula!r} {declared}: {one}"
                for one in faults(error, formula, declared, assumed(*right_one))
            ]
    assert not found, "\n".join([str(dict(count)), *found[:20]])
    assert count["refused"] > CASES // 3
    assert count["advised"] > count["refused"] // 2


@pytest.mark.parametrize(
    ("formula", "declared", "must", "never"),
    [
        ("trace(W*W.T)", "W[n,k]", "W @ W.T", "declare"),
        ("norm(X*b - y)**2", "X[m,n] b[n] y[m]", "X @ b", "diag"),
        ("tr(B*A)", "A[m,n] B[n,m]", "B @ A", "declare"),
        ("2*A @ (A @ x - b)", "A[m,n] x[n] b[m]", "(2*A).T @ (A @ x - b)", "declare"),
        ("d3 @ W3 @ r @ x.T", "d3[2] W3[2,3] r[3] x[2]", "", "write d3.T"),
        ("sum(kron(x, y, x))", "x[n] y[n]", "kron(kron(x, y), x)", "near"),
        ("Wx", "W[m,n] x[n]", "W @ x", "Wx["),
        ("det(W)", "W[m,n]", "takes", "declare"),
        ("x .^ 2", "x[n]", "write **", "T alone"),
        ("x.T*A*x", "x[n] A[n,n]", "write x.T@A@x for", "A.T @ x"),
        ("y.T * W * x + 3*s", "W[m,n] x[n] y[m] s", "write y.T @ W @ x for", "W.T @ y"),
        ("(A*x-b).T*(A*x-b)", "A[m,n] x[n] b[m]", "write (A@x-b).T@(A@x-b) for", "A @ x"),
        ("tanh(V * tanh(W * x))", "V[2,3] W[3,2] x[2]", "write V @ tanh(W @ x) for", "diag"),
        ("logdet(A + lam*I)", "A[n,n]", "declare lam", "n_I"),
        ("logdet(A + lam*I)", "lam", "declare A[", "n_I"),
        ("sum(x_i * y)", "x[n] y[n]", "near: x", "declare x"),
        ("sum(x_i * y_i)", "x[n] y[n]", "near: x", "declare x"),
        ("(W @ x > 0) * b", "W[m,n] x[n] b[m]", "write step(W @ x)", "write step(x)"),
        ("b * x > 0", "x[n] b[n]", "there are no comparisons", "write"),
        ("kl(p, q)", "p[n] q[n]", "no rule 'kl'", "declared"),
        ("g(p, q)", "p[n] q[n]", "takes one argument", "declare"),
        ("π * x", "x[n]", "write pi()", "declare π"),
        ("A \\ b", "A[n,n] b[n]", "write solve(A, b)", "\\\\"),
        ("sum(reshape(X, (6,)))", "X[3,2]", 'rearrange("i j -> (i j)", X)', "missing"),
    ],
)
def test_what_was_meant_is_offered(formula: str, declared: str, must: str, never: str) -> None:
    with pytest.raises(MatcalcError) as caught:
        read(formula, declared.split())
    assert must in caught.value.message
    assert never not in caught.value.message
    assert not faults(caught.value, formula, declared.split())


def test_an_undeclared_name_is_declared_so_that_the_formula_fits() -> None:
    with pytest.raises(MatcalcError) as caught:
        read("sum((W @ x - y)**2)", ["x[n]", "y[m]"])
    assert [one.text for one in caught.value.suggestions] == ["W[m,n]"]
    variables = {"x": Variable("x", ("n",)), "W": Variable("W", ("m", "n"))}
    assert read_formula("W @ x", variables).node.shape == ("m",)


CLAIMS = [
    ("sum((a3 - y)**2)/2", "a3", "((a3 - y) * a3 * (1-a3)) @ W3 * ones(3) @ a1.T", []),
    ("sum((tanh(W3 @ (W2 @ x)) - y)**2)/2", "W2", "(a3 - y) @ W3 @ r @ x.T", []),
    (
        "sum((tanh(W3 @ (W2 @ x)) - y)**2)/2",
        "W2",
        "(a3 - y) @ W3 * r @ x.T",
        ["W3.T @ (a3 - y) * r @ x.T"],
    ),
    ("sum((tanh(W3 @ (W2 @ x)) - y)**2)/2", "W2", "x.T @ (a3 - y) * W3", []),
    ("sum((tanh(W3 @ (W2 @ x)) - y)**2)/2", "x", "W2 @ W3 @ (a3 - y)", []),
    ("sum((tanh(W3 @ (W2 @ x)) - y)**2)/2", "W3", "(a3 - y) * r", ["(a3 - y) @ r.T"]),
]
OF_CLAIMS = "a3[2] y[2] W3[2,3] W2[3,4] x[4] r[3] a1[4]"


@pytest.mark.parametrize(("expression", "wrt", "formula", "leads_to"), CLAIMS)
def test_obeying_advice_never_makes_a_claim_of_another_shape(
    expression: str, wrt: str, formula: str, leads_to: list[str]
) -> None:
    shape = {one.name: one.shape for one in map(parse_variable, OF_CLAIMS.split())}[wrt]
    used = re.findall(r"[A-Za-z]\w*", f"{expression} {formula}")
    declared = [word for word in OF_CLAIMS.split() if word.partition("[")[0] in [*used, wrt]]
    waiting, obeyed = [(formula, 0)], []
    while waiting:
        claim, depth = waiting.pop()
        try:
            mc.identify(expression, formula=claim, wrt=wrt, variables=declared)
        except MatcalcError as error:
            mended = [one.mended for one in error.suggestions if one.mended]
            waiting += [(one, depth + 1) for one in mended if depth < 3]
            continue
        if depth:
            obeyed.append(claim)
            found = read(claim, declared).node.shape
            assert sorted(size for size in found if size != 1) == sorted(shape), claim
    assert obeyed == leads_to
