"""A file of volunteer hours about one person, in the layout of the shipped catalog."""

from pathlib import Path

import polars as pl

from tests.factories import city, the_item


def hours_file(path: Path, name: str, id_number: str, document: str = "志〔2026〕1") -> Path:
    """Write a file with one row."""
    item = the_item("volunteer.hours")
    agency = city().catalog.agencies[item.agency]
    cells = {
        "item": item.code, "name": name, "id_number": id_number, "document_no": document,
        "quantity": "20", "source_name": agency.name, "source_code": agency.credit_code,
    }  # fmt: skip
    row = {
        c.name: cells.get(c.role) or ("2026-05-01" if c.type == "date" else
                                      c.values[0] if c.values else "某项目")
        for c in item.layout.columns
    }  # fmt: skip
    pl.DataFrame([row]).write_csv(path)
    return path
