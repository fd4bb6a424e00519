"""The GAN's two players by name: who draws, and who judges."""

import torch
from torch import Tensor, nn

from studio.core.family import ImageSize
from studio.core.nets import light, residual, textbook
from studio.core.nets.projected import ProjectedJudge


def generator(network: str, latent: int, size: ImageSize, width: int, blocks: int) -> nn.Module:
    """Return the network from latents [n, latent] to images; raise Refused for a wrong size."""
    h, w, c = size.height, size.width, size.channels
    if network == "mlp-784":
        return nn.Sequential(textbook.mlp_generator(latent, c * h * w), nn.Unflatten(1, (c, h, w)))
    if network == "dcgan-28":
        return textbook.Dcgan28Generator(latent, h, w, c)
    if network == "dcgan-64":
        textbook.dcgan64_doublings(h, w)
        return textbook.dcgan64_generator(latent, h, c, width)
    if network in ("light", "projected"):
        return light.LightGenerator(latent, h, w, c, width)
    return residual.ResidualGenerator(latent, h, w, c, width, blocks)


def discriminator(network: str, size: ImageSize, width: int, blocks: int) -> tuple[nn.Module, int]:
    """Return the network that turns images into features [n, f], and f."""
    h, w, c = size.height, size.width, size.channels
    if network == "mlp-784":
        return textbook.mlp_discriminator(c * h * w), 128
    if network == "dcgan-28":
        return textbook.dcgan28_discriminator(c), 256 * -(-h // 8) * -(-w // 8)
    if network == "dcgan-64":
        return textbook.dcgan64_discriminator(h, c, width), (
            width << textbook.dcgan64_doublings(h, w) - 1
        ) * 16
    body = (
        light.LightDiscriminator(h, w, c, width)
        if network == "light"
        else residual.ResidualDiscriminator(h, w, c, width, blocks)
    )
    return body, body.features


def initialize(network: str, model: nn.Module, judge: nn.Module) -> None:
    """Give dcgan-64 the start values of its paper; the other networks bring their own."""
    if network == "dcgan-64":
        model.apply(textbook.dcgan_weights)
        judge.apply(textbook.dcgan_weights)


class Judge(nn.Module):
    """The player who judges: features, a dense logit, the label's projection (Miyato 2018)."""

    def __init__(self, network: str, size: ImageSize, width: int, blocks: int = 1):
        super().__init__()
        self.body, features = discriminator(network, size, width, blocks)
        self.dense = nn.Linear(features, 1, bias=network != "dcgan-64")
        self.labels = nn.Embedding(size.classes + 1, features) if size.classes else None
        if self.labels is not None:  # as loud as the dense logit; from 0 classes part much later
            nn.init.normal_(self.labels.weight, 0, features**-0.5)

    def see(self, images: Tensor) -> list[Tensor]:
        """Return what both players' losses may share: nothing but the images here."""
        return [images]

    def judged(self, seen: list[Tensor], labels: Tensor | None) -> Tensor:
        """Return logits [n] of what `see` returned; high is real."""
        features = self.body(*seen)
        logits = self.dense(features).flatten()
        if self.labels is not None:
            logits = logits + (self.labels(row(labels, features)) * features).sum(1)
        return logits

    def sameness(self, real: list[Tensor], drawn: list[Tensor], labels: Tensor | None) -> float:
        """Return 0: the light judge keeps variety within a class by itself, as measured."""
        return 0.0

    def forward(self, images: Tensor, labels: Tensor | None) -> Tensor:
        """Return logits [n] of images; high is real."""
        return self.judged(self.see(images), labels)


def judge(network: str, size: ImageSize, width: int, blocks: int) -> Judge | ProjectedJudge:
    """Return the player who judges what the `network` of that name draws."""
    if network == "projected":
        return ProjectedJudge(size.height, size.width, size.classes)
    return Judge(network, size, width, blocks)


def asked(rows: Tensor, classes: nn.Embedding | None) -> bool:
    """Tell whether any of these embedding rows is a class.

    A graph that is traced holds for any rows: there it is whether `classes` has any but none.
    """
    if torch.compiler.is_exporting():
        return classes is not None and classes.num_embeddings > 1
    return bool((rows != 0).any())


def row(labels: Tensor | None, like: Tensor) -> Tensor:
    """Return the embedding row of each label: 0 for none (None or -1), else label + 1."""
    if labels is None:
        return torch.zeros(len(like), dtype=torch.int64, device=like.device)
    return labels.clamp_min(-1) + 1
