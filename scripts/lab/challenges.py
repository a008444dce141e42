#!/usr/bin/python3 -B
"""challenges: lists all tasks beyond the steps, steps/*/challenges/NAME, with their steps.

CONTRIBUTING.md describes such a folder. There is no list of them: each folder is a challenge.
"""

from task import Task, challenge_folders, run_main


def main(_):
    """The command line; returns the exit status."""
    for folder in challenge_folders():
        title = (folder / "README.md").read_text(encoding="utf-8").splitlines()[0]
        step = Task("-" + folder.name).step
        print(f"step {step}  {folder.name:<12} {title.partition(': ')[2]}")
    return 0


if __name__ == "__main__":
    run_main(main)
