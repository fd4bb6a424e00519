"""The curves: what is drawn, smoothed, read out, clicked; and that a million points stay fast."""

import time
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from studio.gui.widgets.curve import BLOCK, DENSE, Curve
from studio.gui.widgets.loss_plot import LossPlot


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
    raw, _ = plot.lines[name]
    return raw.getData()


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


def test_both_lines_are_drawn_with_pens_of_one_pixel(plot: LossPlot) -> None:
    steps, values = drawn(plot, "loss")
    assert steps.tolist() == list(range(0, 500, 10))
    assert values[0] == 2.0
    raw, bold = plot.lines["loss"]
    assert [line.opts["pen"].width() for line in (raw, bold)] == [1, 1]
    assert raw.opts["pen"].color().alpha() < bold.opts["pen"].color().alpha() == 255


def test_colors_differ(plot: LossPlot) -> None:
    assert len(set(plot.key.colors.values())) == 2


def test_smoothing_strength_changes_the_bold_line_only(plot: LossPlot) -> None:
    before = drawn(plot, "judge")[1].copy()
    plot.key.smoothing.setValue(0)
    plot._redraw()
    rough = plot.lines["judge"][1].getData()[1].std()
    plot.key.smoothing.setValue(100)
    plot._redraw()
    assert plot.lines["judge"][1].getData()[1].std() < rough / 2
    assert np.array_equal(drawn(plot, "judge")[1], before)


def test_switching_a_series_off_hides_it(plot: LossPlot) -> None:
    plot.key.switches["judge"].click()
    plot._redraw()
    assert not plot.lines["judge"][0].isVisible()
    assert plot.lines["loss"][0].isVisible()
    low, high = plot.plot.getPlotItem().getViewBox().viewRange()[1]
    assert 0.8 < low < high < 2.2  # the axis fits what is left


def test_log_axis_shows_powers_and_gaps(plot: LossPlot) -> None:
    plot.key.log.click()
    plot._redraw()
    assert drawn(plot, "loss")[1][0] == pytest.approx(np.log10(2))
    assert np.isnan(drawn(plot, "judge")[1]).any()
    assert plot.plot.getPlotItem().getAxis("left").logMode


def test_new_points_appear_at_most_ten_times_a_second(
    plot: LossPlot, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    draw = plot._redraw
    plot.timer.timeout.disconnect()
    plot.timer.timeout.connect(lambda: (seen.append(time.monotonic()), draw()))
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


def scene_point(plot: LossPlot, step: float) -> QPointF:
    box = plot.plot.getPlotItem().getViewBox()
    low, high = box.viewRange()[1]
    return box.mapViewToScene(QPointF(step, (low + high) / 2))


def test_hover_reads_out_every_series(plot: LossPlot) -> None:
    plot._hovered(scene_point(plot, 200))
    assert plot.key.step.text().startswith("Step ")
    assert float(plot.key.numbers["loss"].text()) == pytest.approx(
        plot.curves["loss"].near(200), 1e-3
    )
    assert plot.key.numbers["judge"].text()


def test_a_click_picks_the_step(plot: LossPlot, qtbot: QtBot) -> None:
    at = scene_point(plot, 240)
    click: Any = SimpleNamespace(
        scenePos=lambda: at, double=lambda: False, button=lambda: Qt.MouseButton.LeftButton
    )
    with qtbot.waitSignal(plot.step_picked) as picked:
        plot._clicked(click)
    assert picked.args == [pytest.approx(240, abs=1)]


def test_a_real_mouse_click_picks_a_step_too(plot: LossPlot, qtbot: QtBot) -> None:
    qtbot.wait(20)
    at = plot.plot.mapFromScene(scene_point(plot, 300))
    with qtbot.waitSignal(plot.step_picked, timeout=2000) as picked:
        qtbot.mouseClick(plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert picked.args == [pytest.approx(300, abs=4)]


def test_the_cursor_line_stands_at_the_step_and_reads_out(plot: LossPlot) -> None:
    plot.set_cursor(100)
    assert plot.marker.isVisible()
    assert plot.marker.value() == 100
    assert plot.key.step.text() == "Step 100"
    plot.set_cursor(None)
    assert not plot.marker.isVisible()


def test_zoom_holds_until_fit(plot: LossPlot) -> None:
    box = plot.plot.getPlotItem().getViewBox()
    box.setXRange(100, 200, padding=0)
    box.sigRangeChangedManually.emit([True, False])
    plot._redraw()
    assert box.viewRange()[0] == [100, 200]
    plot.key.fit.click()
    plot._redraw()
    assert box.viewRange()[0][1] > 450


def test_curves_of_another_run_replace_the_lines(plot: LossPlot) -> None:
    plot.show_curves({"kl": noisy(10)})
    plot._redraw()
    assert list(plot.lines) == ["kl"]
    assert list(plot.key.switches) == ["kl"]


def test_a_million_points_redraw_well_within_a_tenth_of_a_second(plot: LossPlot) -> None:
    plot.show_curves({name: noisy(1_000_000) for name in "abcd"})
    plot._redraw()
    took = []
    for _ in range(5):
        start = time.process_time()
        plot._redraw()
        took.append(time.process_time() - start)
    assert min(took) < 0.08, took
