// Go templates: the expected texts are those that docker prints for the same data.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "07-unionfs/formats/template.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

std::string made(const std::string& text) {
  static const auto kData = nlohmann::ordered_json::parse(R"({
    "Name": "/web", "State": {"Running": true, "ExitCode": 0, "Error": ""},
    "Args": ["-a", "b c"], "Ports": {"80/tcp": [{"HostPort": "8080"}]}, "Empty": [], "None": null,
    "Labels": {"owner": "me", "b": "2"}, "Share": 0.25})");
  return Template(text).text(kData);
}

}  // namespace

TEST_CASE("text and fields") {
  CHECK(made("") == "");
  CHECK(made("a }} b") == "a }} b");
  CHECK(made("name: {{.Name}}, {{ .State.Running }} {{.State.ExitCode}}") == "name: /web, true 0");
  CHECK(made("{{.Args}} {{.Labels}} {{.State}} {{.Share}}") ==
        "[-a b c] map[owner:me b:2] {true 0 } 0.25");
  CHECK(made("{{.Labels.owner}} {{.Labels.no}}{{/* a }} comment */}} {{$.Name}}") ==
        "me <no value> /web");
  CHECK_THROWS_WITH_AS(
      made("{{.State.Runing}}"),
      "template: there is no field 'Runing': fields here: Running, ExitCode, Error", Failure);
  CHECK_THROWS_AS(made("{{.Name.First}}"), Failure);
}

TEST_CASE("functions and pipes") {
  CHECK(made("{{json .Args}}{{.Name | json}}") == R"(["-a","b c"]"/web")");
  CHECK(made("{{len .Args}} {{len .Name}} {{.Labels | len}}") == "2 4 2");
  CHECK(made("{{index .Args 1}} {{index .Labels \"owner\"}}{{index .Labels `no`}}") == "b c me");
  CHECK(made("{{(index (index .Ports \"80/tcp\") 0).HostPort}}") == "8080");
  CHECK(made("{{join .Args \", \"}} {{split \"a,b\" \",\"}}") == "-a, b c [a b]");
  CHECK(made("{{upper .Name}} {{\"ÄB\" | lower}}") == "/WEB Äb");
  CHECK(made("{{join (split `,a,` `,`) `;`}} {{println `` 1}}{{split `,a` `,`}}") ==
        ";a;  1\n[ a]");
  CHECK(made("{{println .Name 1}}{{print 1 2 \"a\" 3}}") == "/web 1\n1 2a3");
  CHECK(made("{{printf \"%s|%5s|%-6s|%.2s\" .Name \"ab\" .Name .Name}}") == "/web|   ab|/web  |/w");
  CHECK(made("{{printf \"%05d %v %q %t %.1f %x%%\" 42 .Args .Name true .Share 255}}") ==
        "00042 [-a b c] \"/web\" true 0.2 ff%");
  CHECK(made("{{eq 1 2 1}} {{ne .Name `x`}} {{lt 1 2}} {{ge 1 2}} {{not 0}}") ==
        "true true true false true");
  CHECK(made("{{and 1 0 .Nothing}} {{or .State.Error `none`}}") == "0 none");
}

TEST_CASE("blocks and variables") {
  CHECK(made("{{if .State.Running}}up{{else}}down{{end}}") == "up");
  CHECK(made("{{if .None}}a{{else if eq .Name `/web`}}b{{else}}c{{end}}d") == "bd");
  CHECK(made("{{range .Args}}<{{.}}>{{end}}{{range .Empty}}x{{else}}none{{end}}") ==
        "<-a><b c>none");
  CHECK(made("{{range $k, $v := .Labels}}{{$k}}={{$v}} {{end}}") == "b=2 owner=me ");
  CHECK(made("{{range $i, $a := .Args}}{{if $i}}, {{end}}{{$a}}{{end}}") == "-a, b c");
  CHECK(made("{{range $p, $b := .Ports}}{{$p}} -> {{(index $b 0).HostPort}}{{end}}") ==
        "80/tcp -> 8080");
  CHECK(made("{{with .State}}{{.Running}}{{end}}{{with .None}}x{{end}}") == "true");
  CHECK(made("{{$n := .Name}}{{with .State}}{{$n}}{{$n = 1}}{{end}}{{$n}}") == "/web1");
  CHECK(made("a {{- .Name -}}  \n b {{- /* c */ -}} c") == "a/webbc");
}

TEST_CASE("what is not a template is refused") {
  for (const char* bad : {"{{",
                          "{{.Name",
                          "{{}}",
                          "{{.Name}",
                          "{{if .Name}}",
                          "{{end}}",
                          "{{else}}",
                          "{{nothing 1}}",
                          "{{\"a}}",
                          "{{\"\\q\"}}",
                          "{{(.Name}}",
                          "{{.Name)}}",
                          "{{1x}}",
                          "{{$x}}",
                          "{{.Name .Name}}",
                          "{{.Name | .Name}}",
                          "{{define \"x\"}}{{end}}",
                          "{{end .}}",
                          "{{if .Name}}{{else x}}{{end}}",
                          "{{index .Args 2}}",
                          "{{index .Args -1}}",
                          "{{join .Name \"\"}}",
                          "{{len 1}}",
                          "{{json}}",
                          "{{range 1}}{{end}}",
                          "{{printf \"%d\" .Name}}",
                          "{{printf \"%s\"}}",
                          "{{printf \"%\"}}",
                          "{{printf \"%999999999s\" 1}}",
                          "{{printf \"%99999d\" 1}}",
                          "{{printf \"%.999f\" 1}}",
                          "{{printf \"%9999s\" 1}}",
                          "{{printf \"%*d\" 1 2}}",
                          "{{lt 1 `a`}}",
                          "{{upper 1}}",
                          "{{..}}",
                          "{{.A..B}}",
                          "{{99999999999999999999999x}}",
                          "{{split \"a\" \"\"}}"}) {
    INFO(bad);
    CHECK_THROWS_AS(made(bad), Failure);
  }
  CHECK_THROWS_AS(Template("{{" + std::string(100'000, '(') + "}}"), Failure);
  std::string nested;
  for (int i = 0; i < 100'000; ++i) nested += "{{if 1}}";
  CHECK_THROWS_AS(Template{nested}, Failure);
}

}  // namespace stepbox
