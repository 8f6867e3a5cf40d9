#include "flow/log_export.hpp"

#include "base/encoding.hpp"
#include "flow/journal.hpp"
#include "flow/sync.hpp"
#include "flow/visit.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

// Counts and hashes what passes.
class WatchedSink final : public base::ByteSink {
 public:
  explicit WatchedSink(base::ByteSink& inner) : inner_(inner) {}
  Result<void> write(base::ByteView bytes) override {
    TRY(inner_.write(bytes));
    hash_.update(bytes);
    size_ += bytes.size();
    return {};
  }
  std::uint64_t size() const { return size_; }
  crypto::Digest digest() { return hash_.finish(); }

 private:
  base::ByteSink& inner_;
  crypto::Sha256 hash_;
  std::uint64_t size_ = 0;
};

// A file of events as it is written, and what is to be said of it.
class Writing {
 public:
  Writing(const ExportWish& wish, base::ByteSink& out, std::string organisation, std::string log)
      : sink_(out),
        writer_(report::event_writer(wish.format, sink_,
                                     {std::move(organisation), std::move(log), wish.version})) {
    value_.format = wish.format_name;
    value_.filter = audit::to_query(wish.filter);
  }
  VisitEvent visit() {
    return [this](const LoggedEvent& logged) -> Result<void> {
      if (!value_.first) value_.first = logged.index;
      value_.last = logged.index;
      ++value_.count;
      return writer_->write({logged.index, logged.event});
    };
  }
  Result<trust::Export> finish(std::string checkpoint, base::Time now) {
    TRY(writer_->finish());
    value_.checkpoint = std::move(checkpoint);
    value_.size = sink_.size();
    value_.sha256 = sink_.digest();
    value_.at = now;
    return value_;
  }

 private:
  WatchedSink sink_;
  std::unique_ptr<report::EventWriter> writer_;
  trust::Export value_;
};

}  // namespace

Result<trust::Export> export_log(Installation& installation, const ExportWish& wish,
                                 base::ByteSink& out, Context& context) {
  TRY(const note::Verifier log, installation.log_verifier());
  Writing writing(wish, out, installation.chain().organisation(), log.name());
  TRY(query_log(installation, wish.filter, std::nullopt, context, writing.visit()));
  TRY(client::RelayClient relay, connect(installation, context));
  TRY(const SignedCheckpoint checkpoint, sync_checkpoint(installation, relay));
  TRY(trust::Export value, writing.finish(checkpoint.note, context.clock.now()));
  value.by = installation.name().str();
  TRY(relay.record_export({text::uuid_v7(value.at, context.random), value.sha256, value.format,
                           value.count, value.filter}));
  return value;
}

Result<trust::Export> export_mirror(MirrorEvents& mirror, const ExportWish& wish,
                                    base::ByteSink& out, base::Time now,
                                    const base::Interrupt& interrupt, const MirrorWatch& watch) {
  const trust::Chain& chain = mirror.chain();
  Writing writing(wish, out, chain.organisation(), mirror.checkpoint().origin);
  TRY(mirror.query(wish.filter, std::nullopt, false, interrupt, watch, writing.visit()));
  return writing.finish(mirror.signed_checkpoint(), now);
}

Result<void> note_mirror_export(Installation& installation, const trust::Export& value) {
  Noted noted{"audit.mirror-export", "", {}, audit::Outcome::kSuccess, {}};
  noted.details = {{"sha256", base::to_hex(value.sha256)},
                   {"format", value.format},
                   {"count", std::to_string(value.count)}};
  if (!value.filter.empty()) noted.details["filter"] = value.filter;
  return note_in_journal(installation, noted, value.at);
}

}  // namespace sealpost::flow
