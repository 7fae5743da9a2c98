"""What is computed by one function: its source, the function itself, batches, the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from matcalc.code import (
    JAX,
    NUMPY,
    NUMPY_COMPILED,
    NUMPY_REUSED,
    TORCH,
    Batched,
    Compiled,
    Computation,
    Dialect,
    Source,
)
from matcalc.dimensions import Shape
from matcalc.graph import Data, Node
from matcalc.plan.plan import Plan
from matcalc.plan.planning import compared_plan_of
from matcalc.plan.running import MAX_BYTES


class Computable:
    """A derivative, or several together, as numbers and as source of one function."""

    __slots__ = ()

    @property
    def function_name(self) -> str:
        """What source calls it: ``df_dx``."""
        raise NotImplementedError

    def _source(self, dialect: Dialect) -> Source:
        """Its source for a library."""
        raise NotImplementedError

    def _computation(self) -> Computation:
        """What is computed, and how its axes are ordered."""
        raise NotImplementedError

    def _accumulations(self) -> Mapping[str, int]:
        """Orders of a sum over paths that were tried: how many multiplications each takes."""
        return {}

    def _leaves(self) -> Mapping[str, Node]:
        """What it takes: variables, and then arrays that have names."""
        raise NotImplementedError

    def _shapes(self) -> dict[str, Shape]:
        return {name: node.shape for name, node in self._leaves().items()}

    @property
    def numpy(self) -> str:
        """NumPy source of one function that computes the array in this layout, or all of several.

        Straight-line code: what recurs is computed once, products are taken in the cheaper
        order, and nothing diagonal is filled with zeros before the result is. Its arguments are
        the variables that it uses, vectors as one-dimensional arrays; of floats, because NumPy's
        whole numbers overflow without a word (:meth:`compile` takes both).

        Raises:
            UnboundError: The derivative holds arrays, which have no names.

        >>> import matcalc as mc
        >>> source = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").numpy
        >>> source.splitlines()[-1].strip()
        'return (A + A.T) @ x'
        >>> both = mc.value_and_grad("sum((A @ x - b)**2)", wrt=["A", "x"],
        ...                          variables="A[m,n] x[n] b[m]", layout="denominator")
        >>> print(both.numpy[both.numpy.index("    t1"):].rstrip())
            t1 = A @ x - b
            f = t1 @ t1
            t2 = 2 * t1
            df_dA = np.outer(t2, x)
            df_dx = A.T @ t2
            return f, (df_dA, df_dx)
        """
        return self._source(NUMPY).text

    @property
    def torch(self) -> str:
        """PyTorch source of one function that computes the same as :attr:`numpy`.

        Arguments are tensors, and new tensors have their type and device.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            UnknownRuleError: There is no PyTorch code for a function in it.

        >>> import matcalc as mc
        >>> mc.rules.sigmoid("x[n]").torch.splitlines()[-2:]
        ['    t1 = torch.sigmoid(x)', '    return torch.diag(t1 * (1 - t1))']
        """
        return self._source(TORCH).text

    @property
    def jax(self) -> str:
        """JAX source of one function that computes the same as :attr:`numpy`, ready for jax.jit.

        Dimensions and functions among its arguments are static.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            UnknownRuleError: There is no JAX code for a function in it.

        >>> import matcalc as mc
        >>> mc.rules.sigmoid("x[n]").jax.splitlines()[-2:]
        ['    t1 = jax.nn.sigmoid(x)', '    return jnp.diag(t1 * (1 - t1))']
        """
        return self._source(JAX).text

    def compile(
        self, *, finite: bool = False, reuse: bool = False, max_bytes: int = MAX_BYTES
    ) -> Compiled:
        """The NumPy source as a function, which holds arrays against their shapes first.

        It computes with floats of one type, the widest of its arguments. It can be pickled;
        threads may share it.

        Args:
            finite: Whether every call looks for numbers that are not finite, and refuses them.
            reuse: Whether results belong to the function: its next call writes over them, and
                makes no new ones. Without it they are the caller's.
            max_bytes: The largest array that a call may make; of a larger one a call is a
                :class:`TooLargeError`, before anything is computed. Dask makes its arrays in
                chunks: there it is no limit.

        Raises:
            UnboundError: The derivative holds arrays, which have no names.
            MissingLibraryError: The source needs SciPy, which is not installed.

        >>> import matcalc as mc
        >>> gradient = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").compile()
        >>> gradient(x=[1.0, 2.0], A=[[1.0, 2.0], [3.0, 4.0]])
        array([12., 21.])
        >>> line = mc.value_and_grad("sum((a * x + b - y)**2)", wrt=["a", "b"],
        ...                          variables="x[n] y[n] a b", layout="denominator").compile()
        >>> value, (by_a, by_b) = line(x=[0.0, 1.0], y=[1.0, 4.0], a=2.0, b=0.0)
        >>> print(value, by_a, by_b)
        5.0 -4.0 -6.0
        >>> step = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x").compile(reuse=True)
        >>> A = [[1.0, 2.0], [3.0, 4.0]]
        >>> step(x=[1.0, 2.0], A=A) is step(x=[0.0, 1.0], A=A)
        True
        """
        held: dict[str, Any] = {
            name: node.array for name, node in self._leaves().items() if isinstance(node, Data)
        }
        source, computed = self._source(NUMPY_COMPILED), self._computation()
        reused = self._source(NUMPY_REUSED) if reuse else None
        name, shapes = self.function_name, self._shapes()
        return Compiled(source, name, shapes, held, finite, computed, reused, max_bytes)

    def batched(self, names: str) -> Batched:
        """The numbers at every point of a batch, as one program: no loop over points.

        Args:
            names: The variables that get a leading axis, the points, apart by spaces.

        Raises:
            NotationError: One of them is not there.
            UnknownRuleError: An operation of what is batched takes no batch.

        >>> import matcalc as mc
        >>> mc.rules.softmax("x[n]").batched("x")(x=[[0.0, 0.0], [0.0, 9.0]]).shape
        (2, 2, 2)
        """
        return Batched(self._computation(), names)

    def plan(self, /, **sizes: int) -> Plan:
        """How the numbers are computed at given sizes: what is done in which order, shared once.

        Args:
            sizes: The size of each named dimension.

        Raises:
            UnboundError: A dimension has no size.

        >>> import matcalc as mc
        >>> J = mc.rules.quadratic_form("x[n]", "A[n,n]", wrt="x")
        >>> print(J.plan(n=9))
        t1 = A @ x    (9,)  81
        t2 = A.T @ x  (9,)  81
        t3 = t1 + t2  (9,)
        162 multiplications; largest array (9,); result (9,)
        from left to right, as books multiply: as many
        """
        roots, orders, *_ = self._computation()
        plan, chosen = compared_plan_of(roots, sizes, orders), self._accumulations()
        return replace(plan, accumulations=tuple(chosen.items())) if chosen else plan
