"""The base of every vendor's model: what we do not know is ignored, what we know may be absent."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class VendorModel(BaseModel):
    """A document as a platform sends it, with snake_case names; fields we do not use are dropped."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class CamelModel(VendorModel):
    """A document whose field names are camelCase on the wire."""

    model_config = ConfigDict(alias_generator=to_camel)
