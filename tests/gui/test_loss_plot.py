"""The curves: what is drawn, smoothed, read out, clicked; and that a million points stay fast."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.gui.widgets.curve import BLOCK, DENSE, Curve
from studio.gui.widgets.loss_plot import GROWING, PACE, LossPlot
from studio.gui.widgets.plot_view import FAINT, Line, PlotView, mixed, ticks


def noisy(count: int) -> Curve:
    values = np.random.default_rng(0).standard_normal(count)
    return Curve(np.arange(count) * 2, values)


@pytest.fixture
def plot(qtbot: QtBot) -> LossPlot:
    made = LossPlot()
    qtbot.addWidget(made)
    made.resize(900, 260)
    made.show()
    made.show_curves(
        {"loss": Curve(np.arange(0, 500, 10), np.linspace(2, 1, 50)), "judge": noisy(200)}
    )
    made._redraw()
    return made


def drawn(plot: LossPlot, name: str) -> tuple[np.ndarray, np.ndarray]:
    return plot.view.lines[name].raw


def pixels(plot: LossPlot) -> np.ndarray:
    image = plot.view.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def like(plot: LossPlot, color: str, near: int = 40) -> np.ndarray:
    """Where the picture of the plot has about this color, bool [h, w]."""
    wanted = np.array(QColor(color).getRgb()[:3])  # type: ignore[index]
    return np.abs(pixels(plot) - wanted).sum(-1) < near


# what a curve keeps


def test_append_grows_and_passes_over_what_is_known() -> None:
    curve = Curve(np.array([0, 10]), np.array([1.0, 2.0]))
    for step in range(10, 40_000, 10):
        curve.append(step, step)
    assert curve.length == 4000
    assert curve.values[1] == 2.0
    assert curve.steps[-1] == 39_990


def test_not_finite_becomes_a_gap() -> None:
    curve = Curve()
    curve.append(1, float("inf"))
    curve.append(2, 3.0)
    assert np.isnan(curve.values[0])
    steps, smooth = curve.smoothed(0, 10, 100, 4)
    assert smooth[np.argmax(steps == 2)] == pytest.approx(3.0)


def test_rewind_drops_what_is_trained_anew() -> None:
    curve = noisy(DENSE * 2)
    curve.outline(0, 1e9, 100)
    curve.rewind(100)
    assert curve.steps[-1] == 100
    curve.append(102, 9.0)
    assert curve.near(1000) == 9.0


@pytest.mark.parametrize("count", [10, 1000, DENSE + 1, 5 * DENSE + 17])
def test_outline_is_short_and_keeps_every_peak(count: int) -> None:
    curve = noisy(count)
    peak = count // 3
    curve.values[peak] = 99.0
    steps, values = curve.outline(0, 2 * count, 300)
    assert len(steps) <= 2 * 300 + 4
    assert values.max() == 99.0
    assert steps[np.argmax(values)] == 2 * peak
    assert (np.diff(steps) >= 0).all()
    assert steps[0] <= 2 * BLOCK or count > 1000


def test_outline_of_a_part_shows_only_that_part_and_its_ends() -> None:
    steps, _ = noisy(1000).outline(100, 200, 500)
    assert (steps[0], steps[-1]) == (98, 202)


@pytest.mark.parametrize("count", [2000, 3 * DENSE])
def test_smoothing_follows_a_ramp_without_lag_and_calms_noise(count: int) -> None:
    ramp = Curve(np.arange(count), np.arange(count, dtype=float))
    steps, smooth = ramp.smoothed(count * 0.2, count * 0.8, 400, count / 50)
    assert np.abs(smooth - steps).max() < count / 100
    _, calm = noisy(count).smoothed(0, 2 * count, 400, 2 * count / 50)
    assert calm.std() < 0.2


def test_blocks_and_points_smooth_alike() -> None:
    many = noisy(2 * DENSE)
    dense = many.smoothed(0, 4 * DENSE, 50, 1000)
    raw = many._raw(0, many.length)
    many._summed = lambda low, high: raw  # type: ignore[method-assign]
    plain = many.smoothed(0, 4 * DENSE, 50, 1000)
    both = [np.interp(np.linspace(2000, 30_000, 50), *line) for line in (dense, plain)]
    assert np.abs(both[0] - both[1]).max() < 0.05


# what the plot shows


def test_raw_is_faint_and_smooth_bold(plot: LossPlot) -> None:
    steps, values = drawn(plot, "loss")
    assert steps.tolist() == list(range(0, 500, 10))
    assert values[0] == 2.0
    ground = plot.palette().window().color()
    color = plot.key.colors["judge"]
    bold, faint = like(plot, color).sum(), like(plot, mixed(color, ground, FAINT).name(), 6).sum()
    assert bold > 300
    assert faint > 300


def test_the_line_stands_where_its_values_are(plot: LossPlot) -> None:
    plot.key.switches["judge"].click()
    plot._redraw()
    color = plot.key.colors["loss"]
    rows = {
        x: np.flatnonzero(like(plot, color)[:, int(plot.view.place(x))]) for x in (50, 250, 450)
    }
    heights = {x: plot.view._height(np.array(plot.curves["loss"].near(x))) for x in rows}
    assert all(abs(rows[x].mean() - heights[x]) < 4 for x in rows), (rows, heights)


def test_colors_differ(plot: LossPlot) -> None:
    assert len(set(plot.key.colors.values())) == 2


def test_smoothing_strength_changes_the_bold_line_only(plot: LossPlot) -> None:
    before = drawn(plot, "judge")[1].copy()
    plot.key.smoothing.setValue(0)
    plot._redraw()
    rough = plot.view.lines["judge"].smooth[1].std()
    plot.key.smoothing.setValue(100)
    plot._redraw()
    assert plot.view.lines["judge"].smooth[1].std() < rough / 2
    assert np.array_equal(drawn(plot, "judge")[1], before)


def test_switching_a_series_off_hides_it(plot: LossPlot) -> None:
    plot.key.switches["judge"].click()
    plot._redraw()
    assert list(plot.view.lines) == ["loss"]
    assert not like(plot, plot.key.colors["judge"]).any()
    low, high = plot.view.heights
    assert 0.8 < low < high < 2.2  # the axis fits what is left


def test_log_axis_shows_powers_and_gaps(plot: LossPlot) -> None:
    plot.key.log.click()
    plot._redraw()
    assert drawn(plot, "loss")[1][0] == pytest.approx(np.log10(2))
    assert np.isnan(drawn(plot, "judge")[1]).any()
    assert plot.view.log


def test_new_points_appear_at_most_ten_times_a_second(plot: LossPlot, qtbot: QtBot) -> None:
    seen: list[float] = []
    plot.timer.timeout.connect(lambda: seen.append(time.monotonic()))
    for step in range(500, 900):
        plot.curves["loss"].append(step, 1.0)
        plot.refresh()
        qtbot.wait(1)
    qtbot.waitUntil(lambda: drawn(plot, "loss")[0][-1] == 899)
    assert min(np.diff(seen)) > 0.095


def test_a_hidden_plot_draws_nothing(plot: LossPlot, qtbot: QtBot) -> None:
    plot.hide()
    plot.curves["loss"].append(1000, 1.0)
    plot.refresh()
    assert not plot.timer.isActive()
    plot.show()
    qtbot.waitUntil(lambda: drawn(plot, "loss")[0][-1] == 1000)


def at(plot: LossPlot, step: float) -> QPoint:
    return QPoint(round(plot.view.place(step)), round(plot.view.area.center().y()))


def test_hover_reads_out_every_series_and_leaving_returns_to_the_cursor(
    plot: LossPlot, qtbot: QtBot
) -> None:
    plot.set_cursor(400)
    qtbot.mouseMove(plot.view, at(plot, 200))
    assert plot.key.step.text() in ("Step 199", "Step 200", "Step 201")
    assert float(plot.key.numbers["loss"].text()) == pytest.approx(
        plot.curves["loss"].near(200), 1e-3
    )
    assert plot.key.numbers["judge"].text()
    QApplication.sendEvent(plot.view, QEvent(QEvent.Type.Leave))
    assert plot.key.step.text() == "Step 400"


def test_a_click_picks_the_step(plot: LossPlot, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.step_picked) as picked:
        qtbot.mouseClick(plot.view, Qt.MouseButton.LeftButton, pos=at(plot, 240))
    assert picked.args == [pytest.approx(240, abs=1)]


def test_dragging_moves_the_steps_and_picks_none(plot: LossPlot, qtbot: QtBot) -> None:
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    low, high = plot.view.steps
    with qtbot.assertNotEmitted(plot.step_picked):
        qtbot.mousePress(plot.view, left, pos=at(plot, 200))
        there = QPointF(at(plot, 300))
        place = plot.view.mapToGlobal(there)
        QApplication.sendEvent(
            plot.view, QMouseEvent(QEvent.Type.MouseMove, there, place, left, left, none)
        )
        qtbot.mouseRelease(plot.view, left, pos=there.toPoint())
    assert plot.view.steps[0] == pytest.approx(low - 100, abs=2)
    assert plot.view.steps[1] == pytest.approx(high - 100, abs=2)


def test_the_cursor_line_stands_at_the_step_and_reads_out(plot: LossPlot) -> None:
    plot.set_cursor(100)
    assert plot.key.step.text() == "Step 100"
    accent = plot.palette().highlight().color().name()
    column = like(plot, accent, 4)[:, int(plot.view.place(100))]
    assert column.sum() > 0.7 * plot.view.area.height()
    plot.set_cursor(None)
    assert plot.key.step.text() == "Step 490"  # the newest


def test_the_wheel_zooms_at_the_pointer_until_fit(plot: LossPlot, qtbot: QtBot) -> None:
    here = QPointF(at(plot, 100))
    nothing = Qt.KeyboardModifier.NoModifier
    turn = QWheelEvent(
        here,
        plot.view.mapToGlobal(here),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        nothing,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.view, turn)
    low, high = plot.view.steps
    assert low < 100 < high < 400
    assert plot.view.place(100) == pytest.approx(here.x(), abs=1)
    plot._redraw()
    assert plot.view.steps == (low, high)  # growing data does not take the view away
    qtbot.mouseDClick(plot.view, Qt.MouseButton.LeftButton, pos=at(plot, 100))
    plot._redraw()
    assert plot.view.steps == (0, 490)


@pytest.mark.parametrize(
    ("low", "high", "log", "wanted"),
    [
        (0, 1000, False, ["0", "200", "400", "600", "800", "1000"]),
        (0, 60_000, False, ["0", "10k", "20k", "30k", "40k", "50k", "60k"]),
        (0.31, 0.6, False, ["0.35", "0.4", "0.45", "0.5", "0.55", "0.6"]),
        (-3, 1, True, ["0.001", "0.01", "0.1", "1", "10"]),
        (-0.7, 0.3, True, ["0.5", "1", "1.5"]),
    ],
)
def test_ticks_are_round(low: float, high: float, log: bool, wanted: list[str]) -> None:
    assert [text for _, text in ticks(low, high, 6, log)] == wanted


def test_curves_of_another_run_replace_the_lines(plot: LossPlot) -> None:
    plot.show_curves({"kl": noisy(10)})
    plot._redraw()
    assert list(plot.view.lines) == ["kl"]
    assert list(plot.key.switches) == ["kl"]


def test_a_million_points_redraw_well_within_a_tenth_of_a_second(plot: LossPlot) -> None:
    plot.show_curves({name: noisy(1_000_000) for name in "abcd"})
    plot._redraw()
    plot.view.repaint()
    took = []
    for _ in range(5):
        start = time.process_time()
        plot._redraw()
        plot.view.repaint()
        took.append(time.process_time() - start)
    assert min(took) < 0.08, took


def test_a_moving_cursor_paints_no_line_anew(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    view = PlotView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    points = (np.arange(10.0), np.arange(10.0))
    view.show_lines({"loss": Line("#56b4e9", points, points)}, (0, 9), (0, 9), False)
    before = view.grab().toImage()
    painted: list[PlotView] = []
    paint = PlotView._paint
    monkeypatch.setattr(PlotView, "_paint", lambda self: (painted.append(self), paint(self))[1])
    view.set_cursor(4)
    assert view.grab().toImage() != before and not painted
    view.set_cursor(None)
    assert view.grab().toImage() == before and not painted
    view.resize(500, 200)
    view.grab()
    assert len(painted) == 1


def test_growing_curves_are_drawn_rarely_what_is_asked_for_soon(qtbot: QtBot) -> None:
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.show()
    plot.timer.stop()
    plot.grew()
    assert plot.timer.interval() == GROWING
    plot.refresh()
    assert plot.timer.interval() == PACE
    plot.grew()  # puts nothing off
    assert plot.timer.interval() == PACE
