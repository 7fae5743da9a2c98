"""Functions, with brackets or without; names, which may be functions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from matcalc.errors import Place
from matcalc.expression.assumptions import parameter
from matcalc.expression.functions import is_known
from matcalc.inputs.brackets import read_arguments
from matcalc.inputs.constants import is_condition, read_condition, read_size
from matcalc.inputs.derivatives import is_quotient, read_derivative, refuse_quotient
from matcalc.inputs.kinds import COLUMN
from matcalc.inputs.letters import (
    INDICES,
    Marks,
    above,
    below,
    is_index,
    is_kronecker,
    of_pair,
    read_scripts,
    refuse_bound,
    said_as,
)
from matcalc.inputs.marks import raised, turned
from matcalc.inputs.names import number_below
from matcalc.inputs.nested import behind_transpose
from matcalc.inputs.reader import LineReader, RefusedError
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.spectra import is_spectral, spectral, spectral_instead
from matcalc.inputs.totals import is_total, read_total, unsaid
from matcalc.inputs.tree import LineNode
from matcalc.inputs.words import FREE, function
from matcalc.notation.names import greek_letter, greek_word
from matcalc.operations import RULES, is_elementwise

_WHOLE = frozenset(["tr", "det", "logdet", "vec", "diag", "trace", "rank", "expm"])
#: Of functions that are known by their logarithm, what that is.
_LOGARITHMS = {one.facts.log_of: one.name for one in RULES.values() if one.facts.log_of}


def read_word(parser: LineReader, token: LineToken) -> LineNode:
    """A function, with brackets or without; a name that was typed as a word."""
    module = bool(token.form) and token.form[0] not in "\\u"
    opens = parser.at("(", "[", "{") or (parser.at("^", "_") and not module)
    declared = token.text in parser.names.declared
    alone = bool(greek_letter(token.text)) and not parser.at("(", "[", "{")  # Φ w, Φᵀ
    name = (
        "" if declared or alone or is_letter(parser, token) else function(token.text, called=opens)
    )
    if not name and not module:
        return read_name(parser, token._replace(kind="name"))
    if module and token.text == "inf":  # np.inf, where a mask or a clip is open
        return LineNode("name", (), token.text, token.start, token.stop)
    if name == "sum" and parser.at("_"):
        return read_total(parser, token)
    skip_below(parser, name)
    return of_function(parser, token, name or token.text)


def is_letter(parser: LineReader, token: LineToken) -> bool:
    r"""Whether a command is a small Greek letter: ``\psi(x)`` is no digamma function."""
    styled = token.form[:1] == "\\" and token.form != "\\text"
    letter = greek_letter(token.text) if styled else ""
    return bool(letter) and letter.islower() and token.text not in parser.names.functions


def skip_below(parser: LineReader, name: str) -> None:
    """Take what stands below a function, which says over what it is taken.

    Raises:
        NotationError: It says something else: the base of a logarithm.
    """
    under = below(parser) if parser.at("_") else None
    if under is None:
        return
    if name == "log":
        raise parser.fail("a logarithm of another base is written log(x) / log(2)")
    if under.layer in parser.names.declared:
        raise parser.fail(
            f"{name} over all {under.layer} is no function of it: write what it is of"
        )
    parser.position = under.stop


def of_function(parser: LineReader, token: LineToken, name: str) -> LineNode:
    """A function, its primes and its power, and what it is of: ``tanh'(x)``, ``sin^2 x``.

    The power of a function that acts entry by entry is one of entries, of a matrix too.
    """
    primes = 0
    power: LineNode | None = None
    while parser.next.kind == "sign" and parser.next.text[:1] == "'":
        primes += len(parser.take().text)
    if parser.at("^"):
        over = above(parser, token, ())
        if over is not None and over.primes and not over.layer:
            primes += over.primes
            parser.position = over.stop
        else:
            power = raised(parser, LineNode("number", (), "1", token.start, token.stop))
    node = call_of(parser, token, name, primes)
    inside = node.args[0] if name == "log" and node.args else None
    if inside is not None and inside.op == "call" and inside.value[0] in _LOGARITHMS:
        one = _LOGARITHMS[inside.value[0]]
        node = inside._replace(value=(one, 0, ""), start=token.start)  # log Γ(x)
    if power is None:
        return node
    if power.op != "power":
        raise parser.fail(f"{name}⁻¹ may be 1 / {name}(x) or the inverse function", token)
    entries = name in RULES and is_elementwise(name)
    sign = "f^" if entries else "^"
    return LineNode("power", (node, power.args[1]), sign, token.start, parser.behind())


def call_of(parser: LineReader, token: LineToken, name: str, primes: int) -> LineNode:
    """A function's arguments: in brackets, or what stands behind it."""
    value = (name, primes, token.form)
    if parser.at("(", "[", "{"):
        arguments = read_arguments(parser, parser.take())
        letters = unsaid(parser, arguments[0]) if name == "sum" and len(arguments) == 1 else ()
        if letters:
            all_of = ("sum", tuple(letters), "")
            return LineNode("total", arguments, all_of, token.start, parser.behind())
        return LineNode("call", arguments, value, token.start, parser.behind())
    if name == "eye":
        return LineNode("identity", (), (), token.start, token.stop)
    if name == "pi":
        return LineNode("call", (), value, token.start, token.stop)
    if not parser.starts_factor():
        raise parser.fail(f"{name} is a function: what it is of stands behind it", token)
    if name == "sum":
        return read_total(parser, token)
    argument = bare(parser, token, name)
    return LineNode("call", (argument,), value, token.start, parser.behind())


def bare(parser: LineReader, token: LineToken, name: str) -> LineNode:
    """What a function without brackets is of: one factor, or of some functions the product."""
    if name in _WHOLE:
        return parser.product()
    delimited = parser.at("(", "[", "{", "|", "||") or parser.next.kind == "word"
    first = parser.factor()
    if delimited or not parser.starts_factor():
        return first
    if first.op == "transpose" or (first.op == "number" and not parser.next.spaced):
        factors = (first, parser.factor())
        return LineNode("product", factors, (True,), first.start, parser.behind())
    if parser.next.kind == "word" or parser.at("sum", "frac", "(", "[", "{"):
        return first
    between = parser.line[token.start : parser.next.stop]
    raise parser.fail(
        f"{between[:40]!r} may be of one factor or of several: write {name}(…)", token
    )


def read_special(parser: LineReader, token: LineToken) -> LineNode | None:
    """``e^x``, ``π``, ``dL/dz``; nothing where a name is one."""
    if token.text == "e" and parser.at("^") and "e" not in parser.names.declared:
        return power_of_e(parser, token)
    if token.text == "d" and not parser.names.known("d"):
        refuse_quotient(parser, token)
    if is_quotient(parser, token):
        return read_derivative(parser, token)
    if token.text in ("π", "pi") and not parser.names.known(token.text):
        return LineNode("call", (), ("pi", 0, ""), token.start, token.stop)
    return None


def read_name(parser: LineReader, token: LineToken) -> LineNode:
    """A name with what belongs to it; a function, if it is one."""
    special = read_special(parser, token)
    if special is not None:
        return special
    below = number_below(parser.tokens, parser.position - 1)
    named = parser.names.resolve(token.text, below) in parser.names.declared  # I₂ of I2
    identity = token.text in ("I", "Id", "1") and not named
    if token.text == "I" and identity and is_condition(parser):
        return read_condition(parser, token)
    if identity and token.text != "1":
        size = read_size(parser) if parser.at("_") else size_in_brackets(parser)
        return LineNode("identity", (), size, token.start, parser.behind())
    if token.text in ("Σ", "Π") and is_total(parser, token):
        return read_total(parser, token)
    marks = read_scripts(parser, token)
    scripts = marks.scripts
    name = parser.names.resolve(token.text, scripts)
    node = LineNode("name", (), name, token.start, parser.behind())
    refuse_bound(parser, token, name)
    if is_kronecker(parser, token.text, scripts) and name not in parser.names.declared:
        pair = (scripts[0][0], "=", scripts[0][-1])
        return of_pair(pair, token.start, parser.behind())
    if is_index(parser, token.text, scripts, name):
        base = node._replace(value=parser.names.known(token.text) or token.text, stop=token.stop)
        script = scripts[-1].replace(",", "")
        letters = (script,) if script.isdigit() else tuple(script)
        node = LineNode("index", (base,), letters, token.start, parser.behind())
    elif scripts and name != said_as(parser, node):
        parser.names.say(f"{said_as(parser, node)} is {name}")
    return applied(parser, token, node, marks)


def size_in_brackets(parser: LineReader) -> tuple[str, ...]:
    """The size of Julia's ``I(n)``, which is no product; nothing where none stands there."""
    inside = parser.tokens[parser.position + 1]
    alone = parser.at("(") and parser.ends[parser.position] == parser.position + 2
    if not alone or not (inside.text.isdigit() or inside.text in parser.names.sizes):
        return ()
    parser.position += 3
    return (inside.text,)


def applied(parser: LineReader, token: LineToken, node: LineNode, marks: Marks) -> LineNode:
    """A name, or a function of what is in the parentheses behind it."""
    marks = with_transpose(parser, token, marks)
    position, primes = parser.position, marks.primes
    while parser.next.kind == "sign" and parser.next.text[:1] == "'" and not marks.turned:
        primes += len(parser.take().text)
    turned_away = primes and parser.names.open and token.text not in FREE  # a' (X b)
    apart = parser.next.spaced and (turned_away or not primes)
    apart = apart and not (parser.latex and token.text in FREE)
    opens = parser.at("(") and not apart
    of_one = opens and not marks.turned and is_of_one(parser)
    if node.op == "index" and of_one:
        refuse_family(parser, token, node)
    if opens and node.op == "name" and not marks.turned:
        inside = parser.within()
        if is_spectral(node.value, inside, parser.names):
            return of_spectrum(parser, node)
    if opens and node.op == "name" and may_be_function(parser, token, node.value, primes, of_one):
        arguments = read_arguments(parser, parser.take())
        name = function_name(parser, token, node.value, marks.scripts)
        call = LineNode("call", arguments, (name, primes, ""), node.start, parser.behind())
        return turned(parser, call, marks.turned)
    if opens and node.op == "name" and is_entry(parser, node.value, primes):
        return counted_from_one(parser, node)
    parser.position = position  # what is no function is transposed
    return turned(parser, node, marks.turned + marks.primes)


def with_transpose(parser: LineReader, token: LineToken, marks: Marks) -> Marks:
    """The marks of a function, with a transpose that stands before what it is of: ``f^T(x)``."""
    free = parser.names.open and token.text in FREE
    if not parser.at("^") or not (free or token.text in parser.names.functions):
        return marks
    stop = behind_transpose(parser.tokens, parser.position)
    if not stop or parser.tokens[stop].text != "(":
        return marks
    parser.position = stop
    return marks._replace(turned=marks.turned + 1)


def of_spectrum(parser: LineReader, node: LineNode) -> LineNode:
    """``λ_max(A)``, ``κ(A)``.

    Raises:
        NotationError: It is none of what is known here, ``ρ(A)``.
    """
    arguments = read_arguments(parser, parser.take())
    found = spectral(node.value, arguments, node.start, parser.behind())
    if found is None:
        shown = parser.line[arguments[0].start : arguments[-1].stop]
        place = Place(parser.line, node.start, parser.behind())
        raise RefusedError(spectral_instead(node.value, shown[:40]), [place])
    return found


def is_entry(parser: LineReader, name: str, primes: int) -> bool:
    """Whether parentheses behind an array hold places, as in MATLAB: ``x(1)``, ``A(2, :)``.

    Where nothing is declared a colon says it: ``X(:)``.
    """
    inside = parser.within()
    ranged = parser.names.open and any(one.text == ":" for one in inside)
    kind = parser.names.kind(name) if ranged else parser.names.declared.get(name)
    plain = all(
        one.kind == "number" or one.text in (":", ",", "end", "[", "]", "-") for one in inside
    )
    return kind is not None and bool(kind.rank) and plain and bool(inside) and not primes


def counted_from_one(parser: LineReader, base: LineNode) -> LineNode:
    """``x(1)``, ``A(1:3, end)`` as ``x[0]``, ``A[0:3, -1]``.

    Raises:
        NotationError: An index is below 1, or a colon stands alone for all entries.
    """
    opened = parser.take()
    end = parser.ends[parser.position - 1]
    typed = "".join(one.text for one in parser.tokens[parser.position : end])
    kind = parser.names.kind(base.value)
    items = typed.split(",")
    if (
        kind.rank == 2
        and len(items) == 1
        and (items[0].isdigit() or items[0] == ":" or items[0][:3] == "end")
    ):
        base = LineNode("call", (base,), ("vec", 0, ""), base.start, base.stop)  # column by column
        kind = COLUMN
    if items == [":"] and kind.rank == 1:
        parser.position = end + 1
        return base
    if len(items) != kind.rank or not all(_PLACE.fullmatch(one) for one in items):
        raise parser.fail("one place for each axis, counted from 1: x(1), A(2, :), x(1:3)", opened)
    where = LineNode("entry", (base,), "", base.start, parser.tokens[end].stop)
    pattern, numbers = _counted_from_zero(items, opened.start, where.stop)
    parser.position = end + 1
    node = where._replace(args=(base, *numbers), value=",".join(pattern))
    parser.names.say(
        f"{parser.line[base.start : base.stop]}({typed}) is counted from 1, as MATLAB does"
    )
    turns = len(items) == 2 and pattern[0] == "#" and ":" in pattern[1]
    return LineNode("transpose", (node,), None, node.start, node.stop) if turns else node


def _counted_from_zero(
    items: Sequence[str], start: int, stop: int
) -> tuple[list[str], list[LineNode]]:
    """Places counted from 1 as Python counts: ``#`` for each number, and the numbers."""
    numbers: list[LineNode] = []

    def place(edge: str, *, before: int) -> str:
        """An edge counted from 0, so many places before the one that was typed."""
        count = int(edge.removeprefix("end") or "0") - before
        number = LineNode("number", (), str(abs(count)), start, stop)
        numbers.append(number if count >= 0 else LineNode("negative", (number,), None, start, stop))
        return "#"

    def range_of(item: str) -> str:
        first, _, last = item.partition(":")
        step, stepped, end_of = last.partition(":")
        last = end_of if stepped else last
        begin = place(first, before=1) if first and first != "1" else ""
        end = place(last, before=0) if last and last != "end" else ""
        return f"{begin}:{end}" + (f":{place(step, before=0)}" if stepped else "")

    return [range_of(one) if ":" in one else place(one, before=1) for one in items], numbers


_NUMBER = "[1-9][0-9]{0,8}"
_EDGE = f"(end(-{_NUMBER})?|{_NUMBER})"
_PLACE = re.compile(rf":|{_EDGE}(:{_NUMBER})?(:{_EDGE})?")


def refuse_family(parser: LineReader, token: LineToken, node: LineNode) -> None:
    """Refuse ``Σ_i f_i(x)`` where f is no variable: a function of each i, which no sum here has.

    Raises:
        RefusedError: Nothing of that name is declared.
    """
    name = token.text
    if name not in parser.names.declared and not node.value[0].isdigit():
        raise RefusedError(
            f"{parser.line[node.start : node.stop]} is a function of each {node.value[0]}: declare "
            f"one whose values are a vector, {name}(x[n])[m], and write sum({name}(x))",
            [Place(parser.line, node.start, node.stop)],
        )


def is_of_one(parser: LineReader) -> bool:
    """Whether a bracket holds one name alone, which nobody would put in brackets as a factor."""
    start, end = parser.position + 1, parser.ends[parser.position]
    if parser.tokens[start].kind != "name":
        return False
    start += 1
    while start < end and parser.tokens[start].text in ("_", "^"):
        if parser.tokens[start + 1].text in ("T", "-"):
            return False
        start = parser.end(start + 1) + 1
    return start == end


def may_be_function(
    parser: LineReader, token: LineToken, name: str, primes: int, of_one: bool
) -> bool:
    """Whether a name that a parenthesis follows is a function; one of a name alone is."""
    if name in parser.names.functions or token.text in parser.names.functions:
        return True
    if token.text == "t" and parser.names.notation == "r":  # the transpose
        return True
    if name in parser.names.declared:  # as in the language: softmax softmax(x); β(x + y) is none
        named = token.form != "\\text" and not greek_letter(name)
        return named and len(name) > 1 and name in RULES
    if is_known(name) and not greek_letter(name):  # one that is refused by its name
        return True
    free = token.text.rstrip("0123456789").rstrip("_") in FREE
    if free or parser.names.open:
        return free or of_one
    of_greek = greek_word(token.text) in (*RULES, "Gamma")  # Φ(x)
    return of_greek or len(token.text) > 1 or bool(primes) or not token.text.isupper()


def function_name(parser: LineReader, token: LineToken, name: str, scripts: Sequence[str]) -> str:
    """What a function is called; without the number of a layer, if there is one alone."""
    base = token.text
    if base in ("σ", "sigma") and not scripts:
        return "sigmoid"
    refuse_parameter(parser, token, name, scripts)
    if scripts and name not in parser.names.functions and len(parser.layered.get(base, ())) < 2:
        base = "sigmoid" if base in ("σ", "sigma") else base
        parser.names.say(f"the function {name} is read as {base}")
        return base
    if (greek_word(base) or base) == "Gamma" and not scripts:
        return "gamma"
    if base.isupper() and greek_word(base) in RULES and not scripts:
        return greek_word(base)
    if not is_letter(parser, token):
        return name
    letter = greek_letter(base)
    return letter if base == name else f"{letter}{name.removeprefix(base)}"


def refuse_parameter(
    parser: LineReader, token: LineToken, name: str, scripts: Sequence[str]
) -> None:
    """Refuse ``h_θ(x)``: how the function depends on θ is not said.

    Of a function that was declared, a letter that was not says which one it is.

    Raises:
        RefusedError: A variable stands below it, or a Greek letter.
    """
    names = parser.names
    base, _, below = token.text.partition("_")
    for one in scripts or [below]:
        known = names.known(one)
        letter = greek_word(one) or greek_letter(one) or (names.open and one not in INDICES)
        letter = letter and one.isalpha() and (len(one) == 1 or greek_letter(one))
        if known in names.declared or (letter and not {base, name} & names.functions.keys()):
            place = Place(parser.line, token.start, parser.behind())
            raise RefusedError(parameter(f"{base}_{known or one}"), [place])


def power_of_e(parser: LineReader, token: LineToken) -> LineNode:
    """``e^x``."""
    base = LineNode("name", (), "e", token.start, token.stop)
    power = raised(parser, base)
    exponent = power.args[1] if power.op == "power" else None
    if power.op == "inverse":
        one = LineNode("number", (), "1", token.start, power.stop)
        exponent = LineNode("negative", (one,), None, token.start, power.stop)
    if exponent is None:
        raise parser.fail("e is the base of exponentials here: e^x", token)
    return LineNode("call", (exponent,), ("e^", 0, ""), token.start, power.stop)
