// linux.resources: lists of limits, each for a device, a page size or a file. (The kernel's
// cgroup-v1/blkio-controller.rst, hugetlb.rst, net_prio.rst, rdma.rst; admin-guide/cgroup-v2.rst)
#include "07-unionfs/resources/limit_writes.hpp"
#include "common/text.hpp"

namespace stepbox {

namespace {

// "8:16"
std::string device_of(const ConfigNode& item) {
  return join({as_is(item.at("major").needed().number<int64_t>(0)), ":",
               as_is(item.at("minor").needed().number<int64_t>(0))});
}

// The name of the file in this kernel: weights belong to an I/O scheduler, on v1 to CFQ until Linux
// 5.0 and to BFQ since then.
std::string offered(const GroupDirectory& group, const char* name, const char* other) {
  return !group.offers(name) && group.offers(other) ? other : name;
}

// `device`: "8:16 ", or empty for all that have no weight of their own.
void add_io_weight(const ConfigNode& limit, const std::string& device, LimitWrites& writes) {
  const auto weight = limit.number<int64_t>(0, 1000);
  if (weight == 0) return;
  const GroupDirectory& group = writes.group_with(limit, "blkio");
  if (group.hierarchy().v2) {
    const std::string file = offered(group, "io.bfq.weight", "io.weight");
    const bool bfq = file == "io.bfq.weight";
    return writes.add(limit, group, file, device + (bfq ? as_is(weight) : as_io_weight(weight)));
  }
  const std::string file = device.empty()
                               ? offered(group, "blkio.weight", "blkio.bfq.weight")
                               : offered(group, "blkio.weight_device", "blkio.bfq.weight_device");
  writes.add(limit, group, file, device + as_is(weight));
}

void add_device_weights(const ConfigNode& item, LimitWrites& writes) {
  const std::string device = device_of(item) + " ";
  const ConfigNode weight = item.at("weight"), leaf = item.at("leafWeight");
  if (!weight.given() && !leaf.given()) item.refuse({"needs weight or leafWeight"});
  add_io_weight(weight, device, writes);
  const auto number = leaf.number<int64_t>(0, 1000);
  if (number == 0) return;
  const GroupDirectory& group = writes.group_with(leaf, "blkio");
  writes.add(leaf, group, "blkio.leaf_weight_device", device + as_is(number));
}

struct Throttle {
  const char* name;
  const char* file_v1;
  const char* word_v2;  // in io.max
};

constexpr Throttle kThrottles[] = {
    {"throttleReadBpsDevice", "blkio.throttle.read_bps_device", "rbps"},
    {"throttleWriteBpsDevice", "blkio.throttle.write_bps_device", "wbps"},
    {"throttleReadIOPSDevice", "blkio.throttle.read_iops_device", "riops"},
    {"throttleWriteIOPSDevice", "blkio.throttle.write_iops_device", "wiops"},
};

void add_throttle(const Throttle& kind, const ConfigNode& item, LimitWrites& writes) {
  const std::string device = device_of(item);
  const auto rate = item.at("rate").needed().number<int64_t>(0);
  const GroupDirectory& group = writes.group_with(item, "blkio");
  if (!group.hierarchy().v2) {
    return writes.add(item, group, kind.file_v1, join({device, " ", as_is(rate)}));
  }
  // 0 is no limit on v1, and an error on v2.
  writes.add(item, group, "io.max",
             join({device, " ", kind.word_v2, "=", rate == 0 ? "max" : as_is(rate)}));
}

void add_block_io(const ConfigNode& block_io, LimitWrites& writes) {
  add_io_weight(block_io.at("weight"), "", writes);
  for (const ConfigNode& item : block_io.at("weightDevice").items()) {
    add_device_weights(item, writes);
  }
  for (const Throttle& kind : kThrottles) {
    for (const ConfigNode& item : block_io.at(kind.name).items()) add_throttle(kind, item, writes);
  }
}

// Both limits: of pages in use, and of those that are reserved (since Linux 5.7).
void add_huge_pages(const ConfigNode& item, LimitWrites& writes) {
  const ConfigNode size = item.at("pageSize").needed();
  if (size.text().find('/') != std::string::npos) size.refuse({"'", size.text(), "' is no size"});
  const std::string limit = std::to_string(item.at("limit").needed().number<uint64_t>());
  const GroupDirectory& group = writes.group_with(item, "hugetlb");
  const std::string start = "hugetlb." + size.text();
  const std::string end = group.hierarchy().v2 ? ".max" : ".limit_in_bytes";
  writes.add(item, group, start + end, limit);
  const std::string reserved = start + ".rsvd" + end;
  if (group.offers(reserved.c_str())) writes.add(item, group, reserved, limit);
}

void add_priority(const ConfigNode& item, LimitWrites& writes) {
  const std::string name = item.at("name").needed().text();
  const auto priority = item.at("priority").needed().number<uint32_t>();
  const GroupDirectory& group = writes.group_with(item, "net_prio");
  writes.add(item, group, "net_prio.ifpriomap", join({name, " ", as_is(priority)}));
}

void add_rdma(const std::string& device, const ConfigNode& item, LimitWrites& writes) {
  std::string line = device;
  for (const auto& [name, word] :
       {std::pair("hcaHandles", " hca_handle="), std::pair("hcaObjects", " hca_object=")}) {
    if (item.at(name).given()) line += word + as_is(item.at(name).number<uint32_t>());
  }
  if (line == device) item.refuse({"needs hcaHandles or hcaObjects"});
  writes.add(item, writes.group_with(item, "rdma"), "rdma.max", line);
}

// A file of the v2 group, and its text: one write(2) for each line.
void add_unified(const std::string& file, const ConfigNode& item, LimitWrites& writes) {
  if (file.find('/') != std::string::npos || file.find('.') == std::string::npos) {
    item.refuse({"'", file, "' is no file of a cgroup"});
  }
  const std::string text = item.text();
  if (text.empty()) return;
  const GroupDirectory* group = writes.group_v2();
  if (!group) item.refuse({"no cgroup v2 on this host, or none for us"});
  const std::string controller = file.substr(0, file.find('.'));
  if (controller != "cgroup" && !group->has(controller.c_str())) {
    item.refuse({"no cgroup controller '", controller, "' in the v2 tree, or none for us"});
  }
  for (const std::string& line : split(text, '\n')) {
    if (!line.empty()) writes.add(item, *group, file, line);
  }
}

}  // namespace

void add_listed_limits(const ConfigNode& resources, LimitWrites& writes) {
  add_block_io(resources.at("blockIO"), writes);
  for (const ConfigNode& item : resources.at("hugepageLimits").items()) {
    add_huge_pages(item, writes);
  }
  for (const ConfigNode& item : resources.at("network").at("priorities").items()) {
    add_priority(item, writes);
  }
  for (const auto& [device, item] : resources.at("rdma").members()) add_rdma(device, item, writes);
  for (const auto& [file, item] : resources.at("unified").members()) {
    add_unified(file, item, writes);
  }
}

}  // namespace stepbox
