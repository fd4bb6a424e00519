"""What a picture file's head may say of its size: what the file can hold, before room is made.

No packing makes more of a byte than its format allows, so a head that says more lies. Where a
format knows no such bound, a small file may say a moderate size, and a large one more.
"""

from PIL import Image, ImageFile

# Bytes of pixels that a byte can hold: deflate repeats 258 by two bits, a block of JPEG takes a
# bit or two, and of LZW's 12 bits each string is at most one longer than those before it.
HOLDS = {"raw": 1, "ppm": 1, "ppm_plain": 1, "packbits": 64, "jpeg": 1300, "tiff_lzw": 2600}
HOLDS |= dict.fromkeys(("zip", "tiff_deflate", "tiff_adobe_deflate"), 1032)
# Where a format knows no bound: bytes of memory that are allowed at any rate, and for each byte of
# a file. LZW's indices become four bytes each; zstd repeats one byte 2^17 times by four.
LARGE, RATIO_AT_MOST, GROWS = 64 << 20, 2000, {"gif": 2600 * 4, "zstd": 1 << 15}


def impossible(image: ImageFile.ImageFile, data: bytes) -> str:
    """Say in a sentence why an opened file `data` can't be, or should not become, what its head
    says; "" where it may be so.
    """
    packing = image.tile[0][0] if image.tile else ""
    if packing == "libtiff":
        packing = image.info.get("compression", "")
    if packing in HOLDS:
        held = _stored(image, packing) <= HOLDS[packing] * len(data)
        return "" if held else "The file is cut off: it ends before the picture does."
    ratio = GROWS.get(packing, RATIO_AT_MOST)
    if _grown(image) <= max(LARGE, ratio * len(data)):
        return ""
    return (
        f"It would become {image.width}×{image.height} pixels, over {ratio:,} times its size, as"
        " only harmful files do."
    )


def jpeg_holds(width: int, height: int, channels: int, data: bytes) -> bool:
    """Tell whether a JPEG may be as large as it says."""
    return width * height * channels <= HOLDS["jpeg"] * len(data)


def _grown(image: ImageFile.ImageFile) -> int:
    """Return how many bytes the pixels become; a moving WebP is held with the frame before."""
    if image.format == "WEBP" and getattr(image, "n_frames", 1) > 1:
        return image.width * image.height * 8
    return image.width * image.height * (1 if image.mode in ("1", "L") else 4)


def _stored(image: Image.Image, packing: str) -> float:
    """Return how many bytes the pixels are at least, before they are packed."""
    bands = len(image.getbands())
    if packing == "jpeg":
        bits = 8 * bands
    elif bands > 1:
        bits = 15  # of a bitmap; all others have more
    else:
        bits = 1 if image.mode in ("1", "L", "P") else 12
    return image.width * image.height * bits / 8
