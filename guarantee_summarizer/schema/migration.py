"""Read summaries that were stored with version 1 of the schema.

Version 2 renamed the `order` of layers to `rank`, and made every group that a reference names a
participant; all values of version 1 are values of version 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["MIGRATED", "migrated"]

MIGRATED = "2 (migrated from 1)"
"""`Provenance.schema_version` of a summary that was stored under version 1."""
_REFERENCES = {"events": "participants", "proposals": "proposed_by"}


def migrated(data: Any) -> Any:
    """Return stored data in the form of version 2; other versions are returned unchanged.

    Args:
        data: a summary as parsed JSON; it is changed only if its provenance says version 1.
    """
    provenance = data.get("provenance") if isinstance(data, dict) else None
    if not isinstance(provenance, dict) or str(provenance.get("schema_version")) != "1":
        return data
    new = dict(data)
    new["provenance"] = {**provenance, "schema_version": MIGRATED}
    structure = dict(new.get("structure") or {})
    structure["layers"] = [
        {("rank" if name == "order" else name): value for name, value in layer.items()}
        for layer in structure.get("layers") or ()
    ]
    new["structure"] = structure
    participants = list(new.get("participants") or ())
    known = {form for p in participants for form in (p["name"], *(p.get("aliases") or ()))}
    for name, evidence in _references(new):
        if name not in known:
            known.add(name)
            participants.append({"name": name, "kind": "group", "evidence": evidence})
    new["participants"] = participants
    return new


def _references(data: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield every name that a claim refers to, with the evidence of the claim."""
    for section, field in _REFERENCES.items():
        for claim in data.get(section) or ():
            yield from ((name, claim.get("evidence")) for name in claim.get(field) or ())
    for layer in data["structure"]["layers"]:
        yield from ((name, layer.get("evidence")) for name in layer.get("providers") or ())
    for dispute in data.get("disputes") or ():
        for position in dispute.get("positions") or ():
            yield position["party"], position.get("evidence") or dispute.get("evidence")
