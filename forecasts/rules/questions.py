"""The questions of a rule that only people can answer."""

from collections.abc import Iterator

from forecasts.rules.language import Judged, JudgedFormula, Rule
from forecasts.rules.structure import walk_rule


def questions(rule: Rule) -> Iterator[tuple[str, Judged]]:
    """
    Yield every question of a rule, those of the condition first.

    Args:
        rule: The rule.
    Returns:
        Where each stands in the rule, under which answers are filed, and the question.
    """
    for node in walk_rule(rule):
        if isinstance(node.formula, JudgedFormula):
            yield node.path, node.formula.judged
