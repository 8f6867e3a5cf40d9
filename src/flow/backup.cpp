#include "flow/backup.hpp"

#include <fmt/format.h>

#include "age/scrypt.hpp"
#include "age/stream.hpp"
#include "flow/enrol.hpp"
#include "flow/outbox.hpp"
#include "flow/record_codec.hpp"
#include "flow/through_pipe.hpp"

namespace sealpost::flow {
namespace {

using vault::Kind;

constexpr std::string_view kLastBackup = "last-backup";

// An invitation for a further device of this user; nothing, and why, when there can be none now.
base::Result<std::optional<Invited>> invite_own(Installation& installation, Context& context,
                                                std::string& why) {
  TRY(const trust::Device* self, installation.self(context.clock.now()));
  const InviteRequest wanted{installation.profile().user, self->role, self->purposes,
                             context.clock.now() + kBackupInvitationLife};
  auto invited = invite(installation, wanted, context);
  if (invited) return std::optional(*std::move(invited));
  switch (invited.error().code) {
    case base::Code::kUnreachable:
    case base::Code::kBusy:
    case base::Code::kDenied:
    case base::Code::kNotFound:
      why = invited.error().text;
      return std::optional<Invited>();
    default:
      return invited.error();
  }
}

base::Result<void> write_items(const Installation& installation, const BackedDevice& device,
                               BackupCounts& counts, base::ByteSink& sink) {
  BackupWriter writer(sink);
  TRY(writer.device(device));
  for (const std::string& entry : installation.chain().entries()) TRY(writer.entry(entry));
  if (installation.checkpoint().size > 0) {
    TRY(writer.checkpoint(merkle::format_checkpoint(installation.checkpoint())));
  }
  const vault::Vault& vault = installation.vault();
  TRY(vault.each(Kind::kMessage, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(writer.message(row.value.expose()));
    return true;
  }));
  TRY(vault.each(Kind::kReceipt, 0, [&](const vault::Row& row) -> base::Result<bool> {
    TRY(writer.receipt(row.value.expose()));
    return true;
  }));
  TRY(counts, writer.end());
  return {};
}

}  // namespace

base::Result<BackedUp> back_up(Installation& installation, base::ByteView passphrase,
                               base::ByteSink& sink, Context& context) {
  BackedUp out;
  TRY(std::optional<Invited> invited, invite_own(installation, context, out.no_invitation));
  BackedDevice device{installation.profile(), context.clock.now(), std::nullopt, {}};
  if (auto root = installation.root_signer()) {
    device.root_key = root->key().seed();
    out.root_key = true;
  }
  if (invited) {
    device.invitation = std::move(invited->token);
    out.invitation_expires = invited->expires;
  }
  TRY(const auto waiting, list_outbox(installation));
  out.outbox = waiting.size();
  const age::ScryptRecipient recipient(passphrase);
  const age::Recipient* const recipients[] = {&recipient};
  TRY(through_pipe(
      [&](base::ByteSink& items) { return write_items(installation, device, out.counts, items); },
      [&](base::ByteSource& items) {
        return age::encrypt(items, sink, recipients, {}, context.random);
      }));
  return out;
}

base::Result<std::optional<base::Time>> last_backup(const vault::Vault& vault) {
  TRY(const std::optional<vault::Row> row, vault.find(Kind::kState, kLastBackup));
  if (!row) return std::optional<base::Time>();
  return unpack<std::optional<base::Time>>(
      row->value.expose(),
      [](const text::Json& json, std::optional<base::Time>& out) -> base::Result<void> {
        TRY(out, time_at(json, "at"));
        return {};
      });
}

base::Result<void> note_backup(vault::Vault& vault, base::Time at) {
  return vault.put(Kind::kState, kLastBackup, pack({{"at", millis(at)}}).expose());
}

}  // namespace sealpost::flow
