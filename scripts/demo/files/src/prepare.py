"""Splits the transactions by time: the last fifth is for testing."""
import csv
import pathlib

rows = list(csv.reader(open("data/transactions.csv")))
head, body = rows[0], rows[1:]
cut = int(len(body) * 0.8)
out = pathlib.Path("data/prepared")
out.mkdir(exist_ok=True)
for name, part in (("train", body[:cut]), ("test", body[cut:])):
    with open(out / f"{name}.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *part])
