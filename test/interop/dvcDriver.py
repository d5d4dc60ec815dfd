"""Asks DVC what `dvc ls --rev` says about every folder, in one process: starting it takes seconds.

Reads {"repository": FOLDER, "revisions": [REV...]} on standard input and prints {REV: [entry...]} where an entry is
what `dvc ls --dvc-only --json` prints for an output, with its whole path. Folder outputs are not looked into: their
manifests need not be here.
"""

import json
import sys

from dvc.repo import Repo


def outputs(repository, revision, folder):
    for entry in Repo.ls(repository, path=folder, rev=revision, dvc_only=True):
        path = f"{folder}/{entry['path']}" if folder else entry["path"]
        if entry["isout"]:
            yield {**entry, "path": path}
        elif entry["isdir"]:
            yield from outputs(repository, revision, path)


request = json.load(sys.stdin)
answer = {}
for revision in request["revisions"]:
    answer[revision] = list(outputs(request["repository"], revision, ""))
json.dump(answer, sys.stdout)
