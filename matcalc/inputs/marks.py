"""What stands above, below or behind a factor: powers, transposes, inverses, indices."""

from __future__ import annotations

from matcalc.inputs.brackets import read_arguments
from matcalc.inputs.letters import is_letter_t, simple
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.signs import ENDS
from matcalc.inputs.tree import LineNode
from matcalc.inputs.words import function
from matcalc.operations import RULES

#: What signs below a bracket mean.
_BELOW = {rule.facts.below: rule.name for rule in RULES.values() if rule.facts.below}


def marked(parser: LineReader, base: LineNode) -> LineNode:
    """A base with its marks: powers, transposes, methods, indices.

    Raises:
        NotationError: There are too many.
    """
    found: LineNode | None = base
    depth = parser.depth
    while found is not None:
        parser.deeper()
        base, found = found, _mark(parser, found)
    parser.depth = depth
    return base


def _mark(parser: LineReader, base: LineNode) -> LineNode | None:  # noqa: PLR0911 - a mark a line
    """A base with the next mark; nothing where none stands there."""
    token = parser.next
    if token.kind == "method":
        return read_method(parser, base)
    if token.kind == "sign" and (token.text[:1] == "'" or token.text in (".T", ".'")):
        parser.take()
        found = turned(parser, base, len(token.text) if token.text[0] == "'" else 1)
        return found._replace(value=token.form) if token.form == ".mT" else found
    if token.text == "T" and token.form == "unicode":  # x⊤A
        parser.take()
        return turned(parser, base, 1)
    if parser.at("^"):
        return raised(parser, base)
    if parser.at("**", ".^"):
        return powered(parser, base)
    if parser.at("⊙") and parser.tokens[parser.position + 1].text == "^":
        parser.take()  # x⊙²
        over = raised(parser, base)
        return over._replace(value=".^") if over.op == "power" else over
    if parser.at("_") and base.op == "group" and (meant := said_below(parser)):
        parser.position = parser.end(parser.position + 1) + 1
        return LineNode("call", (base.args[0],), (meant, 0, ""), base.start, parser.behind())
    if parser.at("_") and base.op in ("norm", "bars"):
        return lowered(parser, base)
    if parser.at("_") and base.op == "power" and base.args[0].op == "norm":
        norm, exponent = base.args  # ‖X‖²_F
        return base._replace(args=(lowered(parser, norm), exponent), stop=parser.behind())
    return indexed(parser, base) if has_index(parser, base) else None


def said_below(parser: LineReader) -> str:
    r"""What the sign below a bracket makes of what is in it: ``(x)_+``, ``[a]_\times``."""
    (sign, *more) = parser.script(parser.position + 1) or (parser.next,)
    text = "×" if sign.text == "x" and sign.form == "unicode" else sign.text
    return "" if more else _BELOW.get(text, "")


def powered(parser: LineReader, base: LineNode) -> LineNode:
    """``**`` and ``.^``: the exponent may have a sign."""
    sign = parser.take()
    exponent = parser.signed()
    return LineNode("power", (base, exponent), sign.text, base.start, exponent.stop)


def turned(parser: LineReader, base: LineNode, times: int) -> LineNode:
    """A transpose, unless it is one of a transpose."""
    if times % 2 == 0:
        return base
    return LineNode("transpose", (base,), None, base.start, parser.behind())


def raised(parser: LineReader, base: LineNode) -> LineNode:
    """What stands above: a transpose, an inverse, a power."""
    parser.take()
    if parser.at("{") or (parser.at("(") and not parser.latex):
        return in_group(parser, base)
    if parser.at("-"):
        return negative(parser, base)
    if is_letter_t(parser) or parser.at("'") or is_adjoint(parser, parser.next, base):
        parser.take()
        return turned(parser, base, 1)
    if parser.at("*"):
        return starred(parser, base)
    if parser.at("+"):
        parser.take()
        return LineNode("pinv", (base,), None, base.start, parser.behind())
    sign = "^"
    if parser.at("⊙"):
        parser.take()
        sign = ".^"
    return LineNode("power", (base, plain_exponent(parser)), sign, base.start, parser.behind())


def starred(parser: LineReader, base: LineNode) -> LineNode:
    """``A^* x``: the transpose, as arithmetic is real.

    Raises:
        NotationError: Nothing stands behind it: then it may be an optimum.
    """
    star = parser.take()
    parser.position += parser.at("}")
    if not parser.starts_factor():
        raise parser.fail(
            "a star may say which value is meant, or a transpose: write x_star, or x^T", star
        )
    shown = parser.line[base.start : parser.behind()]
    parser.names.say(f"{shown} is taken as the transpose: all numbers are real")
    return turned(parser, base, 1)


def negative(parser: LineReader, base: LineNode) -> LineNode:
    """``^-1``, ``^-T``, ``^-2``."""
    start = parser.take().start
    if is_letter_t(parser):
        parser.take()
        inverse = LineNode("inverse", (base,), None, base.start, parser.behind())
        return turned(parser, inverse, 1)
    over = plain_exponent(parser)
    if over.op == "number" and over.value == "1":
        return LineNode("inverse", (base,), None, base.start, parser.behind())
    less = LineNode("negative", (over,), None, start, over.stop)
    return LineNode("power", (base, less), "^", base.start, parser.behind())


def plain_exponent(parser: LineReader) -> LineNode:
    """An exponent without brackets: one name or number."""
    token = parser.next
    if token.kind == "number" and parser.latex and len(token.text) > 1 and not token.form:
        raise parser.fail("in LaTeX one digit stands above; more are written ^{12}")
    if token.kind in ("number", "name", "fraction", "word"):
        return simple(parser, parser.take())
    if token.kind == "open":
        return parser.atom()
    raise parser.fail("an exponent is missing here")


_ABOVE = {  # what is done to a base, in order
    "T": ("transpose",),
    "top": ("transpose",),
    "+": ("pinv",),
    "-1": ("inverse",),
    "-T": ("inverse", "transpose"),
    "-1T": ("inverse", "transpose"),
    "T-1": ("transpose", "inverse"),
    "T+": ("transpose", "pinv"),
    "+T": ("pinv", "transpose"),
}


def in_group(parser: LineReader, base: LineNode) -> LineNode:
    """What stands above, in brackets."""
    opened = parser.take()
    end = parser.ends[parser.position - 1]
    inside = parser.tokens[parser.position : end]
    texts = "".join(token.text for token in inside)
    stop = parser.tokens[end].stop
    marks = _ABOVE.get(texts, ())
    if texts == "*":
        parser.position = end - 1
        return starred(parser, base)
    if len(inside) == 1 and is_adjoint(parser, inside[0], base):
        marks = ("transpose",)
    power = texts.removesuffix("T").removeprefix("T")
    if power != texts and power.isdigit():  # A²ᵀ
        number = next(token for token in inside if token.kind == "number")
        base = LineNode("power", (base, simple(parser, number)), "^", base.start, stop)
        marks = ("transpose",)
    elif texts and not texts.strip("'"):
        marks = ("transpose",) * (len(texts) % 2)
    if marks:
        parser.position = end + 1
        for mark in marks:
            base = LineNode(mark, (base,), None, base.start, stop)
        return base
    entry = parser.at("⊙")
    if entry:
        parser.take()
    over = parser.sum()
    parser.expect(ENDS[opened.text], opened)
    return LineNode("power", (base, over), ".^" if entry else "^", base.start, parser.behind())


def is_adjoint(parser: LineReader, token: LineToken, base: LineNode) -> bool:
    """Whether one sign above a base is a transpose: ``xᵗ``, the H of complex arrays."""
    if token.text in parser.names.declared:
        return False
    if token.text == "H":
        return True
    number = base.op == "number" or (base.op == "name" and parser.names.kind(base.value).is_number)
    return token.text == "t" and token.form == "unicode" and not number


def lowered(parser: LineReader, base: LineNode) -> LineNode:
    """What stands below a norm: which one it is, or the matrix that weighs it."""
    parser.take()
    start = parser.position
    opened = parser.at("{")
    end = parser.ends[start] if opened else start
    inside = parser.tokens[start + opened : end + (not opened)]
    which = "".join(token.text for token in inside)
    if is_weight(parser, inside[0] if inside else parser.next):
        weight = parser.atom() if opened else simple(parser, parser.take())
        return LineNode("norm", (*base.args, weight), "weight", base.start, parser.behind())
    parser.position = end + 1
    return LineNode("norm", base.args, which, base.start, parser.behind())


def is_weight(parser: LineReader, token: LineToken) -> bool:
    """Whether a name below a norm is that of a matrix, ``‖x‖_Q``."""
    if token.kind != "name" or token.text in ("F", "max", "inf"):
        return False
    known = parser.names.known(token.text) or (token.text if parser.names.open else "")
    return bool(known) and parser.names.kind(known).rank in (0, 2)


def has_index(parser: LineReader, base: LineNode) -> bool:
    """Whether an index stands behind a base: ``A[i,k]``, ``X[1:3]``, ``(A + B)_{i k}``."""
    if parser.at("_"):
        script = below_bracket(parser)
        return script.isdigit() or (bool(script) and {*script} <= {*parser.letters})
    if not parser.at("[") or parser.next.spaced:
        return False
    if are_letters(parser, parser.position):
        return True
    if base.op == "name" and not parser.latex:
        return True
    return base.op not in ("number", "text") and are_places(parser)


def below_bracket(parser: LineReader) -> str:
    """The letters, or the number, below a bracket: ``(Ax)_i``, ``(AB)_{ij}``, ``(Ax)_1``."""
    script = "".join(one.text for one in parser.script(parser.position + 1) if one.text != ",")
    return script if script.isdigit() or script.isalpha() else ""


def are_places(parser: LineReader) -> bool:
    """Whether brackets hold whole numbers, sizes and colons alone, and one of these at least."""
    inside = parser.within()
    kinds = {one.kind for one in inside if one.text != "newaxis"}
    signs = {one.text for one in inside if one.kind == "sign"}
    names = [one.text for one in inside if one.kind == "name"]
    sizes = bool(names) and all(one in parser.names.sizes for one in names)
    told = "number" in kinds or ":" in signs or sizes
    declared = parser.names.declared
    numbers = all(one in parser.names.sizes or (one in declared and not declared[one].rank)
                  for one in names)  # fmt: skip
    of_sizes = {"*", "/"} if numbers and ":" in signs else set[str]()  # [n:2*n]
    return told and signs <= {":", ",", "-", "+"} | of_sizes and "word" not in kinds


def are_letters(parser: LineReader, position: int) -> bool:
    """Whether a bracket holds letters of sums that are open, and nothing else."""
    inside = parser.tokens[position + 1 : parser.ends[position]]
    names = [one.text for one in inside if one.text != ","]
    return bool(names) and all(letter in parser.letters for one in names for letter in one)


def indexed(parser: LineReader, base: LineNode) -> LineNode:
    """``A[i, k]``: letters of sums; ``X[1:3, :]``: as they are."""
    if parser.at("_"):
        script = below_bracket(parser)
        parser.position = parser.end(parser.position + 1) + 1
        value = (script,) if script.isdigit() else tuple(script)
        return LineNode("index", (base,), value, base.start, parser.behind())
    letters = are_letters(parser, parser.position)
    parser.take()
    end = parser.ends[parser.position - 1]
    if letters:
        names = [one.text for one in parser.tokens[parser.position : end] if one.text != ","]
        parser.position = end + 1
        return LineNode("index", (base,), tuple("".join(names)), base.start, parser.behind())
    layer = "".join(one.text for one in parser.tokens[parser.position : end])
    if base.op == "name" and base.value not in parser.names.declared and layer.isdigit():
        known = parser.names.known(f"{base.value}{layer}")
        if known:  # a[1] of a1
            parser.position = end + 1
            return LineNode("name", (), known, base.start, parser.behind())
    pattern, numbers = read_places(parser, end)
    return LineNode("entry", (base, *numbers), pattern, base.start, parser.tokens[end].stop)


def read_places(parser: LineReader, end: int) -> tuple[str, list[LineNode]]:
    """What stands in brackets behind an array: ``#`` for each number, and the numbers."""
    pattern: list[str] = [""]
    numbers: list[LineNode] = []
    while parser.position < end:
        token = parser.next
        if parser.at(":"):
            parser.take()
            pattern[-1] += ":"
        elif parser.at(","):
            parser.take()
            pattern.append("")
        elif token.text in ("None", "newaxis") and not pattern[-1]:
            parser.take()
            pattern[-1] = "None"
        elif pattern[-1].endswith("#"):
            raise parser.fail("between these brackets stand whole numbers and colons")
        else:
            parser.places += 1
            numbers.append(parser.sum())
            parser.places -= 1
            pattern[-1] += "#"
    parser.position = end + 1
    if not all(pattern):
        raise parser.fail("a number or a colon is missing between these brackets")
    return ",".join(pattern), numbers


def read_method(parser: LineReader, base: LineNode) -> LineNode:
    """``x.sum(axis=0)`` as ``sum(x, axis=0)``."""
    token = parser.take()
    opened = parser.take()
    arguments = read_arguments(parser, opened)
    value = (function(token.text, called=True) or token.text, 0, "method")
    return LineNode("call", (base, *arguments), value, base.start, parser.behind())
