"""What a torch file says it holds, read without pickle: opcodes are looked at, nothing can run.

The instructions of a pickle are walked one by one against a short list. They build dicts, lists,
tuples, strings, numbers and descriptions of tensors, never an object of a class that a file names.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

MARK = object()
MOST = 256  # items that a call copies: many calls on one long list would fill the memory
CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
LITERALS = frozenset(
    (
        *("BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINUNICODE", "BINSTRING", "SHORT_BINSTRING"),
    )
)
TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class Foreign(Exception):
    """The file holds something other than tensors; the message names it."""


@dataclass(frozen=True)
class Stored:
    """A run of `count` numbers in the file, of a `kind` as torch.FloatStorage, called `key`."""

    kind: str
    key: str
    count: int


@dataclass(frozen=True)
class Described:
    """A tensor: which numbers of which storage are its values."""

    storage: Stored
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _Named:
    """A class or function that the file names; only those of CALLS and storages come this far."""

    name: str


def walked(stream: BytesIO) -> Any:
    """Return what the pickle at the stream's place describes, and leave the stream behind it.

    Raises Foreign where it holds anything but tensors and plain values, ValueError, TypeError,
    IndexError, KeyError or AttributeError where it is damaged.
    """
    stack: list[Any] = []
    memo: dict[int, Any] = {}
    argument: Any
    for opcode, argument, _ in pickletools.genops(stream):
        name = opcode.name
        if name == "STOP":
            return stack.pop()
        if name in LITERALS:
            stack.append(argument)
        elif name in CONSTANTS:
            stack.append(CONSTANTS[name])
        elif name in TUPLES:
            stack.append(tuple(_taken(stack, TUPLES[name])))
        elif name in ("BINPUT", "LONG_BINPUT", "MEMOIZE"):
            memo[len(memo) if argument is None else argument] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(memo[argument])
        elif name in STEPS:
            STEPS[name](stack, argument)
        elif name not in ("PROTO", "FRAME"):
            raise Foreign(f"the pickle instruction {name}")
    raise ValueError("a pickle without an end")


def _taken(stack: list[Any], count: int) -> list[Any]:
    """Take the last `count` values from the stack."""
    if count > len(stack):
        raise ValueError("a pickle that takes more than there is")
    taken = stack[len(stack) - count :]
    del stack[len(stack) - count :]
    return taken


def _since_mark(stack: list[Any]) -> list[Any]:
    """Take what lies above the last mark, and the mark."""
    for place in range(len(stack) - 1, -1, -1):
        if stack[place] is MARK:
            taken = stack[place + 1 :]
            del stack[place:]
            return taken
    raise ValueError("a pickle without a mark")


def _filled(stack: list[Any], values: list[Any]) -> None:
    """Put keys and values into the dict, or values into the list, on top of the stack."""
    target = stack[-1]
    if type(target) is list:
        target.extend(values)
        return
    if type(target) is not dict or not all(type(key) in (str, int) for key in values[::2]):
        raise ValueError("a pickle that fills no dict")
    target.update(zip(values[::2], values[1::2], strict=True))


def _named(stack: list[Any], argument: str) -> None:
    name = ".".join(argument.split(" ", 1))
    if name not in CALLS and not (name.startswith("torch.") and name.endswith("Storage")):
        raise Foreign(name[:80])
    stack.append(_Named(name))


def _called(stack: list[Any], _: object) -> None:
    """Replace a function and its arguments by what this module makes of them."""
    named, given = _taken(stack, 2)
    if type(named) is not _Named or named.name not in CALLS or type(given) is not tuple:
        raise Foreign("a call of what is no function")
    stack.append(CALLS[named.name](*given))


def _stored(stack: list[Any], _: object) -> None:
    """Replace ("storage", kind, key, place, count, …) by what is kept there."""
    word, kind, key, _place, count, *_view = stack.pop()
    if word != "storage" or type(kind) is not _Named or type(key) is not str:
        raise ValueError("a storage of another kind")
    stack.append(Stored(kind.name, key, _natural(count)))


def _built(stack: list[Any], _: object) -> None:
    """Leave out what is set on a dict or a tensor besides (its metadata)."""
    _taken(stack, 1)
    if type(stack[-1]) not in (dict, Described):
        raise Foreign("a state of what is no tensor")


def _ordered(items: Any = ()) -> dict[Any, Any]:
    return {key: value for key, value in _few(items) if type(key) is str}


def _few(values: Any) -> Any:
    if type(values) not in (list, tuple) or len(values) > MOST:
        raise ValueError("a list that is too long, or none")
    return values


def _tensor(storage: Stored, offset: int, shape: tuple, strides: tuple, *_: object) -> Described:
    if type(storage) is not Stored:
        raise ValueError("a tensor of another kind")
    sizes, steps = (tuple(_natural(value) for value in _few(v)) for v in (shape, strides))
    return Described(storage, _natural(offset), sizes, steps)


def _parameter(tensor: Described, *_: object) -> Described:
    if type(tensor) is not Described:
        raise ValueError("a parameter that is no tensor")
    return tensor


def _size(values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(_few(values))


def _natural(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a size that is no number")
    return value


CALLS: dict[str, Callable[..., Any]] = {
    "collections.OrderedDict": _ordered,
    "torch.Size": _size,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.nn.parameter.Parameter": _parameter,
}
STEPS: dict[str, Callable[[list[Any], Any], None]] = {
    "MARK": lambda stack, _: stack.append(MARK),
    "EMPTY_DICT": lambda stack, _: stack.append({}),
    "EMPTY_LIST": lambda stack, _: stack.append([]),
    "TUPLE": lambda stack, _: stack.append(tuple(_since_mark(stack))),
    "SETITEM": lambda stack, _: _filled(stack, _taken(stack, 2)),
    "SETITEMS": lambda stack, _: _filled(stack, _since_mark(stack)),
    "APPEND": lambda stack, _: _filled(stack, _taken(stack, 1)),
    "APPENDS": lambda stack, _: _filled(stack, _since_mark(stack)),
    "GLOBAL": _named,
    "STACK_GLOBAL": lambda stack, _: _named(stack, " ".join(_taken(stack, 2))),
    "REDUCE": _called,
    "NEWOBJ": _called,
    "BINPERSID": _stored,
    "BUILD": _built,
}
