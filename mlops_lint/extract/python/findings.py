"""What a run through a module finds out about fits, splits, trainings and measurements, by the `id` of their nodes."""

from mlops_lint.extract.python.provenance import TEST, TRAIN, Fitted, Held, Learned, Rows, meet
from mlops_lint.model import Value

SEEN = "seen"
_LEARNING = frozenset({"fit", "statistic"})
# Kinds of subjects with fields that follow from the flow.
FIELDS = frozenset({"transform", "split", "training", "evaluation"})


class Findings:
    """Filled while the file runs; `close` makes the verdicts that need all of it."""

    def __init__(self) -> None:
        self.before_split: dict[int, bool] = {}
        """Fits and statistics: the data is divided afterwards."""
        self.on_test: dict[int, bool] = {}
        """Fits and statistics: the data is a test part."""
        self.learned: dict[int, str] = {}
        """Fits and statistics that go into data -> the method."""
        self.copied: dict[int, bool] = {}
        """Splits: some of the rows were made from others before."""
        self.ordered: dict[int, bool] = {}
        """Splits of data whose rows have an order."""
        self.held_out: dict[int, bool] = {}
        """Trainings: the model is measured on rows that it was not fitted on."""
        self.unmeasured: dict[int, bool] = {}
        """Trainings: no word of the file speaks of measuring."""
        self.seen: dict[int, bool] = {}
        """Trainings: a part that is called test was among the rows."""
        self.on: dict[int, str] = {}
        """Measurements -> train or test."""
        self._fits: dict[int, set[Rows]] = {}
        self._values: set[int] = set()
        """Fits on what is called `x_val`, and divided afterwards: values, and no part for validation."""
        self._splits: dict[int, set[Rows]] = {}

    def fields(self, kind: str, node: int) -> dict[str, Value]:
        """Gives the fields of the subject that a call makes, as far as they are known."""
        known: dict[str, dict[str, dict[int, bool] | dict[int, str]]] = {
            "transform": {"before_split": self.before_split, "on_test": self.on_test},
            "split": {"after_resampling": self.copied, "time_ordered": self.ordered},
            "training": {"held_out": self.held_out, "test_rows_seen": self.seen, "unmeasured": self.unmeasured},
            "evaluation": {"on": self.on},
        }
        return {field: verdicts[node] for field, verdicts in known[kind].items() if node in verdicts}

    def fitted(self, node: int, method: str, held: Held) -> None:
        """Notes that something that transforms was fitted."""
        self.learned[node] = method
        self._fits.setdefault(node, set()).update(held.rows)

    def trained(self, node: int, held: Held) -> None:
        """Notes that a model was fitted."""
        self._fits.setdefault(node, set()).update(held.rows)
        self.learned.pop(node, None)

    def divided(self, node: int, held: Held) -> None:
        """Notes that rows are divided into parts, and what was learned from them before."""
        self._splits.setdefault(node, set()).update(held.rows)
        for one in held.learned:
            if not meet(one.rows, held.rows):
                continue
            if one.how == "order":
                self.ordered[node] = True
            elif one.how == "copies":
                self.copied[node] = True
            elif one.how in _LEARNING and not one.on_part:
                self._found(one, self.before_split)
                if all(rows.role == TEST for rows in held.rows):
                    self._values.add(one.node)

    def copies(self, held: Held) -> None:
        """Notes that rows of a part were multiplied, as is right."""
        for node, rows in self._splits.items():
            if all(one.divided for one in held.rows) and meet(held.rows, frozenset(rows)):
                self.copied.setdefault(node, False)

    def predicts(self, model: Fitted, held: Held) -> str:
        """Notes that a model is used on rows; says whether these are train or test, test that was seen, or nothing."""
        if not model.rows or not held.rows:
            return ""
        within = meet(model.rows, held.rows)
        seen = {one.node for one in model.seen}
        for one in held.learned:
            if one.how not in _LEARNING or not meet(one.rows, held.rows):
                continue
            if one.on_test and one.node not in self._values:
                self._found(one, self.on_test)
            elif not within and not one.on_part and one.node in seen and meet(one.rows, model.rows):
                self._found(one, self.before_split)
        if not within:
            return TEST
        if not all(meet(frozenset({rows}), model.rows) for rows in held.rows):
            return ""
        if all(rows.role == TEST for rows in held.rows) and not model.on_test:
            # Rows of several parts in one value are more often a lack of knowledge than a fault.
            return "" if any(rows.role == TRAIN and rows.divided for rows in model.rows) else SEEN
        return TRAIN

    def _found(self, one: Learned, verdicts: dict[int, bool]) -> None:
        verdicts[one.node] = True
        self.learned.setdefault(one.node, one.how)

    def measured(self, node: int, on: tuple[tuple[int | None, str], ...]) -> None:
        """Notes that predictions, each of a training and on some part, were measured."""
        for training, part in on:
            if training is not None and part:
                self.held_out[training] = part == TEST or self.held_out.get(training, False)
                if part == SEEN:
                    self.seen[training] = True
        parts = {TRAIN if part == SEEN else part for _, part in on}
        if len(parts) == 1 and "" not in parts:
            before = self.on.get(node)
            (part,) = parts
            self.on[node] = part if before in (None, part) else ""

    def close(self) -> None:
        """Makes the verdicts on fits of which no division of their data was seen."""
        others = {node for node, rows in self._fits.items() if any(one.role != TEST for one in rows)}
        for node, rows in self._fits.items():
            if node not in self.learned or not rows:
                continue
            if all(one.role == TEST for one in rows) and others - {node}:
                self.on_test[node] = node not in self._values
            elif all(one.role == TRAIN for one in rows):
                self.on_test.setdefault(node, False)
                self.before_split.setdefault(node, False)
        self.on = {node: part for node, part in self.on.items() if part}
        self.held_out |= dict.fromkeys(self.seen, False)
