"""What is asked of the engine: advice, forecasts, trainings, remedies, evaluations."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from studio.gui import engine
from studio.gui.access import CHANGING, Access

if TYPE_CHECKING:
    from studio.core.events import Job
    from studio.core.project import Plan, Run

RECORDED = ("recall", "rows")  # lanes that read what runs recorded


class Trainings(Access):
    """Turns the user's wishes about runs into jobs; they wait, with a word, for the engine."""

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self.ready = False
        self._broken = ""
        self._measured: tuple[Any, Any] = (None, None)  # the request measured last, its Forecast
        self._fresh = False  # a training began whose run the panels have not seen yet

    def recall(self, run: "Run") -> None:
        """Read what a run recorded; done("recall", Recording). What takes long to read is told
        before from its end: events("recall", [Recording]). The newest request counts.
        """
        from studio.gui.widgets.recording import recalled

        self.start("recall", self.tr("Reading run {n}").format(n=run.number), lambda: recalled(run))

    def look_through(self, runs: "list[Run]") -> None:
        """Look how runs stand, in this order; events("rows", [Standing, ...])."""
        from studio.gui.widgets.run_rows import looked_through

        self.start("rows", self.tr("Looking at the runs"), lambda: looked_through(runs))

    def advise(self, dataset: str) -> None:
        """Look at a set and this machine; done("advice", engine.Advised). The newest counts."""
        make = self._waiting("advising", self.project, dataset)
        self.start("advice", self.tr("Looking at the pictures"), make)

    def check(self, request: Any) -> None:
        """Look whether the request can be trained; failed("check", why not). The newest counts."""
        make = self._waiting("checking", self.project, request)
        self.start("check", self.tr("Checking"), make)

    def forecast(self, request: Any) -> None:
        """Measure what the request would take; done("forecast", Forecast). The newest counts."""
        self._measured = (request, None)
        make = self._waiting("forecast", self.project, request)
        self.start("forecast", self.tr("Measuring"), make)

    def train(self, request: Any) -> None:
        """Train as asked, at once if this request was measured; done("train", Run)."""
        asked, known = self._measured
        same = asked and asked == request.updated({"name": asked.name})
        self._train(self.tr("Training"), "start", request, known if same else None)

    def resume(self, run: "Run", plan: "Plan | None" = None) -> None:
        """Continue the run from its last checkpoint."""
        self._train(self.tr("Training run {n}").format(n=run.number), "resume", run.number, plan)

    def treat(self, run: "Run", remedy: Any) -> None:
        """Apply a core.health.Remedy to the run; if it trains, it is stopped and saved first."""
        if self.refused("train"):
            return
        self._fresh = True
        title = self.tr("Training run {n}").format(n=run.number)
        self.start("train", title, self._waiting("treat", self.project, run.number, remedy))

    def make_instant(self, run: "Run") -> None:
        """Tune a diffusion run, as a new run, until it draws at once; done("train", Run)."""
        title = self.tr("Making run {n} instant").format(n=run.number)
        self._train(title, "tuning", run.number)

    def evaluate(self, run: "Run") -> None:
        """Compare the run's pictures with real ones; done("evaluate", Evaluation)."""
        title = self.tr("Evaluating run {n}").format(n=run.number)
        self.start("evaluate", title, self._waiting("evaluating", self.project, run.number))

    def export_model(self, run: "Run", target: Path, settings: Any) -> None:
        """Write the run's model as a pack, or as ONNX with these settings, as the ending of
        `target` says; done("model", Exported). What is there is replaced.
        """
        title = self.tr("Exporting {name}").format(name=target.name)
        if target.suffix.lower() == ".onnx":
            verb, asked = "export_onnx", (target, settings, None, None, True)
        else:
            verb, asked = "export_pack", (target, None, True)
        self.start("model", title, self._waiting(verb, self.project, run.number, *asked))

    def unpack(self, pack: Path) -> None:
        """Make the model in the pack a run of the project; done("pack", Run)."""
        title = self.tr("Taking in {name}").format(name=pack.name)
        self.start("pack", title, self._waiting("import_pack", pack, self.project))

    def _train(self, title: str, verb: str, *asked: Any) -> None:
        if self.refused("train"):
            return
        if self.title("train"):
            sentence = self.tr("A training is running already; stop it before you start another.")
            self.failed.emit("train", sentence)
            return
        self.runner.stop("forecast")
        self._fresh = True
        self.runner.run("train", title, self._waiting(verb, self.project, *asked))

    def _waiting(self, verb: str, *asked: Any) -> "Callable[[], Job[Any]]":
        """Return the engine's verb as a job that waits, with a word, until the engine is loaded;
        one that would change a project that is only looked at is refused.
        """
        if self.shut and verb in CHANGING:
            return engine.refusing(self.shut)
        text = self.tr("Loading the engine…")
        return lambda: engine.when_ready(
            lambda: self.ready, lambda: self._broken, text, verb, *asked
        )
