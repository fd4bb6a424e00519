"""Steps a second of `dcgan-64`: the same networks in a plain eager fp32 loop, and ours.

    .venv/bin/python -m tests.bench.training_speed [ROUNDS]

The plain loop is what the public DCGAN examples do: pictures from files through PIL and a
DataLoader with two workers, D on real, D on fake, G, Adam, all threads. Both see the same pictures,
batch 64. Rounds are interleaved; the medians are compared.
"""

import statistics
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import torch
from torch.nn import functional as F
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

from studio.core import device, training
from studio.core import project as projects
from studio.core.data.importing import ImportSettings, accept, draft
from studio.core.events import Note, Scalars
from studio.core.families import families
from studio.core.family import ImageSize
from studio.core.project import Plan
from studio.core.request import TrainRequest

DATA = Path(__file__).parents[3] / "shared" / "data" / "noto-emoji-72.zip"
BATCH, STEPS = 64, 12
SIZE = ImageSize(64, 64, 3)


def peer_steps(folder: Path) -> float:
    """Return steps a second of the plain loop."""
    torch.set_num_threads(device.cores())
    settings = families()["gan"].preset("dcgan-64").settings
    model = families()["gan"].model(settings, SIZE).net
    judge = families()["gan"].learner(families()["gan"].model(settings, SIZE), settings, SIZE).judge
    adam_g = torch.optim.Adam(model.parameters(), 2e-4, (0.5, 0.999))
    adam_d = torch.optim.Adam(judge.parameters(), 2e-4, (0.5, 0.999))
    change = [transforms.Resize(64), transforms.CenterCrop(64), transforms.ToTensor()]
    change.append(transforms.Normalize((0.5,) * 3, (0.5,) * 3))
    pictures = datasets.ImageFolder(str(folder), transforms.Compose(change))
    loader = DataLoader(pictures, BATCH, shuffle=True, num_workers=2, drop_last=True)
    begun, step = 0.0, -2
    while True:
        for real, _ in loader:
            if step == 0:
                begun = time.perf_counter()
            plain_step(model, judge, adam_g, adam_d, real)
            step += 1
            if step == STEPS:
                return STEPS / (time.perf_counter() - begun)


def plain_step(model, judge, adam_g, adam_d, real) -> None:
    """One step as the public examples write it."""
    judge.zero_grad()
    ones, zeros = torch.ones(len(real)), torch.zeros(len(real))
    F.binary_cross_entropy_with_logits(judge(real, None), ones).backward()
    fake = model(torch.randn(len(real), 100))
    F.binary_cross_entropy_with_logits(judge(fake.detach(), None), zeros).backward()
    adam_d.step()
    model.zero_grad()
    F.binary_cross_entropy_with_logits(judge(fake, None), ones).backward()
    adam_g.step()


def our_steps(project: projects.Project, dataset: str) -> tuple[float, str]:
    """Return steps a second of our trainer between two Scalars, and how it computes."""
    plan = Plan(steps=STEPS + 2)
    request = TrainRequest(
        dataset=dataset, family="gan", preset="dcgan-64", settings={"batch": BATCH}, plan=plan
    )
    scalars, how = [], ""
    for event in training.start(project, request):
        if isinstance(event, Scalars):
            scalars.append(event)
        if isinstance(event, Note) and event.kind == "device":
            how = event.text
    first, last = scalars[1], scalars[-1]
    return (last.step - first.step) / (last.seconds - first.seconds), how


def main() -> None:
    """Print peer, ours and the ratio."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        flat = flatten(Path(folder) / "peer" / "all")
        project = projects.create(Path(folder) / "ours.atelier")
        settings = ImportSettings(width=64, height=64, channels="rgb")
        drafted = result(draft(str(DATA), settings, project.folder / "datasets"))
        dataset = accept(drafted).manifest.id
        peers, ours, how = [], [], ""
        for _ in range(rounds):
            peers.append(peer_steps(flat.parent))
            steps, how = our_steps(project, dataset)
            ours.append(steps)
    print(how)
    print("peer  steps/s", [f"{v:.3f}" for v in peers])
    print("ours  steps/s", [f"{v:.3f}" for v in ours])
    peer, our = statistics.median(peers), statistics.median(ours)
    print(f"peer {peer:.3f}  ours {our:.3f}  ratio {our / peer:.2f} (goal 1.5)")


def flatten(folder: Path) -> Path:
    """Unpack the pictures into one folder, as an ImageFolder wants them."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(DATA) as archive:
        for k, name in enumerate(n for n in archive.namelist() if n.endswith(".png")):
            (folder / f"{k}.png").write_bytes(archive.read(name))
    return folder


def result(job):
    """Pull a job to its end."""
    while True:
        try:
            next(job)
        except StopIteration as stop:
            return stop.value


if __name__ == "__main__":
    main()
