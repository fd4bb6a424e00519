"""rectpack packs what it is given on stdin; packing.py runs this in a Python that has rectpack.

Reads {"sizes", "width", "bins", "settings", "limit"}; writes for each setting, as a line of JSON,
its name, the area it needs and the seconds of the processor: of one bin that is `width` wide up to
its lowest edge; or of bins of `bins` a side, of which the emptiest counts but so far. Nothing is
turned.
"""

import json
import signal
import sys
import time

import rectpack

SORTS = ("SORT_AREA", "SORT_PERI", "SORT_DIFF", "SORT_SSIDE", "SORT_LSIDE", "SORT_RATIO")
MODES = {name: getattr(rectpack.PackingBin, name) for name in ("BNF", "BFF", "BBF", "Global")}


def algorithms():
    return [
        name for name in dir(rectpack) if name.startswith(("MaxRects", "Skyline", "Guillotine"))
    ]


def packed(sizes, setting, width, bins):
    algorithm, sort, mode = setting.split()
    packer = rectpack.newPacker(
        mode=rectpack.PackingMode.Offline,
        bin_algo=MODES[mode],
        pack_algo=getattr(rectpack, algorithm),
        sort_algo=getattr(rectpack, sort),
        rotation=False,
    )
    for number, (wide, high) in enumerate(sizes):
        packer.add_rect(wide, high, number)
    if bins:
        packer.add_bin(bins, bins, count=float("inf"))
    else:
        packer.add_bin(width, 20 * width)
    began = time.process_time()
    packer.pack()
    seconds = time.process_time() - began
    placed = packer.rect_list()
    if len(placed) < len(sizes):
        return None, seconds
    reach = {}
    for number, _, y, _, high, _ in placed:
        reach[number] = max(reach.get(number, 0), y + high)
    if bins:
        return bins * (bins * (len(reach) - 1) + min(reach.values())), seconds
    return width * reach[0], seconds


def too_long(*_):
    raise TimeoutError


def main():
    asked = json.load(sys.stdin)
    mode = "BFF"
    settings = asked["settings"] or [f"{a} {s} {mode}" for a in algorithms() for s in SORTS]
    signal.signal(signal.SIGALRM, too_long)
    for setting in settings:
        signal.alarm(asked["limit"])
        try:
            reach, seconds = packed(asked["sizes"], setting, asked["width"], asked["bins"])
        except (TimeoutError, AssertionError, RecursionError):
            reach, seconds = None, asked["limit"]
        signal.alarm(0)
        print(json.dumps([setting, reach, seconds]), flush=True)


if __name__ == "__main__":
    main()
