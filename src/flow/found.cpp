#include "flow/found.hpp"

#include <fmt/format.h>

#include "client/relay_client.hpp"
#include "flow/enrol.hpp"
#include "flow/visit.hpp"
#include "flow/wipe_file.hpp"
#include "relay/relay.hpp"

namespace sealpost::flow {
namespace {

base::Result<void> check_names(const std::string& organisation, const std::string& user,
                               const std::string& device) {
  if (!trust::is_organisation(organisation)) {
    return base::Error{base::Code::kUsage, "an organisation's name is like mercy.example",
                       "lower-case letters, digits, dashes and at least one dot"};
  }
  if (!trust::is_user(user)) {
    return base::Error{base::Code::kUsage, "a user id is like dr.lee",
                       "lower-case letters, digits, dots, dashes and underscores, at most 64"};
  }
  if (!trust::is_device(device)) {
    return base::Error{base::Code::kUsage, "a device's name is like laptop",
                       "lower-case letters, digits, dashes and underscores, at most 32"};
  }
  return {};
}

base::Result<void> append_signed(trust::Chain& chain, const base::Result<std::string>& text,
                                 std::initializer_list<const note::Signer*> signers) {
  if (!text) return text.error();
  return chain.append(note::sign(*text, std::vector<const note::Signer*>(signers)));
}

base::Result<trust::Chain> first_chain(const note::Signer& root, const note::Signer& device,
                                       const trust::DeviceName& name, base::Time now) {
  trust::Chain chain(root.verifier());
  const trust::Organisation organisation{name.organisation, root.verifier(), now};
  TRY(append_signed(chain, trust::format(organisation), {&root}));
  TRY(append_signed(chain, policy::format_policy(policy::default_policy(), now), {&root}));
  trust::Certificate certificate{name, trust::Role::kOwner,   {}, device.verifier(), 0, "root", {},
                                 now,  now + kCertificateLife};
  certificate.suites = {"age-x25519"};
  TRY(append_signed(chain, trust::format(certificate), {&root, &device}));
  return chain;
}

// The root's word for this relay, unless the chain has the same already.
base::Result<std::vector<std::string>> relay_entry(const Installation& installation,
                                                   const std::string& url, const std::string& pin,
                                                   const note::Verifier& log, base::Time now) {
  const auto& known = installation.chain().relay();
  if (known && known->url == url && known->pin == pin && known->log == log) {
    return std::vector<std::string>();
  }
  if (known) {
    return base::Error{base::Code::kConflict,
                       fmt::format("the organisation has a relay already, {}", known->url),
                       "one organisation has one relay"};
  }
  TRY(const note::Signer root, installation.root_signer());
  TRY(const std::string text, trust::format(trust::RelayStatement{url, pin, log, now}));
  return std::vector<std::string>{note::sign(text, root)};
}

base::Result<note::Verifier> check_relay(const Installation& installation,
                                         client::RelayClient& relay) {
  TRY(const wire::RelayInfo info, relay.relay_info());
  TRY(const note::Verifier root, note::Verifier::parse(info.organisation));
  if (!(root == installation.chain().root())) {
    return base::Error{
        base::Code::kConflict,
        fmt::format("that relay was set up for another organisation, {}", root.name()),
        "check --org of `sealpost relay init`"};
  }
  return note::Verifier::parse(info.log);
}

// A relay without a chain knows no key yet: the chain itself is what it believes.
base::Result<note::Verifier> introduce(Installation& installation, const client::Endpoint& endpoint,
                                       Context& context) {
  TRY(client::RelayClient relay,
      client::RelayClient::make(endpoint, nullptr,
                                {context.clock, context.random, context.interrupt}));
  TRY(const note::Verifier log, check_relay(installation, relay));
  TRY(const std::vector<std::string> entry,
      relay_entry(installation, endpoint.url, endpoint.pin, log, context.clock.now()));
  TRY(installation.extend_chain(entry));
  TRY(const wire::RelayInfo info, relay.relay_info());
  if (info.trust_size == 0) {
    const auto& entries = installation.chain().entries();
    TRY(relay.append_trust({entries.size(), entries}));
  }
  return log;
}

}  // namespace

base::Result<void> found_organisation(vault::Vault& vault, const std::string& organisation,
                                      const std::string& user, const std::string& device,
                                      Context& context) {
  TRY(check_names(organisation, user, device));
  const trust::DeviceName name{organisation, user, device};
  TRY(const note::Signer root,
      note::Signer::make(organisation, crypto::SigningKey::generate(context.random)));
  TRY(const note::Signer own,
      note::Signer::make(name.str(), crypto::SigningKey::generate(context.random)));
  TRY(const trust::Chain chain, first_chain(root, own, name, context.clock.now()));
  const Profile profile{root.verifier().vkey(), user, device, "", ""};
  return Installation::initialise(vault, profile, own.key(), &root.key(), chain,
                                  [] { return base::Result<void>(); });
}

base::Result<void> connect_relay(Installation& installation, const std::string& url,
                                 const std::string& pin, Context& context) {
  TRY(introduce(installation, {url, pin}, context));
  TRY(installation.set_relay(url, pin));
  TRY(visit(installation, context));
  return {};
}

base::Result<LocalFacts> found_local_relay(Installation& installation, const LocalRelay& local,
                                           Context& context) {
  const relay::Seams seams{context.clock, context.random};
  const relay::NewRelay options{.dir = local.folder,
                                .organisation = installation.chain().root(),
                                .listen = local.listen,
                                .url = local.url,
                                .tls_certificate = {},
                                .tls_key = {},
                                .plain = local.plain};
  TRY(const relay::Facts facts, relay::initialise(options, seams));
  TRY(const std::vector<std::string> entry,
      relay_entry(installation, facts.url, facts.pin, facts.log, context.clock.now()));
  TRY(installation.extend_chain(entry));
  TRY(relay::bootstrap(local.folder, installation.chain().entries(), seams));
  TRY(installation.set_relay(facts.url, facts.pin));
  TRY(keep_wipe_file(installation, context));
  return LocalFacts{facts.url, facts.pin};
}

}  // namespace sealpost::flow
