#include <algorithm>
#include <array>

#include "audit/event.hpp"

namespace sealpost::audit {
namespace {

constexpr std::array kWords{
    Word{"access.refused", "a known device asked for what its role does not allow"},
    Word{"audit.export", "events were handed on as a file"},
    Word{"audit.mirror-export", "a device wrote events of its copy of the log into a file"},
    Word{"audit.mirror-query", "a device asked its copy of the log for events"},
    Word{"audit.query", "somebody asked the audit log for events"},
    Word{"audit.read", "a device copied entries of the audit log, to keep or to verify"},
    Word{"audit.review", "an auditor signed what a look through the log has found"},
    Word{"blob.fetch", "a device fetched a sealed attachment"},
    Word{"consent.decision", "whether a contact may be written to was decided"},
    Word{"consent.resume", "a device said that a contact has consented anew"},
    Word{"consent.stop", "somebody with a contact's link wants no more messages to it"},
    Word{"device.renew", "a device's certificate was followed by a newer one"},
    Word{"device.revoke", "a device, with all its successors, or an invitation was ended"},
    Word{"device.unlock", "a passphrase opened the vault of a device"},
    Word{"device.unlock-failed", "a wrong passphrase was given for the vault of a device"},
    Word{"device.wipe", "a device was ordered wiped"},
    Word{"device.wipe-fetch", "somebody fetched an order to wipe a device, as the device does"},
    Word{"device.wiped", "a device said that it was wiped"},
    Word{"journal.break", "a device's journal does not go on where it was"},
    Word{"key.backup", "a device wrote its keys and messages into a file"},
    Word{"member.invite", "an invitation for one device of a member was issued"},
    Word{"member.join", "a device was certified by its invitation"},
    Word{"member.role", "a member was given another role, on all devices"},
    Word{"message.claim-by-link", "somebody with a link and its passcode fetched its message"},
    Word{"message.deliver", "a device stored a message and signed for it"},
    Word{"message.drop", "a message was deleted for a device that may not receive any more"},
    Word{"message.expire", "a message was deleted because its time had passed"},
    Word{"message.export", "a device sealed messages to keys from outside the system"},
    Word{"message.fetch", "a device was given messages for the first time"},
    Word{"message.link-locked", "too many wrong passcodes: a link opens nothing any more"},
    Word{"message.opened-by-link", "the page behind a link said that it opened the message"},
    Word{"message.read", "a device showed a message and signed for it"},
    Word{"message.recall", "a message was taken back, as far as nobody had read it"},
    Word{"message.recalled", "a device destroyed a recalled message unread and signed for it"},
    Word{"message.reply", "somebody with a contact's link sent something back"},
    Word{"message.reply-stored", "a device stored what a contact sent back"},
    Word{"message.resend", "a sender gave a new header to a device that could not open a message"},
    Word{"message.send", "the relay accepted a message"},
    Word{"message.undecryptable", "a device could not open a message and signed that"},
    Word{"message.view", "a device showed a message without a receipt, or again"},
    Word{"message.withdraw", "a recalled message was deleted before its recipient had taken it"},
    Word{"message.wrong-passcode", "somebody with a link showed a wrong passcode"},
    Word{"mfa.enrol", "a member was given a secret for one-time codes"},
    Word{"mfa.fail", "a device brought a wrong one-time code"},
    Word{"mfa.pause", "too many wrong codes: for a while none of the member is looked at"},
    Word{"mfa.reset", "an owner or admin took a member's one-time codes back"},
    Word{"mfa.verify", "a device brought a right one-time code"},
    Word{"org.create", "an organisation began with its root key"},
    Word{"policy.set", "a policy came into force"},
    Word{"prekey.claim", "a device got keys of devices that it writes to"},
    Word{"prekey.publish", "a device left a key for those who write to it"},
    Word{"register.append", "the relay took an entry into a stream of the register"},
    Word{"register.export", "a device wrote contacts or consents into a file"},
    Word{"register.grant", "a device left a stream's keys for another device"},
    Word{"register.miss", "a device could not open the keys that were left for it"},
    Word{"register.read", "a device fetched entries of the register"},
    Word{"register.shred", "the keys of contacts were destroyed"},
    Word{"register.skip", "entries that held up the register's readers were given up"},
    Word{"relay.add", "the organisation named its relay"},
    Word{"service.start", "the relay started"},
    Word{"service.stop", "the relay stopped"},
};

constexpr std::array<std::string_view, 3> kOutcomes{"success", "refused", "failed"};

}  // namespace

std::span<const Word> vocabulary() { return kWords; }

bool is_event(std::string_view name) {
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](const Word& word) { return word.event == name; });
}

std::string_view outcome_name(Outcome outcome) {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

std::optional<Outcome> outcome_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    if (kOutcomes[i] == name) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

}  // namespace sealpost::audit
