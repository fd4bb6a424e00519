"""The preview of an export with what it is looked at by: ground, zoom, outlines, a player."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import theme
from studio.gui.widgets.export_faces import Face, FilmFace, PictureFace
from studio.gui.widgets.export_player import Player
from studio.gui.widgets.export_swatches import Swatches
from studio.gui.widgets.export_view import ExportView
from studio.gui.widgets.image_grid import checkered
from studio.gui.widgets.parts import switch
from studio.gui.widgets.words import value

STILL, MOVING = 0, 1


class ExportStage(QWidget):
    """Shows a still face and, if there is one, a film; one of them at a time."""

    def __init__(self, parent: QWidget | None = None):
        super().__init__(parent)
        self.still: Face | None = None
        self.film: FilmFace | None = None
        self.view, self.player, self.swatches = ExportView(), Player(), Swatches()
        self.tabs = [switch(self.tr("Picture"), on=True), switch(self.tr("Frames"))]
        self.tabs[STILL].setToolTip(self.tr("See the file as it is written"))
        self.tabs[MOVING].setToolTip(self.tr("See the frames play (Space)"))
        self.outlines = switch(self.tr("Cells"), on=True)
        self.outlines.setToolTip(self.tr("Show where each picture lies; not in the file (O)"))
        self.color = QColor("#3a6ea5")
        self.zoom = QLabel()
        self.zoom.setProperty("role", "quiet")
        self._make_grounds()
        self._lay_out()
        self._connect()

    def _make_grounds(self) -> None:
        self.grounds = QButtonGroup(self)
        for key, (name, color) in enumerate(self._grounds()):
            button = switch(on=not key)
            button.setIcon(_patch(color))
            button.setIconSize(QSize(14, 14))
            button.setFixedWidth(28)
            button.setAccessibleName(name)
            button.setToolTip(name)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.grounds.addButton(button, key)

    def _grounds(self) -> list[tuple[str, QColor | None]]:
        return [
            (self.tr("On checkers"), None),
            (self.tr("On black"), QColor("black")),
            (self.tr("On white"), QColor("white")),
            (self.tr("On a color of your choice"), self.color),
        ]

    def _lay_out(self) -> None:
        group, bar = QButtonGroup(self), QHBoxLayout()
        bar.setSpacing(2)
        for number, tab in enumerate(self.tabs):
            group.addButton(tab, number)
            bar.addWidget(tab)
        bar.addWidget(self.outlines)
        bar.addStretch(1)
        for button in self.grounds.buttons():
            bar.addWidget(button)
        bar.addSpacing(theme.GAP)
        self.actual = self._button("1:1", self.tr("Show its own size (1)"))
        self.fit = self._button(self.tr("Fit"), self.tr("Show all of it (0)"))
        for each in (self.actual, self.fit, self.zoom):
            bar.addWidget(each)
        self.zoom.setMinimumWidth(48)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        column.addWidget(self.swatches)
        column.addWidget(self.player)
        self.setFocusProxy(self.view)
        for each in (*self.tabs, self.outlines):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.group = group

    def _button(self, text: str, tip: str) -> QToolButton:
        made = QToolButton(autoRaise=True)
        made.setText(text)
        made.setToolTip(tip)
        made.setAccessibleName(tip)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def _connect(self) -> None:
        self.grounds.idClicked.connect(self._on_ground)
        self.group.idClicked.connect(self._show)
        self.outlines.toggled.connect(self._show)
        self.actual.clicked.connect(self.view.actual)
        self.fit.clicked.connect(self.view.fit)
        self.view.zoomed.connect(self._on_zoomed)
        self.player.frame_changed.connect(self._on_frame)

    def show_faces(
        self,
        still: Face | None,
        film: FilmFace | None,
        fps: float,
        loops: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Show another layout; the tab, the place and the frame stay where that is possible.

        `loops` are the frames of each animation by its name.
        """
        self.still, self.film = still, film
        self.player.show_film(film.count if film else 0, fps, loops)
        if film is not None:
            film.frame = self.player.frame
        self._show()

    def prefer(self, tab: int) -> None:
        """Show the picture (0) or the animation (1) from now on."""
        self.tabs[tab].setChecked(True)
        self._show()

    @property
    def moving(self) -> bool:
        """Whether the animation is on show."""
        return self.film is not None and (self.tabs[MOVING].isChecked() or self.still is None)

    def toggle(self) -> None:
        """Play or pause; from the picture, play the animation."""
        if self.film is None:
            return
        if self.moving:
            self.player.play.toggle()
        else:
            self.tabs[MOVING].setChecked(True)
            self.player.play.setChecked(True)
            self._show()

    @Slot()
    def _show(self, *_: Any) -> None:
        for tab in self.tabs:
            tab.setVisible(self.film is not None and self.still is not None)
        drawn = isinstance(self.still, PictureFace) and len(self.still.cells) > 0
        self.outlines.setVisible(drawn and not self.moving)
        if isinstance(self.still, PictureFace):
            self.still.outlined = self.outlines.isChecked()
        self.player.setVisible(self.moving)
        if not self.moving:
            self.player.play.setChecked(False)
        self.view.show_face(self.film if self.moving else self.still)

    @Slot(int)
    def _on_frame(self, frame: int) -> None:
        if self.film is not None:
            self.film.frame = frame
            self.view.update()

    @Slot(int)
    def _on_ground(self, key: int) -> None:
        if key == 3:
            chosen = QColorDialog.getColor(self.color, self, self.tr("Color of the ground"))
            self.color = chosen if chosen.isValid() else self.color
            self.grounds.button(3).setIcon(_patch(self.color))
        self.view.set_ground(self._grounds()[key][1])

    @Slot(float)
    def _on_zoomed(self, scale: float) -> None:
        self.zoom.setText(self.tr("{n} %").format(n=value(round(100 * scale))))


def _patch(color: QColor | None) -> QIcon:
    drawn = QPixmap(14, 14)
    painter = QPainter(drawn)
    painter.fillRect(drawn.rect(), color or QColor(theme.GROUND))
    if color is None:
        painter.drawTiledPixmap(drawn.rect(), checkered(4))
    painter.setPen(QColor(theme.EDGE))
    painter.drawRect(drawn.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return QIcon(drawn)
