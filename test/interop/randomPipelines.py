"""Makes random DVC pipelines and prints, as JSON, the files of each and what DVC itself makes of them.

    python randomPipelines.py SEED COUNT
"""

import json
import logging
import os
import random
import shutil
import sys
import tempfile

from dvc.repo import Repo
from dvc.repo.index import Index

logging.disable(logging.CRITICAL)
pick = random.Random(int(sys.argv[1]))

SCALARS = (
    "a b x1 1 0.1 1e-5 true True null ~ 1.0 1_000 0x1F .5 yes on a.b é -1 +1 007".split()
    + ['"1"', "'a b'", '"true"']
)
NAMES = ["a", "b", "c", "lr", "n"]
SHARED = NAMES + ["deep.a", "deep.b", "items[0]", "cfg.a", "cfg.lr", "m[0].x", "deep.c[0]", "deep.c[-1]"]


def scalar():
    return pick.choice(SCALARS)


def scalars(most):
    return "[" + ", ".join(scalar() for _ in range(pick.randint(1, most))) + "]"


def records(*keys):
    return "{" + ", ".join(f"{key}: {scalar()}" for key in keys) + "}"


def several(make, most):
    return ", ".join(make() for _ in range(pick.randint(1, most)))


def parameters():
    return [
        *(f"{name}: {scalar()}" for name in NAMES),
        f"deep: {{a: {scalar()}, b: {scalar()}, c: {scalars(3)}}}",
        f"items: {scalars(4)}",
        f"m: [{several(lambda: records('x', 'a'), 3)}]",
        f"cfg: {records('a', 'lr')}",
    ]


def own_variables():
    return [f"v{pick.randint(0, 99999)}: {scalar()}" for _ in range(pick.randint(1, 3))]


def expression(local):
    space = lambda: pick.choice(["", " "])
    address = pick.choice(SHARED + local)
    return "${" + space() + address + space() + "}" if pick.random() < 0.9 else "\\${" + address + "}"


def path(local):
    name = pick.choice(["out", "models/m", "data/d", "x/y/z", "a b", "é"]) + str(pick.randint(0, 5))
    if pick.random() < 0.45:
        here = lambda: expression(local)
        forms = [f"{name}-{here()}", f"{here()}/{name}", f"{here()}.pkl", f"{name}{here()}{here()}"]
        name = pick.choice(forms)
    else:
        name += pick.choice([".pkl", "", ".json"])
    return pick.choice(["../", "./", "x/../"]) + name if pick.random() < 0.06 else name


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def output(local):
    settings = [
        setting
        for setting, share in [
            ("cache: " + pick.choice(["true", "false"]), 0.15),
            ("persist: true", 0.1),
            ("type: model", 0.1),
            ("desc: " + quoted("d " + expression(local)), 0.05),
            ("labels: [a, b]", 0.05),
        ]
        if pick.random() < share
    ]
    name = quoted(path(local))
    return f"- {name}: {{{', '.join(settings)}}}" if settings else f"- {name}"


def body(local):
    lines = ["cmd: " + quoted("run " + (expression(local) if pick.random() < 0.4 else "x"))]
    if pick.random() < 0.25:
        lines.append("wdir: " + quoted(pick.choice(["w", "..", "w/x", ".", "w" + expression(local)])))
    elif pick.random() < 0.2:
        lines.append("vars: [" + pick.choice(["{zz: 1}", "{yy: [1]}", "v.yaml", "v.json", "v.toml", "v.py"]) + "]")
    if pick.random() < 0.3:
        lines.append("params: [" + pick.choice(["a", "lr", "a, b", "v.yaml:", "{v.yaml: [a]}"]) + "]")
    for key, share in [("outs", 1), ("metrics", 0.2), ("plots", 0.15)]:
        if pick.random() < share:
            lines += [f"{key}:", *(output(local) for _ in range(pick.randint(1, 2)))]
    return lines


def foreach():
    keys = pick.sample(["p", "q", "r", "s", "1", "x.y"], pick.randint(1, 3))
    forms = [
        (scalars(4), ["item"]),
        (f"[{several(lambda: records('x', 'a'), 3)}]", ["item.x", "item.a"]),
        (records(*keys), ["item", "key"]),
        ("{" + ", ".join(f"{key}: {records('x', 'b')}" for key in keys) + "}", ["item.x", "item.b", "key"]),
        ("${items}", ["item"]),
        ("${m}", ["item.x", "item.a"]),
        ("${cfg}", ["item", "key"]),
        ("${deep.c}", ["item"]),
    ]
    return pick.choice(forms)


def matrix():
    keys = pick.sample(["a", "b", "x"], pick.randint(1, 3))
    axes = [f"  {key}: {pick.choice([scalars(3), '${items}', '${deep.c}'])}" for key in keys]
    return ["matrix:", *axes], [*(f"item.{key}" for key in keys), "key"]


def stage():
    form = pick.choice(["plain", "plain", "foreach", "matrix"])
    if form == "plain":
        return body([])
    if form == "foreach":
        items, local = foreach()
        return [f"foreach: {items}", "do:", *("  " + line for line in body(local * 2))]
    axes, local = matrix()
    return [*axes, *body(local)]


def pipeline():
    lines = []
    if pick.random() < 0.25:
        entries = ["\n  ".join(own_variables()), "v.yaml", "v.json", "v.toml", "v.py"]
        lines += ["vars:", *("- " + entry for entry in pick.sample(entries, 2))]
    lines.append("stages:")
    for index in range(pick.randint(1, 4)):
        lines += [f"  {pick.choice(['s', 'train', 'eval_x', 'a-b'])}{index}:", *("    " + line for line in stage())]
    if pick.random() < 0.4:
        where = quoted(pick.choice(["a", "b/c", "x${n}.pkl", "${deep.a}/y"]))
        lines += ["artifacts:", f"  art: {{path: {where}, type: {pick.choice(['model', 'dataset'])}}}"]
    return lines


def text(lines):
    return "\n".join(lines) + "\n"


def read(root, folder):
    try:
        repo = Repo(root)
        index = Index.from_file(repo, os.path.join(root, folder, "dvc.yaml"))
        outs = [
            {"path": os.path.relpath(out.fs_path, root), "stage": stage.name, "cached": bool(out.use_cache), "cmd": stage.cmd}
            for stage in index.stages
            for out in stage.outs
        ]
        artifacts = {
            name: {"path": str(artifact.path), "type": artifact.type}
            for declared in repo.artifacts.read().values()
            for name, artifact in declared.items()
        }
        return {"outs": outs, "artifacts": artifacts}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def case(root):
    shutil.rmtree(root, ignore_errors=True)
    folder = pick.choice(["", "sub"])
    os.makedirs(os.path.join(root, "sub"))
    os.makedirs(os.path.join(root, ".dvc"))
    with open(os.path.join(root, ".dvc", "config"), "w") as config:
        config.write("[core]\n    no_scm = true\n")
    files = {
        "params.yaml": text(parameters()),
        "v.yaml": text(own_variables()),
        "v.json": json.dumps({pick.choice(["j", "k"]): pick.choice([1, 1.0, "x", None, True, [1, 2]])}),
        "v.toml": pick.choice(["t = 1\n", 'ta = "x"\n', "[tdeep]\na = 1.5\n"]),
        "v.py": pick.choice(["py = 1\n", 'pa = "x"\nclass pdeep:\n    a = 2\n']),
        "dvc.yaml": text(pipeline()),
    }
    for name, content in files.items():
        with open(os.path.join(root, folder, name), "w", encoding="utf-8") as file:
            file.write(content)
    return {"folder": folder, "files": files, "expected": read(root, folder)}


with tempfile.TemporaryDirectory() as base:
    print(json.dumps([case(os.path.join(base, "repo")) for _ in range(int(sys.argv[2]))]))
