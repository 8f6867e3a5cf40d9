#include "flow/tar_writer.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <chrono>
#include <optional>

namespace sealpost::flow {
namespace {

constexpr mode_t kMode = 0600;

using Entry = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

}  // namespace

struct TarWriter::State {
  struct Content final : base::ByteSink {
    explicit Content(State& owner) : state(owner) {}
    base::Result<void> write(base::ByteView bytes) override { return state.put(bytes); }
    State& state;
  };

  explicit State(base::ByteSink& into) : sink(into), content(*this) {}

  base::Error failure() const {
    if (failed) return *failed;
    const char* text = archive_error_string(handle.get());
    return {base::Code::kInternal, text == nullptr ? "the archive cannot be written" : text, ""};
  }
  base::Result<void> put(base::ByteView bytes) {
    if (archive_write_data(handle.get(), bytes.data(), bytes.size()) ==
        static_cast<la_ssize_t>(bytes.size())) {
      return {};
    }
    return failure();
  }
  static la_ssize_t on_write(archive*, void* self, const void* bytes, std::size_t size) {
    State& state = *static_cast<State*>(self);
    auto written = state.sink.write({static_cast<const std::uint8_t*>(bytes), size});
    if (written) return static_cast<la_ssize_t>(size);
    state.failed = written.error();
    return -1;
  }

  base::ByteSink& sink;
  Content content;
  std::unique_ptr<archive, int (*)(archive*)> handle{archive_write_new(), &archive_write_free};
  std::optional<base::Error> failed;  // of the sink
};

TarWriter::TarWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

base::Result<TarWriter> TarWriter::open(base::ByteSink& sink) {
  auto state = std::make_unique<State>(sink);
  archive* handle = state->handle.get();
  if (archive_write_set_format_pax_restricted(handle) != ARCHIVE_OK ||
      archive_write_open2(handle, state.get(), nullptr, &State::on_write, nullptr, nullptr) !=
          ARCHIVE_OK) {
    return state->failure();
  }
  return TarWriter(std::move(state));
}

base::Result<base::ByteSink*> TarWriter::begin(const std::string& path, std::uint64_t size,
                                               base::Time modified) {
  const Entry entry(archive_entry_new(), &archive_entry_free);
  archive_entry_set_pathname_utf8(entry.get(), path.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kMode);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_mtime(
      entry.get(),
      std::chrono::duration_cast<std::chrono::seconds>(modified.time_since_epoch()).count(), 0);
  if (archive_write_header(state_->handle.get(), entry.get()) != ARCHIVE_OK)
    return state_->failure();
  return static_cast<base::ByteSink*>(&state_->content);
}

base::Result<void> TarWriter::add(const std::string& path, base::ByteView bytes,
                                  base::Time modified) {
  TRY(base::ByteSink * content, begin(path, bytes.size(), modified));
  return bytes.empty() ? base::Result<void>() : content->write(bytes);
}

base::Result<void> TarWriter::finish() {
  if (archive_write_close(state_->handle.get()) != ARCHIVE_OK) return state_->failure();
  return {};
}

}  // namespace sealpost::flow
