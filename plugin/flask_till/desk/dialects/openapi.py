"""What the OpenAPI documents of all protocols here share: schemas are made of the very models that
read and write the messages, and say what is checked in code besides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ...errors import MoneyError
from ...money import coins, exponent

Model = type[BaseModel]
Schema = dict[str, Any]
Message = tuple[Model, JsonSchemaMode]
VERSION = "3.1.0"
REF = "#/components/schemas/{model}"
JSON = "application/json"
NO_NUL = "^[^\\u0000]*$"
NAME = {"pattern": NO_NUL}
"""Of a member that anybody may name."""


def schemas_of(messages: Sequence[Message], refine: Callable[[str, Schema], None]) -> Schema:
    """The schemas of the messages and of all that they are made of, by name.

    ``refine`` is shown each member by its name, and each choice of a member that has several.
    """
    _, found = models_json_schema(messages, ref_template=REF)
    schemas: Schema = found["$defs"]
    for name, member in _members(schemas):
        refine(name, member)
    return schemas


def _members(schemas: Schema) -> Iterator[tuple[str, Schema]]:
    for schema in list(schemas.values()):
        for name, member in schema.get("properties", {}).items():
            yield from ((name, one) for one in (member, *member.get("anyOf", ())))


def refer(model: Model | str) -> Schema:
    return {"$ref": REF.format(model=model if isinstance(model, str) else model.__name__)}


def in_json(schema: Schema, kind: str = JSON) -> Schema:
    """The contents of a body."""
    return {kind: {"schema": schema}}


def body_of(schema: Schema) -> Schema:
    return {"required": True, "content": in_json(schema)}


def an_object(members: Schema, *, optional: Sequence[str] = ()) -> Schema:
    """An object with those members, for what is no message of its own."""
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required}


def always_whole(schema: Schema) -> None:
    """Of what we write, no member is ever left out."""
    schema["required"] = list(schema["properties"])


def open_to_unknown(schemas: Schema, unknown: str) -> None:
    """Members that nobody knows are ignored; that they are readable is checked all the same."""
    for schema in schemas.values():
        if schema.get("type") == "object":
            schema |= {"additionalProperties": refer(unknown), "propertyNames": NAME}


def free_json(name: str, kinds: Sequence[str]) -> Schema:
    """Any JSON whose scalars are texts or of those kinds; ``name`` is that of the schema itself."""
    return {
        "anyOf": [
            {"type": "string", "pattern": NO_NUL},
            {"type": list(kinds)},
            {"type": "array", "items": refer(name)},
            {"type": "object", "additionalProperties": refer(name), "propertyNames": NAME},
        ],
    }


def currencies() -> list[str]:
    """All that have a minor unit, and the coins that are taken here."""
    from iso4217 import Currency

    listed = (code for code in {one.value for one in Currency} if _has_minor_unit(code))
    return sorted([*listed, *coins()])


def _has_minor_unit(code: str) -> bool:
    try:
        exponent(code)
    except MoneyError:
        return False
    return True
