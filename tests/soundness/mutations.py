"""Faults that somebody could make, each as one replacement of text, with the tests that must notice it."""

from typing import NamedTuple

SEARCH = ("tests/rules/test_soundness.py::test_more_knowledge_never_changes_a_verdict",)
RECORD = (
    "tests/soundness/test_coverage_by_time.py",
    "tests/soundness/test_conditional_table.py",
    "tests/soundness/test_ledger_of_facts.py",
)

# One row of that table is enough to notice it, and fourteen others come before.
WITHDRAWN = (f"{RECORD[1]}::test_a_conditional_prediction_comes_to_what_the_table_says[met-retracted]",)


class Mutation(NamedTuple):
    """A fault: what it amounts to, where, which text it replaces by which, and who must notice."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
    profile: str = "mutants"


def table(name: str) -> tuple[str, ...]:
    """The tests of a part of the rule engine."""
    return (f"tests/rules/test_{name}.py",)


RULES = "forecasts/rules/"
CLOSED = "return self.is_covered(end) and self.as_of >= self.closes_at(end)"
SPAN = "return Span(occurrence.earliest, occurrence.latest)"
USABLE = 'usable = marks if policy.coverage_mode == "any" or len(marks) == len(policy.coverage) else []'
HOLDS = "_edge_holds(edge, earliest=earliest, latest=latest) for edge"
STAYS_U = "\n        if value is Truth.U:\n            result = Truth.U"
AND = "if value is Truth.F:\n            return Truth.F"
OR = "if value is Truth.T:\n            return Truth.T"

MUTATIONS = (
    Mutation("the clock alone closes a window", RULES + "windows.py", CLOSED, "return self.as_of >= self.closes_at(end)", table("asking")),
    Mutation("a vague date is its first instant", RULES + "windows.py", SPAN, "return Span(occurrence.earliest, occurrence.earliest)", table("clauses")),
    Mutation("a coarse name is no match", RULES + "paths.py", "return Truth.U if want.startswith(have + separator) else Truth.F", "return Truth.F", table("matching")),
    Mutation("guards take silence for absence", RULES + "candidates.py", "if found is Truth.F and not horizon.is_closed(complete_to):", "if found is None:", table("clauses")),
    Mutation("an anchor is a point", RULES + "evaluation.py", "return finding.at if finding.value is Truth.T else None", "return finding.at and Span(finding.at.hi, finding.at.hi) if finding.value is Truth.T else None", table("evaluation")),
    Mutation("a window includes its end", RULES + "windows.py", "and span.hi < window.end.lo:", "and span.hi <= window.end.lo:", table("evaluation")),
    Mutation("the end of a window may be in it", RULES + "windows.py", "or span.lo >= window.end.hi:", "or span.lo > window.end.hi:", table("basis")),
    Mutation("a window excludes its start", RULES + "windows.py", "if span.lo >= window.start.hi and", "if span.lo > window.start.hi and", table("evaluation")),
    Mutation("the start of a window may be out of it", RULES + "windows.py", "if span.hi < window.start.lo or", "if span.hi <= window.start.lo or", table("windows")),
    Mutation("no grace", RULES + "windows.py", "return end + self.grace", "return end", table("asking")),
    Mutation("the fastest source stands for all", RULES + "windows.py", 'pick = max if policy.coverage_mode == "any" else min', "pick = max", table("own_coverage")),
    Mutation("the slowest source stands for any", RULES + "windows.py", 'pick = max if policy.coverage_mode == "any" else min', "pick = min", table("own_coverage")),
    Mutation("a silent source is complete", RULES + "windows.py", USABLE, "usable = marks", table("windows")),
    Mutation("what came later was known", RULES + "facts.py", "for event in knowledge.occurrences if event.known_at <= as_of", "for event in knowledge.occurrences", table("examples")),
    Mutation("rivals are ignored", RULES + "tally.py", "    rivals = sure_ones(tally.rivals)\n", "    rivals = ()\n", table("asking")),
    Mutation("disputed reports decide", RULES + "matching.py", "doubtful = occurrence.contested or ", "doubtful = ", table("clauses")),
    Mutation("machine-coded reports decide", RULES + "matching.py", 'min(pattern.min_tier or "C", "C")', '(pattern.min_tier or "D")', table("clauses")),
    Mutation("true and unknown are true", RULES + "truth.py", AND + STAYS_U, AND, table("asking")),
    Mutation("false or unknown is false", RULES + "truth.py", OR + STAYS_U, OR, table("basis")),
    Mutation("not unknown is false", RULES + "truth.py", "Truth.U: Truth.U}", "Truth.U: Truth.F}", table("asking")),
    Mutation("runs span gaps", RULES + "series.py", "and point.valid_on - previous.valid_on <= clause.max_gap", "and True", table("evaluation")),
    Mutation("missing values are no gap", RULES + "series.py", "and not doubtful and hole is None", "and not doubtful", table("evaluation")),
    Mutation("the order within a day is known", RULES + "state.py", "and last.span.lo > ended", "and last.span.hi > ended", table("state")),
    Mutation("a state keeps its first side", RULES + "state.py", "if clause.initial is side and not opposite:", "if clause.initial is side:", table("real_article")),
    Mutation("one match more is needed", RULES + "tally.py", "if len(tally.sure) >= n:", "if len(tally.sure) > n:", table("asking")),
    Mutation("enough is too few", RULES + "tally.py", "len(tally.matches) < n:", "len(tally.matches) <= n:", table("basis")),
    Mutation("possible matches are no matches", RULES + "tally.py", "len(tally.matches) < n:", "len(tally.sure) < n:", table("basis")),
    Mutation("unknown amounts are nothing", RULES + "tally.py", "and None not in amounts.values() and", "and", table("clauses")),
    Mutation("the high of a range is sure", RULES + "tally.py", "known.low if (known := amounts[one])", "known.high if (known := amounts[one])", table("clauses")),
    Mutation("a range is its low", RULES + "tally.py", "largest = sum(exactly(known.high)", "largest = sum(exactly(known.low)", table("clauses")),
    Mutation("any unit will do", RULES + "amounts.py", " or (unit and given != unit)", "", table("clauses")),
    Mutation("a date that is not known is the day it happened", RULES + "windows.py", "return bounds and Span(*bounds)", "return Span(*(bounds or (occurrence.earliest, occurrence.latest)))", table("basis")),
    Mutation("a date that is not known is outside", RULES + "windows.py", "return Truth.U if span is None else", "return Truth.F if span is None else", table("basis")),
    Mutation("guards go by when events occurred", RULES + "candidates.py", "near, reach = span_of(other, basis=guard.pattern.basis), guard.within", 'near, reach = span_of(other, basis="occurred"), guard.within', table("basis")),
    Mutation("clauses have no coverage of their own", RULES + "structure.py", "return rule.policy.model_copy(update=own) if own else rule.policy", "return rule.policy", table("docs")),
    Mutation("a clause listens by when events occurred alone", RULES + "reach.py", 'if any(pattern.basis != "occurred" for', 'if any(pattern.basis == "" for', table("basis")),
    Mutation("a possible match outweighs a sure rival", RULES + "tally.py", "    if rivals:\n", "    if rivals and not tally.possible:\n", table("asking")),
    Mutation("a refuted clause with a possible match is final", RULES + "finality.py", "is_doubtful(finding) or ", "", table("asking")),
    Mutation("a failed anchor may yet come true", RULES + "evaluation.py", "return finding.value is Truth.F or finding.reason", "return finding.reason", table("asking")),
    Mutation("a gap in coverage calls nobody", RULES + "evaluation.py", "[ReasonCode.COVERAGE_GAP] if is_overdue else []", "[]", table("asking")),
    Mutation("a window turned round fails no sooner", RULES + "series.py", "soonest=min(window.start.lo, end.lo)", "soonest=window.start.lo", table("evaluation")),
    Mutation("a guard reaches too far", RULES + "candidates.py", "and near.hi <= span.lo + reach", "and near.hi <= span.hi + reach", table("clauses")),
    Mutation("membership has no dates", RULES + "paths.py", HOLDS, "Truth.T for edge", table("matching")),
    Mutation("one owner is enough", RULES + "finality.py", "event.owners >= 2", "event.owners >= 1", table("explanation")),
    Mutation("any silence is final", RULES + "finality.py", "if finding.rests_on_absence and not", "if False and not", table("explanation")),
    Mutation("an unmet condition is a No", RULES + "evaluation.py", "Status.YES if vacuous else Status.ANNULLED", "Status.YES if vacuous else Status.NO", table("asking")),
    Mutation("the side value hangs on the condition", RULES + "evaluation.py", "if failed and not anchored else None", "if failed else None", table("evaluation")),
    Mutation("an anchor that may move waits for nothing", RULES + "waiting.py", "for_coverage=narrowing or any", "for_coverage=any", table("own_coverage")),
    Mutation("a guard that may fail wakes nobody", RULES + "clauses.py", "for instant in one.undecided_to]", "for instant in ()]", table("clauses")),
    Mutation("coverage wakes nobody", "forecasts/services/sources.py", 'wake(keys=[f"coverage:{source.group}"], now=now, **moved)', "pass", RECORD),
    Mutation("withdrawn events count", "forecasts/selectors/occurrences.py", "return known.exclude(status=EventVersion.Status.RETRACTED)", "return known", WITHDRAWN),
    Mutation("sources have no lag", "forecasts/selectors/knowledge.py", "min(one.starts_at, as_of - one.lag)", "one.starts_at", RECORD),
)  # fmt: skip

# What makes a verdict change as knowledge grows must be found by chance too, not by its own table alone.
UNSOUND = (
    "the clock alone closes a window",
    "a vague date is its first instant",
    "a coarse name is no match",
    "guards take silence for absence",
    "an anchor is a point",
)
SEARCHED = tuple(
    one._replace(name=f"{one.name}, in random histories", tests=SEARCH, profile="search")
    for one in MUTATIONS
    if one.name in UNSOUND
)
