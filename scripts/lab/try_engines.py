#!/usr/bin/python3 -B
"""try_engines ENGINE [PROGRAM]: tests an OCI runtime under an engine: build/stepbox-oci, or crun or
runc to compare. The engine has a store of its own, no network, and an image of busybox/.

Runs as root in a stage with a PID namespace of its own, and leaves nothing behind. With PARTS=play
only the functions with this in their name: try_play(). With PODS=100 so many pods at once.
"""

import glob
import importlib.util
import os
import shutil
import subprocess
import sys
import time
import traceback

from engine_room import make_image
from oci_bundle import Room, enter_room, hide_unified
from summary import Summary
from tally import Tally
from task import Complaint, run_main

ENGINES = {
    "podman": "podman",
    "pods": "containerd, as Kubernetes drives it",
    "docker": "docker",
    "buildah": "buildah",
    "rootless": "podman without root",
    "containerd": "containerd",
}


def skip(why):
    """Nothing can be tested here."""
    print(f"  skip  {why}\n{Summary(skipped=1)}")
    return 0


def try_parts(engine, parts):
    """Runs the parts whose names are asked for."""
    for part in parts:
        if os.environ.get("PARTS", "") not in part.__name__:
            continue
        start = time.monotonic()
        try:
            part(engine)
        except Exception:  # of an answer that nobody expects
            engine.tally.holds(f"{part.__name__} comes to its end", traceback.format_exc())
        print(f"  {part.__name__}: {time.monotonic() - start:.1f} s")
        sys.stdout.flush()


def missing_of(module):
    """The programs, and modules of Python, that the test needs and this machine has not."""
    missing = [name for name in module.PROGRAMS if not shutil.which(name)]
    modules = getattr(module, "MODULES", [])
    modules = [name for name in modules if not importlib.util.find_spec(name)]
    return missing + modules


def main(arguments):
    """The command line; returns the exit status."""
    name = arguments[2] if arguments[:1] == ["--inside"] else "".join(arguments[:1])
    if name not in ENGINES:
        raise Complaint(f"try_engines: no such engine: '{name}' ({', '.join(ENGINES)})")
    module = importlib.import_module(f"engine_{name}")
    if missing := missing_of(module):
        return skip(f"there is no {' and no '.join(missing)}")
    scratch, _, *words = enter_room(__file__, arguments)
    hide_unified()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "run", "/run"], check=True)
    room, tally = Room(scratch, *words), Tally()
    make_image(room)
    with module.Engine(room, tally) as engine:
        if wrong := engine.defect():
            skip(f"{name} does not work here with another runtime\n{wrong}")
        else:
            try_parts(engine, module.PARTS)
            engine.remove_all()
    if not wrong:
        tally.holds("at the end nothing is left", room.left(groups=False))
        tally.holds("no state is left", "\n".join(glob.glob(str(engine.states))))
        tally.holds("no group is left", "\n".join(map(str, engine.groups_left())))
    room.close()
    return 0 if wrong else tally.end()


if __name__ == "__main__":
    run_main(main)
