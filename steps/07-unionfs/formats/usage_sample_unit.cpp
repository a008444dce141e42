// Parsing the kernel's counters.
#include <doctest/doctest.h>
#include <sched.h>
#include <unistd.h>

#include "07-unionfs/formats/usage_sample.hpp"

namespace stepbox {

TEST_CASE("traffic is that of all interfaces but the loopback") {
  Sample sample;
  add_traffic(
      "Inter-|   Receive                            |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets\n"
      "    lo: 1000 2 0 0 0 0 0 0 1000 2 0 0 0 0 0 0\n"
      "  eth0:  300 4 0 0 0 0 0 0   50 6 0 0 0 0 0 0\n"
      "veth-lo: 1 4 0 0 0 0 0 0   2 6 0 0 0 0 0 0\n",
      sample);
  CHECK(sample.received == 301);
  CHECK(sample.sent == 52);
}

TEST_CASE("a truncated text counts nothing") {
  Sample sample;
  for (const char* text : {"", "\n", "eth0", "eth0:", "eth0: 5", "eth0: a b c d e f g h i j"}) {
    add_traffic(text, sample);
    add_disk(text, sample);
  }
  add_disk("read_bytes: x\nread_bytes:\nwrite_bytes: 1 2\n", sample);
  CHECK(sample.received == 0);
  CHECK(sample.sent == 0);
  CHECK(sample.read == 0);
  CHECK(sample.written == 0);
}

TEST_CASE("disk usage counts device transfers, not read(2) and write(2)") {
  Sample sample;
  add_disk("rchar: 9836\nwchar: 7\nread_bytes: 4096\nwrite_bytes: 512\ncancelled_write_bytes: 8\n",
           sample);
  CHECK(sample.read == 4096);
  CHECK(sample.written == 512);
}

TEST_CASE("without a cgroup the processes are summed up") {
  Record record;
  record.id = std::string(64, 'e');
  record.running = true;
  record.pid = ::getpid();
  record.options.namespaces.shared.flags = CLONE_NEWPID;
  const Sample sample = take_sample(record, ProcessTable());
  CHECK(sample.memory > 100'000);
  CHECK(sample.memory_limit > sample.memory);
  CHECK(sample.processes >= 1);
}

TEST_CASE("a container that has ended uses nothing") {
  Record record;
  record.id = std::string(64, 'e');
  const Sample sample = take_sample(record, ProcessTable());
  CHECK(sample.cpu_us == 0);
  CHECK(sample.memory == 0);
  CHECK(sample.processes == 0);
}

}  // namespace stepbox
