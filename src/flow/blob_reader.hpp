// One attachment at the relay, as its reader sees it: leaf list and first leaf checked, keys at
// hand, so that what a disk holds of it can be judged and the rest be fetched. One thread.
#pragma once

#include "client/relay_client.hpp"
#include "flow/context.hpp"
#include "flow/transfer.hpp"
#include "message/attachment.hpp"

namespace sealpost::flow {

class BlobReader {
 public:
  // Asks for the leaves and the first of them. kVerificationFailed when they are not what the
  // sender signed, or what the client says. Borrows everything.
  static base::Result<BlobReader> open(client::RelayClient& client, const Download& download,
                                       Context& context);

  // How much of a file is a true beginning of the attachment, in bytes, read from the beginning.
  // 0 for a file that is longer than the attachment, or that has nothing to do with it.
  base::Result<std::uint64_t> count_true(int fd) const;
  // Fetches the rest from plaintext byte `from` on, which count_true() said, or 0. Every leaf is
  // checked before anything of it goes to the sink.
  base::Result<void> read_rest(std::uint64_t from, base::ByteSink& sink);

 private:
  BlobReader(client::RelayClient& client, const Download& download, Context& context)
      : client_(&client),
        attachment_(&download.attachment),
        context_(&context),
        bandwidth_(download.bandwidth) {}
  base::Result<void> load();

  client::RelayClient* client_;
  const message::Attachment* attachment_;
  Context* context_;
  std::uint64_t bandwidth_;
  std::vector<crypto::Digest> leaves_;
  base::Bytes first_leaf_;
  message::BlobKeys keys_;
};

}  // namespace sealpost::flow
