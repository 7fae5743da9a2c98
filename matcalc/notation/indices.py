"""Index notation: an einsum, and what stands around it, entry by entry.

The phrases of index notation have three more operations, each with letters as its value:
``entry`` of an array, ``total`` over letters, and ``function``, the array whose entries are those
of its argument: ``(i,j) ↦ Σ_k A[i,k] B[k,j]``.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from itertools import chain, count, islice

from matcalc.dimensions import Dimension
from matcalc.notation import phrases, tree
from matcalc.notation.letters import INDICES
from matcalc.notation.tree import Phrase, operands_first
from matcalc.operations import RULES, is_elementwise

Letters = tuple[str, ...]
Live = frozenset[str]  # the letters that have a meaning
Step = Generator["list[Step]", list[Phrase], Phrase]  # asks for phrases, then gives one

_ENTRYWISE = ("plus", "negative", "times", "over", "power")


def in_index_notation(phrase: Phrase, taken: Collection[str] = ()) -> Phrase:
    """A phrase with its einsums in index notation; a letter has one meaning where it stands.

    Args:
        phrase: What to rewrite.
        taken: Names that no letter may have.
    """
    indices = _Indices(phrase, taken)
    return _run(indices.whole(phrase, frozenset()))


def _run(step: Step) -> Phrase:
    """Run a step and those that it asks for: a recursion of any depth."""
    found: list[Phrase] = []
    waiting: list[tuple[Step, list[Step] | None, list[Phrase]]] = [(step, None, [])]
    while waiting:
        current, asked, answers = waiting.pop()
        if asked:
            waiting += [(current, asked[1:], answers), (asked[0], None, [])]
            continue
        try:
            asked = next(current) if asked is None else current.send(answers)
            waiting.append((current, asked, []))
        except StopIteration as done:
            above = waiting[-1][2] if waiting else found
            above.append(done.value)
    return found[0]


class _Indices:
    """One rewriting: a step for each way in which an array has entries."""

    def __init__(self, root: Phrase, taken: Collection[str]) -> None:
        self.root = root
        self.taken = frozenset(taken)
        self.above: set[int] = set()  # the phrases with an einsum in them
        self.functions: set[int] = set()  # the arrays that are functions of indices
        for phrase in operands_first(root):
            if phrase.op == "einsum" or any(id(arg) in self.above for arg in phrase.args):
                self.above.add(id(phrase))
            around = phrase.op == "transpose" or _is_entrywise(phrase)
            inside = around and any(id(arg) in self.functions for arg in phrase.args)
            if inside or (phrase.op == "einsum" and phrase.shape):
                self.functions.add(id(phrase))

    def whole(self, phrase: Phrase, live: Live) -> Step:
        """A phrase as an array, where the letters ``live`` have a meaning."""
        if id(phrase) not in self.above:
            return phrase
        if id(phrase) in self.functions:
            letters = self.fresh(len(phrase.shape), live)
            (body,) = yield [self.entry(phrase, letters, live.union(letters))]
            found = phrase._replace(op="function", args=(body,), value=letters, parameters=())
            return found if phrase is self.root else _inside(found, live)
        if phrase.op == "einsum":
            return (yield [self.einsum(phrase, (), live)])[0]
        args = yield [self.whole(arg, live) for arg in phrase.args]
        return phrase._replace(args=tuple(args))

    def entry(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """The entry of a phrase at some letters, as a scalar."""
        if phrase.kind == "scalar":  # in every entry of what it is added to
            return self.whole(phrase, live)
        if phrase.op == "einsum":
            return self.einsum(phrase, letters, live)
        if _is_entrywise(phrase):
            return self.entrywise(phrase, letters, live)
        if phrase.op == "call":
            step = _CALLS.get(phrase.value, _Indices.element)
        else:
            step = _OPERATIONS.get(phrase.op, _Indices.element)
        return step(self, phrase, letters, live)

    def element(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """An entry of what has no index notation of its own."""
        (base,) = yield [self.whole(phrase, live)]
        return entry_at(base, letters)

    def entrywise(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """The same operation of entries."""
        args = yield [self.entry(arg, letters, live) for arg in phrase.args]
        return phrase._replace(args=tuple(args), kind="scalar", shape=())

    def transpose(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """An entry of a transpose."""
        return self.entry(phrase.args[0], letters[::-1], live)

    def outer(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """An entry of a matrix product, apart if it is a column times a row."""
        if [arg.kind for arg in phrase.args] != ["column", "row"]:
            return (yield [self.element(phrase, letters, live)])[0]
        places = zip(phrase.args, letters, strict=True)
        return phrases.times((yield [self.entry(arg, (one,), live) for arg, one in places]))

    def diagonal(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """An entry of a diagonal matrix, or of the diagonal of a matrix."""
        (arg,) = phrase.args
        if phrase.kind == "column":
            return (yield [self.entry(arg, letters * 2, live)])[0]
        (weight,) = yield [self.entry(arg, letters[:1], live)]
        return phrases.times([weight, entry_at(tree.eye(phrase.shape[0]), letters)])

    def constant(self, phrase: Phrase, _: Letters, __: Live) -> Step:
        """An entry of ones or zeros."""
        yield []
        return tree.numeral(phrase.value == "ones")

    def einsum(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """A sum of products of entries."""
        terms, output = phrase.value
        meaning = dict(zip(output, letters, strict=True))
        summed = list(dict.fromkeys(one for one in "".join(terms) if one not in meaning))
        bound = self.fresh(len(summed), live)
        meaning.update(zip(summed, bound, strict=True))
        sizes: dict[str, Dimension] = {}
        steps: list[Step] = []
        for arg, term in zip(phrase.args, terms, strict=True):
            place = tuple(meaning[one] for one in term)
            sizes.update(zip(place, arg.shape, strict=True))
            steps.append(self.entry(arg, place, live.union(bound)))
        return _total((yield steps), {letter: sizes[letter] for letter in bound})

    def sum(self, phrase: Phrase, letters: Letters, live: Live) -> Step:
        """An entry of the sums of rows or columns."""
        (arg,) = phrase.args
        bound = self.fresh(1, live)
        rows = phrase.parameter("axis") == 1
        place = letters + bound if rows else bound + letters
        factors = yield [self.entry(arg, place, live.union(bound))]
        return _total(factors, dict(zip(bound, arg.shape[rows:], strict=False)))

    def fresh(self, number: int, live: Live) -> Letters:
        """Letters without a meaning."""
        free = (one for one in _letters() if one not in live and one not in self.taken)
        return tuple(islice(free, number))


_CALLS = {
    "ones": _Indices.constant,
    "zeros": _Indices.constant,
    "diag": _Indices.diagonal,
    "sum": _Indices.sum,
}
_OPERATIONS = {"transpose": _Indices.transpose, "matmul": _Indices.outer}


def _letters() -> Iterator[str]:
    yield from INDICES
    yield from (f"i{k}" for k in count(1))


def entry_at(base: Phrase, letters: Letters) -> Phrase:
    """The entry of an array at some letters."""
    made = base._replace(op="entry", args=(base,), value=letters, kind="scalar", shape=())
    return made._replace(parameters=())


def _inside(function: Phrase, live: Live) -> Phrase:
    """A function of indices as a part: it is a column, and says how far its letters run."""
    (body,) = function.args
    silent = _silent(body, function.value, live)
    sizes = dict(zip(function.value, function.shape, strict=True))
    spare = [entry_at(tree.ones(sizes[one]), (one,)) for one in silent]
    found = function._replace(args=(phrases.times([*spare, body]),))
    if function.kind != "row":
        return found
    return phrases.transpose(found._replace(kind="column"))


def _silent(body: Phrase, letters: Letters, live: Live) -> Letters:
    """Letters of which nothing says how far they run; of those that a δ ties together the first."""
    said, deltas = set(live), []
    for piece in operands_first(body):
        if piece.op == "entry" and piece.args[0].is_call("eye"):
            deltas.append(frozenset(piece.value))
        elif piece.op == "entry":
            said.update(piece.value)
        if said.issuperset(letters):
            return ()
    silent = []
    for letter in letters:
        _follow(deltas, said)
        if letter not in said:
            silent.append(letter)
            said.add(letter)
    return tuple(silent)


def _follow(deltas: Sequence[Live], said: set[str]) -> None:
    """Add the letters that deltas tie to those that are there."""
    count_before = -1
    while count_before != len(said):
        count_before = len(said)
        said.update(*(pair for pair in deltas if pair & said))


def _total(factors: Sequence[Phrase], sizes: Mapping[str, Dimension]) -> Phrase:
    """A sum over letters of a product; where no factor says how far one runs, ones do."""
    spare = [entry_at(tree.ones(sizes[one]), (one,)) for one in sizes if not _says(factors, one)]
    body = phrases.times([*factors, *spare])
    return total(body, tuple(sizes)) if sizes else body


def total(body: Phrase, letters: Letters) -> Phrase:
    """A sum over letters."""
    return body._replace(op="total", args=(body,), value=letters, parameters=())


def _says(factors: Sequence[Phrase], letter: str) -> bool:
    """Whether an entry in some factor has a letter; those that are factors come first."""
    inside = (piece for factor in factors for piece in operands_first(factor))
    entries = (piece for piece in chain(factors, inside) if piece.op == "entry")
    return any(letter in piece.value for piece in entries)


def _is_entrywise(phrase: Phrase) -> bool:
    if phrase.op == "call":
        name = str(phrase.value)
        each = is_elementwise(name) if name in RULES else is_undeclared(name)
        return bool(phrase.args) and each
    return phrase.op in _ENTRYWISE


def is_undeclared(function: str) -> bool:
    """Whether a function has a name alone: it acts on each entry."""
    return function not in RULES and function != "tr"
