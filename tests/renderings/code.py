# ruff: noqa: C901, PLR0911, ARG002 - a kind of part, a case

"""Formulas as code has them: MATLAB, Julia, R, matrixcalculus.org; NumPy, PyTorch, JAX."""

from __future__ import annotations

import ast
from random import Random

from tests.renderings.tree import ENTRYWISE, Builder, Tree, UnwrittenError

SUM, PRODUCT, UNARY, POWER, ATOM = range(5)

#: For each language its names; {0} is written within brackets, and a list is one to choose from.
NAMES: dict[str, dict[str, list[str]]] = {
    "matlab": {
        "tr": ["trace({0})"],
        "inv": ["inv({0})", "{0:a}^-1", "{0:a}^(-1)"],
        "det": ["det({0})"],
        "logdet": ["log(det({0}))", "log(abs(det({0})))"],
        "norm": ["norm({0})"],
        "norm_F": ["norm({0}, 'fro')", 'norm({0}, "fro")'],
        "norm1": ["norm({0}, 1)", "sum(abs({0}))"],
        "norm1_F": ["sum(sum(abs({0})))", "sum(abs({0}), 'all')", "sum(abs({0}(:)))"],
        "sum_F": ["sum(sum({0}))", "sum({0}, 'all')", "sum({0:n}(:))"],
        "mean_F": ["mean({0}, 'all')", "mean(mean({0}))"],
        "sigmoid": ["1 ./ (1 + exp(-({0})))", "sigmoid({0})"],
        "relu": ["max({0}, 0)", "max(0, {0})"],
        "softplus": ["log(1 + exp({0}))"],
        "logsumexp": ["log(sum(exp({0})))"],
        "softmax": ["exp({0}) / sum(exp({0}))", "softmax({0})"],
        "outer": ["{0:p} * {1:a}'"],
        "kron": ["kron({0}, {1})"],
        "vec": ["{0:n}(:)"],
        "matrix_power": ["{0:a}^{1}"],
        "eye": ["eye({0})"],
        "ones": ["ones({0}, 1)"],
        "ones_F": ["ones({0}, {1})"],
        "zeros_F": ["zeros({0}, {1})"],
        "zeros": ["zeros({0}, 1)"],
    },
    "julia": {
        "tr": ["tr({0})"],
        "inv": ["inv({0})"],
        "det": ["det({0})"],
        "logdet": ["logdet({0})", "log(det({0}))", "logabsdet({0})[1]"],
        "norm": ["norm({0})", "norm({0}, 2)"],
        "norm_F": ["norm({0})"],
        "norm1": ["norm({0}, 1)", "sum(abs, {0})"],
        "norm1_F": ["norm({0}, 1)", "sum(abs, {0})", "sum(abs.({0}))"],
        "sum_F": ["sum({0})"],
        "mean_F": ["mean({0})"],
        "sigmoid": ["1 ./ (1 .+ exp.(-({0})))", "sigmoid.({0})", "σ.({0})"],
        "relu": ["max.({0}, 0)", "max.(0, {0})", "relu.({0})"],
        "softplus": ["log.(1 .+ exp.({0}))", "log1p.(exp.({0}))"],
        "logsumexp": ["log(sum(exp.({0})))", "logsumexp({0})"],
        "softmax": ["exp.({0}) ./ sum(exp.({0}))", "softmax({0})"],
        "outer": ["{0:p} * {1:a}'"],
        "kron": ["kron({0}, {1})"],
        "vec": ["vec({0})"],
        "matrix_power": ["{0:a}^{1}"],
        "eye": ["I", "I({0})"],
        "ones": ["ones({0})"],
        "ones_F": ["ones({0}, {1})"],
        "zeros_F": ["zeros({0}, {1})"],
        "zeros": ["zeros({0})"],
        "diag": ["diagm({0})", "Diagonal({0})"],
    },
    "R": {
        "tr": ["sum(diag({0}))"],
        "inv": ["solve({0})"],
        "det": ["det({0})"],
        "logdet": ["log(det({0}))", "log(abs(det({0})))"],
        "norm": ["sqrt(sum(({0})^2))", "norm({0}, '2')", 'norm({0}, type = "2")'],
        "norm_F": ["norm({0}, 'F')", 'norm({0}, type="F")', "sqrt(sum(({0})^2))"],
        "norm1": ["sum(abs({0}))"],
        "norm1_F": ["sum(abs({0}))"],
        "sum_F": ["sum({0})"],
        "mean_F": ["mean({0})"],
        "sigmoid": ["1 / (1 + exp(-({0})))", "plogis({0})"],
        "relu": ["pmax({0}, 0)", "pmax(0, {0})"],
        "softplus": ["log(1 + exp({0}))", "log1p(exp({0}))"],
        "logsumexp": ["log(sum(exp({0})))"],
        "softmax": ["exp({0}) / sum(exp({0}))"],
        "outer": ["{0:p} %*% t({1})", "outer({0}, {1})", "{0:p} %o% {1:p}", "tcrossprod({0}, {1})"],
        "kron": ["kronecker({0}, {1})", "{0:p} %x% {1:p}"],
        "vec": ["as.vector({0})"],
        "matrix_power": [],
        "eye": ["diag({0})"],
        "ones": ["rep(1, {0})"],
        "ones_F": ["matrix(1, {0}, {1})", "matrix(1, nrow = {0}, ncol = {1})"],
        "zeros_F": ["matrix(0, {0}, {1})"],
        "zeros": ["rep(0, {0})", "numeric({0})"],
        "expm": ["expm({0})", "expm::expm({0})"],
        "pinv": ["ginv({0})", "MASS::ginv({0})"],
    },
    "matrixcalculus": {
        "tr": ["tr({0})"],
        "inv": ["inv({0})"],
        "det": ["det({0})"],
        "logdet": ["log(det({0}))"],
        "norm": ["norm2({0})"],
        "norm_F": ["normF({0})"],
        "norm1": ["norm1({0})"],
        "norm1_F": ["sum(abs({0}))"],
        "sum_F": ["sum({0})"],
        "mean_F": [],
        "sigmoid": ["vector(1) ./ (vector(1) + exp(-({0})))"],
        "relu": ["relu({0})"],
        "softplus": ["log(vector(1) + exp({0}))"],
        "logsumexp": ["log(sum(exp({0})))"],
        "softmax": ["exp({0}) / sum(exp({0}))"],
        "outer": ["{0:p} * {1:a}'"],
        "kron": [],
        "vec": [],
        "matrix_power": [],
        "eye": ["eye"],
        "ones": ["vector(1)"],
        "ones_F": ["matrix(1)"],
        "zeros": ["vector(0)"],
        "zeros_F": ["matrix(0)"],
    },
}


class Arrays:
    """Writes a tree where vectors are columns and a star may be the product of matrices."""

    def __init__(self, notation: str, random: Random, names: set[str]) -> None:
        self.notation, self.random, self.names = notation, random, names
        self.used: set[str] = set()
        self.declared: dict[str, str] = {}
        self.space = random.choice([" ", " ", ""])
        self.quote = random.choice(["'", "'", ".'"]) if notation == "matlab" else "'"
        self.dotted = notation != "R"

    def text(self, tree: Tree, least: int = SUM) -> str:
        found, level = getattr(self, f"write_{tree.kind}")(tree)
        return found if level >= least else f"({found})"

    def line(self, tree: Tree) -> str:
        return self.text(tree) + (
            ";" if self.notation == "matlab" and self.random.random() < 0.1 else ""
        )

    def write_name(self, tree: Tree) -> tuple[str, int]:
        self.declared[tree.data] = tree.data
        return tree.data, ATOM

    def write_size(self, tree: Tree) -> tuple[str, int]:
        return tree.data, ATOM

    def write_number(self, tree: Tree) -> tuple[str, int]:
        number = tree.data
        if number < 0:
            return repr(number), SUM
        if number in (0.5, 0.25) and self.random.random() < 0.5:
            return f"1/{int(1 / number)}", PRODUCT
        return repr(number), ATOM

    def write_sum(self, tree: Tree) -> tuple[str, int]:
        mixed = len({part.rank for part in tree.parts}) > 1
        if mixed and self.notation == "matrixcalculus":
            raise UnwrittenError("a number added")
        dot = " ." if mixed and self.notation == "julia" else self.space
        first, *rest = tree.parts
        found = ("-" if tree.data[0] < 0 else "") + self.text(first, PRODUCT)
        for part, sign in zip(rest, tree.data[1:], strict=True):
            space = " " if dot == " ." else self.space
            found += f"{dot}{'+' if sign > 0 else '-'}{space}{self.text(part, PRODUCT)}"
        return found, SUM

    def write_product(self, tree: Tree) -> tuple[str, int]:
        sign = " %*% " if self.notation == "R" else f"{self.space}*{self.space}"
        first, *rest = tree.parts
        if self.notation == "R" and len(tree.parts) == 2 and not tree.rank:
            left, right = (
                tree.parts[0].parts[0] if first.kind == "transpose" else None,
                tree.parts[1],
            )
            if left is not None and self.random.random() < 0.4:
                self.used.add("sum(x * y)")
                return f"sum({self.text(left, PRODUCT)} * {self.text(right, UNARY)})", ATOM
        if (
            self.notation == "julia"
            and len(tree.parts) == 2
            and not tree.rank
            and self.random.random() < 0.3
        ) and first.kind == "transpose":
            self.used.add("dot(x, y)")
            return f"dot({self.text(first.parts[0])}, {self.text(rest[0])})", ATOM
        if (
            self.notation == "R"
            and first.kind == "transpose"
            and self.random.random() < 0.2
            and len(rest) == 1
        ):
            self.used.add("crossprod")
            return f"crossprod({self.text(first.parts[0])}, {self.text(rest[0])})", ATOM
        return sign.join([self.text(first, UNARY), *(self.text(one, UNARY) for one in rest)]), (
            PRODUCT
        )

    def write_scaled(self, tree: Tree) -> tuple[str, int]:
        texts = [self.text(one, PRODUCT if n == 0 else UNARY) for n, one in enumerate(tree.parts)]
        if (
            (
                self.notation == "julia"
                and tree.parts[0].kind == "number"
                and self.random.random() < 0.5
            )
            and texts[0].isdigit()
            and texts[1][0].isalpha()
        ):
            self.used.add("2x")
            return "*".join([texts[0] + texts[1], *texts[2:]]), PRODUCT
        return f"{self.space}*{self.space}".join(texts), PRODUCT

    def write_hadamard(self, tree: Tree) -> tuple[str, int]:
        texts = [self.text(part, UNARY) for part in tree.parts]
        sign = f"{self.space}{'.' if self.dotted else ''}*{self.space}"
        return sign.join(texts), PRODUCT

    def write_fraction(self, tree: Tree) -> tuple[str, int]:
        above, below = tree.parts
        if above.rank == 0 and below.rank and self.notation == "matrixcalculus":
            raise UnwrittenError("a number over a vector")
        sign = (
            "./"
            if self.dotted and (below.rank or (above.rank and self.random.random() < 0.2))
            else "/"
        )
        left = self.text(above, PRODUCT if above.kind != "product" or not above.rank else UNARY)
        return f"{left}{self.space}{sign}{self.space}{self.text(below, UNARY)}", PRODUCT

    def write_power(self, tree: Tree) -> tuple[str, int]:
        base, exponent = tree.parts
        dot = "." if self.dotted and base.rank else ""
        sign = "**" if self.notation == "R" and self.random.random() < 0.1 else f"{dot}^"
        return f"{self.text(base, ATOM)}{sign}{self.text(exponent, ATOM)}", POWER

    def write_transpose(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if self.notation == "R":
            return f"t({self.text(one)})", ATOM
        if self.notation == "julia" and self.random.random() < 0.1:
            self.used.add("transpose()")
            return f"transpose({self.text(one)})", ATOM
        return f"{self.text(one, ATOM)}{self.quote}", POWER

    def write_einsum(self, tree: Tree) -> tuple[str, int]:
        raise UnwrittenError("einsum")

    def write_eye(self, tree: Tree) -> tuple[str, int]:
        return self.filled("eye", [], tree.shape)

    def write_ones(self, tree: Tree) -> tuple[str, int]:
        return self.filled("ones" + "_F" * (tree.rank == 2), [], tree.shape)

    def write_zeros(self, tree: Tree) -> tuple[str, int]:
        return self.filled("zeros" + "_F" * (tree.rank == 2), [], tree.shape)

    def filled(self, name: str, parts: list[Tree], sizes: tuple[str, ...] = ()) -> tuple[str, int]:
        options = NAMES[self.notation].get(name, [])
        if not options:
            raise UnwrittenError(name)
        template = self.random.choice(options)
        self.used.add(template)
        found = template
        for k, one in enumerate(parts):
            name_only = f"{{{k}:n}}"
            if name_only in found and one.kind != "name":
                raise UnwrittenError("places of what has no name")
            for mark, least in (
                (f"{{{k}:a}}", ATOM),
                (f"{{{k}:p}}", UNARY),
                (name_only, ATOM),
                (f"{{{k}}}", SUM),
            ):
                found = found.replace(mark, self.text(one, least)) if mark in found else found
        for k, size in enumerate(sizes):
            found = found.replace(f"{{{k}}}", size)
        if "I" in self.names and found == "I":
            raise UnwrittenError("I")
        level = (
            PRODUCT
            if any(sign in template for sign in ("./", " / ", "%", " * "))
            else POWER
            if template.endswith(("^{1}", "^-1", "^(-1)"))
            else ATOM
        )
        return found, level

    def write_call(self, tree: Tree) -> tuple[str, int]:
        name, (one, *_) = tree.data, tree.parts
        matrix = one.rank == 2
        self.used.add(name)
        if name in ("norm", "norm1", "sum", "mean") and matrix:
            return self.filled(f"{name}_F", list(tree.parts))
        if name in ("softmax", "logsumexp") and matrix:
            raise UnwrittenError(name)
        if name == "matrix_power" and self.notation == "R":
            return " %*% ".join([self.text(one, UNARY)] * tree.parts[1].data), PRODUCT
        if name == "matrix_power" and self.notation == "matrixcalculus":
            return "*".join([self.text(one, UNARY)] * tree.parts[1].data), PRODUCT
        if name in ("sigmoid", "softplus") and self.notation == "matrixcalculus" and one.rank != 1:
            raise UnwrittenError(name)
        if name in NAMES[self.notation]:
            found, level = self.filled(name, list(tree.parts))
            if not one.rank and self.notation == "julia":
                found = found.replace(".(", "(").replace(" .+", " +").replace("./", "/")
            return found, level
        if (
            name == "sum"
            and self.notation == "julia"
            and self.random.random() < 0.2
            and one.kind == "power"
            and one.parts[1].data == 2
        ):
            self.used.add("sum(abs2, x)")
            return f"sum(abs2, {self.text(one.parts[0])})", ATOM
        if self.notation == "matrixcalculus" and name in ("pinv", "mean", "softmax", "expm"):
            raise UnwrittenError(name)
        dot = "." if self.notation == "julia" and name in ENTRYWISE and one.rank else ""
        if name == "expm" and self.notation == "julia":
            raise UnwrittenError("exp of a matrix, as of its entries elsewhere")
        return f"{name}{dot}({', '.join(map(self.text, tree.parts))})", ATOM


#: For each library how a call of the language is written; _0, _1 are what it is called with.
CALLS: dict[str, dict[str, list[str]]] = {
    "numpy": {
        "@": ["_0 @ _1", "_0 @ _1", "_0.dot(_1)", "np.dot(_0, _1)", "np.matmul(_0, _1)"],
        ".T": ["_0.T", "_0.T", "_0.transpose()", "np.transpose(_0)"],
        "**2": ["_0 ** 2", "_0 ** 2", "np.square(_0)", "np.power(_0, 2)", "_0 * _0"],
        "tr": ["np.trace(_0)", "_0.trace()"],
        "inv": ["np.linalg.inv(_0)", "inv(_0)", "linalg.inv(_0)", "la.inv(_0)"],
        "pinv": ["np.linalg.pinv(_0)"],
        "det": ["np.linalg.det(_0)", "linalg.det(_0)"],
        "logdet": [
            "np.linalg.slogdet(_0)[1]",
            "np.log(np.linalg.det(_0))",
            "np.log(np.abs(np.linalg.det(_0)))",
            "np.linalg.slogdet(_0).logabsdet",
        ],
        "norm": ["np.linalg.norm(_0)", "norm(_0)", "la.norm(_0)", "np.sqrt(np.sum((_0)**2))"],
        "norm1": [
            "np.linalg.norm(_0, 1)",
            "np.linalg.norm(_0, ord=1)",
            "np.abs(_0).sum()",
            "np.sum(np.abs(_0))",
        ],
        "norm1_F": ["np.abs(_0).sum()", "np.sum(np.abs(_0))"],
        "norm_F": [
            "np.linalg.norm(_0)",
            "np.linalg.norm(_0, 'fro')",
            "np.linalg.norm(_0, ord='fro')",
        ],
        "sum": ["np.sum(_0)", "_0.sum()"],
        "mean": ["np.mean(_0)", "_0.mean()", "np.average(_0)"],
        "sigmoid": [
            "1 / (1 + np.exp(-(_0)))",
            "scipy.special.expit(_0)",
            "expit(_0)",
            "special.expit(_0)",
            "sigmoid(_0)",
        ],
        "relu": [
            "np.maximum(0, _0)",
            "np.maximum(_0, 0)",
            "np.maximum(_0, 0.0)",
            "np.where(_0 > 0, _0, 0)",
        ],
        "softplus": ["np.log(1 + np.exp(_0))", "np.log1p(np.exp(_0))", "np.logaddexp(0, _0)"],
        "softmax": [
            "scipy.special.softmax(_0)",
            "np.exp(_0) / np.sum(np.exp(_0))",
            "np.exp(_0) / np.exp(_0).sum()",
            "softmax(_0)",
        ],
        "logsumexp": [
            "scipy.special.logsumexp(_0)",
            "np.log(np.sum(np.exp(_0)))",
            "logsumexp(_0)",
            "np.log(np.exp(_0).sum())",
        ],
        "expm": ["scipy.linalg.expm(_0)", "expm(_0)"],
        "matrix_power": ["np.linalg.matrix_power(_0, _1)"],
        "outer": [
            "np.outer(_0, _1)",
            "np.multiply.outer(_0, _1)",
            "_0[:, None] * _1[None, :]",
            "_0[:, np.newaxis] * _1",
        ],
        "kron": ["np.kron(_0, _1)"],
        "diag": ["np.diag(_0)"],
        "vec": [
            "_0.flatten(order='F')",
            "_0.ravel('F')",
            "_0.T.ravel()",
            "_0.T.flatten()",
            "_0.reshape(-1, order='F')",
            "_0.T.reshape(-1)",
        ],
        "einsum": ["np.einsum(*)"],
        "eye": ["np.eye(_0)", "np.identity(_0)"],
        "ones": ["np.ones(_0)"],
        "zeros": ["np.zeros(_0)"],
        **{
            name: [f"np.{name}(_0)"]
            for name in ("exp", "log", "sin", "cos", "tanh", "cosh", "sinh", "tan", "sqrt", "sign")
        },
        "abs": ["np.abs(_0)", "abs(_0)", "np.absolute(_0)"],
    },
    "torch": {
        "@": ["_0 @ _1", "_0 @ _1", "torch.matmul(_0, _1)", "_0.matmul(_1)"],
        "@11": ["_0 @ _1", "torch.dot(_0, _1)", "_0.dot(_1)", "torch.inner(_0, _1)"],
        "@21": ["_0 @ _1", "torch.mv(_0, _1)", "_0.mv(_1)"],
        "@22": ["_0 @ _1", "torch.mm(_0, _1)", "_0.mm(_1)"],
        ".T": [
            "_0.T",
            "_0.t()",
            "_0.mT",
            "_0.transpose(0, 1)",
            "_0.transpose(-2, -1)",
            "torch.t(_0)",
        ],
        "**2": ["_0 ** 2", "_0.pow(2)", "torch.pow(_0, 2)", "torch.square(_0)", "_0.square()"],
        "tr": ["torch.trace(_0)", "_0.trace()"],
        "inv": ["torch.inverse(_0)", "torch.linalg.inv(_0)", "_0.inverse()"],
        "pinv": ["torch.linalg.pinv(_0)", "torch.pinverse(_0)"],
        "det": ["torch.det(_0)", "torch.linalg.det(_0)", "_0.det()"],
        "logdet": [
            "torch.logdet(_0)",
            "torch.linalg.slogdet(_0)[1]",
            "torch.slogdet(_0).logabsdet",
            "_0.logdet()",
        ],
        "norm": [
            "torch.norm(_0)",
            "torch.linalg.norm(_0)",
            "_0.norm()",
            "torch.linalg.vector_norm(_0)",
            "_0.norm(p=2)",
        ],
        "norm_F": [
            "torch.norm(_0)",
            "torch.linalg.norm(_0)",
            "_0.norm()",
            "torch.linalg.matrix_norm(_0)",
            "torch.norm(_0, p='fro')",
        ],
        "norm1": [
            "torch.norm(_0, p=1)",
            "_0.abs().sum()",
            "_0.norm(1)",
            "torch.sum(torch.abs(_0))",
        ],
        "norm1_F": ["_0.abs().sum()", "torch.sum(torch.abs(_0))"],
        "sum": ["torch.sum(_0)", "_0.sum()"],
        "mean": ["torch.mean(_0)", "_0.mean()"],
        "sigmoid": ["torch.sigmoid(_0)", "F.sigmoid(_0)", "_0.sigmoid()"],
        "relu": [
            "torch.relu(_0)",
            "F.relu(_0)",
            "_0.relu()",
            "_0.clamp(min=0)",
            "torch.clamp(_0, min=0)",
        ],
        "softplus": [
            "F.softplus(_0)",
            "torch.nn.functional.softplus(_0)",
            "torch.log1p(torch.exp(_0))",
        ],
        "softmax": [
            "torch.softmax(_0, dim=0)",
            "F.softmax(_0, dim=-1)",
            "torch.nn.functional.softmax(_0, dim=0)",
            "_0.softmax(dim=0)",
            "_0.softmax(0)",
        ],
        "logsumexp": [
            "torch.logsumexp(_0, dim=0)",
            "torch.logsumexp(_0, 0)",
            "_0.logsumexp(dim=0)",
        ],
        "expm": ["torch.matrix_exp(_0)", "torch.linalg.matrix_exp(_0)"],
        "matrix_power": ["torch.matrix_power(_0, _1)", "torch.linalg.matrix_power(_0, _1)"],
        "outer": [
            "torch.outer(_0, _1)",
            "torch.ger(_0, _1)",
            "_0.outer(_1)",
            "_0.unsqueeze(1) * _1.unsqueeze(0)",
            "_0[:, None] * _1[None, :]",
        ],
        "kron": ["torch.kron(_0, _1)"],
        "diag": ["torch.diag(_0)", "_0.diag()", "torch.diag_embed(_0)"],
        "diag_F": ["torch.diag(_0)", "_0.diagonal()", "torch.diagonal(_0)"],
        "vec": ["_0.T.flatten()", "_0.t().reshape(-1)"],
        "einsum": ["torch.einsum(*)"],
        "eye": ["torch.eye(_0)"],
        "ones": ["torch.ones(_0)"],
        "zeros": ["torch.zeros(_0)"],
        **{
            name: [f"torch.{name}(_0)", f"_0.{name}()"]
            for name in (
                "exp",
                "log",
                "sin",
                "cos",
                "tanh",
                "cosh",
                "sinh",
                "tan",
                "sqrt",
                "sign",
                "abs",
            )
        },
    },
}
CALLS["jax"] = {
    name: [
        one.replace("np.", "jnp.").replace("scipy.", "jax.scipy.").replace("jnp.newaxis", "None")
        for one in options
        if not one.startswith(("la.", "linalg."))
    ]
    for name, options in CALLS["numpy"].items()
} | {
    "sigmoid": ["jax.nn.sigmoid(_0)", "nn.sigmoid(_0)"],
    "relu": ["jax.nn.relu(_0)", "jnp.maximum(_0, 0)", "jnp.maximum(0., _0)"],
    "softplus": ["jax.nn.softplus(_0)", "jnp.logaddexp(_0, 0.0)"],
    "softmax": ["jax.nn.softmax(_0)"],
    "logsumexp": ["jax.nn.logsumexp(_0)", "jax.scipy.special.logsumexp(_0)"],
}


class _Filled(ast.NodeTransformer):
    def __init__(self, parts: list[ast.expr]) -> None:
        self.parts = parts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.parts[int(node.id[1:])] if node.id[0] == "_" else node


class Library:
    """Writes the calls of a formula in NumPy's language as those of a library."""

    def __init__(self, notation: str, random: Random, builder: Builder) -> None:
        self.notation, self.random, self.builder = notation, random, builder
        self.calls = CALLS[notation]
        self.used: set[str] = set()
        self.declared = {name: name for name in builder.names if name not in builder.dims}

    def line(self, text: str) -> str:
        return ast.unparse(self.of(ast.parse(text, mode="eval").body))

    def filled(self, name: str, parts: list[ast.expr]) -> ast.expr:
        if name not in self.calls:
            raise UnwrittenError(name)
        template = self.random.choice(self.calls[name])
        self.used.add(template)
        if "*)" in template:
            function = ast.parse(template.removesuffix("(*)"), mode="eval").body
            return ast.Call(function, parts, [])
        return _Filled(parts).visit(ast.parse(template, mode="eval").body)

    def of(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.Attribute(value=inner):
                rank = len(self.builder.shape(inner))
                return self.filled(".T", [self.of(inner)]) if rank == 2 else self.of(inner)
            case ast.UnaryOp(op=op, operand=inner):
                return ast.UnaryOp(op, self.of(inner))
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                ranks = f"@{len(self.builder.shape(left))}{len(self.builder.shape(right))}"
                return self.filled(
                    ranks if ranks in self.calls else "@", [self.of(left), self.of(right)]
                )
            case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=2)):
                return self.filled("**2", [self.of(left)])
            case ast.BinOp(left=left, op=op, right=right):
                return ast.BinOp(self.of(left), op, self.of(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                rank = (
                    len(self.builder.shape(args[0]))
                    if name not in ("einsum", "eye", "ones", "zeros")
                    else 0
                )
                parts = [self.of(one) for one in args]
                if (
                    name in ("sqrt", "log", "exp", "abs")
                    and rank == 0
                    and self.notation == "torch"
                    and not ast.walk(args[0])
                ):
                    raise UnwrittenError(name)
                return self.filled(
                    f"{name}_F" if rank == 2 and f"{name}_F" in self.calls else name, parts
                )
            case ast.Call():
                raise UnwrittenError("keywords")
        return node
