"""Rows chosen by typing their names: the known ones are offered, and no script is needed."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext

from forecasts.models import Article, Entity, Forecaster, Prediction, Source, Topic

# By model: what it is called by, the first of which stands in the field; what tells namesakes apart; what is offered.
NAMES: dict[type[Model], tuple[tuple[str, ...], str, str]] = {
    Article: (("title", "canonical_url"), "pk", "articles"),
    Entity: (("path", "label__iexact"), "path", "entities"),
    Forecaster: (("slug", "name__iexact"), "slug", "forecasters"),
    Prediction: (("title",), "pk", "predictions"),
    Source: (("slug", "name__iexact"), "slug", "sources"),
    Topic: (("path",), "path", "topics"),
    User: (("username",), "username", "accounts"),
}


class NamedRowField(forms.ModelChoiceField):
    """A row of a model by one of its names, or by its key."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.by, self.apart, suggestions = NAMES[model]
        attrs = {"class": "vTextField", "list": suggestions, "autocomplete": "off"}
        super().__init__(queryset=model._default_manager.all(), widget=forms.TextInput(attrs=attrs), **kwargs)

    def to_python(self, value: Any) -> Model | None:
        if value in self.empty_values:
            return None
        for name in ("pk", *self.by):
            found = self._found(name, value)
            if len(found) > 1:
                told = ", ".join(str(getattr(row, self.apart)) for row in found)
                raise ValidationError(
                    gettext("Several are called “%(value)s”. Give the short name: %(told)s.")
                    % {"value": value, "told": told}
                )
            if found:
                return found[0]
        raise ValidationError(
            gettext("Select a valid choice. “%(value)s” is not recorded yet."), params={"value": value}
        )

    def prepare_value(self, value: Any) -> Any:
        """The row's name where it has one of its own; its key otherwise."""
        found = self._found("pk", value) if value else []
        name = getattr(found[0], self.by[0]) if found else ""
        return name if name and len(self._found(self.by[0], name)) == 1 else value

    def _found(self, name: str, value: Any) -> list[Model]:
        rows: Any = self.queryset
        try:
            return list(rows.filter(**{name: value})[:5])
        except (ValidationError, ValueError, TypeError):
            return []
