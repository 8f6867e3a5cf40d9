// relay.toml: what an operator decides, sealpost-relay(8), FILES. Unknown keys are an error.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/seams.hpp"
#include "note/cosignature.hpp"

namespace sealpost::relay {

struct Limits {
  std::uint64_t connections = 1024;          // at once
  std::uint64_t idle_seconds = 60;           // of a connection on which nothing moves
  std::uint64_t body_seconds = 120;          // to receive one body, 4 times as long for a part
  std::uint64_t requests_per_minute = 6000;  // of one device
  std::uint64_t polls_per_device = 4;        // waiting at once
  std::uint64_t blob_bytes = std::uint64_t{1} << 40;  // of all blobs together
  std::uint64_t device_blob_bytes = 0;                // unsent ones of one; 0: half of all
  std::uint64_t store_bytes = 0;                      // of relay.db; 0: what the disk holds
};

// What the blobs of one device that no message names yet may take together.
inline std::uint64_t device_blob_bytes(const Limits& limits) {
  return limits.device_blob_bytes > 0 ? limits.device_blob_bytes : limits.blob_bytes / 2;
}

// Where the log is forwarded to; nowhere when `to` is empty.
struct ForwardSettings {
  std::string to;            // "tls://siem.example:6514"
  std::filesystem::path ca;  // absolute, or relative to the relay's folder; may be empty
  std::string format = "syslog";
};

// Somebody who cosigns this log's checkpoints: c2sp.org/tlog-witness.
struct WitnessSettings {
  std::string url;  // the prefix in front of /add-checkpoint
  note::Cosigner key;
  std::filesystem::path ca_file = {};  // absolute, or relative to the relay's folder; may be empty
};

struct Settings {
  std::string listen;
  std::string url;
  note::Verifier organisation;
  bool plain = false;
  bool proxy = false;
  std::filesystem::path tls_certificate;  // absolute, or relative to the relay's folder
  std::filesystem::path tls_key;
  bool log_requests = false;  // a line for each, not only for refusals and failures
  Limits limits;
  ForwardSettings forward;
  std::vector<WitnessSettings> witnesses = {};
};

std::string format_settings(const Settings& settings);
// kMalformed with the line, kUsage for values that contradict each other.
base::Result<Settings> parse_settings(std::string_view text);
// Plain HTTP leaves the machine only through a declared proxy, the URL's scheme says the truth, and
// the URL has no path.
base::Result<void> check_settings(const Settings& settings);

}  // namespace sealpost::relay
