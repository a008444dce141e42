import unittest

import matrix


class RootlessRule(unittest.TestCase):
    SOURCES = {name: f'CLAIM("of {name}", {{.step = 7}}) {{\n' for name in matrix.SAME_WITHOUT_ROOT}

    def test_claims_of_listed_files_are_left_out(self):
        names = ["of 07-unionfs/claims/verify_ps.cpp", "of verify_userns.cpp"]
        asked = matrix.asked_without_root(names, self.SOURCES)
        self.assertEqual(asked, ["of verify_userns.cpp"])

    def test_a_race_is_looked_for_as_root(self):
        names = ["kill -9 of exec at 50 moments leaves it", "50 starts have 50 ids", "50 is a number"]
        asked = matrix.asked_without_root(names, self.SOURCES)
        self.assertEqual(asked, ["50 is a number"])

    def test_listed_files_and_names_exist(self):
        folder = matrix.TOP / "steps"
        names = set()
        for file in matrix.SAME_WITHOUT_ROOT:
            found = matrix.claims_in((folder / file).read_text())
            self.assertTrue(found, file)
            names.update(found)
        self.assertLessEqual(matrix.NOT_THE_SAME, names)


class Names(unittest.TestCase):
    def test_notes_behind_a_name_are_no_part_of_it(self):
        text = (
            "3  kept  1  nothing stays mounted (sabotage forgotten-umount)\n"
            "2  hole  1  a root user breaks out (until 4)\n"
            "7  new   1  load takes it: the same (again)\n"
        )
        self.assertEqual(
            matrix.names_in_list(text),
            ["nothing stays mounted", "a root user breaks out", "load takes it: the same (again)"],
        )

    def test_every_claim_of_a_source(self):
        self.assertEqual(
            matrix.claims_in('CLAIM("a", {\n    .step = 7}) {\n}\n// CLAIM("no\nCLAIM("b",\n'),
            ["a", "b"],
        )


if __name__ == "__main__":
    unittest.main()
