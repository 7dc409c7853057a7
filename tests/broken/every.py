"""The whole corpus."""

from __future__ import annotations

from tests.broken import calls, imports, manifests
from tests.broken.corpus import Case

CASES: tuple[Case, ...] = (*manifests.cases(), *imports.cases(), *calls.cases())
