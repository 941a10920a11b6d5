//===- OnnxMessage.h - Protocol buffers of ONNX -----------------*- C++ -*-===//
//
// As far as a model of a few nodes needs them.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BENCH_ONNXMESSAGE_H
#define QUANT_BENCH_ONNXMESSAGE_H

#include "OnnxModel.h"

#include "llvm/Support/LEB128.h"
#include "llvm/Support/raw_ostream.h"

namespace quant_bench {

class OnnxMessage {
public:
  OnnxMessage &add(unsigned field, int64_t number) {
    writeKey(field, /*wireType=*/0);
    writeVarint(number);
    return *this;
  }
  OnnxMessage &add(unsigned field, llvm::StringRef text) {
    writeKey(field, /*wireType=*/2);
    writeVarint(static_cast<int64_t>(text.size()));
    bytes += text;
    return *this;
  }
  OnnxMessage &add(unsigned field, const OnnxMessage &message) {
    return add(field, llvm::StringRef(message.bytes));
  }

  std::string bytes;

private:
  void writeKey(unsigned field, unsigned wireType) {
    writeVarint(field << 3 | wireType);
  }
  void writeVarint(int64_t number) {
    llvm::raw_string_ostream os(bytes);
    llvm::encodeULEB128(static_cast<uint64_t>(number), os);
  }
};

/// TensorProto.DataType.
int getOnnxType(ValueType value);
int getOnnxType(Storage storage);
inline constexpr int onnxTypeI32 = 6;

/// A ModelProto of these nodes, each a NodeProto, and initializers, each a
/// TensorProto.
std::string serializeOnnx(const OnnxModel &model,
                          llvm::ArrayRef<OnnxMessage> nodes, Shape shape,
                          llvm::ArrayRef<OnnxMessage> initializers = {});

} // namespace quant_bench

#endif // QUANT_BENCH_ONNXMESSAGE_H
