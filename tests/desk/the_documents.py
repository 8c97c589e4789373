"""How thoroughly requests made from an API document are tried: TILL_EXAMPLES of each."""

from __future__ import annotations

import os

import hypothesis

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
