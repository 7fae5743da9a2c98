"""Several derivatives and the value that they belong to, computed by one function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import ArrayLike

from matcalc.code import Computation, Computed, Dialect, Output, Returned, Source, source_of
from matcalc.code.origin import origin
from matcalc.derivative import derivatives
from matcalc.errors import ArrayError, NotationError, ShapeError
from matcalc.graph import Data, Factor, Node, add, contract, symbol
from matcalc.jacobians.computable import Computable
from matcalc.jacobians.jacobian import Jacobian
from matcalc.jacobians.linear_map import order_of
from matcalc.jacobians.packed import Packed, check_gradients
from matcalc.jacobians.written import formulas_of, leaves_of, written_for_code
from matcalc.layout import ArrayForm, written
from matcalc.simplify import named_functions, simplified
from matcalc.variables import Variable, second_derivative, word

_DIRECTION = "(along {})"  # the name of the direction of a variable, which nobody can type


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Together(Computable):
    """Derivatives that are computed together: what they share, a forward pass, is done once.

    :func:`together` and :func:`value_and_grad` make it.

    Attributes:
        derivatives: The derivatives, in the order in which they are returned.
        value: What is differentiated; ``None`` where it is not returned.
        returned: How they are returned: the number of one, the value first, or a tuple of such.

    >>> import matcalc as mc
    >>> mc.value_and_grad("sum(x**2)", wrt="x", variables="x[n]", layout="denominator")
    <together: f, ∂f/∂x in denominator layout>
    """

    derivatives: tuple[Jacobian[Any], ...]
    value: Node | None
    returned: Returned
    _known: list[tuple[Node, ArrayForm | None]] = field(default_factory=list, init=False)
    _computed: list[Computed] = field(default_factory=list, init=False)
    _products: list[Computed] = field(default_factory=list, init=False)

    def evaluate(self, /, **arrays: Any) -> Any:
        """The numbers, as :attr:`returned` says: the value, and a tuple of derivatives.

        A call is the same; :meth:`compile` makes a function that is faster still.

        Args:
            arrays: The variables by name, as :meth:`Jacobian.evaluate` takes them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of that name, or its numbers are not real.

        >>> import matcalc as mc
        >>> line = mc.value_and_grad("sum((a * x + b - y)**2)", wrt=["a", "b"],
        ...                          variables="x[n] y[n] a b", layout="denominator")
        >>> value, (by_a, by_b) = line(x=[0.0, 1.0], y=[1.0, 4.0], a=2.0, b=0.0)
        >>> print(value, by_a, by_b)
        5.0 -4.0 -6.0
        """
        if not self._computed:
            self._computed.append(Computed(self._computation()))
        return self._computed[0](**arrays)

    __call__ = evaluate

    def packed(self, start: Mapping[str, ArrayLike], /, **arrays: Any) -> Packed:
        """A number and its gradients as functions of one flat vector, for optimisers.

        Args:
            start: Where the parameters begin: an array for each variable of ``wrt``.
            arrays: The other variables, and dimensions that no array tells.

        Raises:
            NotationError: There is no value, or a derivative that is no gradient by a variable.
            ArrayError: The start of a parameter is missing, or another is given.

        >>> import matcalc as mc
        >>> line = mc.value_and_grad("sum((a * x + b - y)**2)", wrt=["a", "b"],
        ...                          variables="x[n] y[n] a b", layout="denominator")
        >>> f = line.packed({"a": 2.0, "b": 0.0}, x=[0.0, 1.0], y=[1.0, 4.0])
        >>> value, gradient = f(f.start)  # minimize(f, f.start, jac=True, hessp=f.hessp)
        >>> print(value, gradient, f.hess(f.start).tolist())
        5.0 [-4. -6.] [[2.0, 2.0], [2.0, 4.0]]
        """
        if self.value is None:
            raise NotationError(
                "parameters are packed of a number and its gradients: "
                "matcalc.value_and_grad(…) makes them"
            )
        return Packed(self.compile(), self.hessp, self.derivatives, start, arrays)

    def hessp(self, direction: Mapping[str, ArrayLike], /, **arrays: Any) -> Any:
        """The Hessian times a direction: how gradients change along it. No Hessian is made.

        Args:
            direction: An array for each variable of ``wrt``, of its shape.
            arrays: The variables by name, as :meth:`evaluate` takes them.

        Returns:
            An array of the shape of each variable of ``wrt``: a tuple, or one as the gradient is.

        Raises:
            NotationError: A derivative is no gradient of a number by a variable.
            ArrayError: The direction of a variable is missing, or there is one of another.
            ShapeError: A direction has another shape than its variable.
            UnboundError: A variable or a dimension has no numbers.

        >>> import matcalc as mc
        >>> line = mc.value_and_grad("sum((a * x + b - y)**2)", wrt=["a", "b"],
        ...                          variables="x[n] y[n] a b", layout="denominator")
        >>> by_a, by_b = line.hessp({"a": 1.0, "b": 0.0}, x=[0.0, 1.0], y=[1.0, 4.0], a=2.0, b=0.0)
        >>> print(by_a, by_b)
        2.0 2.0
        """
        if not self._products:
            check_gradients(self.derivatives)
            self._products.append(Computed(self._along()))
        names = [one.wrt.name for one in self.derivatives]
        if set(direction) != set(names):
            listed = ", ".join(direction) or "nothing"
            raise ArrayError(f"the direction has {listed}; it needs {', '.join(names)}")
        along = {_DIRECTION.format(name): array for name, array in direction.items()}
        return self._products[0](**arrays, **along)

    def _along(self) -> Computation:
        """The derivative of all gradients along a direction: one sweep for all variables."""
        symbols = self._symbols()
        variables = [symbols[one.wrt.name] for one in self.derivatives]
        terms, along = [], {}
        for one, variable in zip(self.derivatives, variables, strict=True):
            axes, name = tuple(range(len(variable.shape))), _DIRECTION.format(one.wrt.name)
            along[name] = symbol(name, variable.shape)
            terms.append(contract([Factor(one.node, axes), Factor(along[name], axes)], ()))
        products = tuple(derivatives(add(terms), variables))
        count = len(products)
        returned = 0 if self.returned == (0, 1) else tuple(range(count))
        return Computation(products, (None,) * count, returned, {**symbols, **along})

    def _computation(self) -> Computation:
        nodes = self._nodes()
        orders = tuple(None if form is None else order_of(form) for _, form in nodes)
        roots = tuple(node for node, _ in nodes)
        return Computation(roots, orders, self.returned, self._symbols())

    def _nodes(self) -> list[tuple[Node, ArrayForm | None]]:
        """What is computed, each with the form in which its axes are written."""
        if not self._known:
            if self.value is not None:
                self._known.append((self._simplified(self.value), None))
            forms = (written(one.of, one.wrt, one.layout) for one in self.derivatives)
            self._known.extend(zip((one.node for one in self.derivatives), forms, strict=True))
        return self._known

    def _source(self, dialect: Dialect) -> Source:
        formulas = written_for_code(self._nodes(), tuple(self._symbols()), self._named())
        called = [(one.function_name, one.code_title) for one in self.derivatives]
        value = self.value is not None
        if value:
            called.insert(0, (word(self._above), self._above))
        outputs = [Output(one, *name) for one, name in zip(formulas, called, strict=True)]
        shared = "what they share is computed once."
        what = f"{self._above} and its derivatives" if value else f"Derivatives of {self._above}"
        given = (one.formula.text for one in self.derivatives if one.formula)
        summary = "\n".join([f"{what}; {shared}", "", *origin(given)])
        return source_of(
            outputs, self._shapes(), self.function_name, summary, dialect, self.returned
        )

    def _simplified(self, value: Node) -> Node:
        """The value in the form in which its parts stand in the derivatives."""
        formula = next(one.formula for one in self.derivatives if one.formula)
        properties = dict(formula.properties)
        known = named_functions([value], properties)[value]
        return simplified([known], properties, self._named().values())[known]

    @property
    def _above(self) -> str:
        """What is differentiated."""
        first = self.derivatives[0]
        twice = second_derivative(first.of, first.wrt)
        return first.of.name if twice is None else twice[0]

    @property
    def function_name(self) -> str:
        """What source calls it."""
        above = word(self._above)
        return f"derivatives_of_{above}" if self.value is None else f"{above}_and_derivatives"

    def _named(self) -> dict[str, Node]:
        """The intermediate results, by names that mean one thing in all formulas."""
        found: dict[str, Node] = {}
        several: set[str] = set()
        for formula in formulas_of(self.derivatives):
            for name, node in formula.named.items():
                if found.setdefault(name, node) is not node:
                    several.add(name)
        return {name: node for name, node in found.items() if name not in several}

    def _symbols(self) -> dict[str, Node]:
        return {k: node for k, node in self._leaves().items() if not isinstance(node, Data)}

    def _leaves(self) -> dict[str, Node]:
        return dict(leaves_of(*self.derivatives))

    def _repr_html_(self) -> str:
        shown = (one._repr_html_() for one in self.derivatives)  # pyright: ignore[reportPrivateUsage]
        return "".join(f"<div>{one}</div>" for one in shown if one)

    def __repr__(self) -> str:
        """One line: what is computed."""
        value = [] if self.value is None else [self._above]
        return f"<together: {', '.join([*value, *(one.code_title for one in self.derivatives)])}>"


def together(*derivatives: Jacobian[Any], value: bool = False) -> Together:
    """Derivatives that exist already, computed by one function.

    Args:
        derivatives: Of one formula or of several, of any order and layout.
        value: Whether what is differentiated is returned too, before the tuple of derivatives.

    Raises:
        NotationError: There is no derivative; or the value is asked for, and no first derivative
            of a formula says what it is, or they say different things.
        ShapeError: A variable has one shape in one derivative and another in another.

    >>> import matcalc as mc
    >>> one = dict(wrt="x", variables="x[n]", layout="denominator")
    >>> J, H = (mc.derive("sum(exp(x))", **one, order=k) for k in (1, 2))
    >>> mc.together(J, H, value=True)
    <together: f, ∂f/∂x in denominator layout, ∂²f/∂x² in denominator layout>
    >>> print(mc.together(J, H, value=True).numpy.splitlines()[-1].strip())
    return f, (df_dx, d2f_dx_dx)
    """
    if not derivatives:
        raise NotationError("together needs a derivative at least")
    _check_same(derivatives)
    node = _differentiated(derivatives) if value else None
    numbers = tuple(range(value, len(derivatives) + value))
    return Together(derivatives, node, (0, numbers) if value else numbers)


def _differentiated(derivatives: Iterable[Jacobian[Any]]) -> Node:
    """What all first derivatives are of.

    Raises:
        NotationError: There is none, or there are several.
    """
    of = {
        one.formula.node: one
        for one in derivatives
        if one.formula and second_derivative(one.of, one.wrt) is None
    }
    if len(of) == 1:
        return next(iter(of))
    if not of:
        raise NotationError(
            "no first derivative of a formula is there, which would say what the value is: "
            "add one, matcalc.derive(…, order=1), or leave out value=True"
        )
    raise NotationError(
        f"these are derivatives of {len(of)} formulas, so that there is no one value: "
        "leave out value=True"
    )


def _check_same(derivatives: Sequence[Jacobian[Any]]) -> None:
    """Hold what each name means in several derivatives against each other.

    Raises:
        ShapeError: It has different shapes.
        NotationError: It stands for different arrays.
    """
    known: dict[str, Node] = {}
    for name, node in leaves_of(*derivatives):
        seen = known.setdefault(name, node)
        if seen.shape != node.shape:
            one, two = Variable(name, seen.shape), Variable(name, node.shape)
            raise ShapeError(f"{one} in one derivative, {two} in another: rename one of them")
        if seen is not node and Data in (type(seen), type(node)):
            raise NotationError(
                f"{name} stands for different arrays in two derivatives: rename one"
            )
