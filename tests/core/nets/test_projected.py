"""The projected judge: frozen eyes, learning heads, labels at every place, any size."""

import pytest
import torch

from studio.core import encoder, latents
from studio.core.nets.projected import ProjectedJudge


def images(count: int, *shape: int) -> torch.Tensor:
    return torch.rand(count, *shape, generator=latents.rng(2)) * 2 - 1


@pytest.mark.parametrize("shape", [(4, 32, 32), (1, 28, 28), (3, 17, 23), (3, 72, 40)], ids=str)
def test_every_picture_is_judged_at_many_places(shape: tuple[int, ...]):
    judge = ProjectedJudge(shape[1], shape[2], 0, 8)
    logits = judge(images(3, *shape), None)
    assert logits.shape[0] == 3
    assert 30 <= logits.shape[1] <= 120
    assert logits.isfinite().all()


def test_what_is_seen_once_serves_both_players():
    judge = ProjectedJudge(32, 32, 0, 8).eval()
    real = images(2, 3, 32, 32)
    seen = judge.see(real)
    assert [x.shape[1:] for x in seen] == [(8, 16, 16), (8, 16, 16), (8, 8, 8), (8, 4, 4)]
    assert torch.equal(judge.judged(seen, None), judge(real, None))


def test_the_heads_learn_and_the_eyes_and_projections_do_not():
    judge = ProjectedJudge(32, 32, 3, 8)
    names = {name for name, _ in judge.named_parameters()}
    assert not any("mixing" in name or "trunk" in name for name in names)
    assert {name for name in judge.state_dict() if "mixing" in name} == {
        f"heads.{k}.mixing" for k in range(4)
    }
    assert sum(p.numel() for p in judge.parameters()) < 50_000
    before = [p.clone() for p in encoder.load().parameters()]
    adam = torch.optim.AdamW(judge.parameters(), 1e-2)
    real, drawn = images(8, 3, 32, 32).sign(), images(8, 3, 32, 32)
    for _ in range(25):
        adam.zero_grad()
        (judge(drawn, None) - judge(real, None)).mean().backward()
        adam.step()
    assert (judge(real, None).mean(1) > judge(drawn, None).mean(1)).all()
    assert all(torch.equal(a, b) for a, b in zip(before, encoder.load().parameters(), strict=True))


def test_a_cross_hatch_is_seen():
    """Signs that alternate by pixel; the encoder's own maps hardly tell them."""
    judge = ProjectedJudge(32, 32, 0, 8)
    flat = torch.zeros(1, 3, 32, 32)
    line = torch.arange(32)
    hatch = 0.1 * (1 - 2.0 * ((line[:, None] + line) % 2)).expand(1, 3, 32, 32)
    pixels, *_ = (a - b for a, b in zip(judge.see(hatch), judge.see(flat), strict=True))
    assert pixels.abs().mean() > 0.05


def test_gradients_reach_the_drawn_images():
    judge = ProjectedJudge(32, 32, 0, 8)
    drawn = images(2, 4, 32, 32).requires_grad_()
    judge(drawn, None).mean().backward()
    assert drawn.grad is not None
    assert (drawn.grad != 0).float().mean() > 0.9


def test_labels_move_the_judge_from_the_start():
    judge = ProjectedJudge(16, 16, 3, 8).eval()
    picture = images(1, 3, 16, 16).repeat(3, 1, 1, 1)
    labels = torch.tensor([0, 1, -1])
    named = judge(picture, labels).mean(1)
    assert len(set(named.tolist())) == 3
    assert torch.allclose(judge(picture, None).mean(1)[0], named[2])


def test_pictures_alike_within_their_class_cost_and_others_do_not():
    judge, labels = ProjectedJudge(16, 16, 2, 8), torch.arange(24) % 2
    real = images(24, 3, 16, 16)
    fresh = torch.rand(real.shape, generator=latents.rng(5)) * 2 - 1
    alike = real[:2].repeat(12, 1, 1, 1)
    seen = [judge.see(x) for x in (real, fresh, alike)]
    assert abs(float(judge.sameness(seen[0], seen[1], labels))) < 0.1
    assert float(judge.sameness(seen[0], seen[2], labels)) > 0.3
    assert judge.sameness(seen[0], seen[2], None) == 0


def test_a_label_is_no_louder_than_the_picture():
    """Eight times as loud, the judge sees little else, and what is drawn of a class grows alike."""
    torch.manual_seed(0)
    judge, picture = ProjectedJudge(32, 32, 12).eval(), images(12, 3, 32, 32)
    named = judge(picture, torch.arange(12)).detach()
    for head in judge.heads:
        torch.nn.init.zeros_(head.get_parameter("labels.weight"))
    plain = judge(picture, None).detach()
    assert 0.1 < float((named - plain).square().mean() / plain.square().mean()) < 8
