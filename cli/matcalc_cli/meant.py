"""What may have been meant by a word of the command line that is none of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shlex import quote

from matcalc.near import near


def _words(text: str) -> dict[str, str]:
    """What stands before the arrow of a line, for each word behind it."""
    lines = (line.split(" <- ") for line in text.strip().splitlines())
    return {word: meant.strip() for meant, words in lines for word in words.split()}


#: What else the commands are called, each with what does it here.
INSTEAD = _words("""
    derive … --steps <- explain steps
    derive … --order 2 <- hessian hess
    derive … --svg FILE <- plot draw
    derive … --plan <- plan
    derive … --format numpy <- code numpy
    derive … --format latex <- latex
    derive <- d diff differentiate derivative grad gradient jacobian jac backward
    check <- verify test debug wrong mistake diagnose repair
    chain <- product multiply compose backprop
    shape <- shapes size sizes dims dimensions
    fit <- solve missing
    convert <- transpose to translate
    identify <- which guess
    layouts <- layout conventions convention
    rules <- rule list functions identities
""")
_OPTIONS = _words("""
    --vars <- --variables --variable --shapes --shape --var --declare
    --wrt <- --by --respect-to --with-respect-to --variable-of
    --steps <- --explain --verbose
    --version <- -v --about
    --order 2 <- --hessian --second
    --layout numerator <- --numerator --num
    --layout denominator <- --denominator --denom --den
    --svg FILE <- --output --svg-file --picture --plot
    --of <- --expr --function --formula -f
""") | {
    f"--{form}": f"--format {form}"
    for form in ["text", "unicode", "latex", "numpy", "torch", "jax", "html"]
}
_CHOICES = _words("""
    numerator <- row rows jacobian
    denominator <- column columns col gradient
""")  # what others call a layout
_LIKELY = ("x", "W", "w", "X", "theta", "t", "z", "y", "A", "b")
_NAMES = re.compile(r"[^\W\d](?:[^\W\d_]{3,}|[0-9]*)")
_RATIO = re.compile(r"d(?:\((?P<above>.+)\))?\s*/\s*d\s*(?P<by>\w+)\s*(?P<behind>.*)")
_FORMULA = frozenset("@*+/^=()'. ")


def command_meant(word: str, known: Sequence[str], others: Sequence[str] = ()) -> str:
    r"""A command for a word that is none, ready to be typed: ``derive``; nothing if none is near.

    Args:
        word: The word.
        known: The commands.
        others: What stands behind the word.

    >>> command_meant("derrive", ["derive", "chain"]), command_meant("hessian", ["derive"])
    ('derive', 'derive … --order 2')
    >>> command_meant("x.T @ x", ["derive"]), command_meant("grad", ["derive"], ["x'Ax", "x"])
    ("derive 'x.T @ x' --wrt x", 'derive "x\'Ax" --wrt x')
    """
    lowered = word.lower()
    if lowered in INSTEAD:
        meant = INSTEAD[lowered]
        if meant.startswith("derive") and is_formula(*others[:1]):
            asked = [derivative_asked(*others[:2]), meant.removeprefix("derive").lstrip(" …")]
            return " ".join(filter(None, asked))
        return meant
    close = near(lowered, known) or [INSTEAD[one] for one in near(lowered, INSTEAD)]
    close = close or [name for name in known if len(lowered) > 1 and name.startswith(lowered)]
    if close:
        return close[0]
    return derivative_asked(word) if is_formula(word) else ""


def is_formula(word: str = "") -> bool:
    """Whether a word is more than a name, and no option."""
    return not word.startswith("--") and bool(_FORMULA & set(word.strip("-")))


def derivative_asked(formula: str, by: str = "") -> str:
    r"""The command that differentiates a formula, in quotes as a shell takes them.

    Args:
        formula: The formula.
        by: The variable; if it is no name, one of the formula that is likely.

    >>> derivative_asked("2 * x^2"), derivative_asked("d(x'Ax)/dx")
    ("derive '2 * x^2' --wrt x", 'derive "x\'Ax" --wrt x')
    """
    ratio = _RATIO.fullmatch(formula.strip())
    if ratio:
        formula, by = ratio["above"] or ratio["behind"], ratio["by"]
    if not by.isidentifier():
        by = next((one for one in _LIKELY if one in _NAMES.findall(formula)), "x")
    doubled = "'" in formula and not set(formula) & set('"$`\\!')
    quoted = f'"{formula}"' if doubled else quote(formula)
    return f"derive {quoted} --wrt {by}"


def option_meant(word: str, known: Sequence[str]) -> str:
    """An option of a command for a word that is none.

    >>> option_meant("--layot", ["--layout", "--let"]), option_meant("--variables", ["--vars"])
    ('--layout', '--vars')
    """
    instead = _OPTIONS.get(word.lower(), "")
    if instead.partition(" ")[0] in known:
        return instead
    bare = {one.lstrip("-"): one for one in known if one.startswith("--")}
    asked = word.lstrip("-").lower()
    close = near(asked, bare) or [one for one in bare if len(asked) > 1 and one.startswith(asked)]
    return bare[close[0]] if close else ""


def choice_meant(word: str, choices: Iterable[str]) -> list[str]:
    """The choices that a word may stand for: those that begin with it, else those near it.

    >>> choice_meant("num", ["numerator", "denominator"]), choice_meant("numeratr", ["numerator"])
    (['numerator'], ['numerator'])
    >>> choice_meant("row", ["numerator", "denominator", "both"])
    ['numerator']
    """
    listed = list(choices)
    lowered = _CHOICES.get(word.lower(), word.lower())
    return [one for one in listed if lowered and one.lower().startswith(lowered)] or near(
        lowered, listed
    )


def made_by_the_shell(
    words: Sequence[str], is_file: Callable[[str], bool] = lambda name: Path(name).is_file()
) -> str:
    r"""What to say of words that a shell may have made of brackets without quotes.

    ``x[n]`` without quotes is a pattern: where there is a file ``xn``, the shell puts its name in.

    >>> made_by_the_shell(["derive", "'x", "@", "y'"])
    '\' is a part of what was typed: the command prompt of Windows quotes with "…"'
    >>> made_by_the_shell(["--vars", "xn"], is_file={"xn"}.__contains__)
    "xn is a file here: if x[n] was typed, the shell took it for a pattern; write 'x[n]'"
    """
    if any(word.startswith("'") for word in words):
        return '\' is a part of what was typed: the command prompt of Windows quotes with "…"'
    for before, word in zip(["", *words], words, strict=False):
        declares = before == "--vars" or not (before.startswith("-") or word.startswith("-"))
        if declares and 1 < len(word) < 60 and word.isidentifier() and is_file(word):
            stem, size = word[:-1], word[-1]
            return (
                f"{word} is a file here: if {stem}[{size}] was typed, the shell took "
                f"it for a pattern; write '{stem}[{size}]'"
            )
    return ""
