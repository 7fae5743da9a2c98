"""Print what is answered to neighbours of true formulas: ``print_answers.py 3 [backwards]``.

A line each: the claim, then all that is answered, as a digest.
"""

# ruff: noqa: T201 - a script that prints

import hashlib
import sys
from dataclasses import asdict

from neighbours import neighbours, sampled

import matcalc as mc

TRUTHS = (
    ("sum(relu(A @ x)**2) / 2", "x", "x[n] A[m,n]", "A.T @ (step(A @ x) * (A @ x))"),
    ("norm(A @ x - b)**2", "x", "x[n] A[m,n] b[m]", "2 * A.T @ (A @ x - b)"),
    ("det(X)", "X", "X[n,n]:invertible", "det(X) * inv(X).T"),
    ("c.T @ softmax(A @ x)", "x", "x[n] A[m,n] c[m]",
     "A.T @ (softmax(A @ x) * c - softmax(A @ x) * (softmax(A @ x).T @ c))"),
)  # fmt: skip


def main(count: int, *, backwards: bool) -> None:
    """Check some neighbours of each formula, in order or from the last to the first."""
    asked = [
        (of, wrt, variables, claim)
        for of, wrt, variables, true in TRUTHS
        for claim in sampled(neighbours(true, ["A", "x", "b", "c", "X"]), count, seed=1)
    ]
    lines = {each: answered(*each) for each in (asked[::-1] if backwards else asked)}
    for each in asked:
        print(each[-1], lines[each])


def answered(of: str, wrt: str, variables: str, claim: str) -> str:
    """All that is answered, as a digest."""
    try:
        found = asdict(mc.check_formula(claim, of=of, wrt=wrt, variables=variables))
    except mc.MatcalcError as error:
        return str(error).replace("\n", " ")
    return found["verdict"] + " " + hashlib.sha256(repr(found).encode()).hexdigest()[:10]


if __name__ == "__main__":
    main(int(sys.argv[1]), backwards="backwards" in sys.argv)
