// How many bytes of answers wait in memory for slow readers: bounded in all and for each name, so
// that one device cannot take the room of the others. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

namespace sealpost::relay {

class Budget {
 public:
  Budget(std::size_t total, std::size_t each) : total_(total), each_(each) {}
  // False, and nothing taken, when it is too much. What was taken is given back once.
  bool take(const std::string& name, std::size_t bytes);
  void give_back(const std::string& name, std::size_t bytes);

 private:
  std::size_t total_;
  std::size_t each_;
  std::mutex mutex_;
  std::size_t used_ = 0;
  std::map<std::string, std::size_t> by_name_;  // those that hold some
};

}  // namespace sealpost::relay
