//===- OnnxRuntime.h - ONNX Runtime as a contestant -------------*- C++ -*-===//

#ifndef QUANT_BENCH_ONNXRUNTIME_H
#define QUANT_BENCH_ONNXRUNTIME_H

#include "Contestant.h"

#include <memory>
#include <optional>
#include <string>

namespace quant_bench {

/// The library, called through its C API, which keeps its binary interface.
class OnnxRuntime {
public:
  /// From a file, or a folder to look below. Null after a message if that does
  /// not load; `isMissing` then tells whether there was nothing to load.
  static std::unique_ptr<OnnxRuntime> load(llvm::StringRef path,
                                           unsigned threads, bool &isMissing);
  ~OnnxRuntime();

  std::string getVersion() const;

  /// Named `onnxruntime`; none, with the reason in `reason`, for what it does
  /// not do. Scales of other types are copied now.
  std::optional<Contestant> make(const Row &row, const Buffers &buffers,
                                 std::string &reason) const;

private:
  struct Library;

  explicit OnnxRuntime(std::shared_ptr<Library> library);

  /// Shared with the contestants.
  std::shared_ptr<Library> library;
};

} // namespace quant_bench

#endif // QUANT_BENCH_ONNXRUNTIME_H
