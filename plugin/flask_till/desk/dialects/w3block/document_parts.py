"""What calls of the document have in common: who makes them, what refuses them, what a list is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ....wire.w3block import access, paging
from ....wire.w3block.error_codes import W3blockCode
from ....wire.w3block.statuses import OrderStatus
from ..openapi import Model, Schema, an_object, body_of, in_json, refer
from .document_words import TEXT

REFUSAL = "Refusal"
PROBLEMS = {
    400: "Not acceptable; `errorCode` says why.",
    401: "Nobody who may do this: no token, a wrong one, another company's, or without the role.",
    404: "Unknown, or somebody else's: the two look alike.",
    409: "Somebody else was faster.",
    413: "The body is too long.",
    429: "Too many; `Retry-After` says for how many seconds.",
    503: "Nothing is lost; safe to repeat.",
}
BEARER, TENANT = "token", (access.TENANT_HEADER, access.KEY_HEADER, access.SECRET_HEADER)
BY_MEMBER: list[Schema] = [{BEARER: []}, {name: [] for name in TENANT}]
BY_ANYBODY: list[Schema] = []
SCHEMES: Schema = {
    BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    **{name: {"type": "apiKey", "in": "header", "name": name} for name in TENANT},
}
Answer = Schema | Model | None


def reading(
    name: str, answer: Model, parameters: list[Schema], *, by: list[Schema] = BY_ANYBODY
) -> Schema:
    return {"get": operation(name, by, 200, answer, {404: ()}, parameters)}


def listing(name: str, by: list[Schema], item: Model, parameters: list[Schema]) -> Schema:
    page = an_object(
        {
            "items": {"type": "array", "items": refer(item)},
            "meta": refer(paging.PageMeta),
            "links": refer(paging.PageLinks),
        }
    )
    refused: dict[int, Sequence[W3blockCode]] = {400: (W3blockCode.VALIDATION_ERROR,)}
    if parameters:
        refused[404] = ()
    asked = [*parameters, *filters(EVERY_LIST)]
    return {"get": operation(name, by, 200, page, refused, asked)}


def asking(told: Schema, asks: Model) -> Schema:
    told["responses"]["413"] = problem(413, [])
    described = {"description": asks.__doc__} if asks.__doc__ else {}
    return told | described | {"requestBody": body_of(refer(asks))}


def operation(
    name: str,
    by: list[Schema],
    status: int,
    answer: Answer,
    refused: Mapping[int, Sequence[W3blockCode]],
    parameters: Sequence[Schema] = (),
) -> Schema:
    always: dict[int, Sequence[W3blockCode]] = {429: (), 503: ()}
    found = {**always, **({401: ()} if by else {}), **refused}
    done: Schema = {"description": "Done."}
    if answer is not None:
        done["content"] = in_json(answer if isinstance(answer, dict) else refer(answer))
    problems = {str(code): problem(code, words) for code, words in sorted(found.items())}
    return {
        "operationId": name,
        "parameters": list(parameters),
        "security": by,
        "responses": {str(status): done, **problems},
    }


def problem(status: int, codes: Iterable[W3blockCode]) -> Schema:
    """A word for each way to be wrong; none where the status says it all (2)."""
    words: list[str | None] = [str(code) for code in codes]
    if status not in (400, 409):
        words.append(None)
    code = {"properties": {"statusCode": {"const": status}, "errorCode": {"enum": words}}}
    told: Schema = {
        "description": PROBLEMS[status],
        "content": in_json({"allOf": [refer(REFUSAL), code]}),
    }
    if status == 429:
        told["headers"] = {"Retry-After": {"schema": {"type": "string"}, "required": True}}
    return told


def named(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def number(most: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": most}


def words(*words: object) -> Schema:
    known = {"enum": [str(one) for one in words]}
    return {"type": "array", "items": known, "maxItems": paging.MOST_WORDS}


EVERY_LIST: Schema = {
    "page": number(paging.LAST_PAGE),
    "limit": number(paging.LAST_PAGE),
    "search": {"type": "string", "maxLength": paging.LONGEST_SEARCH, "pattern": "^[ -~]*$"},
    "orderBy": {"enum": [str(one) for one in paging.Direction]},
}
SORTED: Schema = {"sortBy[]": words("createdAt")}
BUYERS: Schema = {
    **SORTED,
    "status[]": words(*OrderStatus),
    "createdAt": {"type": "string", "format": "date"},
}


def filters(known: Schema) -> list[Schema]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in known.items()]
