#include "relay/engine.hpp"

#include <future>

#include "relay/recovery.hpp"
#include "relay/store/sqlite_store.hpp"

namespace sealpost::relay {
namespace {

constexpr std::uint64_t kRefusalsPerMinute = 60;
constexpr std::size_t kMaxReplies = 256 << 20;  // bytes
constexpr std::size_t kMaxRepliesEach = kMaxReplies / 4;

// A store that is not there must not be taken for an empty one: its log would start anew.
base::Result<void> require_store(const std::filesystem::path& database) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database, error);
  if (!error && size > 0) return {};
  return base::Error{base::Code::kNotFound, database.string() + " is missing or empty",
                     "put it back, from a backup if need be; a new relay needs a new folder"};
}

base::Result<Opened> open_files(const std::filesystem::path& dir) {
  const Folder folder{dir};
  TRY(Settings settings, read_settings(folder));
  TRY(base::Fd lock, take_lock(folder));
  TRY(note::Signer log_key, read_log_key(folder));
  TRY(require_store(folder.database()));
  TRY(auto store, SqliteStore::open(folder.database(), settings.limits.store_bytes));
  TRY(DiskBlobs blobs, DiskBlobs::open(folder.blobs()));
  return Opened{folder,           std::move(settings),
                std::move(lock),  std::move(log_key),
                std::move(store), std::make_unique<DiskBlobs>(std::move(blobs))};
}

base::Result<void> load_chain(Engine& engine) {
  TRY(const MetaStore::Reading store, engine.store->read());
  TRY(const std::uint64_t size, store->trust_size());
  TRY(const auto entries, store->trust_entries(0, size));
  for (const std::string& entry : entries) {
    auto appended = engine.directory.append(entry);
    if (!appended) {
      base::Error error = base::with_context(appended.error(), "the stored trust chain");
      error.code = base::Code::kVerificationFailed;
      return error;
    }
  }
  return {};
}

void failed_job(std::string_view why, const Log& log, Metrics& metrics) {
  metrics.caught();
  log.error("worker.failed", {base::Code::kInternal, std::string(why), ""});
}

}  // namespace

Engine::Engine(Opened opened, Seams with, LogSink sink)
    : folder(std::move(opened.folder)),
      settings(std::move(opened.settings)),
      seams(with),
      lock(std::move(opened.lock)),
      log_key(std::move(opened.log_key)),
      store(std::move(opened.store)),
      blobs(std::move(opened.blobs)),
      log(std::move(sink), with.clock),
      directory(settings.organisation),
      waiters(settings.limits.polls_per_device),
      requests(settings.limits.requests_per_minute),
      refusals(kRefusalsPerMinute),
      replies(kMaxReplies, kMaxRepliesEach),
      checkpoints(log_key),
      witnesses({settings.witnesses, folder.dir, *store, checkpoints, directory, log, with.clock}),
      worker([this](std::string_view why) { failed_job(why, log, metrics); }),
      writer({*store, *blobs, directory, log_key, checkpoints, waiters, metrics, log, with.clock}),
      events(folder.events(), *store, checkpoints, log),
      readiness(writer, with.clock) {}

base::Result<std::unique_ptr<Engine>> Engine::open(const std::filesystem::path& dir, Seams seams,
                                                   LogSink sink) {
  TRY(Opened opened, open_files(dir));
  auto engine = std::make_unique<Engine>(std::move(opened), seams, std::move(sink));
  TRY(load_chain(*engine));
  TRY(recover(*engine->store, *engine->blobs, seams.clock.now()));
  TRY(engine->writer.start());
  return engine;
}

void Engine::close() {
  events.stop();
  witnesses.stop();
  worker.stop();
  writer.stop();
}

base::Result<void> Engine::run(Change change) {
  std::promise<base::Result<Reply>> answer;
  Task task;
  task.change = std::move(change);
  task.done = [&answer](base::Result<Reply> reply) { answer.set_value(std::move(reply)); };
  writer.submit(std::move(task));
  const base::Result<Reply> reply = answer.get_future().get();
  if (!reply) return reply.error();
  return {};
}

base::Result<void> Engine::record_own(std::string_view event) {
  return run([this, name = std::string(event)](Unit& unit) -> base::Result<Written> {
    audit::Event own;
    own.at = unit.now;
    own.event = name;
    own.actor = log_key.name();
    return Written{Reply{}, Record::of(Fact{std::move(own), std::nullopt})};
  });
}

}  // namespace sealpost::relay
