# ruff: noqa: PLR0911 - a kind of part, a case

"""A formula in NumPy's language as a tree: vectors are columns, products are flat."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, special

ENTRYWISE = {
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "sigmoid": special.expit,
    "relu": lambda x: np.maximum(0, x),
    "softplus": lambda x: np.logaddexp(0, x),
}

NUMPY: dict[str, Any] = {
    **ENTRYWISE,
    "softmax": special.softmax,
    "logsumexp": special.logsumexp,
    "sum": np.sum,
    "mean": np.mean,
    "norm": np.linalg.norm,
    "norm1": lambda x: np.abs(x).sum(),
    "tr": np.trace,
    "det": np.linalg.det,
    "inv": np.linalg.inv,
    "pinv": np.linalg.pinv,
    "expm": linalg.expm,
    "matrix_power": np.linalg.matrix_power,
    "logdet": lambda x: np.linalg.slogdet(x)[1],
    "diag": np.diag,
    "outer": np.outer,
    "kron": np.kron,
    "vec": lambda x: x.ravel(order="F"),
    "einsum": np.einsum,
    "eye": np.eye,
    "ones": np.ones,
    "zeros": np.zeros,
}


class UnwrittenError(Exception):
    """What people would not write in this notation, or would write in a way that is ambiguous."""


@dataclass(frozen=True)
class Tree:
    """A part of a formula: what it is, its parts, and its shape in names of dimensions."""

    kind: str
    parts: tuple[Tree, ...] = ()
    shape: tuple[str, ...] = ()
    data: Any = None

    @property
    def rank(self) -> int:
        return len(self.shape)


def value(text: str, names: Mapping[str, Any]) -> Any:
    """What NumPy makes of a formula."""
    return eval(text, {"__builtins__": {}}, {**NUMPY, **names})  # noqa: S307 - records of the tests


class Builder:
    """Makes the tree of a formula; shapes are those that NumPy finds.

    Args:
        names: Arrays, and the sizes of dimensions, all of which differ.
        dims: The names of dimensions.
    """

    def __init__(self, names: Mapping[str, Any], dims: Mapping[str, int]) -> None:
        self.names = names
        self.dims = dims
        self.sizes = {size: name for name, size in dims.items()}

    def tree(self, text: str) -> Tree:
        return self.of(ast.parse(text, mode="eval").body)

    def shape(self, node: ast.expr) -> tuple[str, ...]:
        shape = np.shape(value(ast.unparse(node), self.names))
        return tuple(self.sizes.get(size, str(size)) for size in shape)

    def of(self, node: ast.expr) -> Tree:
        match node:
            case ast.Name(id=name) if name in self.dims:
                return Tree("size", data=name)
            case ast.Name(id=name):
                return Tree("name", (), self.shape(node), name)
            case ast.Constant(value=number):
                return Tree("number", data=number)
            case ast.UnaryOp(operand=inner):
                one = self.of(inner)
                if one.kind == "number":
                    return Tree("number", data=-one.data)
                return Tree("sum", (one,), one.shape, (-1,))
            case ast.Attribute(value=inner):
                one = self.of(inner)
                return transposed(one) if one.rank > 1 else one
            case ast.BinOp():
                return self.binary(node)
            case ast.Call():
                return self.call(node)
        raise UnwrittenError(ast.dump(node)[:20])

    def binary(self, node: ast.BinOp) -> Tree:
        left, right, shape = self.of(node.left), self.of(node.right), self.shape(node)
        match node.op:
            case ast.Add() | ast.Sub():
                return added(left, right, 1 if isinstance(node.op, ast.Add) else -1, shape)
            case ast.Mult():
                if left.rank and right.rank:
                    return hadamard(left, right, shape)
                return scaled([left, right], shape)
            case ast.Div():
                if left.rank and not right.rank and left.kind != "number":
                    return Tree("fraction", (left, right), shape)
                return Tree("fraction", (left, right), shape)
            case ast.Pow():
                if right.kind == "sum" or right.rank:
                    raise UnwrittenError("power")
                return Tree("power", (left, right), shape)
        return self.matmul(left, right, shape)

    def matmul(self, left: Tree, right: Tree, shape: tuple[str, ...]) -> Tree:
        if max(left.rank, right.rank) > 2:
            raise UnwrittenError("three axes")
        scalars: list[Tree] = []
        for one in (left, right):
            if one.kind == "scaled" and one.rank:
                scalars += one.parts[:-1]
        left, right = (
            one.parts[-1] if one.kind == "scaled" and one.rank else one for one in (left, right)
        )
        if left.rank == 1 and right.rank == 1:
            product = chained(transposed(left), right, ())
        elif left.rank == 1:
            product = chained(transposed(right), left, shape)
        else:
            product = chained(left, right, shape)
        return scaled([*scalars, product], shape) if scalars else product

    def call(self, node: ast.Call) -> Tree:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        shape = self.shape(node)
        if node.keywords or len(shape) > 2:
            raise UnwrittenError("keywords")
        if name == "einsum":
            pattern = node.args[0]
            assert isinstance(pattern, ast.Constant)
            parts = tuple(map(self.of, node.args[1:]))
            return Tree("einsum", parts, shape, pattern.value)
        if name in ("eye", "ones", "zeros"):
            return Tree(name, (), shape)
        parts = tuple(map(self.of, node.args))
        return Tree("call", parts, shape, name)


def transposed(one: Tree) -> Tree:
    """The transpose; of a column a row, which no other product has."""
    if one.kind == "transpose":
        return one.parts[0]
    if one.kind == "product" and one.rank == 1:
        return Tree(
            "product", tuple(transposed(part) for part in reversed(one.parts)), one.shape, "row"
        )
    return Tree("transpose", (one,), tuple(reversed(one.shape)))


def added(left: Tree, right: Tree, sign: int, shape: tuple[str, ...]) -> Tree:
    signs, parts = [1], [left]
    if left.kind == "sum":
        signs, parts = list(left.data), list(left.parts)
    if right.kind == "number" and right.data < 0:
        sign, right = -sign, Tree("number", data=-right.data)
    return Tree("sum", (*parts, right), shape, (*signs, sign))


def hadamard(left: Tree, right: Tree, shape: tuple[str, ...]) -> Tree:
    scalars: list[Tree] = []
    parts: list[Tree] = []
    for one in (left, right):
        inner = one
        if one.kind == "scaled":
            scalars += one.parts[:-1]
            inner = one.parts[-1]
        parts += inner.parts if inner.kind == "hadamard" else [inner]
    product = Tree("hadamard", tuple(parts), shape)
    return scaled([*scalars, product], shape) if scalars else product


def chained(left: Tree, right: Tree, shape: tuple[str, ...]) -> Tree:
    parts: list[Tree] = []
    for one in (left, right):
        parts += one.parts if one.kind == "product" and (one.rank or one.data == "row") else [one]
    return Tree("product", tuple(parts), shape)


def scaled(parts: list[Tree], shape: tuple[str, ...]) -> Tree:
    """Numbers times one thing: the numbers first."""
    flat: list[Tree] = []
    for one in parts:
        flat += one.parts if one.kind == "scaled" else [one]
    flat.sort(key=lambda one: (one.rank > 0, one.kind not in ("number", "size")))
    return Tree("scaled", tuple(flat), shape)
