#!/usr/bin/python3 -B
"""bench_oci SCRATCH: stepbox-oci beside crun and runc, if they are installed, on one full bundle:
limits, docker's seccomp profile, all namespaces, the usual mounts, masked paths. Called by
scripts/bench in its stage; by itself:

    scripts/as-root scripts/stage scripts/lab/bench_oci.py /tmp
"""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from oci_bundle import hide_unified
from task import TOP, Complaint, run_main

MANY = 100
LIMITS = {
    "cpu": {"shares": 512, "quota": 100000, "period": 100000},
    "memory": {"limit": 128 << 20},
    "pids": {"limit": 64},
}
ARCHITECTURES = {"x86_64": ("SCMP_ARCH_X86_64", "amd64"), "aarch64": ("SCMP_ARCH_AARCH64", "arm64")}


def seccomp(capabilities):
    """docker's profile as an engine gives it to a runtime: the rules that apply."""
    profile = json.loads((TOP / "steps/07-unionfs/confinement/seccomp.json").read_text("utf-8"))
    native, machine = ARCHITECTURES[platform.machine()]
    architectures = [native]
    for entry in profile["archMap"]:
        if entry["architecture"] == native:
            architectures += entry["subArchitectures"]

    def applies(rule):
        wanted, unwanted = rule.get("includes", {}), rule.get("excludes", {})
        return (
            machine in wanted.get("arches", [machine])
            and machine not in unwanted.get("arches", [])
            and set(wanted.get("caps", [])) <= capabilities
            and not set(unwanted.get("caps", [])) & capabilities
        )

    rules = []
    for rule in filter(applies, profile["syscalls"]):
        rules.append({key: rule[key] for key in ("names", "action", "errnoRet") if key in rule})
        # "bits" is an extension of ours.
        conditions = [{k: v for k, v in one.items() if k != "bits"} for one in rule.get("args", [])]
        rules[-1]["args"] = conditions
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile["defaultErrnoRet"],
        "architectures": architectures,
        "syscalls": rules,
    }


def make_bundle(place, *command):
    """Makes the directory with a config.json. Its name is that of the cgroup, too."""
    place.mkdir()
    subprocess.run([TOP / "build/stepbox-oci", "spec", "--bundle", place], check=True)
    file = place / "config.json"
    config = json.loads(file.read_text("utf-8"))
    process, linux = config["process"], config["linux"]
    process |= {"terminal": False, "args": command}
    config["root"]["path"] = str(TOP / "busybox")
    linux["resources"] |= LIMITS
    linux["cgroupsPath"] = f"/stepbox-bench-{place.name}"
    linux["seccomp"] = seccomp(set(process["capabilities"]["bounding"]))
    file.write_text(json.dumps(config), encoding="utf-8")


def runtimes(scratch):
    """The command lines of those that are here."""
    found = {"stepbox-oci": f"{TOP}/build/stepbox-oci --root={scratch}/stepbox-oci"}
    for name, options in ("crun", "--cgroup-manager=cgroupfs"), ("runc", ""):
        if shutil.which(name):
            found[name] = f"{name} {options} --root={scratch}/{name}"
        else:
            print(f"{name} is not installed: no row for it")
    return found


def run(words):
    """Runs a command line, whose output is of no interest."""
    null = subprocess.DEVNULL
    subprocess.run(words.split(), stdin=null, stdout=null, stderr=null, check=True)


def compare(title, found, line):
    """Times a command line of each runtime, {name} and {runtime} in it. Returns the exit status."""
    print(f"\n{title}")
    rows = [
        f"{name}={line.format(name=name, runtime=runtime)}" for name, runtime in found.items()
    ]
    words = ["--runs", os.environ.get("RUNS", "30"), "--gap", os.environ.get("GAP", "40")]
    baseline = ["--baseline", "crun" if "crun" in found else "stepbox-oci"]
    return subprocess.run([TOP / "build/bench", *words, *baseline, *rows]).returncode


def memory_of_groups(pattern):
    """What the kernel has charged to these groups, in bytes: processes, and the kernel's own."""
    top = Path("/sys/fs/cgroup")
    files = [*top.glob(f"memory/{pattern}/memory.usage_in_bytes")]
    files += top.glob(f"{pattern}/memory.current")
    return sum(int(file.read_text("ascii")) for file in files)


def show_memory(scratch, found):
    """Prints the memory of a container with many at once."""
    print(f"\nThe memory of a container that sleeps, {MANY} at once, by its cgroup")
    for name, runtime in found.items():
        ids = [f"many-{name}-{number}" for number in range(MANY)]
        for one in ids:
            make_bundle(scratch / one, "/bin/sleep", "1000")
            run(f"{runtime} run --detach --bundle={scratch}/{one} {one}")
        each = memory_of_groups(f"stepbox-bench-many-{name}-*") / MANY / 1024
        print(f"{name:28} {each:10.0f} kB")
        for one in ids:
            run(f"{runtime} delete --force {one}")


def main(arguments):
    """The command line; returns the exit status."""
    if len(arguments) != 1:
        raise Complaint("bench_oci: only scripts/bench calls it, in a mount namespace of its own")
    hide_unified()
    with tempfile.TemporaryDirectory(dir=arguments[0], prefix="oci-") as directory:
        scratch = Path(directory)
        found = runtimes(scratch)
        for name, runtime in found.items():
            make_bundle(scratch / f"true-{name}", "/bin/true")
            make_bundle(scratch / f"sleep-{name}", "/bin/sleep", "1000")
            make_bundle(scratch / f"running-{name}", "/bin/sleep", "1000")
            run(f"{runtime} run --detach --bundle={scratch}/running-{name} running")
        status = compare(
            "A full bundle: run of /bin/true, start to exit",
            found,
            f"{{runtime}} run --bundle={scratch}/true-{{name}} true",
        ) | compare(
            "create, start, delete --force of a container that sleeps",
            found,
            f"{{runtime}} create --bundle={scratch}/sleep-{{name}} sleep ; "
            "{runtime} start sleep ; {runtime} delete --force sleep",
        ) | compare("exec of /bin/true", found, "{runtime} exec running /bin/true")
        for name, runtime in found.items():
            run(f"{runtime} delete --force running")
        show_memory(scratch, found)
    return status


if __name__ == "__main__":
    run_main(main)
