// Groups of members, as the register keeps them for everybody. sealpost-group(1). One thread.
//
// Each fails as the register does: kDenied for a role that does not hold its key, or may not write,
// kBusy while the key has not come, kVerificationFailed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flow/context.hpp"
#include "flow/installation.hpp"
#include "flow/register_state.hpp"

namespace sealpost::flow {

base::Result<void> check_group_name(std::string_view name);  // kUsage
// Whether every device of the user was revoked.
bool has_left(const trust::Chain& chain, std::string_view user);
// Members of the group that cannot receive messages now.
std::vector<std::string> absent_members(const Installation& installation, const reg::Group& group,
                                        base::Time now);

// What says that these members come in (true) or go out, and whether the group is removed: in as
// many records as it takes, none of which is too large.
std::vector<reg::Record> group_records(const std::string& name,
                                       const std::map<std::string, bool>& members,
                                       std::optional<bool> removed);

// Those that are not removed, by name.
base::Result<std::vector<reg::Group>> list_groups(Installation& installation, Context& context);
base::Result<reg::Group> show_group(Installation& installation, const std::string& name,
                                    Context& context);

// kConflict when there is one of that name; kNotFound, kRevoked or kDenied for a member that cannot
// receive messages.
base::Result<reg::Group> add_group(Installation& installation, const std::string& name,
                                   const std::vector<std::string>& members, Context& context);

struct GroupEdit {
  std::vector<std::string> add;
  std::vector<std::string> remove;
};
struct EditedGroup {
  reg::Group group;
  bool changed = false;  // false: all was so already, and nothing was written
};
// kNotFound for a group that is not there; of those to be added as add_group(). Who is not in the
// group needs no removing.
base::Result<EditedGroup> edit_group(Installation& installation, const std::string& name,
                                     const GroupEdit& edit, Context& context);

base::Result<void> remove_group(Installation& installation, const std::string& name,
                                Context& context);

}  // namespace sealpost::flow
