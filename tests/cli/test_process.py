"""The command as a process: what it loads, its streams, its exit codes, its colours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from matcalc import __version__

pty = pytest.importorskip("pty", reason="needs terminals as Unix has them")


def _run(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "matcalc_cli", *arguments],
        capture_output=True,
        check=False,
        env=_environment(environment),
    )


def _environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    dropped = ("NO_COLOR", "TERM", "PYTHONIOENCODING", "MATCALC_DEBUG")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"COLUMNS": "80", "PYTHONUTF8": "1"} | dict(more or {})


@pytest.mark.parametrize(
    "arguments",
    [
        ("shape", "z[3] / x[2]"),
        ("chain", "L", "z[3]", "x[2]"),
        ("layouts",),
        ("fit", "dz1[n1] = ? @ dz2[n2]", "--from", "W2[n2,n1]"),
        ("convert", "--formula", "W.T @ d", "--vars", "W[m,n] d[m]", "--steps"),
        ("rules",),
        ("rules", "attention"),
        ("convert", "z[3] / W[3,2]", "--from", "vec-F", "--to", "jax"),
        ("--help",),
        ("chain", "L/z[3]", "z[n]/x"),
        ("chain", "--no-such-option"),
    ],
    ids=" ".join,
)
def test_no_heavy_library_is_loaded(arguments: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "from matcalc_cli.app import main\n"
        f"sys.argv = ['matcalc', *{arguments!r}]\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    heavy = {'numpy', 'einops', 'opt_einsum', 'pydantic', 'rich'} & sys.modules.keys()\n"
        "    print('heavy:', sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, env=_environment()
    )
    assert done.stderr.decode().endswith("heavy: []\n")


def test_a_command_loads_itself_alone() -> None:
    program = (
        "import sys\n"
        "from matcalc_cli.app import main\n"
        "sys.argv = ['matcalc', 'shape', 'z[3] / x[2]']\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(*(m for m in sys.modules if m.startswith('matcalc')), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = done.stderr.decode().split()
    assert "matcalc_cli.shape" in loaded
    assert not {"matcalc_cli.chain", "matcalc.jacobians.linking", "matcalc.graph"} & set(loaded)


def test_the_version_is_the_librarys() -> None:
    assert _run("--version").stdout.decode() == f"matcalc {__version__}\n"


@pytest.mark.parametrize("arguments", [(), ("-h",), ("--help",)], ids=["nothing", "-h", "--help"])
def test_help_lists_the_commands(arguments: tuple[str, ...]) -> None:
    done = _run(*arguments)
    assert done.returncode == 0
    for name in ("chain", "shape", "convert", "layouts", "rules"):
        assert f"\n  {name} " in done.stdout.decode()


@pytest.mark.parametrize("name", ["chain", "shape", "convert", "layouts", "rules"])
def test_every_command_has_both_helps_and_json(name: str) -> None:
    short, long = _run(name, "-h"), _run(name, "--help")
    assert short.returncode == 0
    assert short.stdout == long.stdout
    assert "--json" in short.stdout.decode()


def test_the_shell_completes_commands_and_conventions() -> None:
    asked = {"_MATCALC_COMPLETE": "complete_bash", "COMP_WORDS": "matcalc ch", "COMP_CWORD": "1"}
    assert _run(environment=asked).stdout.decode().split() == ["check", "chain"]
    words = {"COMP_WORDS": "matcalc convert z/x --from ve", "COMP_CWORD": "4"}
    assert _run(environment=asked | words).stdout.decode().split() == ["vec-F", "vec-C", "vec"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("shape", "z[3] / x[2]"), 0),
        (("chain", "L/z[3]", "a/x"), 1),
        (("shape", "z[3] / "), 2),
        (("shape", "-z[3] / x"), 2),
        (("shape", "--", "-z[3] / x"), 2),
        (("nonsense",), 2),
        (("rules", "nonsense"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_the_exit_code_tells_what_went_wrong(arguments: tuple[str, ...], code: int) -> None:
    done = _run(*arguments)
    assert done.returncode == code
    assert bool(done.stderr) == (code > 0)
    assert b"Traceback" not in done.stderr


def test_an_argument_that_begins_with_a_minus_sign_is_called_an_option() -> None:
    assert _run("shape", "-z[3] / x").stderr.decode() == (
        "matcalc: error: No such option: -z\nSee matcalc shape -h\n"
    )
    assert "does not begin with a name" in _run("shape", "--", "-z[3] / x").stderr.decode()


@pytest.mark.parametrize("text", ["J[m,n] /", "[bold]x[/bold]", "[/red]", "x[red]"])
def test_brackets_are_no_markup(text: str) -> None:
    assert _run("shape", text).stderr.decode().splitlines()[1] == f"  {text}"


def test_names_and_dimensions_print_as_they_were_written() -> None:
    assert "∂J[m,n]/∂x[red]" in _run("shape", "J[m,n] / x[red]").stdout.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("shape", "\x1b[31mz/x"),
        ("chain", "z[3]", "x\x1b]0;title\x07"),
        ("convert", "z/x", "\x1b[31mJ\n.npy", "--from", "jax", "--to", "jax", "--json"),
        ("convert", "z/x", "--from", "\x1b[31m", "--to", "jax"),
        ("\x1b[31m",),
        ("shape", "--\x1b[31m"),
        ("chain", "z", "x", "--layout", "\x1b[31m"),
    ],
    ids=repr,
)
def test_control_characters_never_reach_the_terminal(arguments: tuple[str, ...]) -> None:
    done = _run(*arguments)
    assert done.returncode == 2
    shown = (done.stdout + done.stderr).decode()
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_bytes_that_are_no_text_are_an_error() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "matcalc_cli", "shape", b"z\xff / x"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_error() -> None:
    for arguments in (("layouts",), ("-h",), ("convert", "-h")):
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run(
            [sys.executable, "-m", "matcalc_cli", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
        os.close(writing)
        assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_is_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "matcalc_cli", "layouts"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"matcalc: error: cannot write to stdout: No space left on device\n"


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize(
    ("closed", "code", "said"),
    [
        (">&-", 1, b"matcalc: error: cannot write to stdout: it is closed\n"),
        ("2>&- >/dev/null", 0, b""),
        (">&- 2>&-", 1, b""),
    ],
)
def test_a_closed_stream_is_no_bug(closed: str, code: int, said: bytes) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m matcalc_cli layouts {closed}', sys.executable],
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, b"", said)


def test_an_interrupt_while_it_loads_ends_quietly() -> None:
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from matcalc_cli.start import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "layouts"], capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


_SQUARE = ("derive", "x.T @ A @ x", "--wrt", "x", "--vars", "x[n] A[n,n]", "--format", "text")


def test_a_file_that_is_replaced_keeps_its_mode_and_a_new_one_has_the_usual(
    tmp_path: Path,
) -> None:
    private, new = tmp_path / "private.svg", tmp_path / "new.svg"
    private.touch(mode=0o600)
    for path in (private, new):
        assert _run(*_SQUARE, "--layout", "denominator", "--svg", str(path)).returncode == 0
        assert path.read_bytes().startswith(b"<svg")
    usual = tmp_path / "usual"
    usual.touch()
    assert private.stat().st_mode & 0o777 == 0o600
    assert new.stat().st_mode == usual.stat().st_mode
    assert {path.name for path in tmp_path.iterdir()} == {"private.svg", "new.svg", "usual"}


def test_a_file_that_is_read_only_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "kept.svg"
    path.write_text("kept")
    path.chmod(0o400)
    done = _run(*_SQUARE, "--svg", str(path))
    assert done.returncode == 2
    assert done.stderr.decode() == f"matcalc: error: cannot write {path}: it is read-only\n"
    assert path.read_text() == "kept"


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs a name for stdout")
def test_stdout_has_another_name() -> None:
    assert _run(*_SQUARE, "--svg", "/dev/stdout").stdout == _run(*_SQUARE, "--svg", "-").stdout


def test_a_file_may_be_stdin() -> None:
    command = [sys.executable, "-m", "matcalc_cli", "derive", "--file", "-", *_SQUARE[2:]]
    done = subprocess.run(command, input=b"s = x.T @ A @ x\n", capture_output=True, check=False)
    assert done.returncode == 0
    assert b"(A + A.T) @ x" in done.stdout
    twice = subprocess.run([*command, "-"], input=b"", capture_output=True, check=False)
    assert twice.returncode == 2
    assert b"stdin can be read once" in twice.stderr


def test_an_interrupt_ends_quietly() -> None:
    convert = ("convert", "z/x", "-", "--from", "jax", "--to", "vec-F", "--json")
    process = subprocess.Popen(
        [sys.executable, "-c", f"{_SIGNALS}\nmain()", *convert],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")


# A shell starts background jobs with interrupts ignored, and children inherit that.
_SIGNALS = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
import matcalc_cli.arrays
from matcalc_cli.app import main
real = matcalc_cli.arrays.read
def read(name):
    print("reading", flush=True)
    return real(name)
matcalc_cli.arrays.read = read
"""


def test_a_bug_is_one_line_unless_a_traceback_is_asked_for() -> None:
    program = (
        "import matcalc_cli.shape\n"
        "from matcalc_cli.app import main\n"
        "def fail(text): raise RuntimeError('odd\\x1b[31m')\n"
        "matcalc_cli.shape.read_derivative = fail\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, "shape", "z/x"]
    plain = subprocess.run(command, capture_output=True, check=False, env=_environment())
    assert plain.returncode == 1
    assert plain.stderr.decode() == (
        "matcalc: internal error: RuntimeError: odd�[31m (set MATCALC_DEBUG=1 for the traceback)\n"
    )
    debug = _environment({"MATCALC_DEBUG": "1"})
    traced = subprocess.run(command, capture_output=True, check=False, env=debug)
    assert traced.returncode == 1
    assert traced.stderr.startswith(b"Traceback")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_stream_without_the_signs_gets_letters(encoding: str) -> None:
    narrow = {"PYTHONUTF8": "0", "PYTHONIOENCODING": encoding}
    done = _run("chain", "L", "z=3", "x=2", environment=narrow)
    assert done.returncode == 0
    assert "dz/dx" in done.stdout.decode(encoding)
    assert _run("shape", "λ=", environment=narrow).returncode == 2
    assert _run("chain", "λ", "x=2", "--json", environment=narrow).stdout.startswith(
        b'{"of": "\\u03bb"'
    )


def _on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command shows on a terminal, stdout and stderr together."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "matcalc_cli", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=_environment({"TERM": "xterm"} | environment),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            chunk = os.read(ours, 4096)
        except OSError:  # Linux says so when the other side is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(ours)
    process.wait(timeout=30)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_has_bold_headings_and_coloured_carets() -> None:
    assert "\x1b[1m∂z[3]/∂x[2]\x1b[0m\n" in _on_a_terminal("shape", "z[3] / x[2]")
    assert "\x1b[1;31m       ^^^\x1b[0m\n" in _on_a_terminal("shape", "z / x[3,")


@pytest.mark.parametrize("plain", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_colour_can_be_refused(plain: dict[str, str]) -> None:
    assert "\x1b" not in _on_a_terminal("layouts", **plain)
    assert "\x1b" not in _on_a_terminal("shape", "z / x[3,", **plain)


def test_a_pipe_has_no_colour() -> None:
    assert b"\x1b" not in _run("layouts", environment={"TERM": "xterm"}).stdout


def test_bytes_are_not_written_to_a_terminal() -> None:
    arguments: Any = ("convert", "z/x", "-", "--from", "jax", "--to", "vec-F", "-o", "-")
    assert "a terminal can't show" in _on_a_terminal(*arguments)
