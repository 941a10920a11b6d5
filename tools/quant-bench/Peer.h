//===- Peer.h - Libraries that do the same ----------------------*- C++ -*-===//

#ifndef QUANT_BENCH_PEER_H
#define QUANT_BENCH_PEER_H

#include "Contestant.h"
#include "Matmul.h"

#include <memory>
#include <optional>
#include <string>

namespace quant_bench {

/// A library in this process, for one number of threads.
class Peer {
public:
  virtual ~Peer();

  virtual std::string getVersion() const = 0;

  /// None, with the reason in `reason`, for what it does not do. Parameters are
  /// read now.
  virtual std::optional<Contestant> make(const Row &row, const Buffers &buffers,
                                         std::string &reason) const = 0;

  /// The same of a product of matrices. Weights are read, and may be packed,
  /// now.
  virtual std::optional<Contestant> makeMatmul(const MatmulRow &row,
                                               const MatmulBuffers &buffers,
                                               std::string &reason) const;
};

/// A kind of peer and how it is found.
struct PeerKind {
  /// As options, columns and figures have it.
  llvm::StringRef name;
  /// As messages have it.
  llvm::StringRef title;
  /// What names of files begin with that are looked for below folders.
  llvm::StringRef fileName;
  /// What the system's loader may know; empty where that is not tried.
  llvm::StringRef systemName;
  /// From a library that is loaded; null, with the reason in `error`, where it
  /// is not what it should be.
  std::unique_ptr<Peer> (*create)(void *library, unsigned threads,
                                  std::string &error);
};

llvm::ArrayRef<PeerKind> getPeerKinds();

/// Opens the library at `path`, or below it, if that is a folder; then, if it
/// is not there and `isSystemTried`, that of the system. Never closed: threads
/// and static objects do not take that well. Null after a message, which is an
/// error unless `isMissing`.
void *openPeer(const PeerKind &kind, llvm::StringRef path, bool isSystemTried,
               bool &isMissing);

/// The peer of an open library; null after a message.
std::unique_ptr<Peer> createPeer(const PeerKind &kind, void *library,
                                 unsigned threads);

/// The functions of a C API, each by its name.
class Symbols {
public:
  explicit Symbols(void *library) : library(library) {}

  /// Leaves it null, and the name in `missing`, where there is none.
  template <typename Function>
  void find(const char *name, Function *&function) {
    function = reinterpret_cast<Function *>(lookup(name));
    if (!function && missing.empty())
      missing = name;
  }

  /// Whether all were found; else says which is missing.
  bool check(std::string &error) const;

private:
  void *lookup(const char *name) const;

  void *library;
  std::string missing;
};

std::unique_ptr<Peer> createOnnxRuntime(void *library, unsigned threads,
                                        std::string &error);
std::unique_ptr<Peer> createXnnpack(void *library, unsigned threads,
                                    std::string &error);
std::unique_ptr<Peer> createOneDnn(void *library, unsigned threads,
                                   std::string &error);

} // namespace quant_bench

#endif // QUANT_BENCH_PEER_H
