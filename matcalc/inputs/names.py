"""Names: runs of letters come apart, what stands above or below a letter becomes part of it.

``Ax`` is A and x where these are declared, or where nothing is; ``W^{(3)}``, ``W^{[3]}``, ``W₃``
and ``W_3`` are W3; ``dz^{[1]}`` is dz1.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from matcalc.errors import NotationError, Place
from matcalc.expression.formula import NO_FUNCTIONS, Functions
from matcalc.expression.habits import GREEK, rank_of, stem_of
from matcalc.inputs.kinds import COLUMN, MATRIX, NUMBER, Kind
from matcalc.inputs.nested import behind_transpose
from matcalc.inputs.scanning import LineToken, below
from matcalc.inputs.words import is_function
from matcalc.notation.names import greek_letter, greek_word
from matcalc.scripts import plain_name

_RUN = 60  # letters of a run that is taken apart
_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
_WORDS = GREEK | frozenset(_CAPITALS.split())
_ALPHABETS = re.compile(r"[α-ω][0-9]*|[^α-ω]+")
_ENTRY = re.compile(r"([^\W\d_]+)_([0-9]+)")
_ENTRIES = re.compile(rf"({_ENTRY.pattern}){{2,}}")
_ENTRY_BELOW = re.compile(r"[ijkl]{1,2}")
_TWO_LETTERS = re.compile(r"[i-n]{2}")  # below a delta
_FEW = re.compile(r"[A-Z]?[a-z]{2}")  # letters that may be names of their own
_TWICE = re.compile(r"[A-Z]?([a-z])\1")
_MARKED = frozenset(f"\\{one}" for one in ("hat", "tilde", "bar", "dot", "text"))
_SIZES = frozenset("dkmnpqrDMN")  # below an I
_COUNTS = frozenset("ijklmnN")  # sizes, where nothing else is declared of that name
_SUMS = {"sum": "sum", "Sum": "sum", "Σ": "sum", "prod": "prod", "Π": "prod"}


class Names:
    """What is declared, and how what was typed is called.

    Attributes:
        declared: The kind of each name that is declared, or was given to a part.
        functions: The functions that are declared.
        sizes: The names of sizes.
        said: What was renamed, once each.
        open: Whether nothing is declared at all: then names say what they are.
        notation: That of the line.
        layout: The order of the axes of a Jacobian by its entries.
    """

    def __init__(
        self,
        declared: Mapping[str, Kind],
        functions: Functions = NO_FUNCTIONS,
        sizes: Collection[str] = (),
    ) -> None:
        self.declared = dict(declared)
        self.sizes = frozenset(sizes)
        self.functions = functions
        self.open = not declared
        self.notation = ""
        self.layout = "denominator"
        self.vectors: frozenset[str] = frozenset()  # that the line transposes, or a matrix maps
        self.ranks: Mapping[str, int] = {}  # that sums over letters say, where nothing is declared
        self.flat = False  # whether NumPy's products stand in the line, and no column is transposed
        self.letters: frozenset[str] = frozenset()  # of its sums, where nothing is declared
        self.unsaid: frozenset[str] = frozenset()  # of a sum that does not say its letter
        self.singles: frozenset[str] = frozenset()  # that stand alone, where nothing is declared
        self.said: dict[str, None] = {}

    def say(self, text: str) -> None:
        """Keep what was assumed or renamed, once."""
        self.said.setdefault(text)

    def known(self, name: str) -> str:
        """A declared name that is another spelling of this one; nothing if there is none.

        >>> Names({"lambda": NUMBER}).known("λ"), Names({"W2": MATRIX}).known("W_2")
        ('lambda', 'W2')
        """
        if name in self.declared or name in self.sizes:
            return name
        return next((one for one in _spellings(name) if one in self.declared), "")

    def kind(self, name: str) -> Kind:
        """What a name stands for; one that is not declared by what it looks like."""
        if name in self.declared:
            return self.declared[name]
        if name in self.sizes:
            return NUMBER
        if name in self.ranks:
            return (NUMBER, COLUMN, MATRIX)[self.ranks[name]]
        if name in _COUNTS and not self.open:
            return NUMBER
        rank = rank_of(name)
        is_vector = not rank and not self.vectors.isdisjoint([name, stem_of(name)])
        return COLUMN if is_vector else (NUMBER, COLUMN, MATRIX)[rank]

    def resolve(self, base: str, scripts: Sequence[str]) -> str:
        """The name of a letter with what stands above or below it.

        >>> Names({}).resolve("W", ["3"]), Names({}).resolve("y", ["true"])
        ('W3', 'y_true')
        """
        known = self.known(base)
        if not scripts:
            return known or base
        joined = "".join(scripts) if all(s.isdigit() for s in scripts) else "_".join(scripts)
        candidates = [f"{base}_{joined}", f"{base}{joined}"]
        found = next((one for one in map(self.known, candidates) if one), "")
        if found:
            return found
        plain = known or base
        if plain[0] == "d" and len(plain) > 1 and self.known(plain[1:]):
            plain = f"d{self.known(plain[1:])}"
        return f"{plain}{joined}" if joined[0].isdigit() else f"{plain}_{joined}"

    def spelled(self, name: str) -> str:
        """A name that was typed on its own, as it is declared."""
        return self.known(plain_name(name)) or name

    def is_function(self, word: str, *, called: bool = False) -> bool:
        """Whether a word is a function of the language or of another one."""
        letters = len(word) == 2 and word[0].islower() and word[1].isupper()  # tR is no trace
        return not letters and is_function(word, self.declared, called=called)

    def apart(self, run: str, *, latex: bool, turned: bool = False) -> list[str]:
        """A run of letters as the names that it is made of; ``xx`` before a transpose is x and x.

        >>> Names({"A": MATRIX, "x": COLUMN}).apart("Ax", latex=False)
        ['A', 'x']
        >>> Names({}).apart("loss", latex=False), Names({}).apart("AXB", latex=False)
        (['loss'], ['A', 'X', 'B'])
        """
        words = run in _WORDS or run in self.functions or self.is_function(run)
        if self.known(run) or len(run) == 1 or len(run) > _RUN or words:
            return [run]
        found = self._segments(run)
        if not found and "T" in run[1:] and not self.known("T"):
            found = self._segments(run, "T")  # xTAx
        if found:
            return found
        alphabets = _ALPHABETS.findall(run) if run[0].isupper() and run.isalnum() else []
        if len(alphabets) > 1:  # Xθ: no word is of two
            return [name for each in alphabets for name in self.apart(each, latex=latex)]
        short = self.open and run.isalpha() and len(run) <= 4
        product = _is_product(run) or (turned and self.are_letters(run))
        letters = (latex and run.isalpha()) or (short and product)
        if run[0] == "d" and "d" not in self.declared:
            rest = self.apart(run[1:], latex=latex)
            if len(rest) == 1 or not self.open:
                return [f"d{rest[0]}", *rest[1:]]
        return list(run) if letters else [run]

    def are_letters(self, run: str) -> bool:
        """Whether letters before a transpose are names of their own: ``xx^T``, as others are."""
        return bool(_TWICE.fullmatch(run)) or self.singles.issuperset(run)

    def are_known(self, run: str) -> bool:
        """Whether letters before an e are names, and e is none: ``Ae^x``."""
        free = not (self.known(run + "e") or self.known("e"))
        return free and bool(run) and all(map(self.known, self.apart(run, latex=False)))

    def _segments(self, run: str, mark: str = "I") -> list[str]:
        """A run as declared names, and a mark, one after the other; the longest first."""
        best: list[list[str] | None] = [None] * len(run) + [[]]
        longest = max(map(len, self.declared), default=0) + 2
        for start in range(len(run) - 1, -1, -1):
            for stop in range(min(len(run), start + longest), start, -1):
                rest, part = best[stop], run[start:stop]
                if rest is not None and (self.known(part) or part == mark):
                    shorter = best[start]
                    if shorter is None or len(rest) + 1 < len(shorter):
                        best[start] = [part, *rest]
        return best[0] or []


def _spellings(name: str) -> Iterator[str]:
    """How a name may have been declared."""
    yield name
    stem, _, index = name.partition("_")
    letter, word = greek_letter(stem), greek_word(stem)
    for other in (letter, word, "lam" if "lambda" in (stem, word) else ""):
        if other:
            yield f"{other}_{index}" if index else other
            if index:
                yield other + index
    yield name.replace("_", "")
    digits = re.search(r"[0-9]+\Z", name)
    if digits and "_" not in name:
        stem = name[: digits.start()]
        for other in (stem, greek_letter(stem), greek_word(stem)):
            if other:
                yield f"{other}_{digits[0]}"
                yield other + digits[0]


def _is_product(run: str) -> bool:
    """Whether letters that nobody declared look like a product: ``Ax``, ``AXB``, ``tB``."""
    if len(run) == 2 and run[0].islower() and run[1].isupper():
        return True
    return run[0].isupper() and not (len(run) > 2 and run[1:].islower())


def taken_apart(tokens: Sequence[LineToken], names: Names, *, latex: bool) -> list[LineToken]:
    """The tokens with each run of letters as the names that it is made of."""
    return list(each_apart(tokens, names, latex=latex))


def each_apart(tokens: Sequence[LineToken], names: Names, *, latex: bool) -> Iterator[LineToken]:
    """The same, one after the other."""
    if names.open:
        names.letters = frozenset(_summed(tokens)) | names.unsaid
        names.singles = frozenset(one.text for one in tokens if len(one.text) == 1)
    found: list[LineToken] = []
    for k in range(len(tokens)):
        pieces = _pieces_at(tokens, k, found[-2:], names, latex=latex)
        found += pieces
        yield from pieces


def _pieces_at(
    tokens: Sequence[LineToken], k: int, before: Sequence[LineToken], names: Names, *, latex: bool
) -> Sequence[LineToken]:
    """What a token is made of, behind these."""
    token = tokens[k]
    ones = token.text == "11" and is_turned(tokens, k + 1)  # 11ᵀ
    if token.kind == "number" and (ones or (latex and _is_argument(before))):
        return _digits(token)
    if token.kind != "name" or token.form in ("module", "unicode") or len(token.text) == 1:
        return [token]
    if names.resolve(token.text, number_below(tokens, k)) in names.declared:
        return [token]  # max₁, where max1 is declared
    after = tokens[k + 1] if k + 1 < len(tokens) else None
    turned = is_turned(tokens, k + 1)
    return _pieces(token, before[-1] if before else None, after, names, latex=latex, turned=turned)


def is_turned(tokens: Sequence[LineToken], k: int) -> bool:
    """Whether the sign of a transpose stands there: ``^T``, ``ᵀ``."""
    sign, above = tokens[k : k + 2] if k + 1 < len(tokens) else (tokens[-1], tokens[-1])
    return sign.text == "^" and (above.text[:1] == "T" or behind_transpose(tokens, k) > 0)


def refuse_runs(line: str, tokens: Sequence[LineToken], names: Names) -> None:
    """Refuse two letters before a transpose that may be two names: ``uv^T``, ``ab^T x``.

    Raises:
        NotationError: Nothing is declared, and nothing else says what they are.
    """
    for k, token in enumerate(tokens[:-1]):
        behind = k and tokens[k - 1].text == "^" and token.text[0] == "T"
        run = token.text[1:] if behind else token.text
        if not (_FEW.fullmatch(run) and token.kind == "name" and is_turned(tokens, k + 1)):
            continue
        is_word = run in _WORDS or run[0] == "d" or names.is_function(run)
        if not is_word and not names.are_letters(run):
            message = (
                f"{run} may be one name, or {' and '.join(run)}: write {' '.join(run)}^T, or "
                f"declare {run}[n]"
            )
            raise NotationError(message, [Place(line, token.stop - len(run), token.stop)])


def number_below(tokens: Sequence[LineToken], k: int) -> list[str]:
    """The number that stands below a run of letters."""
    sign, opened, inside = [*tokens[k + 1 : k + 4], tokens[k], tokens[k], tokens[k]][:3]
    below = sign.text == "_" and opened.text == "{" and inside.kind == "number"
    return [inside.text] if below else []


def _summed(tokens: Sequence[LineToken]) -> Iterator[str]:
    """The letters below the sums of a line, ``sum_ij``, and below what it gives, ``p_i = …``."""
    for token, after in pairwise(tokens):
        base, _, index = token.text.rpartition("_")
        letters = token.kind == "name" and index.isalpha() and len(index) < 4
        if letters and (base in _SUMS or (after.text == "=" and _ENTRY_BELOW.fullmatch(index))):
            yield from index


def _is_argument(before: Sequence[LineToken]) -> bool:
    r"""Whether a number is an argument of a fraction without braces: ``\frac12``."""
    texts = [token.text for token in before[-2:]]
    return texts[-1:] == ["frac"] or (texts[:1] == ["frac"] and texts[1] not in "{}")


def _digits(token: LineToken) -> list[LineToken]:
    """The digits of a number, each on its own."""
    return [
        token._replace(text=digit, start=token.start + k, stop=token.start + k + 1)
        for k, digit in enumerate(token.text)
    ]


def _pieces(
    token: LineToken,
    before: LineToken | None,
    after: LineToken | None,
    names: Names,
    *,
    latex: bool,
    turned: bool,
) -> list[LineToken]:
    run = token.text
    script = before.text if before is not None and before.kind == "sign" else ""
    turns = script == "^" and not latex and run[0] == "T"
    if turns or (script in ("^", "_") and latex and token.form != "\\"):
        head = token._replace(text=run[0], stop=token.start + 1)
        rest = token._replace(text=run[1:], start=token.start + 1, spaced=False)
        more = _pieces(rest, None, after, names, latex=latex, turned=turned) if run[1:] else []
        return [head, *more]
    if token.form in _MARKED:
        return [token]
    opened = after is not None and after.kind == "open" and after.text in "(["
    if names.is_function(run, called=opened and run not in "tT"):
        return [token._replace(kind="word")]
    scripted = _with_script(token, run, names)
    if scripted:
        return scripted
    parts = names.apart(run, latex=latex, turned=turned)
    if after is not None and after.text == "^" and run[-1] == "e" and names.are_known(run[:-1]):
        parts = [*names.apart(run[:-1], latex=latex), "e"]  # Ae^x
    if opened and len(parts) > 1 and not names.known(run) and run.islower() and not latex:
        parts = [run]
    pieces: list[LineToken] = []
    start = token.start
    for part in parts:
        spaced = token.spaced and not pieces
        stop = start + len(part) if len(parts) > 1 else token.stop
        kind = "word" if names.is_function(part) and len(part) > 1 else "name"
        if part == "T" and pieces and not (names.open or names.known("T")):
            pieces.append(LineToken("sign", "T", start, stop, form="unicode"))
            start = stop
            continue
        pieces.append(LineToken(kind, part, start, stop, spaced, token.form))
        start = stop
    return pieces


def _with_script(token: LineToken, run: str, names: Names) -> list[LineToken]:
    """``sum_i`` and ``x_i`` as a letter and what stands below it; nothing for other runs."""
    base, _, index = run.rpartition("_")
    if run == "I_" and not names.known("I"):  # I_(m+n)
        split = token.start + 1
        return [token._replace(text="I", stop=split), LineToken("sign", "_", split, token.stop)]
    if not base or not index or names.known(run):
        return []
    if not _ENTRIES.fullmatch(run):
        return _one_with_script(token, base, index, names)
    found: list[LineToken] = []
    for one in _ENTRY.finditer(run):  # x_1x_2
        part = token._replace(text=one[0], start=token.start + one.start())
        found += _one_with_script(part, one[1], one[2], names)
    return found


def _one_with_script(token: LineToken, base: str, index: str, names: Names) -> list[LineToken]:
    """A letter and what stands below it; nothing where that is a part of the name."""
    indexed = names.known(base) and (len(index) <= 2 or index.isdigit())
    indexed = indexed or names.letters.issuperset(index)
    sized = index in names.sizes or (index.isdigit() and not names.open)
    sized = sized or (names.open and index in _SIZES)
    identity = base == "I" and sized and not names.known("I")
    indexed = indexed or (base in ("δ", "delta") and bool(_TWO_LETTERS.fullmatch(index)))
    if base not in _SUMS and not indexed and not identity:
        return []
    split = token.start + len(base)
    head = token._replace(text=base, stop=split)
    if base in _SUMS and not names.known(base):
        head = head._replace(kind="sign", text=_SUMS[base])
    return below(head, index, split, split + 1 + len(index))
