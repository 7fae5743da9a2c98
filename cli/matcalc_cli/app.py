"""The command ``matcalc``: it finds the commands, and loads the one that was asked for."""

from __future__ import annotations

import re
import sys
from functools import partial
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from matcalc.version import __version__
from matcalc_cli.failures import exit_code_of
from matcalc_cli.output import make_printable

#: Each is a module of this package that holds a function of the same name.
COMMANDS = (
    "derive",
    "check",
    "chain",
    "fit",
    "shape",
    "convert",
    "identify",
    "layouts",
    "rules",
)
FORMULAS = ("derive", "check", "identify")  # the commands whose argument is a formula
_HELP = {"help_option_names": ["-h", "--help"]}
_OPTION = re.compile(r"--[\w-]*(=.*)?|-h|-", re.DOTALL)


class CommandOfFormula(TyperCommand):
    """A command whose argument is a formula, which may begin with a minus sign.

    It has no options of one dash, so what begins with one dash is a formula; a space before it
    keeps it from being taken for an option.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        known = {f"-{name.strip('-')}" for option in self.params for name in option.opts}
        end = args.index("--") if "--" in args else len(args)
        words = [
            f" {word}"
            if word.startswith("-") and not _OPTION.fullmatch(word) and word not in known
            else word
            for word in args[:end]
        ]
        return super().parse_args(ctx, [*words, *args[end:]])


class Commands(TyperGroup):
    """Loads a command when it is called by its name, so that none pays for the others."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """The command of a name, or ``None``."""
        if cmd_name not in COMMANDS:
            return None
        function = getattr(import_module(f"matcalc_cli.{cmd_name}"), cmd_name)
        alone = _typer(add_completion=False)
        kind = CommandOfFormula if cmd_name in FORMULAS else TyperCommand
        alone.command(name=cmd_name, cls=kind, context_settings=_HELP)(function)
        return typer.main.get_command(alone)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command line and leave Python with its exit code: 0, 1 or 2."""
        options["standalone_mode"] = False
        given = (arguments[0] if arguments else options.get("args")) or sys.argv[1:]
        as_json = "--json" in given
        run = partial(super().main, *arguments, **options)
        sys.exit(exit_code_of(run, as_json=as_json))


def _typer(**options: Any) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, **options)


app = _typer(cls=Commands, invoke_without_command=True, context_settings=_HELP)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"matcalc {__version__}")
        raise typer.Exit


@app.callback()
def matcalc(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option("--version", help="Show the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Matrix derivatives with explicit layouts.

    A variable is written z[3], W[3,2], W[m,n] or z=3; a derivative z[3] / W[3,2]. Quote the
    brackets in a shell. Every command takes --json.
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """The entry point: run the arguments of the process."""
    make_printable()
    app(prog_name="matcalc")
