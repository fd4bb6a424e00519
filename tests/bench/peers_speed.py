"""Training pictures a second at equal network and batch: a peer's own loop, and our trainer.

    .venv/bin/python -m tests.bench.peers_speed [--rounds 3] [--steps 8] [--clock cpu|wall]
        [--peers FOLDER] [--only NAME ...]

The peers' networks, losses and optimizers are theirs: `diffusers` from the test dependencies; with
--peers, a folder outside the repository that holds checkouts, also `lucidrains`
(denoising-diffusion-pytorch, ema-pytorch, einops-src, stubs), `vqvae2` (vq-vae-2-pytorch) and `vae`
(PyTorch-VAE). `own` is our own U-Net in the loop of the diffusers recipe. Each peer's loop reads
PNGs through PIL and a DataLoader, computes in fp32, steps Adam, keeps an average where the peer
does, and reads the loss, as theirs do. Our trainer gets the same network, loss and batch as a
family of its own and computes as its probe finds best. The clock counts process CPU seconds on one
thread (loading inside the process), or wall seconds on all cores (two loading processes). Rounds
are interleaved; medians are compared. `dcgan-64` has its own bench, training_speed.
"""

import argparse
import importlib
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from studio.core import device, training
from studio.core import project as projects
from studio.core.events import Note, Scalars
from studio.core.families import families
from studio.core.family import Family, ImageSize, Learner, Model, Preset
from studio.core.learning import Optimizer
from studio.core.project import Plan
from studio.core.request import TrainRequest
from studio.core.settings import Settings
from tests.bench.trained import SHARED, imported, ticking

SIDE, GOAL, WARMING = 32, 1.5, 2
SIZE = ImageSize(SIDE, SIDE, 3)
Loss = Callable[[nn.Module, Tensor], Tensor]


class Peer(NamedTuple):
    """A public network with its loss and the habits of its training loop."""

    network: Callable[[], nn.Module]
    loss: Loss
    batch: int
    rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    averaged: bool = False
    clip: float | None = None


def diffusers_unet() -> nn.Module:
    """Return the network of diffusers' unconditional recipe, narrow, for 32 px."""
    from diffusers.models.unets.unet_2d import UNet2DModel

    down = ("DownBlock2D", "DownBlock2D", "AttnDownBlock2D", "DownBlock2D")
    up = ("UpBlock2D", "AttnUpBlock2D", "UpBlock2D", "UpBlock2D")
    return UNet2DModel(SIDE, 3, 3, down_block_types=down, up_block_types=up,
                       block_out_channels=(32, 64, 128, 128))  # fmt: skip


def diffusers_loss(net: nn.Module, images: Tensor) -> Tensor:
    """Return the recipe's loss: which noise was added, at one of 1,000 levels."""
    noise, t = torch.randn_like(images), torch.randint(0, 1000, (len(images),))
    kept = torch.cumprod(1 - torch.linspace(1e-4, 0.02, 1000), 0)[t][:, None, None, None]
    said = net(kept.sqrt() * images + (1 - kept).sqrt() * noise, t).sample
    return F.mse_loss(said.float(), noise)


def own_unet() -> nn.Module:
    """Return the denoiser of our quick look."""
    family = families()["diffusion"]
    return family.model(family.preset("quick").settings, SIZE).get_submodule("denoiser")


def own_loss(net: Any, images: Tensor) -> Tensor:
    """Return its loss at levels as of EDM's training."""
    sigma = (1.2 * torch.randn(len(images)) - 1.2).exp()
    rows = torch.zeros(len(images), dtype=torch.long)
    return net.error(images, sigma, torch.randn_like(images), rows).mean()


def lucidrains() -> nn.Module:
    """Return lucidrains' Unet in its GaussianDiffusion, whose call is its loss."""
    home = importlib.import_module("denoising_diffusion_pytorch.denoising_diffusion_pytorch")
    return home.GaussianDiffusion(home.Unet(dim=32, dim_mults=(1, 2, 4)), image_size=SIDE)


def vqvae2() -> nn.Module:
    """Return rosinality's two-level VQ-VAE."""
    return importlib.import_module("vqvae").VQVAE()


def vqvae2_loss(net: nn.Module, images: Tensor) -> Tensor:
    """Return its loss."""
    out, gap = net(images)
    return F.mse_loss(out, images) + 0.25 * gap.mean()


def vae() -> nn.Module:
    """Return PyTorch-VAE's VanillaVAE for 32 px."""
    home = importlib.import_module("vanilla.vanilla_vae")
    return home.VanillaVAE(3, 128, hidden_dims=[64, 128, 256, 512])


def vae_loss(net: Any, images: Tensor) -> Tensor:
    """Return its loss."""
    return net.loss_function(*net(images), M_N=0.00025)["loss"]


PEERS = {
    "own": Peer(own_unet, own_loss, 32, 1e-3, (0.95, 0.999), True, 1.0),
    "diffusers": Peer(diffusers_unet, diffusers_loss, 16, 1e-4, (0.95, 0.999), True, 1.0),
    "lucidrains": Peer(lucidrains, lambda n, x: n(x / 2 + 0.5), 16, 1e-4, (0.9, 0.99), True, 1.0),
    "vqvae2": Peer(vqvae2, vqvae2_loss, 128, 3e-4),
    "vae": Peer(vae, vae_loss, 64, 5e-3),
}
ALWAYS = ("own", "diffusers")


def reachable(folder: Path) -> None:
    """Make the peers' modules importable from their checkouts."""
    for name in ("denoising-diffusion-pytorch", "ema-pytorch", "einops-src", "stubs"):
        sys.path.append(str(folder / name))
    sys.path.append(str(folder / "vq-vae-2-pytorch"))
    home = folder / "PyTorch-VAE" / "models"  # its package imports all of its dependencies
    package = types.ModuleType("vanilla")
    package.__path__ = [str(home)]
    sys.modules["vanilla"] = package
    sys.modules["models"] = package
    package.BaseVAE = importlib.import_module("vanilla.base").BaseVAE  # type: ignore[attr-defined]  # what its __init__ would name


class Settled(Settings):
    """The one setting the trainer reads."""

    batch: int = 64


class Wrapped(Model):
    """A peer's network as a model; it is never drawn from."""

    def __init__(self, peer: Peer):
        super().__init__()
        self.latent_shape = (3, SIDE, SIDE)
        self.net = peer.network()

    def draw(self, latents: Tensor, labels: Tensor | None = None) -> Iterator[Tensor]:
        """Yield something of the right shape."""
        yield latents.clamp(-1, 1)


class WrappedLearner(Learner):
    """A peer's loss with our optimizer."""

    def __init__(self, model: Any, peer: Peer):
        super().__init__()
        self.model, self.peer = model, peer
        self.optimizer = Optimizer(model.parameters(), peer.rate, peer.betas, clip=peer.clip)

    def learn(
        self, images: Tensor, labels: Tensor | None, rng: Any, progress: float
    ) -> dict[str, Tensor]:
        """Do a step."""

        def loss(part: Tensor) -> Tensor:
            return self.peer.loss(self.model.get_submodule("net"), part)

        return {"loss": self.optimizer.minimize(loss, images, progress=progress)}

    def optimizers(self) -> Mapping[str, Optimizer]:
        """The only one."""
        return {"model": self.optimizer}


def as_family(name: str) -> Family:
    """Return the peer's network as a family of our trainer."""
    peer = PEERS[name]
    settings = Settled(batch=peer.batch)
    return Family(
        id=name,
        title=name,
        summary="",
        settings=Settled,
        tiny=settings,
        presets=(Preset("quick", "", "", settings, 1.0),),
        model=lambda settings, size: Wrapped(peer),
        learner=lambda model, settings, size: WrappedLearner(model, peer),
    )


def peer_speed(name: str, folder: Path, words: argparse.Namespace) -> float:
    """Return pictures a second of the peer's loop."""
    peer = PEERS[name]
    torch.manual_seed(0)
    torch.set_num_threads(1 if words.clock == "cpu" else device.cores())
    net = peer.network().train()
    average = [p.detach().clone() for p in net.parameters()] if peer.averaged else []
    adam = torch.optim.Adam(net.parameters(), peer.rate, peer.betas)
    change = [transforms.Resize(SIDE), transforms.CenterCrop(SIDE), transforms.ToTensor()]
    change.append(transforms.Normalize((0.5,) * 3, (0.5,) * 3))
    pictures = datasets.ImageFolder(str(folder), transforms.Compose(change))
    workers = 0 if words.clock == "cpu" else 2
    loader = DataLoader(pictures, peer.batch, shuffle=True, num_workers=workers, drop_last=True)
    step, begun = -WARMING, 0.0
    while True:
        for images, _ in loader:
            if step == 0:
                begun = time.perf_counter()
            peer_step(peer, net, adam, average, images)
            step += 1
            if step == words.steps:
                return words.steps * peer.batch / (time.perf_counter() - begun)


def peer_step(peer: Peer, net: nn.Module, adam: Any, average: list[Tensor], images: Tensor) -> None:
    """One step as the public recipes write it."""
    loss = peer.loss(net, images)
    loss.backward()
    if peer.clip is not None:
        nn.utils.clip_grad_norm_(net.parameters(), peer.clip)
    adam.step()
    adam.zero_grad()
    with torch.no_grad():
        for kept, new in zip(average, net.parameters(), strict=False):
            kept.lerp_(new, 0.005)
    loss.item()


def our_speed(
    name: str, project: projects.Project, dataset: str, words: argparse.Namespace
) -> tuple[float, str]:
    """Return pictures a second of our trainer between two Scalars, and how it computes."""
    steps = words.steps + WARMING
    threads = 1 if words.clock == "cpu" else device.cores()
    request = TrainRequest(
        dataset=dataset, family=name, plan=Plan(steps=steps, threads=threads, held_out=0)
    )
    scalars, how = [], ""
    for event in training.start(project, request):
        if isinstance(event, Scalars):
            scalars.append(event)
        if isinstance(event, Note) and event.kind == "device":
            how = event.text
    first, last = next(s for s in scalars if s.step >= WARMING), scalars[-1]
    done = (last.step - first.step) * PEERS[name].batch
    return done / max(1e-9, last.seconds - first.seconds), how


def measured(name: str, home: Path, words: argparse.Namespace) -> None:
    """Print peer, ours and ratio for one network."""
    project = projects.create(home / f"{name}.atelier")
    dataset = imported(project, str(home / "peer"), SIDE, "rgb").manifest.id
    peers, ours, how = [], [], ""
    with mock.patch.dict(families(), {name: as_family(name)}), ticking(words.clock):
        for _ in range(words.rounds):
            peers.append(peer_speed(name, home / "peer", words))
            speed, how = our_speed(name, project, dataset, words)
            ours.append(speed)
    ratio = statistics.median(our / peer for our, peer in zip(ours, peers, strict=True))
    print(f"{name}, batch {PEERS[name].batch}: {how}")
    print(f"  peer {[round(v, 1) for v in peers]}  ours {[round(v, 1) for v in ours]} pictures/s")
    peer, our = statistics.median(peers), statistics.median(ours)
    print(f"  peer {peer:.1f}  ours {our:.1f}  ratio {ratio:.2f} (goal {GOAL})", flush=True)


def main() -> None:
    """Measure the networks asked for, one after the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--clock", choices=("cpu", "wall"), default="cpu")
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--only", nargs="*", choices=PEERS)
    words = parser.parse_args()
    if words.peers:
        reachable(words.peers)
    names = words.only or (PEERS if words.peers else ALWAYS)
    with tempfile.TemporaryDirectory() as folder:
        flat(Path(folder) / "peer" / "all")
        for name in names:
            measured(name, Path(folder), words)


def flat(folder: Path) -> None:
    """Write the emoji as 32 px PNGs on white into one folder, as an ImageFolder wants them."""
    from studio.core import pictures

    with tempfile.TemporaryDirectory() as other:
        project = projects.create(Path(other) / "all.atelier")
        packed = imported(project, str(SHARED / "noto-emoji-72.zip"), SIDE, "rgb")
        folder.mkdir(parents=True)
        for k, picture in enumerate(packed.pictures):
            pictures.save(picture, folder / f"{k:05d}.png")


if __name__ == "__main__":
    main()
