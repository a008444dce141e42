// Other container tools, for the claims about interchange: podman, skopeo, umoci, buildah.
#ifndef STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_PEERS_HPP_
#define STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_PEERS_HPP_

#include <string>

#include "common/files.hpp"
#include "common/program.hpp"
#include "common/testing/harness/claim.hpp"
#include "common/testing/stage/stage.hpp"

namespace stepbox {

// The beginning of a script in a mount namespace of its own: the peers may write to /dev/shm, to
// /run, to temporary directories and to caches.
inline constexpr const char* kWritable =
    "for i in /dev/shm /tmp /var/tmp /var/cache; do mount -t tmpfs peers $i; done\n"
    "mkdir /tmp/stage; mount --rbind /run/stage /tmp/stage; mount -t tmpfs peers /run\n"
    "mkdir /run/stage; mount --rbind /tmp/stage /run/stage\n";

// Runs a shell script in `directory`, where podman and buildah keep their storage, too. Returns
// stdout; the claim fails when a command of the script fails.
inline std::string run_peers(const Stage& stage, const std::string& directory,
                             const std::string& script) {
  make_directories(directory);
  return stage.on_host({"env", "HOME=" + directory, "unshare", "--mount", "sh", "-ec",
                        kWritable + std::string("cd \"$0\"\n") +
                            "podman() { command podman --storage-driver=vfs --events-backend=none "
                            "--root=\"$PWD/root\" "
                            "--runroot=\"$PWD/run\" --tmpdir=\"$PWD/tmp\" \"$@\"; }\n"
                            "buildah() { command buildah --storage-driver=vfs --root=\"$PWD/root\" "
                            "--runroot=\"$PWD/run\" \"$@\"; }\n" +
                            script,
                        directory});
}

// Skips the claim unless `peer` is installed and the command `trial` works, which is independent of
// stepbox. For example podman without CNI plugins and netavark refuses every command.
inline void require_peer(const Stage& stage, const std::string& peer, const std::string& trial) {
  if (!has_program(peer)) skip(peer + " is not installed (scripts/setup peers)");
  const std::string said =
      run_peers(stage, stage.scratch("trial-" + peer),
                "{ " + trial + "; } >said 2>&1 || { tail -n 1 said; echo it says nothing; }");
  if (said.empty()) return;
  skip(peer + " is installed, but `" + trial + "` fails: " + said.substr(0, said.find('\n')));
}

inline void require_podman(const Stage& stage) {
  require_peer(stage, "podman", "tar -cf none.tar --files-from /dev/null; podman import none.tar");
}
inline void require_skopeo(const Stage& stage) {
  require_peer(stage, "skopeo", "skopeo --version");
}
inline void require_buildah(const Stage& stage) {
  require_peer(stage, "buildah", "buildah from scratch");
}
inline void require_umoci(const Stage& stage) {
  require_peer(stage, "umoci", "umoci init --layout none");
}

}  // namespace stepbox

#endif  // STEPBOX_STEPS_07_UNIONFS_CLAIMS_VERIFY_PEERS_HPP_
