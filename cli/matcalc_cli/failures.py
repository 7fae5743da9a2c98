"""What goes wrong, as one message on stderr and an exit code.

0  done
1  it ran and found a fault in the mathematics: a gap in a chain, an array that does not fit
2  the command line cannot be read: its notation, its options, its files, the name of a rule
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from errno import EBADF
from itertools import pairwise

from matcalc.errors import MatcalcError, NotationError, Place, UnknownRuleError, advice, printable
from matcalc_cli.examples import EXAMPLES, command_line
from matcalc_cli.meant import derivative_asked, is_formula, made_by_the_shell, option_meant
from matcalc_cli.output import RED, document, is_lost, paint, write, write_json, written

_UNQUOTED = re.compile(r"unexpected extra argument.*\w\[[\w,*+]*\]")
_SUGGESTION = "kind text purpose place mended"
_UNFINISHED = ("Missing", "Got unexpected extra")
_IN_QUOTES = "; variables stand in one pair of quotes: --vars 'W[m,n] x[n]'"


class UsageError(Exception):
    """The command line asks for something that cannot be done: exit code 2."""


def exit_code_of(
    run: Callable[[], object], *, as_json: bool = False, words: Sequence[str] = ()
) -> int:
    """Run, and say what a shell may have made of what was typed.

    Args:
        run: What to run.
        as_json: Whether an error of mathematics is also written to stdout, as a JSON document.
        words: The command line.
    """
    code = _exit_code_of(run, as_json=as_json)
    said = made_by_the_shell(words)
    if said:
        write([f"note: {printable(said)}"], sys.stderr)
    return code


def _exit_code_of(run: Callable[[], object], *, as_json: bool) -> int:
    """Run, report what goes wrong on stderr, and say how the process should end."""
    try:
        result = run()
        sys.stdout.flush()
        if is_lost():
            raise OSError(EBADF, "it is closed")
    except MatcalcError as error:
        report(_message(error), error.places)
        if as_json:
            write_json(error_document(error))
        return 2 if isinstance(error, (NotationError, UnknownRuleError)) else 1
    except UsageError as error:
        report(str(error))
        return 2
    except OSError as error:  # files have their own messages: this is stdout
        if sys.__stdout__ is not None:  # for the flush at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
        if not isinstance(error, BrokenPipeError):
            report(f"cannot write to stdout: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - even a bug of ours is one line
        return _of_options(error) or _of_a_bug(error)
    return result if isinstance(result, int) else 0


def _message(error: MatcalcError) -> str:
    """The message of an error, with the option that declares what should be declared."""
    others = [one for one in error.suggestions if one.kind != "declare"]
    declared = advice(one for one in error.suggestions if one.kind == "declare")
    return error.stated + advice(others) + (f"{declared} in --vars" if declared else "")


def error_document(error: MatcalcError) -> dict[str, object]:
    """An error as data: what it is about, and each suggestion with what it makes of the text."""
    return {
        "error": {
            "kind": type(error).__name__,
            "message": error.stated,
            "places": [place._asdict() for place in error.places],
            "suggestions": [
                document(one, _SUGGESTION, place=one.place and one.place._asdict())
                for one in error.suggestions
            ],
        }
    }


def report(message: str, places: tuple[Place, ...] = ()) -> None:
    """Write a message to stderr, without control characters, and carets under each place."""
    start = paint("matcalc: error:", RED, sys.stderr)
    lines = [f"{start} {printable(message)}"]
    for place in places:
        text, carets = place.pointed_at().split("\n")
        carets = _under(text, carets)
        lines += [text, paint(carets, RED, sys.stderr)]
    write(lines, sys.stderr)


def _under(text: str, carets: str) -> str:
    """Carets where stderr shows what they are under, whose signs may be spelled there."""
    stops = [k for k in range(1, len(carets)) if carets[k] != carets[k - 1]] + [len(carets)]
    pieces = [(text[a:b], carets[a]) for a, b in pairwise([0, *stops])]
    return "".join(mark * max(1, len(written(piece, sys.stderr))) for piece, mark in pieces)


def _of_options(error: Exception) -> int:
    """Report an error of typer's parser, whose class typer does not export; 0 if it is none."""
    format_message = getattr(error, "format_message", None)
    if format_message is None:
        return 0
    message = " ".join(format_message().split())
    context = getattr(error, "ctx", None)
    if context is not None and hasattr(error, "possibilities"):
        known = [name for option in context.command.params for name in option.opts]
        meant = option_meant(str(getattr(error, "option_name", "")), known)
        message = str(getattr(error, "message", message))
        message += f"; did you mean {meant}?" if meant else ""
    report(message + (_IN_QUOTES if _UNQUOTED.search(message) else ""))
    if context is not None:
        name = str(context.command.name)
        formula = context.params.get("expression")
        if "--wrt" in message and isinstance(formula, str) and is_formula(formula):
            write(
                [f"By which variable? For example: matcalc {derivative_asked(formula)}"], sys.stderr
            )
        elif message.startswith(_UNFINISHED) and name in EXAMPLES:
            write([f"For example: {command_line(name)}"], sys.stderr)
        write([f"See {context.command_path} -h"], sys.stderr)
    return 2


def _of_a_bug(error: Exception) -> int:
    if os.environ.get("MATCALC_DEBUG"):
        traceback.print_exception(error)
        return 1
    what = printable(f"{type(error).__name__}: {error}")
    where = "set MATCALC_DEBUG=1 for the traceback"
    write([f"matcalc: internal error: {what} ({where})"], sys.stderr)
    return 1
