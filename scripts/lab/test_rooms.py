"""Includes point one way: a room includes its own files and those of rooms before it."""

import pathlib
import re
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
STEPS = sorted(path.name for path in (REPOSITORY / "steps").glob("0*"))
RUNTIME = STEPS[-1]

# The rooms of step 7, in their order. Those in PEERS do not include each other.
RUNTIME_ROOMS = ["files", "images", "process", "confinement", "console", "storage", "volumes",
                 "sharing", "networks", "resources", "registry", "oci", "containers", "formats",
                 "verbs"]
PEERS = {"images", "process", "console", "storage"}
TESTING_ROOMS = ["stage", "harness"]
MOST_SOURCES = 30
LISTS = {"verbs", "claims"}  # one file an item: they may be longer


def place_of(path):
    """(group, rank, room) of a file named as in an #include; None for a foreign one."""
    parts = path.split("/")
    if parts[:2] == ["common", "testing"]:
        room = parts[2] if len(parts) > 3 else ""
        return "testing", TESTING_ROOMS.index(room) if room in TESTING_ROOMS else 9, room
    if parts[0] == "common":
        return "common", 0, ""
    if parts[0] not in STEPS:
        return None
    number = STEPS.index(parts[0]) + 1
    if parts[0] != RUNTIME or len(parts) == 2:
        # main.cpp of step 7 stands above its rooms, as dispatch() calls back into it.
        return "steps", number * 100 + (99 if parts[0] == RUNTIME else 0), ""
    room = parts[1]
    rank = RUNTIME_ROOMS.index(room) if room in RUNTIME_ROOMS else 98
    return "steps", number * 100 + rank, room


def violation(including, included):
    """Why `including` may not include `included`, both named as in an #include; "" if it may."""
    source, target = place_of(including), place_of(included)
    if target is None:
        return ""
    is_test = re.search(r"(_unit|/verify[a-z_]*)\.[ch]pp$", including)
    if target[0] == "testing":
        if source[0] == "testing":
            return "a later room of common/testing" if target[1] > source[1] else ""
        return "" if is_test or source[0] == "testing" else "the test harness"
    if target[0] == "steps" and source[0] in ("common", "testing"):
        return "" if is_test else "a step"
    if source[0] == target[0] == "steps":
        if target[1] > source[1]:
            return "a later step" if target[1] // 100 > source[1] // 100 else "a later room"
        if source[2] != target[2] and {source[2], target[2]} <= PEERS:
            return "a room beside it"
    return ""


def sources():
    for folder in ("common", "steps"):
        for path in sorted((REPOSITORY / folder).rglob("*.[ch]pp")):
            name = path.relative_to(REPOSITORY / ("steps" if folder == "steps" else ".")).as_posix()
            if not re.search(r"/(challenges|experiments|skeleton)/", name):
                yield name, path


def types_of(text):
    """Names of the types that a source defines outside of an unnamed namespace."""
    named = re.sub(r"^namespace \{$.*?^\}  // namespace$", "", text, flags=re.M | re.S)
    kinds = "struct|class|union|enum class|enum"
    return re.findall(rf"^(?:{kinds}) (\w+)(?: [^;\n]*)? \{{", named, re.M)


class Rooms(unittest.TestCase):
    def test_includes_point_to_earlier_rooms(self):
        for name, path in sources():
            for included in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
                self.assertEqual(violation(name, included), "", f"{name} includes {included}")

    def test_the_old_cycle_would_be_found(self):
        for including, included in [
                ("images/image.cpp", "containers/container.hpp"),
                ("files/tar_writer.hpp", "containers/file_changes.hpp"),
                ("process/process_table.hpp", "containers/record.hpp"),
                ("process/process_options.hpp", "images/image.hpp"),
                ("process/process_setup.hpp", "containers/options.hpp"),
                ("storage/overlay.hpp", "containers/options.hpp")]:
            self.assertNotEqual(violation(f"{RUNTIME}/{including}", f"{RUNTIME}/{included}"), "")

    def test_the_order_of_the_steps_and_of_common(self):
        self.assertEqual(violation("05-cgroup/a.cpp", "03-mount/mount.hpp"), "")
        self.assertEqual(violation("03-mount/a.cpp", "05-cgroup/cgroup.hpp"), "a later step")
        self.assertEqual(violation("common/a.cpp", "01-clone/process.hpp"), "a step")
        self.assertEqual(violation("06-network/a.cpp", "common/testing/stage/pty.hpp"),
                         "the test harness")
        self.assertEqual(violation("06-network/a_unit.cpp", "common/testing/stage/pty.hpp"), "")

    def test_no_two_types_have_one_name(self):
        # The linker keeps one destructor of the two (the one definition rule) and says nothing.
        found = {}
        for name, path in sources():
            if not name.endswith("/main.cpp"):  # of seven programs
                for type_name in types_of(path.read_text()):
                    self.assertEqual(found.setdefault(type_name, name), name, type_name)

    def test_types_in_an_unnamed_namespace_are_not_shared(self):
        text = "struct A {\n};\nnamespace {\nclass B {\n};\n}  // namespace\nenum C : char { kC };\n"
        self.assertEqual(types_of(text + "class D;\n"), ["A", "C"])

    def test_rooms_are_small_and_introduce_themselves(self):
        rooms = {path.parent for _, path in sources()}
        for room in sorted(rooms):
            where = room.relative_to(REPOSITORY)
            count = len(list(room.glob("*.[ch]pp")))
            if room.name not in LISTS:
                self.assertLessEqual(count, MOST_SOURCES, f"sources in {where}")
            readme = room / "README.md"
            self.assertTrue(readme.exists(), f"{where} has no README.md")


if __name__ == "__main__":
    unittest.main()
