// Loads the BPF program for devices and attaches it to a v2 group. (bpf(2); the kernel's
// bpf/prog_cgroup_sockopt.rst and include/uapi/linux/bpf.h)
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "07-unionfs/resources/device_rules.hpp"
#include "common/error.hpp"
#include "common/explain.hpp"
#include "common/files.hpp"

namespace stepbox {

namespace {

constexpr char kName[] = "stepbox_devices";  // 15 characters at most
static_assert(sizeof kName <= BPF_OBJ_NAME_LEN);

uint64_t address_of(const void* pointer) { return reinterpret_cast<uintptr_t>(pointer); }

int bpf(bpf_cmd command, bpf_attr& attributes) {
  return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

Fd load(const std::vector<bpf_insn>& program) {
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  attributes.insn_cnt = static_cast<uint32_t>(program.size());
  attributes.insns = address_of(program.data());
  attributes.license = address_of("MIT");
  std::memcpy(attributes.prog_name, kName, sizeof kName);
  Fd loaded(bpf(BPF_PROG_LOAD, attributes));  // always close-on-exec
  if (!loaded) throw_errno({"load the BPF program for devices"});
  return loaded;
}

void change(bpf_cmd command, const GroupDirectory& group, int directory, const Fd& program) {
  bpf_attr attributes{};
  attributes.target_fd = static_cast<uint32_t>(directory);
  attributes.attach_bpf_fd = static_cast<uint32_t>(program.get());
  attributes.attach_type = BPF_CGROUP_DEVICE;
  // With MULTI the programs of the groups above stay in force too: all must allow an access.
  if (command == BPF_PROG_ATTACH) attributes.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(command, attributes) == 0) return;
  throw_errno({command == BPF_PROG_ATTACH ? "attach" : "detach", " the BPF program for devices, ",
               group.path()});
}

bool is_ours(const Fd& program) {
  bpf_prog_info info{};
  bpf_attr attributes{};
  attributes.info.bpf_fd = static_cast<uint32_t>(program.get());
  attributes.info.info_len = sizeof info;
  attributes.info.info = address_of(&info);
  return bpf(BPF_OBJ_GET_INFO_BY_FD, attributes) == 0 && std::strcmp(info.name, kName) == 0;
}

// The programs that stepbox has attached to this very group.
std::vector<Fd> find_ours(const GroupDirectory& group, int directory) {
  uint32_t ids[64]{};  // the most that a group takes
  bpf_attr query{};
  query.query.target_fd = static_cast<uint32_t>(directory);
  query.query.attach_type = BPF_CGROUP_DEVICE;
  query.query.prog_ids = address_of(ids);
  query.query.prog_cnt = std::size(ids);
  if (bpf(BPF_PROG_QUERY, query) == -1) throw_errno({"list BPF programs of ", group.path()});
  std::vector<Fd> found;
  for (uint32_t i = 0; i < query.query.prog_cnt; ++i) {
    bpf_attr attributes{};
    attributes.prog_id = ids[i];
    Fd program(bpf(BPF_PROG_GET_FD_BY_ID, attributes));
    if (program && is_ours(program)) found.push_back(std::move(program));
  }
  return found;
}

}  // namespace

void set_device_rules_v2(const GroupDirectory& group, const std::vector<DeviceRule>& rules) {
  explain({"bpftool cgroup attach ", quoted(group.path()), " device pinned … multi"});
  const Fd directory = open_directory(group.path());
  const std::vector<Fd> old = find_ours(group, directory.get());
  // The new one first: in between both must allow an access, so nothing is open by mistake.
  change(BPF_PROG_ATTACH, group, directory.get(), load(device_program(rules)));
  for (const Fd& program : old) change(BPF_PROG_DETACH, group, directory.get(), program);
}

}  // namespace stepbox
