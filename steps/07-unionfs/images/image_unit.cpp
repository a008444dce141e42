// Looking up images, and reading config files.
#include <doctest/doctest.h>

#include <filesystem>

#include "07-unionfs/files/store.hpp"
#include "07-unionfs/images/image.hpp"
#include "07-unionfs/images/image_config.hpp"
#include "common/error.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

using Texts = std::vector<std::string>;

// A store in a scratch directory.
class Example {
 public:
  Example() {
    set_store(scratch_.path());
    for (const char* folder : {"/images", "/tags"}) make_directories(store() + folder);
  }

  // An image of these layers, the lowest first; both are filled up to 64 digits.
  std::string add(std::string id, const Texts& layers, const std::string& name) {
    id.resize(64, '0');
    ImageConfigFile file;
    for (std::string layer : layers) {
      layer.resize(64, '0');
      file.diff_ids.push_back(layer);
    }
    create_file(join({store(), "/images/", id, ".json"}), config_file_text(file));
    std::filesystem::create_symlink(id, join({store(), "/tags/", name}));
    return id;
  }

 private:
  ScratchDirectory scratch_;
};

}  // namespace

TEST_CASE("an image is found by name, by id, and by the beginning of its id") {
  Example example;
  const std::string id = example.add("abc1", {"1"}, "web:latest");
  example.add("abd2", {"1"}, "quay.io%a%b:2");
  for (const std::string& text :
       Texts{"web", "web:latest", "docker.io/library/web", id, "abc", "sha256:abc1"}) {
    CAPTURE(text);
    CHECK(find_image(text).id == id);
    CHECK(find_image_id(text) == id);
  }
  CHECK(find_image("quay.io/a/b:2").id.starts_with("abd2"));
  CHECK_THROWS_WITH_AS(find_image("ab"), doctest::Contains("more than one image"), Failure);
}

TEST_CASE("an image comes before a directory of its name or id, and that before a part of an id") {
  Example example;
  const std::string named = example.add("1234", {"1"}, "tmp:latest");
  example.add("b10", {"1"}, "other:latest");
  const ScratchDirectory here;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(here.path());
  make_directories("tmp");
  make_directories("b1");
  CHECK(find_image("tmp").id == named);
  CHECK(find_image("./tmp").id == "");
  CHECK(find_image("b1").layers.at(0) == std::filesystem::canonical("b1"));
  CHECK_MESSAGE(find_image("tmp", true).id == "", "--rootfs");
  CHECK_THROWS_AS(find_image("b10", true), Failure);
  const std::string short_id = named.substr(0, 12);
  make_directories(short_id);
  CHECK(find_image(short_id).id == named);
  std::filesystem::current_path(before);
}

TEST_CASE("a name of no image and no directory is refused") {
  Example example;
  example.add("abc1", {"1"}, "web:latest");
  for (const char* text :
       {"", "no-such-image", "web:other", "abc2", "sha256:", "/no/such", "WEB"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(find_image(text), Failure);
  }
}

TEST_CASE("layers are the uppermost first, and each is there once") {
  Example example;
  example.add("abc1", {"a", "b", "a", "c"}, "web:latest");
  const Texts layers = find_image("web").layers;
  REQUIRE(layers.size() == 3);
  const std::string folder = store() + "/layers/";
  CHECK(layers[0].starts_with(folder + "c0"));
  CHECK(layers[1].starts_with(folder + "a0"));
  CHECK(layers[2].starts_with(folder + "b0"));
}

TEST_CASE("an image without layers has one empty directory") {
  Example example;
  example.add("abc1", {}, "web:latest");
  CHECK(find_image("web").layers == Texts{store() + "/empty"});
  CHECK(list_directory(store() + "/empty").empty());
}

// --- Config files -------------------------------------------------------------------------

static std::string config_with(const std::string& members) {
  return join(
      {"{\"rootfs\": {\"diff_ids\": [\"sha256:", std::string(64, 'a'), "\"]}", members, "}"});
}

TEST_CASE("a config file is read as docker means it") {
  const ImageConfigFile file =
      parse_config_file(config_with(R"(, "os": "linux", "architecture": "arm64",
      "created": "2024-05-01T12:00:00.123456789+02:00",
      "config": {"Env": ["A=b"], "Cmd": null, "Entrypoint": ["/init"], "WorkingDir": "/srv",
                 "User": "1:2", "StopSignal": "SIGINT", "ExposedPorts": {"80/tcp": {}},
                 "Volumes": {"/data": {}}, "Labels": {"who": "me"}, "OnBuild": null},
      "history": [{"created": "1970-01-01T00:00:07Z", "created_by": "COPY", "empty_layer": true}])"));
  CHECK(file.diff_ids == Texts{std::string(64, 'a')});
  CHECK(file.created == 1714557600);
  CHECK(file.architecture == "arm64");
  CHECK(file.config.env == Texts{"A=b"});
  CHECK(file.config.command.empty());
  CHECK(file.config.entrypoint == Texts{"/init"});
  CHECK(file.config.working_directory == "/srv");
  CHECK(file.config.user == "1:2");
  CHECK(file.config.stop_signal == "SIGINT");
  CHECK(file.config.exposed_ports == Texts{"80/tcp"});
  CHECK(file.config.volumes == Texts{"/data"});
  CHECK(file.config.labels.at("who") == "me");
  REQUIRE(file.history.size() == 1);
  CHECK(file.history[0].created == 7);
  CHECK(file.history[0].created_by == "COPY");
  CHECK(file.history[0].empty_layer);
}

TEST_CASE("a config file comes back as it was written") {
  ImageConfigFile file;
  file.config.env = {"A=b"};
  file.config.exposed_ports = {"80/tcp"};
  file.config.labels = {{"who", "me"}};
  file.diff_ids = {std::string(64, 'a'), std::string(64, 'b')};
  file.created = 1714557600;
  file.history = {{.created = 7, .created_by = "x", .comment = "y", .empty_layer = true}};
  CHECK(config_file_text(parse_config_file(config_file_text(file))) == config_file_text(file));
}

TEST_CASE("an invalid config file is refused") {
  for (const std::string& text :
       Texts{"", "{}", "[]", "null", "{\"rootfs\": {\"diff_ids\": [\"sha256:x\"]}}",
             "{\"rootfs\": {\"diff_ids\": [\"sha256:../../../etc\"]}}",
             "{\"rootfs\": {\"diff_ids\": 7}}", config_with(", \"config\": {\"Env\": [1]}"),
             config_with(", \"history\": {}")}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_config_file(text), Failure);
  }
}

TEST_CASE("JSON that nests without end is refused") {
  const std::string deep = std::string(2'000'000, '[') + std::string(2'000'000, ']');
  CHECK_THROWS_WITH_AS(parse_config_file("{\"config\": " + deep + "}"),
                       doctest::Contains("too deep"), Failure);
}

}  // namespace stepbox
