// linux.resources becomes text in the files of cgroups. (The groups are ordinary directories.)
#include <doctest/doctest.h>

#include "07-unionfs/resources/limit_writes.hpp"
#include "07-unionfs/resources/oci_resources.hpp"
#include "common/files.hpp"
#include "common/testing/stage/scratch_directory.hpp"

namespace stepbox {
namespace {

using Files = std::map<std::string, std::string>;

// A group with these files.
class FakeGroup {
 public:
  FakeGroup(bool v2, const std::vector<std::string>& controllers, const Files& files) {
    groups_.emplace_back(Hierarchy{v2, scratch_.path(), controllers}, scratch_.path(),
                         open_directory(scratch_.path()));
    for (const auto& [name, text] : files) create_file(scratch_.file(name), text);
  }

  // The text of `file` after `resources` have been set.
  std::string set(const std::string& resources, const std::string& file) const {
    set_oci_resources(groups_, resources);
    return read_file(scratch_.file(file));
  }
  std::string refusal(const std::string& resources) const {
    try {
      set_oci_resources(groups_, resources);
    } catch (const Failure& failure) {
      return failure.what();
    }
    return "";
  }
  const std::vector<GroupDirectory>& groups() const { return groups_; }
  Json stats() const { return Json::parse(oci_stats(groups_)); }

 private:
  ScratchDirectory scratch_;
  std::vector<GroupDirectory> groups_;
};

const std::string kPlace = "config.json: linux.resources.";

}  // namespace

TEST_CASE("values of v1 are converted to those of v2") {
  CHECK(as_limit(-1) == "max");
  CHECK(as_limit(4096) == "4096");
  CHECK(as_process_limit(0) == "1");
  CHECK(as_process_limit(-1) == "max");
  CHECK(as_weight(2) == "1");
  CHECK(as_weight(1024) == "39");
  CHECK(as_weight(262144) == "10000");
  CHECK(as_weight(1'000'000) == "10000");
  CHECK(as_io_weight(10) == "1");
  CHECK(as_io_weight(1000) == "10000");
}

TEST_CASE("cpu.max keeps what is not asked for") {
  CHECK(as_cpu_max("max 100000\n", 50000, 0) == "50000 100000");
  CHECK(as_cpu_max("50000 100000\n", 0, 20000) == "50000 20000");
  CHECK(as_cpu_max("50000 100000\n", -1, 0) == "max 100000");
  CHECK(as_cpu_max("", 50000, 0) == "50000 100000");
}

TEST_CASE("systemd is told the limits that it has a name for") {
  const auto told = [](bool v2, const Files& files, const std::string& resources) {
    const FakeGroup fake(v2, {"blkio", "cpu", "io", "memory", "pids"}, files);
    const Json json = Json::parse(resources);
    LimitWrites writes(fake.groups());
    add_single_limits(ConfigNode(json, "config.json", ""), writes);
    add_listed_limits(ConfigNode(json, "config.json", ""), writes);
    return writes.properties();
  };
  using Limits = std::vector<std::string>;
  CHECK(told(true, {{"pids.max", ""}, {"memory.max", ""}, {"memory.oom.group", ""}},
             R"({"pids": {"limit": -1}, "memory": {"limit": 9},
                 "unified": {"memory.oom.group": "1"}})") ==
        Limits{"MemoryMax=9", "TasksMax=infinity"});
  CHECK(told(true, {{"io.weight", ""}},
             R"({"blockIO": {"weight": 10,
                             "weightDevice": [{"major": 8, "minor": 0, "weight": 20}]}})") ==
        Limits{"IOWeight=1"});
  CHECK(told(true, {{"cpu.max", "max 100000\n"}}, R"({"cpu": {"quota": 33333}})") ==
        Limits{"CPUQuota=33.33%", "CPUQuotaPeriodSec=100000us"});
  CHECK(told(true, {{"cpu.max", "5000 50000\n"}}, R"({"cpu": {"quota": -1}})") ==
        Limits{"CPUQuota=", "CPUQuotaPeriodSec=50000us"});
  const Files v1{{"cpu.cfs_quota_us", "-1\n"}, {"cpu.cfs_period_us", "100000\n"}};
  CHECK(told(false, v1, R"({"cpu": {"quota": 205000}})") ==
        Limits{"CPUQuota=205.00%", "CPUQuotaPeriodSec=100000us"});
}

TEST_CASE("swap is limited together with memory on v1, by itself on v2") {
  const std::string both = R"({"memory": {"limit": 1000, "swap": 1500}})";
  const FakeGroup v1(false, {"memory"},
                     {{"memory.limit_in_bytes", ""}, {"memory.memsw.limit_in_bytes", ""}});
  CHECK(v1.set(both, "memory.memsw.limit_in_bytes") == "1500");
  const FakeGroup v2(true, {"memory"}, {{"memory.max", ""}, {"memory.swap.max", ""}});
  CHECK(v2.set(both, "memory.swap.max") == "500");
  CHECK(v2.set(both, "memory.max") == "1000");
  CHECK(v2.refusal(R"({"memory": {"swap": 1500}})") ==
        kPlace + "memory.swap: cgroup v2 needs memory.limit too");
  CHECK(v2.refusal(R"({"memory": {"limit": 1000, "swap": 500}})") ==
        kPlace + "memory.swap: is less than memory.limit");
}

TEST_CASE("without swap accounting the limits that need none are taken") {
  const FakeGroup v2(true, {"memory"}, {{"memory.max", ""}});
  CHECK(v2.set(R"({"memory": {"limit": 1000, "swap": 1000}})", "memory.max") == "1000");
  CHECK(v2.refusal(R"({"memory": {"limit": 1000, "swap": 1500}})")
            .starts_with(kPlace + "memory.swap: no file memory.swap.max in "));
}

TEST_CASE("zero, null and empty are not asked for") {
  const FakeGroup none(false, {}, {});
  CHECK(none.refusal(R"({"memory": {"limit": 0, "swap": null}, "cpu": {"cpus": "", "shares": 0},
                         "network": {"classID": 0, "priorities": []}, "devices": [], "rdma": {},
                         "unified": {}, "hugepageLimits": null, "pids": null})") == "");
}

TEST_CASE("a limit without a controller is refused with its path") {
  const FakeGroup none(false, {}, {});
  const auto missing = [](const std::string& name, const std::string& controller) {
    return kPlace + name + ": no cgroup controller '" + controller +
           "' on this host, or none for us";
  };
  CHECK(none.refusal(R"({"memory": {"limit": 1}})") == missing("memory.limit", "memory"));
  CHECK(none.refusal(R"({"pids": {"limit": 0}})") == missing("pids.limit", "pids"));
  CHECK(none.refusal(R"({"cpu": {"mems": "0"}})") == missing("cpu.mems", "cpuset"));
  CHECK(none.refusal(R"({"rdma": {"a": {"hcaHandles": 1}}})") == missing("rdma.a", "rdma"));
  CHECK(none.refusal(R"({"unified": {"pids.max": "5"}})") ==
        kPlace + "unified.pids.max: no cgroup v2 on this host, or none for us");
}

TEST_CASE("what v2 has no word for is refused there") {
  const FakeGroup v2(true, {"cpu", "memory"}, {});
  const std::string no = ": cgroup v2 has no such limit";
  CHECK(v2.refusal(R"({"cpu": {"realtimeRuntime": 1}})") == kPlace + "cpu.realtimeRuntime" + no);
  CHECK(v2.refusal(R"({"memory": {"swappiness": 0}})") == kPlace + "memory.swappiness" + no);
  CHECK(v2.refusal(R"({"memory": {"disableOOMKiller": true}})") ==
        kPlace + "memory.disableOOMKiller: cgroup v2 cannot do that");
}

TEST_CASE("a value of a wrong type is refused with its path, before anything is written") {
  const FakeGroup v1(false, {"pids"}, {{"pids.max", ""}});
  CHECK(v1.refusal(R"({"pids": {"limit": 5}, "devices": [{"allow": true, "type": "x"}]})") ==
        kPlace + "devices[0].type: 'x' is not a, b or c");
  CHECK(v1.set("{}", "pids.max") == "");
  CHECK(v1.set(R"({"pids": {"limit": 5}})", "pids.max") == "5");
}

TEST_CASE("throttles name their device") {
  const std::string asked = R"({"blockIO": {"throttleReadBpsDevice":
      [{"major": 8, "minor": 16, "rate": 600}]}})";
  const FakeGroup v1(false, {"blkio"}, {{"blkio.throttle.read_bps_device", ""}});
  CHECK(v1.set(asked, "blkio.throttle.read_bps_device") == "8:16 600");
  const FakeGroup v2(true, {"io"}, {{"io.max", ""}, {"io.weight", ""}});
  CHECK(v2.set(asked, "io.max") == "8:16 rbps=600");
  CHECK(v2.set(R"({"blockIO": {"weight": 1000}})", "io.weight") == "10000");
}

TEST_CASE("a limit of huge pages holds for reserved ones too") {
  const FakeGroup v2(true, {"hugetlb"}, {{"hugetlb.2MB.max", ""}, {"hugetlb.2MB.rsvd.max", ""}});
  const std::string asked = R"({"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]})";
  CHECK(v2.set(asked, "hugetlb.2MB.max") == "0");
  CHECK(v2.set(asked, "hugetlb.2MB.rsvd.max") == "0");
}

TEST_CASE("unified names files of the v2 group only") {
  const FakeGroup v2(true, {"pids"}, {{"pids.max", ""}});
  CHECK(v2.set(R"({"unified": {"pids.max": "7"}})", "pids.max") == "7");
  CHECK(v2.refusal(R"({"unified": {"../pids.max": "7"}})") ==
        kPlace + "unified.../pids.max: '../pids.max' is no file of a cgroup");
  CHECK(v2.refusal(R"({"unified": {"memory.max": "7"}})") ==
        kPlace +
            "unified.memory.max: no cgroup controller 'memory' in the v2 tree, or none for us");
}

TEST_CASE("the usage of v2 is reported in runc's members and units") {
  const FakeGroup v2(true, {"memory", "pids"},
                     {{"cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 4\n"},
                      {"memory.current", "4096\n"},
                      {"memory.max", "max\n"},
                      {"memory.events", "low 0\nmax 3\n"},
                      {"memory.stat", "anon 10\nfile 20\n"},
                      {"memory.swap.current", "4\n"},
                      {"memory.swap.max", "max\n"},
                      {"pids.current", "2\n"},
                      {"pids.max", "max\n"},
                      {"io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0\n"}});
  const Json stats = v2.stats();
  CHECK(stats["cpu"]["usage"] == Json({{"total", 5000}, {"user", 3000}, {"kernel", 2000}}));
  CHECK(stats["cpu"]["throttling"] == Json({{"periods", 4}}));
  CHECK(stats["memory"]["usage"] == Json({{"usage", 4096}, {"limit", UINT64_MAX}, {"failcnt", 3}}));
  CHECK(stats["memory"]["swap"] == Json({{"usage", 4100}, {"limit", UINT64_MAX}}));
  CHECK(stats["memory"]["raw"] == Json({{"anon", 10}, {"file", 20}}));
  CHECK(stats["memory"]["cache"] == 20);
  CHECK(stats["pids"] == Json({{"current", 2}}));
  CHECK(stats["blkio"]["ioServicedRecursive"][1] ==
        Json({{"major", 8}, {"minor", 0}, {"op", "Write"}, {"value", 4}}));
}

TEST_CASE("the usage of v1 is reported in ns and bytes") {
  const FakeGroup v1(false, {"cpuacct"},
                     {{"cpuacct.usage", "7000\n"},
                      {"cpuacct.stat", "user 2\nsystem 1\n"},
                      {"blkio.throttle.io_serviced_recursive", "8:0 Read 5\nTotal 5\n"}});
  const Json stats = v1.stats();
  CHECK(stats["cpu"]["usage"] ==
        Json({{"total", 7000}, {"user", 20'000'000}, {"kernel", 10'000'000}}));
  CHECK(stats["blkio"]["ioServicedRecursive"].size() == 1);
  CHECK_FALSE(stats.contains("memory"));
}

}  // namespace stepbox
