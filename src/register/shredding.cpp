// When the key of a contact may be destroyed: sealpost-register(5), CONTACT KEYS.
#include "register/scope.hpp"
#include "text/time.hpp"

namespace sealpost::reg {
namespace {

constexpr base::Time kForever = base::Time::max();

// When the grant ends, or ended, for this purpose and channel.
base::Time end_of(const Contact& contact, const Granted& granted, std::string_view purpose,
                  std::string_view channel) {
  base::Time end = granted.record.expires.value_or(kForever);
  const Revoked* revoked = ended_by(contact, granted.record, purpose, channel, kForever);
  if (revoked != nullptr) end = std::min(end, revoked->where.at);
  if (contact.removed) end = std::min(end, contact.removals.back().where.at);
  return end;
}

base::Time end_of(const Contact& contact, const Granted& granted) {
  base::Time last{};
  for (const std::string& purpose : granted.record.purposes) {
    for (const std::string& channel : granted.record.channels) {
      last = std::max(last, end_of(contact, granted, purpose, channel));
    }
  }
  return last;
}

// The last moment of which there is something to keep.
base::Time last_of(const Contact& contact) {
  base::Time last = contact.recorded;
  for (const Granted& granted : contact.grants) last = std::max(last, end_of(contact, granted));
  return last;
}

}  // namespace

std::string against_shredding(const Contact& contact, base::milliseconds retention,
                              base::Time now) {
  if (contact.shredded) return "it is shredded already";
  if (!contact.hold.empty()) return "it is on hold: " + contact.hold;
  const base::Time last = last_of(contact);
  if (last == kForever) return "a grant without an end is in force";
  if (now < last) return "a grant is in force until " + text::format_time(last);
  if (now - last < retention) {
    return "what is recorded of it is kept until " + text::format_time(last + retention);
  }
  return {};
}

}  // namespace sealpost::reg
