"""What became of a file."""

from rest_framework import serializers


class RowProblemSerializer(serializers.Serializer):
    """What is wrong with one row."""

    line = serializers.IntegerField(help_text="Where the row begins in the file, counted from 1.")
    field = serializers.CharField(help_text="Empty for the whole row.")
    message = serializers.CharField(help_text="What is wrong and what to do.")
    value = serializers.CharField(help_text="What the file has there, where it is short.")


class ImportReportSerializer(serializers.Serializer):
    """How many rows were new, unchanged or refused."""

    new = serializers.IntegerField(help_text="Recorded now.")
    unchanged = serializers.IntegerField(help_text="Recorded before with the same content, or twice in the file.")
    refused = serializers.IntegerField(help_text="Not recorded.")
    problems = RowProblemSerializer(many=True, help_text="Why rows were refused; the first 1,000.")


class ForecastImportReportSerializer(ImportReportSerializer):
    """How many forecasts were new, unchanged or refused, and what came with them."""

    predictions = serializers.IntegerField(help_text="Questions recorded now.")
    verdicts = serializers.IntegerField(help_text="Outcomes recorded now.")
    rounded = serializers.IntegerField(help_text="New forecasts that were finer than the grid of 0.0001.")
    scorecard = serializers.URLField(help_text="What came of all questions on the topic.")
