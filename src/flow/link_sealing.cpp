#include "flow/link_sealing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "flow/link_notices.hpp"
#include "link/keys.hpp"

namespace sealpost::flow {
namespace {

using wire::Passcode;

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

// Whom a link is for, and where it leads.
struct Addressed {
  std::string who;      // as the sender wrote it
  std::string contact;  // id
  std::string channel;
  std::string page;
};

base::Result<Outgoing> seal_with_link(const Installation& installation, const SendRequest& request,
                                      message::Header header, const Addressed& to, const Lock& lock,
                                      const std::vector<crypto::Digest>& file_digests,
                                      base::Random& random) {
  TRY(const Making made, make_link(lock, random));
  header.reply = {made.identity.recipient().str()};
  TRY(message::SealedMessage sealed,
      message::seal_for_key(header, request.body.expose(), installation.signer(),
                            made.keys.password.expose(), random));
  Outgoing out = begin_outgoing(installation, request, header, sealed, file_digests);
  out.submission.link = wire::Link{made.keys.id,
                                   link::kept_by_relay(made.keys.fetch),
                                   link::kept_by_relay(made.keys.open),
                                   to.contact,
                                   lock.kind,
                                   request.link.views,
                                   std::move(sealed.headers.front())};
  LinkRecord& record = out.link.emplace();
  record.address = link::format_address(to.page, made.secret);
  record.answer = crypto::SecretBytes(base::ByteView(made.keys.answer.expose()));
  record.identity = made.identity.to_text();
  record.contact = to.contact;
  record.channel = to.channel;
  record.passcode = lock.kind;
  record.expires = header.expires;
  const auto& told_by = request.link.told_by;
  if (std::find(told_by.begin(), told_by.end(), to.channel) != told_by.end()) {
    record.notice.stage = NoticeState::Stage::kWaiting;
  }
  out.record.recipients = {recipient_of(to.who)};
  return out;
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

base::Result<void> check_lock(const SendRequest& request, const LinkLeave& leave) {
  TRY(lock_for(request, leave, contact_in(request).value_or("")));
  return {};
}

base::Result<SealWork> seal_for_contact(const Installation& installation,
                                        const SendRequest& request, const std::string& id,
                                        LinkLeave leave, Uploaded uploaded, base::Time now) {
  const std::string who = contact_in(request).value_or("");
  TRY(Lock opened_by, lock_for(request, leave, who));
  TRY(message::Header header, begin_header(installation, request, id, now));
  header.to = {installation.full_user(leave.contact.contact.id)};
  header.attachments = std::move(uploaded.attachments);
  TRY(std::string page, link_page(installation));
  const Addressed to{who, leave.contact.contact.id, leave.channel, std::move(page)};
  const auto lock = std::make_shared<const Lock>(std::move(opened_by));
  return SealWork([&installation, &request, header = std::move(header), to, lock,
                   digests = std::move(uploaded.digests)](base::Random& random) {
    return seal_with_link(installation, request, header, to, *lock, digests, random);
  });
}

base::Result<void> seal_link_and_keep(Installation& installation, const SendRequest& request,
                                      const std::string& id, client::RelayClient& relay,
                                      Context& context, TransferProgress& progress) {
  const std::string who = contact_in(request).value_or("");
  TRY(LinkLeave leave,
      leave_for_link(installation, relay, who, request.purpose, context, request.link.told_by));
  TRY(check_lock(request, leave));  // rather than after the upload
  TRY(Uploaded uploaded, upload_files(installation, request, id, relay, context, progress));
  if (!request.files.empty()) {  // which may have taken hours: is there still leave?
    TRY(leave,
        leave_for_link(installation, relay, who, request.purpose, context, request.link.told_by));
  }
  TRY(const SealWork work, seal_for_contact(installation, request, id, std::move(leave),
                                            std::move(uploaded), context.clock.now()));
  std::vector<Outgoing> sealed;
  TRY(sealed.emplace_back(), work(context.random));
  TRY(keep_outgoing(installation, std::move(sealed)));
  return {};
}

}  // namespace sealpost::flow
