// The events of a mirror by their index, without network and without a vault: every one that is
// handed out is proved to be in the tree that the log has signed. Which events match a filter is
// found by an index beside the mirror, index.db, which is brought up to the mirror's size first and
// never believed: it decides where is looked, not what is there. One thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "audit/filter.hpp"
#include "flow/log_query.hpp"
#include "flow/mirror.hpp"

namespace sealpost::flow {

// The events are proved one bundle at a time, so that a query need not read them all.
class MirrorEvents {
 public:
  // kMalformed and kNotFound when it is no mirror, kVerificationFailed when it is not of this root
  // or not signed.
  static base::Result<MirrorEvents> open(const std::filesystem::path& folder,
                                         const note::Verifier& root);
  MirrorEvents(MirrorEvents&&) noexcept;
  MirrorEvents& operator=(MirrorEvents&&) = delete;
  ~MirrorEvents();

  const merkle::Checkpoint& checkpoint() const;
  const std::string& signed_checkpoint() const;
  const trust::Chain& chain() const;
  // The leaf at an index below the checkpoint's size; kVerificationFailed.
  base::Result<base::Bytes> leaf(std::uint64_t index);

  using Visit = std::function<base::Result<void>(const LoggedEvent&)>;
  // As query_log(). `use_index`: false looks at every event, so that also a doctored index hides
  // none. Says through `watch` how far the index, or the look, has come.
  base::Result<void> query(const audit::Filter& filter, std::optional<std::uint64_t> limit,
                           bool use_index, const base::Interrupt& interrupt,
                           const MirrorWatch& watch, const Visit& visit);

 private:
  struct Parts;
  explicit MirrorEvents(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace sealpost::flow
