#include "flow/link_notices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "flow/gate.hpp"
#include "flow/link_records.hpp"
#include "flow/repeats.hpp"
#include "link/secret.hpp"
#include "text/uuid.hpp"

namespace sealpost::flow {
namespace {

using notify::Channel;
using notify::Notifier;
using Stage = NoticeState::Stage;

constexpr std::string_view kRelayPage = "/l";  // behind the relay's address

NoticeState failed(std::string reason, base::Code code = base::Code::kPartial) {
  return {Stage::kFailed, std::move(reason), code};
}

std::string notice_id(const vault::Vault& vault, const std::string& message,
                      const std::string& contact) {
  const crypto::Digest key = vault.derive("sealpost/v1/notice-id");
  return text::uuid_v8(crypto::hmac_sha256(key, base::as_bytes(message + "\n" + contact)));
}

// What became of it, in the vault; it waits on unless it was sent or never will be.
base::Result<NoticeState> settle(vault::Vault& vault, const std::string& message, NoticeState state,
                                 bool waits) {
  TRY(vault.transaction([&]() -> base::Result<void> {
    TRY(std::optional<LinkRecord> link, find_link(vault, message));
    if (link) {
      link->notice = state;
      TRY(keep_link(vault, message, *link));
    }
    return waits ? base::Result<void>() : forget_notice(vault, message);
  }));
  return state;
}

// By its whole id, which takes no look at the others.
base::Result<Listed> sent_message(const Installation& installation, const std::string& id) {
  const vault::Vault& vault = installation.vault();
  TRY(const std::optional<SeenRecord> seen,
      find_seen(vault, Direction::kSent, installation.signer().name(), id));
  if (seen) return find_message(vault, fmt::format("{}", seen->number), Direction::kSent);
  return find_message(vault, id, Direction::kSent);  // of the device that this one came after
}

// What is said to the contact, and where; or why it is not to be said.
base::Result<notify::Notice> compose(const Installation& installation, const std::string& message,
                                     const LinkRecord& link, Channel channel, base::Time now) {
  const vault::Vault& vault = installation.vault();
  TRY(const KeyedContact keyed, find_contact(vault, link.contact));
  TRY(const Listed listed, sent_message(installation, message));
  TRY(const reg::Decision decision,
      decide_for(installation, keyed.contact, listed.header.purpose, link.channel, now));
  if (listed.record.recalled) {
    return base::Error{base::Code::kNoConsent, "the message was recalled", ""};
  }
  if (listed.record.adopted) {
    return base::Error{base::Code::kNoConsent, "the relay has an earlier link of it", ""};
  }
  if (!decision.allowed) {
    return base::Error{base::Code::kNoConsent, "there is no leave any more: " + decision.reason,
                       ""};
  }
  const auto& personal = keyed.contact.personal;
  const auto address = personal.find(channel == Channel::kSms ? "phone" : "email");
  if (address == personal.end()) {
    return base::Error{base::Code::kNotFound, "the register has no address for it any more", ""};
  }
  const auto language = personal.find("language");
  return notify::Notice{notice_id(vault, message, link.contact), channel, address->second,
                        language == personal.end() ? "" : language->second, link.address.clone()};
}

// A notice that is to be sent, or where it stands without that.
struct Prepared {
  std::optional<notify::Notice> notice;
  NoticeState state = {};
};

base::Result<Prepared> as_it_stands(base::Result<NoticeState> state) {
  TRY(NoticeState known, std::move(state));
  return Prepared{std::nullopt, std::move(known)};
}

// One that waits, and goes by a channel that is served.
base::Result<Prepared> write_notice(const Installation& installation, const std::string& message,
                                    const LinkRecord& link, Channel channel, base::Time now) {
  vault::Vault& vault = installation.vault();
  auto notice = compose(installation, message, link, channel, now);
  if (notice) return Prepared{*std::move(notice)};
  const base::Error& why = notice.error();
  if (why.code != base::Code::kNoConsent) {
    return as_it_stands(settle(vault, message, failed(why.text), true));
  }
  return as_it_stands(settle(vault, message, failed(why.text, base::Code::kNoConsent), false));
}

base::Result<Prepared> prepare_notice(const Installation& installation, const std::string& message,
                                      const Notifier* notifier, base::Time now) {
  vault::Vault& vault = installation.vault();
  TRY(const std::optional<LinkRecord> link, find_link(vault, message));
  TRY(const bool waits, awaits_notice(vault, message));
  if (!link) {
    TRY(forget_notice(vault, message));
    return Prepared{};
  }
  const auto channel = notice_channel(link->channel);
  if (!waits || notifier == nullptr || !channel) return Prepared{std::nullopt, link->notice};
  if (!notifier->serves(*channel)) {
    return as_it_stands(settle(vault, message,
                               failed(fmt::format("notices by {} are not configured any more",
                                                  notify::channel_name(*channel))),
                               true));
  }
  if (now >= link->expires) {
    return as_it_stands(settle(vault, message, failed("the link has ended"), false));
  }
  return write_notice(installation, message, *link, *channel, now);
}

base::Result<NoticeState> take_outcome(vault::Vault& vault, const std::string& message,
                                       const base::Result<notify::Outcome>& outcome) {
  if (!outcome) {  // interrupted: it may have been sent, and is offered again under the same id
    return failed(outcome.error().text, outcome.error().code);
  }
  if (outcome->sent) return settle(vault, message, NoticeState{Stage::kSent, "", {}}, false);
  return settle(vault, message, failed(outcome->reason), true);
}

}  // namespace

base::Result<std::string> link_page(const Installation& installation) {
  TRY(const policy::Policy policy, installation.policy());
  if (policy.link_page) return *policy.link_page;
  std::string url = installation.profile().url;
  if (url.ends_with('/')) url.pop_back();
  return url + std::string(kRelayPage);
}

base::Result<notify::Sender> notice_sender(const Installation& installation) {
  TRY(const std::string page, link_page(installation));
  const crypto::SecretBytes sample = link::format_address(page, link::LinkSecret());
  return notify::Sender{installation.chain().organisation(), std::string(sample.expose_text())};
}

std::optional<Channel> notice_channel(std::string_view consent_channel) {
  if (consent_channel == "link-sms") return Channel::kSms;
  if (consent_channel == "link-email") return Channel::kEmail;
  return std::nullopt;
}

std::vector<std::string> channels_of(const Notifier& notifier) {
  std::vector<std::string> channels;
  for (const char* name : {"link-sms", "link-email"}) {
    if (notifier.serves(*notice_channel(name))) channels.emplace_back(name);
  }
  return channels;
}

bool is_for_contact(const SendRequest& request) {
  return std::any_of(request.to.begin(), request.to.end(),
                     [](const std::string& to) { return to.starts_with(kContactAddress); });
}

base::Result<void> send_notices(Installation& installation, std::span<const std::string> messages,
                                Notifier* notifier, Context& context, const NoticeTold& told) {
  vault::Vault& vault = installation.vault();
  const auto tell = [&](std::size_t at, base::Result<NoticeState> state) {
    return told(at, state ? *std::move(state) : failed(state.error().text, state.error().code));
  };
  std::vector<notify::Notice> notices;
  std::vector<std::size_t> places;  // among the messages
  for (std::size_t at = 0; at < messages.size(); ++at) {
    auto prepared = prepare_notice(installation, messages[at], notifier, context.clock.now());
    if (prepared && prepared->notice) {
      notices.push_back(*std::move(prepared->notice));
      places.push_back(at);
    } else if (prepared) {
      TRY(tell(at, std::move(prepared->state)));
    } else {
      TRY(tell(at, prepared.error()));
    }
  }
  if (notices.empty()) return {};
  return notifier->send_all(notices, [&](std::size_t n, const base::Result<notify::Outcome>& got) {
    return tell(places[n], take_outcome(vault, messages[places[n]], got));
  });
}

base::Result<Sent> tell_contact(Installation& installation, Sent sent, Notifier* notifier,
                                Context& context) {
  NoticeState notice;
  TRY(send_notices(installation, {&sent.id, 1}, notifier, context,
                   [&](std::size_t, NoticeState state) -> base::Result<void> {
                     notice = std::move(state);
                     return {};
                   }));
  TRY(sent, with_link(installation.vault(), std::move(sent)));
  if (sent.link) sent.link->notice = std::move(notice);
  return sent;
}

base::Result<void> add_notice_state(const vault::Vault& vault, Listed& message) {
  const auto& to = message.record.recipients;
  if (to.empty() || !to.front().user.starts_with(kContactAddress)) return {};
  TRY(const std::optional<LinkRecord> link, find_link(vault, message.record.id));
  if (link) message.notice = link->notice;
  return {};
}

base::Result<void> hear_of_contact(Installation& installation, client::RelayClient& relay,
                                   const std::string& message, Context& context) {
  TRY(const bool waits, awaits_notice(installation.vault(), message));
  if (!waits) return {};
  return meet_register(installation, relay, reg::Stream::kPeople, context);
}

base::Result<void> give_up_notice(vault::Vault& vault, const std::string& message) {
  TRY(const bool waits, awaits_notice(vault, message));
  if (waits) TRY(settle(vault, message, {}, false));
  return {};
}

}  // namespace sealpost::flow
