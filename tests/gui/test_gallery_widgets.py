"""The sidebar's rows and the pane of facts, each by itself."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from studio.core.gallery.entry import Counts, Entry
from studio.core.provenance.record import Record, Rights
from studio.gui.widgets.gallery_facts import GalleryFacts
from studio.gui.widgets.gallery_sidebar import GallerySidebar

COUNTS = Counts(
    total=12_400,
    starred=3,
    trashed=1,
    boards=(("level one", 4),),
    tags=(("boss", 2),),
    workspaces=(("explore", 9),),
    families=(("gan", 9),),
    models=(),
    runs=((2, 9), (7, 1)),
)


def sidebar_on(qtbot: QtBot, own: bool | None = None) -> GallerySidebar:
    """Return a sidebar on screen."""
    sidebar = GallerySidebar()
    qtbot.addWidget(sidebar)
    sidebar.resize(200, 500)
    sidebar.show()
    sidebar.show_counts(COUNTS, {2: "sprites"}, own)
    return sidebar


def test_a_row_stands_for_a_term_and_tells_how_many(qtbot: QtBot) -> None:
    sidebar = sidebar_on(qtbot)
    assert sidebar.rows[""].text(1) == "12\u202f400"
    assert sidebar.rows['board:"level one"'].text(1) == "4"
    assert sidebar.rows["run:2"].text(0) == "2  sprites"
    assert sidebar.rows["run:7"].text(0) == "Run 7"
    told: list[tuple[str, bool]] = []
    sidebar.chosen.connect(lambda term, add: told.append((term, add)))
    place = sidebar.visualItemRect(sidebar.rows["tag:boss"]).center()
    qtbot.mouseClick(sidebar.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told == [("tag:boss", False)]


def test_rows_of_the_search_are_marked_else_the_first(qtbot: QtBot) -> None:
    sidebar = sidebar_on(qtbot)
    assert sidebar.rows[""].isSelected()
    sidebar.show_active({"star", "run:2"})
    marked = {term for term, row in sidebar.rows.items() if row.isSelected()}
    assert marked == {"star", "run:2"}
    sidebar.show_counts(COUNTS, {})
    assert sidebar.rows["run:2"].isSelected(), "also when it is written anew"


def test_a_section_is_no_row_and_the_other_gallery_is_offered(qtbot: QtBot) -> None:
    sidebar = sidebar_on(qtbot, own=False)
    told: list[str] = []
    sidebar.chosen.connect(lambda term, _: told.append(term))
    head = sidebar.rows["tag:boss"].parent()
    sidebar.itemPressed.emit(head, 0)
    last = sidebar.topLevelItem(sidebar.topLevelItemCount() - 1)
    with qtbot.waitSignal(sidebar.own_asked) as asked:
        sidebar.itemPressed.emit(last, 0)
    assert asked.args == [True] and told == []


def test_facts_are_said_in_words_and_what_is_empty_is_left_out(qtbot: QtBot) -> None:
    facts = GalleryFacts([QAction("Recall")])
    qtbot.addWidget(facts)
    entry = Entry(
        *(1, "hero-0001.png", "explore", "Hero", "gan", "ab", 3, 12_000, None, 0.0, 64, 32),
        *(True, ("boss",), (), (1, 2, 3), False),
    )
    record = Record(
        label="axe",
        settings={"method": "oil", "strength": 0.123456, "mask": {"no": 1}, "note": "x" * 200},
        rights=(Rights(author="A. Painter"),),
    )
    told = dict(facts.facts(entry, record, "run 3"))
    assert told["Model"] == "gan  ·  run 3" and told["Step"] == "12\u202f000"
    assert told["Strength"] == "0.1235" and told["Rights"] == "A. Painter"
    assert told["Note"].endswith("…") and len(told["Note"]) == 60
    assert not {"Seed", "Boards", "Kept", "Mask"} & told.keys()
    facts.show_picture(None, list(told.items()), entry.name)
    assert facts.name.text() == "hero-0001.png"
    labels = {label.text() for label in facts.findChildren(QLabel)}
    assert {"axe", "boss", "64 × 32 px"} <= labels
    facts.forget()
    assert facts.rows.count() == 0 and not facts.buttons.isVisibleTo(facts)
