# The menu. `make` alone shows it, read from the lines that begin with ## here.
# The work is done in scripts/, the build in CMakeLists.txt.

MAKEFLAGS += --no-print-directory
.NOTPARALLEL:  # one ninja at a time in build/
# Not STEPS: make would export it, to grade and grade-all, in place of the user's.
PROGRAMS := step1 step2 step3 step4 step5 step6 step7
TESTS := test1 test2 test3 test4 test5 test6 test7
DIFFS := diff2 diff3 diff4 diff5 diff6 diff7

.PHONY: help $(PROGRAMS) stepbox-oci $(TESTS) $(DIFFS) demo demo-oci hello busybox-shell test \
        test-engines labs challenges matrix sabotage grade grade-all bench \
        doctor rescue distros setup format format-check lint clean ready vm site test-site

help:
	@sed -n 's/^## \{0,1\}//p' Makefile

##
## stepbox: a container in seven steps.  Begin with:  make step5 && sudo ./step5 busybox /bin/sh
##
## Watch
##   make demo           a guided tour of step 7, under a minute
##   make demo-oci       podman runs containers on ./stepbox-oci, under a minute
##   make hello          an image that holds one static program, run by step 7
##   make busybox-shell  a shell in the busybox image, in step 7
##
demo: step7
	@scripts/demo

demo-oci: step7
	@scripts/setup podman
	@scripts/demo-oci

hello: step7
	@scripts/hello

busybox-shell: step7
	@scripts/as-root ./step7 --rm busybox /bin/sh

## Build
##   make step1 ... step7  build one step (installs what is missing, makes the rootfs busybox/)
##
$(PROGRAMS): ready
	@scripts/build $@ breakout
	@cmp -s build/breakout busybox/bin/breakout || cp build/breakout busybox/bin/
	@ln -sfn build/$@ $@

# step 7's second door, for engines (steps/07-unionfs/oci)
step7: stepbox-oci
stepbox-oci: ready
	@scripts/build $@
	@ln -sfn build/$@ $@

## Read
##   make diff2 ... diff7  what a step adds to the step before it
##   make site             the workbook as pages, with diffs side by side and the matrix:
##                         build/site/index.html; make test-site drives them in a browser
##
$(DIFFS): diff%:
	@scripts/difference $*

site:
	@scripts/site

test-site:
	@scripts/test-site

## Work: a step of your own, in work/ (any of 1 to 7)
##   make start5     step 4's main.cpp, and what step 5 adds, to be filled in
##   make check5     builds it, holds it to its claims; to one: CLAIM='a memory hog is killed: 137'
##   make watch5     the same on each save, the first claim that fails (or CLAIM) before all
##   make hint5      the next hint for the first claim that fails (or CLAIM)
##   make solution5  how we did it, once all claims hold; FORCE=1: at once
##   make reset5     begin again; what was there is kept beside it
##   make grade      points for all that is in work/, challenges extra; FORMAT=json (Gradescope's)
##                   or junit
##   make bug5       a bug hunt: our step 5 with a mistake in it (BUG=2: that one)
##
# As it was typed: a claim's name may hold what make or a shell would read.
check% watch% hint%: export override CLAIM := $(value CLAIM)

start%:
	@scripts/lab/start.py $*

check%: ready
	@scripts/lab/check.py $*

watch%: ready
	@scripts/lab/watch.py $*

hint%:
	@scripts/lab/hint.py $*

solution%: ready
	@scripts/lab/solution.py $*

reset%:
	@scripts/lab/start.py $* --again

bug%:
	@scripts/lab/bug.py $*

## Test (as root, or by sudo: claims start containers, in a stage of their own)
##   make test             unit tests, every command in the documents, the matrix; ends with the sum;
##                         VM=no: without virtual machines
##   make test-engines     ./stepbox-oci under podman, containerd, docker and buildah, which it
##                         installs, and with systemd in a virtual machine
##   make labs             what labs.md shows is what happens; CHAPTER=3: one chapter
##   make test1 ... test7  the claims that one step is held to
##   make matrix           every step held to every claim, as a table; stepbox-oci, crun and runc
##                         to every check of an OCI runtime
##   make sabotage         every likely mistake is caught by the claim it names
##   make grade-all DIR=submissions  points for a class, each in a virtual machine
##   make bench            start to exit, beside crun, runc, bwrap, podman
##   make distros          README's commands and make test on fresh Debian and Ubuntu systems
##   make vm               a root shell in a throwaway virtual machine with cgroup v2; needs no
##                         root. One command: make vm CMD='make test5'
##
test: ready
	@scripts/test

test-engines: ready
	@scripts/lab/run_engines.py

$(TESTS): test%: ready
	@scripts/claims $*

labs: ready
	@scripts/labs $(CHAPTER)

matrix: ready
	@scripts/matrix

sabotage: ready
	@scripts/sabotage

grade: ready
	@scripts/lab/grade.py

grade-all: ready
	@scripts/lab/grade_all.py "$(DIR)"

bench: ready
	@scripts/bench

distros:
	@scripts/distros

# As it was typed: make itself would read the $ of a shell.
vm: export override CMD := $(value CMD)
vm: ready
	@scripts/build all
	@scripts/vm

## Work on a challenge (a task beyond the steps; NAME is shell, for one)
##   make challenges     names all of them
##   make start-NAME     begins one, in work/challenges/NAME
##   make check-NAME     builds it, and asks its claims; CLAIM='…': one of them
##   make hint-NAME      the next hint; make watch-NAME checks on each save
##   make solution-NAME  how we did it, once its claims pass; FORCE=1: at once
##
# start-NAME, check-NAME and so on are made by the rules for steps: check% with -NAME for %.
challenges:
	@scripts/lab/challenges.py

## Look after
##   make doctor         what of the lab works here, what does not, and what mends it (LANE=root,
##                       rootless or vm)
##   make rescue         remove what killed containers have left, and say each thing; FORCE=1: end
##                       those that run, too
##   make setup          install what is missing (apt-get, never removing anything)
##   make format         format the C++ sources;  make format-check only looks
##   make lint           clang-tidy and shellcheck
##   make clean          remove what was built
##
doctor:
	@scripts/doctor

rescue: ready
	@scripts/rescue

setup:
	@scripts/setup
	@scripts/rootfs busybox

busybox:
	@scripts/setup
	@scripts/rootfs busybox

format:
	@scripts/format

format-check:
	@scripts/format --check

lint:
	@scripts/lint

# The rootfs stays: a mount of a step that went wrong may still be inside it.
clean:
	rm -rf build build-clang build-sanitize build-lint build-sabotage build-distros \
	  $(PROGRAMS) $(PROGRAMS:step%=mine%) stepbox-oci site/node_modules

# A few milliseconds when nothing is missing.
ready:
	@scripts/setup
	@[ -d busybox ] || scripts/rootfs busybox
