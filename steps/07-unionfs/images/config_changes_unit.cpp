// Parsing Dockerfile instructions.
#include <doctest/doctest.h>

#include "07-unionfs/images/config_changes.hpp"
#include "common/error.hpp"

namespace stepbox {
namespace {

using Texts = std::vector<std::string>;

ImageConfig changed(const Texts& changes) {
  ImageConfig config;
  apply_changes(changes, config);
  return config;
}

}  // namespace

TEST_CASE("a command is a list in JSON, or a line for the shell") {
  CHECK(changed({R"(CMD ["/bin/a", "b c", ""])"}).command == Texts{"/bin/a", "b c", ""});
  CHECK(changed({"CMD date -u | cat"}).command == Texts{"/bin/sh", "-c", "date -u | cat"});
  CHECK(changed({R"(entrypoint ["/init"])"}).entrypoint == Texts{"/init"});
  CHECK(changed({"CMD a", "CMD b"}).command.back() == "b");
}

TEST_CASE("a variable is set once, the last value counts") {
  CHECK(changed({"ENV A=b", "ENV C d e", "ENV A=\"x y\""}).env == Texts{"C=d e", "A=x y"});
  CHECK(changed({"ENV A="}).env == Texts{"A="});
}

TEST_CASE("quotes hold a word together") {
  CHECK(changed({R"(ENV A="x y" B='a "b"' C=d\ e F="q\"r\n")"}).env ==
        Texts{"A=x y", "B=a \"b\"", "C=d e", "F=q\"r\\n"});
  CHECK(changed({R"(ENV A "x y")"}).env == Texts{"A=x y"});
  const ImageConfig config = changed({R"(LABEL "com.example.text"="two words" v=1)"});
  CHECK(config.labels.at("com.example.text") == "two words");
  CHECK(config.labels.at("v") == "1");
}

TEST_CASE("ENTRYPOINT removes the command of the image and not the given one") {
  ImageConfig config;
  config.command = {"/bin/sh"};
  apply_changes({"ENTRYPOINT [\"/init\"]"}, config);
  CHECK(config.command.empty());
  apply_changes({"CMD [\"a\"]", "ENTRYPOINT [\"/init\"]"}, config);
  CHECK(config.command == Texts{"a"});
}

TEST_CASE("the other words") {
  const ImageConfig config =
      changed({"EXPOSE 80 53/udp", "EXPOSE 80/tcp", "LABEL who=me", "STOPSIGNAL SIGINT", "USER a:b",
               "VOLUME /data", R"(VOLUME ["/x", "/data"])", "WORKDIR /srv", "WORKDIR sub"});
  CHECK(config.exposed_ports == Texts{"80/tcp", "53/udp"});
  CHECK(config.labels.at("who") == "me");
  CHECK(config.stop_signal == "SIGINT");
  CHECK(config.user == "a:b");
  CHECK(config.volumes == Texts{"/data", "/x"});
  CHECK(config.working_directory == "/srv/sub");
}

TEST_CASE("an unknown instruction is refused") {
  for (const char* change : {"", " ", "CMD", "CMD [\"a\"", "CMD [1]", "ENV", "ENV A", "ENV =b",
                             "EXPOSE x", "EXPOSE 0", "EXPOSE 65536", "EXPOSE 80/sctp", "RUN date",
                             "ONBUILD CMD date", "LABEL x", "ENV A=\"b", "ENV A=b C"}) {
    CAPTURE(std::string(change));
    CHECK_THROWS_AS(changed({change}), Failure);
  }
}

}  // namespace stepbox
