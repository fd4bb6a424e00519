"""Packed here, drawn there: a run that came in a pack draws the very same pictures."""

import numpy as np
import pytest

from studio.core import checkpoint
from studio.core import project as projects
from studio.core.assets.pack_export import export_pack
from studio.core.assets.pack_import import import_pack
from studio.core.events import Refused, finished
from studio.core.explore.explorer import open_explorer
from studio.core.provenance.origins import drawn_by
from studio.core.provenance.record import Rights
from studio.core.provenance.rights import keep_rights
from studio.core.tools.sample import sample
from studio.core.training import resume
from tests.core.assets.trained import trained


@pytest.mark.parametrize("family", ["gan", "vae"])
def test_a_run_from_a_pack_draws_the_same_pictures(tmp_path, family):
    ours = trained(tmp_path / "here", family)
    rights = Rights(author="Ada", licence="CC BY 4.0", consent="given")
    keep_rights(ours.dataset("toy"), rights)
    file = finished(export_pack(ours, None, tmp_path / "toy")).paths[0]
    theirs = projects.create(tmp_path / "there.atelier")
    run = finished(import_pack(file, theirs))
    drawn = [finished(sample(each, 1, 9, seed=7)) for each in (ours, theirs)]
    assert np.array_equal(drawn[0], drawn[1])
    places = [finished(open_explorer(each, 1)) for each in (ours, theirs)]
    assert places[0].digest == places[1].digest
    assert drawn_by(theirs, 1).rights == (rights,)
    assert drawn_by(theirs, 1).version == "toy"
    history = run.history()
    assert (history.status, history.step) == ("finished", 2)
    assert history.samples[0].load().shape == (16, 16, 16, 4)
    assert not list(theirs.folder.glob("datasets/*"))
    again = finished(import_pack(file, theirs))
    assert again.number == 1 and len(theirs.runs()) == 1
    with pytest.raises(Refused, match="pack"):
        finished(resume(theirs, 1))


def test_it_can_be_packed_on_and_stays_the_same(tmp_path):
    ours = trained(tmp_path / "here", "gan")
    first = finished(export_pack(ours, None, tmp_path / "first")).paths[0]
    theirs = projects.create(tmp_path / "there.atelier")
    finished(import_pack(first, theirs))
    again = finished(export_pack(theirs, None, tmp_path / "again"))
    tensors = [checkpoint.newest(each.run(1).checkpoints)[1] for each in (ours, theirs)]
    assert checkpoint.digest(tensors[0]) == checkpoint.digest(tensors[1]) == again.facts["model"]


def test_stopped_halfway_nothing_is_left(tmp_path):
    file = finished(export_pack(trained(tmp_path / "here", "gan"), None, tmp_path / "p")).paths[0]
    theirs = projects.create(tmp_path / "there.atelier")
    for pulls in range(1, 5):
        job = import_pack(file, theirs)
        for _ in range(pulls):
            next(job)
        job.close()
        assert not list((theirs.folder / "runs").iterdir())
