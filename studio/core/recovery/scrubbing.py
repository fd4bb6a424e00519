"""Words that may be shared: whatever could name a person, a place or a picture is left out.

Nothing is kept because it looks harmless; only what is known is kept: words of the list below,
numbers, names of modules that are loaded, and where in the program it was.
"""

import logging
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType

import studio

GAP = "…"
WORDS = """
    a above after allocate allocated allocating allocation already an and another any are argument
    arguments array as at attempt attempted attribute available axes axis bad batch be because been
    before below between block bool boundary broadcast broke broken buffer but by bytes c++ call
    called can cannot canceled channel channels check checkpoint close closed code color column
    columns connection contains contiguous convert copy core corrupt could cpu cuda current damaged
    data decode deleted denied depth destroyed device dict did dimension dimensions directory disk
    does driver dtype during element elements empty end error event exceeded exception exist exists
    expected failed failure family file files finished flag float folder for format found frame free
    from full function gb gib got gpu grad gradient graph group handle has have height image images
    in incompatible index indices inf initialized input inside int integer internal into invalid
    is it item its job kb kernel key lane large layer leaving left length less level line list load
    loading lock longer lost mask match matrix maximum mb memory method mib minimum mismatch missing
    mode model module more mps must name nan negative new no node non none not nothing number object
    of off on one only open opened operation or other out output over own parameter path permission
    picture pictures pixels place point pointer process produced project queue range raised rank
    read reading reason refused required resource result returned run running runtime same save
    saved saving scalar second seconds session set setting settings shape shapes should signal
    singleton size sizes slice space started state step steps stop stopped storage str stream string
    subscriptable support supported system target tensor tensors that the then there this thread
    threads time timed timeout to too torch train training tried tuple type types unable unexpected
    unknown unsupported uint8 unpack update use used uses using value values view was were when
    where which while width window with within without worker would write writing wrong zero
    assertion called current float16 float32 float64 bfloat16 int32 int64 fatal segmentation fault
    aborted bus floating instruction illegal nobody caught workspace taken given
"""
KNOWN = frozenset(WORDS.split())
EDGE = "()[]{}<>,;:.!?=\"'`*"  # around a word
NUMBER = re.compile(r"[-+]?\d{1,7}(?:\.\d{1,6})?(?:e[-+]?\d{1,3})?%?", re.IGNORECASE)
QUOTED = re.compile(r"\"[^\"\n]*\"?|(?<!\w)'[^'\n]*'?|“[^”\n]*”?|‘[^’\n]*’?|«[^»\n]*»?|`[^`\n]*`?")
PATHLIKE = re.compile(r"\S*(?:[/\\~]|\.\w{2,5}\b)\S*")
FRAME = re.compile(r"\s*File \"(?P<file>.+)\", line (?P<line>\d+),? in (?P<name>.+)")
LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3})"
    r" (?P<level>[A-Z]+) (?P<name>[\w.]+): ?(?P<said>.*)"
)
FATAL = re.compile(r"(?:Fatal Python error|Windows fatal exception): ?(?P<said>.*)")
THREAD = re.compile(r"(?P<which>Current thread|Thread) 0x[0-9a-f]+ .*most recent call first")
ERROR = re.compile(r"(?P<kind>[A-Za-z_][\w.]*)(?:: (?P<said>.*))?")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ELSEWHERE = "elsewhere"
HOME = Path(studio.__file__).resolve().parent.parent.as_posix()
LIBRARIES = tuple(Path(sysconfig.get_path(name)).as_posix() for name in ("purelib", "stdlib"))


def words(text: str) -> str:
    """Return a sentence with only the words that are known; one … stands for any others."""
    line = QUOTED.sub(f" {GAP} ", " ".join(text.split()))
    paths = list(PATHLIKE.finditer(line))
    paths = [found for found in paths if not _harmless(found[0])]
    if paths:  # a path may hold spaces: all between the first and the last is taken for one
        line = f"{line[: paths[0].start()]} {GAP} {line[paths[-1].end() :]}"
    kept = [_word(word) for word in line.split()]
    return re.sub(rf"{GAP}(?: {GAP})+", GAP, " ".join(kept))


def frames(trace: TracebackType | None) -> list[str]:
    """Return where in the program an error came from, the deepest last."""
    found: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        known = module if module in sys.modules else ""
        found.append(_frame(known, str(trace.tb_lineno), code.co_name))
        trace = trace.tb_next
    return found


def fault(text: str) -> list[str]:
    """Return what faulthandler wrote of a crash: what it was, and where each thread stood."""
    found = []
    for line in text.splitlines():
        if match := FATAL.match(line):
            found.append(f"Fatal error: {words(match['said'])}")
        elif match := THREAD.match(line):
            found.append(f"{match['which']}:")
        elif match := FRAME.match(line):
            found.append(_frame(_module(match["file"]), match["line"], match["name"]))
    return found


def log_lines(lines: Iterable[str]) -> list[str]:
    """Return lines of the log: when, how bad, which module, and the words of it that are known."""
    found: list[str] = []
    for line in lines:
        if (match := LINE.match(line)) and match["level"] in LEVELS:
            name = match["name"] if match["name"] in logging.root.manager.loggerDict else GAP
            found.append(f"{match['time']} {match['level']} {name}: {words(match['said'])}")
        elif match := FRAME.match(line):
            found.append(_frame(_module(match["file"]), match["line"], match["name"]))
        elif (match := ERROR.fullmatch(line.strip())) and kind(match["kind"]) != GAP:
            found.append(f"  {kind(match['kind'])}: {words(match['said'] or '')}")
    return found


def kind(name: str) -> str:
    """Return an exception's name if it is one that is known."""
    module, _, last = name.rpartition(".")
    home = sys.modules.get(module or "builtins")
    found = getattr(home, last, None)
    known = isinstance(found, type) and issubclass(found, BaseException)
    return name if known else GAP


def _word(word: str) -> str:
    bare = word.strip(EDGE)
    if bare == GAP or not bare:
        return GAP if bare else ""
    known = bare.lower() in KNOWN and bare.lower() not in _own()
    return word if _harmless(bare) or known else GAP


@cache
def _own() -> frozenset[str]:
    """Return what this user and this machine are called, which may be words that are known."""
    found = [*Path.home().parts, *re.split(r"\W", platform.node())]
    found += [os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME")]
    return frozenset(each.lower() for each in found)


def _harmless(word: str) -> bool:
    """Tell whether it is a number or the name of one of the program's modules."""
    bare = word.strip(EDGE)
    named = bare.startswith(("studio.", "torch.")) and bare in sys.modules
    return bool(NUMBER.fullmatch(bare)) or named


def _frame(module: str, line: str, name: str) -> str:
    """Return one place in the program; what is no module of it is only elsewhere."""
    if not module or module == "__main__":
        return f"  {ELSEWHERE}"
    known = name if name.isidentifier() or name in ("<module>", "<lambda>") else GAP
    return f"  {module}:{line} in {known}"


def _module(file: str) -> str:
    """Return the module that a file of the program, or of what it is made with, is; "" for none."""
    path = file.replace("\\", "/")
    roots = (*LIBRARIES, HOME)  # the last may hold the first
    root = next((root for root in roots if path.startswith(f"{root}/")), "")
    path = path.removeprefix(f"{root}/") if root else path
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    if path.startswith("/") or ":" in path or not all(part.isidentifier() for part in parts):
        return ""
    return ".".join(parts) if root in LIBRARIES or parts[0] == "studio" else ""
