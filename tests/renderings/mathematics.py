# ruff: noqa: C901, PLR0911, PLR0912, ARG002 - a kind of part, a case

"""Formulas as books, papers and messages have them: LaTeX, Unicode, plain signs."""

from __future__ import annotations

import re
from fractions import Fraction
from random import Random

from tests.renderings.tree import Tree, UnwrittenError

SUM, PRODUCT, OPEN, RAISED, ATOM = range(5)
GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "eps": "ε",
    "theta": "θ",
    "kappa": "κ",
    "lam": "λ",
    "mu": "μ",
    "lambda_": "λ",
}
FUNCTIONS = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")
UPPER = str.maketrans("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ")
LOWER = str.maketrans("0123456789ij", "₀₁₂₃₄₅₆₇₈₉ᵢⱼ")


class Mathematics:
    """Writes a tree; one person's choices hold for a whole formula.

    Args:
        notation: "latex", "unicode" or "plain".
        random: What chooses.
        names: All names of the formula, which no index may be.
    """

    def __init__(self, notation: str, random: Random, names: set[str]) -> None:
        self.notation, self.random, self.names = notation, random, names
        self.used: set[str] = set()
        self.declared: dict[str, str] = {}
        latex, plain = notation == "latex", notation == "plain"
        self.index = [letter for letter in "ijkl" if letter not in names][:2]
        self.transpose = self.choose(
            "transpose",
            ["^T", "^\\top", "^{\\top}", "^{T}", "^{\\mathsf T}", "^\\mathsf{T}", "^{\\intercal}",
             "^\\intercal", "^\\mathrm{T}", "'", "^\\prime", "^{\\rm T}"]
            if latex else ["^T", "'", "^T", "'"] if plain else ["ᵀ", "⊤", "ᵀ"],
        )  # fmt: skip
        if "T" in self.transpose and "T" in names:
            self.transpose = "^\\top" if latex else "'" if plain else "ᵀ"
        if "prime" in self.transpose or "'" in self.transpose:
            self.used.add("prime")
        self.bold = self.choose(
            "bold", ["", "", "\\mathbf{%s}", "\\boldsymbol{%s}", "\\bm{%s}", "\\vec{%s}",
                     "\\mathbf %s", "{\\bf %s}"]
        ) if latex else ""  # fmt: skip
        self.between = self.choose(
            "between", ["", " ", " ", "\\,", "\\cdot ", "\\;", "~"] if latex
            else ["", " ", " ", "*"] if plain else ["", " ", " ", " · ", "⋅"]
        )  # fmt: skip
        self.circle = self.choose(
            "entry by entry", ["\\odot", "\\circ"] if latex else ["⊙", "∘", "⊙"]
            if not plain else [".*", "⊙"]
        )  # fmt: skip
        self.times = self.random.choice(
            ["\\cdot ", "\\times "] if latex else ["*"] if plain else [" · ", " × "]
        )
        self.around = self.choose(
            "brackets", ["()", "()", "\\left( \\right)", "\\bigl( \\bigr)", "\\big( \\big)",
                         "\\left[ \\right]", "\\left(\\right)"] if latex else ["()"]
        )  # fmt: skip
        bars = (
            ["\\| \\|", "\\lVert \\rVert", "\\left\\| \\right\\|", "|| ||", "\\Vert \\Vert",
             "\\left\\lVert \\right\\rVert", "\\|\\|", "\\big\\| \\big\\|"]
            if latex else ["|| ||"] if plain else ["‖ ‖", "‖ ‖", "|| ||", "∥ ∥"]
        )  # fmt: skip
        self.bars = self.choose("norm", bars)
        self.two = self.choose("norm's 2", ["", "", "_2", "_{2}"] if latex else ["", "_2"] if plain
                               else ["", "₂"])  # fmt: skip
        self.braces = latex and random.random() < 0.3
        self.quotient = self.choose("quotient", ["\\frac", "\\frac", "\\tfrac", "\\dfrac", "/"]
                                    if latex else ["/"])  # fmt: skip
        self.index_sum = self.choose("sum", ["index", "range", "ones", "sum()"])
        self.exponential = self.choose("exp", ["exp", "e^"])
        self.ln = self.choose("log", ["log", "ln", "log"])

    def choose(self, what: str, options: list[str]) -> str:
        chosen = self.random.choice(options)
        self.used.add(f"{what} {chosen}".strip())
        return chosen

    # signs

    def bracket(self, text: str) -> str:
        if "\\right]" in self.around and self.random.random() < 0.5:
            return f"({text})"
        if " " in self.around:
            left, right = self.around.split()
            return f"{left} {text} {right}"
        if self.around == "\\left(\\right)":
            return f"\\left({text}\\right)"
        return f"({text})"

    def raised(self, text: str, power: str) -> str:
        if self.notation == "latex":
            return (
                f"{text}^{power}" if len(power) == 1 and not self.braces else f"{text}^{{{power}}}"
            )
        if self.notation == "plain":
            return f"{text}^{power}" if re.fullmatch(r"\w|-1", power) else f"{text}^({power})"
        return text + power.translate(UPPER)

    def number(self, number: float) -> tuple[str, int]:
        if number < 0:
            text, _ = self.number(-number)
            return f"-{text}" if self.notation != "unicode" else f"−{text}", SUM
        if number == int(number):
            return str(int(number)), ATOM
        exact = Fraction(number).limit_denominator(20)
        if abs(exact - Fraction(number)) < 1e-12 and self.random.random() < 0.75:
            self.used.add("a fraction of numbers")
            if self.notation == "latex" and self.quotient != "/":
                short = exact.numerator < 10 and exact.denominator < 10
                if short and self.random.random() < 0.4:
                    return f"{self.quotient}{exact.numerator}{exact.denominator}", RAISED
                return f"{self.quotient}{{{exact.numerator}}}{{{exact.denominator}}}", RAISED
            if self.notation == "unicode" and number == 0.5 and self.random.random() < 0.6:
                return "½", RAISED
            return f"{exact.numerator}/{exact.denominator}", PRODUCT
        return repr(number), ATOM

    def spelled(self, name: str, rank: int) -> str:
        stem, digits = re.fullmatch(r"([A-Za-z_]+?)(\d*)", name).groups()  # type: ignore[union-attr]
        self.declared[name] = name.replace("lam", "lambda") if stem == "lam" else name
        if self.notation == "latex":
            text = stem
            if stem in GREEK:
                text = "\\" + {"lam": "lambda", "eps": "epsilon"}.get(stem, stem)
                self.declared[name] = text[1:] + digits
            elif len(stem) > 1:
                raise UnwrittenError("a long name")
            if rank and self.bold and not ("vec" in self.bold and rank > 1):
                bold = "\\boldsymbol{%s}" if stem in GREEK else self.bold
                text = bold % text
            return text + (f"_{digits}" if digits else "")
        if stem in GREEK and (self.notation == "unicode" or self.random.random() < 0.3):
            self.declared[name] = GREEK[stem] + digits
            return GREEK[stem] + digits.translate(LOWER)
        if self.notation == "unicode":
            return stem + digits.translate(LOWER)
        if stem == "lam":
            self.declared[name] = name
        return name

    # parts

    def write(self, tree: Tree) -> tuple[str, int]:
        found: tuple[str, int] = getattr(self, f"write_{tree.kind}")(tree)
        return found

    def text(self, tree: Tree, least: int = SUM) -> str:
        found, level = self.write(tree)
        return found if level >= least else self.bracket(found)

    def write_name(self, tree: Tree) -> tuple[str, int]:
        text = self.spelled(tree.data, tree.rank)
        return text, ATOM if "^" not in text else RAISED

    def write_size(self, tree: Tree) -> tuple[str, int]:
        self.used.add("a size")
        return str(tree.data), ATOM

    def write_number(self, tree: Tree) -> tuple[str, int]:
        return self.number(tree.data)

    def write_sum(self, tree: Tree) -> tuple[str, int]:
        if tree.rank > 1 and any(not part.rank for part in tree.parts):
            raise UnwrittenError("a number added to a matrix")
        if tree.rank and any(not part.rank for part in tree.parts):
            self.used.add("a number added to a vector")
        return self.terms([self.text(part, PRODUCT) for part in tree.parts], tree.data), SUM

    def terms(self, texts: list[str], signs: tuple[int, ...]) -> str:
        minus = "−" if self.notation == "unicode" else "-"
        space = self.random.choice([" ", " ", ""])
        found = (minus if signs[0] < 0 else "") + texts[0]
        for text, sign in zip(texts[1:], signs[1:], strict=True):
            found += f"{space}{'+' if sign > 0 else minus}{space}{text}"
        return found

    def joined(self, texts: list[str], between: str | None = None) -> str:
        between = self.between if between is None else between
        found = texts[0]
        for text in texts[1:]:
            sign = between
            if text in ("1", "𝟏", "1ₙ", "1ₘ"):
                sign = " "
            elif text[:1].isdigit() or text.startswith(("½", "\\frac1", "-", "−")):
                sign = self.times
            letters = re.search(r"(?<![\\\w])[^\W\d_]$", found) and re.match(
                r"[^\W\d_](?![\w(])", text
            )
            if not sign.strip() and self.notation == "latex":
                if re.search(r"\\[A-Za-z]+$", found) and text[:1].isalpha():
                    sign = " "
                if found.endswith("\\bf") or re.search(r"\^\\\w+$", found):
                    sign = " "
            elif sign == "" and not (
                letters or re.search(r"(?<!\w)\d$|[)ᵀ⊤‖'²⁻¹½]$", found) or text[0] in "(‖|√"
            ):
                sign = " "
            if (
                sign == ""
                and self.notation == "plain"
                and (
                    re.search(r"\^\w+$|\w\w$", found)
                    or re.match(r"\|", text)
                    or found.endswith("|")
                    or re.search(r"/\d+$", found)
                    or re.match(r"\w+\(", text)
                    or (re.search(r"[A-Za-z]$", found) and text[0] == "(")
                )
            ):
                sign = " "
            if sign == "" and re.search(r"/\d+$", found):
                sign = " "
            found += sign + text
        return found

    def write_product(self, tree: Tree) -> tuple[str, int]:
        texts = [self.text(part, RAISED) for part in tree.parts[:-1]]
        between = self.between
        if between in ("*", "\\cdot ", " · ", "⋅"):
            if tree.rank == 0 and self.random.random() < 0.5:
                self.used.add(f"matrix product by {between}")
            else:
                between = " "
        return self.joined([*texts, self.text(tree.parts[-1], OPEN)], between), PRODUCT

    def write_scaled(self, tree: Tree) -> tuple[str, int]:
        texts = []
        for part in tree.parts[:-1]:
            found, level = self.write(part)
            quotient = part.kind == "number" and not texts and level == PRODUCT
            texts.append(found if level >= RAISED or quotient else self.bracket(found))
            if quotient and self.random.random() < 0.4:
                texts[-1] = f"({found})"
        last, rank = tree.parts[-1], tree.rank
        least = PRODUCT if rank and last.kind in ("product", "hadamard") else OPEN
        if (
            not rank
            and last.kind == "product"
            and all(one.kind in ("number", "size") for one in tree.parts[:-1])
        ):
            least = PRODUCT
        if "⋅" in self.between or "·" in self.between or "cdot" in self.between:
            least = OPEN
        return self.joined([*texts, self.text(last, least)]), PRODUCT

    def write_hadamard(self, tree: Tree) -> tuple[str, int]:
        texts = [self.text(part, RAISED) for part in tree.parts]
        return f" {self.circle} ".join(texts), PRODUCT

    def write_fraction(self, tree: Tree) -> tuple[str, int]:
        above, below = tree.parts
        if below.rank > 1:
            raise UnwrittenError("divided by a matrix")
        if above.rank and below.rank:
            sign = {"latex": "\\oslash", "unicode": "⊘", "plain": "./"}[self.notation]
            self.used.add(f"entry by entry {sign}")
            return f"{self.text(above, RAISED)} {sign} {self.text(below, RAISED)}", PRODUCT
        if below.rank:
            self.used.add("a number over a vector")
            if self.quotient == "/":
                raise UnwrittenError("1/x of a vector in a line")
        if above.kind == below.kind == "number":
            exact = Fraction(above.data).limit_denominator(100) / Fraction(
                below.data
            ).limit_denominator(100)
            return self.number(float(exact))
        if self.quotient != "/":
            return f"{self.quotient}{{{self.text(above)}}}{{{self.text(below)}}}", RAISED
        space = self.random.choice(["", " "])
        return f"{self.text(above, RAISED)}{space}/{space}{self.text(below, RAISED)}", PRODUCT

    def write_power(self, tree: Tree) -> tuple[str, int]:
        base, exponent = tree.parts
        number = exponent.data if exponent.kind == "number" else None
        if exponent.kind == "fraction" and all(one.kind == "number" for one in exponent.parts):
            number = exponent.parts[0].data / exponent.parts[1].data
        if base.rank == 2:
            if number != 2:
                raise UnwrittenError("powers of the entries of a matrix")
            one = self.text(base, RAISED)
            return f"{one} {self.circle} {one}", PRODUCT
        if base.rank == 1:
            self.used.add("a power of the entries of a vector")
            if number is None:
                raise UnwrittenError("power")
            if self.notation == "latex" and self.random.random() < 0.3:
                return f"{self.text(base, ATOM)}^{{{self.circle} {number}}}", RAISED
        if number is not None:
            exact = Fraction(number).limit_denominator(100)
            power = str(exact)
        else:
            power = self.text(exponent)
            if self.notation == "unicode":
                raise UnwrittenError("raised letters")
        if (
            base.kind == "call"
            and base.data in FUNCTIONS[1:]
            and number == 2
            and self.random.random() < 0.4
        ):
            self.used.add("sin^2")
            return self.function(base, self.raised(self.called(base.data), power)), RAISED
        if base.kind == "call" and base.data in ("norm", "det"):
            return self.raised(getattr(self, base.data)(base.parts[0]), power), RAISED
        return self.raised(self.text(base, ATOM), power), RAISED

    def write_transpose(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if one.kind == "call" and one.data == "inv":
            inner = self.text(one.parts[0], ATOM)
            if self.notation == "latex":
                self.used.add("A^{-T}")
                mark = "T" if "T" in self.transpose else "\\top"
                if "T" not in self.names:
                    return f"{inner}^{{-{mark}}}", RAISED
            if self.notation == "unicode":
                return f"{inner}⁻ᵀ", RAISED
            return f"({self.raised(inner, '-1')}){self.transpose}", RAISED
        return self.text(one, ATOM) + self.transpose, RAISED

    def write_einsum(self, tree: Tree) -> tuple[str, int]:
        letters, out = tree.data.replace(" ", "").split("->")
        if out or self.notation == "unicode" or any(one.kind != "name" for one in tree.parts):
            raise UnwrittenError("einsum")
        terms = letters.split(",")
        used = "".join(dict.fromkeys(letters.replace(",", "")))
        if set(used) & self.names or any(len(one) > 2 for one in terms):
            raise UnwrittenError("einsum")
        self.used.add("a sum over letters")
        texts = [
            f"{self.text(one)}_{self.braced(at)}" for one, at in zip(tree.parts, terms, strict=True)
        ]
        sign = "\\sum" if self.notation == "latex" else "sum"
        comma = self.random.choice([",", ""]) if self.notation == "latex" else ""
        return f"{sign}_{self.braced(comma.join(used))} " + " ".join(texts), PRODUCT

    def braced(self, text: str) -> str:
        return text if len(text) == 1 or self.notation != "latex" else f"{{{text}}}"

    def write_eye(self, tree: Tree) -> tuple[str, int]:
        if "I" in self.names:
            raise UnwrittenError("I")
        (_, size) = tree.shape
        sub = {"latex": f"_{size}", "plain": f"_{size}", "unicode": ""}[self.notation]
        bold = self.bold % "I" if self.bold and "vec" not in self.bold else "I"
        return (bold if self.random.random() < 0.6 else f"I{sub}"), ATOM

    def write_ones(self, tree: Tree) -> tuple[str, int]:
        signs = (
            ["\\mathbf{1}", "\\mathbf 1", "\\mathbf{1}_%s", "\\mathbb{1}", "\\boldsymbol{1}"]
            if self.notation == "latex" else ["1"] if self.notation == "plain" else ["𝟏", "1ₙ", "1"]
        )  # fmt: skip
        sign = self.random.choice(signs)
        if sign == "1ₙ":
            sign = "1ₙ" if tree.shape[0] == "n" else "1ₘ" if tree.shape[0] == "m" else "𝟏"
        self.used.add(f"ones {sign}")
        one = sign % tree.shape[0] if "%" in sign else sign
        if tree.rank == 2:
            if "%" not in sign:
                raise UnwrittenError("ones of no size")
            other = sign % tree.shape[1] if "%" in sign else sign
            return f"{one} {other}{self.transpose}", PRODUCT
        return one, ATOM

    def write_zeros(self, tree: Tree) -> tuple[str, int]:
        raise UnwrittenError("zeros")

    # functions

    def write_call(self, tree: Tree) -> tuple[str, int]:
        name = tree.data
        special = getattr(self, f"{name}_call", None)
        if special:
            return special(tree)
        (one,) = tree.parts[:1]
        if name in ("norm", "det"):
            return getattr(self, name)(one), RAISED
        if tree.rank == 2 and name in (*FUNCTIONS, "sqrt", "abs", "sign"):
            raise UnwrittenError("a function of the entries of a matrix")
        if name == "matrix_power":
            return self.raised(self.text(one, ATOM), str(tree.parts[1].data)), RAISED
        if name in FUNCTIONS and one.kind == "name" and self.random.random() < 0.4:
            self.used.add("\\log x without brackets")
            return f"{self.called(name)} {self.text(one)}", OPEN
        return self.function(tree, self.called(name)), RAISED

    def called(self, name: str) -> str:
        if name == "log":
            name = self.ln
        self.used.add(name)
        if name == "sigmoid" and "sigma" not in self.names and self.random.random() < 0.7:
            return {"latex": "\\sigma", "unicode": "σ", "plain": "sigma"}[self.notation]
        if self.notation != "latex":
            return {"relu": "ReLU"}.get(name, name)
        if name in (*FUNCTIONS, "ln", "det"):
            return f"\\{name}"
        name = {"relu": "ReLU", "sign": self.random.choice(["sign", "sgn"])}.get(name, name)
        style = self.random.choice(["\\operatorname{%s}", "\\mathrm{%s}", "\\text{%s}"])
        self.used.add(style)
        return style % name

    def function(self, tree: Tree, name: str) -> str:
        return f"{name}{self.bracket(self.text(tree.parts[0]))}"

    def norm(self, one: Tree) -> str:
        if one.rank == 2:
            sub = {"latex": "_F", "plain": "_F", "unicode": "_F"}[self.notation]
            self.used.add("norm of a matrix")
        else:
            sub = self.two
        return self.barred(one, sub)

    def barred(self, one: Tree, sub: str) -> str:
        inner = self.text(one)
        if self.bars == "\\|\\|":
            return f"\\|{inner}\\|{sub}"
        left, right = self.bars.split()
        space = " " if left[-1].isalpha() or "big" in left else ""
        return f"{left}{space}{inner}{space}{right}{sub}"

    def norm1_call(self, tree: Tree) -> tuple[str, int]:
        if tree.parts[0].rank == 2:
            raise UnwrittenError("the 1-norm of a matrix")
        sub = "₁" if self.notation == "unicode" else "_1"
        return self.barred(tree.parts[0], sub), RAISED

    def exp_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if tree.rank == 2:
            raise UnwrittenError("exp of a matrix")
        if self.exponential == "exp" or "e" in self.names or self.notation == "unicode":
            return self.function(tree, self.called("exp")), RAISED
        inner = self.text(one)
        if self.notation == "latex":
            return f"e^{{{inner}}}", RAISED
        return (f"e^{inner}" if re.fullmatch(r"\w", inner) else f"e^({inner})"), RAISED

    def expm_call(self, tree: Tree) -> tuple[str, int]:
        return self.function(tree, self.called("expm")), RAISED

    def sqrt_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if tree.rank == 2:
            raise UnwrittenError("sqrt of a matrix")
        if self.notation == "latex":
            return f"\\sqrt{{{self.text(one)}}}", RAISED
        if self.notation == "unicode":
            inner = self.text(one)
            return (f"√{inner}" if one.kind == "name" else f"√({inner})"), RAISED
        return f"sqrt({self.text(one)})", RAISED

    def abs_call(self, tree: Tree) -> tuple[str, int]:
        if tree.rank:
            return self.function(tree, self.called("abs")), RAISED
        return f"|{self.text(tree.parts[0])}|", RAISED

    def relu_call(self, tree: Tree) -> tuple[str, int]:
        style = self.random.choice(["relu", "max", "plus"])
        self.used.add(f"relu {style}")
        inner = self.text(tree.parts[0])
        if style == "max":
            name = "\\max" if self.notation == "latex" else "max"
            return f"{name}(0, {inner})", RAISED
        if style == "plus" and self.notation != "unicode":
            return f"({inner})_+", RAISED
        return self.function(tree, self.called("relu")), RAISED

    def det(self, one: Tree) -> str:
        style = self.choose("det", ["det()", "||"])
        inner = self.text(one)
        if style == "||" and one.kind != "sum":
            if "|" in inner:
                raise UnwrittenError("bars within bars")
            if self.notation == "latex" and self.random.random() < 0.3:
                return f"\\left|{inner}\\right|"
            return f"|{inner}|"
        if one.kind == "name" and self.random.random() < 0.4:
            return f"({self.called('det')} {inner})"
        return f"{self.called('det')}{self.bracket(inner)}"

    def logdet_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        style = self.choose("logdet", ["log det()", "log||", "logdet", "log det X"])
        log, inner = self.called("log"), self.text(one)
        if style == "logdet":
            return self.function(tree, self.called("logdet")), RAISED
        if style == "log||" and "|" not in inner:
            if self.notation == "latex" and self.random.random() < 0.4:
                return f"{log}\\left|{inner}\\right|", RAISED
            return f"{log} |{inner}|", RAISED
        det = self.called("det")
        gap = "" if self.notation == "latex" else " "
        if style == "log det X" and one.kind == "name":
            return f"{log}{gap}{det} {inner}", OPEN
        return f"{log}{gap}{det}{self.bracket(inner)}", RAISED

    def tr_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if self.notation == "latex":
            name = self.choose(
                "trace", ["\\operatorname{tr}", "\\mathrm{tr}", "\\text{tr}", "\\tr",
                          "\\mathrm{Tr}", "\\operatorname{Tr}", "\\text{trace}",
                          "\\operatorname{trace}", "{\\rm tr}"]
            )  # fmt: skip
        else:
            name = self.choose("trace", ["tr", "Tr", "trace"])
        if one.kind == "name" and self.random.random() < 0.2:
            return f"{name} {self.text(one)}", OPEN
        if self.random.random() < 0.1:
            self.used.add("tr[ ]")
            return f"{name}[{self.text(one)}]", RAISED
        return self.function(tree, name), RAISED

    def inv_call(self, tree: Tree) -> tuple[str, int]:
        return self.raised(self.text(tree.parts[0], ATOM), "-1"), RAISED

    def pinv_call(self, tree: Tree) -> tuple[str, int]:
        inner = self.text(tree.parts[0], ATOM)
        if self.notation == "latex":
            return inner + self.choose("pinv", ["^+", "^{+}", "^\\dagger", "^{\\dagger}"]), RAISED
        return inner + self.choose("pinv", ["^+", "⁺"]), RAISED

    def outer_call(self, tree: Tree) -> tuple[str, int]:
        left, right = tree.parts
        return self.write_product(
            Tree("product", (left, Tree("transpose", (right,), right.shape)), tree.shape)
        )

    def kron_call(self, tree: Tree) -> tuple[str, int]:
        sign = "\\otimes" if self.notation == "latex" else "⊗"
        left, right = (self.text(one, RAISED) for one in tree.parts)
        return f"{left} {sign} {right}", SUM

    def softmax_call(self, tree: Tree) -> tuple[str, int]:
        return self.function(tree, self.called("softmax")), RAISED

    def logsumexp_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if one.rank == 1 and self.notation != "unicode" and self.random.random() < 0.4:
            inner = Tree("call", (one,), one.shape, "exp")
            log = self.called("log")
            summed = self.over_index(inner)
            return f"{log} {summed}", OPEN
        return self.function(tree, self.called("logsumexp")), RAISED

    def mean_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if one.rank != 1:
            raise UnwrittenError("mean")
        size = one.shape[0]
        part = f"\\frac{{1}}{{{size}}}" if self.notation == "latex" else f"(1/{size})"
        self.used.add("a size")
        return f"{part} {self.over_index(one)}", PRODUCT

    def sum_call(self, tree: Tree) -> tuple[str, int]:
        (one,) = tree.parts
        if self.index_sum == "sum()":
            if self.notation == "plain":
                return f"sum({self.text(one)})", RAISED
        elif self.index_sum == "ones":
            row = Tree("transpose", (Tree("ones", (), one.shape[:1]),), one.shape[:1])
            column = [Tree("ones", (), one.shape[1:])] if one.rank == 2 else []
            return self.write_product(Tree("product", (row, one, *column)))
        return self.over_index(one), PRODUCT

    def over_index(self, one: Tree) -> str:
        letters = self.index[: one.rank]
        if len(letters) < one.rank or not one.rank:
            raise UnwrittenError("no letter")
        body, level = self.entry(one, letters)
        if level < PRODUCT:
            body = self.bracket(body)
        self.used.add("sum over an index")
        sign = {"latex": "\\sum", "unicode": "Σ", "plain": "sum"}[self.notation]
        if self.notation == "unicode":
            self.random.random() < 0.5 and (sign := "∑")
            return f"{sign}{''.join(letters).translate(LOWER)} {body}"
        if self.index_sum == "range" and self.notation == "latex":
            self.used.add("sum with bounds")
            signs = [
                f"\\sum_{{{at}=1}}^{self.braced(size)}"
                for at, size in zip(letters, one.shape, strict=True)
            ]
            return f"{' '.join(signs)} {body}"
        comma = "," if self.notation == "latex" and self.random.random() < 0.5 else ""
        return f"{sign}_{self.braced(comma.join(letters))} {body}"

    def entry(self, tree: Tree, letters: list[str]) -> tuple[str, int]:
        """An entry of a vector or of a matrix."""
        at = "".join(letters)
        if self.notation == "unicode" and set(at) - set("ij"):
            raise UnwrittenError("a letter that cannot stand below")
        if not tree.rank:
            return self.write(tree)
        inner = (
            [self.entry(part, letters) for part in tree.parts]
            if tree.kind in ("sum", "scaled", "hadamard", "fraction", "power")
            else []
        )
        texts = [text if level >= RAISED else self.bracket(text) for text, level in inner]
        match tree.kind:
            case "name":
                if tree.rank != len(letters):
                    raise UnwrittenError("a vector added to every row")
                name = self.spelled(tree.data, tree.rank)
                if "_" in name or re.search(r"[\d₀-₉]", name):
                    raise UnwrittenError("two indices")
                if self.notation == "unicode":
                    return name + at.translate(LOWER), RAISED
                return f"{name}_{self.braced(at)}", RAISED
            case "transpose" if tree.rank == 2:
                return self.entry(tree.parts[0], letters[::-1])
            case "ones":
                return "1", ATOM
            case "sum":
                return self.terms(
                    [t if lv >= PRODUCT else self.bracket(t) for t, lv in inner], tree.data
                ), SUM
            case "scaled" | "hadamard":
                return self.joined(texts, " "), PRODUCT
            case "power":
                base, exponent = tree.parts
                if exponent.kind != "number":
                    raise UnwrittenError("power")
                text, _level = inner[0]
                text = text if base.kind == "name" else self.bracket(text)
                return self.raised(
                    text, str(Fraction(exponent.data).limit_denominator(100))
                ), RAISED
            case "fraction":
                if self.quotient != "/":
                    return f"{self.quotient}{{{inner[0][0]}}}{{{inner[1][0]}}}", RAISED
                return f"{texts[0]}/{texts[1]}", PRODUCT
            case "product":
                text = f"({self.text(tree)})"
                if self.notation == "unicode":
                    return text + at.translate(LOWER), RAISED
                return f"{text}_{self.braced(at)}", RAISED
            case "call" if tree.data in (
                "exp",
                "log",
                "sin",
                "cos",
                "tanh",
                "cosh",
                "sigmoid",
                "abs",
                "softplus",
            ):
                text, _ = self.entry(tree.parts[0], letters)
                if tree.data == "abs":
                    return f"|{text}|", RAISED
                if (
                    tree.data == "exp"
                    and self.notation == "latex"
                    and "e" not in self.names
                    and self.exponential == "e^"
                ):
                    return f"e^{{{text}}}", RAISED
                return f"{self.called(tree.data)}{self.bracket(text)}", RAISED
        raise UnwrittenError("an entry")

    # lines

    def line(self, tree: Tree) -> str:
        text = self.text(tree)
        if "\\" not in text:
            text = text.replace("~", " ")
        if self.notation == "latex":
            style = self.choose(
                "around", ["", "", "", "$ $", "\\[ \\]", "$$ $$", "\\( \\)", ".", ",", "\\,."]
            )
            if " " in style:
                left, right = style.split()
                return f"{left}{text}{right}"
            return text + style
        return text
