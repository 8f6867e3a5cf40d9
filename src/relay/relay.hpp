// The relay: HTTP server, durable store and audit log of one organisation, sealpost-relay(8).
//
// It holds no decryption key and links no decryption code. One relay directory serves one
// organisation and one process at a time:
//
//   relay.toml  log.key (0600)  tls.crt  tls.key (0600)  relay.db  blobs/  relay.lock
//
// "Accepted" means durable: every answer that says so is sent after the message, its receipt and
// its audit leaf were committed and synced in one transaction.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/event.hpp"
#include "base/seams.hpp"
#include "note/note.hpp"

namespace sealpost::relay {

// The parts of the world a relay needs; they must outlive it.
struct Seams {
  base::Clock& clock;
  base::Random& random;
};

struct NewRelay {
  std::filesystem::path dir;    // made with 0700; kConflict when it holds a relay already
  note::Verifier organisation;  // the root; an empty relay accepts only a chain that starts there
  std::string listen;           // "127.0.0.1:8443", "[::]:8443"; numeric
  std::string url;              // "https://relay.example:8443", or "http://" with `plain`; no path
  std::optional<std::filesystem::path> tls_certificate;  // PEM; without: made and self-signed
  std::optional<std::filesystem::path> tls_key;          // PEM, together with the certificate
  bool plain = false;  // no TLS: allowed on loopback, or with `proxy`
  bool proxy = false;  // behind a proxy that sets X-Forwarded-For
};

// What an organisation must know to say "this is our relay" (trust::RelayStatement).
struct Facts {
  std::string url;
  std::string pin;  // "sha256//<base64>" of the TLS public key; empty for http
  note::Verifier organisation;
  note::Verifier log;  // named "<organisation>/relay"
};

// Writes the folder. kUsage when the options contradict each other or an address is out of form.
base::Result<Facts> initialise(const NewRelay& options, Seams seams);
// The facts of an existing folder. kNotFound when there is no relay, kMalformed when its files are
// out of form.
base::Result<Facts> describe(const std::filesystem::path& dir);
// Takes in the organisation's first chain entries without a server, as an unsigned POST /v1/trust
// would: from the organisation statement of the configured root up to a relay statement that names
// this relay's log key. The same entries again: nothing happens. kConflict when another process
// serves the folder or the chain differs, otherwise as trust::Chain::append.
base::Result<void> bootstrap(const std::filesystem::path& dir, std::span<const std::string> entries,
                             Seams seams);

// One line without its end, of the event at this index of the log.
using EventLine = std::function<std::string(std::uint64_t index, const audit::Event& event)>;

// What the relay serves and sends without knowing what it is.
struct Assets {
  std::string page;  // HTML, at /l; empty for none
  // Of an event, for collectors, in the format that relay.toml names; kUsage when it is none. The
  // names are those of the organisation and of the log.
  std::function<base::Result<EventLine>(const std::string& format, const std::string& organisation,
                                        const std::string& log)>
      event_lines = {};
};

// Takes one line of JSON without its newline. Called from several threads at once.
using LogSink = std::function<void(std::string_view line)>;

// A running relay. Starting answers when it accepts connections; destruction stops it.
class Server {
 public:
  // kNotFound without a relay in `dir`, kConflict when another process serves it or the address is
  // taken, kVerificationFailed when the stored chain or log does not hold together.
  static base::Result<std::unique_ptr<Server>> start(const std::filesystem::path& dir, Seams seams,
                                                     LogSink log, Assets assets = {});
  virtual ~Server() = default;
  // As configured; when its port is 0, with the port that was really bound.
  virtual const std::string& url() const = 0;
  // Takes no new connections, wakes waiting polls, finishes what was begun (at most 10 s), logs
  // service.stop and closes. Called once; also by the destructor.
  virtual void stop() = 0;
};

}  // namespace sealpost::relay
