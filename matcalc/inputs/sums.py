"""Sums over letters: ``Σᵢ yᵢ log σ(wᵀxᵢ)`` as ``sum(y * log(sigmoid(x @ w)))``.

A part of a sum is written for all values of its letters at once: a number of each i is a column,
a vector of each i a matrix of rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from matcalc.inputs import kinds
from matcalc.inputs.free import letters_of
from matcalc.inputs.kinds import NUMBER, Kind
from matcalc.inputs.letters import PAIRS, SIGNS
from matcalc.inputs.pieces import ATOM, POWER, PRODUCT, SIGN, SUM, Written, added, joined
from matcalc.inputs.speller import Speller
from matcalc.inputs.tree import OVER, LineNode
from matcalc.operations import RULES, facts_of, is_elementwise


class SpreadPart(NamedTuple):
    """A part of a sum, for all values of its letters.

    Attributes:
        written: Its text.
        letters: The letters that it depends on, an axis each, before those that it has.
        kind: What it is for one value of each.
        other: The right factor of an outer product, whose left one ``written`` is.
    """

    written: Written
    letters: str
    kind: Kind
    other: Written | None = None


def total(writer: Speller, node: LineNode) -> Written:
    """A sum; without letters one of all entries.

    Raises:
        NotationError: What is summed cannot be written for all values of its letters at once.
    """
    name, letters, many = node.value
    (body,) = node.args
    if not letters:
        inside = writer.write(body)
        if inside.kind.is_number:
            raise writer.fail(node, "this is a sum of a number: over which letter is not said")
        writer.assume(f"{writer.shown(node)} is the {name} of all entries")
        return joined([f"{name}(", inside, ")"], ATOM, NUMBER)
    clash = next((one for one in letters if one in writer.names.declared), "")
    if clash:
        raise writer.fail(node, f"{clash} is declared: give the letter of the sum another name")
    writer.lengths = {one: size for one, size in writer.lengths.items() if one not in letters}
    measure(writer, body)
    _check_end(writer, node, many)
    whole = "".join(dict.fromkeys((*letters, *letters_of(body))))
    found = _summed(writer, node, _spread(writer, body, whole), name, "".join(letters))
    writer.assume(f"{writer.shown(node)} is read for all {', '.join(letters)} at once")
    if not found.letters:
        return found.written
    free = "".join(sorted(found.letters))
    writer.assume(f"{writer.shown(node)} is the array of its values for all {', '.join(free)}")
    sizes = tuple(writer.lengths.get(one) for one in free)
    return _aligned(writer, node, found, free).written._replace(kind=Kind(len(free), sizes))


def _check_end(writer: Speller, node: LineNode, many: str) -> None:
    """Refuse a sum that says another number of values than its letters have."""
    declared = writer.names.declared
    is_size = many in declared or many in {
        size for kind in declared.values() for size in kind.sizes
    }
    for letter in node.value[1]:
        size = writer.lengths.get(letter)
        if size is not None and str(size) != many and (is_size or many.isdigit()):
            raise writer.fail(
                node,
                f"the sum goes to {many}, and {letter} to {size}: a sum with a letter goes over "
                f"all entries here; declare {many} of them, or write sum(x[:{many}])",
            )


def mapped(writer: Speller, node: LineNode) -> Written:
    """``(i,j) ↦ Σₖ A[i,k] B[k,j]``: the array that has these entries.

    Raises:
        NotationError: A part cannot be written for all values of the letters at once.
    """
    found_letters, sizes = node.value
    letters = "".join(found_letters)
    (body,) = node.args
    before, writer.lengths = writer.lengths, {k: v for k, v in sizes.items() if v is not None}
    if writer.shape is not None and len(writer.shape) == len(letters):
        writer.lengths.update(zip(letters, writer.shape, strict=True))
    measure(writer, body)
    found = _aligned(writer, node, _spread(writer, body, letters), letters)
    if sizes and found.kind.is_column and found.letters == letters:  # z_i = W x_i: rows
        writer.lengths = before
        return found.written._replace(kind=Kind(2, (None, *found.kind.sizes)))
    if not found.kind.is_number:
        raise writer.fail(node, "what stands behind ↦ is one entry, a number")
    sizes = tuple(writer.lengths.get(one) for one in letters)
    writer.lengths = before
    return found.written._replace(kind=Kind(len(letters), sizes))


def measure(writer: Speller, node: LineNode) -> None:
    """Find how many values each letter has: what it is an index of says so."""
    indices = [one for one in node.parts() if one.op == "index"]
    for k, one in enumerate([*indices, *indices]):
        sizes = [writer.lengths.get(letter) for letter in one.value]
        if _is_delta(writer, one):
            known = next((size for size in sizes if size is not None), None)
            if known is None and writer.names.open and k >= len(indices):  # what has them says it
                known = next((n for n in "nmpqr" if not re.search(rf"\b{n}\b", writer.line)), None)
            sizes = [known] * len(sizes)
        else:
            kind = writer.write(one.args[0]).kind
            sizes = list(kind.sizes) if kind.rank and not kind.row else []
        for letter, size in zip(one.value, sizes, strict=False):
            if size is not None:
                writer.lengths.setdefault(letter, size)


def _is_delta(writer: Speller, node: LineNode) -> bool:
    """Whether a part is the delta of Kronecker, or the sign of a permutation."""
    (base,) = node.args
    sign = base.op == "name" and base.value in (*SIGNS, *PAIRS)
    return sign and base.value not in writer.names.declared


def _aligned(writer: Speller, node: LineNode, part: SpreadPart, letters: str) -> SpreadPart:
    """A number of some letters as one of all of them, in their order."""
    if part.letters == letters or not part.kind.is_number:
        return part
    if len(letters) == 2 and part.letters == letters[::-1]:
        return SpreadPart(joined([part.written.within(ATOM), ".T"], ATOM, NUMBER), letters, NUMBER)
    operands: list[tuple[str, Written | str]] = [(part.letters, part.written)]
    for letter in letters:
        if letter not in part.letters:
            size = writer.lengths.get(letter)
            if size is None:
                raise writer.fail(node, _many(letter))
            operands.append((letter, f"ones({size})"))
    return _einsum(letters, *operands)


def _many(letter: str) -> str:
    return f"nothing says how many values {letter} has: declare the shape of what has it, x[n]"


def _einsum(letters: str, *operands: tuple[str, Written | str]) -> SpreadPart:
    """A number of some letters, made of those of others: each with its letters."""
    pattern = f'einsum("{",".join(own for own, _ in operands)}->{letters}"'
    _, *parts = (part for _, one in operands for part in (", ", one))
    return SpreadPart(joined([f"{pattern}, ", *parts, ")"], ATOM, NUMBER), letters, NUMBER)


def _summed(
    writer: Speller, node: LineNode, found: SpreadPart, name: str, letters: str
) -> SpreadPart:
    """The sum over letters of what was spread over them."""
    missing = [one for one in letters if one not in found.letters]
    if missing:
        raise writer.fail(node, f"what is summed does not depend on {missing[0]}")
    rest = "".join(one for one in found.letters if one not in letters)
    if name == "prod" and (rest or not found.kind.is_number):
        raise writer.fail(node, "a product over a letter is of numbers alone here")
    if found.other is not None:
        left = joined([found.written.within(ATOM), ".T"], ATOM, found.kind)
        return SpreadPart(writer.signed(left, " @ ", found.other, found.kind), "", found.kind)
    if not rest and found.kind.is_number:
        return SpreadPart(joined([f"{name}(", found.written, ")"], ATOM, NUMBER), "", NUMBER)
    if not rest and found.kind.rank == 1:
        summed = joined(["sum(", found.written, ", axis=0)"], ATOM, found.kind)
        if found.kind.is_row:
            summed = joined([summed, ".T"], ATOM, found.kind)
        return SpreadPart(summed, "", found.kind)
    if found.kind.is_number:
        return _einsum(rest, (found.letters, found.written))
    raise writer.fail(node, "this sum cannot be written for all letters at once: use matrices")


def _spread(writer: Speller, node: LineNode, letters: str) -> SpreadPart:  # noqa: C901, PLR0911, PLR0912
    """A part of a sum, for all values of its letters."""
    if not node.uses(letters):
        written = writer.write(node)
        return SpreadPart(written, "", written.kind)
    if node.op == "index":
        return _index(writer, node)
    if node.op == "group":
        return _spread(writer, node.args[0], letters)
    if node.op == "total":
        return _inner_sum(writer, node, letters)
    if node.op == "chain":
        return _multiplied(writer, node, letters)
    parts = [_spread(writer, one, letters) for one in node.args]
    if node.op == "negative":
        (one,) = parts
        return one._replace(written=joined(["-", one.written.within(PRODUCT)], SUM, one.kind))
    if node.op == "transpose":
        (one,) = parts
        return one._replace(kind=one.kind.transposed)
    if node.op == "sum":
        return _added(writer, node, parts)
    if node.op == "product":
        return _side_by_side(writer, node, parts)
    if node.op == "power":
        return _raised(writer, node, parts)
    if node.op == "call":
        return _called(writer, node, parts)
    if node.op in ("norm", "bars"):
        return _length(writer, node, parts[0])
    if node.op == "inner":
        return _times(writer, node, parts[0]._replace(kind=parts[0].kind.transposed), parts[1])
    if node.op == "inverse":
        (one,) = parts
        if one.kind.is_number:
            text = joined(["1 / ", one.written.within(POWER)], PRODUCT, one.written.kind)
            return one._replace(written=text)
    raise writer.fail(node, "this cannot be summed over a letter: write it with matrices")


def _inner_sum(writer: Speller, node: LineNode, letters: str) -> SpreadPart:
    """A sum within another one: its letters have as many values as its own part says."""
    name, own, many = node.value
    before = writer.lengths
    writer.lengths = {one: size for one, size in before.items() if one not in own}
    measure(writer, node.args[0])
    _check_end(writer, node, many)
    inner = _spread(writer, node.args[0], letters + "".join(own))
    writer.lengths = before
    return _summed(writer, node, inner, name, "".join(own))


def _index(writer: Speller, node: LineNode) -> SpreadPart:
    """``xᵢ``: a number of each i, or of a matrix a row, as a column."""
    script = "".join(node.value)
    written = _delta(writer, node) if _is_delta(writer, node) else writer.write(node.args[0])
    kind = written.kind
    own = "".join(dict.fromkeys(script))
    if kind.rank == len(script) and own != script:
        return _einsum(own, (script, written))
    if kind.rank == len(script):
        return SpreadPart(written, script, NUMBER)
    if kind.rank == 2 and len(script) == 1:
        writer.assume(f"{writer.shown(node)} is row {script} of {written.text}, as a column")
        return SpreadPart(written, script, Kind(1, kind.sizes[1:]))
    axes = f"{kind.rank} axes" if kind.rank is not None else "no known axes"
    raise writer.fail(node, f"{written.text} has {axes}, and {script} {len(script)} letters")


def _delta(writer: Speller, node: LineNode) -> Written:
    """``δ[i,j]``: an identity."""
    (base,) = node.args
    if base.value in ("ε", "epsilon") and len(node.value) == 3:
        return writer.atom(node, "levi_civita(3)", Kind(3, (3, 3, 3)))
    size = next((writer.lengths[one] for one in node.value if one in writer.lengths), None)
    if len(node.value) != 2 or size is None:
        raise writer.fail(node, _many(node.value[0]))
    if base.value in PAIRS:
        return writer.atom(node, PAIRS[base.value].format(size), Kind(2, (size, size)))
    return writer.atom(node, f"eye({size})", Kind(2, (size, size)))


def _added(writer: Speller, node: LineNode, parts: Sequence[SpreadPart]) -> SpreadPart:
    """A sum of parts: of one letter each, or of none."""
    longest = sorted((p.letters for p in parts), key=len, reverse=True)
    letters = "".join(dict.fromkeys("".join(longest)))
    parts = [_aligned(writer, node, one, letters) if one.letters else one for one in parts]
    if len(letters) == 2 and all(p.kind.is_column and len(p.letters) == 1 for p in parts):
        return _apart(node, parts, letters)
    if any(one.letters not in ("", letters) or one.other is not None for one in parts):
        raise writer.fail(node, "terms of different letters cannot be added here: use matrices")
    kind = next(one.kind for one in parts if one.letters == letters)
    texts = [
        _every_row(one.written, parts) if one.kind.rank == 1 and not one.letters else one.written
        for one in parts
    ]
    return SpreadPart(added(node.value, texts, kind), letters, kind)


def _apart(node: LineNode, parts: Sequence[SpreadPart], letters: str) -> SpreadPart:
    """``xᵢ - yⱼ``: a vector for each i and j, from rows of two matrices."""
    places = {letters[0]: "[:, None]", letters[1]: "[None, :]"}
    kind = parts[0].kind
    texts = [joined([one.written.within(ATOM), places[one.letters]], ATOM, kind) for one in parts]
    return SpreadPart(added(node.value, texts, kind), letters, kind)


def _every_row(written: Written, parts: Sequence[SpreadPart]) -> Written:
    """A vector that is the same for each value of a letter, as a matrix of equal rows."""
    sizes = (p.written.kind.sizes for p in parts if p.letters)
    rows = next((one[0] for one in sizes if one), None)
    if rows is None:
        return written
    column = joined([written.within(ATOM), ".T"], ATOM, written.kind)
    return joined([f"ones({rows}) @ ", column], PRODUCT, kinds.MATRIX)


def _multiplied(writer: Speller, node: LineNode, letters: str) -> SpreadPart:
    """Factors from the left."""
    first, *others = node.args
    found = _spread(writer, first, letters)
    for (sign, wide), arg in zip(node.value, others, strict=True):
        over = sign in OVER
        if over and arg.op == "product":
            found = _over_first(writer, node, found, arg, letters, wide=wide)
            continue
        part = _spread(writer, arg, letters)
        if over:
            found = _over(writer, node, found, part)
        elif sign == "·" and found.kind.is_column and part.kind.is_column:
            found = _times(writer, node, found._replace(kind=found.kind.transposed), part)
        else:
            found = _times(writer, node, found, part)
    return found


def _over_first(
    writer: Speller, node: LineNode, one: SpreadPart, arg: LineNode, letters: str, *, wide: bool
) -> SpreadPart:
    """``1/m Σᵢ xᵢ`` as ``(1/m) Σᵢ xᵢ``; what else stands behind a line is all below it."""
    parts = [_spread(writer, each, letters) for each in arg.args]
    below = _side_by_side(writer, arg, parts)
    above, head, tight = (each.written._replace(kind=each.kind) for each in (one, parts[0], below))
    if above.text.isdigit() and head.text.isdigit() and not arg.value[0]:
        writer.refuse_close(node, above, head, arg.args[1])
    if not writer.is_fraction(above, head, tight, arg, wide=wide):
        return _over(writer, node, one, below)
    return _side_by_side(writer, node, [_over(writer, node, one, parts[0]), *parts[1:]])


def _side_by_side(writer: Speller, node: LineNode, parts: Sequence[SpreadPart]) -> SpreadPart:
    """Factors side by side: numbers change places with arrays."""
    numbers: list[SpreadPart] = []
    array: SpreadPart | None = None
    for part in parts:
        if part.kind.is_number:
            numbers.append(part)
            continue
        array = part if array is None else _times(writer, node, array, part)
        if array.kind.is_number:
            numbers.append(array)
            array = None
    found = array
    for number in reversed(numbers):
        found = number if found is None else _times(writer, node, number, found)
    return found or parts[0]


def _over(writer: Speller, node: LineNode, one: SpreadPart, two: SpreadPart) -> SpreadPart:
    if not two.kind.is_number:
        raise writer.fail(node, "this quotient cannot be summed over a letter: use matrices")
    apart = bool(one.letters) and bool(two.letters) and one.letters != two.letters
    if apart or (one.kind.rank and two.letters):
        inverse = joined(["1 / ", two.written.within(POWER)], PRODUCT, two.written.kind)
        return _times(writer, node, two._replace(written=inverse), one)
    text = writer.signed(one.written, " / ", two.written, one.kind)
    return SpreadPart(text, one.letters or two.letters, one.kind)


def _times(writer: Speller, node: LineNode, one: SpreadPart, two: SpreadPart) -> SpreadPart:
    """A product of two parts."""
    both = one.letters and two.letters
    a, b = one.written, two.written
    if one.kind.is_number and two.kind.is_number:
        if both and one.letters != two.letters:
            letters = one.letters + "".join(c for c in two.letters if c not in one.letters)
            return _einsum(letters, (one.letters, a), (two.letters, b))
        return SpreadPart(writer.signed(a, " * ", b, NUMBER), one.letters or two.letters, NUMBER)
    plain = one.other is None and two.other is None and len(one.letters) == len(two.letters) == 1
    if plain and one.letters != two.letters and one.kind.is_row and two.kind.is_column:
        gram = joined([a.within(PRODUCT), " @ ", b.within(ATOM), ".T"], PRODUCT, NUMBER)
        return SpreadPart(gram, one.letters + two.letters, NUMBER)  # x_i.T @ x_j
    if len(one.letters) > 1 or len(two.letters) > 1 or (both and one.letters != two.letters):
        raise writer.fail(node, "vectors of several letters cannot be summed here: use matrices")
    letters = one.letters or two.letters
    if one.kind.is_number or two.kind.is_number:
        return _scaled(writer, *((one, two) if one.kind.is_number else (two, one)))
    if one.other is not None or two.other is not None:
        raise writer.fail(node, "this cannot be summed over a letter: use matrices")
    return _of_arrays(writer, node, one, two, letters)


def _scaled(writer: Speller, number: SpreadPart, array: SpreadPart) -> SpreadPart:
    """A number times a vector, or an outer product."""
    n, x = number.written, array.written
    letters = number.letters or array.letters
    if not number.letters:
        return array._replace(written=writer.signed(n, " * ", x, x.kind))
    if array.letters:
        text = joined(["diag(", n, ") @ ", x.within(SIGN)], PRODUCT, x.kind)
    else:
        turn = "" if x.text.endswith(".T") and array.kind.is_row else ".T"
        text = joined([n.within(PRODUCT), " @ ", x.within(ATOM), turn], PRODUCT, kinds.MATRIX)
    return SpreadPart(text, letters, array.kind, array.other)


def _of_arrays(
    writer: Speller, node: LineNode, one: SpreadPart, two: SpreadPart, letters: str
) -> SpreadPart:
    """A product of vectors and matrices, one of which may depend on a letter."""
    a, b = one.written, two.written
    kind = kinds.product(one.kind, two.kind)
    if one.kind.is_row and two.kind.is_column and one.letters and two.letters:
        text = joined(["sum(", a.within(PRODUCT), " * ", b.within(SIGN), ", axis=1)"], ATOM, NUMBER)
        return SpreadPart(text, letters, NUMBER)
    if one.kind.is_row and two.kind.is_column:
        rows, vector = (a, b) if one.letters else (b, a)
        if not one.letters and vector.text.endswith(".T"):  # wᵀ, typed with its transpose
            vector = vector._replace(pieces=vector.pieces[:-1])
        elif not one.letters:
            vector = joined([vector.within(ATOM), ".T"], ATOM, vector.kind)
        return SpreadPart(writer.signed(rows, " @ ", vector, NUMBER), letters, NUMBER)
    if one.kind.is_matrix and two.kind.is_column and not one.letters:
        text = joined([b.within(PRODUCT), " @ ", a.within(ATOM), ".T"], PRODUCT, kinds.MATRIX)
        return SpreadPart(text, letters, kind)
    if one.kind.is_row and two.kind.is_matrix and not two.letters:
        return SpreadPart(writer.signed(a, " @ ", b, kinds.MATRIX), letters, kind)
    if one.kind.is_column and two.kind.is_row and one.letters and two.letters:
        return SpreadPart(a, letters, kind, b)
    raise writer.fail(node, "this product cannot be summed over a letter: use matrices")


def _raised(writer: Speller, node: LineNode, parts: Sequence[SpreadPart]) -> SpreadPart:
    """A power of numbers; of a length its square."""
    base, exponent = parts
    if not exponent.kind.is_number or not base.kind.is_number:
        raise writer.fail(node, "this power cannot be summed over a letter: use matrices")
    if base.written.text.startswith("sqrt(sum(") and exponent.written.text == "2":
        inside = base.written.pieces[1:-1]  # the root of a square
        return base._replace(written=Written(inside, ATOM, NUMBER))
    if exponent.letters:  # an exponent of each entry
        letters = base.letters + "".join(c for c in exponent.letters if c not in base.letters)
        base, exponent = (_aligned(writer, node, one, letters) for one in parts)
    text = joined([base.written.within(ATOM), "**", exponent.written.within(SIGN)], POWER, NUMBER)
    return base._replace(written=text)


def _called(writer: Speller, node: LineNode, parts: Sequence[SpreadPart]) -> SpreadPart:
    """A function entry by entry, of a number of each letter."""
    name, primes, _ = node.value
    if name == "e^":
        name = "exp"
    if len(parts) == 2:
        name = facts_of(name).of_two or name
    known = name in RULES and is_elementwise(name)
    known = known or len(name) < 3 or name in writer.names.functions
    plain = zip(node.args, parts, strict=True)
    if not known or not all(one.kind.is_number or arg.op == "keyword" for arg, one in plain):
        raise writer.fail(node, f"{name} cannot be summed over a letter: use matrices")
    letters = max((one.letters for one in parts), key=len)
    parts = [_aligned(writer, node, one, letters) if one.letters else one for one in parts]
    texts = [one.written for one in parts]
    return SpreadPart(writer.applied(node, name + "'" * primes, texts, NUMBER), letters, NUMBER)


def _length(writer: Speller, node: LineNode, part: SpreadPart) -> SpreadPart:
    """A norm of each vector; an absolute value of each number."""
    if part.kind.is_number:
        return part._replace(written=joined(["abs(", part.written, ")"], ATOM, NUMBER))
    if part.kind.rank == 1 and node.value in ("", "2"):
        squares = part.written.within(ATOM)
        axis = len(part.letters)
        root = joined(["sqrt(", "sum(", squares, f"**2, axis={axis})", ")"], ATOM, NUMBER)
        return SpreadPart(root, part.letters, NUMBER)
    raise writer.fail(node, "this norm cannot be summed over a letter: use matrices")
