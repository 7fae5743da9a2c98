"""Names for what recurs in a formula that is longer than a line: ``t1 = x − mean(x) 1ₙ``."""

from __future__ import annotations

from collections import Counter
from itertools import count

from matcalc.notation import tree
from matcalc.notation.formulas import LINE, WrittenFormula
from matcalc.notation.tree import Phrase, made, operands_first

_LEAST = 6  # of what has a name
_HOLD = frozenset(["function", "place", "listed"])  # letters, shapes, rows: they stay as they are
_KINDS = frozenset(["scalar", "column", "matrix"])
_BARE = frozenset(["negative", "transpose"])  # a sign or a mark: what is under it has the name


def with_names(written: WrittenFormula) -> WrittenFormula:
    """A formula in which what recurs has a name, where that makes a long one shorter.

    What saves most is named first. Names that were given stay as they are, and come before.

    >>> from matcalc.notation import phrases
    >>> x, y = tree.name("x", ("n",)), tree.name("y", ("n",))
    >>> with_names(WrittenFormula((), phrases.times([x, y]))).lets
    ()
    """
    known: dict[tuple[object, ...], Phrase] = {}
    roots = [_shared(written.phrase, known)]
    held = any(piece.op in _HOLD for piece in operands_first(roots[0]))
    names: list[Phrase] = []  # of all roots but the last
    while not held and roots[-1].size > LINE and (best := _most_saving(roots)) is not None:
        name = tree.name(f"?{len(known)}", best.shape)
        place = next(k for k, root in enumerate(roots) if best in operands_first(root))
        changed = (_replaced(root, best, name) for root in roots)
        roots = [_shared(root, known) for root in changed]
        roots.insert(place, best)
        names.insert(place, name)
    if not names:
        return written
    taken = written.names.union(name for name, _ in written.lets)
    free = (letter for letter in map("t{}".format, count(1)) if letter not in taken)
    final = {one.value: tree.name(next(free), one.shape) for one in names}
    *meant, phrase = (
        tree.with_leaves(root, lambda one: final.get(one.value, one) if one.op == "name" else one)
        for root in roots
    )
    lets = ((final[name.value].value, root) for name, root in zip(names, meant, strict=True))
    return WrittenFormula((*written.lets, *lets), phrase)


def _shared(root: Phrase, known: dict[tuple[object, ...], Phrase]) -> Phrase:
    """A phrase in which equal pieces are one; iterative."""
    done: dict[int, Phrase] = {}
    for one in operands_first(root):
        args = [done[id(arg)] for arg in one.args]
        key = (one.op, one.value, one.kind, one.shape, one.parameters, *map(id, args))
        if key not in known:
            known[key] = made(one.op, args, one.value, one.kind, one.shape, one.parameters)
        done[id(one)] = known[key]
    return done[id(root)]


def _most_saving(roots: list[Phrase]) -> Phrase | None:
    """The piece that saves most where it stands once; ``None`` where none saves anything."""
    pieces: dict[int, Phrase] = {}
    times: Counter[int] = Counter()
    for root in roots:
        below = list(operands_first(root))
        own = Counter([id(root)])
        for piece in reversed(below):
            for arg in piece.args:
                own[id(arg)] += own[id(piece)]
        pieces |= {id(piece): piece for piece in below}
        times += own
    saved = {
        key: (times[key] - 1) * (piece.size - 1) - 1
        for key, piece in pieces.items()
        if piece.size >= _LEAST and piece.kind in _KINDS and piece.op not in _BARE
    }
    best = max(saved, key=saved.__getitem__, default=None)
    return None if best is None or saved[best] <= 0 else pieces[best]


def _replaced(root: Phrase, piece: Phrase, name: Phrase) -> Phrase:
    """A phrase in which a name stands for a piece, which is one object."""
    done: dict[int, Phrase] = {id(piece): name}
    for one in operands_first(root):
        if id(one) not in done:
            done[id(one)] = tree.with_args(one, [done[id(arg)] for arg in one.args])
    return done[id(root)]
