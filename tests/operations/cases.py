"""Every rule as a case: its signatures at sizes that all differ, points, and what must hold.

The checks raise ``AssertionError``; tests run them for every case, and prove that they notice.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from finite_differences import central_differences
from numpy.typing import NDArray
from operations.oracles import value_of
from random_chains import in_layout

import matcalc as mc
from matcalc.checking.registration import example_points
from matcalc.derivative import derivatives
from matcalc.graph import Node, symbol
from matcalc.jacobians.local import LocalRule
from matcalc.operations import RULES, Rule, parse_signature
from matcalc.plan import evaluate

Array = NDArray[np.float64]

#: Rules without numbers of their own: a function that has a name alone.
WITHOUT_NUMBERS = frozenset({"function", "mapped"})
#: Rules whose own derivative is not known, and those whose second derivative is not.
NO_FIRST_ORDER = frozenset({"products_of_other_pairs", "polar_factor", "top_singular"})
NO_SECOND_ORDER = frozenset({"products_of_others", "nuclear_norm", "spectral_norm"})


def _ends(x: Array, low: float = -1, high: float = 1) -> Array:
    return np.minimum(abs(x - float(low)), abs(x - float(high)))


#: Where a rule has a kink: these entries are kept away from 0.
KINKS: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("clip", "hardtanh"), _ends),
    "huber": lambda r, delta=1: abs(r) - float(delta),
    "huber_entries": lambda r, delta=1: abs(r) - float(delta),
    "hinge": lambda y, z: 1 - y * z,
    "maximum": lambda x, y: x - y,
    "minimum": lambda x, y: x - y,
}

#: Further signatures and parameters than those that the rules themselves give as examples.
VARIANTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("leaky_relu", "x[n]:nonzero -> y[n]", {"slope": Fraction(1, 3)}),
    ("elu", "x[n]:nonzero -> y[n]", {"alpha": Fraction(3, 2)}),
    ("clip", "X[m,n]:nonzero -> Y[m,n]", {"low": Fraction(-1, 2), "high": Fraction(3, 2)}),
    ("huber", "r[n]:nonzero -> L", {"delta": Fraction(1, 2)}),
    ("huber_entries", "r[n]:nonzero -> y[n]", {"delta": Fraction(1, 2)}),
    ("polygamma", "x[n]:positive -> y[n]", {"n": 3}),
    ("stumpff", "q[n]:positive -> c[n]", {"k": 2}),
    ("stumpff", "q[n]:positive -> c[n]", {"k": 3}),
    ("slice", "X[m,n] -> Y[m,1]", {"axis": 1, "start": 1, "stop": 2}),
    ("slice", "X[m,n,p] -> Y[m,n,2]", {"axis": -1, "start": 2, "stop": 4}),
    ("concatenate", "A[m,n] B[m,p] -> C[m,n+p]", {"axis": 1}),
    ("concatenate", "A[m,n] B[m,p] C[m,q] -> D[m,n+p+q]", {"axis": -1}),
    ("stack", "A[m,n] B[m,n] C[m,n] -> D[m,3,n]", {"axis": 1}),
    ("stack", "a[n] b[n] -> C[n,2]", {"axis": -1}),
    ("tril", "X[m,n] -> Y[m,n]", {"k": -1}),
    ("tril", "X[m,n] -> Y[m,n]", {"k": 1}),
    ("triu", "X[m,n] -> Y[m,n]", {"k": -1}),
    ("triu", "X[m,n] -> Y[m,n]", {"k": 1}),
    ("max", "X[m,n]:distinct -> y[n]", {"axis": 0}),
    ("min", "X[m,n]:distinct -> y[m]", {"axis": -1}),
    ("max_share", "X[m,n]:distinct -> S[m,n]", {"axis": 1}),
    ("prod", "X[m,n]:nonzero -> y[n]", {"axis": 0}),
    ("prod", "X[m,n]:nonzero -> y[m]", {"axis": -1}),
    ("prod", "x[n]:nonzero -> y", {"axis": None}),
    ("products_of_others", "X[m,n] -> Y[m,n]", {"axis": 1}),
    ("logsumexp", "X[m,n] -> y[n]", {"axis": 0}),
    ("logsumexp", "X[m,n] -> y[m]", {"axis": -1}),
    ("softmax", "X[m,n] -> Y[m,n]", {"axis": 0}),
    ("softmax", "X[m,n] -> Y[m,n]", {"axis": -1}),
    ("log_softmax", "X[m,n] -> Y[m,n]", {"axis": 0}),
    ("log_softmax", "X[m,n] -> Y[m,n]", {"axis": -1}),
    ("layer_norm", "X[m,n] gain[n] bias[n] -> Y[m,n]", {"eps": Fraction(1, 10)}),
    ("batch_norm", "X[m,n] gain[n] bias[n] -> Y[m,n]", {"eps": Fraction(1, 10)}),
    ("rms_norm", "X[m,n] gain[n] -> Y[m,n]", {"eps": Fraction(1, 10)}),
    ("matrix_power", "X[n,n]:invertible -> Y[n,n]", {"k": -2}),
    ("matrix_power", "X[n,n]:invertible -> Y[n,n]", {"k": 0}),
    ("matrix_power", "X[n,n] -> Y[n,n]", {"k": 1}),
    ("matrix_power", "X[n,n] -> Y[n,n]", {"k": 6}),
    ("solve_triangular", "L[n,n]:invertible b[n] -> x[n]", {"lower": 0}),
    ("svdvals", "A[3,2]:full_rank -> s[2]", {}),
    ("inv", "X[p,n,n]:invertible -> Y[p,n,n]", {}),
    ("det", "X[p,n,n]:invertible -> y[p]", {}),
    ("logdet", "X[p,n,n]:invertible -> y[p]", {}),
    ("pinv", "X[2,3]:full_rank -> P[3,2]", {}),
    ("matmul", "A[m,k] B[p,k,n] -> C[p,m,n]", {}),
    ("matmul", "A[p,m,k] x[k] -> Y[p,m]", {}),
    ("einsum", "A[n,n] -> y", {"subscripts": "ii->"}),
    ("einsum", "A[n,n] x[n] -> y[n]", {"subscripts": "ii,i->i"}),
    ("einsum", "A[m,n] B[m,n] x[n] -> y[m]", {"subscripts": "ij,ij,j->i"}),
    ("einsum", "A[m,n] B[n,k] C[k,p] -> D[p,m]", {"subscripts": "ij,jk,kl->li"}),
    ("einsum", "x[m] y[n] -> Z[n,m]", {"subscripts": "i,j->ji"}),
    ("einsum", "A[m,n] x[k] -> y[k]", {"subscripts": "ij,k->k"}),
    ("sum", "X[m,n,p] -> Y[n]", {"axis": (0, 2)}),
    ("sum", "X[m,n] -> y[m]", {"axis": -1}),
    ("mean", "X[m,n,p] -> Y[n]", {"axis": (0, -1)}),
    ("mean", "X[m,n] -> y[n]", {"axis": 0}),
    ("add", "a B[m,n] -> C[m,n]", {}),
    ("subtract", "a B[m,n] -> C[m,n]", {}),
    ("hadamard", "a B[m,n] -> C[m,n]", {}),
    ("quotient", "A[m,n] b:nonzero -> C[m,n]", {}),
    ("power", "X[m,n] -> Y[m,n]", {"exponent": 3}),
    ("power", "X[m,n]:nonzero -> Y[m,n]", {"exponent": -2}),
    ("power", "X[m,n] -> Y[m,n]", {"exponent": 1}),
    ("power", "X[m,n] -> Y[m,n]", {"exponent": 0}),
    ("power", "X[m,n]:positive -> Y[m,n]", {"exponent": "1/3"}),
    ("transpose", "X[m,n,p] -> Y[p,n,m]", {}),
    ("vec", "X[m,n] -> y[m*n]", {"order": "C"}),
    ("cumsum", "x[n] -> y[n]", {"axis": None}),
    ("cumsum", "X[m,n] -> Y[m,n]", {"axis": 0}),
    ("logcumsumexp", "x[n] -> y[n]", {"axis": 0}),
    ("diff", "X[4,n] -> Y[2,n]", {"n": 2, "axis": 0}),
    ("roll", "X[m,n] -> Y[m,n]", {"shift": -2, "axis": 0}),
    ("flip", "X[m,n] -> Y[m,n]", {"axis": (0, 1)}),
    ("flip", "x[n] -> y[n]", {"axis": None}),
    ("pad", "X[m,n] -> Y[m+1,n+2]", {"width": ((0, 1), (2, 0))}),
    ("tile", "X[m,n] -> Y[2*m,3*n]", {"reps": (2, 3)}),
    ("repeat", "X[m,n] -> Y[3*m,n]", {"repeats": 3, "axis": 0}),
    ("median", "x[4]:distinct -> y", {}),
    ("var", "X[m,n] -> y[m]", {"axis": 1, "ddof": 1}),
    ("std", "X[m,n] -> y[n]", {"axis": 0, "ddof": 0}),
    ("cov", "X[m,n] -> C[m,m]", {"ddof": 0}),
    ("conv1d", "X[2,3,7] W[4,3,2] -> Y[2,4,4]", {"stride": 2, "padding": 1, "dilation": 2}),
    ("conv2d", "X[1,2,5,6] W[3,2,2,3] -> Y[1,3,3,2]", {"stride": (2, 3), "padding": (1, 0)}),
    ("avg_pool1d", "X[1,2,7] -> Y[1,2,3]", {"kernel_size": 3, "stride": 2}),
    ("max_pool2d", "X[1,2,5,6]:distinct -> Y[1,2,2,4]", {"kernel_size": (2, 3), "stride": (2, 1)}),
    ("convolve", "a[3] v[5] -> y[5]", {"mode": "same"}),
    ("convolve", "a[5] v[2] -> y[4]", {"mode": "valid"}),
    ("vander", "x[m] -> V[m,4]", {"n": 4, "increasing": 1}),
    ("tensordot", "A[m,n,p] B[m,q] -> C[n,p,q]", {"axes": (0, 0)}),
    ("tensordot", "A[m,n,p] B[q,p,m] -> C[n,q]", {"axes": ((0, 2), (2, 1))}),
    ("glu", "X[4,n] -> Y[2,n]", {"axis": 0}),
    ("rearrange", "X[m,n,p] -> Y[p,m*n]", {"pattern": "i j k -> k (j i)", "sizes": ()}),
    ("rearrange", "X[m,n] -> Y[m,1,n]", {"pattern": "i j -> i () j", "sizes": ()}),
    ("rearrange", "X[m,1] -> y[m]", {"pattern": "i 1 -> i", "sizes": ()}),
    ("rearrange", "x[6] -> Y[2,3]", {"pattern": "(i j) -> j i", "sizes": (("i", 3),)}),
)


@dataclass(frozen=True)
class Case:
    """A rule at one signature and one choice of parameters."""

    rule: Rule
    signature: str

    def __str__(self) -> str:
        chosen = [f" {key}={value}" for key, value in self.rule.parameters.items()]
        return f"{self.rule.name}-{self.signature}{''.join(chosen)}"

    @cached_property
    def operands(self) -> tuple[str, ...]:
        return tuple(operand.name for operand in parse_signature(self.signature).operands)

    @cached_property
    def symbols(self) -> dict[str, Node]:
        return {name: symbol(name, array.shape) for name, array in self.point(0).items()}

    @cached_property
    def result(self) -> Node:
        return self.rule.build(*self.symbols.values(), **self.rule.parameters)

    @cached_property
    def first(self) -> dict[str, Node]:
        wrt = list(self.symbols.values())
        return dict(zip(self.symbols, derivatives(self.result, wrt), strict=True))

    def point(self, number: int) -> dict[str, Array]:
        """Operands in their domain, away from kinks; other ones for each number."""
        rng = np.random.default_rng([number, zlib.crc32(str(self).encode())])
        kink = KINKS.get(self.rule.name)
        while True:
            found = example_points(self.signature, rng)
            if kink is None:
                return found
            if np.abs(kink(*found.values(), **self.rule.parameters)).min() > 0.01:
                return found

    def function(self, *operands: Array) -> Array:
        """The operation on arrays, by NumPy."""
        parameters = self.rule.parameters.values()
        return np.asarray(value_of(self.rule)(*operands, *parameters))

    def of(self, name: str, point: dict[str, Array]) -> Callable[[Array], Array]:
        """The operation on arrays as a function of one operand."""
        return lambda x: self.function(*(point | {name: x}).values())

    def local(self, name: str, point: dict[str, Array]) -> mc.Jacobian[Any]:
        """The local Jacobian as people ask for it."""
        local = LocalRule(self.rule)
        called = local._names(len(self.operands))[self.operands.index(name)]
        return local(*point.values(), of="result", wrt=called, **self.rule.parameters)


def all_cases() -> Iterator[Case]:
    """Every rule that has operands, at every signature, and the variants."""
    for rule in RULES.values():
        if rule.operands and rule.name not in WITHOUT_NUMBERS:
            yield from (Case(rule, signature) for signature in rule.signatures)
    for name, signature, parameters in VARIANTS:
        yield Case(replace(RULES[name], parameters=RULES[name].parameters | parameters), signature)


CASES = tuple(all_cases())
PAIRS = tuple((case, name) for case in CASES for name in case.operands)


def name_of(pair: object) -> str:
    """What a test is called: rule, signature, operand."""
    return str(pair)


def close(found: Array, expected: Array, rtol: float = 1e-6, atol: float = 1e-9) -> None:
    """Hold two arrays against each other, relative to the largest entry."""
    assert np.shape(found) == np.shape(expected)
    scale = float(np.max(np.abs(expected), initial=0.0))
    np.testing.assert_allclose(found, expected, rtol=0, atol=rtol * scale + atol)


def check_value(case: Case, number: int) -> None:
    """The node of the result has the value of the function."""
    point = case.point(number)
    expected = case.function(*point.values())
    close(evaluate(case.result, point), expected, rtol=1e-12, atol=1e-13)


def check_first(case: Case, name: str, number: int) -> None:
    """The first derivative agrees with central differences of the function."""
    point = case.point(number)
    expected = central_differences(case.of(name, point), point[name])
    close(evaluate(case.first[name], point), expected)


def check_second(case: Case, name: str, number: int) -> None:
    """The derivatives of the first derivative agree with its central differences.

    Along a random direction, in which every entry takes part.
    """
    point = case.point(number)
    first = case.first[name]
    rng = np.random.default_rng(number)
    for other, second in zip(
        case.operands, derivatives(first, list(case.symbols.values())), strict=True
    ):
        x, direction = point[other], rng.normal(size=point[other].shape)

        def along(t: Array, other: str = other, x: Array = x, v: Array = direction) -> Array:
            return evaluate(first, point | {other: x + t * v})

        found = np.tensordot(evaluate(second, point), direction, direction.ndim)
        close(found, central_differences(along, np.array(0.0), step=1e-5))


def check_layouts(case: Case, name: str, number: int) -> None:
    """The local Jacobian, in both layouts: full transposes, equal to central differences."""
    point = case.point(number)
    jacobian = case.local(name, point)
    measured = central_differences(case.of(name, point), point[name])
    rank = measured.ndim - point[name].ndim
    for layout in ("numerator", "denominator"):
        written = jacobian.to(layout)
        close(written.array, in_layout(measured, rank, layout))
        assert written.shape == written.array.shape
    np.testing.assert_array_equal(jacobian.to("denominator").array, jacobian.array.T)


def check_adjoint(case: Case, name: str, number: int) -> None:
    """``⟨u, J v⟩ = ⟨Jᵀ u, v⟩``, and both are products with the array."""
    point = case.point(number)
    jacobian = case.local(name, point)
    rng = np.random.default_rng(number)
    v = rng.normal(size=point[name].shape)
    u = rng.normal(size=case.function(*point.values()).shape)
    forward, backward = jacobian.jvp(v), jacobian.vjp(u)
    stored = jacobian.as_convention("jax")
    close(forward, np.tensordot(stored, v, v.ndim), rtol=1e-11, atol=1e-11)
    close(backward, np.tensordot(u, stored, u.ndim), rtol=1e-11, atol=1e-11)
    size = float(np.sum(np.abs(u * forward))) + float(np.sum(np.abs(backward * v)))
    assert abs(np.sum(u * forward) - np.sum(backward * v)) <= 1e-12 * size + 1e-14
