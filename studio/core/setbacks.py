"""What befalls a run while it trains, and how it goes on: numbers gone bad, memory gone short."""

import gc
from collections.abc import Iterator

from torch import Tensor

from studio.core import checkpoint, saving
from studio.core import device as machine
from studio.core.device import is_oom
from studio.core.events import Event, Note, Refused
from studio.core.trainee import Trainee

ROLLBACKS_AT_MOST = 3
TRIES_AT_MOST = 6  # at the same step, for want of memory


class Setbacks:
    """Trains a run past its setbacks; whatever is done about one is said in a note."""

    def __init__(self, trainee: Trainee):
        self.trainee = trainee
        self.values: dict[str, Tensor] = {}  # of the last step
        self._parts = trainee.chunks  # that the user knows of
        self._tries, self._short_at = 0, -1
        self._unseen = False  # whether it was said that pictures can't be drawn
        self._gone = False  # whether it was said that the set was deleted

    def advance(self, seconds: float) -> Note | None:
        """Do steps for about `seconds`; return a note if the run had to go back instead.

        Raises Refused for a run that can't be helped.
        """
        try:
            self.values = self.trainee.advance(seconds)
        except Exception as error:
            short = is_oom(error)
            if not short and self.trainee.finite():
                raise
        else:
            return self.roll_back() if self.trainee.sick else None
        return self._relieve() if short else self.roll_back()

    def roll_back(self) -> Note:
        """Go back to the last checkpoint at half the learning rate: to the last healthy one, if
        the run had fallen ill before; raise Refused after too often.
        """
        trainee, sick = self.trainee, self.trainee.step
        retries = trainee.retries + 1
        if retries > ROLLBACKS_AT_MOST:
            raise Refused(
                f"Training became unstable {retries} times at step {sick};"
                " choose a lower learning rate or another loss."
            )
        scales = {name: o.scale / 2 for name, o in trainee.learner.optimizers().items()}
        saving.go_back(trainee, trainee.vitals.judged())
        checkpoint.put_aside(trainee.run.checkpoints, trainee.step)
        trainee.retries = retries
        for name, optimizer in trainee.learner.optimizers().items():
            optimizer.scale = scales[name]
        text = (
            f"The numbers stopped being finite at step {sick}; went back to step {trainee.step} "
            "with half the learning rate."
        )
        return Note(text, "warning", "rollback", trainee.step)

    def _relieve(self) -> Note:
        """Go back to the last checkpoint, from where steps are the same again, in smaller parts;
        raise Refused if that does not help.
        """
        trainee, failed = self.trainee, self.trainee.step
        self._tries = 1 if failed > self._short_at else self._tries + 1
        self._short_at = max(failed, self._short_at)
        gc.collect()
        machine.release(trainee.device)
        trainee.split()
        if self._tries > TRIES_AT_MOST or not self._went_back():
            raise Refused(
                f"Memory ran out at step {failed} and is too short to go on; close other programs,"
                " choose a smaller width or batch, or continue the run from its last save later."
            )
        self._parts = trainee.chunks
        text = f"Memory ran out at step {failed}: went back to step {trainee.step}{self._split()}."
        return Note(text, "warning", "memory", trainee.step)

    def _went_back(self) -> bool:
        """Go back to the last checkpoint; False if there is no memory even for that."""
        try:
            saving.go_back(self.trainee)
        except Exception as error:
            if not is_oom(error):
                raise
            return False
        return True

    def news(self) -> Iterator[Event]:
        """Say once that the batch had to be split."""
        if self.trainee.chunks > self._parts:
            self._parts = self.trainee.chunks
            text = f"Memory ran out{self._split()}."
            yield Note(text, "warning", "memory", self.trainee.step)

    def strayed(self) -> Iterator[Event]:
        """Say once that the set was deleted under the run, which may well learn on from it."""
        before, self._gone = self._gone, self.trainee.batches.gone
        if self._gone and not before:
            text = (
                f"The pictures of the set {self.trainee.packed.folder.name} were deleted or moved."
                " The run learns on from what is still open; put them back, or import them again,"
                " to train it further another day."
            )
            yield Note(text, "warning", "set", self.trainee.step)

    def _split(self) -> str:
        if self._parts == 1:
            return ""
        trainee = self.trainee
        how = trainee.learner.in_parts or "with the same result"
        return (
            f"; the batch of {trainee.batches.size} is now computed in {self._parts} parts, {how}"
        )

    def samples(self) -> Iterator[Event]:
        """Draw the run's fixed latents; say once if memory is too short even for one picture."""
        try:
            yield from self.trainee.samples()
        except Exception as error:
            if not is_oom(error):
                raise
            short = not self._unseen
            self._unseen = True
            if short:
                step = self.trainee.step
                text = f"The pictures of step {step} could not be drawn: memory ran out."
                yield Note(text, "warning", "drawing", step)
