import numpy as np
import pytest
from work import calls

from matcalc.errors import ShapeError
from matcalc.expression import Formula, parse_declarations, read_formula
from matcalc.plan import evaluate


def read(formula: str, variables: str) -> Formula:
    declared = parse_declarations(variables)
    return read_formula(formula, {name: one.variable for name, one in declared.items()})


@pytest.mark.parametrize(
    ("formula", "variables", "forced"),
    [
        ("A @ x", "A[m,n] x[k]", {"k": "n"}),
        ("A @ x", "x[k] A[m,n]", {"n": "k"}),
        ("A @ x", "A[2,3] x[k]", {"k": 3}),
        ("A @ x", "A[m,2*n] x[k]", {"k": "2*n"}),
        ("A @ x", "A[m,2*n] x[6]", {"n": 3}),
        ("x + y + z", "x[a] y[b] z[3]", {"a": 3, "b": 3}),
        ("vec(X) + y", "X[m,n] y[k]", {"k": "m*n"}),
        ("kron(x, y) + z", "x[a] y[b] z[3*b]", {"a": 3}),
        ("A @ inv(S)", "A[m,n] S[k,k]", {"k": "n"}),
        ("A @ eye(k)", "A[m,n]", {"k": "n"}),
        ("X @ W + b", "X[m,k] W[q,n] b[p]", {"q": "k", "p": "n"}),
        ("x @ A @ y", "x[p] A[m,n] y[q]", {"m": "p", "q": "n"}),
        ("softmax(W @ x) - y", "W[m,n] x[a] y[b]", {"a": "n", "b": "m"}),
        ("concatenate(A, B)", "A[m,n] B[p,q]", {"q": "n"}),
        ("layer_norm(x, g, b)", "x[n] g[p] b[q]", {"p": "n", "q": "n"}),
        ("cross(x, y)", "x[n] y[3]", {"n": 3}),
        (
            "lstm_hidden(x, h, c, W, U, b)",
            "x[d] h[n] c[p] W[4*n,e] U[q,r] b[s]",
            {"e": "d", "r": "n", "q": "4*n", "s": "4*n", "p": "n"},
        ),
    ],
)
def test_a_formula_forces_sizes_to_be_equal(
    formula: str, variables: str, forced: dict[str, object]
) -> None:
    found = read(formula, variables)
    assert found.forced == forced
    assert [note for note in found.notes if "forces" in note] == [
        f"the formula forces {name} = {size}" for name, size in found.forced.items()
    ]
    for name, symbol in found.symbols.items():
        assert symbol.shape == found.variables[name].shape
        assert not {str(size) for size in symbol.shape} & forced.keys()


def test_a_size_that_was_forced_is_that_size_as_a_number_too() -> None:
    found = read("A @ x + sum(x) / k", "A[m,n] x[k]")
    assert found.node is read("A @ x + sum(x) / n", "A[m,n] x[n]").node
    found = read("sum(x) / k + y.T @ x", "x[k] y[3]")
    assert evaluate(found.node, {"x": np.ones(3), "y": np.ones(3)}) == 4.0


@pytest.mark.parametrize(
    ("formula", "variables"),
    [
        ("A @ x", "A[2,3] x[4]"),
        ("A @ x", "A[m,1] x[n]"),
        ("A @ x", "A[m,n] x[n+1]"),
        ("A @ x", "A[m,n] x[2*n]"),
        ("A @ x", "A[m,2*n] x[7]"),
        ("A @ b", "A[m,n] b[m]"),
        ("A + B", "A[m,n] B[n,m]"),
        ("A @ x + A.T @ x", "A[m,n] x[k]"),
        ("quadratic_form(x, A)", "x[k] A[m,n]"),
    ],
)
def test_what_cannot_be_equal_is_refused(formula: str, variables: str) -> None:
    with pytest.raises(ShapeError):
        read(formula, variables)


def test_a_conflict_points_at_what_forced_the_size_before() -> None:
    with pytest.raises(ShapeError) as caught:
        read("A @ x + B @ x", "A[m,3] B[m,4] x[k]")
    assert str(caught.value) == (
        "B @ x does not fit: B is m×4, x is 3×1: 4 against 3; A @ x forces k = 3\n"
        "  A @ x + B @ x\n"
        "  ^^^^^   ^   ^"
    )


def test_many_sizes_are_made_equal_quickly() -> None:
    layers = "; ".join(f"a{k + 1} = relu(W{k} @ a{k})" for k in range(300))
    variables = " ".join(["a0[n]", *(f"W{k}[m{k},n{k}]" for k in range(300))])
    formulas: list[Formula] = []
    assert calls(lambda: formulas.append(read(f"{layers}; sum(a300)", variables))) < 2_000_000
    assert len(formulas[0].forced) == 300


def test_sizes_that_are_made_equal_again_and_again_come_to_an_end() -> None:
    terms = " + ".join(f"x{k}" for k in range(900))
    variables = " ".join(f"x{k}[n{k}]" for k in reversed(range(900)))

    def refused() -> None:
        with pytest.raises(ShapeError, match="use the same names"):
            read(terms, variables)

    assert calls(refused) < 8_000_000
