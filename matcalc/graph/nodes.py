"""Nodes: immutable, shared, and hash-consed, so that equal nodes are one object."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from hashlib import blake2b
from typing import Any, NamedTuple, TypeGuard
from weakref import WeakValueDictionary

from matcalc import dimensions
from matcalc.dimensions import Dimension, Shape
from matcalc.errors import TooLargeError
from matcalc.steps import spend

_BITS = 4096  # of the numerator and the denominator of a coefficient
_TOO_LONG = "a number grows beyond 1200 digits"
_EXPONENT = 1 << 64  # of an array
_POWER = 4096  # of a dimension in a coefficient


def _bounded(number: Fraction) -> Fraction:
    """A coefficient that is not absurdly long.

    Raises:
        TooLargeError: It is.
    """
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > _BITS:
        raise TooLargeError(_TOO_LONG)
    return number


class Scale(NamedTuple):
    """A coefficient: a fraction times powers of dimensions, ``2/n``."""

    number: Fraction
    powers: tuple[tuple[str, int], ...] = ()

    def times(self, other: Scale) -> Scale:
        """The product of two coefficients."""
        number = _bounded(self.number * other.number)
        if not (self.powers or other.powers):
            return Scale(number)
        powers = dict(self.powers)
        for name, power in other.powers:
            powers[name] = powers.get(name, 0) + power
        kept = tuple(sorted((name, power) for name, power in powers.items() if power))
        if any(abs(power) > _POWER for _, power in kept):
            raise TooLargeError(f"a power of a dimension lies between -{_POWER} and {_POWER}")
        return Scale(number, kept)

    def times_size(self, size: Dimension, power: int = 1) -> Scale:
        """The coefficient times a power of a dimension."""
        number, names = dimensions.monomial(size)
        powers = tuple((name, of_name * power) for name, of_name in names)
        return self.times(Scale(Fraction(number) ** power, powers))

    def power(self, exponent: int) -> Scale:
        """A whole power of a coefficient."""
        bits = max(self.number.numerator.bit_length(), self.number.denominator.bit_length())
        if abs(exponent) > _POWER or (bits - 1) * abs(exponent) > _BITS:
            raise TooLargeError(_TOO_LONG)
        powers = tuple((name, power * exponent) for name, power in self.powers)
        return Scale(self.number**exponent).times(Scale(Fraction(1), powers))

    def evaluate(self, sizes: Mapping[str, int]) -> Fraction:
        """The number that it is at given sizes."""
        value = self.number
        for name, power in self.powers:
            value *= Fraction(dimensions.evaluate(name, sizes)) ** power
        return value


ONE = Scale(Fraction(1))


class Node:
    """A value: its shape, and a digest that says what it is, the same in every process.

    Attributes:
        shape: A size for each axis.
        digest: What it is.
        symmetric: Whether it is a matrix that is known to equal its transpose.
    """

    __slots__ = ("__weakref__", "digest", "shape", "symmetric")

    shape: Shape
    digest: bytes
    symmetric: bool

    @property
    def operands(self) -> tuple[Node, ...]:
        """The nodes that it is made of."""
        return ()

    def __reduce__(self) -> tuple[Any, ...]:
        return load, (dump(self),)

    def __copy__(self) -> Node:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Node:
        return self


class Symbol(Node):
    """A leaf that has a name and no numbers yet."""

    __slots__ = ("name",)

    name: str


class Data(Node):
    """A leaf that holds numbers: an array that nobody changes any more."""

    __slots__ = ("array", "content")

    array: Any
    content: bytes


class Group(tuple[Any, ...]):
    """Several labels on one axis, the last running fastest: ``(i j)`` merges two axes into one.

    So vec, kron and every regrouping of axes is a product too.
    """

    __slots__ = ()


def flat(axes: Iterable[Any]) -> tuple[Any, ...]:
    """The labels of axes, those of groups one by one."""
    axes = tuple(axes)
    if Group not in map(type, axes):
        return axes
    return tuple(label for axis in axes for label in (axis if type(axis) is Group else (axis,)))


def are_plain(labels: Sequence[Any]) -> bool:
    """Whether labels are distinct, and none is a group."""
    return Group not in map(type, labels) and len(set(labels)) == len(labels)


class Factor(NamedTuple):
    """A node in a product: a label or a group on each axis, and a power taken entry by entry."""

    node: Node
    labels: tuple[Any, ...]
    exponent: Fraction = Fraction(1)

    @property
    def is_symmetric(self) -> bool:
        """Whether its two labels may be exchanged."""
        return self.node.symmetric and Group not in map(type, self.labels)

    @property
    def is_product(self) -> bool:
        """Whether it is a product of several factors, which could stand in its place."""
        whole = self.exponent == 1 and Group not in map(type, self.labels)
        return whole and isinstance(self.node, Product) and len(self.node.factors) > 1


class Product(Node):
    """An einsum: factors, the labels of the output, the size of each label, a coefficient.

    Labels are numbers, given out in the order of the output and then of the factors. A label
    of no factor is a broadcast, one that the output repeats is a Kronecker delta, and one that
    the output lacks is summed. A product of several factors, or one that sums, has neither delta
    nor broadcast nor coefficient: these stand in a product of its own around it, where they can
    be absorbed.
    """

    __slots__ = ("factors", "output", "scale", "sizes")

    factors: tuple[Factor, ...]
    output: tuple[Any, ...]  # labels, or groups of labels
    sizes: tuple[Dimension, ...]
    scale: Scale

    @property
    def operands(self) -> tuple[Node, ...]:
        """The nodes of the factors."""
        return tuple(factor.node for factor in self.factors)

    @property
    def used(self) -> frozenset[int]:
        """The labels that some factor has."""
        return frozenset(label for factor in self.factors for label in flat(factor.labels))

    @property
    def core(self) -> tuple[int, ...]:
        """The distinct labels of the output, without those of broadcasts: where data is."""
        used = self.used
        return tuple(label for label in dict.fromkeys(flat(self.output)) if label in used)

    @property
    def is_structured(self) -> bool:
        """Whether the output holds a delta or a broadcast, so that writing it out copies."""
        return len(self.core) < len(flat(self.output))

    @property
    def sums(self) -> bool:
        """Whether a label is summed over."""
        return len(set(flat(self.output))) < len(self.sizes)


class Sum(Node):
    """Nodes of one shape, added."""

    __slots__ = ("terms",)

    terms: tuple[Node, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        """The terms."""
        return self.terms


class Apply(Node):
    """An operation that is not a product: inv, exp, softmax. What it means, its rule knows."""

    __slots__ = ("arguments", "operation", "parameters")

    operation: str
    arguments: tuple[Node, ...]
    parameters: tuple[Any, ...]

    @property
    def operands(self) -> tuple[Node, ...]:
        """What it is applied to."""
        return self.arguments


def is_apply(node: Node, *operations: str) -> TypeGuard[Apply]:
    """Whether a node is one of some operations."""
    return isinstance(node, Apply) and node.operation in operations


_NODES: WeakValueDictionary[bytes, Node] = WeakValueDictionary()


def _consed(
    kind: type[Node], key: object, shape: Shape, /, *, symmetric: bool = False, **fields: Any
) -> Any:
    """The one node of this kind and key; ``key`` is what its ``repr`` says, in any process."""
    spend(1)
    digest = blake2b(f"{kind.__name__} {key!r}".encode(), digest_size=16).digest()
    node = _NODES.get(digest)
    if node is None:
        node = kind()
        node.digest, node.shape, node.symmetric = digest, shape, symmetric
        for name, value in fields.items():
            setattr(node, name, value)
        _NODES[digest] = node
    return node


def symbol(name: str, shape: Shape) -> Symbol:
    """A leaf of a name and a shape."""
    node: Symbol = _consed(Symbol, (name, shape), shape, name=name)
    return node


def data(array: Any, shape: Shape, content: bytes) -> Data:
    """A leaf of an array that the caller will not change; ``content`` is a digest of it."""
    node: Data = _consed(Data, (content, shape), shape, array=array, content=content)
    return node


def apply(
    operation: str, arguments: Sequence[Node], shape: Shape, parameters: tuple[Any, ...] = ()
) -> Apply:
    """An operation on nodes; its rule has checked their shapes.

    Args:
        operation: The name of its rule.
        arguments: What it is applied to.
        shape: The shape of the result.
        parameters: Numbers, names and tuples that are not differentiated.
    """
    key = operation, [argument.digest for argument in arguments], parameters, shape
    node: Apply = _consed(
        Apply,
        key,
        shape,
        operation=operation,
        arguments=tuple(arguments),
        parameters=parameters,
    )
    return node


def consed_product(
    factors: tuple[Factor, ...], output: tuple[int, ...], sizes: tuple[Dimension, ...], scale: Scale
) -> Product:
    """The one product of these fields, which are canonical already."""
    scale = ONE if scale == ONE else scale._replace(number=_bounded(scale.number))
    spend(len(factors))
    key = [(node.digest, labels, _spelled(exponent)) for node, labels, exponent in factors]
    node: Product = _consed(
        Product,
        (key, output, sizes, str(scale.number), scale.powers),
        tuple(_axis_size(axis, sizes) for axis in output),
        factors=factors,
        output=output,
        sizes=sizes,
        scale=scale,
    )
    return node


def _spelled(exponent: Fraction) -> str:
    """An exponent as text, which is bounded.

    Raises:
        TooLargeError: It is absurdly large.
    """
    above, below = exponent.as_integer_ratio()
    if abs(above) > _EXPONENT or below > _EXPONENT:
        raise TooLargeError("an exponent of an array is absurdly large")
    return f"{above}/{below}" if below > 1 else f"{above}"


def _axis_size(axis: Any, sizes: Sequence[Dimension]) -> Dimension:
    if type(axis) is not Group:
        size: Dimension = sizes[axis]
        return size
    return dimensions.product(sizes[label] for label in flat((axis,)))


def consed_sum(terms: Sequence[Node]) -> Sum:
    """The one sum of these terms, which are put in the order of their digests."""
    ordered = tuple(sorted(terms, key=lambda term: term.digest))
    node: Sum = _consed(Sum, [t.digest for t in ordered], ordered[0].shape, terms=ordered)
    return node


def as_symmetric(node: Node) -> Node:
    """A matrix with the knowledge that it equals its transpose."""
    if node.symmetric:
        return node
    fields = {name: getattr(node, name) for name in type(node).__slots__}
    known: Node = _consed(
        type(node), ("symmetric", node.digest), node.shape, symmetric=True, **fields
    )
    return known


def topological(*roots: Node, known: Container[Node] = ()) -> list[Node]:
    """Every node under the roots once, operands before what is made of them. Iterative.

    Args:
        roots: Where to begin.
        known: Nodes that are left out, with what is under them alone.
    """
    order: dict[Node, None] = {}
    waiting: list[tuple[Node, Iterator[Node]]] = []
    for root in roots:
        if root not in order and root not in known:
            waiting.append((root, iter(root.operands)))
        while waiting:
            node, operands = waiting[-1]
            below = next(operands, None)
            if below is None:
                order[node] = None
                waiting.pop()
            elif below not in order and below not in known:
                waiting.append((below, iter(below.operands)))
    return list(order)


def symbol_names(*roots: Node) -> set[str]:
    """The names of the symbols under some nodes."""
    return {node.name for node in topological(*roots) if isinstance(node, Symbol)}


def dump(root: Node) -> list[tuple[Any, ...]]:
    """A graph as rows that name earlier rows by number: what pickle writes, without recursion."""
    rows: list[tuple[Any, ...]] = []
    position: dict[Node, int] = {}
    for node in topological(root):
        below = [position[operand] for operand in node.operands]
        if isinstance(node, Symbol):
            rows.append(("symbol", node.name, node.shape))
        elif isinstance(node, Data):
            rows.append(("data", node.array, node.shape, node.content))
        elif isinstance(node, Product):
            spelled = [(k, f.labels, f.exponent) for k, f in zip(below, node.factors, strict=True)]
            rows.append(("product", spelled, node.output, node.sizes, tuple(node.scale)))
        elif isinstance(node, Apply):
            rows.append(("apply", node.operation, below, node.shape, node.parameters))
        else:
            rows.append(("sum", below))
        if node.symmetric:
            rows.append(("symmetric", len(rows) - 1))
        position[node] = len(rows) - 1
    return rows


def load(rows: Sequence[tuple[Any, ...]]) -> Node:
    """The graph that :func:`dump` wrote."""
    nodes: list[Node] = []
    for kind, *fields in rows:
        if kind == "symbol":
            nodes.append(symbol(*fields))
        elif kind == "data":
            fields[0].setflags(write=False)  # pickle does not keep an array frozen
            nodes.append(data(*fields))
        elif kind == "product":
            factors, output, sizes, scale = fields
            built = tuple(Factor(nodes[k], labels, exponent) for k, labels, exponent in factors)
            nodes.append(consed_product(built, output, sizes, Scale(*scale)))
        elif kind == "apply":
            operation, below, shape, parameters = fields
            nodes.append(apply(operation, [nodes[k] for k in below], shape, parameters))
        elif kind == "symmetric":
            nodes.append(as_symmetric(nodes[fields[0]]))
        else:
            nodes.append(consed_sum([nodes[k] for k in fields[0]]))
    return nodes[-1]
