"""The rule language RRL/1 as types. A rule is JSON; every formula is an object with one key."""

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    Tag,
)
from pydantic_core import PydanticCustomError

from forecasts.rules.times import Duration, Instant, parse_duration

FORMULAS = ("all", "any", "not", "occurs", "never", "count", "sum", "series", "state", "judged")
_ANCHOR = r"^(publication|condition|clause:[a-z0-9_]+|calendar:[a-z0-9_.]+)$"


def _length(text: str) -> Any:
    """Return a field whose default the JSON Schema spells as rules do."""
    return Field(default=parse_duration(text), json_schema_extra={"default": text})


def _formula_tag(value: Any) -> str | None:
    keys = set(value) if isinstance(value, dict) else set(type(value).model_fields_set_names())
    kinds = [kind for kind in FORMULAS if kind in keys]
    return f"<{kinds[0]}>" if len(kinds) == 1 else None


def _time_tag(value: Any) -> str:
    if isinstance(value, dict):
        return next((f"<{key}>" for key in ("max", "min") if key in value), "<anchor>")
    names = {"LatestOf": "<max>", "EarliestOf": "<min>", "Anchored": "<anchor>"}
    return names.get(type(value).__name__, "<instant>")


def _one_formula(value: Any) -> Any:
    if not isinstance(value, dict):
        if isinstance(value, Language):
            return value
        raise PydanticCustomError("formula", "is not a formula; write an object with one key")
    kinds = [kind for kind in FORMULAS if kind in value]
    if len(kinds) > 1:
        raise PydanticCustomError(
            "formula",
            "holds several formulas ({kinds}); put each in its own object under all or any",
            {"kinds": " and ".join(kinds)},
        )
    if not kinds:
        raise PydanticCustomError(
            "formula", "holds no known formula; use one of {known}", {"known": ", ".join(FORMULAS)}
        )
    return value


class Language(BaseModel):
    """Base of all parts of a rule: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @classmethod
    def model_fields_set_names(cls) -> tuple[str, ...]:
        """Return the names of the fields as JSON spells them."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")]
Comparison = Literal[">=", ">", "<=", "<", "==", "!=", "in"]
EventType = Literal[
    "AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST",
    "ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT",
    "x-election-result", "x-legal-act", "x-policy-change", "x-office-change", "x-statement",
]  # fmt: skip
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
Modality = Literal["actual", "future", "hypothetical", "historical", "negated"]
Tier = Literal["A", "B", "C", "D"]
Basis = Literal["occurred", "announced", "effective"]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=32)]


class Anchored(Language):
    """An instant relative to a named one."""

    anchor: Annotated[str, StringConstraints(pattern=_ANCHOR)]
    offset: Duration = _length("P0D")


class LatestOf(Language):
    """The latest of several instants."""

    max: tuple["TimeExpr", ...] = Field(min_length=1)


class EarliestOf(Language):
    """The earliest of several instants."""

    min: tuple["TimeExpr", ...] = Field(min_length=1)


TimeExpr = Annotated[
    Annotated[Instant, Tag("<instant>")]
    | Annotated[Anchored, Tag("<anchor>")]
    | Annotated[LatestOf, Tag("<max>")]
    | Annotated[EarliestOf, Tag("<min>")],
    Discriminator(_time_tag),
]


class Window(Language):
    """A stretch of time that includes its start and excludes its end."""

    start: TimeExpr
    end: TimeExpr


class Where(Language):
    """A comparison with one attribute of an event; with a `unit`, only with amounts in that unit."""

    attr: str
    op: Comparison
    value: Any
    unit: Unit | None = None


class Pattern(Language):
    """
    Criteria that an event meets all of; within one criterion any value will do.

    `basis` says which of an event's dates counts: when it occurred, was announced or took effect.
    """

    type: tuple[EventType, ...] | None = None
    code: tuple[Code, ...] | None = None
    mode_any: tuple[str, ...] | None = None
    context_any: tuple[str, ...] | None = None
    topic_any: tuple[str, ...] | None = None
    actor: tuple[str, ...] | None = None
    recipient: tuple[str, ...] | None = None
    location: tuple[str, ...] | None = None
    where: tuple[Where, ...] = ()
    modality: tuple[Modality, ...] = ("actual",)
    min_tier: Tier | None = None
    basis: Basis = "occurred"


class Guard(Language):
    """What must, or must not, come after or before a match for it to count."""

    kind: Literal["followed_by", "not_followed_by", "preceded_by", "not_preceded_by"]
    pattern: Pattern
    within: Duration
    same: tuple[Literal["actors", "recipients", "topics"], ...] = ()


class Covered(Language):
    """Which sources a clause rests on and how long it waits, where it differs from the policy."""

    coverage: tuple[str, ...] | None = None
    coverage_mode: Literal["all", "any"] | None = None
    grace: Duration | None = None


class Occurs(Covered):
    """Events of a pattern in a window."""

    pattern: Pattern
    window: Window
    guards: tuple[Guard, ...] = ()
    refuted_by: Pattern | None = None


class Count(Occurs):
    """How many events of a pattern fall in a window."""

    op: Literal[">=", ">", "<=", "<", "=="]
    n: Annotated[StrictInt, Field(ge=0)]


class Sum(Covered):
    """Whether a non-negative attribute of the matches adds up to at least `value`."""

    pattern: Pattern
    window: Window
    guards: tuple[Guard, ...] = ()
    attr: str
    value: StrictFloat
    unit: Unit | None = None


class Series(Covered):
    """Whether `consecutive` successive values of a numeric series satisfy a comparison."""

    series: str
    window: Window
    op: Comparison
    value: StrictFloat
    consecutive: StrictInt = 1
    vintage: Literal["first", "latest"] = "first"
    max_gap: Duration = _length("P5D")


class State(Covered):
    """Whether something holds at an instant, given what starts and what ends it."""

    initiates: Pattern
    terminates: Pattern
    initial: StrictBool | None = None
    at: TimeExpr


class Judged(Language):
    """A question that only a person can answer."""

    question: str
    window: Window
    rubric: str | None = None


class All(Language):
    """True when every part is."""

    id: ClauseId | None = None
    all: tuple["Formula", ...] = Field(min_length=1)


class Any_(Language):
    """True when some part is."""

    id: ClauseId | None = None
    any: tuple["Formula", ...] = Field(min_length=1)


class Not(Language):
    """True when its part is false."""

    id: ClauseId | None = None
    operand: "Formula" = Field(alias="not")


class OccursFormula(Language):
    """At least one match."""

    id: ClauseId | None = None
    occurs: Occurs


class NeverFormula(Language):
    """No match at all."""

    id: ClauseId | None = None
    never: Occurs


class CountFormula(Language):
    """A number of matches."""

    id: ClauseId | None = None
    count: Count


class SumFormula(Language):
    """A total over matches."""

    id: ClauseId | None = None
    sum: Sum


class SeriesFormula(Language):
    """A run of values."""

    id: ClauseId | None = None
    series: Series


class StateFormula(Language):
    """A state at an instant."""

    id: ClauseId | None = None
    state: State


class JudgedFormula(Language):
    """A person's verdict."""

    id: ClauseId | None = None
    judged: Judged


Formula = Annotated[
    Annotated[All, Tag("<all>")]
    | Annotated[Any_, Tag("<any>")]
    | Annotated[Not, Tag("<not>")]
    | Annotated[OccursFormula, Tag("<occurs>")]
    | Annotated[NeverFormula, Tag("<never>")]
    | Annotated[CountFormula, Tag("<count>")]
    | Annotated[SumFormula, Tag("<sum>")]
    | Annotated[SeriesFormula, Tag("<series>")]
    | Annotated[StateFormula, Tag("<state>")]
    | Annotated[JudgedFormula, Tag("<judged>")],
    Discriminator(_formula_tag),
    BeforeValidator(_one_formula),
]


class Policy(Language):
    """What a verdict may rest on and when it may become final."""

    coverage: tuple[str, ...] = ("wire",)
    coverage_mode: Literal["all", "any"] = "all"
    grace: Duration = _length("P2D")
    auto_final: Literal["never", "tier_a", "tier_a_or_2b"] = "tier_a_or_2b"
    dispute_window: Duration = _length("P7D")
    reopen_for: Duration = _length("P365D")
    on_condition_false: Literal["annul", "vacuous_true"] = "annul"


class Rule(Language):
    """A whole rule: if `condition` comes true, does `consequent`?"""

    rrl: Literal["1"]
    variant: Literal["strict", "central", "lenient"] = "central"
    condition: Formula | None = None
    consequent: Formula
    policy: Policy = Policy()


for _model in (LatestOf, EarliestOf, Window, State, All, Any_, Not, Rule):
    _model.model_rebuild()
