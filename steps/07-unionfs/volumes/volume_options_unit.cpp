// Parsing of -v, --mount and --volumes-from; filters of volumes.
#include <doctest/doctest.h>
#include <unistd.h>

#include "07-unionfs/volumes/container_volumes.hpp"
#include "07-unionfs/volumes/volume_filters.hpp"
#include "07-unionfs/volumes/volume_options.hpp"
#include "common/error.hpp"

namespace stepbox {

template <class Value>
static Value parsed(const std::string& text) {
  Value value;
  parse_value(text, value);
  return value;
}

// The message of the Failure that `call` throws; empty if it throws none.
template <class Call>
static std::string failure_of(Call call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

TEST_CASE("-v: a name is a volume; what has a slash or begins with a dot is a path of the host") {
  const auto named = parsed<ContainerVolume>("data:/srv//x/../y/:ro,z");
  CHECK(named.name == "data");
  CHECK(named.source.empty());
  CHECK(named.destination == "/srv/y");
  CHECK(named.read_only);
  CHECK(named.mode == "ro,z");
  CHECK_FALSE(named.make_source);
  const auto bound = parsed<ContainerVolume>("/no/such/../place:/x");
  CHECK(bound.name.empty());
  CHECK(bound.source == "/no/place");
  CHECK(bound.make_source);
  CHECK(parsed<ContainerVolume>("./:/x").source == parsed<ContainerVolume>(".:/x").source);
  CHECK(parsed<ContainerVolume>("/tmp:/x:rslave,Z,cached").propagation == "rslave");
  const auto anonymous = parsed<ContainerVolume>("/data");
  CHECK(anonymous.anonymous);
  CHECK(anonymous.name.empty());
  CHECK_FALSE(parsed<ContainerVolume>("data:/x:nocopy").copy);
}

TEST_CASE("-v: what is wrong is named") {
  constexpr const char* kWrong[][2] = {{"", "invalid volume specification"},
                                       {":", "invalid volume specification"},
                                       {"a:/b:ro:x", "invalid volume"},
                                       {"/foo:rw", "invalid volume specification"},
                                       {":/x", "invalid volume specification"},
                                       {"data:x", "must be absolute"},
                                       {"x", "must be absolute"},
                                       {"data:/", "destination can't be '/'"},
                                       {"data:/x/..", "destination can't be '/'"},
                                       {"data:/x:bad", "invalid mode: bad"},
                                       {"data:/x:ro,rw", "invalid mode"},
                                       {"data:/x:", "invalid volume specification"},
                                       {"data:/x:z,Z", "invalid mode"},
                                       {"/a:/x:shared,slave", "invalid mode"},
                                       {"x:/y", "'x' is no name of a volume"},
                                       {"-data:/y", "is no name of a volume"},
                                       {"da ta:/y", "is no name of a volume"},
                                       {"data:/x:rslave", "for a path of the host only"},
                                       {"/tmp:/x:nocopy", "for a volume only"},
                                       {"/tmp:/x:unbindable", "invalid mode"},
                                       {"d\xc3\xa4ta:/y", "is no name of a volume"}};
  for (const auto& wrong : kWrong) {
    CAPTURE(std::string(wrong[0]));
    const std::string said = failure_of([&] { parsed<ContainerVolume>(wrong[0]); });
    CHECK_MESSAGE(said.find(wrong[1]) != said.npos, said);
  }
}

TEST_CASE("--mount has docker's keys in all their spellings") {
  const auto volume = parsed<MountOption>("source=data,target=/x,volume-nocopy,ro=false").volume;
  CHECK(volume.name == "data");
  CHECK(volume.destination == "/x");
  CHECK_FALSE(volume.copy);
  CHECK_FALSE(volume.read_only);
  const auto bound =
      parsed<MountOption>("Type=BIND,src=/tmp,dst=/x,readonly,bind-propagation=rslave").volume;
  CHECK(bound.source == "/tmp");
  CHECK(bound.read_only);
  CHECK(bound.propagation == "rslave");
  CHECK_FALSE(bound.make_source);
  CHECK(parsed<MountOption>("type=volume,destination=/x,volume-driver=local").volume.anonymous);
  const auto memory = parsed<MountOption>("type=tmpfs,dst=/x,tmpfs-size=64MB,tmpfs-mode=0700,ro");
  CHECK(memory.is_tmpfs);
  CHECK(memory.tmpfs.destination == "/x");
  CHECK(memory.tmpfs.data == "mode=1777,size=64m,mode=0700");
  CHECK((memory.tmpfs.flags & 1) == 1);  // MS_RDONLY
}

TEST_CASE("--mount: what is wrong is named") {
  constexpr const char* kWrong[][2] = {
      {"", "must be a key=value pair"},
      {"type=bind,src=/tmp", "target is required"},
      {"type=bind,dst=/x", "source is required"},
      {"type=bind,src=/no/such,dst=/x", "bind source path does not exist: /no/such"},
      {"type=bind,src=/tmp,dst=x", "must be absolute"},
      {"type=npipe,dst=/x", "mount type unknown: 'npipe'"},
      {"type=tmpfs,src=/tmp,dst=/x", "a tmpfs has no source"},
      {"type=tmpfs,dst=/x,tmpfs-size=big", "invalid value for tmpfs-size: big"},
      {"type=tmpfs,dst=/x,tmpfs-mode=9", "invalid value for tmpfs-mode: 9"},
      {"type=tmpfs,dst=/x,volume-nocopy", "cannot mix 'volume-nocopy' with mount type 'tmpfs'"},
      {"type=tmpfs,dst=/x,volume-nocopy,tmpfs-size=1m", "cannot mix 'volume-nocopy'"},
      {"type=tmpfs,dst=/x,tmpfs-size=1m,volume-nocopy", "cannot mix 'volume-nocopy'"},
      {"dst=/x,bind-propagation=shared", "cannot mix 'bind-propagation'"},
      {"type=bind,src=/tmp,dst=/x,bind-propagation=odd", "invalid propagation: odd"},
      {"dst=/x,color=red", "unexpected key 'color' in 'color=red'"},
      {"dst=/x,volume-driver=nfs", "unexpected key 'volume-driver'"},
      {"dst=/x,readonly=maybe", "invalid value for readonly: maybe"},
      {"dst=/x,src=../up", "is no name of a volume"},
      {"dst=", "must be a key=value pair"}};
  for (const auto& wrong : kWrong) {
    CAPTURE(std::string(wrong[0]));
    const std::string said = failure_of([&] { parsed<MountOption>(wrong[0]); });
    CHECK_MESSAGE(said.find(wrong[1]) != said.npos, said);
  }
}

TEST_CASE("two things at one place are refused") {
  std::vector<MountOption> mounts{parsed<MountOption>("type=tmpfs,dst=/b")};
  std::vector<ContainerVolume> volumes{parsed<ContainerVolume>("/a")};
  std::vector<Tmpfs> tmpfs;
  sort_mounts(mounts, volumes, tmpfs);
  CHECK(tmpfs.size() == 1);
  volumes.push_back(parsed<ContainerVolume>("data:/b/"));
  CHECK(failure_of([&] {
          sort_mounts(mounts, volumes, tmpfs);
        }).starts_with("Duplicate mount point: /b"));
}

TEST_CASE("VOLUMEs of an image are volumes where nothing else is mounted") {
  std::vector<ContainerVolume> volumes{parsed<ContainerVolume>("data:/a")};
  const std::vector<Tmpfs> tmpfs{parsed<Tmpfs>("/b/")};
  add_volumes_of({parsed<ContainerVolume>("other:/a"), parsed<ContainerVolume>("other:/c")}, true,
                 volumes, tmpfs);
  REQUIRE(volumes.size() == 2);
  CHECK(volumes[1].destination == "/c");
  CHECK(volumes[1].read_only);
  name_volumes({"/a/", "/b", "/c", "d"}, volumes, tmpfs);
  REQUIRE(volumes.size() == 3);
  CHECK(volumes[2].destination == "/d");
  CHECK(volumes[2].name.size() == 64);
  CHECK(volumes[2].source.ends_with("/volumes/" + volumes[2].name + "/_data"));
  CHECK(anonymous_names(volumes) == std::vector{volumes[2].name});
  CHECK_THROWS_AS(name_volumes({"/"}, volumes, tmpfs), Failure);
}

TEST_CASE("--volumes-from takes a container and ro") {
  CHECK(parsed<VolumesFrom>("web:ro").read_only);
  CHECK(parsed<VolumesFrom>("web").container == "web");
  CHECK_FALSE(parsed<VolumesFrom>("web:z").read_only);
  for (const char* text : {"", ":ro", "web:", "web:odd", "web:ro:rw"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<VolumesFrom>(text), Failure);
  }
}

TEST_CASE("filters of volumes: all must match, of several names one") {
  const StoredVolume volume{"web-data", 0, {{"tier", "1"}}, ""};
  const auto match = [&](const std::vector<std::string>& texts, bool used = false) {
    std::vector<VolumeFilter> filters;
    for (const std::string& text : texts) filters.push_back(parsed<VolumeFilter>(text));
    return matches(filters, volume, used);
  };
  CHECK(match({}));
  CHECK(match({"name=data", "name=none", "label=tier", "label=tier=1", "driver=local"}));
  CHECK_FALSE(match({"name=none"}));
  CHECK_FALSE(match({"label=tier", "label=tier=2"}));
  CHECK_FALSE(match({"driver=nfs"}));
  CHECK(match({"dangling=true"}));
  CHECK_FALSE(match({"dangling=1"}, true));
  CHECK(match({"dangling=false"}, true));
  for (const char* text : {"", "name", "size=1", "dangling=maybe"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(parsed<VolumeFilter>(text), Failure);
  }
}

}  // namespace stepbox
