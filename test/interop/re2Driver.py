"""Asks RE2 itself what expressions mean.

Reads one JSON object a line on standard input and prints one JSON line for each:
  {"pattern": EXPRESSION, "texts": [TEXT...]}  ->  {"found": [true or false...]} or {"refused": REASON}
"""

import json
import sys

import re2

options = re2.Options()
options.log_errors = False

for line in sys.stdin:
    question = json.loads(line)
    try:
        expression = re2.compile(question["pattern"], options)
    except re2.error as error:
        answer = {"refused": str(error)}
    else:
        answer = {"found": [expression.search(text) is not None for text in question["texts"]]}
    print(json.dumps(answer), flush=True)
