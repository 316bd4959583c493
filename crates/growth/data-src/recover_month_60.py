#!/usr/bin/env python3
"""Recovers month 60 of WHO 2007 from results of WHO's package `anthroplus`; README.md says why.

    python3 recover_month_60.py wheel reference_2007_dev.csv

Least squares (Gauss-Newton) for L, M and S of month 60 with the known month 61 above. Prints what was found, the
nearest decimals of the published precision and the largest difference of a z-score computed with these.
"""

import csv
import importlib
import sys

PLACES = [4, 4, 5]
TABLES = [
    ("hfa2007", "lfa", "zhfa_raw", "height_in_cm", False),
    ("wfa2007", "wfa", "zwfa_raw", "weight_in_kg", True),
    ("bfa2007", "bmifa", "zbfa_raw", "cbmi", True),
]


def z_score(y, row, restricted):
    l, m, s = row
    z = ((y / m) ** l - 1) / (s * l)
    if restricted and abs(z) > 3:
        side = 1 if z > 0 else -1
        second, third = (m * (1 + l * s * k * side) ** (1 / l) for k in (2, 3))
        z = side * (3 + (y - third) / (third - second))
    return z


def solve(a, b):
    """The solution of a small system, by elimination with pivots."""
    n = len(b)
    for i in range(n):
        k = max(range(i, n), key=lambda k: abs(a[k][i]))
        a[i], a[k], b[i], b[k] = a[k], a[i], b[k], b[i]
        for k in range(i + 1, n):
            f = a[k][i] / a[i][i]
            a[k] = [x - f * y for x, y in zip(a[k], a[i])]
            b[k] -= f * b[i]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (b[i] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x


def fit(seen, months, restricted):
    above = months[0]
    # Second-order extrapolation from months 61 to 63 is a good beginning.
    row = [3 * a - 3 * b + c for a, b, c in zip(*months)]
    free = [1, 2] if above[0] == 1 else [0, 1, 2]

    def errors(row):
        for share, y, z in seen:
            at = [a + share * (b - a) for a, b in zip(row, above)] if share > 0 else row
            yield z_score(y, at, restricted) - z

    for _ in range(60):
        now = list(errors(row))
        slopes = []
        for place in free:
            moved = list(row)
            moved[place] += 1e-6
            slopes.append([(a - b) / 1e-6 for a, b in zip(errors(moved), now)])
        normal = [[sum(x * y for x, y in zip(p, q)) for q in slopes] for p in slopes]
        for place, step in zip(free, solve(normal, [-sum(x * y for x, y in zip(p, now)) for p in slopes])):
            row[place] += step
    rounded = [round(value, places) for value, places in zip(row, PLACES)]
    return row, rounded, max(map(abs, errors(rounded)))


def main():
    sys.path.insert(0, sys.argv[1])
    rows = [row for row in csv.DictReader(open(sys.argv[2])) if row["age_in_months"]]
    rows = [row for row in rows if 60 <= float(row["age_in_months"]) < 61]
    for name, module, result, measure, restricted in TABLES:
        data = importlib.import_module("pygrowup.tables.by_month." + module).DATA
        for code, sex in ("1", "male"), ("2", "female"):
            seen = [
                (float(row["age_in_months"]) - 60, float(row[measure]), float(row[result]))
                for row in rows
                if row["csex"] == code and row[result]
            ]
            months = [[float(data[sex][month][part]) for part in "lms"] for month in (61, 62, 63)]
            row, rounded, worst = fit(seen, months, restricted)
            print(name, sex, f"{len(seen)} z-scores:", row, "->", rounded, "largest difference", worst)


main()
