#include "cmd/copy_root.hpp"

#include "cmd/session.hpp"

namespace sealpost::cmd {
namespace {

using base::Code;
using base::Result;

base::Error no_root() {
  return {Code::kUsage, "what is read without the relay is checked against a root's key",
          "give --root VKEY as `sealpost org show` prints it, or use a profile that knows it; take "
          "it from the organisation, not from whoever gave you the copy"};
}

}  // namespace

Result<CopyRoot> root_of_profile(Env& env) {
  TRY(Opened opened, open_installation(env));
  note::Verifier root = opened.installation.chain().root();
  return CopyRoot{std::move(root), std::move(opened)};
}

Result<CopyRoot> root_of_copy(const std::string& vkey, Env& env) {
  if (!vkey.empty()) {
    TRY(note::Verifier root, note::Verifier::parse(vkey));
    return CopyRoot{std::move(root), std::nullopt};
  }
  const auto profile = choose_profile(env);
  const bool none = !profile && profile.error().code == Code::kNotFound;
  if (none && env.globals.profile.empty()) return no_root();
  return root_of_profile(env);
}

}  // namespace sealpost::cmd
