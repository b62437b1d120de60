"""The two kinds: requests that refuse what they do not know, and answers that are only read."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from forecasts.api.fields import CodeField

from .shown import shown_by
from .strict_types import IN_JSON, IN_QUERIES, mistyped


class Body(serializers.Serializer):
    """A request body. A field it does not know, or a value of another type, is an error: never ignored or converted."""

    kinds = IN_JSON

    def to_internal_value(self, data: Any) -> Any:
        wrong = self._unknown(data) | mistyped(data, fields=self.fields, kinds=self.kinds)
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if wrong and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **wrong}) from None
            raise
        if wrong:
            raise serializers.ValidationError(wrong)
        return values

    def _unknown(self, data: Any) -> dict[str, list[str]]:
        names = [str(name) for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        known = ", ".join(self.fields)
        return {name[:100]: [f"There is no field “{name[:100]}” here. Known: {known}."] for name in names}


class Part(serializers.Serializer):
    """A part of an answer that is no row. Nothing in it can be written."""

    shows_rows = True
    # What it is given has the values that its fields would show, under their names and in their order.
    comes_as_shown = False

    def to_representation(self, instance: Any) -> Any:
        return self.shown(instance)

    @classmethod
    def shown(cls, instance: Any) -> Any:
        """The part as it is shown, without an instance of the serializer."""
        return shown_by(cls)(instance)


class Asked(Body):
    """Query parameters, which are texts."""

    kinds = IN_QUERIES


class Answer(serializers.ModelSerializer):
    """A row as it is shown. Nothing in it can be written."""

    serializer_choice_field = CodeField
    shows_rows = True

    def to_representation(self, instance: Any) -> dict[str, Any]:
        # Where somebody chose among the fields of this instance, it shows those.
        is_whole = "fields" not in vars(self)
        return shown_by(type(self))(instance) if is_whole else super().to_representation(instance)

    def get_extra_kwargs(self) -> dict[str, dict[str, Any]]:
        model: Any = self.Meta.model
        columns = {column.name: column for column in model._meta.fields}
        blank = {name for name, column in columns.items() if column.choices and column.blank}
        return {
            name: {"read_only": True} | ({"allow_blank": True} if name in blank else {}) for name in self.Meta.fields
        }


class ShortText(serializers.CharField):
    """Text of one line; may be empty."""

    def __init__(self, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, required=False, allow_blank=True, default="", **kwargs)


class HexText(ShortText):
    """Bytes in hexadecimal, as many as a pattern of digits says; may be empty."""

    def __init__(self, digits: str, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(max_length, **kwargs)
        described: Any = {"type": "string", "maxLength": max_length, "pattern": f"^({digits})?$", "default": ""}
        extend_schema_field(described)(self)  # type: ignore[type-var]  # Typed for classes; instances hold it too.


class LongText(ShortText):
    """Text of many lines; may be empty."""

    def __init__(self, max_length: int = 100_000, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, trim_whitespace=False, **kwargs)


class Words(serializers.ListField):
    """A list of codes or paths; may be left out."""

    child = serializers.CharField(max_length=200)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=50, default=list, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        return tuple(super().to_internal_value(data))
