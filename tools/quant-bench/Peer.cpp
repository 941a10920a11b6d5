//===- Peer.cpp - Libraries that do the same ------------------------------===//

#include "Peer.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <dlfcn.h>

using namespace mlir;
using namespace quant_bench;

Peer::~Peer() = default;

std::optional<Contestant> Peer::makeMatmul(const MatmulRow &,
                                           const MatmulBuffers &,
                                           std::string &reason) const {
  reason = "its products are not timed";
  return std::nullopt;
}

ArrayRef<PeerKind> quant_bench::getPeerKinds() {
  static const PeerKind kinds[] = {
      {"onnxruntime", "ONNX Runtime", "libonnxruntime.so", "",
       createOnnxRuntime},
      {"xnnpack", "XNNPACK", "libXNNPACK.so", "libXNNPACK.so.0", createXnnpack},
      {"onednn", "oneDNN", "libdnnl.so", "libdnnl.so.3", createOneDnn},
  };
  return kinds;
}

/// The first file below `folder` whose name begins so. Empty if none is there.
static std::string findBelow(StringRef folder, StringRef fileName) {
  std::error_code error;
  llvm::sys::fs::recursive_directory_iterator it(folder, error), end;
  for (; it != end && !error; it.increment(error))
    if (llvm::sys::path::filename(it->path()).starts_with(fileName))
      return it->path();
  return "";
}

/// What a library calls is its own, such as the runtime of its threads.
static void *open(const std::string &file) {
  return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
}

void *quant_bench::openPeer(const PeerKind &kind, StringRef path,
                            bool isSystemTried, bool &isMissing) {
  std::string file = path.str();
  isMissing = false;
  if (!llvm::sys::fs::exists(path) && isSystemTried)
    file.clear();
  else if (llvm::sys::fs::is_directory(path))
    file = findBelow(path, kind.fileName);
  if (file.empty()) {
    isMissing = true;
    if (isSystemTried && !kind.systemName.empty())
      if (void *library = open(kind.systemName.str()))
        return library;
    llvm::errs() << "without " << kind.name << ": no " << kind.fileName
                 << " below '" << path << "'\n";
    return nullptr;
  }
  void *library = open(file);
  if (!library)
    llvm::errs() << "error: cannot load " << kind.title << " from '" << file
                 << "': " << dlerror() << "\n";
  return library;
}

std::unique_ptr<Peer> quant_bench::createPeer(const PeerKind &kind,
                                              void *library, unsigned threads) {
  std::string error;
  std::unique_ptr<Peer> peer = kind.create(library, threads, error);
  if (!peer)
    llvm::errs() << "error: cannot use " << kind.title << ": " << error << "\n";
  return peer;
}

void *Symbols::lookup(const char *name) const { return dlsym(library, name); }

bool Symbols::check(std::string &error) const {
  if (missing.empty())
    return true;
  error = "no function " + missing;
  return false;
}
