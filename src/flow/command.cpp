#include "flow/command.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/stream.hpp"
#include "flow/process.hpp"

namespace sealpost::flow {
namespace {

bool is_program(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

// In memory, so that nothing of it reaches a disk, and whole before the command starts, so that
// nobody waits for who does not read.
base::Result<base::Fd> document_in_memory(std::string_view input) {
  base::Fd file(::memfd_create("sealpost", MFD_CLOEXEC));
  if (!file) return base::errno_error("cannot keep a document in memory");
  base::FdSink sink(file.get());
  TRY(sink.write(base::as_bytes(input)));
  if (::lseek(file.get(), 0, SEEK_SET) != 0) return base::errno_error("cannot rewind a document");
  return file;
}

}  // namespace

base::Result<void> check_command(const std::string& name, std::string_view search) {
  bool there = name.find('/') != std::string::npos && is_program(name);
  if (!name.empty() && name.find('/') == std::string::npos) {
    const auto folders = base::split(search, ':');
    there = std::any_of(folders.begin(), folders.end(), [&](std::string_view folder) {
      return is_program(fmt::format("{}/{}", folder.empty() ? "." : folder, name));
    });
  }
  if (there) return {};
  return base::Error{base::Code::kUsage, fmt::format("there is no program {}", name),
                     "give a path, or a name that PATH finds; arguments stand behind --"};
}

base::Result<int> run_command(const std::vector<std::string>& command, std::string_view input,
                              const base::Interrupt& interrupt) {
  TRY(const base::Fd document, document_in_memory(input));
  Launch launch;
  launch.command = command;
  launch.unset = {"SEALPOST_PASSPHRASE", "CREDENTIALS_DIRECTORY="};
  launch.in = document.get();
  launch.alone = true;
  TRY(Process process, Process::start(launch));
  return process.wait_or_stop(interrupt);
}

}  // namespace sealpost::flow
