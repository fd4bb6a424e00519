"""The peers' fills, run by their own Python: `PYTHON repair_peers.py PEER IN.npz OUT.npz`.

IN holds `damaged` uint8 [n, h, w, 3] lists as d0, d1, … and masks m0, m1, …; OUT gets f0, f1, … and
`seconds` [n]. Set the peers' Python up once, anywhere outside this repository:
`python3 -m venv peers && peers/bin/pip install opencv-contrib-python-headless pypatchmatch
scikit-image`. One thread, like ours.
"""

import sys
import time

import numpy as np


def telea(picture, mask):
    """OpenCV, Telea 2004, radius 3."""
    import cv2

    return cv2.inpaint(picture, mask, 3, cv2.INPAINT_TELEA)


def ns(picture, mask):
    """OpenCV, Navier-Stokes, radius 3."""
    import cv2

    return cv2.inpaint(picture, mask, 3, cv2.INPAINT_NS)


def biharmonic(picture, mask):
    """scikit-image, regions apart, as its manual advises for many holes."""
    from skimage.restoration import inpaint_biharmonic

    filled = inpaint_biharmonic(picture, mask > 0, channel_axis=-1, split_into_regions=True)
    return np.round(filled.clip(0, 1) * 255).astype(np.uint8)


def _xphoto(picture, mask, method):
    import cv2

    known = np.where(mask > 0, 0, 255).astype(np.uint8)
    out = np.zeros_like(picture)
    cv2.xphoto.inpaint(picture, known, out, method)
    return out


def fsr(picture, mask):
    """opencv-contrib, frequency selective reconstruction, FAST."""
    import cv2

    return _xphoto(picture, mask, cv2.xphoto.INPAINT_FSR_FAST)


def shiftmap(picture, mask):
    """opencv-contrib, shift map, in Lab as its manual asks."""
    import cv2

    lab = _xphoto(cv2.cvtColor(picture, cv2.COLOR_RGB2Lab), mask, cv2.xphoto.INPAINT_SHIFTMAP)
    return cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)


def patchmatch(picture, mask):
    """PyPatchMatch, patches of 7."""
    import patchmatch as peer

    return peer.inpaint(picture, mask, patch_size=7)


PEERS = (telea, ns, biharmonic, fsr, shiftmap, patchmatch)


def main(name: str, source: str, target: str) -> None:
    """Fill every picture of `source` with the peer called `name`."""
    fill = {peer.__name__: peer for peer in PEERS}[name]
    cases, found, seconds = np.load(source), {}, []
    for k in range(len(cases.files) // 2):
        picture, mask = cases[f"d{k}"], cases[f"m{k}"].astype(np.uint8) * 255
        if k == 0:
            hole = np.zeros((64, 64), np.uint8)
            hole[20:30, 20:30] = 255  # SHIFTMAP ends the process where there is none
            fill(picture[:64, :64].copy(), hole)  # what is loaded once
        begun = time.process_time()
        found[f"f{k}"] = fill(picture, mask)
        seconds.append(time.process_time() - begun)
    np.savez(target, seconds=np.array(seconds), **found)


if __name__ == "__main__":
    import cv2

    cv2.setNumThreads(1)
    main(*sys.argv[1:])
