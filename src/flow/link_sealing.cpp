#include "flow/link_sealing.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/gate.hpp"
#include "flow/outgoing.hpp"
#include "flow/sealing.hpp"
#include "link/keys.hpp"

namespace sealpost::flow {
namespace {

using wire::Passcode;

constexpr std::string_view kRelayPage = "/l";  // behind the relay's address

base::Error usage(std::string text, std::string hint = "") {
  return {base::Code::kUsage, std::move(text), std::move(hint)};
}

bool is_contact(const std::string& address) { return address.starts_with(kContactAddress); }

// What the contact will be asked for before the message opens.
struct Lock {
  Passcode kind = Passcode::kNone;
  crypto::SecretBytes code;
};

base::Result<Lock> lock_for(const SendRequest& request, const LinkLeave& leave,
                            const std::string& who) {
  const auto& personal = leave.contact.contact.personal;
  const auto birthdate = personal.find("birthdate");
  const Passcode kind = request.link.passcode.value_or(Passcode::kBirthdate);
  if (kind == Passcode::kAsk) return Lock{kind, request.link.code.clone()};
  if (kind == Passcode::kBirthdate && birthdate != personal.end()) {
    return Lock{kind, crypto::SecretBytes(base::as_bytes(birthdate->second))};
  }
  if (kind == Passcode::kBirthdate) {
    return usage(fmt::format("the register does not have {}'s date of birth", who),
                 "add it with `sealpost contact edit`, or choose --passcode ask");
  }
  if (leave.warned) return Lock{};
  return usage(fmt::format("{} has not agreed to messages that open without a passcode", who),
               "that takes a consent given after a warning: `sealpost consent grant --warned`");
}

base::Result<std::string> page_of(const Installation& installation,
                                  const client::RelayClient& relay) {
  TRY(const policy::Policy policy, installation.policy());
  return policy.link_page.value_or(relay.url() + std::string(kRelayPage));
}

// All that one link is made of.
struct Making {
  link::LinkSecret secret;
  link::Keys keys;
  age::X25519Identity identity;
};

base::Result<Making> make_link(const Lock& lock, base::Random& random) {
  link::LinkSecret secret = link::LinkSecret::random(random);
  TRY(link::Keys keys, link::derive_keys(secret, lock.code.expose_text()));
  return Making{std::move(secret), std::move(keys), age::X25519Identity::generate(random)};
}

RecipientRecord recipient_of(const std::string& who) {
  return {std::string(kContactAddress) + who, "", "accepted", false};
}

}  // namespace

std::optional<std::string> contact_in(const SendRequest& request) {
  if (request.to.size() != 1 || !is_contact(request.to.front())) return std::nullopt;
  return request.to.front().substr(kContactAddress.size());
}

base::Result<void> check_link_wish(const SendRequest& request) {
  const LinkWish& wish = request.link;
  if (contact_in(request)) {
    if (wish.views == 0 || wish.views > wire::kMaxViews) {
      return usage(fmt::format("a link may be opened 1 to {} times", wire::kMaxViews));
    }
    if ((wish.passcode == Passcode::kAsk) != wish.code.empty()) return {};
    return usage("there is no passcode to ask for");
  }
  if (std::any_of(request.to.begin(), request.to.end(), is_contact)) {
    return usage("a message to a contact goes to that contact alone",
                 "send it to the others with a command of its own");
  }
  if (!wish.passcode && wish.views == 1) return {};
  return usage("passcodes and views are for contacts", "members open messages with their keys");
}

base::Result<void> seal_link_and_keep(Installation& installation, const SendRequest& request,
                                      const std::string& id, client::RelayClient& relay,
                                      Context& context, TransferProgress& progress) {
  const std::string who = contact_in(request).value_or("");
  TRY(LinkLeave leave, leave_for_link(installation, relay, who, request.purpose, context));
  TRY(const Lock lock, lock_for(request, leave, who));
  TRY(Uploaded uploaded, upload_files(installation, request, id, relay, context, progress));
  if (!request.files.empty()) {  // which may have taken hours: is there still leave?
    TRY(leave, leave_for_link(installation, relay, who, request.purpose, context));
  }
  TRY(const Making made, make_link(lock, context.random));
  TRY(message::Header header, begin_header(installation, request, id, context.clock.now()));
  header.to = {installation.full_user(leave.contact.contact.id)};
  header.reply = {made.identity.recipient().str()};
  header.attachments = std::move(uploaded.attachments);
  TRY(message::SealedMessage sealed,
      message::seal_for_key(header, request.body.expose(), installation.signer(),
                            made.keys.password.expose(), context.random));
  const crypto::Digest tag =
      content_tag(installation, request, uploaded.digests, sealed.message_sha256);
  wire::Submission submission = begin_submission(header, sealed, tag);
  submission.link = wire::Link{made.keys.id,
                               link::kept_by_relay(made.keys.fetch),
                               link::kept_by_relay(made.keys.open),
                               leave.contact.contact.id,
                               lock.kind,
                               request.link.views,
                               std::move(sealed.headers.front())};
  TRY(const std::string page, page_of(installation, relay));
  LinkRecord record;
  record.address = link::format_address(page, made.secret);
  record.answer = crypto::SecretBytes(base::ByteView(made.keys.answer.expose()));
  record.identity = made.identity.to_text();
  record.contact = leave.contact.contact.id;
  record.channel = leave.channel;
  record.passcode = lock.kind;
  record.expires = header.expires;
  MessageRecord message = begin_record(header, sealed, request);
  message.recipients = {recipient_of(who)};
  return keep_outgoing(installation, std::move(message), submission, {nullptr, &record});
}

}  // namespace sealpost::flow
