"""What a search found."""

from rest_framework import serializers
from rest_framework.reverse import reverse

from forecasts.api.fields import CodeField
from forecasts.models import SearchText
from forecasts.selectors.search import Found

ROUTES = {SearchText.Kind.PREDICTION: "predictions-detail", SearchText.Kind.ARTICLE: "articles-detail"}


class PieceSerializer(serializers.Serializer):
    text = serializers.CharField()
    is_match = serializers.BooleanField(help_text="Whether it is what was searched for.")


class FoundSerializer(serializers.Serializer):
    """A prediction or an article that holds what was searched for."""

    kind = CodeField(choices=SearchText.Kind.choices)
    id = serializers.UUIDField(source="row.pk")
    url = serializers.SerializerMethodField()
    title = serializers.CharField()
    snippet = PieceSerializer(many=True, help_text="Where it says so, or how its text begins.")

    def get_url(self, found: Found) -> str:
        kwargs = {"pk": found.row.pk}
        return reverse(f"api:{ROUTES[SearchText.Kind(found.kind)]}", kwargs=kwargs, request=self.context.get("request"))


class SearchSerializer(serializers.Serializer):
    """One page of what was found."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null on the last.")
    results = FoundSerializer(many=True, help_text="The best match first.")


class ChosenSearch(serializers.Serializer):
    """What to search for."""

    q = serializers.CharField(
        trim_whitespace=False,
        help_text='Words that must all be there; `"in this order"`, `beginn*`, `-unwanted`. Case and accents do not matter.',
    )
    kind = CodeField(choices=SearchText.Kind.choices, required=False, help_text="Only these.")
