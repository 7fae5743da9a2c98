r"""Reading a line in any notation: a formula or an equation, into the language of matcalc.

>>> from matcalc.variables import Variable
>>> A, x = Variable("A", ("m", "n")), Variable("x", ("n",))
>>> read_line(r"\frac{1}{2}\|Ax\|_2^2", {"A": A, "x": x}).text
'1 / 2 * norm(A @ x)**2'
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from matcalc import dimensions
from matcalc.dimensions import Shape
from matcalc.errors import MatcalcError, NotationError, Place
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.expression.formula import KnownNames as Known
from matcalc.expression.functions import is_spelled
from matcalc.expression.parser import parse
from matcalc.expression.reading import read_formula
from matcalc.expression.tokens import scan as scan_own
from matcalc.expression.unification import sizes_of
from matcalc.inputs.around import is_signature, unframed, without_front
from matcalc.inputs.equations import left_side, without_entry
from matcalc.inputs.free import given_each
from matcalc.inputs.grammar import Parser
from matcalc.inputs.kinds import NUMBER, Kind, kind_of
from matcalc.inputs.line import Line
from matcalc.inputs.names import Names, each_apart, refuse_runs, taken_apart
from matcalc.inputs.nested import in_brackets, sign_outside
from matcalc.inputs.notations import (
    NOTATIONS,
    SYMPY,
    find_notation,
    has_marks_of_matlab,
    has_sizes_apart,
    is_starred,
    notation_of,
    says_products,
)
from matcalc.inputs.pieces import Piece, places
from matcalc.inputs.prose import refuse_prose
from matcalc.inputs.reader import RefusedError
from matcalc.inputs.rows import ranks_in_sums, with_letters
from matcalc.inputs.scanning import LineToken, is_latex, scan
from matcalc.inputs.statements import statements_of
from matcalc.inputs.tree import Left, LineNode
from matcalc.inputs.vectors import behind_matrices, paired, transposed
from matcalc.inputs.words import KEYWORDS, function, is_elsewhere, slope_of
from matcalc.inputs.writing import LineWriter
from matcalc.notation.names import greek_word
from matcalc.operations import ALIASES
from matcalc.variables import Variable

_OF_ARRAYS = ("@", "np.", "axis=", "None]")  # beside these a * is one of entries
_BY_ENTRIES = re.compile(r"[0-9]\./[( ]*[A-Za-z(]")  # MATLAB's 1./x, or a quotient of 1.
_ENTRY = re.compile(r"(?<![\w.])((\w+)_([ijkl]))(?!\w|\s*=)")
_EQUALS = ("=", ":=", "==")
_WORD = re.compile(
    rf"""(?<![\w.])({dimensions.NAME})('*\s*\(|\s*=(?!=))?|("[^"]*"|(?<=[(,=])[ ]?'[^']*')"""
)
_NO_NAMES: frozenset[str] = frozenset()


def read_line(
    line: str,
    variables: Mapping[str, Variable],
    notation: str | None = None,
    functions: Functions = NO_FUNCTIONS,
    sizes: Collection[str] = _NO_NAMES,
    shape: Shape | None = None,
    *,
    claimed: bool = True,
    layout: str = "denominator",
    numbers: Collection[str] = _NO_NAMES,
) -> Line:
    """Read a formula or an equation that is in some notation.

    A line of the language itself is left as it is, unless a notation is forced. One that has
    nothing but ``*`` between factors, where no product entry by entry fits, is read as MATLAB
    writes it; if it is no claim, which is held against what is true, then only where the whole
    line fits in no other way.

    Args:
        line: What was typed.
        variables: What is declared; nothing where names are to say what they are.
        notation: ``"numpy"``, ``"math"``, ``"matlab"`` or ``"latex"``; if it is not given, the
            signs of the line say which it is.
        functions: Functions that were declared.
        sizes: Dimensions that no variable has.
        shape: What shape the formula has, if that is known: ``(i,j,k) ↦ x[j] δ[i,k]`` does not
            say how many values i has.
        claimed: Whether the line is a claim.
        layout: That of a Jacobian which is given by its entries.
        numbers: Names that are numbers, where nothing is declared.

    Raises:
        NotationError: The line cannot be read, or may mean several things.
    """
    forced, line = find_notation(notation) if notation else "", unframed(line)
    if not forced and is_own(line, variables, functions, claimed=claimed):
        products = None if claimed else _by_products(line, variables, functions)
        return products or Line(line, line, "matcalc")
    try:
        return read_foreign(
            line, variables, forced, functions, sizes, shape, layout, numbers, claimed=claimed
        )
    except RefusedError:
        raise
    except MatcalcError as error:
        if not forced and not _is_indexed(line, variables) and _is_parsed(line, error):
            return Line(line, line, "matcalc")
        raise


def _is_parsed(line: str, error: MatcalcError) -> bool:
    """Whether a line that no other notation fits is one of the language after all.

    Raises:
        NotationError: It is made of the signs of the language, and fails there no earlier.
    """
    try:
        parse(line)
    except MatcalcError as own:
        later = own.places and error.places and own.places[0].stop >= error.places[0].start
        if later and _has_own_signs(line):
            raise own from None
        return False
    return True


def _is_indexed(line: str, variables: Mapping[str, Variable]) -> bool:
    """Whether a letter stands below a declared array, ``x_i``, as no name of the language has."""
    try:
        names = _names(variables, NO_FUNCTIONS)
        tokens = each_apart(scan(line, names.declared), names, latex=is_latex(line))
        return any(
            one.kind == "name" and two.text == "_" and names.known(one.text)
            for one, two in pairwise(tokens)
        )
    except MatcalcError:
        return False


def _has_own_signs(line: str) -> bool:
    try:
        scan_own(line)
    except MatcalcError:
        return False
    return True


def read_claim(
    line: str,
    other: str,
    variables: Mapping[str, Variable],
    notation: str | None = None,
    functions: Functions = NO_FUNCTIONS,
    layout: str = "denominator",
) -> Line:
    """Read a claim of somebody who wrote another line too: who writes ``@`` or ``**`` means it.

    Beside such a formula a ``*`` is a product entry by entry, whether it fits or not; beside one
    that repeats a vector as a row, it repeats one too. An equation may give one entry,
    ``dW[0,1] = …``.

    Args:
        line: What was typed.
        other: What was typed beside it, in the language.
        variables: What is declared.
        notation: As of :func:`read_line`.
        functions: Functions that were declared.
        layout: The order of the axes of what is given by its entries, ``∂p_i/∂z_j = …``.

    Raises:
        NotationError: The line cannot be read, or may mean several things.
    """
    line, entry = without_entry(line)
    plain = notation is None and _is_plain(line, variables)
    rows = "[None, :]" in other or "[:, None]" in line
    if plain and rows and _of_numpy(line, variables, functions).found.repeats:
        found = read_foreign(line, variables, "numpy", functions)
    elif plain and says_products(line + other):
        found = Line(line, line, "matcalc")
    else:
        found = read_line(line, variables, notation, functions, layout=layout)
    left = found.left
    if left is None:
        name, equals, _ = found.text.partition("=")
        left = Left(name.strip()) if equals and name.strip().isidentifier() else None
    return found._replace(left=left and left._replace(entry=entry))


def _is_plain(line: str, variables: Mapping[str, Variable]) -> bool:
    """Whether a line is one of the language, whatever fits."""
    try:
        parse(line)
        return not _has_words(line, _of_numpy(line, variables, NO_FUNCTIONS).text)
    except MatcalcError:
        return False


def is_own(
    line: str,
    variables: Mapping[str, Variable],
    functions: Functions = NO_FUNCTIONS,
    *,
    claimed: bool = True,
) -> bool:
    """Whether a line is one of the language, and no name in it asks to be taken apart."""
    try:
        parse(line)
        text, found = _of_numpy(line, variables, functions)
    except MatcalcError:
        return False
    if _has_words(line, text):
        return False
    widened = "[:, None]" in line
    if "*" not in line and not widened:
        return True
    if widened or not is_starred(line):
        return (claimed and not widened) or not (found.repeats and _repeats(line, variables))
    sized = "ones(" in line or "zeros(" in line
    apart = sized and has_sizes_apart(scan(line, variables))
    counts = claimed or _BY_ENTRIES.search(line)
    return not (apart or (counts and found.clashes))


def may_be_products(line: str) -> bool:
    """Whether a ``*`` stands in a line, and no sign beside which it is one of entries."""
    return "*" in line and not any(sign in line for sign in (*_OF_ARRAYS, "**"))


def _by_products(line: str, variables: Mapping[str, Variable], functions: Functions) -> Line | None:
    """A line whose ``*`` fits as the product of matrices alone; nothing for others.

    NumPy would scale the columns of W in ``W * x + b``, to which b does not fit.
    """
    if not variables or not may_be_products(line):
        return None
    try:
        entries = _of_numpy(line, variables, functions).found
        if not (entries.clashes and entries.misfits):
            return None
        found = read_foreign(line, variables, "sympy" if ".T" in line else "matlab", functions)
        fits = read_formula(found.text, variables, names=Known(functions=functions)).columns
    except MatcalcError:
        return None
    return found if fits else None


def _repeats(line: str, variables: Mapping[str, Variable]) -> bool:
    """Whether NumPy's signs say that a ``*`` repeats a vector of the rows of a matrix.

    Who writes ``norm(X * b - y)**2`` may mean a product of matrices: ``**`` is not enough.
    """
    sure = "*" not in line.replace("**", "") or any(sign in line for sign in _OF_ARRAYS)
    return sure and notation_of(scan(line, variables), latex=False) == "numpy"


class _InNumpy(NamedTuple):
    """A line that is taken as one of NumPy: its text in the language, and what writing it found."""

    text: str
    found: LineWriter


def _of_numpy(line: str, variables: Mapping[str, Variable], functions: Functions) -> _InNumpy:
    names = _names(variables, functions)
    writer = LineWriter(line, names, "numpy")
    tokens = scan(line, names.declared)
    apart: list[LineToken] = []
    for piece, token in zip(each_apart(tokens, names, latex=False), tokens, strict=False):
        if piece.text != token.text:  # Ax, x_i: no names of the language
            return _InNumpy("", writer)
        apart.append(piece)
    pieces, _ = _written(line, apart, writer)
    return _InNumpy("".join(piece.text for piece in pieces), writer)


def _has_words(line: str, text: str) -> bool:
    """Whether a line has words of another notation: written in the language it has others.

    What the language spells may go, ``sum(x, axis=0)`` of a vector is its sum; what looks like a
    slip, ``Tr(X)``, is none of another notation.
    """
    typed, written = _words(line), _words(text)
    written = {one for one in written if one[-1:] != "=" or one[:-1] in KEYWORDS}  # no left sides
    calls = {f"{name}(" for name in written - typed if not _is_placed(line, name)} & typed
    typed |= {call[:-1] for call in calls}  # A(x) is no function, in no notation
    written |= calls
    others = any(one[-1:] == "(" and is_elsewhere(one[:-1]) for one in typed)  # tanh_prime(z)
    return others or not written <= typed or any(not _is_own_word(one) for one in typed - written)


def _is_placed(line: str, name: str) -> bool:
    """Whether entries of a name are taken in a line, ``A(1, :)``, or its transpose, ``x'(y)``."""
    called = re.search(rf"(?<![\w.]){re.escape(name)}('+\s*\(|\s*\(\s*([0-9:]|end\b))", line)
    return called is not None


def _words(text: str) -> set[str]:
    """The names of a formula, its functions with a ``(`` and its keywords with a ``=``, its texts.

    A slip, and another name of the same function, count as what they are here.
    """
    found: set[str] = set()
    for name, sign, quoted in _WORD.findall(text):
        others = name in SYMPY or is_elsewhere(name)
        greek = greek_word(name).lower()  # Γ
        here = name if others else function(name, called=True) or greek or name
        called = f"{ALIASES.get(here, here)}("
        found.add(called if sign[-1:] == "(" else f"{name}{sign[-1:]}" or quoted.strip("\"'"))
    return found - {"None"}  # a new axis


def _is_own_word(word: str) -> bool:
    """Whether a function, a keyword or its value is one of the language."""
    if word[-1:] == "=":
        return word[:-1] not in KEYWORDS
    return word in ("True", "False") or (word[-1:] == "(" and is_spelled(word[:-1]))


def _names(
    variables: Mapping[str, Variable],
    functions: Functions,
    sizes: Collection[str] = _NO_NAMES,
) -> Names:
    kinds: dict[str, Kind] = {name: kind_of(one.shape) for name, one in variables.items()}
    return Names(kinds, functions, [*sizes_of(variables.values()), *sizes])


def read_foreign(
    line: str,
    variables: Mapping[str, Variable],
    notation: str = "",
    functions: Functions = NO_FUNCTIONS,
    sizes: Collection[str] = _NO_NAMES,
    shape: Shape | None = None,
    layout: str = "denominator",
    numbers: Collection[str] = _NO_NAMES,
    *,
    claimed: bool = False,
) -> Line:
    """Read a line of another notation than the language's.

    Raises:
        NotationError: It cannot be read, or may mean several things.
    """
    refuse_prose(line, variables)
    latex = is_latex(line) if not notation else notation == "latex"
    names = _names(variables, functions, sizes)
    names.layout = layout
    scanned = with_letters(_with_slopes(scan(line, names.declared), names), names)
    apart = taken_apart(scanned, names, latex=latex)
    if names.open and not latex:
        refuse_runs(line, scanned, names)
    names.notation = used = notation or notation_of(scanned, latex=latex)
    turned = frozenset(transposed(scanned))
    names.vectors = turned | {*behind_matrices(apart, names), *paired(apart, names)}
    products = any(one.text in ("@", "matmul", "mv") for one in scanned)
    columns = any(names.kind(one).is_column for one in turned)
    names.flat = used == "numpy" and products and not columns
    if names.open:
        names.ranks = {**ranks_in_sums(apart), **dict.fromkeys(numbers, 0)}
    if used == "matlab" and not notation and len(apart) > len(scanned):
        used = "math"  # 2 * Ax: nobody writes so there
    writer = LineWriter(line, names, used)
    writer.shape, writer.claimed = shape, claimed
    writer.marked = bool(notation) or used != "matlab" or has_marks_of_matlab(scanned)
    pieces, left = _written(line, apart, writer)
    text = "".join(piece.text for piece in pieces)
    _refuse_entries(line, text, names)
    plain = used == "matlab" and not writer.marked and " @ " not in text  # nothing of MATLAB's
    said = (f"read as {NOTATIONS['math' if plain else used]}: {text}", *names.said)
    kind = names.declared[left.name] if left is not None else None
    return Line(line, text, used, said, places(pieces), left, kind, names.ranks)


def _with_slopes(tokens: Sequence[LineToken], names: Names) -> list[LineToken]:
    """The tokens, ``sigmoid'(z)`` for ``sigmoid_prime(z)``."""
    found: list[LineToken] = []
    for k, (token, after) in enumerate(pairwise([*tokens, tokens[-1]])):
        known = token.text in names.declared or token.text in names.functions
        called = after.text == "(" and all(one.text != "," for one in in_brackets(tokens, k + 1))
        base = slope_of(token.text) if called and not known else ""
        if not base:
            found.append(token)
            continue
        names.say(
            f"{token.text} is taken as {base}', the derivative of {base} at what stands behind it"
        )
        sign = LineToken("sign", "'", token.stop, token.stop, form="prime")
        found += [token._replace(text=base), sign]
    return found


def _refuse_entries(line: str, text: str, names: Names) -> None:
    """Raise for an entry that no sum goes over, of what is summed: ``Σᵢ yᵢ + (1 - yᵢ)``."""
    for name, whole, letter in _ENTRY.findall(text):
        rank = names.ranks.get(whole, 0 if names.open else names.declared.get(whole, NUMBER).rank)
        if rank and name not in names.declared:
            start = max(line.find(name), line.find(whole))
            raise NotationError(
                f"{name} is an entry of {whole}, and no sum over {letter} reaches it: put brackets "
                f"around all that is summed, Σ_{letter} (…); for each {letter} declare {whole}[n]",
                [Place(line, start, start + 1) if start >= 0 else Place(line, 0, len(line))],
            )


def _written(
    line: str, tokens: Sequence[LineToken], writer: LineWriter
) -> tuple[list[Piece], Left | None]:
    """The text of all statements, and the left side of the last."""
    _refuse_members(line, tokens)
    pieces: list[Piece] = []
    left: Left | None = None
    statements = [one for one in statements_of(line, tokens) if not is_signature(one)]
    if not statements:
        raise NotationError("a formula is missing", [Place(line, 0, max(1, len(line)))])
    stands = [one[0].start for one in statements]
    if stands != sorted(stands):
        writer.assume("the lines are read in the order in which each has what it uses before it")
    for k, statement in enumerate(statements):
        last = k + 1 == len(statements)
        left = _statement(line, statement, writer, pieces, last=last)
        if left is None and not last:
            place = Place(line, statement[0].start, statement[-1].stop)
            raise NotationError("only the last formula has no name", [place])
        if not last:
            pieces.append(Piece("; ", statement[-1].stop, statement[-1].stop))
    return pieces, left


def _refuse_members(line: str, tokens: Sequence[LineToken]) -> None:
    """Raise for a shape behind the formula, ``x ∈ ℝⁿ``: it is a declaration."""
    k = sign_outside(tokens, "in")
    if k > 0 and all(token.text != "maps" for token in tokens):
        before = tokens[k - 1]
        raise NotationError(
            f"what {before.text[:20]} is in is declared apart: the formula ends before it, and "
            f"the variables are '{before.text[:20]}[n]', or A[m,n] of a matrix",
            [Place(line, before.start, len(line))],
        )


def _statement(
    line: str, tokens: Sequence[LineToken], writer: LineWriter, pieces: list[Piece], *, last: bool
) -> Left | None:
    """Write one formula, or a name and its formula; what later ones use keeps the name it has."""
    names, latex = writer.names, writer.notation == "latex"
    equals = _equals(tokens, line)
    left: Left | None = None
    right = list(tokens)
    if equals >= 0:
        start, stop = tokens[equals].start, tokens[equals].stop
        end = LineToken("end", "", start, start)

        def write(node: LineNode) -> str:
            return writer.write(node).text

        if equals == 0:
            raise NotationError("a name is missing before =", [Place(line, start, stop)])
        left = left_side(line, [*tokens[:equals], end], names, write, latex=latex)
        right = list(tokens[equals + 1 :])
    front, why = without_front(right, names.declared)
    if why:
        rest = line[right[front].start : right[-1].start].strip()
        place = Place(line, right[0].start, right[front].start)
        raise RefusedError(f"{why}; of what stands behind it write that alone: {rest}", [place])
    right = right[front:]
    if right[0].kind == "end":
        raise NotationError(
            "a formula is missing here", [Place(line, right[0].start, right[0].start + 1)]
        )
    parser = Parser(line, right, names, latex=latex)
    left = given_each(parser, left)
    typed = line[left.start : left.stop] if left is not None else ""
    if left is not None and left.of and not last and typed.isidentifier():  # df_da1
        left = left._replace(name=typed)
    if left is not None:
        pieces.append(Piece(left.name, left.start, left.stop))
        pieces.append(Piece(" = ", left.stop, right[0].start))
    written = writer.write(parser.whole(left))
    pieces += written.pieces
    if left is not None:
        names.declared[left.name] = written.kind
    return left


def _equals(tokens: Sequence[LineToken], line: str) -> int:
    """Where the ``=`` between two sides stands; below 0 where there is none."""
    found = sign_outside(tokens, *_EQUALS)
    second = sign_outside(tokens, *_EQUALS, start=found + 1) if found >= 0 else -1
    if second >= 0:
        place = Place(line, tokens[second].start, tokens[second].stop)
        raise NotationError("an equation has one =", [place])
    return found
