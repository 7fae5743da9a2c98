"""Products of generated source that a careful person would not write: with a slice of eye."""

import ast

_WINDOWED = 2  # eye(n) is the identity; eye(n - 1, n, 1) is a slice of it
_DENSE = ("sliding", "levi_civita")


def products_with_windows(source: str) -> list[str]:
    """The products of matrices with a slice of eye in some source, and calls of dense windows."""
    tree = ast.parse(source)
    windows: set[str] = set()
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_of_eye(node.value, windows):
            windows |= {one.id for one in node.targets if isinstance(one, ast.Name)}
    for node in ast.walk(tree):
        factors: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            factors = [node.left, node.right]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = [node.left, node.right]
            factors = sides if any(isinstance(one, ast.Subscript) for one in sides) else []
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            factors = node.args if called.endswith((".einsum", ".outer", ".sum")) else []
            found += [ast.unparse(node)] * (called in _DENSE)
        if any(_is_of_eye(one, windows) for one in factors):
            found.append(ast.unparse(node))
    return found


def _is_of_eye(node: ast.expr, windows: set[str]) -> bool:
    """Whether an expression is a slice of eye, its transpose, or a sum with one."""
    if isinstance(node, ast.BinOp):
        return any(_is_of_eye(one, windows) for one in (node.left, node.right))
    if isinstance(node, ast.UnaryOp):
        return _is_of_eye(node.operand, windows)
    if isinstance(node, ast.Attribute):
        return _is_of_eye(node.value, windows)
    if isinstance(node, ast.Subscript):
        return _is_eye(node.value)
    if isinstance(node, ast.Name):
        return node.id in windows
    return isinstance(node, ast.Call) and _is_eye(node) and len(node.args) >= _WINDOWED


def _is_eye(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".eye")
