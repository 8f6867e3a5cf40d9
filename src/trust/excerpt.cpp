#include "trust/excerpt.hpp"

#include <algorithm>

namespace sealpost::trust {
namespace {

// What one entry is about, and whose keys are on it.
struct Outline {
  bool always = false;  // the organisation and its relay
  std::string subject;  // device or invitation key; empty for what nobody here asks about
  std::string user;     // whose role it changes
  std::vector<std::string> signers;
};

// The chain has verified the entry, so it parses; if it did not, it would be left out.
Outline outline_of(std::string_view entry) {
  Outline outline;
  const auto signed_note = note::parse(entry);
  if (!signed_note) return outline;
  for (const note::SignatureLine& line : signed_note->signatures) {
    outline.signers.push_back(line.name);
  }
  const std::string kind = note::statement_kind(signed_note->text).value_or("");
  if (kind == "organisation" || kind == "relay") outline.always = true;
  if (kind == "certificate") {
    const auto value = parse_certificate(signed_note->text);
    if (value) outline.subject = value->name.str();
  } else if (kind == "invitation") {
    const auto value = parse_invitation(signed_note->text);
    if (value) outline.subject = value->key.name();
  } else if (kind == "revocation") {
    const auto value = parse_revocation(signed_note->text);
    if (value) outline.subject = value->target;
  } else if (kind == "role") {
    const auto value = parse_role_change(signed_note->text);
    if (value) outline.user = value->user;
  }
  return outline;
}

// Whether the entry of that number changed the role of one of these devices: of its user, while it
// stood. Before it joined and after it ended there may be nobody whose role it would change.
bool changed_role(const Chain& chain, const Outline& outline, std::uint64_t number,
                  const std::set<std::string>& names) {
  if (outline.user.empty()) return false;
  const auto devices = chain.devices_of(outline.user);
  return std::any_of(devices.begin(), devices.end(), [&](const Device* device) {
    return names.contains(device->certificate.name.str()) && device->joined < number &&
           (!device->ended || device->ended->entry > number);
  });
}

}  // namespace

std::vector<std::uint64_t> excerpt_for(const Chain& chain, std::set<std::string> devices) {
  std::set<std::string>& names = devices;  // with the invitation keys and signers behind them
  std::vector<Outline> outlines;
  for (const std::string& entry : chain.entries()) outlines.push_back(outline_of(entry));
  std::set<std::uint64_t> wanted;
  // Who signed an entry that is wanted is wanted, too; their entries may stand anywhere.
  for (bool grew = true; grew;) {
    grew = false;
    for (std::uint64_t number = 0; number < outlines.size(); ++number) {
      const Outline& outline = outlines[static_cast<std::size_t>(number)];
      if (!outline.always && !names.contains(outline.subject) &&
          !changed_role(chain, outline, number, names)) {
        continue;
      }
      grew = wanted.insert(number).second || grew;
      names.insert(outline.signers.begin(), outline.signers.end());
    }
  }
  return {wanted.begin(), wanted.end()};
}

}  // namespace sealpost::trust
