"""Makes random `.dvcignore` files and folders and prints, as JSON, what DVC itself still sees there.

    python randomIgnores.py SEED COUNT
"""

import json
import logging
import os
import random
import shutil
import sys
import tempfile
import warnings

from dvc.repo import Repo

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
pick = random.Random(int(sys.argv[1]))

NAMES = ["a", "b", "c", "ab", "x.pkl", "y.pkl", "dir", "a b", "é", "[x]", "A", ".hid", "x"]
WILD = "a b * ** *.pkl ? a* *b [ab] [!a] dir x \\a \\!a \\#a é [a-c] x.* .* [^b]".split() + ["a b"]


def rule():
    inner = "/".join(pick.choice(WILD) for _ in range(pick.randint(1, 3)))
    forms = [inner, inner, inner, f"/{inner}", f"{inner}/", f"!{inner}", f"!/{inner}", f"!{inner}/"]
    return pick.choice([*forms, f"**/{inner}", f"{inner}/**", f" {inner} ", f"#{inner}"])


def place(root, path):
    """Makes a file where nothing stands in the way."""
    whole = os.path.join(root, path)
    try:
        os.makedirs(os.path.dirname(whole), exist_ok=True)
    except OSError:
        return
    if not os.path.exists(whole):
        open(whole, "w").close()


def case(root):
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(os.path.join(root, ".dvc"))
    with open(os.path.join(root, ".dvc", "config"), "w") as config:
        config.write("[core]\n    no_scm = true\n")
    rules = {}
    for folder, share in [("", 1), ("dir", 0.4), ("a", 0.3)]:
        if pick.random() < share:
            rules[folder] = "".join(f"{rule()}\n" for _ in range(pick.randint(1, 4)))
            os.makedirs(os.path.join(root, folder), exist_ok=True)
            with open(os.path.join(root, folder, ".dvcignore"), "w", encoding="utf-8") as file:
                file.write(rules[folder])
    paths = sorted({"/".join(pick.choice(NAMES) for _ in range(pick.randint(1, 4))) for _ in range(12)})
    for path in paths:
        place(root, path)
    files = [path for path in paths if os.path.isfile(os.path.join(root, path))]
    try:
        repo = Repo(root)
        seen = {
            os.path.relpath(os.path.join(folder, name), root)
            for folder, _, names in repo.dvcignore.walk(repo.fs, root)
            for name in names
        }
    except Exception:
        return None
    return {"rules": rules, "files": files, "seen": [path for path in files if path in seen]}


with tempfile.TemporaryDirectory() as base:
    made = [case(os.path.join(base, "repo")) for _ in range(int(sys.argv[2]))]
    print(json.dumps([one for one in made if one is not None]))
