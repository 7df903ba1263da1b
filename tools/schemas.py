"""Write the JSON Schemas of checklist, scheme, platform and visit, each key with its meaning, into ``docs/schemas``."""

from __future__ import annotations

import json
from pathlib import Path

from records import records

from cemaudit.model import Checklist, Record, Scheme, Visit
from cemaudit.model.platform import Platform

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
RECORDS: dict[str, type[Record]] = {"checklist": Checklist, "scheme": Scheme, "platform": Platform, "visit": Visit}


def schema_text(record: type[Record]) -> str:
    """The JSON Schema of a record, as written to its file."""
    schema = record.model_json_schema()
    parts = {record.__name__: schema, **schema.get("$defs", {})}
    for described in records():
        for name, sentence in described.sentences.items() if described.name in parts else ():
            key = described.record.model_fields[name].alias or name  # type: ignore[attr-defined]
            parts[described.name]["properties"][key]["description"] = sentence.replace("``", "`")
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, record in RECORDS.items():
        (FOLDER / f"{name}.schema.json").write_text(schema_text(record), encoding="utf-8")


if __name__ == "__main__":
    main()
