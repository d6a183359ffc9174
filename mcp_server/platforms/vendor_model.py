"""The base of every vendor's model: what we do not know is ignored, what we know may be absent or null."""

import contextlib
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic.alias_generators import to_camel

RowT = TypeVar("RowT")


class VendorModel(BaseModel):
    """A document as a platform sends it, with snake_case names; fields we do not use are dropped."""

    # A model's validator is built when a first document comes: light start-up.
    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def without_nulls(cls, document: Any) -> Any:
        """A null is an absent value: the field takes its default."""
        if not isinstance(document, dict):
            return document
        fields = cast("dict[str, Any]", document)
        return {name: value for name, value in fields.items() if value is not None}


class CamelModel(VendorModel):
    """A document whose field names are camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel)


class Page(VendorModel):
    """A page of rows in `items`; `sent` counts them all, also those that could not be read."""

    sent: int = 0

    @model_validator(mode="before")
    @classmethod
    def counted(cls, document: Any) -> Any:
        """Counts what was sent, for the next page starts there."""
        if not isinstance(document, dict):
            return document
        fields = cast("dict[str, Any]", document)
        items = fields.get("items")
        return {**fields, "sent": len(cast("list[Any]", items)) if isinstance(items, list) else 0}


def _each_alone(rows: Any, validate: ValidatorFunctionWrapHandler) -> tuple[Any, ...]:
    try:
        return validate(rows)
    except ValidationError:
        if not isinstance(rows, list):
            raise
        good: list[Any] = []
        for row in cast("list[Any]", rows):
            with contextlib.suppress(ValidationError):
                good += validate([row])
        if not good:
            raise
        return tuple(good)


Rows = Annotated[tuple[RowT, ...], WrapValidator(_each_alone)]
"""Rows of a list without those that are not as documented, unless none is: one odd row must not take the rest along."""
