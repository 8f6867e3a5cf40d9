#include "flow/register_files.hpp"

#include <system_error>

#include "flow/save_names.hpp"
#include "text/safety.hpp"

namespace sealpost::flow {
namespace {

namespace fs = std::filesystem;

// Two hashes of one reading.
class HashingSource final : public base::ByteSource {
 public:
  explicit HashingSource(int fd) : inner_(fd) {}
  base::Result<std::size_t> read(std::span<std::uint8_t> out) override {
    TRY(const std::size_t count, inner_.read(out));
    hash_.update(base::ByteView(out.data(), count));
    return count;
  }
  crypto::Digest finish() { return hash_.finish(); }

 private:
  base::FdSource inner_;
  crypto::Sha256 hash_;
};

struct Digests {
  crypto::Digest sha256{};
  crypto::Digest content{};  // as content_digest() says
};

base::Result<Digests> digests_of(const OpenFile& file) {
  HashingSource source(file.fd());
  Digests digests;
  TRY(digests.content, content_digest(source));
  digests.sha256 = source.finish();
  return digests;
}

base::Result<std::string> name_of(const fs::path& path) {
  std::string name = path.filename().string();
  if (path != "-" && !name.empty() && name.size() <= message::kMaxLabel && text::is_plain(name)) {
    return name;
  }
  return base::Error{
      base::Code::kUsage,
      "a file cannot be kept under the name \"" + text::for_terminal(name) + "\"",
      "it takes a regular file, whose name has at most 255 bytes, without control characters"};
}

base::Result<void> check_content(const fs::path& path, const reg::File& file) {
  TRY(const OpenFile open, open_outgoing(path, true));
  TRY(const Digests digests, digests_of(open));
  if (digests.sha256 == file.sha256) return {};
  return base::Error{base::Code::kVerificationFailed,
                     file.name + " is not the file that was recorded", ""};
}

}  // namespace

base::Result<reg::File> store_register_file(Installation& installation, client::RelayClient& relay,
                                            const fs::path& path, Context& context,
                                            TransferProgress& progress) {
  TRY(std::string name, name_of(path));
  TRY(const OpenFile open, open_outgoing(path, true));
  if (open.size() == 0) {
    return base::Error{base::Code::kUsage, path.string() + " is empty",
                       "an empty file proves nothing"};
  }
  TRY(const Digests digests, digests_of(open));
  const Upload upload{open, name, media_type_of(name), "", 0};
  TRY(UploadedFile uploaded,
      upload_attachment(installation.vault(), relay, upload, context, progress));
  if (uploaded.content != digests.content) {
    return base::Error{base::Code::kConflict, path.string() + " changed while it was read",
                       "run the same command again"};
  }
  message::Attachment& attachment = uploaded.attachment;
  return reg::File{std::move(name),
                   attachment.size,
                   digests.sha256,
                   std::move(attachment.blob),
                   attachment.ciphertext_size,
                   attachment.root,
                   std::move(attachment.key)};
}

base::Result<fs::path> save_register_file(client::RelayClient& relay, const reg::File& file,
                                          const fs::path& folder, Context& context,
                                          TransferProgress& progress) {
  const message::Attachment attachment{file.name, file.size,      media_type_of(file.name),
                                       file.blob, file.blob_size, file.root,
                                       file.key};
  TRY(check_save_folder(folder));
  SaveNames names(folder, relay, context);
  TRY(const SavePlace place, names.find(attachment));
  if (place.complete) {
    TRY(check_content(place.path, file));
    return place.path;
  }
  TRY(download_attachment(relay, {attachment, 0, file.sha256}, place.path, context, progress));
  return place.path;
}

}  // namespace sealpost::flow
