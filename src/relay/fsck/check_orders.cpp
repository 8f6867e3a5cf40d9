// Orders to wipe devices: each is of who may give it, and each answer its device's.
#include "relay/fsck/examination.hpp"
#include "trust/wipe.hpp"

namespace sealpost::relay {
namespace {

base::Result<void> check_order(Examination& all, const StoredOrder& order) {
  const auto given = trust::verify_given_wipe(all.chain, order.statement);
  if (!given) return all.damage(Part::kOrder, order.id, given.error().text);
  if (given->order.id != order.id || given->order.device.str() != order.device ||
      given->order.key != order.key) {
    return all.damage(Part::kOrder, order.id, "is noted as another than it is");
  }
  if (order.wiped == base::Time()) return {};
  const auto wiped = trust::verify_wiped(all.chain, order.answer, order.voucher);
  if (wiped && wiped->order == order.id && wiped->device == given->order.device &&
      trust::holds_for(all.chain, given->order, wiped->key)) {
    return {};
  }
  return all.damage(Part::kOrder, order.id, "has an answer that is not its device's");
}

}  // namespace

// Of orders whose author or device the chain does not have as far as it verifies nothing is said.
base::Result<void> check_orders(Examination& all) {
  if (!all.chain_is_sound) return {};
  std::vector<std::string> ids;
  {
    TRY(Query query, all.db.query("SELECT uuid FROM orders ORDER BY id"));
    for (;;) {
      TRY(const bool row, query.step());
      if (!row) break;
      ids.push_back(query.text(0));
    }
  }
  for (const std::string& id : ids) {
    TRY(const auto order, all.reader.order(id));
    if (order) {
      TRY(check_order(all, *order));
    } else {
      TRY(all.damage(Part::kOrder, id, "is for a device that has no name"));
    }
  }
  return {};
}

}  // namespace sealpost::relay
