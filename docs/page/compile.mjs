// Compiles archives of Python sources with the Python of the page: it starts faster so.
// Run by build.py: node compile.mjs FROM TO, for each archive.

import { readFile, writeFile } from "node:fs/promises";
import { loadPyodide } from "pyodide";

const python = await loadPyodide();
const compile = python.runPython(`
import importlib.util, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc
from types import CodeType

# generated code takes functions over from here, as they are written
WITH_SOURCE = {"matcalc/operations/arrays.py"}
# of the standard library, what no answer needs: tests, terminals, servers, processes
LEFT_OUT = set(
    "_pydecimal _pyio _pyrepl _strptime antigravity argparse bdb cProfile calendar configparser "
    "curses dbm difflib doctest email ensurepip ftplib http idlelib imaplib lib2to3 mailbox "
    "modulefinder multiprocessing nntplib optparse pdb pickletools plistlib poplib profile pstats "
    "pydoc pydoc_data smtplib sqlite3 tarfile this tkinter tomllib trace turtle turtledemo "
    "unittest uuid venv wsgiref xml xmlrpc zoneinfo".split()
)
ENCODINGS = {"__init__", "aliases", "ascii", "cp437", "idna", "latin_1", "utf_8", "utf_16_le"}


def is_needed(name):
    first, *rest = name.removesuffix(".py").split("/")
    return first not in LEFT_OUT and (first != "encodings" or rest[0] in ENCODINGS)


def bare(code):
    """Code without the numbers of its lines, which take a third of the room."""
    inside = [bare(one) if isinstance(one, CodeType) else one for one in code.co_consts]
    return code.replace(co_linetable=b"", co_consts=tuple(inside))


def compiled(archive, target):
    with zipfile.ZipFile(archive) as sources:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for name in filter(is_needed, sources.namelist()):
                source = sources.read(name)
                if not name.endswith(".py") or name in WITH_SOURCE:
                    packed.writestr(name, source)
                if name.endswith(".py"):
                    code = compile(source, name, "exec", dont_inherit=True, optimize=2)
                    hashed = importlib.util.source_hash(source)
                    packed.writestr(name + "c", bytes(_code_to_hash_pyc(bare(code), hashed, False)))


compiled
`);
for (let k = 2; k < process.argv.length; k += 2) {
  const [from, to] = process.argv.slice(k, k + 2);
  python.FS.writeFile("/sources.zip", new Uint8Array(await readFile(from)));
  compile("/sources.zip", "/compiled.zip");
  await writeFile(to, python.FS.readFile("/compiled.zip"));
}
process.exit(0);
