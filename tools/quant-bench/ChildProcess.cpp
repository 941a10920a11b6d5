//===- ChildProcess.cpp - Work whose memory is watched --------------------===//

#include "ChildProcess.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace quant_bench;

/// RssAnon of a process; 0 where it is gone, or ended and has none.
static double readAnonymousMiB(pid_t child) {
  auto status = llvm::MemoryBuffer::getFileAsStream(
      "/proc/" + llvm::Twine(child) + "/status");
  if (!status)
    return 0;
  llvm::StringRef text = (*status)->getBuffer().split("RssAnon:").second;
  double kibibytes = 0;
  text.ltrim().take_until(llvm::isSpace).getAsDouble(kibibytes);
  return kibibytes / 1024;
}

namespace {
struct Output {
  std::string text;
  double peakMiB = 0;
  int exitStatus = 1;
};
} // namespace

/// Reads what the child writes until it ends.
static Output watch(pid_t child, int descriptor) {
  Output output;
  char chunk[4096];
  pollfd poller{descriptor, POLLIN, 0};
  while (true) {
    output.peakMiB = std::max(output.peakMiB, readAnonymousMiB(child));
    if (poll(&poller, 1, /*milliseconds=*/2) == 0)
      continue;
    ssize_t size = read(descriptor, chunk, sizeof(chunk));
    if (size <= 0)
      break;
    output.text.append(chunk, size);
  }
  close(descriptor);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status))
    output.exitStatus = WEXITSTATUS(status);
  return output;
}

/// `begin` gets what the child is to write to, and returns its exit status.
static std::optional<Output> forkAndWatch(llvm::function_ref<int(int)> begin) {
  int ends[2];
  if (pipe(ends))
    return std::nullopt;
  llvm::outs().flush();
  pid_t child = fork();
  if (child < 0)
    return std::nullopt;
  if (child == 0) {
    close(ends[0]);
    // Past destructors and what the parent has not written yet.
    _exit(begin(ends[1]));
  }
  close(ends[1]);
  return watch(child, ends[0]);
}

static std::optional<ChildResult> parse(Output output, llvm::StringRef name) {
  llvm::Expected<llvm::json::Value> value = llvm::json::parse(output.text);
  if (value && output.exitStatus == 0)
    if (llvm::json::Object *figures = value->getAsObject())
      return ChildResult{std::move(*figures), output.peakMiB};
  if (!value)
    llvm::consumeError(value.takeError());
  llvm::errs() << "error: " << name << " failed\n";
  return std::nullopt;
}

std::optional<ChildResult> quant_bench::runChild(
    llvm::function_ref<std::optional<llvm::json::Object>()> work) {
  std::optional<Output> output = forkAndWatch([&](int descriptor) {
    std::optional<llvm::json::Object> figures = work();
    if (!figures)
      return 1;
    llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
    os << llvm::json::Value(std::move(*figures));
    return 0;
  });
  if (!output) {
    llvm::errs() << "error: cannot start a process\n";
    return std::nullopt;
  }
  return parse(std::move(*output), "folding");
}

std::optional<ChildResult>
quant_bench::runProgram(const std::vector<std::string> &command,
                        bool &isMissing) {
  std::optional<Output> output = forkAndWatch([&](int descriptor) {
    std::vector<char *> arguments;
    for (const std::string &argument : command)
      arguments.push_back(const_cast<char *>(argument.c_str()));
    arguments.push_back(nullptr);
    dup2(descriptor, STDOUT_FILENO);
    execv(arguments.front(), arguments.data());
    return 77;
  });
  isMissing = output && output->exitStatus == 77;
  if (!output || isMissing)
    return std::nullopt;
  return parse(std::move(*output), command.front());
}
