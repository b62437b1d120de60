"""The figures of a scorecard in words, in the groups that a page shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from forecasts.scoring.figures import Figure
from forecasts.scoring.measures import SHOWN_LIKE
from forecasts.scoring.thresholds import MIN_SHOWN
from forecasts.selectors.scorecards import Scorecard

INTERVAL_METHODS = {
    "BETA_BOUND": "a deliberately wide bound, used below 20 independent events",
    "CLUSTER_LOGIT_T": "Student’s t on the logit of the mean, clustered by event",
    "CLUSTER_T": "Student’s t, clustered by event",
    "SIGN_FLIP": "exact, by flipping the signs of events",
    "ALIKE_BOUND": "exact: events came out alike or nearly, and this is what as many may not have shown",
    "CLUSTER_DELTA": "of a ratio, clustered by event",
    "RESAMPLED": "nine of ten records that chance drew",
    "WALD": "takes calls to be independent",
    "DELONG": "DeLong’s, takes calls to be independent",
    "WILSON": "Wilson’s, takes predictions to be independent",
    "BETA_POSTERIOR": "readers and outcomes counted together, takes uses to be independent",
}
SMALLEST_CHANCE = 0.001
BESIDE = {
    "POINTS_SAVED": (
        "Points saved",
        "How much better, in hundredths of the Brier score, than the market or crowd of the time, the base rate of the topic, or one half.",
    ),
    "BRIER_SKILL": ("Skill", "The share of that reference’s Brier score that was saved: 0 is no better, 1 is perfect."),
    "LOG": ("Log score", "Mean surprise in nats: 0 is best, always saying 50% earns 0.69."),
    "BIAS": ("Bias", "Probability given minus what happened: above 0, too much was called likely."),
    "OVERCONFIDENCE": (
        "Overconfidence",
        "Confidence in the likelier side minus how often it came true; above 0 is overconfident.",
    ),
    "BRIER_GAP": ("Score minus expectation", "The Brier score minus what the own probabilities led one to expect."),
    "BRIER_GAP_Z": (
        "The same in standard errors",
        "Clustered by event; chance alone goes beyond 2 either way about one time in 20.",
    ),
    "BRIER_GAP_P_VALUE": ("Its p-value", "How often chance goes as far, had the probabilities been right."),
}
PARTS = {
    "MISCALIBRATION": ("Miscalibration", "What probabilities that are off cost; 0 is best."),
    "MISCALIBRATION_BY_CHANCE": (
        "Miscalibration by chance alone",
        "The miscalibration that somebody perfectly calibrated would show.",
    ),
    "MISCALIBRATION_P_VALUE": ("p-value of miscalibration", "How often chance makes at least as much."),
    "DISCRIMINATION": ("Discrimination", "What telling cases apart earned; more is better."),
    "UNCERTAINTY": ("Uncertainty", "How open the questions were: the score of always saying the share that happened."),
    "RECALIBRATION_SLOPE": ("Boldness", "Slope of the log-odds: below 1 overconfident, above 1 too timid."),
    "RECALIBRATION_INTERCEPT": ("Tilt", "Intercept of the log-odds: below 0 too much was called likely."),
    "RECALIBRATION_P_VALUE": ("p-value of boldness and tilt", "How often chance tilts and bends the line as much."),
    "AUC": ("Area under the curve", "How often what happened had the higher probability; 0.5 is chance."),
}
# Within a sentence, and without the line above them.
WITHIN_A_SENTENCE = {
    "POINTS_SAVED": "points saved",
    "BRIER_SKILL": "skill",
    "LOG": "log score",
    "BIAS": "bias",
    "OVERCONFIDENCE": "overconfidence",
    "BRIER_GAP": "score minus expectation",
    "MISCALIBRATION": "miscalibration",
    "DISCRIMINATION": "discrimination",
    "UNCERTAINTY": "uncertainty",
    "RECALIBRATION_SLOPE": "boldness",
    "RECALIBRATION_INTERCEPT": "tilt",
    "AUC": "area under the curve",
    "BRIER_GAP_Z": "score minus expectation in standard errors",
    "BRIER_GAP_P_VALUE": "p-value of score minus expectation",
    "MISCALIBRATION_BY_CHANCE": "miscalibration by chance alone",
    "MISCALIBRATION_P_VALUE": "p-value of miscalibration",
    "RECALIBRATION_P_VALUE": "p-value of boldness and tilt",
}
OTHERS = {
    "GJP_BRIER": ("Brier score, 0 to 2", "Good Judgment’s scale: both outcomes are counted."),
    "BRIER_INDEX": ("Brier index", "ForecastBench’s scale: 50 is always saying one half."),
    "HIT_RATE": ("Hit rate", "How often the likelier side came true."),
    "ECE10": ("Calibration error in ten bins", "As in machine learning."),
    "ECCE_MAD": ("Cumulative calibration error", "Largest sum of differences, lowest probability first."),
    "SPHERICAL": ("Spherical score", "Another proper score."),
    "METACULUS_BASELINE": ("Metaculus baseline score", "Without its weights for standing time."),
}


@dataclass(frozen=True)
class FigureLine:
    """One figure, with what it means and how its interval was found."""

    name: str
    help: str
    figure: Figure
    method: str

    @property
    def value(self) -> str:
        """The value as it is printed."""
        value = self.figure.value or 0.0
        return chance_told(value) if self.figure.measure.name.endswith("P_VALUE") else f"{value:.3f}"


@dataclass(frozen=True)
class Unsaid:
    """Figures that are not shown, by the one reason for all of them."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class FigureLines:
    """The figures of a page in their groups, and those that are not shown by reason; all empty where nothing is resolved."""

    beside: tuple[FigureLine, ...]
    parts: tuple[FigureLine, ...]
    others: tuple[FigureLine, ...]
    sum_of_parts: str
    unsaid: tuple[Unsaid, ...]


def chance_told(p_value: float) -> str:
    """A p-value as it is printed: one too small for three digits is never printed as none."""
    return f"< {SMALLEST_CHANCE}" if p_value < SMALLEST_CHANCE else f"{p_value:.3f}"


def figure_lines(card: Scorecard) -> FigureLines:
    """The figures beside the headline, grouped."""
    if not card.summary.n:
        return FigureLines((), (), (), "", ())
    found = {one.measure.name: one for one in (*card.figures, *card.others)}
    beside, parts, others = (tuple(_shown(words, found=found)) for words in (BESIDE, PARTS, OTHERS))
    return FigureLines(beside, parts, others, _sum_of_parts(found), _unsaid(found))


def _shown(words: Mapping[str, tuple[str, str]], *, found: Mapping[str, Figure]) -> Iterator[FigureLine]:
    for name, told in words.items():
        figure = found[name]
        if figure.absent is None:
            yield FigureLine(*told, figure, INTERVAL_METHODS[figure.interval.method] if figure.interval else "")


def _unsaid(found: Mapping[str, Figure]) -> tuple[Unsaid, ...]:
    """What needs the fewest events comes first; scores of other sites are named together."""
    names: dict[str, list[str]] = defaultdict(list)
    for words in (BESIDE | PARTS, OTHERS):
        for name in sorted(words, key=_least):
            if absent := found[name].absent:
                told = "scores of other sites" if name in OTHERS else WITHIN_A_SENTENCE[name]
                names[absent.text] += [] if told in names[absent.text] else [told]
    return tuple(Unsaid(reason, tuple(told)) for reason, told in names.items())


def _least(name: str) -> int:
    return MIN_SHOWN[SHOWN_LIKE.get(name, name.lower())].events


def _sum_of_parts(found: Mapping[str, Figure]) -> str:
    """The equation of the parts; empty where they are not shown."""
    names = ("BRIER", "MISCALIBRATION", "DISCRIMINATION", "UNCERTAINTY")
    values = [value for name in names if (value := found[name].value) is not None]
    return "{:.4f} = {:.4f} − {:.4f} + {:.4f}".format(*values) if len(values) == len(names) else ""
