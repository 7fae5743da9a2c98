"""Jacobian: a derivative that knows its variables, its layout and its structure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isfinite
from numbers import Real
from typing import Any, Generic, Literal, NoReturn, TypeGuard, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcalc.application import Given, Operator, directional, matrix_product, pulled_back
from matcalc.arrays import Array, arranged, given_arrays, real_array
from matcalc.code import JAX, NUMPY, TORCH, Compiled, Dialect, source_of
from matcalc.dimensions import Shape
from matcalc.errors import ArrayError, ChainError, LayoutError, NotationError, ShapeError
from matcalc.expression import Formula
from matcalc.graph import Data, Node, Scale, Symbol, add, scaled, topological
from matcalc.layout import (
    Denominator,
    Layout,
    Numerator,
    Order,
    Tag,
    Written,
    find_convention,
    find_layout,
    written,
)
from matcalc.linking import Link, chain_order, compose, path_of
from matcalc.notation import Written as WrittenFormula
from matcalc.notation import WrittenChain, text, write_derivative, written_chain
from matcalc.notation.equations import EquationForm, Ratio, equation
from matcalc.notation.latex import latex
from matcalc.notation.unicode import unicode
from matcalc.pictures import FACTORS, chain_svg, graph_svg, shapes_svg
from matcalc.plan import evaluate
from matcalc.plan.evaluate import MAX_BYTES
from matcalc.variables import Variable, ratio, second_derivative

_OTHER: dict[type[Layout], type[Layout]] = {Numerator: Denominator, Denominator: Numerator}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Jacobian(Generic[Tag]):
    """The derivative of one variable with respect to another, tagged with a layout.

    The entries are stored without a layout, axes of ``of`` and then of ``wrt``, as a network:
    diagonals, identities and outer products are never filled with zeros. The tag says how the
    derivative is written down: as an array, in a product, in print.

    Attributes:
        node: The entries.
        path: The variables of the chain that it was composed along, the outermost first.
        tag: The layout, as a type: ``Numerator`` or ``Denominator``.
        formula: What it was derived from, if it was derived from a formula.

    Source: Wikipedia, Matrix calculus, section Layout conventions.
    """

    node: Node
    path: tuple[Variable, ...]
    tag: type[Tag]
    formula: Formula | None = None

    __array_ufunc__ = None  # ndarray + J asks J, it does not fill an object array
    __array_priority__ = 1000

    @property
    def of(self) -> Variable:
        """The variable above the line."""
        return self.path[0]

    @property
    def wrt(self) -> Variable:
        """The variable below the line."""
        return self.path[-1]

    @property
    def layout(self) -> str:
        """The layout by name: ``"numerator"`` or ``"denominator"``."""
        return self.tag.name

    @property
    def _written(self) -> Written:
        return written(self.of, self.wrt, self.tag.name)

    @property
    def _chain(self) -> WrittenChain:
        return written_chain(self.path, self.tag.name)

    @property
    def shape(self) -> Shape:
        """The shape of the array in this layout."""
        return self._written.shape

    @property
    def matrix_shape(self) -> Shape | None:
        """Rows × columns as books write it, a column as n×1; ``None`` above rank 2."""
        return self._written.matrix_shape

    @property
    def array(self) -> Array:
        """The entries as a new array in this layout, zeros written out.

        Raises:
            UnboundError: A factor is a symbol.
            TooLargeError: The array would be larger than 4 GiB; :meth:`dense` takes a limit.
        """
        return self.dense()

    def dense(self, max_bytes: int = MAX_BYTES) -> Array:
        """The entries as a new array in this layout, if no array made on the way is too large.

        Raises:
            UnboundError: A factor is a symbol.
            TooLargeError: An array would be larger than ``max_bytes``.
        """
        return self._arranged(self._written, max_bytes)

    def _arranged(self, form: Written, max_bytes: int = MAX_BYTES) -> Array:
        return arranged(evaluate(self.node, max_bytes=max_bytes), form)

    @overload
    def to(self, layout: Literal["numerator"]) -> Jacobian[Numerator]: ...
    @overload
    def to(self, layout: Literal["denominator"]) -> Jacobian[Denominator]: ...
    @overload
    def to(self, layout: str) -> Jacobian[Any]: ...
    def to(self, layout: str) -> Jacobian[Any]:
        """The same derivative, written in another layout. No number is touched.

        Raises:
            LayoutError: No such layout.

        >>> import matcalc as mc
        >>> J = mc.jacobian("z[2] / x[3]", [[1, 2, 3], [4, 5, 6]], layout="numerator")
        >>> J.to("denominator").shape
        (3, 2)
        """
        return Jacobian(self.node, self.path, find_layout(layout), self.formula)

    @property
    def T(self) -> Jacobian[Any]:  # noqa: N802 - as NumPy spells it
        """The derivative in the other layout: tag and numbers together."""
        return Jacobian(self.node, self.path, _OTHER[self.tag], self.formula)

    def as_convention(self, convention: str, order: Order | None = None) -> Array:
        """The entries as a new array in any convention: ``mixed``, ``jax``, ``vec``.

        Args:
            convention: A name that ``matcalc layouts`` lists.
            order: For ``vec``: ``"F"`` stacks columns, ``"C"`` rows.

        Raises:
            LayoutError: No such convention, or vec without its order.
        """
        chosen = find_convention(convention, order)
        return self._arranged(written(self.of, self.wrt, chosen))

    def _formula(self, *, indices: bool = False) -> WrittenFormula:
        """The derivative as a tree of notation, in this layout."""
        names = tuple(self.formula.symbols) if self.formula else ()
        named = {node: name for name, node in self.formula.named.items()} if self.formula else {}
        return write_derivative(self.node, self._written, names, named, indices=indices)

    @property
    def text(self) -> str:
        """The formula in this layout, in matrix notation where there is one, else as an einsum.

        It is written in the input language; a derivative with respect to a vector is a row in
        numerator layout and a column in denominator layout.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> J = mc.rules.softmax("x[n]")
        >>> J.text
        'diag(softmax(x)) - softmax(x) @ softmax(x).T'
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").text
        '(A + A.T) @ x'
        """
        return text(self._formula())

    @property
    def unicode(self) -> str:
        """The formula in this layout as books print it, in Unicode.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").unicode
        '(A + Aᵀ) x'
        """
        return unicode(self._formula())

    @property
    def latex(self) -> str:
        r"""The formula in this layout as books print it, in LaTeX.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> print(mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").latex)
        \left(A + A^\top\right) x
        """
        return latex(self._formula())

    def equation(self, form: EquationForm = "unicode", *, shapes: bool = False) -> str:
        r"""The whole line: the derivative, and its formula in this layout.

        In LaTeX the fraction shows the layout: what is transposed in it carries a ⊤, as
        ∂f/∂xᵀ in numerator and ∂fᵀ/∂x in denominator layout.

        Args:
            form: ``"unicode"``, ``"latex"`` or ``"text"``.
            shapes: Whether shapes are written under the derivative and under each factor: in
                LaTeX with braces, in Unicode and text on a second line.

        Raises:
            NotationError: There is no such form.
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> J = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x", of="f", layout="denominator")
        >>> J.equation()
        '∂f/∂x = (A + Aᵀ) x'
        >>> print(J.equation(shapes=True))
        ∂f/∂x = (A + Aᵀ)  x
         n×1      n×n    n×1
        >>> print(J.to("numerator").equation("latex"))
        \frac{\partial f}{\partial x^\top} = x^\top \left(A + A^\top\right)
        """
        form_of = self._written
        shape = self.shape if form_of.matrix_shape is None else form_of.matrix_shape
        of, by = self._differentiated
        return equation(Ratio(of, by, self.layout, shape), self._formula(), form, shapes=shapes)

    @property
    def _differentiated(self) -> tuple[Variable, tuple[Variable, ...]]:
        """What is differentiated, once or twice, and with respect to what."""
        twice = second_derivative(self.of, self.wrt)
        if twice is None or self.formula is None:
            return self.of, (self.wrt,)
        above, below, _ = twice
        known = {**self.formula.symbols, **self.formula.named}
        first = known[below].shape if below in known else self.of.shape[-1:]  # vech(S)
        rank = self.of.rank - len(first)
        return Variable(above, self.of.shape[:rank]), (Variable(below, first), self.wrt)

    @property
    def einsum(self) -> str:
        """The formula in this layout in index notation: products as einsums, whatever they are.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").to("denominator").einsum
        'einsum("ij,j->i", A, x) + einsum("ji,j->i", A, x)'
        """
        return text(self._formula(indices=True))

    @property
    def numpy(self) -> str:
        """NumPy source of one function that computes the array in this layout.

        Straight-line code: what recurs is computed once, products are taken in the cheaper
        order, and nothing diagonal is filled with zeros before the result is. Its arguments are
        the variables that it uses, vectors as one-dimensional arrays.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> source = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").numpy
        >>> source.splitlines()[-1].strip()
        'return (A + A.T) @ x'
        """
        return self._source(NUMPY)

    @property
    def torch(self) -> str:
        """PyTorch source of one function that computes the array in this layout.

        As :attr:`numpy`; arguments are tensors, and new tensors have their type and device.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            UnknownRuleError: There is no PyTorch code for a function in it.

        >>> import matcalc as mc
        >>> mc.rules.sigmoid("x[n]").torch.splitlines()[-2:]
        ['    t1 = torch.sigmoid(x)', '    return torch.diag(t1 * (1 - t1))']
        """
        return self._source(TORCH)

    @property
    def jax(self) -> str:
        """JAX source of one function that computes the array in this layout, ready for jax.jit.

        As :attr:`numpy`; dimensions and functions among its arguments are static.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            UnknownRuleError: There is no JAX code for a function in it.

        >>> import matcalc as mc
        >>> mc.rules.sigmoid("x[n]").jax.splitlines()[-2:]
        ['    t1 = jax.nn.sigmoid(x)', '    return jnp.diag(t1 * (1 - t1))']
        """
        return self._source(JAX)

    def _source(self, dialect: Dialect) -> str:
        summary = f"{ratio(self.of, self.wrt)} in {self.layout} layout."
        return source_of(self._formula(), self._shapes(), self._function_name, summary, dialect)

    def compile(self) -> Compiled:
        """The NumPy source as a function, which holds arrays against their shapes first.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            MissingLibraryError: The source needs SciPy, which is not installed.

        >>> import matcalc as mc
        >>> gradient = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").compile()
        >>> gradient(x=[1.0, 2.0], A=[[1.0, 2.0], [3.0, 4.0]])
        array([12., 21.])
        """
        held = {name: node.array for name, node in self._constants().items()}
        return Compiled(self.numpy, self._function_name, self._shapes(), held)

    @property
    def _function_name(self) -> str:
        twice = second_derivative(self.of, self.wrt)
        above, *below = (self.of.name, self.wrt.name) if twice is None else twice
        names = [f"d{'' if twice is None else 2}{above}", *below]
        return "_d".join(re.sub(r"\W+", "_", name).strip("_") for name in names)  # vech(S)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of how the formula was read."""
        return self.formula.notes if self.formula else ()

    def evaluate(self, **arrays: Any) -> Array:
        """The numbers of a formula, in this layout.

        Args:
            arrays: The variables by name, vectors as one-dimensional arrays; dimensions as whole
                numbers, where no variable has them.

        Raises:
            UnboundError: A variable or a dimension has no numbers.
            ShapeError: An array has another shape than its variable.
            ArrayError: There is no variable of that name, or its numbers are not real.

        >>> import matcalc as mc
        >>> J = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x")
        >>> J.evaluate(x=[1.0, 2.0], A=[[1.0, 2.0], [3.0, 4.0]])
        array([12., 21.])
        """
        values, sizes = given_arrays(self._symbols(), arrays)
        return arranged(evaluate(self.node, values, sizes), self._written)

    def _constants(self) -> dict[str, Data]:
        """The arrays in a formula that have names."""
        named = self.formula.named if self.formula else {}
        return {name: node for name, node in named.items() if isinstance(node, Data)}

    def _shapes(self) -> dict[str, Shape]:
        """The shapes of what source takes: of variables, and then of arrays that have names."""
        return {name: node.shape for name, node in (self._symbols() | self._constants()).items()}

    def _symbols(self) -> dict[str, Node]:
        """Every variable that has a name: those of the formula, and those in the entries."""
        formula = self.formula
        found = {name: formula.symbols[name] for name in formula.variables} if formula else {}
        leaves = (node for node in topological(self.node) if isinstance(node, Symbol))
        return found | {leaf.name: leaf for leaf in leaves}

    def jvp(self, v: ArrayLike, /, **arrays: Any) -> Array:
        """The directional derivative: ``v`` has the shape of ``wrt``, the result that of ``of``.

        Never makes a dense Jacobian; of a second derivative it is the product of Hessian and
        vector. The same in every layout.

        Args:
            v: The direction.
            arrays: The numbers of a formula's variables, as :meth:`evaluate` takes them.

        Raises:
            ShapeError: ``v`` has another shape.
            ArrayError: ``v`` is not real and finite.
            UnboundError: A variable has no numbers.

        >>> import matcalc as mc
        >>> H = mc.derive("sum(x**3)", wrt="x", variables="x[n]", layout="numerator", order=2)
        >>> H.jvp([1.0, 0.0], x=[2.0, 5.0])
        array([12.,  0.])
        """
        given = Given(*given_arrays(self._symbols(), arrays))
        return directional(self.node, self._written, v, given)

    def vjp(self, u: ArrayLike, /, **arrays: Any) -> Array:
        """The pullback: ``u`` has the shape of ``of``, the result that of ``wrt``.

        Never makes a dense Jacobian. The same in every layout.

        Args:
            u: What is pulled back.
            arrays: The numbers of a formula's variables, as :meth:`evaluate` takes them.

        Raises:
            ShapeError: ``u`` has another shape.
            ArrayError: ``u`` is not real and finite.
            UnboundError: A variable has no numbers.
        """
        given = Given(*given_arrays(self._symbols(), arrays))
        return pulled_back(self.node, self._written, u, given)

    @overload
    def __matmul__(self, right: Jacobian[Tag]) -> Jacobian[Tag]: ...
    @overload
    def __matmul__(self, right: NDArray[Any]) -> Array: ...
    def __matmul__(self, right: Jacobian[Tag] | NDArray[Any]) -> Jacobian[Tag] | Array:
        """The chain rule in the order of the layout; or the written matrix times an array.

        Numerator layout multiplies from the outside in, ``dL_da @ da_dz``; denominator layout
        appends to the left, ``da_dz @ dL_da``, because (AB)ᵀ = BᵀAᵀ. With an array the product
        is that of the matrix as it is written in this layout.

        Raises:
            LayoutError: The two carry different tags, or the derivative has no matrix form.
            ChainError: They do not share the variable between them, or stand in the wrong order.
            ShapeError: The array does not fit.
        """
        if isinstance(right, Jacobian):
            return self._chained(right)
        return matrix_product(self.node, self._written, right, from_left=False)

    def __rmatmul__(self, left: NDArray[Any]) -> Array:
        """An array times the matrix as it is written in this layout."""
        return matrix_product(self.node, self._written, left, from_left=True)

    def _chained(self, right: Jacobian[Tag]) -> Jacobian[Tag]:
        this, that = (ratio(one.of, one.wrt) for one in (self, right))
        if self.tag is not right.tag:
            raise LayoutError(
                f"{this} is in {self.layout} layout and {that} in "
                f"{right.layout} layout, which multiply in opposite orders; "
                f'matcalc.chain(…, layout="{self.layout}") converts and orders them'
            )
        outer, inner = (self, right) if self.tag is Numerator else (right, self)
        if outer.wrt.name != inner.of.name and inner.wrt.name == outer.of.name:
            raise ChainError(
                f"{this} @ {that} is the wrong way round: {self.layout} layout "
                f"multiplies {that} @ {this}"
                + (", from the outside in" if self.tag is Numerator else ", from the inside out")
            )
        links = [Link(one.of, one.wrt) for one in (outer, inner)]
        if chain_order(links) != [0, 1]:
            raise ChainError(f"{this} and {that} do not link")
        node = compose([outer.node, inner.node], path_of(links))
        return Jacobian(node, (*outer.path, *inner.path[1:]), self.tag)

    def __add__(self, other: Jacobian[Tag]) -> Jacobian[Tag]:
        """The sum of two derivatives of the same variables in the same layout."""
        _refuse_arrays("+", other)
        if self.tag is not other.tag:
            raise LayoutError(f"a sum of {self.layout} and {other.layout} layout; convert one")
        if (self.of, self.wrt) != (other.of, other.wrt):
            raise ChainError(
                f"a sum needs derivatives of the same variables: {self!r} and {other!r}"
            )
        path = self.path if self.path == other.path else (self.of, self.wrt)
        return Jacobian(add([self.node, other.node]), path, self.tag)

    def __radd__(self, other: NDArray[Any]) -> NoReturn:
        _refuse("+", other)

    def __sub__(self, other: Jacobian[Tag]) -> Jacobian[Tag]:
        """The difference of two derivatives of the same variables in the same layout."""
        _refuse_arrays("-", other)
        return self + -other

    def __rsub__(self, other: NDArray[Any]) -> NoReturn:
        _refuse("-", other)

    def __mul__(self, other: float | Fraction) -> Jacobian[Tag]:
        """The derivative times a number."""
        if not _is_number(other):
            _refuse("*", other)
        return replace(self, node=scaled(self.node, Scale(_exact(other))))

    __rmul__ = __mul__

    def __truediv__(self, other: float | Fraction) -> Jacobian[Tag]:
        """The derivative divided by a number."""
        if not _is_number(other):
            _refuse("/", other)
        divisor = _exact(other)
        if not divisor:
            raise ArrayError("a derivative divided by zero")
        return replace(self, node=scaled(self.node, Scale(1 / divisor)))

    def __neg__(self) -> Jacobian[Tag]:
        return self * -1

    def __pos__(self) -> Jacobian[Tag]:
        return self

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("derivatives are not compared by ==; use J.allclose(K)")

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> NoReturn:
        raise TypeError("a derivative is neither true nor false; use J.allclose(K)")

    def allclose(
        self, other: Jacobian[Any] | ArrayLike, rtol: float = 1e-7, atol: float = 1e-10
    ) -> bool:
        """Whether two derivatives agree, whatever their layouts; or the array in this layout.

        Raises:
            ChainError: The other is a derivative of other variables.
            ShapeError: The other is an array of another shape.
        """
        if isinstance(other, Jacobian):
            if (self.of, self.wrt) != (other.of, other.wrt):
                raise ChainError(f"derivatives of other variables: {self!r} and {other!r}")
            if self.node is other.node:
                return True
            return bool(np.allclose(evaluate(self.node), evaluate(other.node), rtol, atol))
        array = real_array(other, "the array")
        if array.shape != self.shape:
            raise ShapeError(f"{self!r} against an array of shape {array.shape}")
        return bool(np.allclose(self.array, array, rtol, atol))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("a Jacobian has no array inside to share: np.asarray(J) makes one")
        return self.array if dtype is None else self.array.astype(dtype)

    def as_operator(self, order: Order = "F") -> Operator:
        """The derivative as a linear operator on flat vectors, for SciPy's solvers.

        In numerator layout it maps vec(wrt) to vec(of); in denominator layout it is the
        transpose. It is applied through its structure: nothing dense is made.

        Args:
            order: How matrices are flattened: ``"F"`` stacks columns, ``"C"`` rows.

        >>> import matcalc as mc, numpy as np
        >>> from scipy.sparse.linalg import aslinearoperator
        >>> J = mc.diagonal("a[3] / z[3]", [1.0, 2.0, 3.0])
        >>> aslinearoperator(J.as_operator()).matvec(np.ones(3))
        array([1., 2., 3.])
        """
        return Operator(self.node, self._written, order)

    def __repr__(self) -> str:
        """One line: the names, the shapes, the layout."""
        through = ", ".join(map(str, self.path[1:-1]))
        return (
            f"<{self._title}, {self.layout} layout, {self._written.title}"
            + (f", through {through}" if through else "")
            + ">"
        )

    @property
    def _title(self) -> str:
        """The derivative with the shapes of its variables."""
        if second_derivative(self.of, self.wrt):
            return ratio(self.of, self.wrt)
        return f"∂{self.of}/∂{self.wrt}"

    def __str__(self) -> str:
        """The product in its order, with the shape under each factor; of a formula the formula."""
        if self._is_of_formula:
            return f"{self.layout} layout, {self._written.title}\n{self.equation()}"
        return "\n".join([f"{self.layout} layout", *self._chain.lines()])

    @property
    def _is_of_formula(self) -> bool:
        """Whether it was derived from a formula that can be written down, and not composed."""
        nodes = topological(self.node) if self.formula and len(self.path) == 2 else [None]
        return not any(node is None or isinstance(node, Data) for node in nodes)

    def svg(self, picture: Literal["chain", "shapes", "graph"] = "chain") -> str:
        """A picture as SVG text, for a file or a page; it reads in light and in dark.

        Args:
            picture: ``"chain"``: the factors and the result, to scale, in both layouts;
                ``"shapes"``: in this layout alone; ``"graph"``: how the formula is computed, the
                shape on each arrow, with the paths from ``wrt`` to the result.

        Raises:
            NotationError: There is no such picture, or no formula to draw the graph of.

        >>> import matcalc as mc
        >>> J = mc.derive("x.T @ A @ x", wrt="x", variables="x[n] A[n,n]", layout="numerator")
        >>> J.svg("graph").partition(" ")[0]
        '<svg'
        """
        if picture == "chain":
            return chain_svg(self.path)
        if picture == "shapes":
            return shapes_svg(self._chain)
        if picture != "graph":
            raise NotationError(f"no picture {picture!r}: there are chain, shapes and graph")
        if self.formula is None:
            raise NotationError("a graph is drawn of a formula, as matcalc.derive reads it")
        return graph_svg(self.formula, self.of.name, [self.wrt.name])

    def _repr_html_(self) -> str | None:
        if self._is_of_formula:  # a notebook shows the formula, in LaTeX
            return None
        return chain_svg(self.path) if len(self.path) <= FACTORS + 1 else None

    def _repr_latex_(self) -> str:
        shown = self.equation("latex") if self._is_of_formula else self._chain.latex()
        return f"$\\displaystyle {shown}$"


def _is_number(value: object) -> TypeGuard[float | Fraction]:
    return isinstance(value, Real) or (isinstance(value, np.ndarray) and value.ndim == 0)


def _exact(value: float | Fraction) -> Fraction:
    """A number as the fraction that it is written as: 0.1 is 1/10."""
    if isinstance(value, (Fraction, int)):
        return Fraction(value)
    if not isfinite(value):
        raise ArrayError(f"a derivative is not multiplied by {value}")
    return Fraction(repr(float(value)))


def _refuse_arrays(operator: str, other: object) -> None:
    if not isinstance(other, Jacobian):
        _refuse(operator, other)


def _refuse(operator: str, other: object) -> NoReturn:
    if isinstance(other, Jacobian):
        raise TypeError(
            "two derivatives are multiplied by @, in the order of their layout, or by matcalc.chain"
        )
    raise TypeError(
        f"a Jacobian {operator} {type(other).__name__} has no meaning without a layout; "
        "read the array with matcalc.jacobian first, or write J.array"
    )
