#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "flow/doctor.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kReadByOthers = S_IRWXG | S_IRWXO;
constexpr mode_t kChangedByOthers = S_IWGRP | S_IWOTH;
constexpr std::uint64_t kLittleRoom = 256 << 20;  // bytes

struct Guarded {
  fs::path path;
  mode_t forbidden = 0;
  std::string repair;  // argument of chmod
};

std::vector<Guarded> guarded(const Belongings& belongings) {
  std::vector<Guarded> all{{belongings.folder, kReadByOthers, "go="},
                           {belongings.agent_folder, kReadByOthers, "go="},
                           {belongings.config_file, kChangedByOthers, "go-w"}};
  for (const char* ending : {"", "-wal", "-shm", "-lock"}) {
    fs::path file = belongings.vault;
    file += ending;
    all.push_back({std::move(file), kReadByOthers, "go="});
  }
  if (!belongings.passphrase_file.empty()) {
    all.push_back({belongings.passphrase_file, kReadByOthers, "go="});
  }
  return all;
}

// What is not there is nobody's to read.
void examine_one(const Guarded& guarded, Findings& findings) {
  struct stat found {};
  if (::stat(guarded.path.c_str(), &found) != 0) return;
  if (found.st_uid != ::geteuid() && found.st_uid != 0) {
    findings.push_back({"files", Health::kBroken,
                        fmt::format("{} belongs to another user", guarded.path.string()),
                        fmt::format("find out who put it there; `chown {} {}` takes it back",
                                    ::geteuid(), guarded.path.string())});
  } else if ((found.st_mode & guarded.forbidden) != 0) {
    const bool readable = guarded.forbidden == kReadByOthers;
    findings.push_back({"files", Health::kBroken,
                        fmt::format("{} is open to other users of this machine, who may {}",
                                    guarded.path.string(), readable ? "read it" : "change it"),
                        fmt::format("chmod {} {}", guarded.repair, guarded.path.string())});
  }
}

Finding examine_room(const fs::path& folder) {
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    return {"room", Health::kWeak, "how much room the disk has left cannot be told",
            "look at " + folder.string()};
  }
  const std::uint64_t left = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::string text = fmt::format("{} MiB left for the vault", left >> 20);
  if (left >= kLittleRoom) return {"room", Health::kGood, text, ""};
  return {"room", Health::kWeak, text, "make room on the disk of " + folder.string()};
}

}  // namespace

Findings examine_files(const Belongings& belongings) {
  Findings findings;
  for (const Guarded& each : guarded(belongings)) examine_one(each, findings);
  if (findings.empty()) {
    findings.push_back(
        {"files", Health::kGood, "vault, agent and configuration are yours alone", ""});
  }
  findings.push_back(examine_room(belongings.folder));
  return findings;
}

}  // namespace sealpost::flow
