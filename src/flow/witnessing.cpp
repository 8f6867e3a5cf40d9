#include "flow/witnessing.hpp"

#include <fmt/format.h>

#include "flow/mirror_folder.hpp"
#include "flow/mirror_log.hpp"
#include "note/cosignature.hpp"
#include "relay/listen.hpp"

namespace sealpost::flow {
namespace {

using base::Result;

Result<std::vector<note::Verifier>> logs_of(const std::filesystem::path& folder,
                                            const WitnessedLogs& logs) {
  std::vector<note::Verifier> all = logs.keys;
  if (!logs.root) return all;
  TRY(const MirrorFolder mirror, MirrorFolder::open_to_read(folder));
  TRY(const MirrorHead head, read_head(mirror, *logs.root));
  all.push_back(head.chain.relay()->log);
  return all;
}

// The signed note without the lines of this key.
std::string without(const std::string& signed_note, const std::string& vkey) {
  const auto key = note::Cosigner::parse(vkey);
  const auto parsed = note::parse(signed_note);
  if (!key || !parsed) return signed_note;
  std::string kept = parsed->text + "\n";
  std::size_t at = kept.size();
  for (const note::SignatureLine& line : parsed->signatures) {
    const std::size_t end = signed_note.find('\n', at) + 1;
    if (line.name != key->name() || line.key_id != key->id()) {
      kept += signed_note.substr(at, end - at);
    }
    at = end;
  }
  return kept;
}

}  // namespace

Result<std::unique_ptr<Witnessing>> Witnessing::open(const std::filesystem::path& folder,
                                                     const WitnessedLogs& logs,
                                                     const WitnessName& name, Context& context,
                                                     witness::Witness::Listener listener) {
  const std::filesystem::path whole = std::filesystem::absolute(folder);
  TRY(std::vector<note::Verifier> all, logs_of(whole, logs));
  TRY(witness::Memory memory,
      witness::Memory::open(whole / "witness", name.wanted, name.usual, context.random));
  return std::unique_ptr<Witnessing>(new Witnessing(whole, logs.root, context, std::move(memory),
                                                    std::move(all), std::move(listener)));
}

Result<witness::Witness::Cosigned> Witnessing::cosign_mirror() {
  TRY(MirrorFolder folder, MirrorFolder::open_to_write(folder_, root_->vkey()));
  TRY(const MirrorHead head, read_head(folder, *root_));
  TRY(const merkle::Checkpoint seen, witness_.last(head.checkpoint.origin));
  TRY(const Mirror mirror,
      read_mirror(folder, *root_, {seen.size}, context_.interrupt, [](const MirrorProgress&) {}));
  const auto old_root = mirror.roots.find(seen.size);
  const std::string note = without(mirror.note, vkey());
  TRY(witness::Witness::Cosigned cosigned,
      witness_.cosign(note, old_root == mirror.roots.end() ? seen.root : old_root->second));
  TRY(folder.commit(note + cosigned.line));
  return cosigned;
}

Result<std::string> Witnessing::serve(const std::string& text) {
  TRY(const relay::Address address, relay::parse_address(text));
  if (!address.loopback()) {
    return base::Error{base::Code::kUsage, "a witness serves plain HTTP, on loopback only",
                       "let a proxy speak TLS in front of it"};
  }
  TRY(base::Fd socket, relay::listen_on(address));
  TRY(const std::uint16_t port, relay::bound_port(socket));
  TRY(server_, witness::Server::start(witness_, std::move(socket)));
  const std::string host = address.host();
  if (host.find(':') == std::string::npos) return fmt::format("http://{}:{}", host, port);
  return fmt::format("http://[{}]:{}", host, port);
}

}  // namespace sealpost::flow
