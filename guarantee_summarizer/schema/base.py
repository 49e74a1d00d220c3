"""Define the base of all schema models: frozen, no unknown fields, null means absent."""

from __future__ import annotations

import inspect
from typing import Annotated, Any, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

__all__ = [
    "Model",
    "Prose",
    "Text",
    "Values",
    "Word",
    "added",
    "derived",
    "is_added",
    "is_derived",
    "values_of",
]


def added(default: Any = PydanticUndefined, **more: Any) -> Any:
    """Declare a field that the library fills and no model is asked for (JSON Schema's `readOnly`)."""
    return Field(default, json_schema_extra={"readOnly": True}, **more)


def derived() -> Any:
    """Declare a field that a model or a person may fill; if it is empty, the library fills it."""
    return Field((), json_schema_extra={"x-derived": True})


def is_derived(field: FieldInfo) -> bool:
    """Return whether `field` was declared with `derived`."""
    return isinstance(field.json_schema_extra, dict) and "x-derived" in field.json_schema_extra


def is_added(field: FieldInfo) -> bool:
    """Return whether `field` was declared with `added`."""
    return isinstance(field.json_schema_extra, dict) and "readOnly" in field.json_schema_extra


def _text(value: Any) -> Any:
    """Ignore white space around a text, and line breaks in it."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _word(value: Any) -> Any:
    """`Under discussion`, `under-discussion`: people and models mean `under_discussion`."""
    if not isinstance(value, str):
        return value
    word = "_".join(value.lower().replace("-", " ").split())
    return word.replace("defense", "defence").replace("organisation", "organization")


Prose = Annotated[str, BeforeValidator(_text)]
"""Text that may be empty: it is filled later, or was withheld."""
Text = Annotated[str, StringConstraints(min_length=1), BeforeValidator(_text)]
Word = BeforeValidator(_word)


class Values:
    """Explain each value of a vocabulary to people; this is not sent to a language model.

    Args:
        **meanings: the meaning of each value.
    """

    def __init__(self, **meanings: str) -> None:
        self.meanings = meanings


def values_of(field: FieldInfo) -> dict[str, str]:
    """Return the meaning of each value of a field's vocabulary; empty for any other field."""
    inside = [note for part in get_args(field.annotation) for note in get_args(part)[1:]]
    notes = [note for note in (*field.metadata, *inside) if isinstance(note, Values)]
    return notes[0].meanings if notes else {}


class Model(BaseModel):
    """Base of the schema: immutable, unknown fields refused, null the same as left out."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Add the values of vocabularies to the docstring, so that `help` shows them."""
        parts = [inspect.cleandoc(cls.__doc__ or "")]
        for name, field in cls.model_fields.items():
            lines = [f"    {value}: {meaning}" for value, meaning in values_of(field).items()]
            parts += ["\n".join((f"Values of `{name}`:", *lines))] if lines else []
        cls.__doc__ = "\n\n".join(parts)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None}

    def replace(self, **changes: Any) -> Self:
        """Return a copy with `changes`; they are not validated again."""
        return self.model_copy(update=changes)
