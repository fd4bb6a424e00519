"""Rights are kept beside a set, travel into records, and a refusal stops exports."""

import pytest

from studio.core.events import Refused
from studio.core.project import RunRecord
from studio.core.provenance.origins import of_run
from studio.core.provenance.record import Record, Rights, made_from
from studio.core.provenance.rights import (
    check_consent,
    check_set,
    current,
    keep_rights,
    project_around,
    renewed,
    rights_of,
)
from tests.core import toys

ADA = Rights(author="Ada", licence="CC0", consent="given")


@pytest.fixture
def project(tmp_path):
    return toys.project(tmp_path)


def run(project):
    asked = toys.request("vae", 1)
    return project.new_run(
        RunRecord(
            name="x", created=0, dataset="toy", family="vae", preset="quick", settings={},
            plan=asked.plan,
        )
    )  # fmt: skip


def test_they_are_kept_and_travel_into_what_a_run_draws(project):
    folder = project.dataset("toy")
    assert rights_of(folder) == Rights()
    assert of_run(project, run(project)).rights == ()
    keep_rights(folder, ADA)
    record = of_run(project, project.run())
    assert record.rights == (ADA,) and record.version == "toy" and record.family == "vae"
    assert made_from([record, record]).rights == (ADA,)


def test_what_was_kept_before_has_the_rights_as_they_are_now(project):
    old = Record(model="ab", version="toy", rights=(Rights(author="Old"),))
    sheet = made_from([old, Record(rights=(Rights(author="Else"),))])
    keep_rights(project.dataset("toy"), ADA)
    assert {r.author for r in renewed(sheet, project).rights} == {"Ada", "Else"}
    kept = project.folder / "gallery" / "a.png"
    assert project_around(kept) == project
    assert current(old, kept).rights == (ADA,)  # type: ignore[union-attr]  # it has a record
    assert current(old, project.folder.parent / "a.png") == old


def test_a_refusal_stops_exports_until_it_is_taken_back(project):
    keep_rights(project.dataset("toy"), ADA.updated({"consent": "refused"}))
    record = renewed(Record(version="toy"), project)
    for check in (lambda: check_consent([None, record]), lambda: check_set(project, "toy")):
        with pytest.raises(Refused, match="Ada whose use was refused"):
            check()
    keep_rights(project.dataset("toy"), ADA)
    check_set(project, "toy")
    check_consent([renewed(record, project)])


def test_damaged_and_impossible_ones_are_sentences(project):
    folder = project.dataset("toy")
    with pytest.raises(Refused, match="consent"):
        ADA.updated({"consent": "maybe"})
    with pytest.raises(Refused, match="no picture set"):
        keep_rights(folder / "other", ADA)
    with pytest.raises(Refused, match="shorten"):
        keep_rights(folder, ADA.updated({"note": "x" * 20_000}))
    (folder / "rights.json").write_text("[")
    with pytest.raises(Refused, match="enter its rights again"):
        rights_of(folder)
