// One request on its way through the server: head, body, work, answer. libmicrohttpd calls handle()
// again and again from the connection's thread; while other threads work, the connection is
// suspended, and finish() wakes it.
#pragma once

#include <microhttpd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "relay/admit.hpp"
#include "relay/http/crowd.hpp"

namespace sealpost::relay {

class Exchange {
 public:
  // What all exchanges of a server share; it outlives them. `active` counts the exchanges there
  // are.
  struct Shared {
    Engine& engine;
    Crowd& crowd;
    std::atomic<std::size_t>& active;
  };
  Exchange(const Shared& shared, MHD_Connection* connection, std::string target);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // As MHD_AccessHandlerCallback: head first, then pieces of the body, then once with no data.
  MHD_Result handle(const char* method, const char* data, std::size_t* size);

 private:
  enum class Phase { kNew, kBody, kWorking, kPolling, kDone };
  MHD_Result begin(const char* method);
  MHD_Result receive(base::ByteView bytes);
  MHD_Result end_of_body();
  void open_body();
  void refuse_size();
  MHD_Result carry_out(base::Result<Outcome> outcome);
  MHD_Result refuse(const base::Error& error);
  MHD_Result change(Change what);
  MHD_Result give(Found found);
  MHD_Result work(Task task);
  MHD_Result wait_for_other(const Pending& pending);
  MHD_Result poll(Poll poll);
  MHD_Result answer(base::Result<Reply> reply);
  MHD_Result send();
  void suspend(Phase phase);
  void resume();
  bool body_took_too_long() const;
  void open_to_page();
  void log_answer() const;

  Engine* engine_;
  Crowd* crowd_;
  std::atomic<std::size_t>* active_;
  MHD_Connection* connection_;
  std::string target_;
  Phase phase_ = Phase::kNew;
  std::chrono::steady_clock::time_point began_;
  Admission admission_;
  std::unique_ptr<BodySink> sink_;
  std::uint64_t received_ = 0;
  bool too_large_ = false;
  Poll poll_;
  base::Result<Reply> reply_ = Reply{};  // set by another thread while suspended, then read here
  std::size_t held_ = 0;                 // bytes taken from the budget of replies
  Reply sent_;                           // the body must live until it is sent
};

}  // namespace sealpost::relay
