"""The local Jacobians of a rule: their shapes in both layouts, and what is stored of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from matcalc.derivative import derivatives
from matcalc.dimensions import Shape, pretty
from matcalc.errors import NotDifferentiableError
from matcalc.graph import (
    Apply,
    Group,
    Node,
    Product,
    Scale,
    Sum,
    Symbol,
    flat,
    is_zero,
    symbol,
)
from matcalc.layout import ArrayForm, axis_names, written
from matcalc.notation import text, write_derivative
from matcalc.operations import Rule, parse_signature
from matcalc.operations.registry import OperandSpec, Signature
from matcalc.variables import Variable

#: The families in the order of the list, and what each is about.
FAMILIES = {
    "products": "products, sums and regroupings",
    "parts": "parts of arrays, and constants",
    "sequences": "arrays in another order or length",
    "windows": "convolutions, pooling and other windows",
    "half_vec": "free entries of symmetric and triangular matrices",
    "elementwise": "functions applied entry by entry",
    "special": "special functions entry by entry",
    "linalg": "linear algebra",
    "spectra": "factorisations, eigenvalues and singular values",
    "statistics": "moments of samples, and distances",
    "reductions": "norms, extremes, softmax and its kin",
    "layers": "losses and layers of neural networks",
    "rotations": "rotations and the cross product",
    "building blocks": "what the derivatives of other rules are made of",
}
_LONGEST = 120  # characters of a formula that helps a reader


def family(rule: Rule) -> str:
    """Where a rule is listed: under the module that it is written in, or as a building block."""
    if rule.facts.building_block:
        return "building blocks"
    return (rule.pull or rule.build).__module__.rpartition(".")[2]


def by_family(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Rules under their families, in the order of the list."""
    grouped: dict[str, list[Rule]] = {name: [] for name in FAMILIES}
    for rule in rules:
        grouped.setdefault(family(rule), []).append(rule)
    return grouped


class LocalJacobian(NamedTuple):
    """The derivative of a rule's result with respect to one operand, at one kind of shapes.

    Attributes:
        example: The shapes: ``x[m,n] -> y[m,n]``.
        of: The result.
        wrt: The operand.
        structure: What is stored of it; ``"not known"`` where it has no rule.
        node: Its entries; ``None`` where it has no rule.
    """

    example: str
    of: Variable
    wrt: Variable
    structure: str
    node: Node | None

    def formula(self, layout: str) -> str | None:
        """Its formula in a layout, where that is short and in matrix notation."""
        form = self.written(layout)
        if self.node is None or len(form.form) > 2:
            return None
        found = text(write_derivative(self.node, form))
        short = len(found) <= _LONGEST and not any(word in found for word in ("einsum", ";"))
        return found if short else None

    @property
    def title(self) -> str:
        """The derivative by its names: ``∂y/∂x``."""
        return f"∂{self.of.name}/∂{self.wrt.name}"

    def written(self, layout: str) -> ArrayForm:
        """How a layout writes it."""
        return written(self.of, self.wrt, layout)


def local_jacobians(rule: Rule) -> list[LocalJacobian]:
    """Those of every signature and operand; ``...`` is shown at two examples of it."""
    return [
        one
        for text in rule.signatures
        for signature in _examples(parse_signature(text))
        for one in _of_signature(rule, signature)
    ]


def plain(signature: str) -> str:
    """A signature without domains: ``"X[n,n]:invertible -> y"`` is ``"X[n,n] -> y"``."""
    return " ".join(word.partition(":")[0] for word in signature.split())


def stated(signature: str) -> str:
    """A signature with the domains that say something."""
    return signature.replace(":real", "")


def drawn_from(rule: Rule) -> str:
    """Where a check draws operands that are not any real numbers: ``X invertible``."""
    operands = [one for text in rule.signatures for one in parse_signature(text).operands]
    special = [f"{one.name} {one.domain}" for one in operands if one.domain != "real"]
    return ", ".join(dict.fromkeys(special)).replace("_", " ")


def parameters(rule: Rule) -> str:
    """What is not differentiated, at the values that the shapes are shown for."""
    return ", ".join(f"{name}={_shown(value)}" for name, value in rule.parameters.items())


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Fraction) else repr(value)


def _examples(signature: Signature) -> Iterator[Signature]:
    """A signature with ``...`` filled in: a vector and a matrix, or no further axis and one."""
    shapes = [operand.shape for operand in signature.operands]
    if not any("..." in shape for shape in shapes):
        yield signature
        return
    alone = ("...",) in shapes
    fillings: tuple[Shape, Shape] = (("n",), ("m", "n")) if alone else ((), ("p",))
    for filling in fillings:
        yield Signature(
            tuple(_filled(operand, filling) for operand in signature.operands),
            _filled(signature.result, filling),
        )


def _filled(operand: OperandSpec, filling: Shape) -> OperandSpec:
    shape = tuple(s for size in operand.shape for s in (filling if size == "..." else (size,)))
    return operand._replace(shape=shape)


def _of_signature(rule: Rule, signature: Signature) -> Iterator[LocalJacobian]:
    """One for each operand; the shape of the result is that which the rule finds."""
    operands = [symbol(operand.name, operand.shape) for operand in signature.operands]
    result = rule.build(*operands, **rule.parameters)
    of = Variable(signature.result.name, result.shape)
    variables = [Variable(operand.name, operand.shape) for operand in operands]
    example = " ".join([*map(str, variables), "->", str(of)])
    for variable, operand in zip(variables, operands, strict=True):
        try:
            node = derivatives(result, [operand])[0]
        except NotDifferentiableError:
            yield LocalJacobian(example, of, variable, "not known", None)
        else:
            yield LocalJacobian(example, of, variable, structure(node, of, variable), node)


def structure(node: Node, of: Variable, wrt: Variable) -> str:
    """What is stored of a derivative, read off its network.

    >>> from matcalc.graph import einsum
    >>> s, x, W = symbol("s", ("n",)), Variable("x", ("n",)), Variable("W", ("m", "n"))
    >>> structure(einsum("i -> i i", s), Variable("y", ("n",)), x)
    'diagonal: no zeros are stored'
    >>> structure(einsum("j -> i i j", s, sizes={"i": "m"}), Variable("z", ("m",)), W)
    'zero where z ≠ W_1: no zeros are stored'
    """
    names = axis_names([of, wrt])
    axes = names[of.name] + names[wrt.name]
    if isinstance(node, Sum):
        return _sum([_kind(term, axes, of.rank) for term in node.terms])
    kind = _kind(node, axes, of.rank)
    if is_zero(node) or (isinstance(node, Product) and _is_constant(node)):
        return f"{kind}: nothing is stored"
    if kind == "diagonal" or kind.startswith("zero where"):
        return f"{kind}: no zeros are stored"
    return f"{kind}: kept as its factors" if kind == "product" else kind


def _sum(kinds: Sequence[str]) -> str:
    if set(kinds) == {"full"}:
        return "full"
    signs = [" - " if kind.startswith(_MINUS) else " + " for kind in kinds]
    ordered = sorted(zip(signs, kinds, strict=True), key=lambda one: (one[0], _rank(one[1])))
    terms = "".join(f"{sign}{kind.removeprefix(_MINUS)}" for sign, kind in ordered)
    return f"sum: {terms.removeprefix(' + ')}"


_MINUS = "minus "
_KINDS = ("identity", "diagonal", "zero where", "product", "full")


def _rank(kind: str) -> int:
    """Where a kind stands in a sum: the sparsest first."""
    return next((k for k, start in enumerate(_KINDS) if start in kind), len(_KINDS))


def _kind(node: Node, axes: Sequence[str], above: int) -> str:
    """One term in a few words."""
    if is_zero(node):
        return "zero"
    if isinstance(node, Symbol):
        return f"entries of {node.name}"
    if not isinstance(node, Product):
        return "full"
    return _kind_of_product(node, axes, above)


def _kind_of_product(node: Product, axes: Sequence[str], above: int) -> str:
    ties = _ties(node, axes)
    if not node.factors:
        return _constant(node, ties, above)
    if node.output and node.output[:above] == node.output[above:]:
        return "diagonal"
    if ties:
        apart = dict.fromkeys(" ≠ ".join(tied) for tied in ties)
        return f"zero where {' or '.join(apart)}"
    if _is_constant(node):
        return "shifted identity"
    factor = node.factors[0]
    if isinstance(factor.node, Symbol) and len(node.factors) == 1 and factor.exponent == 1:
        return f"{_times(node.scale)}entries of {factor.node.name}"
    return "product" if _is_smaller_in_factors(node) else "full"


def _constant(node: Product, ties: Sequence[Sequence[str]], above: int) -> str:
    """A product of nothing but deltas and broadcasts."""
    upper, lower = flat(node.output[:above]), flat(node.output[above:])
    if upper and len({*upper}) == len(upper) and sorted(upper) == sorted(lower):
        return _times(node.scale) + ("identity" if upper == lower else "permutation")
    value = _spelled(node.scale)
    if not ties:
        return f"every entry {value}"
    return f"{value} where {' and '.join(' = '.join(tied) for tied in ties)}, else 0"


def _ties(node: Product, axes: Sequence[str]) -> list[list[str]]:
    """Which axes must have one index for an entry not to be zero: ``y`` and ``W_1``."""
    places: dict[object, list[str]] = {}
    for axis, name in zip(node.output, axes, strict=True):
        for label in flat((axis,)):
            shown = f"part of {name}" if isinstance(axis, Group) else name
            places.setdefault(label, []).append(shown)
    return [where for where in places.values() if len(where) > 1]


def _is_constant(node: Product) -> bool:
    """Whether a product holds no numbers: deltas, broadcasts and windows."""
    return all(
        isinstance(factor.node, Apply) and factor.node.operation == "window"
        for factor in node.factors
    )


def _is_smaller_in_factors(node: Product) -> bool:
    """Whether no factor alone has all axes of the product, so that keeping them apart saves."""
    (first, *others) = node.factors
    if not others and isinstance(first.node, Product):
        return bool(first.node.factors) and _is_smaller_in_factors(first.node)
    return not any(set(node.core) <= set(flat(factor.labels)) for factor in node.factors)


def _times(scale: Scale) -> str:
    spelled = _spelled(scale)
    return {"1": "", "-1": _MINUS}.get(spelled, f"{spelled} × ")


def _spelled(scale: Scale) -> str:
    """A coefficient: ``1/(m·n)``, ``-1``."""
    above = [pretty(name) for name, power in scale.powers for _ in range(power)]
    below = [pretty(name) for name, power in scale.powers for _ in range(-power)]
    top, bottom = scale.number.numerator, scale.number.denominator
    upper = "·".join([str(top)] * (top != 1 or not above) + above)
    lower = "·".join([str(bottom)] * (bottom != 1) + below)
    if not lower:
        return upper
    return f"{upper}/({lower})" if "·" in lower else f"{upper}/{lower}"
