// A relay without its HTTP server: everything that handlers need, opened in the right order and
// closed in the reverse one. Members are thread-safe as their headers say.
#pragma once

#include <atomic>
#include <memory>

#include "relay/budget.hpp"
#include "relay/checkpoints.hpp"
#include "relay/directory.hpp"
#include "relay/event_finder.hpp"
#include "relay/folder.hpp"
#include "relay/log.hpp"
#include "relay/metrics.hpp"
#include "relay/rate.hpp"
#include "relay/readiness.hpp"
#include "relay/readings.hpp"
#include "relay/store/disk_blobs.hpp"
#include "relay/store/meta_store.hpp"
#include "relay/waiters.hpp"
#include "relay/witnesses.hpp"
#include "relay/worker.hpp"
#include "relay/writer.hpp"

namespace sealpost::relay {

// What is on disk, opened and locked.
struct Opened {
  Folder folder;
  Settings settings;
  base::Fd lock;
  note::Signer log_key;
  std::unique_ptr<MetaStore> store;
  std::unique_ptr<BlobStore> blobs;
};

struct Engine {
  // Locks the folder, opens the stores, verifies chain and log, starts the writer. kConflict,
  // kNotFound, kVerificationFailed as Server::start.
  static base::Result<std::unique_ptr<Engine>> open(const std::filesystem::path& dir, Seams seams,
                                                    LogSink sink);
  Engine(Opened opened, Seams with, LogSink sink);
  ~Engine() { close(); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  // Finishes what is queued and stops the threads. May be called twice.
  void close();
  // A change of the relay itself; returns when it is committed.
  base::Result<void> run(Change change);
  base::Result<void> record_own(std::string_view event);

  Folder folder;
  Settings settings;
  Seams seams;
  base::Fd lock;
  note::Signer log_key;
  std::unique_ptr<MetaStore> store;
  std::unique_ptr<BlobStore> blobs;
  Log log;
  Metrics metrics;
  Directory directory;
  Waiters waiters;
  RateLimit requests;
  RateLimit refusals;                      // so that a refused device cannot fill the log
  std::atomic<std::size_t> body_bytes{0};  // of bodies in memory, all requests together
  Budget replies;                          // of answers in memory
  Assets assets;
  Readings readings;  // of the audit log
  Checkpoints checkpoints;
  Witnesses witnesses;
  Worker worker;  // slow work on files
  Writer writer;
  EventFinder events;
  Readiness readiness;
};

}  // namespace sealpost::relay
