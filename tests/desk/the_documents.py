"""How thoroughly requests made from an API document are tried: TILL_EXAMPLES of each."""

from __future__ import annotations

import os
from typing import Any

import hypothesis
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation

EXAMPLES = int(os.environ.get("TILL_EXAMPLES", "40"))
PROFILE = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)
AS_FOUND = hypothesis.settings(
    PROFILE,
    max_examples=max(1, EXAMPLES // 2),
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
)
"""Half as many, without looking for a smaller request that fails as well."""


def without_headers(case: Any) -> None:
    """Credentials are the test's own; a request with nothing else wrong about it is none."""
    wrong = {
        place for place, one in case.meta.components.items() if one.mode is GenerationMode.NEGATIVE
    }
    hypothesis.assume(wrong - {ParameterLocation.HEADER, ParameterLocation.COOKIE})
    case.headers = {}
