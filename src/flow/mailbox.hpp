// The messages of one vault, numbered like mail, received and sent together.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "flow/installation.hpp"
#include "flow/notice_state.hpp"
#include "message/header.hpp"

namespace sealpost::flow {

// A message without its body, as lists show it.
struct Listed {
  MessageRecord record;
  message::Header header;
  std::optional<NoticeState> notice =
      {};  // of one to a contact, where add_notice_state() was asked
};

// The number that the next stored message gets, or the first of the next `count`. Call inside the
// transaction that stores them.
base::Result<std::uint64_t> take_number(vault::Vault& vault, std::uint64_t count = 1);
base::Result<void> store_message(vault::Vault& vault, const MessageRecord& record,
                                 const SeenRecord& seen);
// Takes back what store_message() stored. Call inside a transaction.
base::Result<void> remove_message(vault::Vault& vault, const MessageRecord& record);
base::Result<void> update_message(vault::Vault& vault, const MessageRecord& record);

base::Result<void> update_seen(vault::Vault& vault, const MessageRecord& record,
                               const SeenRecord& seen);

// Nothing when this (from, id) was never stored in this direction.
base::Result<std::optional<SeenRecord>> find_seen(const vault::Vault& vault, Direction direction,
                                                  std::string_view from, std::string_view id);

// By number ("12"), by id, or by a beginning of an id of at least eight characters that fits one
// message only. A message to oneself has one id and two numbers: `preferred` says which of the two
// an id means. kNotFound; kConflict when several fit.
base::Result<Listed> find_message(const vault::Vault& vault, std::string_view which,
                                  Direction preferred);

// Visits messages of one direction in order of number.
base::Result<void> each_message(const vault::Vault& vault, Direction direction,
                                const std::function<base::Result<void>(Listed)>& visit);
// What a row of kMessage holds.
base::Result<Listed> listed_in(const vault::Row& row);

}  // namespace sealpost::flow
