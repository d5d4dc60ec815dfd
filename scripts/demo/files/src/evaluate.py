"""Measures the fraud detector on the payments it was not trained on."""
import csv
import json
import struct


def load(path):
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    names = header["__metadata__"]["features"].split(",")
    start, end = header["linear.weight"]["data_offsets"]
    return dict(zip(names, struct.unpack(f"<{len(names)}f", data[8 + length + start : 8 + length + end])))


def auc(pairs):
    positive = [score for score, label in pairs if label]
    negative = [score for score, label in pairs if not label]
    wins = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    return wins / (len(positive) * len(negative))


if __name__ == "__main__":
    weights = load("models/fraud-detector.safetensors")
    rows = list(csv.DictReader(open("data/features.csv")))
    rows = rows[int(len(rows) * 0.8) :]
    pairs = [(sum(w * float(row[n]) for n, w in weights.items()), int(row["fraud"])) for row in rows]
    with open("metrics/evaluate.json", "w") as file:
        json.dump({"auc": round(auc(pairs), 4)}, file, indent=4)
        file.write("\n")
