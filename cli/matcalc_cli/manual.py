"""The manual page, in the language of man, from the same source as every --help."""

from __future__ import annotations

from typing import Any

from matcalc.notation.printers.plain import plain
from matcalc.version import __version__
from matcalc_cli.examples import EXAMPLES, worked


def manual_page(app: Any) -> str:
    """The page of all commands: ``matcalc(1)``."""
    import typer  # noqa: PLC0415 - its command line is built here alone

    group: Any = typer.main.get_command(app)
    context = group.make_context("matcalc", [], resilient_parsing=True)
    title, *about = _paragraphs(group.help)
    lines = [f'.TH MATCALC 1 "" "matcalc {__version__}" "User Commands"']
    lines += [".SH NAME", f"matcalc \\- {_text(title.rstrip('.'))}"]
    lines += [".SH SYNOPSIS", r".B matcalc \fICOMMAND\fR [\fIARGUMENTS\fR]"]
    lines += [".SH DESCRIPTION", *(line for one in about for line in (".PP", _text(one)))]
    lines += [".SH OPTIONS", *_options(group, context)]
    for name in EXAMPLES:
        command = group.get_command(context, name)
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        lines += [f".SH MATCALC {name.upper()}"]
        lines += [line for one in _paragraphs(command.help) for line in (".PP", _text(one))]
        lines += [".PP", ".nf", *map(_text, worked(name)), ".fi"]
        lines += _options(command, inner)
    lines += [".SH EXIT STATUS"]
    lines += ["0: done. 1: it ran and found a fault. 2: the command line cannot be read."]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str) -> list[str]:
    return [" ".join(one.split()) for one in text.split("\n\n") if one.strip()]


def _options(command: Any, context: Any) -> list[str]:
    found: list[str] = []
    for option in command.get_params(context):
        record = option.get_help_record(context)
        if record is not None:
            found += [".TP", rf"\fB{_text(record[0])}\fR", _text(record[1])]
    return found


def _text(text: str) -> str:
    """Text as roff takes it: in ASCII, no line begins with a control character."""
    spelled = plain(text).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{spelled}" if spelled.startswith((".", "'")) else spelled
