"""A report of verify on one program, shortened for a student.

Shows one red claim in full, and a line of each other claim. Claims that are red for the same reason
(a message of the program's own, or its leftovers) are listed with the first one.
"""

import re

PLAIN = {"red": "", "green": "", "grey": "", "bold": "", "plain": ""}
COLOURS = {
    "red": "\033[31m",
    "green": "\033[32m",
    "grey": "\033[90m",
    "bold": "\033[1m",
    "plain": "\033[0m",
}
LONGEST = 150  # characters of a reason


class Entry:
    """One claim in a report: its line, and the lines below it."""

    def __init__(self, line):
        self.line = line  # "  RED   the command is process 1"
        self.name = line[8:]
        self.is_red = line.startswith("  RED ")
        self.is_green = line.startswith("  ok ")
        self.is_skipped = line.startswith("  skip")
        self.seen = []  # all lines but the hint
        self.hint = ""  # a line
        self.first = ""  # the reason in one line
        self.reason = ""  # other claims may have the same
        self._told = False  # the remaining lines only tell place and command
        self._left_behind = False  # the line before was the heading of the leftovers

    @property
    def is_leftover(self):
        """Red only because of leftovers: another claim tells more."""
        return bool(self.seen) and self.seen[0].startswith("        left behind, ")

    def add(self, line):
        """The next line below the claim's."""
        if line.startswith("        hint: "):
            self.hint = line
            return
        self.seen.append(line)
        text = line.lstrip(" ")
        if text.startswith("left behind, "):
            self.first, self._left_behind = text, True
            return
        if self._left_behind:
            self.first += " " + text
            self.reason = "left behind: " + text
            self._told, self._left_behind = True, False
        if not self.reason and (message := re.search(r"(mine|step)[1-7]: .*", text)):
            self.reason = message[0][:LONGEST]
        if re.fullmatch(r"\(.*:[0-9]+\)", text) or text.startswith("$ "):
            self._told = True
        if not self._told:
            self.first += ("; " if self.first else "") + text


def parse(report):
    """The entries of a report."""
    entries = []
    for line in report.splitlines():
        if re.match(r"  [a-zR]", line):
            entries.append(Entry(line))
        elif entries and line.startswith("  "):
            entries[-1].add(line)
    return entries


def reds(entries):
    """Names of the red claims; those that are red only because of leftovers come last."""
    red = [entry for entry in entries if entry.is_red]
    return [entry.name for entry in sorted(red, key=lambda entry: entry.is_leftover)]


def head(entry, whole, colours):
    """The entry's line and its reason, in full for the claim `whole`."""
    colour = "red" if entry.is_red else "green" if entry.is_green else "grey"
    text = f"{colours[colour]}{entry.line}{colours['plain']}\n"
    if not entry.first:
        return text
    if entry.is_red and entry.name == whole:
        return text + "".join(f"{line}\n" for line in entry.seen)
    return f"{text}        {entry.first[:LONGEST]}\n"


def tail(entry, followers, shown):
    """The hint, and the claims that are red for the same reason; `shown`: the text of head()."""
    if not entry.first:
        return ""
    hint = entry.hint
    if followers:  # a hint of one claim does not fit the whole group
        hint = re.sub(r" \(the claim.s own hint: .*\)", "", hint)
    if "unknown option" in entry.reason:
        hint = "        main.cpp does not read that option yet"
    text = f"{hint}\n" if hint else ""
    if followers:
        what = entry.reason.removeprefix("left behind: ")
        why = "" if what in shown else f", {entry.reason}"
        text += f"        the same in {len(followers)} more{why}:\n"
        text += "".join(f"          {each.name}\n" for each in followers)
    return text


def brief(entries, whole="", colours=PLAIN):
    """The text of all entries; the claim `whole` is shown in full."""
    leaders, followers = {}, {}
    for entry in entries:
        kind = re.sub("[0-9]+", "N", entry.reason) if entry.reason else entry
        leader = leaders.setdefault(kind, entry)
        followers.setdefault(leader, [])
        if leader is not entry:
            followers[leader].append(entry)
    text = ""
    for leader, rest in followers.items():
        shown = head(leader, whole, colours)
        text += shown + tail(leader, rest, shown)
    return text
