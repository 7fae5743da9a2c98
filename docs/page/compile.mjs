// Compiles archives of Python sources with the Python of the page: it starts faster so.
// Run by build.py: node compile.mjs FROM TO, for each archive.

import { readFile, writeFile } from "node:fs/promises";
import { loadPyodide } from "pyodide";

const python = await loadPyodide();
const compile = python.runPython(`
import importlib.util, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

# generated code takes functions over from here, as they are written
WITH_SOURCE = {"matcalc/plan/functions.py"}
# of the standard library, what no answer needs: tests, terminals, servers, processes
LEFT_OUT = set(
    "_pyrepl bdb cProfile curses dbm doctest ensurepip ftplib http idlelib imaplib lib2to3 "
    "mailbox multiprocessing nntplib optparse pdb pickletools poplib profile pstats pydoc "
    "pydoc_data smtplib sqlite3 tkinter turtle turtledemo unittest venv wsgiref xml xmlrpc "
    "_pyio _pydecimal this antigravity tarfile zoneinfo".split()
)
ENCODINGS = {"__init__", "aliases", "ascii", "cp437", "idna", "latin_1", "utf_8", "utf_16_le"}


def is_needed(name):
    first, *rest = name.removesuffix(".py").split("/")
    return first not in LEFT_OUT and (first != "encodings" or rest[0] in ENCODINGS)


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
                    packed.writestr(name + "c", bytes(_code_to_hash_pyc(code, hashed, False)))


compiled
`);
for (let k = 2; k < process.argv.length; k += 2) {
  const [from, to] = process.argv.slice(k, k + 2);
  python.FS.writeFile("/sources.zip", new Uint8Array(await readFile(from)));
  compile("/sources.zip", "/compiled.zip");
  await writeFile(to, python.FS.readFile("/compiled.zip"));
}
process.exit(0);
