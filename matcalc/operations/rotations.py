"""Rotations and the cross product: what robotics chains."""

from __future__ import annotations

from matcalc import dimensions
from matcalc.errors import ShapeError
from matcalc.graph import Factor, Node, add, contract, einsum
from matcalc.operations import algebra
from matcalc.operations.algebra import minus, multiple, power, squared_norm, times
from matcalc.operations.elementwise import of, stumpff
from matcalc.operations.facts import Facts
from matcalc.operations.parts import levi_civita, picked, window
from matcalc.operations.registry import composite

_MURRAY = "Murray, Li & Sastry, A Mathematical Introduction to Robotic Manipulation (1994)"


def _vector(name: str, x: Node, size: int) -> Node:
    if x.shape != (size,):
        raise ShapeError(
            f"{name} takes vectors of {size}; found {dimensions.times(x.shape)}",
            clashes=dimensions.clashes((size,), x.shape),
        )
    return x


@composite(
    "cross",
    "a[3] b[3] -> c[3]",
    formula="d(a × b) = da × b + a × db",
    source=f"{_MURRAY}, section 2.1",
    function="np.cross({0}, {1})",
    facts=Facts(
        words=("crossproduct",),
        code={"torch": "torch.linalg.cross({0}, {1})", "jnp": "jnp.cross({0}, {1})"},
    ),
)
def cross(a: Node, b: Node) -> Node:
    """The cross product."""
    a, b = _vector("cross", a, 3), _vector("cross", b, 3)
    return einsum("i j k, j, k -> i", levi_civita(3), a, b)


@composite(
    "skew",
    "v[3] -> K[3,3]",
    formula="d skew(v) = skew(dv), skew(v) x = v × x",
    source=f"{_MURRAY}, eq. 2.4",
    function="skew",
    facts=Facts(
        below="×",
        code={
            "torch": "torch.linalg.cross({0}[:, None], torch.eye(3{like}), dim=0)",
            "jnp": "jnp.cross({0}, jnp.eye(3{like}), axisc=0)",
        },
    ),
)
def skew(v: Node) -> Node:
    """The matrix of the cross product from the left."""
    return einsum("i j k, j -> i k", levi_civita(3), _vector("skew", v, 3))


@composite(
    "rotation",
    "angle -> R[2,2]",
    formula="dR = [[-sin θ, -cos θ], [cos θ, -sin θ]] dθ",
    source=f"{_MURRAY}, section 2.2",
    function="np.array([[np.cos({0}), -np.sin({0})], [np.sin({0}), np.cos({0})]])",
)
def rotation(angle: Node) -> Node:
    """The rotation of the plane by an angle in radians."""
    if angle.shape:
        raise ShapeError(f"rotation takes an angle; found {dimensions.times(angle.shape)}")
    straight = einsum(", i j -> i j", of("cos", angle), algebra.eye(2))
    turned = einsum(", i j -> j i", of("sin", angle), levi_civita(2))
    return add([straight, turned])


@composite(
    "rotation_axis_angle",
    "v[3] -> R[3,3]",
    formula="R = I + (sin θ/θ) K + ((1 - cos θ)/θ²) K², K = skew(v), θ = ‖v‖",
    source=f"{_MURRAY}, eq. 2.14 (Rodrigues' formula)",
    domain="everywhere, v = 0 included",
)
def rotation_axis_angle(v: Node) -> Node:
    """The rotation about a vector by its length in radians."""
    k, q = skew(v), squared_norm(v)
    once = einsum(", i j -> i j", stumpff(q, 1), k)
    twice = einsum(", i j -> i j", stumpff(q, 2), algebra.matmul(k, k))
    return add([algebra.eye(3), once, twice])


@composite(
    "rotation_quaternion",
    "q[4]:nonzero -> R[3,3]",
    formula="R = ((w² - u·u) I + 2 u uᵀ + 2 w skew(u)) / (q·q), q = (w, u)",
    source=f"{_MURRAY}, section 2.3.3",
    domain="q ≠ 0; a quaternion of any length means that of its direction",
)
def rotation_quaternion(q: Node) -> Node:
    """The rotation of a quaternion, real part first, of any length but 0."""
    q = _vector("rotation_quaternion", q, 4)
    u = picked(q, 0, window(1, 3, 4))
    w = contract([Factor(picked(q, 0, window(0, 1, 4)), ("one",))], ())
    straight = einsum(", i j -> i j", minus(power(w, 2), squared_norm(u)), algebra.eye(3))
    around = multiple(2, einsum("i, j -> i j", u, u))
    turned = multiple(2, einsum(", i j -> i j", w, skew(u)))
    return times(power(squared_norm(q), -1), add([straight, around, turned]))
