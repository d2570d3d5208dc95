"""Whether models of PyTorch are in the mode for what they do."""

from mlops_lint.graph import Graph, Node
from mlops_lint.predicates.registry import Answer, predicate


@predicate
def in_right_mode(evaluation: Node, _graph: Graph) -> Answer:
    """A model is in evaluation mode where it predicts, and back in training mode where it is trained on."""
    predicts, back = evaluation.fields.get("eval_mode"), evaluation.fields.get("back_to_training", "")
    if back is None:
        detail = "predicts in training mode: nothing calls its eval() before"
        return Answer(predicts if isinstance(predicts, bool) else None, detail)
    detail = "is switched to eval() in a loop that goes on to train it, and nothing there calls train()"
    return Answer(back if isinstance(back, bool) else None, detail)
