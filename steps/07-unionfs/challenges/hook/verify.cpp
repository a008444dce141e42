// The claims of the challenge `hook`.
#include <algorithm>

#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/harness/subject.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

namespace {

Run tell(Subject& subject, const std::string& state, std::vector<std::string> keys = {}) {
  return subject.run({.command = std::move(keys), .stdin_text = state});
}

// Whether it refuses the state: silent on stdout, one line on stderr.
bool is_refused(const Run& run) {
  return run.status == 1 && run.out.empty() &&
         std::count(run.err.begin(), run.err.end(), '\n') == 1;
}

// A bundle whose container has the annotation `key`, and the hook at two moments of its life. HOOK
// stands for the hook.
std::string make_bundle(const Stage& stage, const std::string& key, const std::string& value) {
  const std::string bundle = stage.scratch("bundle-" + random_word());
  make_directories(bundle);
  const std::string hook = R"([{"path": "HOOK", "args": ["hook", "org.example.owner"]}])";
  create_file(bundle + "/config.in",
              join({R"({"ociVersion": "1.0.2", "root": {"path": ")", stage.rootfs(),
                    R"("}, "process": {"cwd": "/", "args": ["/bin/echo", "the command"]},)",
                    R"("annotations": {")", key, R"(": ")", value,
                    R"("}, "hooks": {"createRuntime": )", hook, R"(, "poststop": )", hook,
                    R"(}, "mounts": [{"destination": "/proc", "type": "proc"}], )",
                    R"("linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}]}})"}));
  return bundle;
}

// Runs the bundle's container in stepbox-oci.
Run run_bundle(Subject& subject, const Stage& stage, const std::string& bundle) {
  const std::string script = join({"sed \"s|HOOK|$1|g\" ", bundle, "/config.in >", bundle,
                                   "/config.json; exec stepbox-oci --root ", stage.scratch("state"),
                                   " run -b ", bundle, " box"});
  return subject.run({.through = {"/bin/sh", "-c", script, "sh"}});
}

// The same lines with `pid N` for a pid.
std::string without_number(const std::string& out) {
  const size_t start = out.find("\npid ");
  if (start == out.npos) return out;
  const size_t end = out.find_first_not_of("0123456789", start + 5);
  return end == start + 5 ? out : out.substr(0, start + 5) + "N" + out.substr(end);
}

}  // namespace

CLAIM("the hook prints id and status and pid and bundle",
      {.step = 7, .points = 2, .hint = "read the state from stdin", .challenge = "hook"}) {
  const std::string id = random_word();
  const Run run =
      tell(subject, join({R"({"pid": 4711, "annotations": {"id": "of an annotation", "pid": "1"},
  "status": "created", "bundle": "/run/)",
                          id, R"(", "ociVersion": "1.0.2", "id": ")", id, R"("})"}));
  CHECK(run.out == "id " + id + "\nstatus created\npid 4711\nbundle /run/" + id + "\n");
  CHECK(run.status == 0);
}

CLAIM("the hook reads escaped texts",
      {.step = 7, .hint = "JSON writes a quote as a backslash and a quote", .challenge = "hook"}) {
  const Run run = tell(
      subject,
      R"({"id":"a","status":"running","pid":1,"bundle":"\/my \"b\\\u00fcnd\u006ce\"","annotations":{"k\"":"v\u0021"}})",
      {"k\""});
  CHECK(run.out == "id a\nstatus running\npid 1\nbundle /my \"b\\\xc3\xbcndle\"\nk\" v!\n");
}

CLAIM("a container that has stopped has no pid",
      {.step = 7, .hint = "pid may be missing, or 0", .challenge = "hook"}) {
  const std::string expected = "id a\nstatus stopped\npid none\nbundle /b\n";
  CHECK(tell(subject, R"({"id":"a","status":"stopped","bundle":"/b"})").out == expected);
  CHECK(tell(subject, R"({"id":"a","status":"stopped","bundle":"/b","pid":0})").out == expected);
}

CLAIM("the hook refuses what is no state",
      {.step = 7, .hint = "check all before you print any", .challenge = "hook"}) {
  for (const char* text :
       {"", "no JSON", "[]", "7", R"({"id":"a","status":"running","pid":1})",
        R"({"id":"a","pid":1,"bundle":"/b"})", R"({"status":"running","pid":1,"bundle":"/b"})",
        R"({"id":7,"status":"running","pid":1,"bundle":"/b"})",
        R"({"id":"a","status":"running","pid":1,"bundle":"/b")"}) {
    CAPTURE(text);
    CHECK(is_refused(tell(subject, text)));
  }
}

CLAIM("the hook refuses a container without the annotation",
      {.step = 7, .hint = "annotations is an object, or missing", .challenge = "hook"}) {
  const std::string start = R"({"id":"a","status":"running","pid":1,"bundle":"/b")";
  CHECK(is_refused(tell(subject, start + "}", {"owner"})));
  CHECK(is_refused(tell(subject, start + R"(,"annotations":{"own":"er"}})", {"own", "owner"})));
}

CLAIM("a container with the annotation runs and its hooks tell of it",
      {.step = 7,
       .points = 2,
       .hint = "the runtime starts it with KEY as argv[1]",
       .challenge = "hook"}) {
  const std::string word = random_word();
  const std::string bundle = make_bundle(stage, "org.example.owner", word);
  const Run run = run_bundle(subject, stage, bundle);
  const std::string rest = "\nbundle " + bundle + "\norg.example.owner " + word + "\n";
  CHECK(without_number(run.out) == "id box\nstatus creating\npid N" + rest + "the command\n" +
                                       "id box\nstatus stopped\npid none" + rest);
  CHECK(run.status == 0);
}

CLAIM("a container without the annotation is not made",
      {.step = 7, .points = 2, .hint = "status 1 of createRuntime", .challenge = "hook"}) {
  const std::string bundle = make_bundle(stage, "org.example.other", random_word());
  const Run run = run_bundle(subject, stage, bundle);
  CHECK(run.status == 1);
  CHECK(run.out == "");
  CHECK(holds(run.err, "org.example.owner"));
}

}  // namespace stepbox
