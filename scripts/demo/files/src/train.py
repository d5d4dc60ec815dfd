"""Trains the fraud detector and writes it as safetensors."""
import csv
import json
import math
import struct

EPOCHS, LEARNING_RATE = 20, 0.1


def train(rows, names):
    weights, bias = [0.0] * len(names), 0.0
    for _ in range(EPOCHS):
        for row in rows:
            values = [float(row[name]) for name in names]
            error = 1 / (1 + math.exp(-sum(w * v for w, v in zip(weights, values)) - bias)) - float(row["fraud"])
            weights = [w - LEARNING_RATE * error * v for w, v in zip(weights, values)]
            bias -= LEARNING_RATE * error
    return weights, bias


if __name__ == "__main__":
    rows = list(csv.DictReader(open("data/features.csv")))
    names = [name for name in rows[0] if name not in ("id", "fraud")]
    weights, bias = train(rows, names)
    header = {
        "__metadata__": {"features": ",".join(names)},
        "linear.bias": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
        "linear.weight": {"dtype": "F32", "shape": [1, len(names)], "data_offsets": [4, 4 + 4 * len(names)]},
    }
    text = json.dumps(header).encode()
    with open("models/fraud-detector.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + struct.pack(f"<{1 + len(names)}f", bias, *weights))
