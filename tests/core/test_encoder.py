"""The house encoder: its file is checked, its features fit any picture and carry gradients."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from studio import paths
from studio.core import encoder, latents
from studio.core.data import sprites
from studio.core.events import Refused
from studio.core.pictures import premultiply, to_images


def sprites_of(count: int) -> tuple[torch.Tensor, list[sprites.Factors]]:
    drawn, found = sprites.sprites(count, seed=99)
    return to_images(torch.from_numpy(premultiply(drawn))), found


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=latents.rng(1)) * 2 - 1


def test_the_shipped_file_is_the_one_named_and_small():
    data = (paths.resources() / encoder.FILE).read_bytes()
    assert hashlib.sha256(data).hexdigest() == encoder.SHA256
    assert len(data) < 6_000_000


def test_it_is_loaded_once_and_frozen():
    known = encoder.load()
    assert known is encoder.load("cpu")
    assert not known.training
    assert not any(p.requires_grad for p in known.parameters())


def test_a_missing_or_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(paths.resources() / encoder.FILE, tmp_path)
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    assert encoder.load()
    encoder._loaded.cache_clear()
    data = bytearray((tmp_path / encoder.FILE).read_bytes())
    data[-100] ^= 1
    (tmp_path / encoder.FILE).write_bytes(data)
    with pytest.raises(Refused, match="damaged"):
        encoder.load()
    (tmp_path / encoder.FILE).unlink()
    with pytest.raises(Refused, match="missing"):
        encoder.load()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 23), (72, 40)])
def test_maps_have_the_strides_of_any_picture(channels: int, height: int, width: int):
    known = encoder.load()
    maps = known.features(noise(2, channels, height, width))
    rows, columns = -(-height // 16) * 16, -(-width // 16) * 16
    for x, stride, channels_out in zip(maps, encoder.STRIDES, encoder.WIDTHS, strict=True):
        assert x.shape == (2, channels_out, rows // stride, columns // stride)
        assert x.isfinite().all()
    fewer = known.features(noise(2, channels, height, width), 2)
    assert len(fewer) == 2
    assert torch.equal(fewer[1], maps[1])


def test_features_are_of_size_one_on_pictures_it_knows():
    for x in encoder.load().features(sprites_of(64)[0]):
        assert 0.3 < float(x.std()) < 3
        assert abs(float(x.mean())) < 1


def test_gradients_reach_the_images():
    images = noise(2, 3, 20, 20).requires_grad_()
    maps = encoder.load().features(images)
    torch.stack([x.square().mean() for x in maps]).sum().backward()
    assert images.grad is not None
    assert (images.grad != 0).float().mean() > 0.95


def test_gray_is_color_and_opaque_is_alpha():
    known, gray = encoder.load(), noise(2, 1, 16, 16)
    color = gray.repeat(1, 3, 1, 1)
    opaque = torch.cat([color, torch.ones_like(gray)], 1)
    for a, b, c in zip(*(known.features(x) for x in (gray, color, opaque)), strict=True):
        assert torch.equal(a, b)
        assert torch.equal(a, c)
    clear = torch.cat([color, -torch.ones_like(gray)], 1)
    assert not torch.allclose(known.embed(opaque), known.embed(clear), atol=1e-2)


def test_the_same_pictures_give_the_same_numbers_whatever_is_beside_them():
    known, images = encoder.load(), noise(4, 3, 24, 24)
    assert torch.equal(known.embed(images), known.embed(images))
    torch.testing.assert_close(known.embed(images)[:1], known.embed(images[:1]), atol=1e-5, rtol=0)


def test_neighbors_are_of_the_same_kind():
    images, found = sprites_of(240)
    units = encoder.load().embed(images)
    torch.testing.assert_close(units.norm(dim=1), torch.ones(len(units)))
    alike = units @ units.T
    alike.fill_diagonal_(-1)
    kinds = np.array([f.kind for f in found])
    assert (kinds[alike.argmax(1).numpy()] == kinds).mean() > 0.9
