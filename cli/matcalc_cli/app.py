"""The command ``matcalc``: it finds the commands, and loads the one that was asked for."""

from __future__ import annotations

import re
import sys
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand, TyperGroup

from matcalc.version import __version__
from matcalc_cli.examples import worked
from matcalc_cli.failures import exit_code_of
from matcalc_cli.meant import choice_meant, command_meant
from matcalc_cli.output import make_printable, set_colour, written

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
SERVER = "serve-mcp"  # for programs: in no list of what a person does
FORMULAS = ("derive", "check", "identify")  # the commands whose argument is a formula
_HELP = {"help_option_names": ["-h", "--help"]}
_OPTION = re.compile(r"--[\w-]*(=.*)?|-h|-", re.DOTALL)


class OneCommand(TyperCommand):
    """A command that takes the beginning of a choice for the choice, and shows how it is used."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        kinds: list[Any] = [option.type for option in self.params]
        for kind in kinds:
            if hasattr(kind, "choices"):
                kind.normalize_choice = partial(_whole, kind.choices)
                kind.get_invalid_choice_message = partial(_no_choice, kind.choices)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Begin with a worked example."""
        if self.name in COMMANDS:
            shown = (*worked(str(self.name)), "")
            formatter.write("".join(f"{written(line)}\n" for line in shown))
        super().format_help(ctx, formatter)


def _whole(choices: Any, choice: Any, ctx: Any) -> str:  # noqa: ARG001 - typer calls it by name
    """A choice in full: ``numerator`` for ``num``; what may be several stays as it is."""
    text = str(choice)
    found = [one for one in choices if str(one).startswith(text.lower())] if text else []
    return found[0] if len(found) == 1 and text not in choices else text


def _no_choice(choices: Any, value: Any, ctx: Any) -> str:  # noqa: ARG001 - typer calls it by name
    """What is said of a word that is no choice."""
    said = f"{value!r} is not one of {', '.join(map(repr, choices))}"
    found = choice_meant(str(value), choices)
    return f"{said}; did you mean {' or '.join(found)}?" if found else f"{said}."


class CommandOfFormula(OneCommand):
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
        if cmd_name not in (*COMMANDS, SERVER):
            return None
        name = cmd_name.replace("-", "_")
        function = getattr(import_module(f"matcalc_cli.{name}"), name)
        alone = _typer(add_completion=False)
        kind = CommandOfFormula if cmd_name in FORMULAS else OneCommand
        alone.command(name=cmd_name, cls=kind, context_settings=_HELP)(function)
        return typer.main.get_command(alone)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command; of a word that is none, say what may have been meant."""
        word = args[0]
        if (
            self.get_command(ctx, word) is None
            and not word.startswith("-")
            and not ctx.resilient_parsing
        ):
            meant = command_meant(word, COMMANDS, args[1:])
            ending = f"; did you mean: matcalc {meant}" if meant else ""
            ctx.fail(f"no command {word!r}{ending}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The commands with the first sentence of each, which is not cut."""
        rows = [(name, self.get_command(ctx, name).help.split("\n\n")[0]) for name in COMMANDS]
        with formatter.section("Commands"):
            formatter.write_dl([(name, " ".join(text.split())) for name, text in rows])

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Begin with a worked example."""
        formatter.write("".join(f"{written(line)}\n" for line in (*worked("derive"), "")))
        super().format_help(ctx, formatter)

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run a command line and leave Python with its exit code: 0, 1 or 2."""
        options["standalone_mode"] = False
        given = (arguments[0] if arguments else options.pop("args", None)) or sys.argv[1:]
        as_json = "--json" in given
        run = partial(super().main, _in_order(list(given)), *arguments[1:], **options)
        sys.exit(exit_code_of(run, as_json=as_json, words=given))


def _in_order(words: list[str]) -> list[str]:
    """The words with what is for all commands in front: --color, and ``help derive``."""
    if words[:1] == ["help"]:
        words = [*words[1:2], "--help"]
    end = words.index("--") if "--" in words else len(words)
    front = [k for k in range(end) if words[k].startswith("--color=")]
    front += [j for k in range(end - 1) if words[k] == "--color" for j in (k, k + 1)]
    return [words[k] for k in front] + [w for k, w in enumerate(words) if k not in front]


def _typer(**options: Any) -> typer.Typer:
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, **options)


app = _typer(cls=Commands, invoke_without_command=True, context_settings=_HELP)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"matcalc {__version__}")
        raise typer.Exit


def _print_manual(asked: bool) -> None:
    if asked:
        from matcalc_cli.manual import manual_page  # noqa: PLC0415 - few runs print it

        typer.echo(manual_page(app), nl=False)
        raise typer.Exit


@app.callback()
def matcalc(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "-V", "--version", help="Show the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    manual: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--man",
            help="Print the manual page: matcalc --man > matcalc.1",
            callback=_print_manual,
            is_eager=True,
        ),
    ] = False,
    color: Annotated[
        Literal["auto", "always", "never"],
        typer.Option("--color", help="When there is colour; NO_COLOR and FORCE_COLOR say it too."),
    ] = "auto",
) -> None:
    """Matrix derivatives with explicit layouts.

    A variable is written z[3], W[3,2], W[m,n] or z=3; a derivative z[3] / W[3,2]. Quote the
    brackets in a shell: --vars 'x[n] A[n,n]'. Every command takes --json; matcalc COMMAND --help
    says more.
    """
    set_colour(color)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main() -> None:
    """The entry point: run the arguments of the process."""
    make_printable()
    app(prog_name="matcalc")
