"""A contract for import-linter that reads like a row of the architecture's table.

``modules`` may import themselves, the standard library and what ``may_import`` lists; nothing
else. ``except_modules`` and ``never_import`` take away from the two. Each name covers all that
lies below it, a ``*`` stands for any one name, and a name that matches nothing yet is no error.
Only direct imports count: what an allowed module imports is judged in that module's own row.
"""

from __future__ import annotations

import sys

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules


class BoxContract(Contract):
    type_name = "box"

    modules = fields.SetField(subfield=fields.ModuleExpressionField())
    except_modules = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    may_import = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)
    never_import = fields.SetField(subfield=fields.ModuleExpressionField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        inside = self._covered(graph, "modules") - self._covered(graph, "except_modules")
        allowed = self._covered(graph, "may_import") - self._covered(graph, "never_import")
        allowed |= inside
        crossed = [
            (importer, imported)
            for importer in sorted(inside)
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if imported not in allowed and imported not in sys.stdlib_module_names
        ]
        return ContractCheck(kept=not crossed, metadata={"crossed": crossed})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["crossed"]:
            output.print_error(f"{importer} may not import {imported}")

    def _covered(self, graph: ImportGraph, field: str) -> set[str]:
        expressions = getattr(self, field) or ()
        named = {module.name for module in module_expressions_to_modules(graph, expressions)}
        present = named & graph.modules
        below = (graph.find_descendants(name) for name in present if not _squashed(graph, name))
        return present.union(*below)


def _squashed(graph: ImportGraph, name: str) -> bool:
    return graph.is_module_squashed(name)
