"""Formulas of one entry, ``e^{z_i} / Σ_j e^{z_j}``: letters that no sum goes over."""

from __future__ import annotations

from collections.abc import Iterator

from matcalc.inputs.letters import INDICES, LETTERS, pair_of
from matcalc.inputs.reader import LineReader
from matcalc.inputs.scanning import LineToken
from matcalc.inputs.tree import OVER, Left, LineNode

_SUMS = frozenset(["sum", "prod", "Σ", "Π"])


def free_letters(parser: LineReader, left: Left | None = None) -> list[str]:
    """The letters below declared arrays, one for each axis, that no sum goes over.

    Raises:
        NotationError: They do not say which counts rows: j and i of ``x_j y_i``; or the left side
            of the equation has others.
    """
    taken = {*parser.names.declared, *parser.names.sizes}
    found: dict[str, None] = {}
    for k, token in enumerate(parser.tokens[:-2]):
        if parser.tokens[k + 1].text == "maps":
            return []
        if parser.tokens[k + 1].text != "_" or parser.tokens[k + 1].kind != "sign":
            continue
        script = "".join(_below(parser, k + 2))
        if token.text in _SUMS and not parser.names.known(token.text):
            pair = pair_of(parser, k + 2)
            taken |= {pair[0], pair[2]} if pair and pair[0] < pair[2] else set(script)
        elif _is_array(parser, token, script) or _is_closed(parser, k, script):
            found |= dict.fromkeys(script)
    letters = [one for one in found if one in INDICES and one not in taken]
    if left is not None and left.letters:
        each = {one for one, _ in left.each}
        if parser.names.open:
            return list(left.letters)
        some = left.of or not left.wrt  # of p_i = σ(wᵀ x_i), rows are no entries
        if set(letters) != each and not (some and each.issuperset(letters)):
            raise parser.fail(
                f"{left.name}_{left.letters} is not one entry for each place: write the whole of "
                f"it, {left.name} = …",
                parser.tokens[0],
            )
        return list(left.letters)
    if set(letters) <= LETTERS and letters != sorted(letters):
        listed, other = ", ".join(sorted(letters)), ", ".join(letters)
        raise parser.fail(
            f"{letters[0]} or {min(letters)} may count the rows: write ({listed}) ↦ or ({other}) ↦ "
            "in front",
            parser.tokens[0],
        )
    return letters


def given_each(parser: LineReader, left: Left | None) -> Left | None:
    """A name that is given by its entries, ``p_i = σ(z_i)``: p, with the letter that counts them.

    One that nothing on the right has below it is a part of the name, ``z_i = W x``.
    """
    whole, _, letters = left.name.rpartition("_") if left else ("", "", "")
    each = set(letters)
    if left is None or left.wrt or left.letters or not whole or not each <= LETTERS:
        return left
    if len(each) < len(letters) or parser.names.known(left.name):
        return left
    names = parser.names
    below: set[str] = set()
    for k, token in enumerate(parser.tokens[:-2]):
        script = "".join(_below(parser, k + 2)) if parser.tokens[k + 1].text == "_" else ""
        summed = token.text in _SUMS and not names.known(token.text)
        known = names.open or _is_array(parser, token, script) or _is_row(parser, token, script)
        if script and not summed and known:
            below |= set(script)
    if not each <= below:
        return left
    return left._replace(name=whole, letters=letters, each=tuple((one, None) for one in letters))


def _below(parser: LineReader, position: int) -> Iterator[str]:
    """The names below a letter, up to a sign: i of ``i=1``."""
    end = parser.end(position)
    for token in parser.tokens[position : end + 1]:
        if token.kind == "sign" and token.text != ",":
            return
        if token.kind in ("name", "number"):
            yield token.text


def _is_array(parser: LineReader, token: LineToken, script: str) -> bool:
    """Whether a name is an array of as many axes as letters stand below it."""
    names = parser.names
    known = names.known(token.text) if token.kind == "name" else ""
    if not known or names.resolve(token.text, (script,)) in names.declared:
        return False
    return bool(script) and set(script) <= INDICES and names.kind(known).rank == len(script)


def _is_closed(parser: LineReader, k: int, script: str) -> bool:
    """Whether a bracket closes there with letters below it: ``(Ax)_i``, no mark of a layer."""
    if parser.tokens[k].text not in (")", "]") or not script or not set(script) <= INDICES:
        return False
    start = next((one for one, end in parser.ends.items() if end == k), 0)
    return not start or parser.tokens[start - 1].text not in ("^", "_", "{")


def _is_row(parser: LineReader, token: LineToken, script: str) -> bool:
    """Whether a name is a matrix with one letter below it, which counts its rows."""
    known = parser.names.known(token.text) if token.kind == "name" else ""
    return bool(known) and len(script) == 1 and parser.names.kind(known).is_matrix


def letters_of(node: LineNode) -> list[str]:
    """The letters of indices in a part, that no sum in it goes over."""
    own = node.value[1] if node.op == "total" else ()
    found = node.value if node.op == "index" and not node.value[0].isdigit() else ()
    inside = [one for arg in node.args for one in letters_of(arg)]
    return [one for one in dict.fromkeys([*found, *inside]) if one not in own]


def entries_of(
    parser: LineReader, node: LineNode, letters: list[str], left: Left | None = None
) -> LineNode:
    """The array of all entries of which a formula gives one.

    Raises:
        NotationError: A letter stands in two factors, which books that write no sums sum over; the
            left side does not say that it counts entries.
    """
    said = left is not None and bool(left.letters)
    for letter in letters if not (said or any(one.op == "total" for one in node.parts())) else ():
        twice = next(_repeated(node, letter), None)
        if twice is not None:
            place = LineToken("", "", twice.start, twice.stop)
            shown = parser.line[twice.start : twice.stop]
            raise parser.fail(
                f"{letter} stands in several factors of {shown[:40]}: write Σ_{letter} before "
                "them, or the product entry by entry, without letters; of each entry it stands on "
                "the left too, ∂p_i/∂z_j = …",
                place,
            )
    shown = " ".join(parser.line[node.start : node.stop].split())[:40]
    parser.names.say(f"{shown} is read as one entry of each {', '.join(letters)}")
    sizes = dict(left.each) if left is not None else {}
    return LineNode("mapped", (node,), (tuple(letters), sizes), node.start, node.stop)


def _repeated(node: LineNode, letter: str) -> Iterator[LineNode]:
    """The products of which several factors depend on a letter."""
    for part in node.parts():
        if part.op in ("product", "chain"):
            signs = [sign for sign, _ in part.value] if part.op == "chain" else []
            over = {k for k, sign in enumerate(signs, 1) if sign in OVER}
            using = [k for k, one in enumerate(part.args) if k not in over and one.uses(letter)]
            if len(using) > 1:
                yield part
        elif part.op == "index" and part.value.count(letter) > 1:
            yield part
