"""Derivatives within a formula: each is a name, dW."""

from __future__ import annotations

from matcalc.inputs.letters import below, read_scripts, simple
from matcalc.inputs.names import number_below
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.tree import LineNode

_OF_A_FORMULA = (
    "a formula stands without the sign of its derivative: write the formula alone, and wrt "
    "(--wrt X) says by what it is differentiated"
)


def is_ratio(parser: LineReader) -> bool:
    r"""Whether braces hold ``\partial L`` and ``\partial W``."""
    if not parser.at("{"):
        return False
    first = parser.tokens[parser.position + 1]
    below = number_below(parser.tokens, parser.position + 1)
    if parser.names.resolve(first.text, below) in parser.names.declared:
        return False  # det₁ / det₁
    return first.text == "partial" or (first.text[:1] == "d" and _below_is_d(parser))


def _below_is_d(parser: LineReader) -> bool:
    end = parser.ends[parser.position] + 1
    opened, *rest = parser.tokens[end : end + 2]
    is_d = rest and rest[0].kind == "name" and rest[0].text[0] == "d"
    return opened.text == "{" and bool(is_d) and not parser.names.known(rest[0].text)


def is_quotient(parser: LineReader, token: LineToken) -> bool:
    """Whether two differentials stand there, the upper one not declared: ``dL/dz``."""
    over, below = parser.tokens[parser.position : parser.position + 2]
    both = over.text == "/" and token.kind == below.kind == "name"
    differential = all(one.text[:1] == "d" and one.text[1:2].isalpha() for one in (token, below))
    return both and differential and not parser.names.known(token.text)


def read_derivative(parser: LineReader, token: LineToken) -> LineNode:
    r"""``∂L/∂W``, ``\frac{\partial L}{\partial W}``: the name dW."""
    _refuse_operator(parser, token)
    if token.text == "frac":
        of, wrt = in_braces(parser), in_braces(parser)
    else:
        parser.position -= 1
        of = differential(parser)
        if not parser.at("/"):
            raise parser.fail("a derivative is written ∂L/∂W", token)
        parser.take()
        wrt = differential(parser)
    names = parser.names
    known = next((one for one in (f"d{of}_d{wrt}", f"d{wrt}") if one in names.declared), "")
    plain = of not in names.declared or names.kind(of).is_number
    name = known or (f"d{wrt}" if plain else f"d{of}_d{wrt}")
    names.say(f"∂{of}/∂{wrt} is called {name}")
    return LineNode("name", (), name, token.start, parser.behind())


def _refuse_operator(parser: LineReader, token: LineToken) -> None:
    r"""Refuse ``\frac{\partial}{\partial X}`` before what it is of.

    Raises:
        NotationError: It stands there.
    """
    braced = parser.at("{")
    above = parser.tokens[parser.position + braced : parser.ends.get(parser.position, 0)]
    alone = len(above) == 1 if braced else token.text == "partial" and parser.at("/")
    if alone:
        raise parser.fail(_OF_A_FORMULA, token)


def refuse_quotient(parser: LineReader, token: LineToken) -> None:
    """Refuse ``d/dx f`` and ``d(f)/dx``, where d is no variable.

    Raises:
        NotationError: It stands there.
    """
    start = parser.ends.get(parser.position, parser.position - 1) + 1
    sign, below = [*parser.tokens[start : start + 2], token, token][:2]
    is_d = below.kind == "name" and below.text[0] == "d" and len(below.text) > 1
    if sign.text == "/" and is_d and not parser.names.known(below.text):
        raise parser.fail(_OF_A_FORMULA, token)


def in_braces(parser: LineReader) -> str:
    """The name behind a ∂ or a d, in braces."""
    opened = parser.take()
    found = differential(parser)
    parser.expect("}", opened)
    return found


def is_differential(token: LineToken) -> bool:
    """Whether a token is a ∂ or begins with a d."""
    return token.text == "partial" or token.text[:1] == "d"


def differential(parser: LineReader) -> str:
    """The name behind a ∂ or a d."""
    if parser.at("partial"):
        parser.take()
        token = parser.take()
    else:
        token = parser.take()
        token = token._replace(text=token.text[1:] or parser.take().text)
    if token.kind not in ("name", "word") or not token.text:
        raise parser.fail("a name is expected behind ∂", token)
    return parser.names.resolve(token.text, read_scripts(parser, token).scripts)


def read_gradient(parser: LineReader, token: LineToken) -> LineNode:
    """``∇_W L``: the name dW; ``∇L(x)`` and ``∇²L(x)`` of a function that was declared."""
    found = below(parser) if parser.at("_") else None
    if found is None:
        return slope_of_number(parser, token)
    parser.position = found.stop
    wrt = parser.names.resolve(found.layer, ())
    if parser.starts_factor() and (parser.next.kind != "name" or _goes_on(parser)):
        raise parser.fail(_OF_A_FORMULA, token)
    of = simple(parser, parser.take()).value if parser.next.kind == "name" else "L"
    parser.names.say(f"∇_{wrt} {of} is called d{wrt}")
    return LineNode("name", (), f"d{wrt}", token.start, parser.behind())


def _goes_on(parser: LineReader) -> bool:
    """Whether a name and more stand behind ``∇_x``: ``∇_x x^T A x``."""
    name = parser.next.text
    behind = parser.tokens[parser.position + 1]
    return (
        parser.names.kind(name).rank != 0
        and behind.kind != "end"
        and name in (parser.names.declared)
    )


def slope_of_number(parser: LineReader, token: LineToken) -> LineNode:
    """The gradient or the Hessian of a declared function: ``∇L(x)`` is ``L'(x)``.

    Raises:
        NotationError: It is no such function, or one whose values are no numbers.
    """
    order = 1
    if parser.at("^"):
        twice = below(parser)  # what stands above is written in the same way
        if twice is None or twice.layer != "2":
            raise parser.fail("second derivatives are written ∇²L(x)", token)
        order, parser.position = 2, twice.stop
    node = parser.atom() if parser.next.kind in ("name", "word") else None
    name = node.value[0] if node and node.op == "call" else ""
    shapes = parser.names.functions.get(name)
    if node is None or shapes is None:
        raise parser.fail("a gradient is written ∇_W L; of a function L(x[n]), ∇L(x)", token)
    if shapes.result:
        message = f"∇{name} may be the Jacobian or its transpose: write {name}'(x) or {name}'(x).T"
        raise parser.fail(message, token)
    return node._replace(value=(name, order, ""), start=token.start)
