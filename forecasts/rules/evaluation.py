"""A rule and what is known in, an outcome out. No clock: the knowledge says when it is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from forecasts.rules.clauses import (
    Scene,
    judge_count,
    judge_never,
    judge_occurs,
    judge_question,
    judge_series,
    judge_state,
    judge_sum,
)
from forecasts.rules.facts import Knowledge, Occurrence, known_only
from forecasts.rules.findings import (
    NEEDS_A_PERSON,
    Finding,
    Outcome,
    ReasonCode,
    Settled,
    Status,
    deciding_leaves,
    is_doubtful,
    leaves,
)
from forecasts.rules.language import All, Any_, Formula, Not, Rule, StateFormula
from forecasts.rules.settling import conjunction, disjunction, negation
from forecasts.rules.structure import (
    anchors_under,
    body_of,
    definitions,
    depends_on,
    kind_of,
    part_path,
    parts_of,
    policy_of,
    walk_rule,
)
from forecasts.rules.truth import Truth
from forecasts.rules.waiting import unknown_leaves, wait_of
from forecasts.rules.windows import (
    BEGINNING_OF_TIME,
    Span,
    horizon_of,
    resolve_time,
    resolve_window,
)

_CLAUSES: Mapping[str, Callable[..., Finding]] = {
    "occurs": judge_occurs,
    "never": judge_never,
    "count": judge_count,
    "sum": judge_sum,
    "series": judge_series,
    "judged": judge_question,
}
Value = TypeVar("Value")
_VERDICTS = {Truth.T: Status.YES, Truth.F: Status.NO}


class _Evaluation:
    """One evaluation; remembers findings, for a clause may also be an anchor of others."""

    def __init__(self, *, rule: Rule, scene: Scene) -> None:
        self.rule = rule
        self.scene = scene
        self.defined = definitions(rule)
        self.findings: dict[str, Finding] = {}
        knowledge = scene.knowledge
        self.fixed = {"publication": Span(knowledge.publication, knowledge.publication)}
        for name, instant in knowledge.milestones.items():
            self.fixed[f"calendar:{name}"] = Span(instant, instant)

    def finding(self, formula: Formula, *, path: str) -> Finding:
        if path not in self.findings:
            combined = isinstance(formula, All | Any_ | Not)
            judge = self._combine if combined else self._clause
            self.findings[path] = judge(formula, path=path)
        return self.findings[path]

    def anchor(self, anchor: str) -> Span | None:
        """Return what an anchor stands for; a clause anchors only once it is surely true."""
        if anchor in self.fixed:
            return self.fixed[anchor]
        node = self.defined.get(anchor)
        if node is None:
            return None
        finding = self.finding(node.formula, path=node.path)
        return finding.at if finding.value is Truth.T else None

    def _combine(self, formula: Formula, *, path: str) -> Finding:
        children = tuple(
            self.finding(part, path=part_path(path, formula, index)) for index, part in enumerate(parts_of(formula))
        )
        match formula:
            case All():
                settled = conjunction(children)
            case Any_():
                settled = disjunction(children)
            case _:
                settled = negation(children[0])
        return _composed(formula, settled, path=path, children=children)

    def _clause(self, formula: Formula, *, path: str) -> Finding:
        body, kind = body_of(formula), kind_of(formula)
        if isinstance(formula, StateFormula):
            at = resolve_time(body.at, anchors=self.anchor)
            if at is None:
                return self._without_window(formula, path=path)
            return judge_state(body, path=path, at=at, scene=self._scene(formula))
        window = resolve_window(body.window, anchors=self.anchor)
        if window is None:
            return self._without_window(formula, path=path)
        return _CLAUSES[kind](body, path=path, window=window, scene=self._scene(formula))

    def _scene(self, formula: Formula) -> Scene:
        """Return the shared scene, seen as far as the sources of this clause reach."""
        policy = policy_of(self.rule, formula=formula)
        if policy is self.rule.policy:
            return self.scene
        return replace(self.scene, horizon=horizon_of(policy=policy, knowledge=self.scene.knowledge))

    def _without_window(self, formula: Formula, *, path: str) -> Finding:
        failed = sorted(anchor for anchor in anchors_under(formula) if self._has_failed(anchor))
        why = "the window is not known yet: what it is anchored on has not happened or has no date"
        if failed:
            why = f"the window counts from {' and '.join(failed)}, which can no longer come true; a person must decide"
        return Finding(
            value=Truth.U,
            at=None,
            soonest=BEGINNING_OF_TIME,
            reason=ReasonCode.ANCHOR_FAILED if failed else ReasonCode.ANCHOR_UNKNOWN,
            path=path,
            kind=kind_of(formula),
            why=why,
        )

    def _has_failed(self, anchor: str) -> bool:
        node = self.defined.get(anchor)
        if node is None:
            return False
        finding = self.finding(node.formula, path=node.path)
        return finding.value is Truth.F or finding.reason is ReasonCode.ANCHOR_FAILED


def evaluate(rule: Rule, knowledge: Knowledge) -> Outcome:
    """
    Return what a rule comes to, given all that was known at one time.

    The verdict is final in this sense: it stays the same under more knowledge, as long as unseen
    events lie past the coverage watermark, later versions only make events more exact, and rival
    outcomes exclude each other.

    Args:
        rule: Parsed, and free of lint problems.
        knowledge: Facts known at `knowledge.as_of`; anything later in it is ignored.
    Returns:
        The outcome with its findings.
    """
    facts = known_only(knowledge)
    scene = Scene(knowledge=facts, horizon=horizon_of(policy=rule.policy, knowledge=facts))
    evaluation = _Evaluation(rule=rule, scene=scene)
    findings = [evaluation.finding(node.formula, path=node.path) for node in walk_rule(rule) if node.depth == 1]
    condition = findings[0] if rule.condition is not None else None
    consequent = findings[-1]
    status = _status(rule, condition=condition, consequent=consequent)
    return _outcome(rule, status=status, condition=condition, consequent=consequent, evaluation=evaluation)


def _status(rule: Rule, *, condition: Finding | None, consequent: Finding) -> Status:
    if condition is None:
        return _VERDICTS.get(consequent.value, Status.OPEN)
    if condition.value is Truth.U:
        return Status.OPEN_CONDITION
    if condition.value is Truth.F:
        vacuous = rule.policy.on_condition_false == "vacuous_true"
        return Status.YES if vacuous else Status.ANNULLED
    return _VERDICTS.get(consequent.value, Status.OPEN_CONSEQUENT)


def _outcome(
    rule: Rule,
    *,
    status: Status,
    condition: Finding | None,
    consequent: Finding,
    evaluation: _Evaluation,
) -> Outcome:
    scene = evaluation.scene
    # A verdict on the consequent also rests on the condition; one on the condition rests on it alone.
    resting = [consequent] if condition is None else [condition, consequent]
    if condition is not None and condition.value is not Truth.T:
        resting = [condition]
    deciding = resting[-1]
    failed = condition is not None and condition.value is Truth.F
    wait = wait_of(rule, deciding=deciding, findings=evaluation.findings, as_of=scene.knowledge.as_of)
    witnesses = _unique(name for finding in resting for name in finding.witnesses)
    best = _best_of(witnesses, scene=scene)
    anchored = "condition" in depends_on(rule, formula=rule.consequent)
    return Outcome(
        status=status,
        condition=condition,
        consequent=consequent,
        side_value=consequent.value if failed and not anchored else None,
        happened=deciding.at,
        covered_to=_covered_to(resting, scene=scene),
        next_check_at=wait.until,
        awaits_coverage=wait.for_coverage,
        reason=_reason(deciding, failed=failed),
        review=_review(resting, is_overdue=wait.is_overdue),
        witnesses=witnesses,
        possible=deciding.possible,
        best_tier=best.tier if best else None,
        owners=best.owners if best else 0,
    )


def _review(resting: Sequence[Finding], *, is_overdue: bool) -> tuple[ReasonCode, ...]:
    """Return why a person is needed: to decide, or to look at a verdict that a report speaks against."""
    open_reasons = [leaf.reason for leaf in unknown_leaves(resting[-1]) if leaf.reason in NEEDS_A_PERSON]
    doubts = [ReasonCode.POSSIBLE_MATCH for one in resting for leaf in deciding_leaves(one) if is_doubtful(leaf)]
    gaps = [ReasonCode.COVERAGE_GAP] if is_overdue else []
    return _unique([*open_reasons, *doubts, *gaps])


def _covered_to(resting: Sequence[Finding], *, scene: Scene) -> datetime | None:
    """Return how far the least complete sources reach that any clause rests on."""
    marks = {leaf.covered_to for one in resting for leaf in leaves(one) if leaf.coverage}
    if None in marks:
        return None
    return min((mark for mark in marks if mark is not None), default=scene.horizon.covered_to)


def _best_of(witnesses: tuple[str, ...], *, scene: Scene) -> Occurrence | None:
    named = frozenset(witnesses)
    events = [event for event in scene.knowledge.occurrences if event.id in named]
    return min(events, key=lambda event: (event.tier, -event.owners), default=None)


def _reason(deciding: Finding, *, failed: bool) -> ReasonCode:
    if not failed:
        return deciding.reason
    refuted = deciding.reason in (ReasonCode.REFUTED, ReasonCode.WITNESS)
    return ReasonCode.CONDITION_REFUTED if refuted else ReasonCode.CONDITION_NOT_MET


def _composed(formula: Formula, settled: Settled, *, path: str, children: tuple[Finding, ...]) -> Finding:
    joint = {"all": " and ", "any": " or ", "not": ""}[kind_of(formula)]
    why = joint.join(f"({child.why})" for child in children)
    deciding = _deciding(settled, children=children, turned=isinstance(formula, Not))
    return Finding(
        value=settled.value,
        at=settled.at,
        soonest=settled.soonest,
        reason=settled.reason,
        path=path,
        kind=kind_of(formula),
        why=f"not {why}" if isinstance(formula, Not) else why,
        witnesses=_unique(name for child in deciding for name in child.witnesses),
        possible=_unique(name for child in deciding for name in child.possible),
        rests_on=_unique(name for child in deciding for name in child.rests_on),
        rests_on_absence=any(child.rests_on_absence for child in deciding),
        children=children,
    )


def _deciding(settled: Settled, *, children: tuple[Finding, ...], turned: bool) -> tuple[Finding, ...]:
    """Return the parts that share the value of the whole; under "not" the one that opposes it."""
    if turned:
        return children
    return tuple(child for child in children if child.value is settled.value)


def _unique(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(dict.fromkeys(values))
