"""The PyTorch code of a derivative: idiomatic, right, and differentiable itself."""

from typing import Any

import numpy as np
import pytest
from generated_sources import (
    LAYOUTS,
    RECORDS,
    RULE_PAIRS,
    Example,
    close,
    function_in,
    functions_in_templates,
    name_of,
    of_record,
    of_rule,
    rules_without,
    statements,
)
from operations.cases import Case

import matcalc as mc
from matcalc.code import TORCH
from matcalc.code.helpers import helper_sources
from matcalc.jacobians.written import symbols_of

torch = pytest.importorskip("torch", reason="PyTorch is not installed; CI has it")


def derived(expression: str, variables: str, wrt: str, **options: Any) -> mc.Jacobian[Any]:
    return mc.derive(expression, wrt=wrt, variables=variables, layout="denominator", **options)


LOGISTIC = ("sum(softplus(X @ w) - y * (X @ w))", "X[m,n] w[n] y[m]", "w")
NETWORK = (
    "sum((sigmoid(W3 @ relu(W2 @ x)) - y)**2)/2",
    "x[2] W2[3,2] W3[2,3] y[2]",
    "W2",
)
LIKE = "dtype=x.dtype, device=x.device"

# expression, variables, wrt, order, statements
BY_HAND: list[tuple[str, str, str, int, list[str]]] = [
    (
        "norm(A @ x - b)**2",
        "A[m,n] x[n] b[m]",
        "x",
        1,
        ["return 2 * (A.T @ (A @ x - b))"],
    ),
    (*LOGISTIC, 1, ["return X.T @ (torch.sigmoid(X @ w) - y)"]),
    (
        *LOGISTIC,
        2,
        ["t1 = torch.sigmoid(X @ w)", "return (X.T * (t1 * (1 - t1))) @ X"],
    ),
    (
        *NETWORK,
        1,
        [
            "t1 = W2 @ x",
            "t2 = torch.sigmoid(W3 @ torch.relu(t1))",
            "return torch.outer((t1 > 0).to(x.dtype) * (W3.T @ (t2 * (1 - t2) * (t2 - y))), x)",
        ],
    ),
    (
        "softmax(x)",
        "x[n]",
        "x",
        1,
        ["t1 = torch.softmax(x, dim=0)", "return torch.diag(t1) - torch.outer(t1, t1)"],
    ),
    (
        "W @ x",
        "W[m,n] x[n]",
        "W",
        1,
        [
            "m = W.shape[0]",
            "n = x.shape[0]",
            f"t1 = torch.zeros((m, n, m), {LIKE})",
            "i = torch.arange(m, device=x.device)",
            "t1[i, :, i] = x",
            "return t1",
        ],
    ),
    ("W @ x", "W[m,n] x[n]", "x", 1, ["return W.T.clone()"]),
    (
        "inv(X)",
        "X[n,n]",
        "X",
        1,
        ["t1 = torch.linalg.inv(X)", 'return -torch.einsum("li,jk->ijkl", t1, t1)'],
    ),
    ("a @ inv(X) @ b", "a[n] X[n,n] b[n]", "a", 1, ["return torch.linalg.solve(X, b)"]),
    (
        "concatenate(a, b) * c",
        "a[m] b[p] c[m+p]",
        "a",
        1,
        [
            "m = a.shape[0]",
            "p = b.shape[0]",
            "t1 = torch.zeros((m, m+p), dtype=c.dtype, device=c.device)",
            "t1[:, :m] = torch.diag(c[:m])",
            "return t1",
        ],
    ),
]


@pytest.mark.parametrize(("expression", "variables", "wrt", "order", "expected"), BY_HAND)
def test_the_source_is_what_an_expert_writes(
    expression: str, variables: str, wrt: str, order: int, expected: list[str]
) -> None:
    source = derived(expression, variables, wrt, order=order).torch
    assert statements(source) == expected
    assert "import torch\n" in source
    assert "np." not in source


@pytest.mark.skipif(not RECORDS, reason="the oracle lies beside the project in CI alone")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("record", RECORDS, ids=name_of)
def test_the_numbers_of_recorded_formulas(record: dict[str, Any], layout: str) -> None:
    check(of_record(record, layout))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("case", "name"), RULE_PAIRS, ids=name_of)
def test_the_numbers_of_local_jacobians(case: Case, name: str, layout: str, double: None) -> None:
    check(of_rule(case, name, layout))


@pytest.fixture
def double() -> Any:
    """Constants of functions that take no tensors have PyTorch's own type: float64 here."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def check(example: Example) -> None:
    """The source computes the derivative, and gradients flow through it."""
    found = example.run(example.jacobian.torch, tensor)
    if isinstance(found, torch.Tensor):
        assert found.dtype == torch.float64
        if found.requires_grad:
            torch.sum(found).backward()
        found = found.detach().numpy()
    close(found, example.expected())


def tensor(array: Any) -> Any:
    return torch.tensor(array, dtype=torch.float64, requires_grad=True)


def test_no_rule_lacks_code() -> None:
    assert rules_without("torch") == set()


def test_an_operation_without_code_is_named() -> None:
    with pytest.raises(mc.UnknownRuleError) as error:
        helper_sources("lstm_cell", TORCH)
    assert str(error.value) == "lstm_cell has no PyTorch code yet"


def test_every_function_of_a_template_exists() -> None:
    assert len(functions_in_templates(TORCH, {"torch": torch})) > 30


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("case", BY_HAND, ids=lambda case: case[0])
def test_type_and_device_are_those_of_the_arguments(case: Any, dtype: Any) -> None:
    expression, variables, wrt, order, _ = case
    jacobian = derived(expression, variables, wrt, order=order)
    sizes = {"m": 3, "n": 4, "p": 2, "m+p": 5}
    example = Example(jacobian, {
        name: np.ones([size if isinstance(size, int) else sizes[str(size)] for size in node.shape])
        for name, node in symbols_of(jacobian).items()
    }, {})  # fmt: skip
    found = example.run(
        jacobian.torch, lambda array: torch.empty(array.shape, dtype=dtype, device="meta")
    )
    assert (found.dtype, found.device.type) == (dtype, "meta")


def test_the_hessian_is_the_derivative_of_the_gradient() -> None:
    gradient, hessian = (function_in(derived(*LOGISTIC, order=k).torch) for k in (1, 2))
    generator = torch.Generator().manual_seed(0)
    X, w, y = (
        torch.rand(shape, dtype=torch.float64, generator=generator) for shape in ((5, 3), 3, 5)
    )
    by_torch = torch.func.jacrev(lambda w: gradient(X, w, y))(w)
    np.testing.assert_allclose(hessian(X, w), by_torch, rtol=1e-12)


# What in-place writing, and functions that take no transposes, break.
DELICATE = [
    ("min(concatenate(inv(exp(B)), C, axis=0) * 2)", "B[n,n] C[m,n]", "C"),
    ("logsumexp(kron(inv(B), C))", "B[n,n] C[m,n]", "C"),
    ("logsumexp(kron(B.T, C))", "B[n,n] C[m,n]", "B"),
    ("exp(B) + inv(B) @ B.T", "B[n,n]", "B"),
]


@pytest.mark.parametrize(("expression", "variables", "wrt"), DELICATE)
def test_gradients_flow_through_parts_and_transposes(
    expression: str, variables: str, wrt: str
) -> None:
    rng = np.random.default_rng(0)
    arrays = {"B": rng.normal(size=(3, 3)) + 3 * np.eye(3), "C": rng.normal(size=(2, 3))}
    given = {name: array for name, array in arrays.items() if name in variables}
    check(Example(derived(expression, variables, wrt), given, {"n": 3}))


def test_a_function_of_a_number_is_one_of_python_or_has_the_type_of_the_arguments() -> None:
    assert statements(derived("exp(n) * x", "x[n]", "x").torch) == [
        "n = x.shape[0]",
        "return math.exp(n) * torch.eye(n, dtype=x.dtype, device=x.device)",
    ]
    by_number = derived("sigmoid(n) * x * y", "x[n] y[n]", "x").torch
    assert "torch.sigmoid(torch.tensor(n, dtype=y.dtype, device=y.device))" in by_number


def test_a_function_without_a_name_in_the_library_is_an_argument() -> None:
    assert statements(derived("g(x)", "x[n]", "x").torch) == ["return torch.diag(dg(x))"]


def test_a_variable_may_be_called_as_the_library_is() -> None:
    source = derived("torch @ x", "torch[m,n] x[n]", "x").torch
    assert statements(source) == ["return torch_.T.clone()"]
