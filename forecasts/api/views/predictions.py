"""Predictions, the rules that decide them, and verdicts by people."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from forecasts import rules
from forecasts.api.documentation import query
from forecasts.api.filters import PredictionFilter, RuleFilter
from forecasts.api.pagination import CURSOR, PAGE_SIZE
from forecasts.api.permissions import holds
from forecasts.api.serializers.histories import HistorySerializer
from forecasts.api.serializers.judgements import NewJudgement, QuestionSerializer
from forecasts.api.serializers.predictions import NewPrediction, NewRule, PredictionSerializer, RuleSerializer
from forecasts.api.serializers.resolutions import (
    ExplanationSerializer,
    NewDispute,
    NewReopening,
    NewVerdict,
    ResolutionSerializer,
)
from forecasts.api.serializers.rule_checks import NewRuleCheck, RuleCheckSerializer
from forecasts.models import ApiToken, Prediction, Resolution, RuleVersion
from forecasts.selectors.judgements import questions_of
from forecasts.selectors.resolutions import (
    current_resolution,
    every_rule,
    latest_evaluation,
)
from forecasts.services.forecasts import Wording, wording
from forecasts.services.intake import RuleDraft, log_prediction
from forecasts.services.judgements import answer_question
from forecasts.services.predictions import ClaimDraft, reading_name, record_rule
from forecasts.services.refusal import Refused
from forecasts.services.rule_checks import check_rule
from forecasts.services.verdicts import dispute, record_verdict, reopen
from forecasts.tasks import hint

from .base import RECENCY, Records, recorded
from .histories import history_page
from .resolutions import WITNESSES
from .rows import OF_PREDICTIONS, PREDICTIONS, RESOLUTIONS

JUDGING = ("verdicts", "disputes", "judgements", "reopening")


class PredictionViewSet(Records):
    """Claims, with their state, their rules and their forecasts."""

    queryset = PREDICTIONS
    serializer_class = PredictionSerializer
    filterset_class = PredictionFilter
    orderings = RECENCY | {"issued_at": ("issued_at", "id")}
    includes = OF_PREDICTIONS
    revisions = ("verdicts", "disputes", "reopening")

    @property
    def write_scope(self) -> str:
        return ApiToken.Scope.RESOLVE if self.action in JUDGING else ApiToken.Scope.PREDICTION_WRITE

    def parameters(self) -> list[str]:
        return ["cursor", "page_size"] if self.action == "history" else super().parameters()

    def last_change(self, row: Prediction) -> str:
        last = current_resolution(prediction=row)
        if last is None:
            return f"It is {row.status} and has no resolution."
        return f"Resolution {last.number}, {last.verdict}, was recorded on {last.recorded_at:%Y-%m-%d %H:%M:%S} UTC."

    @extend_schema(request=NewPrediction, responses={201: PredictionSerializer})
    def create(self, request: Request) -> Response:
        """Log a prediction with its rules and its forecast: all of it, or nothing."""
        body = self.body(NewPrediction)
        prediction = recorded(
            lambda: log_from(body, token=self.token, account=self.account, now=timezone.now()),
            field="statement",
            address=self.address,
        )
        hint()
        return self.created(prediction)

    @extend_schema(request=NewVerdict, responses={201: ResolutionSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def verdicts(self, request: Request, **kwargs: Any) -> Response:
        """Record a verdict on what waits in review, or in place of an earlier one."""
        prediction, body = self.get_object(), self.body(NewVerdict)
        refuse_own(prediction, token=self.token)
        with self.revising(Prediction.objects.filter(pk=prediction.pk)):
            resolution = record_verdict(prediction_id=prediction.pk, actor=self.account, now=timezone.now(), **body)
        hint()
        return _recorded_verdict(resolution, request=request)

    @extend_schema(request=NewDispute, responses={201: ResolutionSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def disputes(self, request: Request, **kwargs: Any) -> Response:
        """Question a verdict: the first dispute of a verdict by rule has it checked afresh, others wait for a person."""
        prediction, body = self.get_object(), self.body(NewDispute)
        with self.revising(Prediction.objects.filter(pk=prediction.pk)):
            resolution = dispute(prediction_id=prediction.pk, actor=self.account, now=timezone.now(), **body)
        hint()
        return _recorded_verdict(resolution, request=request)

    @extend_schema(methods=["GET"], responses=QuestionSerializer(many=True))
    @extend_schema(methods=["POST"], request=NewJudgement, responses={201: QuestionSerializer(many=True)})
    @action(detail=True, methods=["get", "post"], pagination_class=None, filterset_class=None)
    def judgements(self, request: Request, **kwargs: Any) -> Response:
        """The questions that the rules in force leave to people, with their answers; a post answers one."""
        prediction = self.get_object()
        status = 200
        if request.method == "POST":
            refuse_own(prediction, token=self.token)
            body, now = self.body(NewJudgement), timezone.now()
            _, is_new = answer_question(prediction_id=prediction.pk, actor=self.account, now=now, **body)
            status = 201 if is_new else 200
            hint()
        told = QuestionSerializer(questions_of(prediction=prediction), many=True).data
        headers = {"Location": request.build_absolute_uri(request.path)} if status == 201 else {}
        return Response(told, status=status, headers=headers)

    @extend_schema(request=NewReopening, responses={201: ResolutionSerializer})
    @action(detail=True, methods=["post"], filterset_class=None)
    def reopening(self, request: Request, **kwargs: Any) -> Response:
        """Withdraw a verdict without another in its place; the next sweep looks at the prediction afresh."""
        prediction, body = self.get_object(), self.body(NewReopening)
        refuse_own(prediction, token=self.token)
        with self.revising(Prediction.objects.filter(pk=prediction.pk)):
            resolution = reopen(prediction_id=prediction.pk, actor=self.account, now=timezone.now(), **body)
        hint()
        return _recorded_verdict(resolution, request=request)

    @extend_schema(
        operation_id="predictions_history",
        parameters=[
            query("cursor", "Where to go on, from the `next` of the page before.", type=CURSOR),
            query("page_size", "Entries on a page.", type=PAGE_SIZE),
        ],
        responses=HistorySerializer,
    )
    @action(detail=True, pagination_class=None, filterset_class=None)
    def history(self, request: Request, **kwargs: Any) -> Response:
        """All that was recorded: claim, rules, forecasts, evaluations, answers, verdicts and disputes, the oldest first."""
        return Response(HistorySerializer(history_page(self.get_object(), request=request)).data)

    @extend_schema(responses=ExplanationSerializer)
    @action(detail=True, filterset_class=None)
    def explain(self, request: Request, **kwargs: Any) -> Response:
        """Why the prediction stands as it does: each current rule in words, what it came to, and on what facts."""
        prediction = self.get_object()
        return Response(ExplanationSerializer(_explanation(prediction)).data)


class RuleViewSet(Records):
    """Every version of every rule."""

    queryset = RuleVersion.objects.all()
    serializer_class = RuleSerializer
    filterset_class = RuleFilter
    revisions = ("create",)
    write_scope = ApiToken.Scope.PREDICTION_WRITE

    @extend_schema(request=NewRule, responses={201: RuleSerializer})
    def create(self, request: Request) -> Response:
        """
        Record a rule for a prediction: another reading, or the next version of one.

        Once the central criteria have stood for a day, or facts bear on them, others need the scope resolve too, and a
        description that says why. `If-Match` names the version of the same name that this one is based on.
        """
        body = self.body(NewRule)
        name = reading_name(body["name"], variant=body["variant"])
        of_the_same = RuleVersion.objects.filter(prediction=body["prediction"], name=name).order_by("version")
        with self.revising(Prediction.objects.filter(pk=body["prediction"].pk), row=of_the_same.last):
            rule = recorded(
                lambda: rule_from(body, token=self.token, account=self.account, now=timezone.now()),
                field="rule",
                address=self.address,
            )
        hint()
        return self.created(rule)

    def last_change(self, row: RuleVersion) -> str:
        return (
            f"Version {row.version} of “{row.name}”, {row.pk}, was recorded on {row.recorded_at:%Y-%m-%d %H:%M:%S} UTC."
        )

    @extend_schema(request=NewRuleCheck, responses={200: RuleCheckSerializer})
    @action(detail=False, methods=["post"], filterset_class=None, pagination_class=None)
    def check(self, request: Request, **kwargs: Any) -> Response:
        """Try a rule out on the recorded events, clause by clause; nothing is recorded."""
        found = check_rule(**self.body(NewRuleCheck), now=timezone.now())
        return Response(RuleCheckSerializer(found).data)


def log_from(body: dict[str, Any], *, token: ApiToken, account: Any, now: datetime) -> tuple[Prediction, bool]:
    """
    Log the prediction of a checked body; whether it is new.

    Raises:
        Refused: Any part is refused, named as in the body.
    """
    claim = {name: value for name, value in body.items() if name not in ("wording", "rules", "is_scored")}
    return log_prediction(
        claim=ClaimDraft(**claim),
        rules=[RuleDraft(**draft) for draft in body["rules"]],
        wording=read_wording(body["wording"]),
        is_scored=body["is_scored"],
        now=now,
        recorded_by=account,
        may_resolve=holds(token, ApiToken.Scope.RESOLVE),
    )


def rule_from(body: dict[str, Any], *, token: ApiToken, account: Any, now: datetime) -> tuple[RuleVersion, bool]:
    """
    Record the rule of a checked body; whether it is new.

    Raises:
        Refused: It is malformed, can never be decided, names what is not recorded, or comes too late.
    """
    may_resolve = holds(token, ApiToken.Scope.RESOLVE) and not is_own(body["prediction"], token=token)
    return record_rule(**body, now=now, recorded_by=account, may_resolve=may_resolve)


def refuse_own(prediction: Prediction, *, token: ApiToken) -> None:
    """
    Raises:
        Refused: The token forecasts as somebody whose prediction it is.
    """
    if is_own(prediction, token=token):
        raise Refused({"verdict": ["Nobody resolves their own prediction: use a token that does not forecast on it."]})


def is_own(prediction: Prediction, *, token: ApiToken) -> bool:
    """Whether the token forecasts as somebody whose prediction it is."""
    own = token.forecaster_id if ApiToken.Scope.FORECAST_WRITE in token.scopes else None
    return own is not None and (prediction.holder_id == own or prediction.forecasts.filter(forecaster=own).exists())


def read_wording(given: dict[str, Any] | None) -> Wording | None:
    """
    The probability that was given, with errors named as fields of `wording`.

    Raises:
        Refused: It is malformed.
    """
    if given is None:
        return None
    try:
        return wording(**given)
    except Refused as refusal:
        raise renamed(refusal, **{name: f"wording.{name}" for name in refusal.message_dict}) from None


def renamed(refusal: ValidationError, **names: str) -> Refused:
    """The refusal with its fields named as in the request."""
    return Refused({names.get(field, field): messages for field, messages in refusal.message_dict.items()})


def _recorded_verdict(resolution: Resolution, *, request: Request) -> Response:
    shown = ResolutionSerializer(RESOLUTIONS.get(pk=resolution.pk)).data
    place = reverse("api:resolutions-detail", kwargs={"pk": resolution.pk}, request=request)
    return Response(shown, status=201, headers={"Location": place})


def _explanation(prediction: Prediction) -> dict[str, Any]:
    last = current_resolution(prediction=prediction)
    current, earlier = every_rule(prediction=prediction)
    return {
        "prediction": prediction.pk,
        "status": prediction.status,
        "verdict": prediction.verdict,
        "review_reasons": prediction.review_reasons,
        "resolution": last and _shown(last),
        "readings": _readings(current),
        "superseded": _readings(earlier),
    }


def _readings(versions: list[RuleVersion]) -> list[dict[str, Any]]:
    evaluations = [latest_evaluation(rule_version=rule) for rule in versions]
    prefetch_related_objects([evaluation for evaluation in evaluations if evaluation], "rule_version", WITNESSES)
    return [_reading(rule) | {"evaluation": evaluation} for rule, evaluation in zip(versions, evaluations, strict=True)]


def _shown(resolution: Resolution) -> Resolution:
    return RESOLUTIONS.get(pk=resolution.pk)


def _reading(rule: RuleVersion) -> dict[str, Any]:
    names = ("variant", "name", "version", "description")
    return {"rule": rule.pk, "in_words": _in_words(rule)} | {name: getattr(rule, name) for name in names}


def _in_words(rule: RuleVersion) -> str:
    try:
        return rules.rule_in_words(rules.recorded_rule(rule.rule))
    except rules.RuleError as error:
        return f"This version cannot read the rule: {error}"
